"""Paying online: what is owed → the gateway's page → how it ended."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import structlog
from flask import redirect, render_template, request, url_for

from charterhouse.desk.errors import DeskError, NotFoundError
from charterhouse.desk.member_file import paper
from charterhouse.desk.portal import home as read_home
from charterhouse.desk.words import words
from charterhouse.kernel.errors import EventError
from charterhouse.kernel.money import parse_fen
from charterhouse.kernel.reasons import REASONS
from charterhouse.kernel.standing import PREPAYMENT
from charterhouse.payments import checkout, orders
from charterhouse.payments.attempts import Attempt, Return, get_attempt
from charterhouse.payments.gateways.errors import GatewayError
from charterhouse.payments.house import NoGatewayError, find_merchant
from charterhouse.payments.settle import settle
from charterhouse.web.i18n import current_language, gettext
from charterhouse.web.notices import notify
from charterhouse.web.permissions import signed_in
from charterhouse.web.portal.base import gone, own_ref, portal, said
from charterhouse.web.security import limiter

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from charterhouse.payments.gateways.base import Locale

    Answer = str | Response | tuple[str, int]

_log = structlog.get_logger(__name__)

WAITING = frozenset({"new", "processing", "refunding"})


@portal.get("/pay/<purpose>")
@signed_in("member")
def pay(purpose: str) -> Answer:
    """Say what is owed and by which clause, before anything is paid."""
    return _pay_page(purpose)


@portal.post("/pay/<purpose>")
@signed_in("member")
@limiter.limit("20 per minute")
def pay_now(purpose: str) -> Answer:
    """Lead to the gateway's page. Sent twice, it leads to the same page."""
    try:
        order = orders.open_order(own_ref(), purpose)
        attempt = checkout.start(order.id, _return())
    except (orders.NothingOwedError, NoGatewayError):
        return _pay_page(purpose)
    except GatewayError as error:
        _log.warning("checkout_failed", code=error.code)
        page = _pay_page(purpose, _unanswered())
        return (page, 503) if isinstance(page, str) else page
    if attempt.state == "open" and attempt.url:
        return redirect(attempt.url, code=303)
    return redirect(url_for("portal.payment", attempt=attempt.id), code=303)


@portal.get("/top-up")
@signed_in("member")
def top_up() -> Answer:
    """Ask how much is to be stored."""
    return _top_up_page()


@portal.post("/top-up")
@signed_in("member")
@limiter.limit("20 per minute")
def top_up_now() -> Answer:
    """Lead to the gateway's page for the amount that was chosen."""
    entered = request.form.get("amount", "")
    try:
        amount = parse_fen(re.sub(r"[,，\s¥￥]", "", entered), field="amount")
        order = orders.open_top_up(own_ref(), amount) if amount else None
        attempt = checkout.start(order.id, _return()) if order else None
    except EventError:
        attempt = None
    except orders.TopUpRefusedError as error:
        return _top_up_page(entered, said(REASONS.get(error.code, ("", "")))), 422
    except NoGatewayError:
        return _top_up_page(entered)
    except GatewayError as error:
        _log.warning("checkout_failed", code=error.code)
        return _top_up_page(entered, _unanswered()), 503
    if attempt is None:
        return _top_up_page(entered, gettext("Enter an amount in yuan such as 12.50.")), 422
    if attempt.state == "open" and attempt.url:
        return redirect(attempt.url, code=303)
    return redirect(url_for("portal.payment", attempt=attempt.id), code=303)


def _top_up_page(entered: str = "", wrong: str = "") -> str:
    return render_template(
        "portal/top_up.html",
        home=read_home(own_ref()),
        online=find_merchant() is not None,
        entered=entered,
        errors={"amount": wrong} if wrong else {},
    )


def _unanswered() -> str:
    return str(
        gettext(
            "The payment service does not answer at the moment. Nothing was charged: try again in a minute."
        )
    )


@portal.get("/payments/<int:attempt>")
@signed_in("member")
def payment(attempt: int) -> Answer:
    """How a payment stands. Whoever comes back from the gateway's page arrives here."""
    found, order = _own(attempt)
    unknown = False
    try:
        found = settle(found.id)
        order = orders.get_order(order.id)
    except (GatewayError, DeskError) as error:
        _log.warning("payment_not_settled", attempt=attempt, code=error.code)
        unknown = True
    view = {
        "attempt": found,
        "order": order,
        "words": words(),
        "state": _shown(found, order, unknown=unknown),
        "home": read_home(order.member),
        "receipt": _receipt(found, order),
        "came_back": request.args.get("back", ""),
    }
    part = request.headers.get("HX-Request") == "true"
    return render_template("portal/payment_state.html" if part else "portal/payment.html", **view)


def _shown(attempt: Attempt, order: orders.Order, *, unknown: bool) -> str:
    """The state as a payer understands it."""
    if unknown and not attempt.settled:
        return "unknown"
    if attempt.state in WAITING:
        return "refunding" if attempt.state == "refunding" else "processing"
    if attempt.state == "open":
        if order.state != "open":
            return "gone"
        return "checking" if request.args.get("back") == "done" else "abandoned"
    return attempt.state


def _receipt(attempt: Attempt, order: orders.Order) -> str:
    if attempt.state != "paid":
        return ""
    try:
        return paper(order.member, attempt.document).id
    except NotFoundError:
        return ""


def _own(number: int) -> tuple[Attempt, orders.Order]:
    try:
        found = get_attempt(number)
    except (NotFoundError, OverflowError):
        gone()
    order = orders.get_order(found.order_id)
    if order.member != own_ref():
        gone()
    return found, order


def _return() -> Return:
    language = current_language()
    return Return(
        address=lambda number: url_for("portal.payment", attempt=number, _external=True),
        # Nothing on the gateway's page may tell of a condition or of what was treated.
        title=gettext("Membership service"),
        locale=cast("Locale", language),
    )


def _pay_page(purpose: str, failed: str = "") -> Answer:
    home = read_home(own_ref())
    owed = next((debt for debt in home.file.owed if debt.purpose == purpose), None)
    if owed is None and purpose == PREPAYMENT and home.can_top_up:
        return redirect(url_for("portal.top_up"), code=303)
    if owed is None:
        notify(gettext("Nothing is owed for this any more."), "info")
        return redirect(url_for("portal.home"), code=303)
    return render_template(
        "portal/pay.html", home=home, owed=owed, online=find_merchant() is not None, failed=failed
    )
