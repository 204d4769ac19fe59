"""The counter: who stands there, the bill with its live quote, tender and receipt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import segno
from flask import Blueprint, redirect, render_template, request, url_for

from charterhouse.desk import bills, counter, pending_bills, receipts
from charterhouse.desk.errors import ConflictError, DeskError, UnavailableError
from charterhouse.desk.institution import all_branches, branches
from charterhouse.desk.items import Items
from charterhouse.desk.people import create_person
from charterhouse.web.admin import prices, terms
from charterhouse.web.admin.acting import actor, own_branch
from charterhouse.web.admin.words import reason_text
from charterhouse.web.auth.session import current_principal
from charterhouse.web.i18n import gettext, lazy_gettext, money_text, pick
from charterhouse.web.navigation import NavItem, add_nav
from charterhouse.web.notices import notify
from charterhouse.web.permissions import require

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask
    from werkzeug.wrappers import Response

__all__ = ["register"]

area = Blueprint("counter", __name__, url_prefix="/admin/counter")

_BLANK_ROWS = 3
_FAULTS = {
    "required": lazy_gettext("Fill this in."),
    "amount": lazy_gettext("Enter an amount in yuan such as 12.50."),
    "count": lazy_gettext("Enter a whole number of at least 1."),
    "code": lazy_gettext("Choose one of the list."),
    "card_unknown": lazy_gettext("No card has this number: check it with the referrer."),
    "name_differs": lazy_gettext("This is not the name of the card's holder."),
    "too_many": lazy_gettext("A bill has at most 100 lines: split it."),
}


@area.get("")
@require("bills.charge")
def index() -> str | Response:
    """Scan or search a person, then enter the bill."""
    text = request.args.get("q", "").strip()
    chosen = request.args.get("person", "")
    if chosen:
        return _bill_page(_typed({}, chosen))
    if bills.is_bill_id(text.upper()):
        return redirect(url_for("counter.receipt", bill=text.upper()))
    found = counter.find(text) if text else None
    if found is not None and found.total == 1:
        return redirect(url_for("counter.index", person=found.rows[0].ref))
    return render_template(
        "admin/counter/search.html",
        text=text,
        found=found,
        pending=pending_bills.pending(),
        errors={},
        entered={"name": "" if text.isascii() else text},
    )


@area.post("/people")
@require("bills.charge", "members.write")
def add_person() -> str | tuple[str, int] | Response:
    """Register somebody without a card, so that the bill has a name."""
    entered = {name: request.form.get(name, "") for name in ("name", "phone")}
    try:
        made = create_person(entered)
    except DeskError as error:
        errors = {error.field.rpartition(".")[2]: _person_fault(error)}
        page = render_template(
            "admin/counter/search.html",
            text="",
            found=None,
            pending=pending_bills.pending(),
            errors=errors,
            entered=entered,
        )
        return page, 422
    return redirect(url_for("counter.index", person=made.ref), code=303)


def _person_fault(error: DeskError) -> str:
    said = {
        "person.name": gettext("Enter the name."),
        "person.phone": gettext("This is no phone number."),
    }
    return str(said.get(error.field, error.message))


@area.post("/bill")
@require("bills.charge")
def entry() -> str | tuple[str, int] | Response:
    """Everything that the bill's buttons do: rows, quote, charge; works without scripts."""
    flat = {name: str(value) for name, value in request.form.items()}
    typed = _typed(flat, flat.get("payer", ""))
    order = flat.get("do", "quote")
    if order == "add" or order.startswith("remove:"):
        return _bill_page(_with_rows(typed, order))
    if order == "charge" and "expected" in flat:
        return _charge(typed, flat)
    return _bill_page(typed, **_quote(typed))


@area.post("/quote")
@require("bills.charge")
def quote() -> str:
    """Answer the live quote: a part of the page."""
    flat = {name: str(value) for name, value in request.form.items()}
    typed = _typed(flat, flat.get("payer", ""))
    return render_template("admin/counter/quote.html", typed=typed, **_quote(typed))


