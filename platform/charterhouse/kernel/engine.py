"""The engine: advances standings through what time did, and decides events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from charterhouse.kernel import vocabulary as v
from charterhouse.kernel.bill import Bill, RefundOf
from charterhouse.kernel.charter import PHASES
from charterhouse.kernel.decision import Decision, Document, Outcome
from charterhouse.kernel.draft import Draft, Refused, View
from charterhouse.kernel.errors import CharterError
from charterhouse.kernel.events import Event
from charterhouse.kernel.ledger import check_sums
from charterhouse.kernel.parties import Parties, parties_of, referred, spoken_of, touched, whom
from charterhouse.kernel.program import Book, Plan
from charterhouse.kernel.standing import (
    HOUSE,
    PREPAYMENT,
    Standing,
    is_active,
)

MAX_DUES = 5000
_INSTANT = timedelta(microseconds=1)


_APPLIED = tuple(f.name for f in fields(v.Apply))
"""What a whole admission says of its application."""

_REFERRING = (v.Refund, v.Dispute, v.GiveBack)
_OF_POLICIES = (v.PayPremium, v.PolicyChange)
_OF_BOOKINGS_TOO = (v.Cancel, v.Close)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due(v.MemberBody):
    """Time alone: what became due for a member."""

    verb = "due"


class Workspace:
    """A view with the standings and documents that earlier decisions of one event left."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._standings: dict[str, Standing] = {}
        self._documents: dict[str, Document] = {}

    def standing(self, ref: str) -> Standing:
        """See `View`."""
        found = self._standings.get(ref)
        return found if found is not None else self._view.standing(ref)

    def document(self, doc_id: str) -> Document | None:
        """See `View`."""
        return self._documents.get(doc_id) or self._view.document(doc_id)

    def active_members(self, day: date, kinds: frozenset[str] | None = None) -> int:
        """See `View`."""
        changed = sum(
            is_active(now, day, kinds) - is_active(self._view.standing(ref), day, kinds)
            for ref, now in self._standings.items()
        )
        return self._view.active_members(day, kinds) + changed

    def active_refs(self, day: date, kinds: frozenset[str] | None = None) -> frozenset[str]:
        """See `View`."""
        now = {ref for ref, each in self._standings.items() if is_active(each, day, kinds)}
        return self._view.active_refs(day, kinds) - self._standings.keys() | now

    def keep(self, decision: Decision) -> None:
        """Let later decisions see what this one left."""
        self._standings.update(decision.standings)
        self._documents.update(decision.documents)


def advance(book: Book, ref: str, until: datetime, view: View) -> list[Decision]:
    """Bring a member through everything that became due up to and including `until`.

    The result does not depend on how often or in which steps one advances.
    """
    standing = view.standing(ref)
    if standing.done is None:
        return _found_house(book, until, standing) if ref == HOUSE else []
    if standing.done >= until:
        return []
    decisions: list[Decision] = []
    # What one due left, documents too, the next one finds.
    workspace = Workspace(view)
    for _ in range(MAX_DUES):
        moment = _next_moment(book, standing, until)
        if moment is None:
            return decisions
        decision = _decide_due(book, standing, moment, workspace)
        workspace.keep(decision)
        decisions.append(decision)
        standing = decision.standings[ref]
    raise CharterError(f"{ref} has more than {MAX_DUES} dues at once")


def _found_house(book: Book, at: datetime, standing: Standing) -> list[Decision]:
    """The institution's own dues begin when it is first looked at."""
    if not book.at(at).house_dues:
        return []
    founded = standing.copy()
    founded.done = at
    founded.wake = book.at(at).wake(founded, at)
    event = Event(id=0, at=at, body=Due(member=HOUSE))
    return [Decision(event, at, standings={HOUSE: founded})]


def _next_moment(book: Book, standing: Standing, until: datetime) -> datetime | None:
    done = standing.done or until
    change = book.next_change(done) if book.effects else None
    if change is None or change > until:
        wake = standing.wake
        return wake if wake is not None and wake <= until else None
    # A version comes into force on the way: its clauses may be due at other moments.
    wake = book.at(done).wake(standing, done)
    return change if wake is None or wake > change else wake


def _decide_due(book: Book, standing: Standing, moment: datetime, view: View) -> Decision:
    ref = standing.ref
    event = Event(id=0, at=moment, body=Due(member=ref))
    program = book.at(moment).variant(standing.tier)
    workspace = Workspace(view)
    workspace.keep(Decision(event, moment, standings={ref: standing}))
    draft = Draft(event=event, now=moment, book=book, program=program, view=workspace, named=(ref,))
    draft.begin(event.body)
    draft.phase = "grade"
    before = standing.done or moment
    if book.effects and book.next_change(before) == moment:
        # What a new version makes due at once is due with it, not an instant later.
        before = moment - _INSTANT
    draft.expire(ref)
    for clause in program.dues_of(ref):
        # What came due before it in this instant (an end, a lapse) may have cancelled it.
        if clause.next_due(draft.standing(ref), before) == moment:
            draft.speak(clause, clause.due(draft, ref))
    for phase in PHASES[PHASES.index("grade") :]:
        draft.phase = phase
        _deliver(draft)
    return _complete(draft)


