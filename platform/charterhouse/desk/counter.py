"""The counter: who stands there and with which rights, the live quote of a bill, and its charge."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from charterhouse.desk import members
from charterhouse.desk.errors import ConflictError, DeskError, NotFoundError, UnavailableError
from charterhouse.desk.intake import Answer, quote, submit
from charterhouse.desk.items import Items, keep_names
from charterhouse.desk.people import Person, find_person, is_person
from charterhouse.desk.words import program_now
from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.conditions import Lines
from charterhouse.kernel.ledger import CREDIT, POINTS, SPEND_TOTAL, STORED_VALUE
from charterhouse.kernel.money import parse_fen
from charterhouse.kernel.standing import Standing
from charterhouse.plugins.errors import CharterUnavailableError
from charterhouse.records.cards import is_card_number
from charterhouse.records.view import StoreView
from charterhouse.tenancy.store import unit

SEARCH_LIMIT = 12


@dataclass(frozen=True, slots=True)
class Holder:
    """Who stands at the counter. Amounts are fen; figures are those of this moment.

    Attributes:
        member: whether the person has or had a membership.
        entitled: whether the card gives its rights now; None when the charter cannot say.
        denials: (reason code, clause) for each right that is not there.
        owed: (purpose, fen, clause).
        tenders: (means, balance) with which the charter lets this person pay a bill.
    """

    person: Person
    member: bool
    status: str
    tier: str
    card: str
    card_no: str
    points: int
    stored_value: int
    spend_total: int
    valid_until: date | None
    entitled: bool | None
    credit: int = 0
    tenders: tuple[tuple[str, int], ...] = ()
    denials: tuple[tuple[str, str], ...] = ()
    owed: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A line of the quote in fen.

    Attributes:
        listed: list price times quantity.
        base: activity price (else list price) times quantity, before the charter's price.
        net: what it costs, by `clause`; "" when no charter decided.
    """

    item: str
    name: Text
    category: str
    quantity: int
    listed: int
    base: int
    net: int
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Earned:
    """What somebody gets for the bill, by which clause."""

    ref: str
    unit: str
    amount: int
    clause: str


