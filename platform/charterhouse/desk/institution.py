"""What a tenant tells of its institution: branches, contact, branding, price list."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from charterhouse.records.tables import institution
from charterhouse.tenancy.store import prepared, unit

_GET = prepared(select(institution.c.value).where(institution.c.name == bindparam("wanted")))
_ADD = prepared(insert(institution))
_SET = prepared(
    update(institution).where(institution.c.name == bindparam("own_name")), columns=["value"]
)

BRANCHES = "branches"
BRANDING = "branding"
CONTACT = "contact"
PRICES = "prices"

ACCENT = "#0f766e"
"""The colour of an institution that has chosen none."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A place of the institution.

    Attributes:
        code: what events and staff name.
        closed: whether nothing new happens there.
    """

    code: str
    zh: str
    en: str
    address: str = ""
    phone: str = ""
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """How people reach the institution as a whole."""

    phone: str = ""
    email: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Branding:
    """How the sites show the institution.

    Attributes:
        short_zh, short_en: a name that fits a narrow place.
        accent: a colour as `#rrggbb`.
    """

    short_zh: str = ""
    short_en: str = ""
    accent: str = ACCENT


@dataclass(frozen=True, slots=True)
class PricedItem:
    """An item of the price list.

    Attributes:
        item, category: codes as bills name them.
        price: list price in fen per unit.
        offer: activity price in fen per unit, or None.
    """

    item: str
    zh: str
    en: str
    category: str
    price: int
    offer: int | None = None


def read_fact(name: str) -> Any:
    """A fact of the tenant in scope as it was kept, or None."""
    with unit() as opened:
        return opened.execute(_GET, {"wanted": name}).scalar()


def keep_fact(name: str, value: Any) -> bool:
    """Keep a fact, plain JSON; whether that changed anything."""
    with unit(write=True) as opened:
        before = opened.execute(_GET, {"wanted": name}).first()
        if before is None:
            opened.execute(_ADD, {"name": name, "value": value})
        elif before.value != value:
            opened.execute(_SET, {"own_name": name, "value": value})
        return before is None or before.value != value


def all_branches() -> tuple[Branch, ...]:
    """All branches in the institution's own order, those that are closed too."""
    return tuple(Branch(**row) for row in read_fact(BRANCHES) or ())


def branches() -> tuple[Branch, ...]:
    """The branches where something can happen, in the institution's own order."""
    return tuple(each for each in all_branches() if not each.closed)


def contact() -> Contact:
    """How the institution is reached; empty where it has not said so."""
    return Contact(**(read_fact(CONTACT) or {}))


def branding() -> Branding:
    """The branding, or the house's own."""
    return Branding(**(read_fact(BRANDING) or {}))


def price_list() -> tuple[PricedItem, ...]:
    """The price list in the institution's own order; amounts in fen."""
    return tuple(PricedItem(**row) for row in read_fact(PRICES) or ())


def keep_branches(rows: tuple[Branch, ...]) -> bool:
    """Replace the branches; whether that changed anything."""
    return keep_fact(BRANCHES, [asdict(row) for row in rows])


def keep_contact(new: Contact) -> bool:
    """Replace the contact; whether that changed anything."""
    return keep_fact(CONTACT, asdict(new))


def keep_branding(new: Branding) -> bool:
    """Replace the branding; whether that changed anything."""
    return keep_fact(BRANDING, asdict(new))


def keep_price_list(rows: tuple[PricedItem, ...]) -> bool:
    """Replace the price list; whether that changed anything."""
    return keep_fact(PRICES, [asdict(row) for row in rows])
