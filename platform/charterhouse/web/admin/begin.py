"""Beginning with a charter: choose the institution's type and the charter, state the figures, adopt."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, request, url_for

from charterhouse.desk import adopting
from charterhouse.desk.errors import DeskError
from charterhouse.web.admin.acting import actor
from charterhouse.web.admin.settings_page import SettingsPage, flat_form, unit_text
from charterhouse.web.app import catalogue, tenant
from charterhouse.web.i18n import gettext
from charterhouse.web.notices import notify
from charterhouse.web.permissions import require
from charterhouse.web.worded import worded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask
    from werkzeug.wrappers import Response

__all__ = ["register"]

_ORDERS = ("add", "remove", "samples", "edit")


@require("charter.write")
def choose() -> str | Response:
    """Offer the types of institutions with their charters."""
    if adopting.adopted():
        return redirect(url_for("admin.charter"), code=303)
    found = adopting.institutions()
    chosen = request.args.get("type", "")
    if chosen not in {each.code for each in found}:
        own = tenant().charter
        chosen = next(
            (each.code for each in found if own in {offer.code for offer in each.offers}), ""
        )
    return render_template(
        "admin/charter/choose.html", institutions=found, chosen=chosen, own=tenant().charter
    )


@require("charter.write")
def state(code: str) -> str | tuple[str, int] | Response:
    """Take the figures of a charter, show what follows from them, and adopt it."""
    if adopting.adopted():
        return redirect(url_for("admin.charter"), code=303)
    begun = adopting.start(code)
    page = SettingsPage(begun.form, dict(begun.blank), begun.samples)
    if request.method == "GET":
        return _form(begun, page)
    flat = flat_form()
    order = flat.get("do", "preview")
    if order == "adopt":
        return _adopt(begun, page, flat)
    if order == "edit":
        page.values |= begun.form.shown_raw(_read_figures(flat))
    else:
        page.keep(flat)
    if order.partition(":")[0] in _ORDERS:
        if order == "samples":
            page.take_samples()
        else:
            page.change_rows(order)
        return _form(begun, page)
    settings, problems = adopting.read(begun, flat)
    page.find_fault(problems)
    if page.errors:
        return _form(begun, page), 422
    return _preview(begun, settings)


def _form(begun: adopting.Start, page: SettingsPage) -> str:
    return render_template("admin/charter/begin.html", begun=begun, page=page, unit_text=unit_text)


def _preview(
    begun: adopting.Start, settings: Mapping[str, Any], errors: dict[str, str] | None = None
) -> str:
    return render_template(
        "admin/charter/adopt.html",
        begun=begun,
        shown=adopting.preview(begun, settings),
        figures=json.dumps(settings, ensure_ascii=False, default=str),
        errors=errors or {},
        unit_text=unit_text,
    )


def _read_figures(flat: Mapping[str, str]) -> dict[str, Any]:
    try:
        figures = json.loads(flat.get("figures", ""), parse_float=Decimal)
    except (ValueError, RecursionError):
        figures = None
    if not isinstance(figures, dict):
        raise DeskError("the figures cannot be read: begin anew", field="figures")
    return figures


def _adopt(
    begun: adopting.Start, page: SettingsPage, flat: Mapping[str, str]
) -> str | tuple[str, int] | Response:
    settings = _read_figures(flat)
    try:
        shown = adopting.preview(begun, settings)
    except DeskError as error:
        page.values |= begun.form.shown_raw(settings)
        page.errors = {error.field.partition(".")[0] or "_": worded(error.message)}
        return _form(begun, page), 422
    if shown.sampled and flat.get("sure") != "1":
        errors = {"sure": gettext("Confirm that the sample figures are yours, or change them.")}
        return _preview(begun, settings, errors), 422
    adopting.adopt_charter(catalogue(), begun, settings, actor=actor())
    notify(gettext("The charter is adopted and decides from now on."))
    return redirect(url_for("admin.charter"), code=303)


def register(app: Flask) -> None:
    """Add the pages."""
    app.add_url_rule("/admin/charter/begin", "admin.charter_begin", choose)
    app.add_url_rule(
        "/admin/charter/begin/<code>", "admin.charter_state", state, methods=["GET", "POST"]
    )
