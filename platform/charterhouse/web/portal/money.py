"""Points, the statement and receipts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, redirect, render_template, request, url_for

from charterhouse.desk.errors import DeskError, NotFoundError
from charterhouse.desk.member_file import Paper, paper, papers
from charterhouse.desk.portal import has_points, last_day
from charterhouse.desk.portal import home as read_home
from charterhouse.desk.statement import method_label, movements
from charterhouse.desk.statement import statement as read_statement
from charterhouse.desk.words import words
from charterhouse.payments.attempts import ONLINE, Attempt, attempts_of
from charterhouse.payments.orders import Order, orders_of
from charterhouse.web.permissions import signed_in
from charterhouse.web.portal.base import own_ref, portal, said

if TYPE_CHECKING:
    from werkzeug.wrappers import Response


@portal.get("/points")
@signed_in("member")
def points() -> str:
    """How many points there are, until when, and how they came."""
    ref = own_ref()
    return render_template(
        "portal/points.html", home=read_home(ref), rows=movements(ref), last_day=last_day
    )


@portal.get("/statement")
@signed_in("member")
def statement() -> str | Response:
    """One month of money and points."""
    try:
        found = read_statement(own_ref(), request.args.get("month", ""))
    except DeskError:
        return redirect(url_for("portal.statement"), code=303)
    return render_template("portal/statement.html", statement=found, points=has_points())


@portal.get("/receipts")
@signed_in("member")
def receipts() -> str:
    """Everything that was paid, and payments that are not finished."""
    ref = own_ref()
    return render_template(
        "portal/receipts.html",
        receipts=papers(ref, "payment"),
        unfinished=_unfinished(ref),
        words=words(),
        how=_how,
    )


@portal.get("/receipts/<receipt>")
@signed_in("member")
def receipt(receipt: str) -> str:
    """One receipt, to keep or to print."""
    ref = own_ref()
    try:
        found: Paper = paper(ref, receipt)
    except NotFoundError:
        abort(404)
    if found.kind != "payment":
        abort(404)
    home = read_home(ref)
    return render_template(
        "portal/receipt.html", receipt=found, home=home, words=words(), how=_how(found)
    )


def _how(receipt: Paper) -> str:
    """How a receipt was paid."""
    online = receipt.id.startswith(ONLINE)
    return said(method_label(str(receipt.content.get("method") or ""), online=online))


def _unfinished(ref: str) -> list[tuple[Order, Attempt]]:
    """Attempts that are neither paid nor plainly given up."""
    telling = {"processing", "refunding", "refund_failed", "refunded", "quarantined"}
    return [
        (order, attempt)
        for order in orders_of(ref)
        for attempt in attempts_of(order.id)
        if attempt.state in telling
    ]
