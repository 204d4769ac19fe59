"""A member's file: who it is, how they stand now, what they hold, owe and may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select

from charterhouse.desk.errors import NotFoundError
from charterhouse.desk.local import now_here
from charterhouse.desk.people import Person, get_person
from charterhouse.kernel import engine
from charterhouse.kernel.ledger import HELD
from charterhouse.kernel.program import Program
from charterhouse.kernel.standing import Standing
from charterhouse.records import sealing
from charterhouse.records.books import load_book
from charterhouse.records.tables import card, document, item
from charterhouse.records.view import StoreView
from charterhouse.tenancy.store import Unit, prepared, unit

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
_DOCUMENTS = prepared(
    select(document.c.id, document.c.at, document.c.sealed)
    .where(document.c.member == bindparam("wanted"), document.c.kind == bindparam("wanted_kind"))
    .order_by(document.c.at.desc(), document.c.id)
    .limit(bindparam("most"))
)

USES = "used/"


@dataclass(frozen=True, slots=True)
class LotLeft:
    """What is left of one lot; `expires` is the first moment without it."""

    amount: int
    cls: str
    expires: datetime | None
    clause: str


@dataclass(frozen=True, slots=True)
class Balance:
    """One account: points, or fen of stored value, credit or cumulative consumption."""

    account: str
    amount: int
    held: int
    lots: tuple[LotLeft, ...]


@dataclass(frozen=True, slots=True)
class BenefitLeft:
    """A benefit of the charter: what is left now (None without limit), by which clause."""

    code: str
    remaining: int | None
    clause: str


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
class Paper:
    """A bill, payment, redemption or use by its id; `content` as the charter keeps it."""

    id: str
    kind: str
    at: datetime
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MemberFile:
    """Everything that one page about a person shows.

    Attributes:
        person: with ID number and phone in full; mask them for those who may not see them.
        standing: as of now, with what time did since the last event.
        application: path, channel, documents, details and day of the last application.
    """

    person: Person
    standing: Standing
    balances: tuple[Balance, ...]
    benefits: tuple[BenefitLeft, ...]
    owed: tuple[Owed, ...]
    cards: tuple[CardRow, ...]
    open_items: tuple[OpenItem, ...]
    application: Mapping[str, Any]

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
            benefits=benefits_left(program, standing),
            owed=tuple(Owed(code, d.amount, d.clause) for code, d in standing.owed.items()),
            cards=tuple(CardRow(*row) for row in opened.execute(_CARDS, {"wanted": ref})),
            open_items=tuple(_item(row) for row in opened.execute(_OPEN, {"wanted": ref})),
            application=standing.facts.get("application", {}),
        )


def _balances(standing: Standing) -> tuple[Balance, ...]:
    accounts = {name.removesuffix(HELD) for name in standing.lots if not name.startswith(USES)}
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
        for name in sorted(accounts)
    )


def benefits_left(program: Program, standing: Standing) -> tuple[BenefitLeft, ...]:
    """What is left of each benefit now; nothing for who is no member."""
    if standing.status == "none":
        return ()
    own = program.variant(standing.tier)
    left = program.remaining(standing, now_here())
    return tuple(BenefitLeft(code, left[code], own.benefits[code].number) for code in left)


def _item(row: Any) -> OpenItem:
    due = date.fromisoformat(row.due) if row.due else None
    return OpenItem(str(row.id), row.sort, row.code, row.clause, row.at, due)


def papers(ref: str, kind: str, *, most: int = 50) -> list[Paper]:
    """The newest bills, payments, redemptions or uses of a person."""
    with unit() as opened:
        wanted = {"wanted": ref, "wanted_kind": kind, "most": most}
        rows = opened.execute(_DOCUMENTS, wanted)
        return [
            Paper(row.id, kind, row.at, sealing.DOCUMENT.open(row.id, row.sealed)) for row in rows
        ]


def paper(ref: str, paper_id: str) -> Paper:
    """One document of a person.

    Raises:
        NotFoundError: this person has no such document.
    """
    with unit() as opened:
        found = StoreView(opened).document(paper_id)
        row = opened.connection.execute(
            select(document.c.at).where(document.c.id == paper_id)
        ).first()
    if found is None or row is None or found.member != ref:
        raise NotFoundError("this person has no such bill, payment or redemption")
    return Paper(paper_id, found.kind, row.at, found.content)