def _typed(flat: Mapping[str, str], payer: str) -> bills.Typed:
    rows = bills.rows_from(flat) or (bills.Row(),) * _BLANK_ROWS
    entered = bool(flat)
    number = flat.get("bill", "")
    return bills.Typed(
        payer=payer,
        holder=counter.is_member(payer),
        # Only numbers of the counter's own form: others name the payments of other ways.
        bill=number if bills.is_bill_id(number) else bills.new_bill_id(),
        rows=rows,
        visit=flat.get("visit", ""),
        first_visit=flat.get("first_visit", ""),
        card_shown=not entered or "card_shown" in flat,
        id_shown=not entered or "id_shown" in flat,
        presented=flat.get("presented", "own"),
        third_party=flat.get("third_party", ""),
        referrer_card=flat.get("referrer_card", ""),
        referrer_name=flat.get("referrer_name", ""),
        method=flat.get("method", "cash"),
        branch=own_branch(flat.get("branch", "")),
        remark=flat.get("remark", ""),
        episode=flat.get("episode", ""),
        tender={
            source: bills.Tendered(flat.get(f"use-{source}", ""), flat.get(f"tender-{source}", ""))
            for source in ("stored_value", "credit", "points")
            if f"use-{source}" in flat or flat.get(f"tender-{source}")
        },
    )


def _with_rows(typed: bills.Typed, order: str) -> bills.Typed:
    rows = list(typed.rows)
    number = order.partition(":")[2]
    if order == "add":
        rows.append(bills.Row())
    elif re.fullmatch(r"[0-9]{1,3}", number) and int(number) < len(rows):
        del rows[int(number)]
    return bills.with_rows(typed, rows or [bills.Row()])


def _quote(typed: bills.Typed) -> dict[str, Any]:
    """What a quote shows: the quote, or what has to be filled in first."""
    items = Items()
    read = bills.read_bill(typed, items)
    if read.errors:
        blank = all(row.blank for row in typed.rows)
        return {"quoted": None, "errors": {} if blank else _said(read.errors)}
    try:
        quoted = counter.quote_bill({**read.raw, "id": typed.bill}, items, actor=actor())
    except DeskError as error:
        return {"quoted": None, "errors": {_place(error.field): error.message}}
    return {"quoted": quoted, "errors": {}, "hints": _price_hints(read.raw, items)}


def _place(field: str) -> str:
    """Where on the form a field of the event stands."""
    name = field.removeprefix("spend.")
    parts = name.split(".")
    return "-".join(parts) if parts[0] in ("lines", "tender") else name


def _said(errors: Mapping[str, str]) -> dict[str, str]:
    return {place: str(_FAULTS[code]) for place, code in errors.items()}


def _price_hints(raw: Mapping[str, Any], items: Items) -> list[str]:
    hints = []
    for line in raw["lines"]:
        known = items.listed_as(line["item"])
        if known is not None and bills.differs(line, known):
            hints.append(
                str(
                    gettext(
                        "%(item)s: the price differs from the price list.",
                        item=pick(known.zh, known.en) or known.item,
                    )
                )
            )
    return hints


def _charge(typed: bills.Typed, flat: Mapping[str, str]) -> str | tuple[str, int] | Response:
    items = Items()
    read = bills.read_bill(typed, items)
    expected = flat["expected"]
    if read.errors or not re.fullmatch(r"[0-9]{1,15}", expected):
        return _bill_page(typed, **_quote(typed)), 422
    raw = {**read.raw, "id": typed.bill}
    try:
        if flat.get("undecided") == "1":
            return _park(raw, int(expected), read.names, items)
        counter.charge(raw, expected=int(expected), names=read.names, actor=actor())
    except UnavailableError:
        return _bill_page(typed, **_quote(typed)), 503
    except ConflictError as error:
        return _bill_page(typed, **_against(typed, _conflict(error))), 409
    except DeskError as error:
        return _bill_page(typed, **_against(typed, reason_text(error.code))), 422
    return redirect(url_for("counter.receipt", bill=typed.bill), code=303)


