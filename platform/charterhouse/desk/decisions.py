"""Stored decisions as they are read: one typed reader for all that looks back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from charterhouse.kernel.decision import Cited, Happening, Raised, Refusal
from charterhouse.records import sealing
from charterhouse.records.tables import decision, event
from charterhouse.tenancy.scope import current_tenant

COLUMNS = (
    decision.c.id, decision.c.event_id, decision.c.verb, decision.c.member, decision.c.at,
    decision.c.code, decision.c.clause, decision.c.charter, decision.c.version, decision.c.sealed,
    event.c.sealed.label("told"), event.c.actor, event.c.branch, event.c.occurred_at,
    event.c.recorded_at,
)  # fmt: skip
"""All that `read` can take; a query may select fewer."""

FROM = decision.outerjoin(event, event.c.id == decision.c.event_id)
"""A decision with its event, of which time's own decisions have none."""

SIGNS: Mapping[str, int] = {"credit": 1, "restore": 1, "debit": -1, "expire": -1}
"""What an entry of the trace does to the account that it names."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is kept of a decision beside its postings. Amounts of figures are fen.

    Attributes:
        noted: records counted (member, kind, clause).
        documents: ids of the documents that it put.
        after: the few figures of the subject's standing afterwards; None when nobody's changed.
    """

    figures: Mapping[str, Any] = field(default_factory=dict)
    refusal: Refusal | None = None
    happenings: tuple[Happening, ...] = ()
    raised: tuple[Raised, ...] = ()
    noted: tuple[tuple[str, str, str], ...] = ()
    documents: tuple[str, ...] = ()
    trace: tuple[Cited, ...] = ()
    after: Mapping[str, Any] | None = None

    @property
    def clauses(self) -> list[str]:
        """Every clause that it cites, each once, in order."""
        cited = [entry.clause for entry in self.trace]
        if self.refusal is not None:
            cited.append(self.refusal.clause)
        return list(dict.fromkeys(number for number in cited if number))

    @property
    def facts(self) -> frozenset[str]:
        """The facts that clauses announced."""
        return frozenset(each.fact for each in self.happenings)

    def clauses_about(self, ref: str) -> list[str]:
        """The clauses of those entries that speak of one person."""
        cited = [entry.clause for entry in self.trace if entry.about.get("member") == ref]
        return list(dict.fromkeys(cited))

    def moved(self, unit: str, ref: str = "") -> int | None:
        """By how much it changed an account, of one person if `ref` says so; None for not at all."""
        return moved(self.trace, unit, ref)

    @property
    def taken(self) -> int:
        """Fen that came into the till."""
        return sum(
            entry.about["amount"]
            for entry in self.trace
            if entry.did == "transfer" and str(entry.about["target"]).startswith("@till:")
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """A decision with the event behind it.

    Attributes:
        id: of the decision.
        event_id: 0 when time alone acted.
        member: whom it was about; "" for nobody.
        at, occurred_at: on the tenant's wall clock.
        body: the event's fields as they were told (amounts in fen).
        actor: "" when time alone acted.
    """

    id: int
    event_id: int
    verb: str
    member: str
    at: datetime
    code: str
    clause: str
    charter: str
    version: int
    outcome: Outcome
    body: Mapping[str, Any]
    actor: str
    branch: str
    occurred_at: datetime | None
    recorded_at: datetime | None

    @property
    def first_clause(self) -> str:
        """The clause by which it was refused, else the first that spoke."""
        return self.clause or next(iter(self.outcome.clauses), "")


def moved(trace: Iterable[Cited], unit: str, ref: str = "") -> int | None:
    """By how much entries of a trace changed an account; None when none of them did."""
    moves = [
        SIGNS[entry.did] * entry.about["amount"]
        for entry in trace
        if entry.did in SIGNS
        and entry.about.get("unit") == unit
        and (not ref or entry.about.get("member") == ref)
    ]
    return sum(moves) if moves else None


def outcome_of(stored: Mapping[str, Any]) -> Outcome:
    """The plain JSON that is kept of a decision, typed."""
    refusal = stored.get("refusal")
    return Outcome(
        figures=stored.get("figures", {}),
        refusal=Refusal(
            refusal["code"], refusal["clause"], tuple(refusal["missing"]), refusal["field"]
        )
        if refusal
        else None,
        happenings=tuple(Happening(*each) for each in stored.get("happenings", ())),
        raised=tuple(
            Raised(sort, code, member, clause, None, {})
            for sort, code, member, clause in stored.get("raised", ())
        ),
        noted=tuple((m, kind, clause) for m, kind, clause in stored.get("noted", ())),
        documents=tuple(stored.get("documents", ())),
        trace=tuple(Cited(*entry) for entry in stored.get("trace", ())),
        after=stored.get("after"),
    )


def plain(outcome: Outcome) -> dict[str, Any]:
    """An outcome as plain JSON again: the inverse of `outcome_of`."""
    refusal = outcome.refusal
    return {
        "figures": dict(outcome.figures),
        "refusal": {
            "code": refusal.code,
            "clause": refusal.clause,
            "missing": list(refusal.missing),
            "field": refusal.field,
        }
        if refusal
        else None,
        "happenings": [list(each) for each in outcome.happenings],
        "raised": [[r.sort, r.code, r.member, r.clause] for r in outcome.raised],
        "noted": [list(each) for each in outcome.noted],
        "documents": list(outcome.documents),
        "trace": [list(entry) for entry in outcome.trace],
        "after": outcome.after,
    }


def open_outcome(number: int, sealed: str) -> Outcome:
    """What is kept of a decision, out of its seal."""
    return outcome_of(sealing.DECISION.open(number, sealed))


def open_body(event_id: int | None, sealed: str | None) -> Mapping[str, Any]:
    """The fields of an event as they were told; empty for none."""
    if not event_id or not sealed:
        return {}
    body: Mapping[str, Any] = sealing.EVENT.open(event_id, sealed)["body"]
    return body


def read(row: Any) -> Stored:
    """A row of (some of) `COLUMNS` as a stored decision."""
    zone = current_tenant().zone
    said = row._asdict()

    def local(name: str) -> datetime | None:
        moment = said.get(name)
        return moment.astimezone(zone) if moment else None

    return Stored(
        id=row.id,
        event_id=said.get("event_id") or 0,
        verb=said.get("verb") or "",
        member=said.get("member") or "",
        at=row.at.astimezone(zone),
        code=said.get("code") or "",
        clause=said.get("clause") or "",
        charter=said.get("charter") or "",
        version=said.get("version") or 0,
        outcome=open_outcome(row.id, row.sealed),
        body=open_body(said.get("event_id"), said.get("told")),
        actor=said.get("actor") or "",
        branch=said.get("branch") or "",
        occurred_at=local("occurred_at"),
        recorded_at=said.get("recorded_at"),
    )
