"""The institution's own settings: names, contact, look, branches, and how members pay online."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import abort, redirect, render_template, request, url_for

from charterhouse.desk import branches as desk
from charterhouse.desk.audit import note
from charterhouse.desk.errors import DeskError
from charterhouse.desk.institution import Branch, all_branches, branding, contact
from charterhouse.payments.house import payment_state
from charterhouse.web.accents import ACCENTS, nearest
from charterhouse.web.admin.acting import actor, error_of
from charterhouse.web.admin.words import words_of
from charterhouse.web.app import catalogue, tenant
from charterhouse.web.i18n import gettext, lazy_gettext, lazy_pgettext, pick
from charterhouse.web.navigation import NavItem, add_nav
from charterhouse.web.notices import notify
from charterhouse.web.permissions import require

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response

__all__ = ["register"]

_FORMS: Final = ("names", "contact", "look")
_COLOURS: Final = {
    "teal": lazy_pgettext("colour", "Teal"),
    "indigo": lazy_pgettext("colour", "Indigo"),
    "plum": lazy_pgettext("colour", "Plum"),
    "rust": lazy_pgettext("colour", "Rust"),
    "moss": lazy_pgettext("colour", "Moss"),
}


@require("settings.read")
def show() -> str:
    """Show everything, each part with its form."""
    return _page()


def _page(part: str = "", errors: dict[str, str] | None = None) -> str:
    """The page; the form that was sent keeps what was typed."""
    here, look, reached = tenant(), branding(), contact()
    values = {
        "names": {"name_zh": here.name_zh, "name_en": here.name_en},
        "contact": {"phone": reached.phone, "email": reached.email, "address": reached.address},
        "look": {
            "short_zh": look.short_zh,
            "short_en": look.short_en,
            "accent": nearest(look.accent),
        },
    }
    if part:
        values[part] = {name: request.form.get(name, "") for name in values[part]}
    return render_template(
        "admin/institution/settings.html",
        values=values,
        errors={name: (errors or {}) if name == part else {} for name in _FORMS},
        branches=all_branches(),
        payments=payment_state(),
        colours=[(name, str(text)) for name, text in _COLOURS.items()],
        charter=words_of().name,
    )


@require("settings.write")
def save(part: str) -> str | tuple[str, int] | Response:
    """Keep one part of the settings."""
    if part not in _FORMS:
        abort(404)
    form = dict(request.form.items())
    try:
        changed = {"names": _rename, "contact": _reach, "look": _dress}[part](form)
    except DeskError as error:
        return _page(part, error_of(error)), 422
    if changed:
        notify(gettext("The settings are saved."))
    else:
        notify(gettext("Nothing was changed."), "info")
    return redirect(url_for("admin.settings", _anchor=part), code=303)


def _rename(form: dict[str, str]) -> bool:
    here = tenant()
    names = {
        name: desk.read_line(form, name, desk.NAME_LIMIT, needed=True)
        for name in ("name_zh", "name_en")
    }
    if names == {"name_zh": here.name_zh, "name_en": here.name_en}:
        return False
    who = actor()
    catalogue().change(here.id, actor=who, **names)
    note("institution.change", subject="names", actor=who, content=names)
    return True


def _reach(form: dict[str, str]) -> bool:
    return desk.change_contact(form, actor=actor())


def _dress(form: dict[str, str]) -> bool:
    colour = ACCENTS.get(form.get("accent", ""), "")
    # A colour that was told more exactly than the pages can show it stays as it is.
    if colour == ACCENTS[nearest(branding().accent)]:
        colour = branding().accent
    return desk.change_branding({**form, "accent": colour}, actor=actor())


@require("settings.write")
def branch_new() -> str | tuple[str, int] | Response:
    """Open a branch."""
    if request.method == "GET":
        return _branch_page({}, {})
    form = dict(request.form.items())
    try:
        made = desk.add_branch(form, actor=actor())
    except DeskError as error:
        return _branch_page(form, error_of(error)), 422
    notify(gettext("%(name)s is open.", name=_name(made)))
    return redirect(url_for("admin.settings", _anchor="branches"), code=303)


@require("settings.write")
def branch_edit(code: str) -> str | tuple[str, int] | Response:
    """Change a branch's names, address and phone."""
    found = desk.find_branch(code)
    if request.method == "GET":
        shown = {"zh": found.zh, "en": found.en, "address": found.address, "phone": found.phone}
        return _branch_page({"code": code, **shown}, {}, found)
    form = {**dict(request.form.items()), "code": code}
    try:
        desk.change_branch(code, form, actor=actor())
    except DeskError as error:
        return _branch_page(form, error_of(error), found), 422
    notify(gettext("The branch is saved."))
    return redirect(url_for("admin.settings", _anchor="branches"), code=303)


def _branch_page(
    values: dict[str, str], errors: dict[str, str], branch: Branch | None = None
) -> str:
    return render_template(
        "admin/institution/branch.html", values=values, errors=errors, branch=branch
    )


@require("settings.write")
def branch_state(code: str, state: str) -> Response:
    """Close a branch, or open it again."""
    if state not in ("close", "open"):
        abort(404)
    desk.set_closed(code, closed=state == "close", actor=actor())
    name = _name(desk.find_branch(code))
    if state == "close":
        notify(gettext("%(name)s is closed.", name=name))
    else:
        notify(gettext("%(name)s is open.", name=name))
    return redirect(url_for("admin.settings", _anchor="branches"), code=303)


def _name(branch: Branch) -> str:
    return pick(branch.zh, branch.en)


def register(app: Flask) -> None:
    """Add the pages."""
    rule, both = app.add_url_rule, ["GET", "POST"]
    at = "/admin/settings"
    rule(at, "admin.settings", show)
    rule(f"{at}/<part>", "admin.settings_save", save, methods=["POST"])
    rule(f"{at}/branches/new", "admin.settings_branch_new", branch_new, methods=both)
    rule(f"{at}/branches/<code>", "admin.settings_branch", branch_edit, methods=both)
    rule(
        f"{at}/branches/<code>/<state>",
        "admin.settings_branch_state",
        branch_state,
        methods=["POST"],
    )
    add_nav(
        app,
        "admin",
        NavItem(
            "admin.settings",
            lazy_gettext("Settings"),
            "settings",
            lazy_gettext("Institution"),
            "settings.read",
            order=90,
            prefix="admin.settings",
        ),
    )
