"""What the cells of registers are called and how they are said, on pages and in files."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from charterhouse.desk import telling
from charterhouse.desk.charter_settings import base
from charterhouse.desk.errors import DeskError
from charterhouse.kernel.reasons import REASONS
from charterhouse.plugins.errors import CharterUnavailableError
from charterhouse.web.admin.terms import term, unit_name
from charterhouse.web.admin.words import actor_text, branch_name, code_label, person_name
from charterhouse.web.i18n import date_text, gettext, lazy_gettext, lazy_pgettext, pick
from charterhouse.web.labels import status_label

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "HEADS", "MONEY", "NAMES", "NUMBERS", "WIDE", "account_text", "cell_text", "filter_text",
    "lot_text", "sheet_value",
]  # fmt: skip

NAMES: Final = {
    "decisions": lazy_pgettext("register", "All decisions"),
    "admissions": lazy_pgettext("register", "Admissions"),
    "cards": lazy_pgettext("register", "Card register"),
    "mailings": lazy_pgettext("register", "Cards mailed"),
    "donations": lazy_pgettext("register", "Donations"),
    "bills": lazy_pgettext("register", "Bills and refunds"),
    "lines": lazy_pgettext("register", "Spending details"),
    "consumption": lazy_pgettext("register", "Cumulative consumption"),
    "points": lazy_pgettext("register", "Points by kind"),
    "stored": lazy_pgettext("register", "Stored value, credit and deposits"),
    "topups": lazy_pgettext("register", "Top-ups and pay-outs"),
    "balances": lazy_pgettext("register", "Balances of members"),
    "memberships": lazy_pgettext("register", "Renewals, upgrades and withdrawals"),
    "services": lazy_pgettext("register", "Services and bookings"),
    "facts": lazy_pgettext("register", "Visits, referrals and records"),
    "referrals": lazy_pgettext("register", "Referrals"),
    "redemptions": lazy_pgettext("register", "Redemptions and objections"),
    "losses": lazy_pgettext("register", "Losses and reissues"),
    "awards": lazy_pgettext("register", "Contributions and awards"),
    "activities": lazy_pgettext("register", "Events and draws"),
    "sanctions": lazy_pgettext("register", "Incidents and sanctions"),
    "house": lazy_pgettext("register", "Money by account"),
    "versions": lazy_pgettext("register", "Versions of the charter"),
    "tasks": lazy_pgettext("register", "Tasks"),
    "flags": lazy_pgettext("register", "Flags"),
    "notices": lazy_pgettext("register", "Notices"),
}
HEADS: Final = {
    "actor": lazy_gettext("By"),
    "address": lazy_gettext("Address"),
    "amount": lazy_gettext("Amount"),
    "announced": lazy_gettext("Announced"),
    "approver": lazy_gettext("Approved by"),
    "at": lazy_gettext("When"),
    "balance": lazy_gettext("Points"),
    "branch": lazy_gettext("Branch"),
    "category": lazy_gettext("Category"),
    "changed": lazy_gettext("Figures changed"),
    "channel": lazy_gettext("Channel"),
    "clause": lazy_gettext("Clause"),
    "code": lazy_gettext("What"),
    "consumption": lazy_gettext("Cumulative consumption"),
    "covered": lazy_gettext("Covered by others"),
    "discount": lazy_gettext("Discount"),
    "due": lazy_gettext("Due"),
    "earned": lazy_gettext("Points"),
    "effective": lazy_gettext("In force from"),
    "ended": lazy_gettext("Ended"),
    "expires": lazy_gettext("Usable until"),
    "happened": lazy_gettext("Happened"),
    "id_number": lazy_gettext("ID number"),
    "introduced": lazy_gettext("Introduced"),
    "issued": lazy_gettext("Issued"),
    "item": lazy_gettext("Item"),
    "kind": lazy_gettext("Kind"),
    "listed": lazy_gettext("List price"),
    "member": lazy_pgettext("column", "Person"),
    "net": lazy_gettext("Charged"),
    "number": lazy_gettext("Card number"),
    "outcome": lazy_gettext("Outcome"),
    "owner": lazy_gettext("Account"),
    "papers": lazy_gettext("Papers handed in"),
    "path": lazy_gettext("Path"),
    "points": lazy_gettext("Points"),
    "price": lazy_gettext("Price each"),
    "quantity": lazy_gettext("Quantity"),
    "reason": lazy_gettext("Reason"),
    "recorded": lazy_gettext("Recorded"),
    "redeemed": lazy_gettext("Points"),
    "result": lazy_gettext("Result"),
    "since": lazy_gettext("Since"),
    "state": lazy_gettext("State"),
    "successor": lazy_gettext("New card"),
    "tier": lazy_gettext("Tier"),
    "to_pay": lazy_gettext("Paid"),
    "unit": lazy_gettext("Account"),
    "valid_until": lazy_gettext("Valid until"),
    "version": lazy_gettext("Version"),
    "what": lazy_gettext("What"),
}
MONEY: Final = frozenset(
    {"amount", "consumption", "covered", "discount", "listed", "net", "price", "to_pay"}
)
"""Cells in fen."""

NUMBERS: Final = MONEY | {"balance", "earned", "points", "quantity", "redeemed"}
"""Cells that stand at the end of their column."""

WIDE: Final = frozenset({
    "actor", "address", "approver", "branch", "category", "changed", "channel", "clause",
    "covered", "ended", "happened", "id_number", "issued", "listed", "papers", "path",
    "recorded", "result", "successor", "tier",
})  # fmt: skip
"""Cells that are left out where the screen is narrow."""

_CODES: Final = frozenset({"tier", "kind", "code", "channel", "path", "reason"})
_STATES: Final = {
    "past": lazy_pgettext("version", "Past"),
    "in_force": lazy_pgettext("version", "In force"),
    "announced": lazy_pgettext("version", "Announced"),
}
_ACCOUNTS: Final = {
    "@sales": lazy_pgettext("house account", "Sales"),
    "@issued": lazy_pgettext("house account", "Issued"),
    "@redeemed": lazy_pgettext("house account", "Redeemed"),
    "@expired": lazy_pgettext("house account", "Lapsed"),
    "@third-party": lazy_pgettext("house account", "Insurance and others"),
    "@prepaid": lazy_pgettext("house account", "Stored value"),
    "@credit": lazy_pgettext("house account", "Credit"),
    "@points": lazy_pgettext("house account", "Points as payment"),
    "@charity": lazy_pgettext("house account", "Charity"),
    "@donations": lazy_pgettext("house account", "Donations of the house"),
    "@cancelled": lazy_pgettext("house account", "Cancelled"),
    "@fee": lazy_pgettext("house account", "Membership fees"),
    "@difference": lazy_pgettext("house account", "Differences of upgrades"),
    "@deposit": lazy_pgettext("house account", "Deposits"),
    "@deposited": lazy_pgettext("house account", "Deposits taken"),
    "@reissue": lazy_pgettext("house account", "New cards"),
    "@donation": lazy_pgettext("house account", "Donations"),
    "@dividends": lazy_pgettext("house account", "Dividends"),
    "@deferred": lazy_pgettext("house account", "Fees of terms to come"),
    "@recognised": lazy_pgettext("house account", "Fees earned"),
    "@forfeited": lazy_pgettext("house account", "Forfeited"),
    "@paid-out": lazy_pgettext("house account", "Paid out"),
    "@spent": lazy_pgettext("house account", "Spent"),
    "@stored": lazy_pgettext("house account", "Stored"),
    "@uses": lazy_pgettext("house account", "Uses"),
    "@rights": lazy_pgettext("house account", "Rights granted"),
}


def account_text(owner: str) -> str:
    """Return what an account of the house is called, or whose account it is."""
    if not owner.startswith("@"):
        return person_name(owner)
    if owner.startswith("@till:"):
        return term("method", owner.removeprefix("@till:"))
    known = _ACCOUNTS.get(owner)
    return str(known) if known else code_label(owner.removeprefix("@"))


def lot_text(lot: str) -> str:
    """Return what a lot is called: its kind, and its last day."""
    kind, _, rest = lot.partition("/")
    try:
        last = date.fromisoformat(rest[:10]) - timedelta(days=1)
    except ValueError:
        return code_label(kind)
    said = gettext("%(kind)s until %(day)s", kind=code_label(kind), day=date_text(last))
    return str(said).strip()


def filter_text(column: str, value: str) -> str:
    """Return the words for a value by which a register is narrowed."""
    if column == "verb":
        return pick(*telling.VERBS.get(value, (value, value)))
    if column == "owner":
        return account_text(value)
    if column == "unit":
        return unit_name(value)
    if column in ("state", "status"):
        return status_label(value)
    return code_label(value)


def _result(code: str) -> str:
    return str(gettext("Took part")) if code == "took_part" else code_label(code)


def _setting_names(names: list[str]) -> str:
    try:
        form = base().form
    except (CharterUnavailableError, LookupError, DeskError):
        return ", ".join(names)
    found = [form.setting(name) for name in names]
    labels = [pick(*each.label) if each else name for each, name in zip(found, names, strict=True)]
    return str(gettext(", ")).join(labels)


def cell_text(name: str, row: dict[str, Any]) -> str:
    """Return the words of a cell that is neither a number nor a moment; empty for none."""
    value = row.get(name)
    if not value:
        return ""
    said: Callable[[], Any] | None = {
        "member": lambda: person_name(value),
        "introduced": lambda: person_name(value),
        "what": lambda: pick(*value),
        "item": lambda: pick(*value),
        "actor": lambda: actor_text(value),
        "branch": lambda: branch_name(value),
        "category": lambda: term("category", value),
        "state": lambda: _STATES.get(value) or status_label(value),
        "owner": lambda: account_text(value),
        "unit": lambda: unit_name(value),
        "result": lambda: _result(value),
        "papers": lambda: str(gettext(", ")).join(code_label(code) for code in value),
        "changed": lambda: _setting_names(value),
    }.get(name)
    if said is not None:
        return str(said())
    return code_label(value) if name in _CODES else str(value)


def sheet_value(name: str, row: dict[str, Any], *, unmasked: bool) -> Any:
    """Return a cell as a spreadsheet has it.

    Args:
        name: Of the column.
        row: Of the register.
        unmasked: Whether identity numbers are written in full.
    """
    value = row.get(name)
    if name in MONEY:
        return None if value is None else Decimal(value).scaleb(-2)
    if name in NUMBERS or isinstance(value, date):
        return value
    if name == "outcome":
        return pick(*REASONS[value]) if value else status_label("accepted")
    if name == "id_number" and unmasked:
        return row["id_number_in_full"]
    return cell_text(name, row)
