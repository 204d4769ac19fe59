"""What only the health club has: a deposit, a decision within days, sponsors of affiliates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRADE, GUARD, SETTLE, Clause, Text, on
from charterhouse.kernel.clauses.admission import applied_kind
from charterhouse.kernel.clauses.conditions import ByTier, detail
from charterhouse.kernel.clauses.fees import Fee
from charterhouse.kernel.clauses.flow import APPLICATION
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.errors import EventError
from charterhouse.kernel.money import parse_fen
from charterhouse.kernel.periods import age_on, day_start
from charterhouse.kernel.standing import TIES, Standing

DEPOSIT = "deposit"
RECEIVED = "received"
"""The fact that keeps the day on which an application counts as received."""

TASK = "return-deposit"
_PENDING = frozenset({"applied", "approved"})


def agreed_fee(standing: Standing) -> int | None:
    """The negotiated price of a corporate application, in fen."""
    return _fen(standing.facts.get(APPLICATION, {}).get("details", {}).get("agreed_fee"))


def _fen(value: Any) -> int | None:
    if isinstance(value, int | str | Decimal) and not isinstance(value, bool):
        try:
            return parse_fen(value)
        except EventError:
            return None
    return None


class Deposit(Fee):
    """A deposit with the application; the application counts as received when it is paid.

    Numbers by reason: `received`.

    Args:
        kinds: the kinds that pay it; others are received with their papers.
    """

    def __init__(self, number: str, *, amount: int, kinds: frozenset[str], **numbers: str) -> None:
        super().__init__(number, amount=amount, purpose=DEPOSIT, instalments=False, **numbers)
        self.deposit = amount
        self.kinds = kinds

    @on("applied", phase=GRADE, rank=30)
    def owe(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """The deposit is owed, or the application received without one."""
        if d.standing(happening.member).kind in self.kinds and self.deposit:
            yield fx.Owe(happening.member, DEPOSIT, self.deposit)
        else:
            yield from self._receive(d, happening.member)

    @on("pay", phase=SETTLE, rank=30)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """The deposit is on the books."""
        if d.body.for_ == DEPOSIT:
            yield fx.Credit(d.member, DEPOSIT, d.body.amount, against="@deposited")
            yield from self._receive(d, d.member)

    def _receive(self, d: Draft, member: str) -> Iterator[fx.Effect]:
        yield fx.Keep(member, RECEIVED, d.event.day.isoformat(), number=self.of("received"))

    @on("approve", phase=GUARD, rank=20)
    def received(self, d: Draft) -> Iterator[fx.Effect]:
        """Nothing is approved before it is received."""
        if RECEIVED not in d.of_member.facts and d.of_member.status == "applied":
            yield fx.Refuse("order_violation", number=self.of("received"))

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {}


class JoiningFee(Fee):
    """After approval the joining fee is owed, less the deposit where it is credited.

    Numbers by reason: `agreed` (a corporate price is negotiated).

    Args:
        fees: tier → fen.
        credited: whether the deposit counts towards the fee.
    """

    def __init__(
        self, number: str, *, fees: Mapping[str, int], credited: bool, **numbers: str
    ) -> None:
        super().__init__(number, amount=ByTier(fees), purpose="fee", instalments=False, **numbers)
        self.fees = fees
        self.credited = credited

    @on("approve", phase=GUARD, rank=25)
    def negotiated(self, d: Draft) -> Iterator[fx.Effect]:
        """An organisation needs its negotiated price."""
        if d.of_member.kind == "corporate" and agreed_fee(d.of_member) is None:
            yield fx.Refuse("incomplete", number=self.of("agreed"))

    @on("approved", phase=GRADE, rank=30)
    def owe(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """The whole balance is owed."""
        member = happening.member
        standing = d.standing(member)
        corporate = standing.kind == "corporate"
        fee = agreed_fee(standing) if corporate else self.fees.get(standing.tier, 0)
        deposit = standing.balance(DEPOSIT)
        paid = min(deposit, fee or 0) if self.credited else 0
        if (fee or 0) > paid:
            number = self.of("agreed") if corporate else self.number
            yield fx.Owe(member, "fee", (fee or 0) - paid, number=number)
        if deposit > paid:
            yield fx.Raise("task", TASK, member)

    @on("activated", phase=FOLLOW, rank=10)
    def credit(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """With the payment the deposit becomes a part of the fee."""
        standing = d.standing(happening.member)
        fee = agreed_fee(standing) if standing.kind == "corporate" else self.fees.get(standing.tier)
        used = min(standing.balance(DEPOSIT), fee or 0) if self.credited else 0
        if used:
            yield fx.Debit(happening.member, DEPOSIT, used, "@deposited")
            yield fx.Transfer("@fee", "@deposit", used)
        if RECEIVED in standing.facts:
            yield fx.Keep(happening.member, RECEIVED, None)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {}


class DecisionPeriod(Clause):
    """An application is decided, signed and paid within some days of its receipt, or lapses.

    Numbers by reason: `due` (the reminder), `returned` (the deposit of a rejected applicant).

    Args:
        days: of which the day of receipt is day 0.
    """

    due_rank = 10

    def __init__(self, number: str, *, days: int, **numbers: str) -> None:
        super().__init__(number, **numbers)
        self.days = days

    @on("pay", "approve", phase=GUARD, rank=5)
    def in_time(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse what comes after the application has lapsed."""
        if d.of_member.status == "lapsed" and RECEIVED in d.of_member.facts:
            yield fx.Refuse("too_late")

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """00:00 of the last day (a reminder) and of the day after it."""
        kept = standing.facts.get(RECEIVED)
        rejected = standing.status == "rejected" and standing.balance(DEPOSIT)
        if kept is None or not (standing.status in _PENDING or rejected):
            return None
        last = date.fromisoformat(kept) + timedelta(days=self.days)
        moments = (day_start(last, after.tzinfo), day_start(last + timedelta(days=1), after.tzinfo))
        return next((moment for moment in moments if moment > after), None)

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Remind of the last day; past it the application lapses or the return is overdue."""
        standing = draft.standing(member)
        last = date.fromisoformat(standing.facts[RECEIVED]) + timedelta(days=self.days)
        if draft.now.date() <= last:
            yield fx.Raise("notice", "application-due", member, number=self.of("due"))
        elif standing.status == "rejected":
            flag = "deposit-return-overdue"
            yield fx.Raise("flag", flag, member, number=self.of("returned"))
        else:
            yield fx.Change(member, {"status": "lapsed"})
            for purpose in list(standing.owed):
                yield fx.Settled(member, purpose)
            if standing.balance(DEPOSIT):
                yield fx.Raise("task", TASK, member)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {}


class DepositReturned(Clause):
    """The whole deposit of who was rejected or lapsed goes back, without interest.

    Args:
        credited: whether a deposit is needed for the fee until that is paid.
    """

    kind = "deposit-returned"

    def __init__(self, number: str, *, credited: bool) -> None:
        super().__init__(number)
        self.credited = credited

    def codes(self) -> Mapping[str, tuple[str, ...]]:
        """See `Clause.codes`."""
        return {"record.kind": (self.kind,)}

    @on("reject", phase=FOLLOW)
    def ask(self, d: Draft) -> Iterator[fx.Effect]:
        """A task for the membership department."""
        if d.of_member.balance(DEPOSIT):
            yield fx.Raise("task", TASK, d.member)

    @on("record", phase=GUARD)
    def there(self, d: Draft) -> Iterator[fx.Effect]:
        """There must be a deposit that is to go back."""
        if d.body.kind == self.kind and not self._due(d):
            yield fx.Refuse("order_violation", "record.member")

    def _due(self, d: Draft) -> bool:
        standing = d.of_member if d.body.member else None
        if standing is None or not standing.balance(DEPOSIT):
            return False
        # A pending deposit is still needed for the fee that it is credited to.
        needed = _PENDING if self.credited else {"applied"}
        return standing.status not in needed

    @on("record", phase=SETTLE)
    def pay_out(self, d: Draft) -> Iterator[fx.Effect]:
        """Pay the deposit out."""
        if d.body.kind == self.kind:
            amount = d.of_member.balance(DEPOSIT)
            yield fx.Debit(d.member, DEPOSIT, amount, "@deposited")
            yield fx.PayOut(amount, "@deposit")
            yield fx.Note(d.member, self.kind)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {}


class Sponsor(Clause):
    """An affiliate names a sponsor who is an active member of a tier, then and at the approval.

    Args:
        kind: of membership that needs a sponsor.
        tier: that the sponsor holds.
        relative, guest: the least age by the relation.
    """

    def __init__(
        self, number: str, *, kind: str, tier: str, relative: int, guest: int, **numbers: str
    ) -> None:
        super().__init__(number, **numbers)
        self.kind = kind
        self.tier = tier
        self.ages = {"relative": relative, "guest": guest}

    @on("apply", phase=GUARD, rank=20)
    def named(self, d: Draft) -> Iterator[fx.Effect]:
        """A sponsor, a known relation and the age that it asks for."""
        if applied_kind(d) != self.kind:
            return
        if not d.body.sponsor:
            yield fx.Refuse("sponsor_missing", "apply.sponsor")
        elif not self._can(d.standing(d.body.sponsor)) or d.body.sponsor == d.member:
            yield fx.Refuse("not_eligible", "apply.sponsor")
        relation = detail(d.body, "relation") or "relative"
        if relation not in self.ages:
            yield fx.Refuse("unknown", "apply.details.relation")
        elif self.ages[relation] and not self._old_enough(d, self.ages[relation]):
            yield fx.Refuse("under_age")

    def _old_enough(self, d: Draft, years: int) -> bool:
        born = d.of_member.born
        return born is None or age_on(born, d.event.day) >= years

    def _can(self, sponsor: Standing) -> bool:
        return sponsor.status == "active" and sponsor.tier == self.tier

    @on("applied", phase=GRADE, rank=40)
    def tie(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """The sponsor is looked at again at the approval; affiliates are counted."""
        if d.standing(happening.member).kind == self.kind:
            yield fx.Keep(happening.member, TIES, {"sponsor": d.body.sponsor})

    @on("approve", phase=GUARD, rank=20)
    def still(self, d: Draft) -> Iterator[fx.Effect]:
        """The sponsor must still be one."""
        sponsor = d.of_member.facts.get(TIES, {}).get("sponsor")
        if d.of_member.kind == self.kind and sponsor and not self._can(d.standing(sponsor)):
            yield fx.Refuse("not_eligible")

    @on("activated", phase=FOLLOW, rank=20)
    def count(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """The sponsor's file counts the affiliates."""
        sponsor = d.standing(happening.member).facts.get(TIES, {}).get("sponsor")
        if sponsor:
            yield fx.Note(sponsor, self.kind)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {}


class AffiliatesStay(Clause):
    """When a sponsor leaves the affiliates stay, and the membership department is told."""

    @on("ended", phase=FOLLOW, rank=20)
    def tell(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """A task where there are affiliates."""
        if d.standing(happening.member).records.get("affiliate"):
            yield fx.Raise("task", "review-affiliates", happening.member)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "会员退会后，其附属会籍保留，由会籍部门另行处理。",
                "When a sponsor leaves, the affiliates stay; the membership department is told.",
            )
        }


def women(d: Draft) -> bool:
    """An individual applicant is known to be a woman; other kinds are not asked."""
    return (
        applied_kind(d) != "individual"
        or (d.of_member.traits.get("sex") or detail(d.body, "sex")) == "f"
    )


__all__ = [
    "AffiliatesStay", "DecisionPeriod", "Deposit", "DepositReturned", "JoiningFee", "Sponsor",
    "women",
]  # fmt: skip
