"""The draft of a decision: what clauses see, and the one place where effects are executed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from charterhouse.kernel import effects as fx
from charterhouse.kernel.bill import Bill, Earned, RefundOf
from charterhouse.kernel.decision import (
    Cited,
    Document,
    Finished,
    Happening,
    NewVersion,
    Raised,
    Refusal,
)
from charterhouse.kernel.errors import CharterError
from charterhouse.kernel.ledger import (
    SHORT,
    Lot,
    Posting,
    add,
    fall_short,
    fill,
    freeze,
    lot_key,
    positive,
    take,
    take_lot,
    unit_of,
)
from charterhouse.kernel.parties import whom
from charterhouse.kernel.standing import CARDS, STATUSES, Debt, Standing, holder_today

if TYPE_CHECKING:
    from charterhouse.kernel.charter import Clause
    from charterhouse.kernel.events import Event
    from charterhouse.kernel.program import Book, Program
    from charterhouse.kernel.vocabulary import Body

MAX_POSTINGS = 5000

_CHANGEABLE = frozenset(
    {"status", "kind", "tier", "card", "card_no", "since", "term_start", "valid_until"}
)

_CLOSED = {"status": STATUSES, "card": CARDS}
"""Fields of a standing that hold one of a closed list."""


class View(Protocol):
    """What a decision may read: standings and documents. It is never changed."""

    def standing(self, ref: str) -> Standing:
        """The standing of a person; a blank one for somebody unknown."""
        ...

    def document(self, doc_id: str) -> Document | None:
        """The document of this id, if there is one."""
        ...

    def active_members(self, day: date, kinds: frozenset[str] | None = None) -> int:
        """How many memberships are active and in their term on a day, of these kinds."""
        ...

    def active_refs(self, day: date, kinds: frozenset[str] | None = None) -> frozenset[str]:
        """Who they are. Only for what concerns every member, such as an amendment."""
        ...


class Refused(Exception):  # noqa: N818 - it is no error
    """Ends a decision at once; carries the refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class Draft:
    """A decision in the making.

    Clauses read `body`, `now`, `event`, `standing(ref)`, `document(id)`, `bill`,
    `refund` and `program`, and yield effects; they change nothing themselves.

    Attributes:
        member: the ref of the member (or person) whom the event is about.
        compound: the step is part of a `join`, where what is not stated was complete.
        named: the persons whom the event or its documents name.
        subject: the request, booking or policy that the event speaks of, as it was before.
        policy: the id of the policy by which a request or a use is served, once it is chosen.
    """

    def __init__(
        self, *, event: Event, now: datetime, book: Book, program: Program, view: View,
        named: Iterable[str], subject: Document | None = None,
    ) -> None:  # fmt: skip
        self.event = event
        self.body: Any = event.body
        self.member = ""
        self.now = now
        self.book = book
        self.program = program
        self.named = frozenset(named)
        self.compound = False
        self.bill: Bill | None = None
        self.refund: RefundOf | None = None
        self.subject = subject
        self.policy = ""
        self.figures: dict[str, Any] = {}
        self.standings: dict[str, Standing] = {}
        self.documents: dict[str, Document] = {}
        self.postings: list[Posting] = []
        self.raised: list[Raised] = []
        self.finished: list[Finished] = []
        self.noted: list[tuple[str, str, str]] = []
        self.happenings: list[Happening] = []
        self.pending: list[Happening] = []
        self.trace: list[Cited] = []
        self.lacks: list[tuple[str, str]] = []
        self.version: NewVersion | None = None
        self.phase = ""
        self._view = view

    def begin(self, body: Body) -> None:
        """Turn to the event itself, or to the next step of a compound one."""
        self.body = body
        self.member = whom(body) or (self.subject.member if self.subject else "")

    # What clauses read.

    @property
    def of_member(self) -> Standing:
        """The standing of the member whom the event is about."""
        return self.standings.get(self.member) or self.standing(self.member)

    def standing(self, ref: str) -> Standing:
        """The present standing of a person named by the event; only the kernel writes to it.

        Raises:
            CharterError: neither the event nor its documents name this person.
        """
        found = self.standings.get(ref)
        if found is None:
            if ref not in self.named:
                raise CharterError(f"the event does not name {ref!r}")
            found = self.standings[ref] = self._view.standing(ref).copy()
            if self.event.people:
                self._learn(found)
        return found

    def peek(self, ref: str) -> Standing:
        """The standing of a person named by the event, to look at: it takes no part by that.

        Raises:
            CharterError: neither the event nor its documents name this person.
        """
        if ref not in self.named:
            raise CharterError(f"the event does not name {ref!r}")
        return self.standings.get(ref) or self._view.standing(ref)

    def _learn(self, standing: Standing) -> None:
        for name, value in self.event.people.get(standing.ref, {}).items():
            if name == "born":
                standing.born = value
            else:
                standing.traits[name] = value

    def document(self, doc_id: str) -> Document | None:
        """A document by its id, as this decision has left it."""
        return self.documents.get(doc_id) or self._view.document(doc_id)

    def holder(self, ref: str, document: Document) -> str:
        """Who holds today the account to which a document of `ref` belongs."""
        return holder_today(self._view, ref, datetime.fromisoformat(document.content["at"]))

    def active_members(self, kinds: frozenset[str] | None = None) -> int:
        """How many memberships are active today, of these kinds; before this decision."""
        return self._view.active_members(self.now.date(), kinds)

    def active_refs(self, kinds: frozenset[str] | None = None) -> frozenset[str]:
        """Whose memberships are active today, of these kinds; before this decision."""
        return self._view.active_refs(self.now.date(), kinds)

    # Executing effects.

    def speak(self, clause: Clause, said: Iterable[fx.Effect] | None) -> None:
        """Execute what a clause yields, each effect before the next is asked for."""
        if said is None:
            return
        for effect in said:
            number = effect.number or clause.number
            if clause.tier_numbers and number == clause.number and self.member:
                number = clause.tier_numbers.get(self.of_member.tier, number)
            if number not in self.program.numbers:
                raise CharterError(f"{type(clause).__name__} speaks for unknown clause {number!r}")
            self._execute[type(effect)](self, effect, number)

    def cite(self, number: str, did: str, **about: Any) -> None:
        """Add an entry to the trace."""
        self.trace.append(Cited(number, self.phase, did, about))

    def refuse(
        self, code: str, number: str = "", *, field: str = "", missing: tuple[str, ...] = ()
    ) -> None:
        """End the decision with a refusal."""
        raise Refused(Refusal(code, number, missing, field))

    def post(self, owner: str, account: str, amount: int, lot: str, number: str) -> None:
        """Write a posting."""
        self.postings.append(Posting(owner, account, amount, lot, number))
        if len(self.postings) > MAX_POSTINGS:
            raise CharterError("a decision has too many postings")

    def _credit(self, e: fx.Credit, number: str) -> None:
        if e.amount <= 0:
            return
        expires, by = e.expires, number
        if expires is None:
            expires, by = self.program.expiry(e.unit, self.event.day, self.now)
        if expires is not None and expires <= self.now:
            self.cite(number, "expired_at_once", unit=e.unit, amount=e.amount)
            return
        lot = Lot(lot_key(e.cls, expires), e.amount, e.cls, expires, by)
        self._put_lot(e.member, e.unit, lot, e.against, number)
        self.cite(number, "credit", member=e.member, unit=e.unit, amount=e.amount, cls=e.cls)

    def _put_lot(self, member: str, unit: str, lot: Lot, against: str, number: str) -> None:
        standing = self.standing(member)
        lots, filled = fill(standing.lots.get(unit, ()), lot.amount)
        if filled:
            self.post(member, unit, filled, SHORT, number)
        if lot.amount > filled:
            left = lot._replace(amount=lot.amount - filled) if filled else lot
            lots = add(lots, left)
            self.post(member, unit, left.amount, lot.key, number)
        standing.lots[unit] = lots
        self.post(against, unit, -lot.amount, "", number)

    def _debit(self, e: fx.Debit, number: str) -> None:
        if e.amount <= 0:
            return
        lots = self.standing(e.member).lots
        there = lots.get(e.unit, ())
        lots[e.unit], taken = take(there, min(e.amount, positive(there)) if e.short else e.amount)
        for lot in taken:
            self.post(e.member, e.unit, -lot.amount, lot.key, number)
        lacking = e.amount - sum(lot.amount for lot in taken)
        if lacking:
            expires, by = self.program.clearing(e.unit, self.event.day, self.now)
            lots[e.unit] = fall_short(lots[e.unit], lacking, expires, by or number)
            self.post(e.member, e.unit, -lacking, SHORT, number)
        self.post(e.against, e.unit, e.amount, "", number)
        self.cite(number, "debit", member=e.member, unit=e.unit, amount=e.amount)

    def _debit_lot(self, e: fx.DebitLot, number: str) -> None:
        standing = self.standing(e.member)
        standing.lots[e.unit], gone = take_lot(standing.lots.get(e.unit, ()), e.lot, e.amount)
        self.post(e.member, e.unit, -gone.amount, gone.key, number)
        self.post(e.against, e.unit, gone.amount, "", number)
        self.cite(number, "debit", member=e.member, unit=e.unit, amount=e.amount)

    def _restore(self, e: fx.Restore, number: str) -> None:
        restored = 0
        for key, amount, cls, expires_text, by in e.parts:
            expires = datetime.fromisoformat(expires_text) if expires_text else None
            if expires is not None:
                expires = expires.astimezone(self.now.tzinfo)
            if expires is None or expires > self.now:
                self._put_lot(
                    e.member, e.unit, Lot(key, amount, cls, expires, by), e.against, number
                )
                restored += amount
        self.cite(number, "restore", member=e.member, unit=e.unit, amount=restored)

    def _move(self, e: fx.Move, number: str) -> None:
        if e.amount <= 0:
            return
        if unit_of(e.source) != unit_of(e.target):
            raise CharterError(f"{e.source!r} and {e.target!r} are of different units")
        lots = self.standing(e.member).lots
        lots[e.source], taken = take(lots.get(e.source, ()), e.amount)
        for lot in taken:
            lots[e.target] = add(lots.get(e.target, ()), lot)
            self.post(e.member, e.source, -lot.amount, lot.key, number)
            self.post(e.member, e.target, lot.amount, lot.key, number)
        self.cite(
            number, "move", member=e.member, source=e.source, target=e.target, amount=e.amount
        )

    def _move_all(self, e: fx.MoveAll, number: str) -> None:
        source, target = self.standing(e.member), self.standing(e.to)
        for account, lots in source.lots.items():
            for lot in lots:
                target.lots[account] = add(target.lots.get(account, ()), lot)
                self.post(e.member, account, -lot.amount, lot.key, number)
                self.post(e.to, account, lot.amount, lot.key, number)
        source.lots = {}
        source.moved = (*source.moved, (self.now.isoformat(), e.to))
        self.cite(number, "move_all", member=e.member, to=e.to)

    def _transfer(self, e: fx.Transfer, number: str) -> None:
        if e.amount:
            self.post(e.source, "money", -e.amount, "", number)
            self.post(e.target, "money", e.amount, "", number)
        self.cite(number, "transfer", source=e.source, target=e.target, amount=e.amount)

    def _change(self, e: fx.Change, number: str) -> None:
        standing = self.standing(e.member)
        for name, value in e.values.items():
            known = _CLOSED.get(name)
            if name not in _CHANGEABLE or (known and value not in known):
                raise CharterError(f"a standing has no {name} {value!r}")
            setattr(standing, name, value)
        shown = {k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in e.values.items()}
        self.cite(number, "change", member=e.member, **shown)

    def _owe(self, e: fx.Owe, number: str) -> None:
        self.standing(e.member).owed[e.purpose] = Debt(e.amount, number)
        self.cite(number, "owe", member=e.member, purpose=e.purpose, amount=e.amount)

    def _settled(self, e: fx.Settled, number: str) -> None:
        self.standing(e.member).owed.pop(e.purpose, None)
        self.cite(number, "settled", member=e.member, purpose=e.purpose)

    def _give_back(self, e: fx.GiveBack, number: str) -> None:
        self.figures["refund"] = self.figures.get("refund", 0) + e.amount
        account = e.account or f"@till:{e.method or 'cash'}"
        self._transfer(fx.Transfer(account, "@sales", e.amount), number)

    def _pay_out(self, e: fx.PayOut, number: str) -> None:
        self.figures["refund"] = self.figures.get("refund", 0) + e.amount
        self._transfer(fx.Transfer(f"@till:{e.method or 'cash'}", e.account, e.amount), number)

    def _keep(self, e: fx.Keep, number: str) -> None:
        facts = self.standing(e.member).facts
        if e.value is None:
            facts.pop(e.name, None)
        else:
            facts[e.name] = e.value
        self.cite(number, "keep", member=e.member, name=e.name)

    def _put(self, e: fx.Put, number: str) -> None:
        self.documents[e.id] = Document(e.kind, e.id, e.member, e.content)
        self.cite(number, "put", kind=e.kind, id=e.id)

    def _note(self, e: fx.Note, number: str) -> None:
        records = self.standing(e.member).records
        records[e.kind] = records.get(e.kind, 0) + e.quantity
        if e.quantity > 0:
            self.noted.append((e.member, e.kind, number))
        self.cite(number, "record", member=e.member, kind=e.kind)

    def _raise(self, e: fx.Raise, number: str) -> None:
        self.raised.append(Raised(e.sort, e.code, e.member, number, e.due, e.about))
        self.cite(number, e.sort, member=e.member, code=e.code)

    def _finish(self, e: fx.Finish, number: str) -> None:
        self.finished.append(Finished(e.task, e.member, e.about))
        self.cite(number, "finish", member=e.member, code=e.task)

    def _announce(self, e: fx.Announce, _number: str) -> None:
        if e.fact not in fx.FACTS or e.cause not in fx.CAUSES:
            raise CharterError(f"no such fact or cause: {e.fact}, {e.cause}")
        happening = Happening(e.fact, e.member, e.cause)
        self.happenings.append(happening)
        self.pending.append(happening)

    def _price_line(self, e: fx.PriceLine, number: str) -> None:
        line = self._bill().lines[e.line]
        wins = not line.clause or e.amount < line.net
        if wins:
            line.net, line.clause = e.amount, number
            self.cite(number, "price", line=e.line, base=line.base, net=e.amount)

    def _waive(self, e: fx.Waive, number: str) -> None:
        line = self._bill().lines[e.line]
        if line.clause or e.units > line.charged:
            raise CharterError(f"line {e.line} cannot be waived any more")
        line.waive(e.units)
        self.cite(number, "waive", line=e.line, units=e.units)

    def _taken(self, e: fx.Taken, number: str) -> None:
        self._bill().uses.append([e.benefit, e.parts])
        self.cite(number, "taken", benefit=e.benefit)

    def _deduct(self, e: fx.Deduct, number: str) -> None:
        line = self._bill().lines[e.line]
        if e.amount <= 0:
            return
        if e.amount > line.net:
            raise CharterError(f"line {e.line} is only {line.net}")
        line.net -= e.amount
        self.cite(number, "deduct", line=e.line, amount=e.amount)

    def _tender(self, e: fx.Tender, number: str) -> None:
        bill = self._bill()
        if e.amount <= 0:
            return
        quantity = e.amount if e.quantity is None else e.quantity
        _, parts = take(self.standing(bill.subject).lots.get(e.source, ()), quantity)
        self._debit(fx.Debit(bill.subject, e.source, quantity, "@spent"), number)
        bill.tender(e.source, e.amount, [freeze(part) for part in parts])

    def _earn(self, e: fx.Earn, number: str) -> None:
        bill = self._bill()
        bill.earned[e.key] = Earned(e.unit, e.owner, e.amount, e.mark)
        if e.referral:
            bill.referrer = e.owner
        self._credit(fx.Credit(e.owner, e.unit, e.amount, e.cls), number)

    def _bill(self) -> Bill:
        if self.bill is None:
            raise CharterError("there is no bill to price")
        return self.bill

    def _deny(self, e: fx.Deny, number: str) -> None:
        if self.bill is None:
            self.refuse(e.reason, number)
            return
        self.bill.denied.append((e.reason, number))
        self.cite(number, "deny", reason=e.reason)

    def _lack(self, e: fx.Lack, number: str) -> None:
        self.lacks.append((e.code, number))

    def _refuse(self, e: fx.Refuse, number: str) -> None:
        self.refuse(e.reason, number, field=e.field)

    def _cite(self, e: fx.Cite, number: str) -> None:
        self.cite(number, "cite", about=e.about)

    def _under(self, e: fx.Under, number: str) -> None:
        self.policy = e.policy
        self.cite(number, "under", policy=e.policy)

    def _show(self, e: fx.Show, number: str) -> None:
        self.figures[e.figure] = self.figures.get(e.figure, 0) + e.amount
        self.cite(number, "show", figure=e.figure, amount=e.amount)

    def _amendment(self, e: fx.Amendment, number: str) -> None:
        self.version = NewVersion(e.effective, e.announced, e.settings)
        self.cite(number, "amend", effective=e.effective.isoformat(), settings=e.settings)

    # What time does by itself.

    def expire(self, member: str) -> None:
        """Take exactly what is left of every lot that expires now or before."""
        standing = self.standing(member)
        for account, lots in list(standing.lots.items()):
            for lot in [x for x in lots if x.expires is not None and x.expires <= self.now]:
                standing.lots[account], gone = take_lot(standing.lots[account], lot.key, lot.amount)
                self.post(member, account, -gone.amount, gone.key, lot.clause)
                self.post("@expired", account, gone.amount, "", lot.clause)
                self.cite(lot.clause, "expire", member=member, unit=account, amount=gone.amount)

    _execute: ClassVar[dict[type[fx.Effect], Any]] = {
        fx.Credit: _credit,
        fx.Debit: _debit,
        fx.DebitLot: _debit_lot,
        fx.Restore: _restore,
        fx.Move: _move,
        fx.MoveAll: _move_all,
        fx.Transfer: _transfer,
        fx.Change: _change,
        fx.Owe: _owe,
        fx.Settled: _settled,
        fx.GiveBack: _give_back,
        fx.PayOut: _pay_out,
        fx.Keep: _keep,
        fx.Put: _put,
        fx.Note: _note,
        fx.Raise: _raise,
        fx.Finish: _finish,
        fx.Announce: _announce,
        fx.PriceLine: _price_line,
        fx.Waive: _waive,
        fx.Taken: _taken,
        fx.Deduct: _deduct,
        fx.Tender: _tender,
        fx.Earn: _earn,
        fx.Deny: _deny,
        fx.Lack: _lack,
        fx.Refuse: _refuse,
        fx.Cite: _cite,
        fx.Show: _show,
        fx.Under: _under,
        fx.Amendment: _amendment,
    }