def decide(book: Book, event: Event, view: View) -> Outcome:
    """Decide an event on the standing as it is, after what time did before it.

    Raises:
        CharterError: the charter broke the contract; nothing may be stored.
    """
    parties = parties_of(book.at(event.at), event, view)
    workspace = Workspace(view)
    passed: list[Decision] = []
    for ref in parties.refs:
        for decision in advance(book, ref, event.at, workspace):
            workspace.keep(decision)
            passed.append(decision)
    if passed:
        view = workspace
        parties = Parties(parties.refs, referred(event, view), spoken_of(event, view))
    draft = _draft_for(book, event, view, parties)
    try:
        for body in _steps(draft) if isinstance(event.body, v.Join) else (event.body,):
            draft.begin(body)
            _run(draft)
    except Refused as refused:
        decision = Decision(event, event.at, refusal=refused.refusal, trace=tuple(draft.trace))
        return Outcome(tuple(passed), decision)
    return Outcome(tuple(passed), _complete(draft))


def _draft_for(book: Book, event: Event, view: View, parties: Parties) -> Draft:
    original, subject = parties.original, parties.subject
    program = book.at(event.at)
    if original is not None:
        moment = datetime.fromisoformat(original.content["at"]).astimezone(event.at.tzinfo)
        program = book.at(moment).variant(original.content.get("tier", ""))
    elif program.varied:
        ref = whom(event.body) or (subject and subject.member)
        if ref:
            program = program.variant(program.tier_for(view.standing(ref), event.body))
    return Draft(
        event=event, now=event.at, book=book, program=program, view=view,
        named=parties.refs, subject=subject,
    )  # fmt: skip


def _steps(draft: Draft) -> Iterator[v.Body]:
    """The steps of a whole admission, each by what the steps before it left."""
    body = draft.body
    draft.compound = True
    yield v.Apply(**{name: getattr(body, name) for name in _APPLIED})
    common: dict[str, Any] = {"member": body.member, "by": body.by, "branch": body.branch}
    if draft.of_member.status == "applied":
        # What an application owes before it is reviewed (a deposit) is paid first.
        for purpose, debt in dict(draft.of_member.owed).items():
            yield v.Pay(**common, for_=purpose, amount=debt.amount)
        yield v.Approve(**common)
    prepayment = draft.of_member.owed.get(PREPAYMENT)
    top_up = body.top_up if body.top_up is not None else prepayment and prepayment.amount
    if top_up:
        yield v.TopUp(**common, amount=top_up)
    yield from _fees(draft, body, common)
    for clause in draft.program.joining:
        yield from clause.joins(draft)


def _fees(draft: Draft, body: v.Join, common: dict[str, Any]) -> Iterator[v.Body]:
    """Exactly what is due is paid, except where the step states another fee."""
    owed = dict(draft.of_member.owed)
    for purpose, debt in owed.items():
        amount = debt.amount if body.fee is None else body.fee
        yield v.Pay(**common, for_=purpose, amount=amount)
    if body.fee and not owed:
        if draft.program.takes_any_fee:
            yield v.Pay(**common, for_="fee", amount=body.fee)
        else:
            draft.refuse("order_violation", field="join.fee")


def _run(draft: Draft) -> None:
    plan = draft.program.plan(draft.body.verb)
    if plan is None:
        draft.refuse("not_included", field="verb")
        return
    _check_codes(draft, plan)
    _open(draft)
    for phase, speakers in plan.phases:
        draft.phase = phase
        for clause, method in speakers:
            draft.speak(clause, method(draft))
        if draft.pending:
            _deliver(draft)
        if phase == "guard":
            _refuse_incomplete(draft)
            if not plan.offered:
                draft.refuse("not_included", field="verb")
        elif phase == "price" and draft.bill is not None:
            draft.bill.sum_up()
        elif phase == "settle" and draft.bill is not None:
            _settle(draft, draft.bill)
    if draft.bill is not None:
        _file(draft, draft.bill)


def _deliver(draft: Draft) -> None:
    """Tell the clauses that act in this phase of every fact announced so far."""
    told = 0
    while told < len(draft.pending):
        happening = draft.pending[told]
        told += 1
        for clause, method in draft.program.listeners(happening.fact, draft.phase):
            draft.speak(clause, method(draft, happening))
    if draft.phase == PHASES[-1]:
        draft.pending.clear()


def _check_codes(draft: Draft, plan: Plan) -> None:
    body = draft.body
    for attribute, name, known in plan.coded:
        value = getattr(body, attribute)
        if value is not None and value not in known:
            unknowns = draft.program.unknowns
            number = unknowns.get(name, unknowns.get(name.partition(".")[2], ""))
            draft.refuse("unknown", number, field=name)


