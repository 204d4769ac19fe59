"""Writing a decision: event, journal, balances, standing, documents, audit link, outbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, text, update

from charterhouse.kernel.decision import Decision
from charterhouse.kernel.engine import spoken_of
from charterhouse.kernel.standing import Standing, dump
from charterhouse.records import sealing
from charterhouse.records import tables as t
from charterhouse.records.chain import Chain
from charterhouse.records.requests import REQUEST, keep_request
from charterhouse.records.view import StoreView
from charterhouse.tenancy.ids import new_id
from charterhouse.tenancy.store import Unit, prepared
from charterhouse.tenancy.types import Instant

_ADD_EVENT = prepared(insert(t.event))
_ADD_DECISION = prepared(insert(t.decision))
_ADD_POSTING = prepared(insert(t.posting))
_ADD_ITEM = prepared(
    insert(t.item),
    columns=[
        "id", "decision_id", "sort", "code", "member", "clause", "at", "due", "state", "about",
    ],
)  # fmt: skip
_ADD_STANDING = prepared(insert(t.standing))
_KEEP_BALANCE = prepared(
    text(
        "INSERT INTO balance (owner, account, lot, amount, cls, expires) "
        "VALUES (:owner, :account, :lot, :amount, :cls, :expires) "
        "ON CONFLICT (owner, account, lot) DO UPDATE SET amount = excluded.amount"
    ).bindparams(bindparam("expires", type_=Instant))
)
_END_BALANCE = prepared(
    delete(t.balance).where(
        *(t.balance.c[name] == bindparam(name) for name in ("owner", "account", "lot"))
    )
)
_ADD_DOCUMENT = prepared(insert(t.document))
_ADD_CARD = prepared(insert(t.card))
_ADD_OUTBOX = prepared(insert(t.outbox))


def _own(table: Any, name: str) -> Any:
    """A condition on the column that names a row, with the parameter `own_<column>`."""
    return table.c[name] == bindparam(f"own_{name}")


_STANDING_COLUMNS = [c.name for c in t.standing.columns if c.name != "ref"]
_SET_STANDING = prepared(
    update(t.standing).where(_own(t.standing, "ref")), columns=_STANDING_COLUMNS
)
_SET_DOCUMENT = prepared(
    update(t.document).where(_own(t.document, "id")), columns=["member", "sealed"]
)
_SET_CARD = prepared(
    update(t.card).where(_own(t.card, "number")), columns=["member", "state", "ended_at"]
)

_OPEN_TASKS = prepared(
    select(t.item.c.id, t.item.c.about).where(
        t.item.c.member == bindparam("member"),
        (t.item.c.sort == "task") | (t.item.c.sort == "flag"),
        t.item.c.state == "open",
        t.item.c.code == bindparam("code"),
    )
)
_END_TASK = prepared(update(t.item).where(_own(t.item, "id")), columns=["state", "done_at"])


def outcome_of(decision: Decision) -> dict[str, Any]:
    """What is kept of a decision beside its postings, as plain JSON."""
    member = subject_of(decision) or ""
    after = decision.standings.get(member)
    refusal = decision.refusal
    return {
        "figures": {**decision.figures, **_earned(decision, member)} if not refusal else {},
        "refusal": {
            "code": refusal.code,
            "clause": refusal.clause,
            "missing": list(refusal.missing),
            "field": refusal.field,
        }
        if refusal
        else None,
        "happenings": [list(h) for h in decision.happenings],
        "raised": [[r.sort, r.code, r.member, r.clause] for r in decision.raised],
        "noted": [list(n) for n in decision.noted],
        "documents": sorted(decision.documents),
        "trace": [list(c) for c in decision.trace],
        "after": summary(after) if after else None,
    }


def _earned(decision: Decision, member: str) -> dict[str, int]:
    """The changes of points that the vocabulary names, as the postings have them."""
    earned = {"points_earned": decision.change_of(member, "points")}
    referrer = str(decision.figures.get("referrer") or "")
    if referrer and referrer != member:
        earned["referrer_points_earned"] = decision.change_of(referrer, "points")
    return earned


def summary(standing: Standing) -> dict[str, Any]:
    """The few figures of a standing that people look at; amounts in fen."""
    return {
        "status": standing.status,
        "tier": standing.tier,
        "card": standing.card,
        "valid_until": standing.valid_until.isoformat() if standing.valid_until else None,
        "points": standing.balance("points"),
        "stored_value": standing.balance("stored_value"),
        "spend_total": standing.balance("spend_total"),
        "owed": standing.owes,
    }


class Commit:
    """Writes the decisions of one unit.

    Args:
        unit: open and writing.
        view: from which the decisions were made.
        charter: code of the charter that decided.
        actor: who did it.
        recorded_at: when it is written.
        chain: the audit chain of this unit; read when first needed without one.
    """

    def __init__(
        self,
        unit: Unit,
        view: StoreView,
        *,
        charter: str,
        actor: str,
        recorded_at: datetime,
        chain: Chain | None = None,
    ) -> None:
        self._unit = unit
        self._view = view
        self._charter = charter
        self._actor = actor
        self._recorded_at = recorded_at
        self._chain = chain

    @property
    def chain(self) -> Chain:
        """The audit chain of this unit."""
        if self._chain is None:
            self._chain = Chain(self._unit)
        return self._chain

    def event(
        self, decision: Decision, body: Mapping[str, Any], *, key: str | None, request_hash: str
    ) -> None:
        """Write the event of a decision; `body` as `dump_body` gives it."""
        event = decision.event
        people = {
            ref: {n: v.isoformat() if hasattr(v, "isoformat") else v for n, v in facts.items()}
            for ref, facts in event.people.items()
        }
        self._unit.execute_later(
            _ADD_EVENT,
            {
                "id": event.id,
                "seq": self.chain.seq + 1,
                "key": key,
                "request_hash": request_hash,
                "verb": event.verb,
                "member": self._member(decision),
                "at": event.at,
                "occurred_at": event.occurred_at,
                "recorded_at": self._recorded_at,
                "actor": self._actor,
                "branch": event.body.branch,
                "serial": event.serial,
                "sealed": sealing.EVENT.seal(event.id, {"body": body, "people": people}),
            },
        )

    def decision(self, decision: Decision, version: int) -> Mapping[str, Any]:
        """Write a decision with its effects; return what was kept, empty if it says nothing."""
        due = decision.event.verb == "due"
        if due and not decision.trace:
            self._standings(decision)
            return {}
        number = new_id()
        outcome = outcome_of(decision)
        refusal = decision.refusal
        self._unit.execute_later(
            _ADD_DECISION,
            {
                "id": number,
                "event_id": None if due else decision.event.id,
                "verb": decision.event.verb,
                "member": self._member(decision),
                "at": decision.at,
                "code": refusal.code if refusal else "",
                "clause": refusal.clause if refusal else "",
                "charter": self._charter,
                "version": version,
                "sealed": sealing.DECISION.seal(number, outcome),
            },
        )
        if decision.accepted:
            self._postings(number, decision)
            self._standings(decision)
            self._documents(decision)
            self._finished(decision)
            self._items(number, decision)
            self._cards(number, decision)
        self._audit(number, decision, outcome)
        return outcome

    def _member(self, decision: Decision) -> str | None:
        """Whose event it is; a refused step on a request or policy is its member's."""
        document = spoken_of(decision.event, self._view)
        return document.member if document else subject_of(decision)

    def _audit(self, number: int, decision: Decision, outcome: Mapping[str, Any]) -> None:
        self.chain.append(
            at=self._recorded_at,
            actor=self._actor,
            action=f"event.{decision.event.verb}",
            subject=str(number),
            content=audited(decision.event.id, outcome, [list(p) for p in decision.postings]),
        )

    def _postings(self, number: int, decision: Decision) -> None:
        for line, posting in enumerate(decision.postings):
            row = {
                "decision_id": number,
                "line": line,
                "owner": posting.owner,
                "account": posting.account,
                "amount": posting.amount,
                "lot": posting.lot,
                "clause": posting.clause,
                "at": decision.at,
            }
            self._unit.execute_later(_ADD_POSTING, row)
        self._balances(decision)

    def _balances(self, decision: Decision) -> None:
        touched = {(p.owner, p.account, p.lot) for p in decision.postings if not p.of_house}
        for owner, account, key in sorted(touched):
            lots = decision.standings[owner].lots.get(account, ())
            lot = next((lot for lot in lots if lot.key == key), None)
            row: dict[str, Any] = {"owner": owner, "account": account, "lot": key}
            if lot is None:
                self._unit.execute_later(_END_BALANCE, row)
                continue
            row |= {"amount": lot.amount, "cls": lot.cls, "expires": lot.expires}
            self._unit.execute_later(_KEEP_BALANCE, row)

    def _standings(self, decision: Decision) -> None:
        for ref, standing in decision.standings.items():
            values = _columns(ref, standing)
            if self._view.loaded.get(ref) is None:
                self._unit.execute_later(_ADD_STANDING, {"ref": ref, **values})
            else:
                self._unit.execute_later(_SET_STANDING, {"own_ref": ref, **values})

    def _documents(self, decision: Decision) -> None:
        for doc_id, document in decision.documents.items():
            sealed = sealing.DOCUMENT.seal(doc_id, dict(document.content))
            if self._view.document(doc_id) is None:
                row = {"id": doc_id, "kind": document.kind, "member": document.member}
                self._unit.execute_later(
                    _ADD_DOCUMENT, {**row, "at": decision.at, "sealed": sealed}
                )
            else:
                values = {"own_id": doc_id, "member": document.member, "sealed": sealed}
                self._unit.execute_later(_SET_DOCUMENT, values)
            if document.kind == REQUEST:
                keep_request(self._unit, document)

    def _items(self, number: int, decision: Decision) -> None:
        for raised in decision.raised:
            row = {
                "id": new_id(),
                "decision_id": number,
                "sort": raised.sort,
                "code": raised.code,
                "member": raised.member,
                "clause": raised.clause,
                "at": decision.at,
                "due": raised.due.isoformat() if raised.due else None,
                "state": "open",
                "about": raised.about,
            }
            self._unit.execute_later(_ADD_ITEM, row)
            if raised.sort == "notice":
                self.send("notice", raised.member, {"code": raised.code, "about": raised.about})

    def _finished(self, decision: Decision) -> None:
        for code, member, about in decision.finished:
            rows = self._unit.execute(_OPEN_TASKS, {"code": code, "member": member})
            for row in list(rows):
                if about.items() <= row.about.items():
                    ended = {"own_id": row.id, "state": "done", "done_at": decision.at}
                    self._unit.execute_later(_END_TASK, ended)

    def send(self, topic: str, subject: str, content: Mapping[str, Any]) -> None:
        """Put something into the outbox; it is sent after the commit."""
        number = new_id()
        self._unit.execute_later(
            _ADD_OUTBOX,
            {
                "id": number,
                "topic": topic,
                "subject": subject,
                "sealed": sealing.OUTBOX.seal(number, dict(content)),
                "state": "waiting",
                "tries": 0,
                "due_at": self._recorded_at,
                "error": "",
            },
        )

    def _cards(self, number: int, decision: Decision) -> None:
        for ref, standing in decision.standings.items():
            before = self._view.loaded.get(ref)
            old = before.card_no if before else ""
            if old and old != standing.card_no:
                self._set_card(old, ref, "void", decision.at)
        for ref, standing in decision.standings.items():
            before = self._view.loaded.get(ref)
            new = standing.card_no
            if new and (before is None or (new, standing.card) != (before.card_no, before.card)):
                ended = None if standing.card in ("active", "lost") else decision.at
                if not self._set_card(new, ref, standing.card, ended):
                    self._unit.execute_later(
                        _ADD_CARD,
                        {
                            "number": new,
                            "member": ref,
                            "state": standing.card,
                            "tier": standing.tier,
                            "issued_at": decision.at,
                            "ended_at": ended,
                            "decision_id": number,
                        },
                    )

    def _set_card(self, card_no: str, ref: str, state: str, ended: datetime | None) -> bool:
        values = {"own_number": card_no, "member": ref, "state": state, "ended_at": ended}
        return bool(self._unit.execute(_SET_CARD, values).rowcount)

    def seen(self, decision: Decision) -> None:
        """Let the view know what this decision left, for the next one of the unit."""
        if decision.accepted:
            self._view.loaded.update(decision.standings)
            self._view.seen.update(decision.documents)


def audited(event_id: int, outcome: Mapping[str, Any], postings: list[list[Any]]) -> list[Any]:
    """What the audit entry of a decision vouches for."""
    return [event_id, dict(outcome), postings]


def subject_of(decision: Decision) -> str | None:
    """Whose decision it is: whom its event names, else of whose documents or standing it is."""
    body = decision.event.body
    named = getattr(body, "member", None) or getattr(body, "person", None)
    if named:
        return str(named)
    return next(
        (d.member for d in decision.documents.values()), next(iter(decision.standings), None)
    )


def _columns(ref: str, standing: Standing) -> dict[str, Any]:
    return {
        "status": standing.status,
        "kind": standing.kind,
        "tier": standing.tier,
        "card": standing.card,
        "card_no": standing.card_no,
        "since": standing.since.isoformat() if standing.since else None,
        "valid_until": standing.valid_until.isoformat() if standing.valid_until else None,
        "points": standing.balance("points"),
        "stored_value": standing.balance("stored_value"),
        "spend_total": standing.balance("spend_total"),
        "owed": standing.owes,
        "done": standing.done,
        "wake": standing.wake,
        "sealed": sealing.STANDING.seal(ref, dump(standing)),
    }
