"""The audit trail: every link of the chain, newest first, each decision a step away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import render_template, request

from charterhouse.desk import telling
from charterhouse.desk.trail import trail
from charterhouse.web.i18n import lazy_gettext, lazy_pgettext, pick
from charterhouse.web.listing import Page, read_page
from charterhouse.web.navigation import NavItem, add_nav
from charterhouse.web.permissions import require

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["register"]

_ACTIONS: Final = {
    "file.add": lazy_pgettext("audit", "File added"),
    "file.list": lazy_pgettext("audit", "Thumbnails looked at"),
    "file.open": lazy_pgettext("audit", "File looked at"),
    "file.remove": lazy_pgettext("audit", "File removed"),
    "bill.park": lazy_pgettext("audit", "Bill charged at list price"),
    "bill.settle": lazy_pgettext("audit", "Bill decided later"),
    "key.create": lazy_pgettext("audit", "API key made"),
    "key.revoke": lazy_pgettext("audit", "API key revoked"),
    "member.data_copy": lazy_pgettext("audit", "Copy of own data taken"),
    "member.sign_in": lazy_pgettext("audit", "Member signed in"),
    "member.sign_in_failed": lazy_pgettext("audit", "Member's sign-in failed"),
    "member.sign_out_everywhere": lazy_pgettext("audit", "Member signed out everywhere"),
    "members.export": lazy_pgettext("audit", "List of members exported"),
    "notice.try_again": lazy_pgettext("audit", "Notice sent again"),
    "payment.give_back": lazy_pgettext("audit", "Payment ordered back"),
    "payment.late": lazy_pgettext("audit", "Payment came too late"),
    "payment.quarantined": lazy_pgettext("audit", "Payment set aside"),
    "payment.refund_failed": lazy_pgettext("audit", "Payment could not be returned"),
    "payment.refunded": lazy_pgettext("audit", "Payment returned"),
    "payment.refunded_elsewhere": lazy_pgettext("audit", "Payment returned at the gateway"),
    "payment.refunding": lazy_pgettext("audit", "Payment on its way back"),
    "person.create": lazy_pgettext("audit", "Person entered"),
    "person.reveal": lazy_pgettext("audit", "Personal data shown in full"),
    "prices.change": lazy_pgettext("audit", "Price list changed"),
    "register.export": lazy_pgettext("audit", "Register exported"),
    "request.assign": lazy_pgettext("audit", "Request assigned"),
    "report.export": lazy_pgettext("audit", "Report exported"),
    "staff.change": lazy_pgettext("audit", "Account changed"),
    "staff.create": lazy_pgettext("audit", "Account opened"),
    "staff.disable": lazy_pgettext("audit", "Account closed"),
    "staff.enable": lazy_pgettext("audit", "Account opened again"),
    "staff.lock": lazy_pgettext("audit", "Account resting after failures"),
    "staff.password": lazy_pgettext("audit", "Own password changed"),
    "staff.password_reset": lazy_pgettext("audit", "New password given"),
    "staff.second_factor_reset": lazy_pgettext("audit", "New second factor given"),
    "staff.sign_in": lazy_pgettext("audit", "Staff signed in"),
    "staff.sign_in_failed": lazy_pgettext("audit", "Sign-in of staff failed"),
    "task.done": lazy_pgettext("audit", "Task done"),
}
"""Action → what it is called; events are called as on the timeline, others by their code."""


def action_text(action: str) -> str:
    """Return what an action is called in the reader's language."""
    verb = action.removeprefix("event.")
    if verb != action:
        return pick(*telling.VERBS.get(verb, (verb, verb)))
    return str(_ACTIONS.get(action, action))


@require("audit.read")
def listed() -> str:
    """List what was done, of one subject if the address names it."""
    number, size = read_page(50)
    subject = request.args.get("subject", "").strip()[:120]
    found = trail(subject, number=number, size=size)
    return render_template(
        "admin/reports/trail.html",
        page=Page(found.entries, number, size, found.total),
        subject=subject,
        action_text=action_text,
    )


def register(app: Flask) -> None:
    """Add the page."""
    app.add_url_rule("/admin/audit", "admin.audit", listed)
    add_nav(
        app,
        "admin",
        NavItem(
            "admin.audit",
            lazy_gettext("Audit trail"),
            "history",
            lazy_gettext("Institution"),
            "audit.read",
            order=74,
        ),
    )
