"""What comes out of a decision: accepted with effects, or refused; each with its clauses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from charterhouse.kernel.events import Event
from charterhouse.kernel.ledger import Posting
from charterhouse.kernel.standing import Standing


class Cited(NamedTuple):
    """One entry of the trace: the clause, the phase, what it did, and with which figures."""

    clause: str
    phase: str
    did: str
    about: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing happened. `code` is of `REASONS`; `clause` is "" when the kernel refused."""

    code: str
    clause: str
    missing: tuple[str, ...] = ()
    field: str = ""


class Raised(NamedTuple):
    """A task, notice or flag for people."""

    sort: str
    code: str
    member: str
    clause: str
    due: date | None
    about: dict[str, Any]


class Finished(NamedTuple):
    """Open tasks that are done by this: of a code, a member, and about certain things."""

    code: str
    member: str
    about: dict[str, Any]


class Happening(NamedTuple):
    """A fact that a clause announced."""

    fact: str
    member: str
    cause: str


class Document(NamedTuple):
    """A bill, payment, redemption, use or the like, loaded by its id."""

    kind: str
    id: str
    member: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NewVersion:
    """An accepted amendment: the settings that change from `effective` on."""

    effective: datetime
    announced: date
    settings: Mapping[str, Any]


_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Decision(NamedTuple):
    """The outcome of one event, or of time alone (`event.verb` is "due").

    Attributes:
        at: the moment for which it was decided.
        refusal: None when accepted. A refused decision has no effect at all.
        figures: amounts in fen and the like, by the names of the vocabulary
            (`due`, `lines`, `to_pay`, `refund`, `donation` …).
        standings: ref → standing after, of everyone touched.
        raised, noted: tasks, notices and flags; records counted (member, kind, clause).
        finished: tasks that are done by it.
        trace: who spoke, in order.
    """

    event: Event
    at: datetime
    refusal: Refusal | None = None
    figures: Mapping[str, Any] = _NOTHING
    standings: Mapping[str, Standing] = _NOTHING
    postings: tuple[Posting, ...] = ()
    documents: Mapping[str, Document] = _NOTHING
    raised: tuple[Raised, ...] = ()
    finished: tuple[Finished, ...] = ()
    noted: tuple[tuple[str, str, str], ...] = ()
    happenings: tuple[Happening, ...] = ()
    version: NewVersion | None = None
    trace: tuple[Cited, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the event had its effects."""
        return self.refusal is None

    @property
    def clauses(self) -> frozenset[str]:
        """Every clause that the decision cites."""
        cited = {entry.clause for entry in self.trace}
        return frozenset(cited | {self.refusal.clause} if self.refusal else cited)

    def change_of(self, owner: str, account: str) -> int:
        """By how much this decision changed one account."""
        return sum(p.amount for p in self.postings if p.owner == owner and p.account == account)


class Outcome(NamedTuple):
    """All that one event brought about.

    `passed` are the decisions that time alone made before the event, in order;
    they stand even when the event is refused.
    """

    passed: tuple[Decision, ...]
    decision: Decision
