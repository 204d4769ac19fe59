"""Words and colours of states. The colour never stands alone: the word is always shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from charterhouse.web.i18n import lazy_gettext

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["init_app", "register_status", "status_label", "status_tone"]

_GOOD, _BUSY, _WAIT, _BAD, _OFF = "good", "busy", "wait", "bad", "off"

_STATUSES: Final[dict[str, tuple[str, object]]] = {
    "active": (_GOOD, lazy_gettext("Active")),
    "valid": (_GOOD, lazy_gettext("Valid")),
    "paid": (_GOOD, lazy_gettext("Paid")),
    "done": (_GOOD, lazy_gettext("Done")),
    "closed": (_OFF, lazy_gettext("Closed")),
    "completed": (_GOOD, lazy_gettext("Completed")),
    "accepted": (_GOOD, lazy_gettext("Accepted")),
    "approved": (_GOOD, lazy_gettext("Approved")),
    "settled": (_GOOD, lazy_gettext("Settled")),
    "succeeded": (_GOOD, lazy_gettext("Succeeded")),
    "issued": (_GOOD, lazy_gettext("Issued")),
    "open": (_BUSY, lazy_gettext("Open")),
    "running": (_BUSY, lazy_gettext("Running")),
    "processing": (_BUSY, lazy_gettext("Processing")),
    "assigned": (_BUSY, lazy_gettext("Assigned")),
    "new": (_BUSY, lazy_gettext("New")),
    "pending": (_WAIT, lazy_gettext("Pending")),
    "waiting": (_WAIT, lazy_gettext("Waiting")),
    "provisional": (_WAIT, lazy_gettext("Provisional")),
    "provisioning": (_WAIT, lazy_gettext("Being set up")),
    "draft": (_OFF, lazy_gettext("Draft")),
    "frozen": (_WAIT, lazy_gettext("Frozen")),
    "suspended": (_WAIT, lazy_gettext("Suspended")),
    "disputed": (_WAIT, lazy_gettext("Disputed")),
    "overdue": (_BAD, lazy_gettext("Overdue")),
    "failed": (_BAD, lazy_gettext("Failed")),
    "refused": (_BAD, lazy_gettext("Refused")),
    "rejected": (_BAD, lazy_gettext("Rejected")),
    "lost": (_BAD, lazy_gettext("Reported lost")),
    "blocked": (_BAD, lazy_gettext("Blocked")),
    "expired": (_OFF, lazy_gettext("Expired")),
    "ended": (_OFF, lazy_gettext("Ended")),
    "cancelled": (_OFF, lazy_gettext("Cancelled")),
    "withdrawn": (_OFF, lazy_gettext("Withdrawn")),
    "reversed": (_OFF, lazy_gettext("Reversed")),
    "refunded": (_OFF, lazy_gettext("Refunded")),
    "inactive": (_OFF, lazy_gettext("Inactive")),
    "test": (_WAIT, lazy_gettext("Test")),
    "live": (_GOOD, lazy_gettext("Live")),
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
