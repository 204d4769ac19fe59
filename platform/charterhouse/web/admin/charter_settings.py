"""The figures of the charter: a form made from its schema, a preview, and the amendment."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, request, url_for

from charterhouse.desk import charter_settings as desk
from charterhouse.desk.charter_form import Problem, SettingsForm, rows_of
from charterhouse.desk.errors import DeskError
from charterhouse.kernel.reasons import REASONS
from charterhouse.tenancy.ids import new_key
from charterhouse.web.admin.acting import form_key
from charterhouse.web.auth.session import current_principal
from charterhouse.web.i18n import date_text, gettext, lazy_gettext, lazy_pgettext, pick
from charterhouse.web.notices import notify
from charterhouse.web.permissions import require

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask
    from werkzeug.wrappers import Response

__all__ = ["register"]

UNITS = {
    "yuan": lazy_pgettext("unit", "yuan"),
    "days": lazy_pgettext("unit", "days"),
    "hours": lazy_pgettext("unit", "hours"),
    "months": lazy_pgettext("unit", "months"),
    "years": lazy_pgettext("unit", "years"),
    "points": lazy_pgettext("unit", "points"),
    "percent": "%",
    "count": lazy_pgettext("unit", "times"),
}
"""Units as the schemas name them; a unit without a word stands for itself."""

_PROBLEMS = {
    "required": lazy_gettext("Enter a value."),
    "yuan": lazy_gettext("Enter an amount in yuan such as 12.50."),
    "factor": lazy_gettext("Enter a factor between 0 and 1 such as 0.80."),
    "whole": lazy_gettext("Enter a whole number."),
    "choice": lazy_gettext("Choose one of the list."),
    "form": lazy_gettext("Use small letters, digits, dots and hyphens; begin with a letter."),
    "duplicate": lazy_gettext("The same entry stands in two rows: remove one."),
    "rows": lazy_gettext("Fill in every cell of the row, or remove the row."),
    "json": lazy_gettext("This is not a readable value."),
}


@dataclass(slots=True)
class _Page:
    """What the form shows: values by setting, errors by setting."""

    form: SettingsForm
    values: dict[str, Any]
    pending: list[Any]
    errors: dict[str, str] = field(default_factory=dict)


def _unit(code: str) -> str:
    return str(UNITS.get(code, ""))


def _labelled(options: tuple[tuple[str, tuple[str, str]], ...]) -> list[tuple[str, str]]:
    return [(code, pick(*label)) for code, label in options]


def _said(problem: Problem) -> str:
    if problem.code == "range":
        message = gettext(
            "Enter a whole number from %(low)s to %(high)s.", low=problem.low, high=problem.high
        )
        return str(message)
    if problem.code == "length":
        message = gettext(
            "Enter %(low)s to %(high)s characters.", low=problem.low or 0, high=problem.high
        )
        return str(message)
    known = _PROBLEMS.get(problem.code)
    return str(known) if known else gettext("This is not valid: %(why)s", why=problem.message)


def _flat() -> dict[str, str]:
    return {name: str(value) for name, value in request.form.items()}


def _kept(form: SettingsForm, flat: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, in the shape in which the form shows values."""
    cells = {"table": ("key", "value"), "overrides": ("tier", "setting", "figure")}
    kept: dict[str, Any] = {}
    for each in form.settings:
        if each.kind in cells:
            rows = rows_of(flat, each.name)
            kept[each.name] = [tuple(row.get(c, "") for c in cells[each.kind]) for row in rows]
        elif each.kind == "list":
            kept[each.name] = flat.get(each.name, "").splitlines()
        else:
            kept[each.name] = flat.get(each.name, "")
    return kept


def _change_rows(page: _Page, order: str) -> None:
    """Add or remove a row of a table: how the form works without scripts."""
    match = re.fullmatch(r"(add|remove):([a-z_]+)(?::(\d{1,4}))?", order)
    setting = page.form.setting(match[2]) if match else None
    if match is None or setting is None or setting.kind not in ("table", "overrides"):
        return
    rows = page.values[setting.name]
    if match[1] == "add":
        rows.append(("",) * (2 if setting.kind == "table" else 3))
    elif match[3] is not None and int(match[3]) < len(rows):
        del rows[int(match[3])]


@require("charter.write")
def form() -> str | Response:
    """Show the form, and take what was entered to its preview."""
    base = desk.base()
    page = _Page(base.form, base.shown, base.pending)
    if request.method == "GET":
        return _render(page)
    flat = _flat()
    order = flat.get("do", "preview")
    if order == "edit":
        page.values |= _again(page.form, flat)
        return _render(page)
    page.values = _kept(base.form, flat)
    if order != "preview":
        _change_rows(page, order)
        return _render(page)
    settings, problems = desk.changed(flat, base.form)
    page.errors = {problem.name: _said(problem) for problem in problems}
    if not page.errors and not settings:
        page.errors["_none"] = gettext("Nothing was changed: alter at least one figure.")
    if page.errors:
        return _render(page)
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
    flat = _flat()
    base = desk.base()
    page = _Page(base.form, base.shown, base.pending)
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


def _preview(page: _Page, settings: dict[str, Any], effective: date | None) -> str:
    shown = desk.preview(settings, effective=effective, actor=_actor())
    errors = dict(page.errors)
    if shown.problem is not None:
        page.errors = {shown.problem[0].split(".")[0]: _against(shown.problem[1])}
        page.values |= page.form.shown_raw(settings)
        return _render(page)
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
        unit_text=_unit,
    )


def _against(message: str) -> str:
    return str(gettext("The figures contradict each other: %(why)s", why=message))


def _actor() -> str:
    principal = current_principal()
    return principal.key if principal else ""


def _render(page: _Page) -> str:
    labels = {each.name: pick(*each.label) for each in page.form.settings}
    return render_template(
        "admin/charter/settings.html",
        page=page,
        labels=labels,
        unit_text=_unit,
        labelled=_labelled,
        scalars=[(each.name, labels[each.name]) for each in page.form.scalars()],
    )


def register(app: Flask) -> None:
    """Add the pages."""
    app.add_url_rule(
        "/admin/charter/figures", "admin.charter_settings", form, methods=["GET", "POST"]
    )
    app.add_url_rule(
        "/admin/charter/figures/save", "admin.charter_settings_save", save, methods=["POST"]
    )
