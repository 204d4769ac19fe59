"""The state of the member list as it stands in the address: text, view, filters, order, columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request, url_for

from charterhouse.desk import members
from charterhouse.desk.telling import STATES
from charterhouse.desk.words import program_now
from charterhouse.web.admin.acting import say
from charterhouse.web.admin.words import code_label
from charterhouse.web.i18n import gettext, lazy_gettext, ngettext
from charterhouse.web.listing import Column, Sort, col, query_url, read_sort

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.datastructures import MultiDict

__all__ = ["COLUMNS", "VIEW_NAMES", "ListState", "head_of", "options", "read_state"]

VIEW_NAMES: Final = {
    "all": lazy_gettext("All members"),
    "active": lazy_gettext("Active members"),
    "applied": lazy_gettext("To review"),
    "owing": lazy_gettext("To pay"),
    "expiring": lazy_gettext("Expiring soon"),
    "lost": lazy_gettext("Card lost"),
    "lapsed": lazy_gettext("Lapsed"),
    "ended": lazy_gettext("Ended"),
}
COLUMNS: Final = {
    "card_no": lazy_gettext("Card number"),
    "tier": lazy_gettext("Card type"),
    "status": lazy_gettext("Status"),
    "points": lazy_gettext("Points"),
    "stored_value": lazy_gettext("Stored value"),
    "spend_total": lazy_gettext("Consumption"),
    "owed": lazy_gettext("Owed"),
    "since": lazy_gettext("Member since"),
    "valid_until": lazy_gettext("Valid until"),
}
_DEFAULT: Final = ("card_no", "tier", "status", "points", "spend_total", "valid_until", "owed")
_NUMBERS: Final = frozenset({"points", "stored_value", "spend_total", "owed"})
_DAYS: Final = (7, 30, 60, 90, 180)


@dataclass(frozen=True, slots=True)
class ListState:
    """What the address says of the list."""

    text: str
    filters: members.Filters
    sort: Sort
    columns: tuple[str, ...]

    @property
    def order(self) -> members.Order:
        """The order as the desk takes it."""
        return members.Order(self.sort.key, self.sort.descending)

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.text) or self.filters != members.Filters()

    def chips(self) -> Iterator[tuple[str, str]]:
        """Return each filter in force with the address without it."""
        f = self.filters
        if self.text:
            yield gettext("Search: %(text)s", text=self.text), query_url(q=None, page=None)
        if f.status:
            yield say(STATES[f.status]), query_url(status=None, page=None)
        if f.tier:
            yield code_label(f.tier), query_url(tier=None, page=None)
        if f.card:
            label = gettext("Card: %(state)s", state=say(STATES[f.card]))
            yield label, query_url(card=None, page=None)
        if f.owed:
            yield gettext("Owes something"), query_url(owed=None, page=None)
        if f.expiring:
            label = _within(f.expiring)
            yield label, query_url(expiring=None, page=None)
        if f.joined:
            yield _joined(f.joined), query_url(joined=None, page=None)

    def tabs(self) -> list[tuple[str, str, bool, int | str | None]]:
        """Return the views of the house with their counts."""
        counted = members.counts()
        return [
            (
                str(label),
                url_for("admin.members", view=view),
                view == self.filters.view,
                counted[view],
            )
            for view, label in VIEW_NAMES.items()
        ]


def _within(days: int) -> str:
    return str(ngettext("Expires within %(num)s day", "Expires within %(num)s days", days))


def _joined(days: int) -> str:
    return str(ngettext("Joined in the last %(num)s day", "Joined in the last %(num)s days", days))


def _choice(args: MultiDict[str, str], name: str, allowed: object) -> str:
    given = args.get(name, "")
    return given if given in allowed else ""  # type: ignore[operator]  # any container of codes


def _days(args: MultiDict[str, str], name: str) -> int:
    given = args.get(name, 0, type=int)
    return given if 0 < given <= 3660 else 0


def read_state(given: MultiDict[str, str] | None = None) -> ListState:
    """Read the state of the list from the address; what is senseless there does not count.

    Args:
        given: the query, where it is not that of the request.
    """
    args = request.args if given is None else given
    codes = program_now().codes
    filters = members.Filters(
        view=_choice(args, "view", VIEW_NAMES) or "all",
        status=_choice(args, "status", STATES),
        tier=_choice(args, "tier", codes.get("tier", ())),
        card=_choice(args, "card", STATES),
        owed=args.get("owed") == "1",
        expiring=_days(args, "expiring"),
        joined=_days(args, "joined"),
    )
    asked = args.getlist("col")
    return ListState(
        text=args.get("q", "").strip()[:100],
        filters=filters,
        sort=read_sort(members.SORTS, "-since"),
        columns=tuple(c for c in COLUMNS if c in (asked or _DEFAULT)),
    )


def head_of(state: ListState) -> list[Column]:
    """Return the heads of the list's columns."""
    return [
        col(gettext("Name")),
        *(
            col(
                COLUMNS[name],
                name if name in members.SORTS else "",
                align="end" if name in _NUMBERS else "",
                wide=name in ("card_no", "tier", "spend_total", "valid_until", "since", "owed"),
            )
            for name in state.columns
        ),
    ]


def options() -> dict[str, list[tuple[str, str]]]:
    """Return what the filters offer."""
    tiers = sorted(program_now().codes.get("tier", ()))
    statuses = ("applied", "approved", "active", "suspended", "lapsed", "ended", "rejected")
    return {
        "tier": [(code, code_label(code)) for code in tiers],
        "status": [(code, say(STATES[code])) for code in statuses],
        "card": [(code, say(STATES[code])) for code in ("active", "lost", "void", "expired")],
        "expiring": [(str(n), _within(n)) for n in _DAYS],
        "joined": [(str(n), _joined(n)) for n in _DAYS],
    }