@dataclass(frozen=True, slots=True)
class Hint:
    """Something the cashier should know: `code` is of a reason, a flag, or of the counter."""

    sort: str
    code: str
    clause: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A bill as it would be decided now. Amounts are fen.

    Attributes:
        decided: whether the charter decided; else list prices, to be adjusted later.
        refusal: as of `Answer`, when it would be refused.
        settled: (tender, fen) paid from stored value, credit or points.
    """

    lines: list[QuotedLine]
    total: int
    third_party: int
    to_pay: int
    decided: bool = True
    version: int = 0
    entitled: bool = True
    settled: list[tuple[str, int]] = field(default_factory=list)
    earned: list[Earned] = field(default_factory=list)
    hints: list[Hint] = field(default_factory=list)
    refusal: Mapping[str, Any] | None = None

    @property
    def saved(self) -> int:
        """How much less than the list prices it costs."""
        return sum(line.listed for line in self.lines) - self.total


def scanned(text: str) -> str:
    """What a scanner or a person entered, as a search text: a card number out of a code."""
    plain = " ".join(text.split())
    for number in re.findall(r"(?<!\d)\d{12}(?!\d)", plain):
        if is_card_number(number):
            return str(number)
    return plain


def find(text: str) -> members.Found:
    """The people that a card number, phone number or tail, ID number or name may mean."""
    return members.search(scanned(text), size=SEARCH_LIMIT)


def is_member(ref: str) -> bool:
    """Whether a person has or had a membership.

    Raises:
        NotFoundError: there is no such person.
    """
    if not is_person(ref):
        raise NotFoundError("there is no such person", code="member_unknown")
    with unit() as opened:
        return StoreView(opened).standing(ref).status != "none"


def holder(ref: str, *, actor: str) -> Holder:
    """Who stands at the counter, with the rights that a bill would have now.

    Raises:
        NotFoundError: there is no such person.
    """
    person = find_person(ref)
    if person is None:
        raise NotFoundError("there is no such person", code="member_unknown")
    with unit() as opened:
        known = StoreView(opened).standing(ref)
        member = known.status != "none"
        try:
            probe = quote("spend", {"member" if member else "person": ref, "amount": "0"},
                          actor=actor)  # fmt: skip
        except UnavailableError:
            probe = None
    after = (probe.after if probe else None) or {}
    until = after.get("valid_until")
    return Holder(
        person=person,
        member=member,
        status=after.get("status", known.status),
        tier=after.get("tier", known.tier),
        card=after.get("card", known.card),
        card_no=known.card_no,
        points=after.get("points", known.balance(POINTS)),
        stored_value=after.get("stored_value", known.balance("stored_value")),
        spend_total=after.get("spend_total", known.balance(SPEND_TOTAL)),
        valid_until=date.fromisoformat(until) if until else known.valid_until,
        entitled=None if probe is None else not _denials(probe) and probe.accepted,
        denials=_denials(probe) if probe else (),
        credit=known.balance(CREDIT),
        tenders=_tenders(known) if member else (),
        owed=tuple((code, debt.amount, debt.clause) for code, debt in known.owed.items()),
    )


def _tenders(known: Standing) -> tuple[tuple[str, int], ...]:
    """The means of payment of the charter of which there is something."""
    try:
        offered = program_now().tenders
    except (CharterUnavailableError, LookupError):
        return ()
    means = (STORED_VALUE, CREDIT, POINTS)
    return tuple((m, known.balance(m)) for m in means if m in offered and known.balance(m) > 0)


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which lines and visits the charter's rules speak.

    Attributes:
        departments: codes; empty where no rule looks at the department.
        medical: whether a rule asks if a line is medical.
        categories, visits: codes beside those of the vocabulary.
    """

    departments: tuple[str, ...] = ()
    medical: bool = False
    categories: tuple[str, ...] = ()
    visits: tuple[str, ...] = ()


def verbs() -> frozenset[str]:
    """The verbs of which the charter speaks; none while it is not available."""
    try:
        return frozenset(program_now().verbs)
    except (CharterUnavailableError, LookupError):
        return frozenset()


def asked() -> Asked:
    """What the charter's rules look at in a bill; nothing while it is not available."""
    try:
        program = program_now()
    except (CharterUnavailableError, LookupError):
        return Asked()
    lines = [
        each
        for clause in program.clauses
        for each in vars(clause).values()
        if isinstance(each, Lines)
    ]
    codes = program.codes
    departments = {code for each in lines for code in each.departments or () if code}
    categories = {code for each in lines for code in each.categories or ()}
    categories |= {code for each in lines for code in each.not_categories}
    return Asked(
        departments=tuple(sorted(departments | set(codes.get("department", ())))),
        medical=any(each.medical is not None for each in lines),
        categories=tuple(sorted(categories | set(codes.get("category", ())))),
        visits=tuple(sorted({*codes.get("spend.visit", ()), *codes.get("visit", ())})),
    )


def _denials(answer: Answer) -> tuple[tuple[str, str], ...]:
    found = [(about["reason"], clause) for clause, _, did, about in answer.trace if did == "deny"]
    if answer.refusal is not None:
        found.append((answer.refusal["code"], answer.refusal["clause"]))
    return tuple(found)


def quote_bill(raw: Mapping[str, Any], items: Items, *, actor: str) -> Quoted:
    """Quote a bill through the charter; list prices where it cannot decide now.

    Raises:
        DeskError: the event cannot be read; `field` names the field of the event.
    """
    lines = _lines_of(raw["lines"], items)
    try:
        answer = quote("spend", raw, actor=actor)
    except UnavailableError:
        total = sum(line.listed for line in lines)
        at_list = [_priced(line, line.listed, "") for line in lines]
        return Quoted(at_list, total, 0, total, decided=False, entitled=False)
    if answer.refusal is not None:
        total = sum(line.base for line in lines)
        return Quoted(lines, total, 0, total, version=answer.version, refusal=answer.refusal)
    return _quoted(raw, lines, answer)


