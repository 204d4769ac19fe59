"""Money taken at the counter for something owed: checked by the counter gateway, then told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import request

from charterhouse import clock
from charterhouse.desk import admission
from charterhouse.desk.errors import DeskError
from charterhouse.desk.intake import submit
from charterhouse.kernel.errors import EventError
from charterhouse.kernel.money import parse_fen
from charterhouse.kernel.standing import PREPAYMENT
from charterhouse.payments.gateways.base import Tender
from charterhouse.payments.gateways.counter import Counter
from charterhouse.payments.gateways.errors import ApproverMissingError, GatewayRequestError
from charterhouse.web.admin.acting import actor, branch, error_of, form_key, refusal_of
from charterhouse.web.i18n import gettext, yuan_text
from charterhouse.web.navigation import url_if
from charterhouse.web.worded import worded

if TYPE_CHECKING:
    from charterhouse.desk.intake import Answer
    from charterhouse.desk.member_file import Owed

__all__ = ["SECOND_PERSON", "pay_online", "take"]

_COUNTER: Final = Counter()
SECOND_PERSON: Final = _COUNTER.take_limit
"""Amounts in fen above this need a second person."""


def take(ref: str, debt: Owed) -> tuple[Answer | None, dict[str, str]]:
    """Take what a member owes, as the form says; return the answer and what is wrong."""
    method = request.form.get("method", "cash")
    amount = _amount(debt)
    if not amount:
        return None, {"amount": gettext("Enter an amount in yuan such as 12.50.")}
    slip = request.form.get("slip", "").strip()[:60]
    key = form_key()
    try:
        _COUNTER.take(
            Tender(
                reference=key,
                amount=amount,
                kind=method,
                drawer=branch() or "counter",
                cashier=actor(),
                taken_at=clock.now(),
                slip=slip or None,
                approver=request.form.get("approver", "").strip() or None,
            )
        )
    except ApproverMissingError:
        return None, {
            "approver": gettext("Large amounts are counted by two: name the second person.")
        }
    except GatewayRequestError as error:
        return None, {error.field or "_": worded(error.message)}
    # What is owed as a prepayment is stored value: a top-up pays it.
    verb = "top_up" if debt.purpose == PREPAYMENT else "pay"
    body: dict[str, Any] = {
        "member": ref, "amount": yuan_text(amount), "method": method,
    }  # fmt: skip
    if verb == "pay":
        body["for"] = debt.purpose
    if slip:
        body["note"] = gettext("Slip %(number)s", number=slip)
    if branch():
        body["branch"] = branch()
    try:
        answer = submit(verb, body, actor=actor(), key=key)
    except DeskError as error:
        return None, error_of(error, verb)
    return answer, refusal_of(admission.told(answer), verb)


def _amount(debt: Owed) -> int | None:
    """What is handed over: what is owed, more for a prepayment, less where parts are taken."""
    text = request.form.get("amount", "").strip().replace(",", "").replace("，", "")
    if not text:
        return debt.amount
    try:
        return parse_fen(text, field="amount")
    except EventError:
        return None


def pay_online(purpose: str) -> str:
    """Return where a member pays this in the portal, as an absolute address; "" without one."""
    found = url_if("portal.pay", purpose=purpose)
    return f"{request.host_url.rstrip('/')}{found}" if found else ""