def _open(draft: Draft) -> None:
    """Put the bill, or the document that the event refers to, on the table."""
    body = draft.body
    if isinstance(body, v.Spend):
        _demand_free_id(draft)
        draft.bill = Bill.of(body)
    elif isinstance(body, _REFERRING):
        document = draft.document(body.of)
        if document is None:
            draft.refuse("unknown", field=f"{body.verb}.of")
        elif isinstance(body, v.Refund):
            if "paid" not in document.content:
                draft.refuse("not_refundable", field="refund.of")
            try:
                draft.refund = RefundOf.of(body, document)
            except LookupError:
                draft.refuse("unknown", field="refund.lines")
    elif isinstance(body, v.RequestBody):
        _find(draft, body)
    elif isinstance(body, _OF_POLICIES):
        if draft.subject is None:
            draft.refuse("unknown", field=f"{body.verb}.policy")
    else:
        _demand_free_id(draft)


def _find(draft: Draft, body: v.RequestBody) -> None:
    """A booking can be given up and closed; the other steps are those of a request."""
    subject = draft.subject
    of_both = isinstance(body, _OF_BOOKINGS_TOO)
    if subject is None or (subject.kind == "booking" and not of_both):
        draft.refuse("unknown", field=f"{body.verb}.request")


def _demand_free_id(draft: Draft) -> None:
    doc_id = getattr(draft.body, "id", None)
    if doc_id and draft.document(doc_id) is not None:
        draft.refuse("order_violation", field=f"{draft.body.verb}.id")


def _refuse_incomplete(draft: Draft) -> None:
    if draft.lacks:
        number = draft.lacks[0][1]
        missing = tuple(dict.fromkeys(code for code, _ in draft.lacks))
        draft.refuse("incomplete", number, missing=missing)


def _settle(draft: Draft, bill: Bill) -> None:
    """Check what the tender names and post the money of a bill."""
    asked = bill.body.tender
    if asked is not None:
        for name in ("stored_value", "credit", "points"):
            # A charter that offers a means of payment judges itself what is asked of it.
            if getattr(asked, name) and name not in draft.program.tenders:
                draft.refuse("insufficient", field=f"spend.tender.{name}")
    if bill.to_pay < 0:
        raise CharterError("more was taken for a bill than is due")
    revenue: dict[str, int] = {}
    for line in bill.lines:
        if not line.clause:
            raise CharterError(f"no clause prices {line.line.item!r}")
        revenue[line.clause] = revenue.get(line.clause, 0) + line.net
    _post_payment(draft, bill, revenue)


def _post_payment(draft: Draft, bill: Bill, revenue: dict[str, int]) -> None:
    """Post each clause's revenue against those who pay: others first, the till last."""
    payers = {
        "@third-party": bill.third_party,
        "@prepaid": bill.from_stored_value,
        "@credit": bill.from_credit,
        "@points": bill.from_points,
        f"@till:{bill.body.method or 'cash'}": bill.to_pay,
    }
    able = {payer: amount for payer, amount in payers.items() if amount}
    for number, net in revenue.items():
        left = net
        for payer, can in able.items():
            part = min(left, can)
            if part:
                draft.post(payer, "money", part, "", number)
                able[payer] -= part
                left -= part
        if net:
            draft.post("@sales", "money", -net, "", number)


def _file(draft: Draft, bill: Bill) -> None:
    """A bill becomes a document when everything about it is decided."""
    figures = bill.figures()
    draft.figures.update(figures)
    doc_id = bill.body.id or f"bill-{draft.event.id}"
    content = bill.content(figures, draft.now.isoformat(), draft.event.day.isoformat())
    content["tier"] = draft.program.tier
    # Those of one moment keep their order.
    content["event"] = draft.event.id
    draft.documents[doc_id] = Document("bill", doc_id, bill.subject, content)


def _complete(draft: Draft) -> Decision:
    """Check what clauses asked for and stamp everyone touched."""
    check_sums(draft.postings)
    program, now = draft.book.at(draft.now), draft.now
    for standing in draft.standings.values():
        done = standing.done
        if done is None or done < now:
            standing.done = done = now
        if not all(standing.lots.values()):
            standing.lots = {unit: lots for unit, lots in standing.lots.items() if lots}
        standing.wake = program.wake(standing, done)
    return Decision(
        event=draft.event,
        at=draft.now,
        figures=draft.figures,
        standings=draft.standings,
        postings=tuple(draft.postings),
        documents=draft.documents,
        raised=tuple(draft.raised),
        finished=tuple(draft.finished),
        noted=tuple(draft.noted),
        happenings=tuple(draft.happenings),
        version=draft.version,
        trace=tuple(draft.trace),
    )


__all__ = ["Due", "Workspace", "advance", "decide", "referred", "spoken_of", "touched"]
