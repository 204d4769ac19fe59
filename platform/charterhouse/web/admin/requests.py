"""Requests for services: the list by next deadline and the board by state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import render_template, request

from charterhouse.desk.requests import count, listed, services
from charterhouse.web.admin import request_page, request_words, views
from charterhouse.web.admin.request_list import options, read_state
from charterhouse.web.i18n import lazy_gettext
from charterhouse.web.listing import read_page
from charterhouse.web.navigation import NavItem, add_nav
from charterhouse.web.permissions import require

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["register"]

_COLUMN: Final = 12
"""So many requests stand in a column of the board; the list has the others."""


@require("members.read")
def index() -> str:
    """List the requests by their next deadline, or lay them out by state."""
    state = read_state()
    shared = {
        "state": state,
        "bar": views.bar("requests", state.tabs(), narrowed=state.narrowed),
        "options": options(state),
        "services": services(),
    }
    if state.board:
        columns = [
            (each.status, listed(each, size=_COLUMN).rows, count(each)) for each in state.columns()
        ]
        return render_template(
            "admin/requests/board.html",
            columns=columns,
            count_text=request_words.count_text,
            most=_COLUMN,
            **shared,
        )
    _, size = read_page()
    after, before = (request.args.get(name, "")[:120] for name in ("after", "before"))
    found = listed(state.filters, after=after, before=before, size=size)
    return render_template("admin/requests/list.html", found=found, **shared)


def register(app: Flask) -> None:
    """Add the pages."""
    request_words.init_app(app)
    request_page.register(app)
    app.add_url_rule("/admin/requests", "admin.requests", index)
    add_nav(
        app,
        "admin",
        NavItem(
            "admin.requests",
            lazy_gettext("Requests"),
            "headset",
            lazy_gettext("Daily"),
            "members.read",
            order=28,
            prefix="admin.request",
        ),
    )