def _park(
    raw: Mapping[str, Any], expected: int, names: Mapping[str, str], items: Items
) -> Response:
    quoted = counter.quote_bill(raw, items, actor=actor())
    if quoted.decided or quoted.to_pay != expected:
        raise ConflictError("the charter decides again", code="amount_changed")
    bill = pending_bills.park(raw, charged=expected, names=names, actor=actor())
    return redirect(url_for("counter.provisional", bill=bill), code=303)


def _against(typed: bills.Typed, message: str) -> dict[str, Any]:
    shown = _quote(typed)
    return {**shown, "errors": {"_charge": message, **shown["errors"]}}


def _conflict(error: ConflictError) -> str:
    if error.code == "amount_changed":
        return str(gettext("The amount changed meanwhile: look at it and confirm again."))
    return str(gettext("This bill was charged already with other contents: start a new one."))


def _bill_page(typed: bills.Typed, **more: Any) -> str:
    principal = current_principal()
    limited = principal.branches if principal else frozenset()
    places = [each for each in branches() if not limited or each.code in limited]
    items, asked = Items(), counter.asked()
    categories = dict.fromkeys(terms.CATEGORIES)
    for code in (*asked.categories, *(each.category for each in items.listed)):
        categories.setdefault(code)
    shown = {"quoted": None, "errors": {}, "hints": []} | more
    return render_template(
        "admin/counter/bill.html",
        typed=typed,
        holder=counter.holder(typed.payer, actor=actor()),
        items=items,
        categories=list(categories),
        asked=asked,
        can_top_up="top_up" in counter.verbs(),
        visits=[
            (code, terms.term("visit", code))
            for code in dict.fromkeys((*terms.VISITS, *asked.visits))
        ],
        methods=[(code, terms.term("method", code)) for code in terms.METHODS],
        branches=[(each.code, pick(each.zh, each.en)) for each in places],
        **shown,
    )


@area.get("/bills/<bill>")
@require("bills.read")
def receipt(bill: str) -> str:
    """Show a bill's receipt, ready for the printer."""
    shown = receipts.receipt(bill)
    code = segno.make(bill, error="m", micro=False).svg_data_uri(scale=4, border=2)
    places = {each.code: pick(each.zh, each.en) for each in all_branches()}
    return render_template(
        "admin/counter/receipt.html",
        receipt=shown,
        code=code,
        branch=places.get(shown.branch or "", shown.branch or ""),
    )


@area.get("/provisional/<bill>")
@require("bills.read")
def provisional(bill: str) -> str | Response:
    """Show a bill that waits for the charter's decision."""
    found = pending_bills.find_pending(bill)
    if found is None:
        return redirect(url_for("counter.receipt", bill=bill))
    code = segno.make(bill, error="m", micro=False).svg_data_uri(scale=4, border=2)
    return render_template(
        "admin/counter/provisional.html", pending=found, code=code, items=Items()
    )


@area.post("/provisional/<bill>/settle")
@require("bills.charge")
def settle(bill: str) -> Response:
    """Have a waiting bill decided, and say what is to be given back."""
    try:
        found, answer = pending_bills.settle(bill, actor=actor())
    except UnavailableError:
        notify(gettext("The charter still cannot decide. Try again later."), "warning")
        return redirect(url_for("counter.provisional", bill=bill), code=303)
    back = found.charged - answer.figures["to_pay"]
    if back > 0:
        message = gettext("Decided. Give %(amount)s back to the payer.", amount=money_text(back))
    else:
        message = gettext("Decided. Nothing is to be given back.")
    notify(message)
    return redirect(url_for("counter.receipt", bill=bill), code=303)


def register(app: Flask) -> None:
    """Add the pages."""
    terms.init_app(app)
    prices.register(app)
    app.register_blueprint(area)
    add_nav(
        app,
        "admin",
        NavItem(
            "counter.index",
            lazy_gettext("Counter"),
            "calculator",
            lazy_gettext("Daily"),
            "bills.charge",
            order=10,
            prefix="counter.",
        ),
        NavItem(
            "prices.index",
            lazy_gettext("Price list"),
            "tags",
            lazy_gettext("Institution"),
            "settings.write",
            order=64,
            prefix="prices.",
        ),
    )
