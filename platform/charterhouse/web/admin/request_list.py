"""The state of the list of requests as it stands in the address: view, filters, where it goes on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from flask import request, url_for

from charterhouse.desk.requests import DUE, NOBODY, STATES, Filters, count, services
from charterhouse.desk.staff import list_staff
from charterhouse.web.admin.request_words import count_text, staff_name
from charterhouse.web.admin.terms import term
from charterhouse.web.admin.words import code_label
from charterhouse.web.auth.session import current_principal
from charterhouse.web.i18n import gettext, lazy_gettext, lazy_pgettext
from charterhouse.web.listing import query_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.datastructures import MultiDict

__all__ = ["DUE_NAMES", "ListState", "options", "own_id", "read_state"]

_VIEWS: Final = {
    "open": lazy_pgettext("requests", "Open"),
    "overdue": lazy_pgettext("requests", "Overdue"),
    "mine": lazy_pgettext("requests", "Mine"),
    "nobody": lazy_pgettext("requests", "Assigned to nobody"),
    "over": lazy_pgettext("requests", "Over"),
}
_COUNTED: Final = ("open", "overdue", "mine", "nobody")
_ENDED: Final = ("served", "cancelled", "refused", "closed")
DUE_NAMES: Final = {
    "overdue": lazy_pgettext("requests", "Overdue"),
    "today": lazy_gettext("Due today"),
    "week": lazy_gettext("Due within seven days"),
    "later": lazy_gettext("Due later"),
    "none": lazy_gettext("Without a deadline"),
}
_ME: Final = lazy_gettext("Me")


def own_id() -> str:
    """Return the id of the account that is signed in; empty for others than staff."""
    principal = current_principal()
    staff = principal is not None and principal.audience == "staff"
    return str(principal.id) if staff and principal is not None else ""


@dataclass(frozen=True, slots=True)
class ListState:
    """What the address says of the list."""

    view: str
    board: bool
    filters: Filters

    @property
    def narrowed(self) -> bool:
        """Whether a filter beside the view is in force."""
        return self.filters != _filters(self.view)

    def chips(self) -> Iterator[tuple[str, str]]:
        """Return each filter in force with the address without it."""
        f, own = self.filters, _filters(self.view)
        if f.status:
            yield term("request.state", f.status), _without("state")
        if f.service:
            yield code_label(f.service), _without("service")
        if f.due:
            yield str(DUE_NAMES[f.due]), _without("due")
        if f.staff != own.staff:
            who = gettext("Assigned to nobody") if f.staff == NOBODY else staff_name(int(f.staff))
            yield who, _without("staff")

    def tabs(self) -> list[tuple[str, str, bool, int | str | None]]:
        """Return the views of the house with their counts."""
        return [
            (
                str(label),
                url_for("admin.requests", view=None if view == "open" else view),
                view == self.view,
                count_text(count(_filters(view))) if view in _COUNTED else None,
            )
            for view, label in _VIEWS.items()
        ]

    def columns(self) -> list[Filters]:
        """Return the filters of the columns of the board, one a state."""
        return [replace(self.filters, status=status) for status in STATES]


def _without(name: str) -> str:
    return query_url(**{name: None, "after": None, "before": None})


def _filters(view: str) -> Filters:
    """The filters that a view stands for by itself."""
    staff = {"mine": own_id(), "nobody": NOBODY}.get(view, "")
    return Filters(staff=staff, overdue=view == "overdue", over=view == "over")


def read_state(args: MultiDict[str, str] | None = None) -> ListState:
    """Read the state of the list from the address; what is senseless there does not count.

    Args:
        args: the query, where it is not that of the request.
    """
    given = (request.args if args is None else args).get
    view = given("view", "open")
    view = view if view in _VIEWS else "open"
    own = _filters(view)
    status = given("state", "")
    filters = replace(
        own,
        status=status if status in (_ENDED if own.over else STATES) else "",
        service=_known(given("service", ""), services()),
        staff=own.staff or _read_staff(given("staff", "")),
        due="" if own.over or own.overdue else _known(given("due", ""), DUE),
    )
    return ListState(view, given("layout") == "board" and not own.over, filters)


def _known(code: str, codes: Any) -> str:
    return code if code in codes else ""


def _read_staff(text: str) -> str:
    if text == "me":
        return own_id()
    known = {NOBODY, *(str(each.id) for each in list_staff())}
    return text if text in known else ""


def options(state: ListState) -> dict[str, list[tuple[str, str]]]:
    """Return what the filters offer."""
    me = own_id()
    others = [(str(each.id), each.name) for each in list_staff() if str(each.id) != me]
    return {
        "state": [
            (code, term("request.state", code))
            for code in (_ENDED if state.filters.over else STATES)
        ],
        "due": [(code, str(text)) for code, text in DUE_NAMES.items()],
        "service": [(code, code_label(code)) for code in services()],
        "staff": [(me, str(_ME)), (NOBODY, gettext("Assigned to nobody")), *others],
    }
