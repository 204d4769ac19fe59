"""The ledger: postings of integer quantities between accounts, in lots.

An account is an owner, a unit and a state (available or held). Owners are
members (by their ref) and the house's own accounts, whose names begin with
"@" (a till, the charity, issued points). Every decision's postings sum to zero
per unit. Only members' accounts are divided into lots; a lot is named by its
class and expiry, so that two credits of equal class and expiry share one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from charterhouse.kernel.errors import CharterError

HELD = ":held"
"""Suffix of the account that holds what is set aside: a hold is a move to it."""

MONEY = "money"
POINTS = "points"
STORED_VALUE = "stored_value"
CREDIT = "credit"
SPEND_TOTAL = "spend_total"

FEN_UNITS = frozenset({MONEY, STORED_VALUE, CREDIT, SPEND_TOTAL, "deposit", "dividends"})
"""Units that count fen; all others count points or uses."""


SHORT = "short"
"""The lot of what a member has less than nothing: negative, and alone in its account."""


def right(benefit: str) -> str:
    """The unit of what was granted of a benefit once, in lots."""
    return f"right/{benefit}"


def counted(name: str) -> str:
    """The unit of a counter that a clause keeps (visits, qualifying bills …)."""
    return f"count/{name}"


def spent(name: str) -> str:
    """The unit of a counter of fen spent on something (drugs …)."""
    return f"spend/{name}"


def held(unit: str) -> str:
    """The account that keeps what of a unit is set aside."""
    return f"{unit}{HELD}"


def unit_of(account: str) -> str:
    """The unit of an account, available or held."""
    return account.removesuffix(HELD)


def used(benefit: str) -> str:
    """The unit that counts the uses of a benefit; its lots are the periods."""
    return f"used/{benefit}"


class Posting(NamedTuple):
    """One line of the journal.

    `account` is the unit or the unit with ":held"; `amount` is never 0 and is
    in fen, points or uses according to the unit; `clause` justifies it.
    """

    owner: str
    account: str
    amount: int
    lot: str
    clause: str

    @property
    def unit(self) -> str:
        """The unit without the state."""
        return unit_of(self.account)

    @property
    def of_house(self) -> bool:
        """Whether the account is the institution's own."""
        return self.owner.startswith("@")


class Lot(NamedTuple):
    """A part of a balance with its own class and expiry.

    Attributes:
        key: names it within its account.
        amount: positive; negative only in the lot `SHORT`.
        cls: principal, bonus, earned, referral, gift, opening … or a period.
        expires: first moment at which it can no longer be used, or None.
        clause: by which it expires.
    """

    key: str
    amount: int
    cls: str
    expires: datetime | None = None
    clause: str = ""


Lots = tuple[Lot, ...]

_FAR = "9999"


def lot_key(cls: str, expires: datetime | None, name: str = "") -> str:
    """The name of the lot for a class and expiry; `name` keeps one-off grants apart."""
    day = expires.date().isoformat() if expires else ""
    return f"{cls}/{day}/{name}".rstrip("/")


def _order(lot: Lot) -> tuple[str, str]:
    if lot.key == SHORT:
        return ("", SHORT)
    return (lot.expires.isoformat() if lot.expires else _FAR, lot.key)


def total(lots: Lots) -> int:
    """The balance of an account: the sum of its lots."""
    return sum(lot.amount for lot in lots)


def positive(lots: Lots) -> int:
    """What of an account can be taken: 0 where it is short."""
    return max(0, total(lots))


def fill(lots: Lots, quantity: int) -> tuple[Lots, int]:
    """The lots after a credit first made up for what is short, and how much that took."""
    if not lots or lots[0].key != SHORT:
        return lots, 0
    filled = min(quantity, -lots[0].amount)
    left = lots[0]._replace(amount=lots[0].amount + filled)
    return ((left, *lots[1:]) if left.amount else lots[1:]), filled


def fall_short(lots: Lots, quantity: int, expires: datetime | None, clause: str) -> Lots:
    """The lots of an emptied account that owes a further quantity.

    What is short is forgiven when it expires, by the clause named.
    """
    return add(lots, Lot(SHORT, -quantity, SHORT, expires, clause))


def add(lots: Lots, lot: Lot) -> Lots:
    """The lots with another one, merged where one of this key exists."""
    for index, old in enumerate(lots):
        if old.key == lot.key:
            merged = Lot(old.key, old.amount + lot.amount, old.cls, old.expires, old.clause)
            return (*lots[:index], merged, *lots[index + 1 :])
    return tuple(sorted((*lots, lot), key=_order))


def take(lots: Lots, quantity: int) -> tuple[Lots, list[Lot]]:
    """Take a quantity, soonest to expire first.

    Returns:
        The lots that are left (empty ones gone) and the parts taken.

    Raises:
        CharterError: the balance is smaller than the quantity.
    """
    left: list[Lot] = []
    taken: list[Lot] = []
    need = quantity
    for lot in lots:
        part = max(0, min(need, lot.amount))
        if part:
            taken.append(lot._replace(amount=part))
        if lot.amount != part:
            left.append(lot._replace(amount=lot.amount - part))
        need -= part
    if need:
        raise CharterError(f"a balance of {total(lots)} cannot give {quantity}")
    return tuple(left), taken


def freeze(lot: Lot) -> list[Any]:
    """A part of a lot as `Restore` takes it back."""
    expires = lot.expires.isoformat() if lot.expires else None
    return [lot.key, lot.amount, lot.cls, expires, lot.clause]


def take_lot(lots: Lots, key: str, quantity: int) -> tuple[Lots, Lot]:
    """Take a quantity from one named lot.

    Raises:
        CharterError: the lot is missing or too small.
    """
    for index, lot in enumerate(lots):
        if lot.key == key and (lot.amount >= quantity or key == SHORT):
            left = lot._replace(amount=lot.amount - quantity)
            rest = (left,) if left.amount else ()
            return (*lots[:index], *rest, *lots[index + 1 :]), lot._replace(amount=quantity)
    raise CharterError(f"lot {key!r} cannot give {quantity}")


def check_sums(postings: Iterable[Posting]) -> None:
    """Check that postings sum to zero per unit and that none is empty or without clause.

    Raises:
        CharterError: they do not.
    """
    sums: dict[str, int] = {}
    for posting in postings:
        _, account, amount, _, clause = posting
        if not amount or not clause:
            raise CharterError(f"posting without amount or clause: {posting}")
        unit = unit_of(account) if ":" in account else account
        sums[unit] = sums.get(unit, 0) + amount
    wrong = {unit: left for unit, left in sums.items() if left}
    if wrong:
        raise CharterError(f"postings do not sum to zero: {wrong}")
