"""Words and colours of states. The colour never stands alone: the word is always shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from charterhouse.web.i18n import lazy_pgettext

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["init_app", "register_status", "status_label", "status_tone"]

_GOOD, _BUSY, _WAIT, _BAD, _OFF = "good", "busy", "wait", "bad", "off"

_STATUSES: Final[dict[str, tuple[str, object]]] = {
    "active": (_GOOD, lazy_pgettext("status", "Active")),
    "valid": (_GOOD, lazy_pgettext("status", "Valid")),
    "paid": (_GOOD, lazy_pgettext("status", "Paid")),
    "done": (_GOOD, lazy_pgettext("status", "Done")),
    "closed": (_OFF, lazy_pgettext("status", "Closed")),
    "completed": (_GOOD, lazy_pgettext("status", "Completed")),
    "accepted": (_GOOD, lazy_pgettext("status", "Accepted")),
    "approved": (_GOOD, lazy_pgettext("status", "Approved")),
    "settled": (_GOOD, lazy_pgettext("status", "Settled")),
    "succeeded": (_GOOD, lazy_pgettext("status", "Succeeded")),
    "issued": (_GOOD, lazy_pgettext("status", "Issued")),
    "open": (_BUSY, lazy_pgettext("status", "Open")),
    "running": (_BUSY, lazy_pgettext("status", "Running")),
    "processing": (_BUSY, lazy_pgettext("status", "Processing")),
    "assigned": (_BUSY, lazy_pgettext("status", "Assigned")),
    "new": (_BUSY, lazy_pgettext("status", "New")),
    "pending": (_WAIT, lazy_pgettext("status", "Pending")),
    "waiting": (_WAIT, lazy_pgettext("status", "Waiting")),
    "provisional": (_WAIT, lazy_pgettext("status", "Provisional")),
    "provisioning": (_WAIT, lazy_pgettext("status", "Being set up")),
    "draft": (_OFF, lazy_pgettext("status", "Draft")),
    "frozen": (_WAIT, lazy_pgettext("status", "Frozen")),
    "suspended": (_WAIT, lazy_pgettext("status", "Suspended")),
    "disputed": (_WAIT, lazy_pgettext("status", "Disputed")),
    "overdue": (_BAD, lazy_pgettext("status", "Overdue")),
    "failed": (_BAD, lazy_pgettext("status", "Failed")),
    "refused": (_BAD, lazy_pgettext("status", "Refused")),
    "rejected": (_BAD, lazy_pgettext("status", "Rejected")),
    "lost": (_BAD, lazy_pgettext("status", "Reported lost")),
    "blocked": (_BAD, lazy_pgettext("status", "Blocked")),
    "expired": (_OFF, lazy_pgettext("status", "Expired")),
    "ended": (_OFF, lazy_pgettext("status", "Ended")),
    "cancelled": (_OFF, lazy_pgettext("status", "Cancelled")),
    "withdrawn": (_OFF, lazy_pgettext("status", "Withdrawn")),
    "reversed": (_OFF, lazy_pgettext("status", "Reversed")),
    "refunded": (_OFF, lazy_pgettext("status", "Refunded")),
    "inactive": (_OFF, lazy_pgettext("status", "Inactive")),
    "test": (_WAIT, lazy_pgettext("status", "Test")),
    "live": (_GOOD, lazy_pgettext("status", "Live")),
}


def register_status(status: str, tone: str, label: object) -> None:
    """Add a status of an area or a plugin.

    Args:
        status: Its stable name.
        tone: ``good``, ``busy``, ``wait``, ``bad`` or ``off``.
        label: A lazy text.

    Raises:
        ValueError: There is no such tone.
    """
    if tone not in {_GOOD, _BUSY, _WAIT, _BAD, _OFF}:
        raise ValueError(f"There is no tone {tone!r}.")
    _STATUSES[status] = (tone, label)


def status_label(status: str) -> str:
    """Return the word for a status, its own name when nobody registered one."""
    known = _STATUSES.get(status)
    return str(known[1]) if known else status.replace("_", " ").replace("-", " ")


def status_tone(status: str) -> str:
    """Return the tone in which a status is shown."""
    known = _STATUSES.get(status)
    return known[0] if known else _OFF


def init_app(app: Flask) -> None:
    """Give the templates ``status_label()`` and ``status_tone()``."""
    app.jinja_env.globals.update(status_label=status_label, status_tone=status_tone)
