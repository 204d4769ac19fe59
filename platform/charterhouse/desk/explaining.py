"""Why a decision came out as it did: trace, clause texts, figures, postings, and the audit entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from charterhouse.desk import telling
from charterhouse.desk.decisions import COLUMNS, FROM, read
from charterhouse.desk.errors import NotFoundError
from charterhouse.desk.words import words
from charterhouse.kernel.charter import Text
from charterhouse.records.tables import audit, decision, posting
from charterhouse.tenancy.store import Unit, prepared, unit

_DECISION = prepared(select(*COLUMNS).select_from(FROM).where(decision.c.id == bindparam("wanted")))
_OF_EVENT = prepared(select(decision.c.id).where(decision.c.event_id == bindparam("wanted")))
_POSTINGS = prepared(
    select(
        posting.c.owner, posting.c.account, posting.c.amount, posting.c.lot, posting.c.clause
    )
    .where(posting.c.decision_id == bindparam("wanted"))
    .order_by(posting.c.line)
)  # fmt: skip
_AUDIT = prepared(
    select(audit.c.seq, audit.c.hash, audit.c.actor, audit.c.at).where(
        audit.c.subject == bindparam("wanted")
    )
)


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the trace: who spoke, in which phase, what it did, with which figures."""

    clause: str
    phase: str
    did: str
    about: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One posting; `amount` in fen, points or uses by its account."""

    owner: str
    account: str
    amount: int
    lot: str
    clause: str


@dataclass(frozen=True, slots=True)
class Explained:
    """A decision laid open.

    Attributes:
        title: what happened, as a short sentence.
        member: whom it was about; "" for nobody.
        told: the fields of the event as they were told (amounts in fen).
        code, clause: why it was refused; "" when accepted.
        missing: what lacked.
        figures: amounts that came out (fen), by the names of the vocabulary.
        after: the member's standing afterwards.
        audit_number, audit_hash: of the entry that vouches for it.
    """

    id: str
    event_id: str
    verb: str
    title: Text
    member: str
    at: datetime
    occurred_at: datetime | None
    recorded_at: datetime | None
    actor: str
    branch: str
    charter: str
    version: int
    code: str
    clause: str
    missing: tuple[str, ...]
    field: str
    told: Mapping[str, Any]
    steps: list[Step]
    figures: Mapping[str, Any]
    postings: list[Line]
    raised: list[tuple[str, str, str, str]]
    noted: list[tuple[str, str, str]]
    documents: list[str]
    after: Mapping[str, Any] | None
    audit_number: int
    audit_hash: str

    @property
    def clauses(self) -> list[str]:
        """Every clause that it cites, each once, in order."""
        cited = [step.clause for step in self.steps] + [self.clause]
        return list(dict.fromkeys(number for number in cited if number))


def explain(number: int) -> Explained:
    """Lay a decision open.

    Raises:
        NotFoundError: no such decision in this tenant.
    """
    with unit() as opened:
        row = opened.execute(_DECISION, {"wanted": number}).first()
        if row is None:
            raise NotFoundError("there is no such decision", code="decision_unknown")
        return _explained(opened, row)


def decision_of(event_id: int) -> int:
    """The id of the decision of an event.

    Raises:
        NotFoundError: no such event in this tenant.
    """
    with unit() as opened:
        found = opened.execute(_OF_EVENT, {"wanted": event_id}).scalar()
    if found is None:
        raise NotFoundError("there is no such event", code="event_unknown")
    return int(found)


def _explained(opened: Unit, row: Any) -> Explained:
    stored = read(row)
    outcome, refusal = stored.outcome, stored.outcome.refusal
    linked = opened.execute(_AUDIT, {"wanted": str(row.id)}).first()
    return Explained(
        id=str(stored.id),
        event_id=str(stored.event_id or ""),
        verb=stored.verb,
        title=telling.title(stored.verb, stored.body, outcome, words(stored.version)),
        member=stored.member,
        at=stored.at,
        occurred_at=stored.occurred_at,
        recorded_at=stored.recorded_at,
        actor=stored.actor or (linked.actor if linked else "clock"),
        branch=stored.branch,
        charter=stored.charter,
        version=stored.version,
        code=stored.code,
        clause=stored.clause,
        missing=refusal.missing if refusal else (),
        field=refusal.field if refusal else "",
        told=stored.body,
        steps=[Step(*entry) for entry in outcome.trace],
        figures=outcome.figures,
        postings=[Line(*line) for line in opened.execute(_POSTINGS, {"wanted": row.id})],
        raised=[(r.sort, r.code, r.member, r.clause) for r in outcome.raised],
        noted=list(outcome.noted),
        documents=list(outcome.documents),
        after=outcome.after,
        audit_number=linked.seq if linked else 0,
        audit_hash=linked.hash if linked else "",
    )
