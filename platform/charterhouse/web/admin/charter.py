"""The charter on the admin site: the document, its versions, and what differs between them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from flask import abort, render_template, request

from charterhouse.desk import charters
from charterhouse.web.admin import charter_replay, charter_settings, words
from charterhouse.web.i18n import gettext, lazy_gettext
from charterhouse.web.labels import register_status
from charterhouse.web.navigation import NavItem, add_nav
from charterhouse.web.permissions import require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask

__all__ = ["register"]


@require("charter.read")
def show() -> str:
    """Show the document of the version in force, or of the one that the address names."""
    versions = charters.versions()
    if not versions:
        return render_template("admin/charter/none.html")
    chosen = _chosen(versions, request.args.get("version", type=int))
    return render_template(
        "admin/charter/document.html",
        versions=versions,
        version=chosen,
        chapters=charters.document(chosen.number),
        name=words.words_of().name,
        both=request.args.get("both") == "1",
    )


@require("charter.read")
def history() -> str:
    """List the versions, and compare two of them."""
    versions = charters.versions()
    old, new = _pair(versions)
    return render_template(
        "admin/charter/history.html",
        versions=versions,
        old=old,
        new=new,
        differences=charters.compare(old, new) if old and new else [],
        before={b.number: a.number for a, b in pairwise(versions)},
        options=[(v.number, gettext("Version %(number)s", number=v.number)) for v in versions],
    )


def _chosen(versions: Sequence[charters.Version], number: int | None) -> charters.Version:
    if number is None:
        return next((v for v in versions if v.state == "in_force"), versions[0])
    found = next((v for v in versions if v.number == number), None)
    return found or abort(404)


def _pair(versions: Sequence[charters.Version]) -> tuple[int, int]:
    numbers = [v.number for v in versions]
    if len(numbers) < 2:
        return 0, 0
    old = request.args.get("old", numbers[-2], type=int)
    new = request.args.get("new", numbers[-1], type=int)
    return (old, new) if {old, new} <= set(numbers) else abort(404)


def register(app: Flask) -> None:
    """Add the pages. The document's endpoint is the one to which clause numbers link."""
    words.init_app(app)
    for name, label, tone in (
        ("in_force", lazy_gettext("In force"), "good"),
        ("announced", lazy_gettext("Announced"), "busy"),
        ("past", lazy_gettext("Past"), "off"),
    ):
        register_status(name, tone, label)
    app.add_url_rule("/admin/charter", "admin.charter", show)
    app.add_url_rule("/admin/charter/versions", "admin.charter_versions", history)
    charter_settings.register(app)
    charter_replay.register(app)
    add_nav(
        app,
        "admin",
        NavItem(
            "admin.charter",
            lazy_gettext("Charter"),
            "certificate",
            lazy_gettext("Institution"),
            "charter.read",
            order=60,
            prefix="admin.charter",
        ),
    )
