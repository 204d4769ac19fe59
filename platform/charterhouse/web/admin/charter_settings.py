"""The figures of the charter: a form made from its schema, a preview, and the amendment."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, request, url_for

from charterhouse.desk import charter_settings as desk
from charterhouse.desk.errors import DeskError
from charterhouse.kernel.reasons import REASONS
from charterhouse.tenancy.ids import new_key
from charterhouse.web.admin.acting import form_key
from charterhouse.web.admin.settings_page import SettingsPage, flat_form, unit_text
from charterhouse.web.auth.session import current_principal
from charterhouse.web.i18n import date_text, gettext, pick
from charterhouse.web.notices import notify
from charterhouse.web.permissions import require

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flask import Flask
    from werkzeug.wrappers import Response

    from charterhouse.desk.charter_form import SettingsForm

__all__ = ["register"]


@require("charter.write")
def form() -> str | Response:
    """Show the form, and take what was entered to its preview."""
    base = desk.base()
    page = SettingsPage(base.form, base.shown)
    if request.method == "GET":
        return _render(page, base.pending)
    flat = flat_form()
    order = flat.get("do", "preview")
    if order == "edit":
        page.values |= _again(page.form, flat)
        return _render(page, base.pending)
    page.keep(flat)
    if order != "preview":
        page.change_rows(order)
        return _render(page, base.pending)
    settings, problems = desk.changed(flat, base.form)
    page.find_fault(problems)
    if not page.errors and not settings:
        page.errors["_none"] = gettext("Nothing was changed: alter at least one figure.")
    if page.errors:
        return _render(page, base.pending)
    return _preview(page, settings, None)


def _again(base: SettingsForm, flat: Mapping[str, str]) -> dict[str, Any]:
    """Back from the preview: the changed values in the form once more."""
    try:
        return base.shown_raw(_read_changes(flat))
    except DeskError:
        return {}


def _read_changes(flat: Mapping[str, str]) -> dict[str, Any]:
    try:
        changes = json.loads(flat.get("changes", ""), parse_float=Decimal)
    except (ValueError, RecursionError):
        raise DeskError("the changes cannot be read: begin anew", field="changes") from None
    if not isinstance(changes, dict):
        raise DeskError("the changes cannot be read: begin anew", field="changes")
    return changes


@require("charter.write")
def save() -> str | Response:
    """Announce the amendment, or show its preview again with what is against it."""
    flat = flat_form()
    base = desk.base()
    page = SettingsPage(base.form, base.shown)
    settings = _read_changes(flat)
    try:
        effective = date.fromisoformat(flat.get("effective", ""))
    except ValueError:
        page.errors["effective"] = gettext("Enter a day.")
        return _preview(page, settings, None)
    if flat.get("do") == "check":
        return _preview(page, settings, effective)
    answer = desk.amend(
        settings, effective=effective, actor=_actor(), key=form_key(), note=flat.get("note", "")
    )
    if answer.refusal is not None:
        return _preview(page, settings, effective)
    notify(
        gettext("The amendment takes effect on %(day)s.", day=date_text(effective)),
        link=(gettext("Versions"), url_for("admin.charter_versions")),
    )
    return redirect(url_for("admin.charter"), code=303)


def _preview(page: SettingsPage, settings: dict[str, Any], effective: date | None) -> str:
    shown = desk.preview(settings, effective=effective, actor=_actor())
    errors = dict(page.errors)
    if shown.problem is not None:
        page.errors = {}
        page.find_fault([shown.problem])
        page.values |= page.form.shown_raw(settings)
        return _render(page, [])
    if shown.refusal is not None:
        errors["effective"] = pick(*REASONS[shown.refusal["code"]])
    return render_template(
        "admin/charter/preview.html",
        shown=shown,
        form=page.form,
        errors=errors,
        changes=json.dumps(settings, ensure_ascii=False, default=str),
        key=request.form.get("key") or new_key(),
        remark=request.form.get("note", ""),
        unit_text=unit_text,
    )


def _actor() -> str:
    principal = current_principal()
    return principal.key if principal else ""


def _render(page: SettingsPage, pending: list[datetime]) -> str:
    return render_template(
        "admin/charter/settings.html", page=page, pending=pending, unit_text=unit_text
    )


def register(app: Flask) -> None:
    """Add the pages."""
    app.add_url_rule(
        "/admin/charter/figures", "admin.charter_settings", form, methods=["GET", "POST"]
    )
    app.add_url_rule(
        "/admin/charter/figures/save", "admin.charter_settings_save", save, methods=["POST"]
    )
