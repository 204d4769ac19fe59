"""Online payments that somebody has to look at: set aside, not returned, returned elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import redirect, render_template, request, url_for

from charterhouse.payments.gateways.errors import GatewayError
from charterhouse.payments.orders import troubled
from charterhouse.payments.refunds import give_back
from charterhouse.web.admin.acting import actor
from charterhouse.web.errors import WebError
from charterhouse.web.i18n import gettext, lazy_gettext, lazy_pgettext
from charterhouse.web.labels import register_status
from charterhouse.web.navigation import NavItem, add_nav
from charterhouse.web.notices import notify
from charterhouse.web.permissions import require

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response

__all__ = ["register"]

_REASON_LIMIT: Final = 500
_PROBLEMS: Final = {
    "reference_differs": lazy_pgettext("payment", "It names another payment than ours."),
    "session_differs": lazy_pgettext("payment", "It came by another page than ours."),
    "currency_differs": lazy_pgettext("payment", "It is in another currency."),
    "amount_differs": lazy_pgettext("payment", "Another amount was asked for than is owed."),
    "received_differs": lazy_pgettext("payment", "Another amount came than is owed."),
    "account_differs": lazy_pgettext("payment", "It came to another account."),
    "payment_missing": lazy_pgettext("payment", "The gateway names no payment."),
    "refunded_elsewhere": lazy_pgettext("payment", "It was given back at the gateway, not here."),
}


def problem_text(code: str) -> str:
    """Return what is wrong with a payment, in words; codes of the gateway as they are."""
    return str(_PROBLEMS.get(code, code))


@require("payments.read")
def listed() -> str:
    """List the payments, the newest first."""
    return render_template("admin/payments.html", found=troubled(), problem_text=problem_text)


@require("payments.refund")
def returned(number: int) -> Response:
    """Give all of a payment back by the way it came."""
    reason = request.form.get("reason", "").strip()[:_REASON_LIMIT]
    if not reason:
        raise WebError(gettext("Say why."), code="reason_missing", status=422, field="reason")
    try:
        give_back(number, actor=actor(), reason=reason)
    except GatewayError:
        # It is ordered and written down: the sweeper repeats the call.
        notify(
            gettext("The gateway does not answer; the money goes back as soon as it does."), "info"
        )
    else:
        notify(gettext("The money goes back by the way it came."))
    return redirect(url_for("admin.payments"), code=303)


def register(app: Flask) -> None:
    """Add the pages."""
    app.add_url_rule("/admin/payments", "admin.payments", listed)
    app.add_url_rule(
        "/admin/payments/<int(max=9223372036854775807):number>/return",
        "admin.payment_return",
        returned,
        methods=["POST"],
    )
    register_status("quarantined", "wait", lazy_pgettext("status", "Being checked"))
    register_status("refund_failed", "bad", lazy_pgettext("status", "Could not be returned"))
    add_nav(
        app,
        "admin",
        NavItem(
            "admin.payments",
            lazy_gettext("Online payments"),
            "credit-card-refund",
            lazy_gettext("Institution"),
            "payments.read",
            order=68,
        ),
    )
