"""Members on the admin site: the list, its export, and the page of one person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from flask import Response, abort, jsonify, redirect, render_template, request, url_for

from charterhouse.desk import actions, members
from charterhouse.desk.audit import reveal
from charterhouse.desk.local import today
from charterhouse.desk.member_export import write_list
from charterhouse.desk.sheets import FORMATS
from charterhouse.desk.telling import STATES
from charterhouse.desk.timeline import KINDS
from charterhouse.desk.words import program_now
from charterhouse.web.admin import acting, views, words
from charterhouse.web.admin.acting import actor, say
from charterhouse.web.admin.action_specs import open_actions
from charterhouse.web.admin.member_list import (
    COLUMNS,
    VIEW_NAMES,
    ListState,
    head_of,
    options,
    read_state,
)
from charterhouse.web.i18n import gettext, lazy_gettext, local
from charterhouse.web.labels import register_status
from charterhouse.web.listing import Page, read_page
from charterhouse.web.navigation import NavItem, add_nav
from charterhouse.web.permissions import may, require

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from typing import IO

    from flask import Flask
    from werkzeug.wrappers import Response as WerkzeugResponse

__all__ = ["register"]

KIND_NAMES: Final = {
    "bills": lazy_gettext("Bills"),
    "payments": lazy_gettext("Payments"),
    "points": lazy_gettext("Points"),
    "benefits": lazy_gettext("Benefits"),
    "services": lazy_gettext("Services"),
    "membership": lazy_gettext("Membership"),
    "card": lazy_gettext("Card"),
    "time": lazy_gettext("By time"),
    "refused": lazy_gettext("Refused"),
}
_LIST_ARGS: Final = ("q", "view", "status", "tier", "card", "owed", "expiring", "joined", "sort")
_TIMELINE_SIZE: Final = 20
_MEDIA: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_PALETTE_SIZE: Final = 8
_PIECE: Final = 1 << 16


@require("members.read")
def index() -> str:
    """List the members."""
    state = read_state()
    number, size = read_page()
    found = members.search(state.text, state.filters, state.order, number=number, size=size)
    return render_template(
        "admin/members/list.html",
        state=state,
        bar=views.bar("members", state.tabs(), narrowed=_is_own(state)),
        page=Page(found.rows, number, size, found.total),
        heads=head_of(state),
        columns=COLUMNS,
        options=options(),
        title=VIEW_NAMES[state.filters.view],
        walk=_list_args(),
    )


def _is_own(state: ListState) -> bool:
    """Whether the list is other than a view of the house shows it."""
    filters = state.filters != members.Filters(view=state.filters.view)
    return filters or any(name in request.args for name in ("col", "sort"))


def _list_args() -> dict[str, str]:
    """Return the part of the address that names the list, to be carried to its records."""
    return {name: request.args[name] for name in _LIST_ARGS if request.args.get(name)}


@require("members.export")
def export() -> Response:
    """Send the list as it is seen, or the selected rows of it, as a file."""
    state = read_state()
    sort = request.form.get("format", "xlsx")
    if sort not in FORMATS:
        abort(422)
    filters = state.filters
    chosen = request.form.getlist("selected")
    if chosen and not request.form.get("select_all"):
        filters = members.Filters(refs=tuple(chosen[:1000]))
    heads = [
        ("name", gettext("Name")),
        ("phone", gettext("Phone")),
        ("id_number", gettext("ID number")),
    ]
    heads += [(name, str(COLUMNS[name])) for name in state.columns]
    file, _ = write_list(
        sort,
        heads,
        "" if filters.refs is not None else state.text,
        filters,
        state.order,
        unmasked=may("members.unmask"),
        say=_word,
        actor=actor(),
    )
    response = Response(_pieces(file), mimetype=_MEDIA[sort])
    response.call_on_close(file.close)
    day = today().isoformat()
    response.headers["Content-Disposition"] = f'attachment; filename="members-{day}.{sort}"'
    return response


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


def _word(column: str, code: str) -> str:
    return say(STATES.get(code, (code, code))) if column == "status" else words.code_label(code)


@require("members.read")
def show(ref: str) -> str:
    """Show one person: facts at the start of the line, one timeline beside them."""
    file = members.file(ref)
    kinds = [kind for kind in request.args.getlist("kind") if kind in KIND_NAMES]
    number, _ = read_page()
    told = members.timeline(ref, kinds, number=number, size=_TIMELINE_SIZE)
    walked = _list_args()
    state = read_state()
    before, after = (
        members.neighbours(ref, state.text, state.filters, state.order) if walked else ("", "")
    )
    return render_template(
        "admin/members/member.html",
        file=file,
        person=file.person,
        standing=file.standing,
        page=Page(told.entries, number, _TIMELINE_SIZE, told.total),
        kinds=kinds,
        kind_names={kind: KIND_NAMES[kind] for kind in (*KINDS, "refused")},
        open=open_actions(actions.possible(ref, actor=actor())),
        walk=walked,
        before=before,
        after=after,
        kinds_differ=len(_kinds()) > 1,
        can_join=not program_now().verbs.keys().isdisjoint(("apply", "join")),
        has_points="redeem" in program_now().verbs
        or "points" in {each.account for each in file.balances},
        last_day=_last_day,
    )


def _kinds() -> frozenset[str]:
    """Return the kinds of membership that the charter knows."""
    return program_now().codes.get("apply.kind", frozenset())


def _last_day(expires: datetime) -> date:
    """Return the last day on which a lot can be spent that is gone from ``expires`` on."""
    return local(expires - timedelta(microseconds=1)).date()


@require("members.unmask")
def unmask(ref: str) -> str:
    """Show ID number and phone in full; that it was done is on record."""
    person = reveal(ref, actor=actor())
    return render_template("admin/members/revealed.html", person=person)


@require("members.read")
def search() -> WerkzeugResponse:
    """Lead from the search box of every page to the one person found, or to the list."""
    text = request.args.get("q", "").strip()[:100]
    found = members.search(text, size=2) if text else None
    if found is not None and found.total == 1:
        return redirect(url_for("admin.member", ref=found.rows[0].ref), code=303)
    return redirect(url_for("admin.members", q=text or None), code=303)


@require("members.read")
def palette() -> Response:
    """Answer the command palette: people by name, pinyin initials, phone tail or card number."""
    text = request.args.get("q", "").strip()[:100]
    rows = members.search(text, size=_PALETTE_SIZE).rows if text else ()
    people = [
        {
            "label": row.name,
            "hint": " · ".join(filter(None, (row.person.masked_phone, row.card_no))),
            "url": url_for("admin.member", ref=row.ref),
        }
        for row in rows
    ]
    groups = [{"title": gettext("Members"), "items": people}] if people else []
    if may("members.write") and text:
        new = {
            "label": gettext("Enrol “%(name)s”", name=text),
            "hint": "",
            "url": url_for("admin.admission", q=text),
        }
        groups.append({"title": gettext("Actions"), "items": [new]})
    return jsonify(groups=groups)


def register(app: Flask) -> None:
    """Add the pages. The shell looks for search and palette by these names."""
    acting.init_app(app)
    words.init_app(app)
    app.jinja_env.filters.update(code_name=words.code_label, told=words.told_text)
    for state, tone in _TONES.items():
        register_status(state, tone, _StateName(state))
    rule = app.add_url_rule
    rule("/admin/members", "admin.members", index)
    rule("/admin/members/export", "admin.members_export", export, methods=["POST"])
    rule("/admin/members/<ref>", "admin.member", show)
    rule("/admin/members/<ref>/unmask", "admin.member_unmask", unmask, methods=["POST"])
    rule("/admin/search", "admin.search", search)
    rule("/admin/palette", "admin.palette", palette)
    add_nav(
        app,
        "admin",
        NavItem(
            "admin.members",
            lazy_gettext("Members"),
            "users",
            lazy_gettext("Daily"),
            "members.read",
            order=20,
            prefix="admin.member",
        ),
    )


class _StateName:
    """The word for a state of the kernel, in the reader's language when it is shown."""

    def __init__(self, state: str) -> None:
        self._state = state

    def __str__(self) -> str:
        return say(STATES[self._state])


_TONES: Final = {
    "none": "off",
    "applied": "wait",
    "approved": "wait",
    "lapsed": "off",
    "withdrawing": "wait",
    "void": "bad",
}