def _quoted(raw: Mapping[str, Any], lines: list[QuotedLine], answer: Answer) -> Quoted:
    figures = answer.figures
    settled = [(n, figures[f"from_{n}"]) for n in ("stored_value", "credit", "points")]
    return Quoted(
        lines=[
            _priced(line, priced[5], priced[6])
            for line, priced in zip(lines, figures["priced"], strict=True)
        ],
        total=figures["due"],
        third_party=figures["third_party"],
        to_pay=figures["to_pay"],
        version=answer.version,
        entitled=figures["entitled"],
        settled=[(name, fen) for name, fen in settled if fen],
        earned=earned_by(answer.trace),
        hints=_hints(raw, answer),
    )


def earned_by(trace: Iterable[Sequence[Any]]) -> list[Earned]:
    """What a decision credited: points, credit or dividends."""
    return [
        Earned(about["member"], about["unit"], about["amount"], clause)
        for clause, _, did, about in trace
        if did == "credit" and about["unit"] in _EARNED
    ]


_EARNED = frozenset({POINTS, CREDIT, "dividends"})


def _priced(line: QuotedLine, net: int, clause: str) -> QuotedLine:
    return QuotedLine(
        line.item, line.name, line.category, line.quantity, line.listed, line.base, net, clause
    )


def _lines_of(raw: list[Mapping[str, Any]], items: Items) -> list[QuotedLine]:
    found = []
    for line in raw:
        quantity = line["quantity"]
        listed = parse_fen(line["price"]) * quantity
        base = parse_fen(line["offer"]) * quantity if line.get("offer") is not None else listed
        found.append(
            QuotedLine(
                line["item"], items.name(line["item"]), line["category"], quantity, listed, base,
                base,
            )
        )  # fmt: skip
    return found


def _hints(raw: Mapping[str, Any], answer: Answer) -> list[Hint]:
    found = [Hint("denied", reason, clause) for reason, clause in _denials(answer)]
    for index, line in enumerate(answer.figures["priced"]):
        if line[5] == 0 and parse_fen(raw["lines"][index]["price"]):
            found.append(Hint("counter", "waived", line[6], line[0]))
    found += [Hint(sort, code, clause) for sort, code, _, clause in answer.raised]
    referrer = raw.get("referred_by")
    if referrer and not any(e.ref == referrer for e in earned_by(answer.trace)):
        found.append(Hint("counter", "referral_without_points"))
    return found


def charge(
    raw: Mapping[str, Any], *, expected: int, names: Mapping[str, str], actor: str
) -> Answer:
    """Charge a bill for the amount that the cashier saw; told twice it is charged once.

    Args:
        raw: the fields of the `spend` event, with its `id`.
        expected: fen to pay by the quote that was confirmed.
        names: what free items were called.
        actor: who charges.

    Raises:
        ConflictError: another amount is to pay now (`amount_changed`); nothing is kept.
        DeskError: the charter refuses the bill, or it cannot be read.
        UnavailableError: the charter cannot decide now.
    """
    with unit(write=True):
        keep_names(names)
        answer = submit("spend", raw, actor=actor, key=charge_key(raw["id"]))
        if answer.refusal is not None:
            raise DeskError("the charter refuses this bill", code=answer.refusal["code"],
                            field=answer.refusal["field"])  # fmt: skip
        if answer.figures["to_pay"] != expected:
            raise ConflictError("the amount changed: look at it and confirm again",
                                field="expected", code="amount_changed")  # fmt: skip
    return answer


def charge_key(bill: str) -> str:
    """The idempotency key of a bill of the counter."""
    return f"counter:{bill}"
