"""A member's file: who it is, how they stand now, what they hold, owe and may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select

from charterhouse.desk.local import now_here
from charterhouse.desk.papers import Paper, paper, papers
from charterhouse.desk.people import Person, get_person
from charterhouse.desk.prospects import Case, Coming, Ladder, cases, coming, ladder
from charterhouse.desk.terms import ACCOUNTS
from charterhouse.kernel import engine
from charterhouse.kernel.charter import Clause
from charterhouse.kernel.ledger import FEN_UNITS, HELD, MONEY, unit_of
from charterhouse.kernel.program import Program
from charterhouse.kernel.standing import Standing
from charterhouse.records.books import load_book
from charterhouse.records.tables import card, item
from charterhouse.records.view import StoreView
from charterhouse.tenancy.store import Unit, prepared, unit

__all__ = [
    "Balance", "BenefitLeft", "CardRow", "LotLeft", "MemberFile", "OpenItem", "Owed", "Paper",
    "benefits_left", "file", "paper", "papers", "standing_now",
]  # fmt: skip

_CARDS = prepared(
    select(card.c.number, card.c.state, card.c.tier, card.c.issued_at, card.c.ended_at)
    .where(card.c.member == bindparam("wanted"))
    .order_by(card.c.issued_at.desc(), card.c.number)
)
_OPEN = prepared(
    select(item.c.id, item.c.sort, item.c.code, item.c.clause, item.c.at, item.c.due)
    .where(item.c.member == bindparam("wanted"), item.c.state == "open", item.c.sort != "notice")
    .order_by(item.c.at.desc())
    .limit(50)
)


@dataclass(frozen=True, slots=True)
class LotLeft:
    """What is left of one lot; `expires` is the first moment without it."""

    amount: int
    cls: str
    expires: datetime | None
    clause: str


@dataclass(frozen=True, slots=True)
class Balance:
    """One account: points, or fen of stored value, credit or cumulative consumption.

    Attributes:
        amount: what can be used; negative where more was taken than there was.
        held: what is set aside.
    """

    account: str
    amount: int
    held: int
    lots: tuple[LotLeft, ...]

    @property
    def is_money(self) -> bool:
        """Whether the figures are fen."""
        return self.account in FEN_UNITS or self.account.startswith("spend/")


@dataclass(frozen=True, slots=True)
class BenefitLeft:
    """A benefit of the charter: what is left now (None without limit), by which clause.

    Attributes:
        included: whether the member's own tier or kind has it at all.
    """

    code: str
    remaining: int | None
    clause: str
    included: bool = True


@dataclass(frozen=True, slots=True)
class Owed:
    """What the member must pay to go on, in fen, by which clause."""

    purpose: str
    amount: int
    clause: str


@dataclass(frozen=True, slots=True)
class CardRow:
    """One number of the card register."""

    number: str
    state: str
    tier: str
    issued_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A task or flag that waits for somebody."""

    id: str
    sort: str
    code: str
    clause: str
    at: datetime
    due: date | None


@dataclass(frozen=True, slots=True)
class MemberFile:
    """Everything that one page about a person shows.

    Attributes:
        person: with ID number and phone in full; mask them for those who may not see them.
        standing: as of now, with what time did since the last event.
        counters: what clauses count: visits, consumption of a kind (fen) …
        application: path, channel, documents, details and day of the last application.
        ladder: where the member stands among the tiers, and what is lacking for the next.
        coming: what time will do next.
        cases: requests and bookings, open ones first.
    """

    person: Person
    standing: Standing
    balances: tuple[Balance, ...]
    counters: tuple[Balance, ...]
    benefits: tuple[BenefitLeft, ...]
    owed: tuple[Owed, ...]
    cards: tuple[CardRow, ...]
    open_items: tuple[OpenItem, ...]
    application: Mapping[str, Any]
    ladder: Ladder
    coming: tuple[Coming, ...]
    cases: tuple[Case, ...]

    @property
    def ref(self) -> str:
        """The person's id."""
        return self.person.ref


def standing_now(opened: Unit, ref: str) -> Standing:
    """A person's standing with all that became due until now; nothing is kept.

    Raises:
        CharterUnavailableError: the tenant's charter is not installed.
    """
    view = StoreView(opened)
    passed = engine.advance(load_book(opened), ref, now_here(), view)
    return passed[-1].standings[ref] if passed else view.standing(ref)


def file(ref: str) -> MemberFile:
    """The file of a person, member or not.

    Raises:
        NotFoundError: no such person in this tenant.
        CharterUnavailableError: the tenant's charter is not installed.
    """
    with unit() as opened:
        person = get_person(ref)
        standing = standing_now(opened, ref)
        program = load_book(opened).at(now_here())
        return MemberFile(
            person=person,
            standing=standing,
            balances=_balances(standing),
            counters=_counters(standing),
            benefits=benefits_left(program, standing),
            owed=tuple(Owed(code, d.amount, d.clause) for code, d in standing.owed.items()),
            cards=tuple(CardRow(*row) for row in opened.execute(_CARDS, {"wanted": ref})),
            open_items=tuple(_item(row) for row in opened.execute(_OPEN, {"wanted": ref})),
            application=standing.facts.get("application", {}),
            ladder=ladder(program, standing),
            coming=coming(program, standing),
            cases=cases(ref),
        )


def _balances(standing: Standing) -> tuple[Balance, ...]:
    """The accounts of which a member has something, in the order of the vocabulary."""
    order = {name: place for place, name in enumerate(ACCOUNTS)}
    accounts = {
        unit_of(name)
        for name, lots in standing.lots.items()
        if lots and "/" not in name and name != MONEY
    }
    return tuple(
        Balance(
            name,
            standing.balance(name),
            standing.balance(name + HELD),
            tuple(
                LotLeft(lot.amount, lot.cls, lot.expires, lot.clause)
                for lot in standing.lots.get(name, ())
            ),
        )
        for name in sorted(accounts, key=lambda name: (order.get(name, len(order)), name))
    )


_COUNTERS = ("count/", "spend/")


def _counters(standing: Standing) -> tuple[Balance, ...]:
    """What clauses count of a member: visits, qualifying bills, consumption of a kind."""
    names = [n for n, lots in standing.lots.items() if lots and n.startswith(_COUNTERS)]
    return tuple(Balance(name, standing.balance(name), 0, ()) for name in sorted(names))


def benefits_left(program: Program, standing: Standing) -> tuple[BenefitLeft, ...]:
    """What is left of each benefit now; nothing for who is no member."""
    if standing.status == "none":
        return ()
    own = program.variant(standing.tier)
    left = program.remaining(standing, now_here())
    return tuple(
        BenefitLeft(code, left[code], clause.number, _has(clause, standing, left[code]))
        for code, clause in own.benefits.items()
    )


def _has(clause: Clause, standing: Standing, left: int | None) -> bool:
    """Whether a benefit belongs to a member's tier; those who cannot say it have it."""
    has = getattr(clause, "has", None)
    return left != 0 or has is None or bool(has(standing))


def _item(row: Any) -> OpenItem:
    due = date.fromisoformat(row.due) if row.due else None
    return OpenItem(str(row.id), row.sort, row.code, row.clause, row.at, due)
