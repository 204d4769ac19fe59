"""Views that staff keep of a list: tabs with counts, and keeping, changing and deleting them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode

from flask import abort, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from charterhouse.desk import members, requests, views
from charterhouse.desk.errors import DeskError
from charterhouse.web.admin import member_list, request_list
from charterhouse.web.admin.request_words import count_text
from charterhouse.web.errors import WebError
from charterhouse.web.i18n import gettext, lazy_gettext
from charterhouse.web.notices import notify
from charterhouse.web.permissions import may, require

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from flask import Flask
    from werkzeug.wrappers import Response

__all__ = ["Bar", "bar", "register"]

Tab = tuple[str, str, bool, "int | str | None"]

_ENDPOINTS: Final = {"requests": "admin.requests", "members": "admin.members"}
_NAMES: Final = {
    "requests": ("view", "state", "service", "staff", "due", "layout"),
    # A text that was searched is mostly a person's name: no view keeps it.
    "members": ("view", "status", "tier", "card", "owed", "expiring", "joined", "sort", "col"),
}
_OWN: Final = "a name for filters of a list, which only who keeps it sees"
_WRONG: Final = {
    "view_name": lazy_gettext("Give the view a name of at most 40 characters."),
    "view_taken": lazy_gettext("Another view has this name. Choose another one."),
    "view_many": lazy_gettext("There are too many views. Delete one first."),
    "view_long": lazy_gettext("These are too many filters for one view. Take some away."),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """What a list shows of its views.

    Attributes:
        tabs: those of the house, then those that are kept.
        current: the kept view that is shown; None for none.
        changed: whether the filters are other than those of the view, or there are any without one.
        editable: whether who is signed in may change the current view.
        discard: the address without the changes.
    """

    page: str
    query: str
    tabs: list[Tab]
    current: views.View | None
    changed: bool
    editable: bool
    discard: str


def bar(page: str, tabs: Iterable[Tab], *, narrowed: bool) -> Bar:
    """Return what a list shows of its views.

    Args:
        page: of which list.
        tabs: the views of the house.
        narrowed: whether filters beside the view are in force.
    """
    known = views.views_of(page, _own_number())
    number = request.args.get("saved", 0, type=int)
    current = next((each for each in known if each.id == number), None)
    query = _query(page, request.args)
    kept = [_tab(each, current) for each in known]
    here = [(text, url, shown and current is None, count) for text, url, shown, count in tabs]
    return Bar(
        page=page,
        query=query,
        tabs=[*here, *kept],
        current=current,
        changed=query != current.query if current else narrowed and bool(query),
        editable=current is not None and (not current.shared or may("views.share")),
        discard=_url(current) if current else "",
    )


def _own_number() -> int:
    return int(request_list.own_id() or 0)


def _query(page: str, given: MultiDict[str, str]) -> str:
    """The filters of an address in one order, so that equal ones are equal texts."""
    pairs = {(name, value[:100]) for name in _NAMES[page] for value in given.getlist(name) if value}
    return urlencode(sorted(pairs))


def _args(query: str) -> MultiDict[str, str]:
    return MultiDict(parse_qsl(query))


def _url(view: views.View) -> str:
    query = f"&{view.query}" if view.query else ""
    return f"{url_for(_ENDPOINTS[view.page])}?saved={view.id}{query}"


def _tab(view: views.View, current: views.View | None) -> Tab:
    count = _COUNTS[view.page](_args(view.query))
    return view.name, _url(view), current is not None and view.id == current.id, count


def _count_requests(args: MultiDict[str, str]) -> str:
    return count_text(requests.count(request_list.read_state(args).filters))


def _count_members(args: MultiDict[str, str]) -> int:
    return members.count(member_list.read_state(args).filters)


_COUNTS: Final[dict[str, Callable[[MultiDict[str, str]], int | str]]] = {
    "requests": _count_requests,
    "members": _count_members,
}


@require("members.read", own=_OWN)
def keep(page: str) -> Response:
    """Keep the filters of a list as a view."""
    if page not in _ENDPOINTS:
        abort(404)
    shared = request.form.get("shared") == "1"
    if shared:
        _may_share()
    query = _query(page, _args(request.form.get("query", "")))

    def kept() -> views.View:
        name = request.form.get("name", "")
        return views.keep(page, name, query, staff_id=_own_number(), shared=shared)

    return _done(kept, gettext("The view is kept."), f"{url_for(_ENDPOINTS[page])}?{query}")


@require("members.read", own=_OWN)
def change(number: int) -> Response:
    """Let a view have the filters that are shown."""
    view = _editable(number)
    query = _query(view.page, _args(request.form.get("query", "")))
    return _done(
        lambda: views.change(number, query, staff_id=_own_number()),
        gettext("The view is changed."),
        _url(view),
    )


@require("members.read", own=_OWN)
def rename(number: int) -> Response:
    """Give a view another name."""
    view = _editable(number)
    name = request.form.get("name", "")
    return _done(
        lambda: views.rename(number, name, staff_id=_own_number()),
        gettext("The view has another name."),
        _url(view),
    )


@require("members.read", own=_OWN)
def delete(number: int) -> Response:
    """Delete a view."""
    view = _editable(number)
    views.delete(number, staff_id=_own_number())
    notify(gettext("The view is deleted; what it showed is still there."))
    return redirect(url_for(_ENDPOINTS[view.page]), code=303)


def _editable(number: int) -> views.View:
    view = views.find(number, _own_number())
    if view.shared:
        _may_share()
    return view


def _may_share() -> None:
    if not may("views.share"):
        raise WebError(
            gettext("Your role may not change views that everybody sees."),
            code="permission_missing",
            status=403,
        )


def _done(change_it: Callable[[], views.View], said: str, back: str) -> Response:
    """Change a view and show it; where that is not possible, say why where the reader was."""
    try:
        view = change_it()
    except DeskError as error:
        if error.code not in _WRONG:
            raise
        notify(str(_WRONG[error.code]), "error")
        return redirect(back, code=303)
    notify(said)
    return redirect(_url(view), code=303)


def register(app: Flask) -> None:
    """Add what is done with views; the lists show them."""
    rules: Sequence[tuple[str, str, Callable[..., Response]]] = (
        ("/admin/views/<page>", "admin.view_keep", keep),
        ("/admin/views/<int(max=9223372036854775807):number>/change", "admin.view_change", change),
        ("/admin/views/<int(max=9223372036854775807):number>/rename", "admin.view_rename", rename),
        ("/admin/views/<int(max=9223372036854775807):number>/delete", "admin.view_delete", delete),
    )
    for rule, endpoint, view in rules:
        app.add_url_rule(rule, endpoint, view, methods=["POST"])
