"""Which clause is responsible for what differs between two decisions of the same event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from charterhouse.kernel.decision import Decision, Refusal
from charterhouse.kernel.ledger import CREDIT, POINTS, STORED_VALUE, unit_of

TILL = "@till"
"""With what the names of the accounts begin into which members pay."""

PAID = "paid"
MEASURES = (POINTS, STORED_VALUE, CREDIT, PAID)
"""In what a member can gain or lose; what is paid into tills is a loss, all else a gain."""

STATES = ("tier", "status")
"""Fields of a standing of which moves are told."""


class Because(NamedTuple):
    """The clause responsible, and the reason code where it refused; both "" when unknown."""

    clause: str = ""
    reason: str = ""


class Said(NamedTuple):
    """What a run made of one event, or of time alone (no decision)."""

    passed: tuple[Decision, ...]
    decision: Decision | None = None

    @property
    def refusal(self) -> Refusal | None:
        """Why the event was refused, if it was."""
        return self.decision.refusal if self.decision is not None else None

    @property
    def accepted(self) -> tuple[Decision, ...]:
        """The decisions that had effects."""
        if self.decision is None or self.decision.refusal is not None:
            return self.passed
        return (*self.passed, self.decision)


class Blame:
    """Which clause is responsible for what differs, gathered while two runs go side by side.

    Attributes:
        shares: (measure, ref) → because → how much of the difference.
        moved: (field of `STATES`, ref) → because.
        otherwise: how many events the one accepted and the other refused.
    """

    def __init__(self) -> None:
        self.shares: dict[tuple[str, str], Counter[Because]] = {}
        self.moved: dict[tuple[str, str], Because] = {}
        self.otherwise = 0

    def share(self, measure: str, ref: str, because: Because, amount: int) -> None:
        """Add a part of a difference."""
        self.shares.setdefault((measure, ref), Counter())[because] += amount

    def of(self, measure: str, ref: str, change: int) -> Because:
        """What is responsible for most of a member's difference."""
        shares: Mapping[Because, int] = self.shares.get((measure, ref), {})
        sign = 1 if change > 0 else -1
        most = max(shares, key=lambda because: (shares[because] * sign, because), default=None)
        return most if most is not None and shares[most] * sign > 0 else Because()


def subject_of(decision: Decision) -> str:
    """Whom a decision is about: who is named, else whose document it is."""
    body = decision.event.body
    named = getattr(body, "member", None) or getattr(body, "person", None)
    if named:
        return str(named)
    owners = (document.member for document in decision.documents.values())
    return next(owners, next(iter(decision.standings), ""))


def one_refused(before: Said, after: Said) -> Because | None:
    """By what one run refused an event that the other accepted."""
    old, new = before.refusal, after.refusal
    refusal = old or new
    if refusal is None or (old is not None and new is not None):
        return None
    return Because(refusal.clause, refusal.code)


def differ(before: Said, after: Said) -> bool:
    """Whether two runs posted otherwise."""
    old, new = before.accepted, after.accepted
    if len(old) != len(new):
        return True
    return any(a.postings != b.postings for a, b in zip(old, new, strict=True))


def setter(said: Said, ref: str, what: str) -> Because | None:
    """The clause that set a field of a person's standing here."""
    for decision in reversed(said.accepted):
        for cited in reversed(decision.trace):
            about = cited.about
            if cited.did == "change" and about.get("member") == ref and what in about:
                return Because(cited.clause)
    return None


def contributions(said: Said, refused: Because | None) -> Counter[tuple[str, str, Because]]:
    """By how much each clause changed each measure of each person here.

    What the event itself brought where the other run refused it is the refusal's doing.
    """
    found: Counter[tuple[str, str, Because]] = Counter()
    for decision in said.accepted:
        by = refused if decision is said.decision else None
        for owner, account, amount, _, clause in decision.postings:
            unit = unit_of(account)
            if unit in MEASURES and owner[0] != "@":
                found[unit, owner, by or Because(clause)] += amount
        for clause, amount in _payments(decision):
            found[PAID, subject_of(decision), by or Because(clause)] += amount
    return found


def _payments(decision: Decision) -> Iterator[tuple[str, int]]:
    """What clauses made a person pay, in fen: on a bill what they took off the list price."""
    priced = decision.figures.get("priced")
    if priced is None:
        for posting in decision.postings:
            if posting.owner.startswith(TILL):
                yield posting.clause, posting.amount
        return
    for row in priced:
        yield row[6], row[5] - row[2] * row[4]
    yield "", sum(row[2] * row[4] for row in priced)
    for posting in decision.postings:
        if not posting.of_house and posting.unit in (STORED_VALUE, CREDIT):
            yield posting.clause, posting.amount


__all__ = [
    "MEASURES", "PAID", "STATES", "TILL", "Because", "Blame", "Said", "contributions", "differ",
    "one_refused", "setter", "subject_of",
]  # fmt: skip
