"""Leaving: withdrawal with or without notice, refund of the fee, suspension, deregistration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRADE, GUARD, Clause, Text, on
from charterhouse.kernel.clauses.rights import RESTING
from charterhouse.kernel.clauses.terms import FEES, TERMS, terms_of
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import positive, used
from charterhouse.kernel.money import Ratio, divide_half_up
from charterhouse.kernel.periods import ONE_DAY, day_start, full_months, notice_end
from charterhouse.kernel.standing import Standing

EXIT = "exit"
"""The fact that keeps an accepted withdrawal: {day: first day without rights, refund: fen}."""

FORFEITED = "forfeited"
"""The fact that keeps when balances were void at an end: unit → [moment, id of the event]."""

RefundRule = Callable[[Standing, date], int]
"""What somebody whose exit day (first day without rights) is given gets back, in fen."""


def no_refund(_standing: Standing, _exit: date) -> int:
    """Nothing is paid back."""
    return 0


def unused_days(deduction: int | RefundRule = 0) -> RefundRule:
    """The fee of each term times its unused days over its days, half-up to the fen.

    The exit day and every later day of the term are unused; a term that has not
    begun is given back whole. The deduction (fen) is made once; never below 0.
    """

    def unused(start: date, until: date, exit_day: date) -> tuple[int, int]:
        days = (until - start).days + 1
        left = (until - max(exit_day, start)).days + 1
        return max(0, left), days

    return _unused(unused, deduction)


def unused_months(deduction: int | RefundRule = 0) -> RefundRule:
    """The fee of each term times its full unused months over its months, half-up to the fen.

    A full month runs from the exit day; otherwise as `unused_days`.
    """

    def unused(start: date, until: date, exit_day: date) -> tuple[int, int]:
        return full_months(max(exit_day, start), until), max(1, full_months(start, until))

    return _unused(unused, deduction)


def _unused(
    part: Callable[[date, date, date], tuple[int, int]], deduction: int | RefundRule
) -> RefundRule:
    """What the terms give back by their parts (unused, whole), less a deduction."""

    def rule(standing: Standing, exit_day: date) -> int:
        back = 0
        for start, until, fee in terms_of(standing):
            unused, whole = part(start, until, exit_day)
            back += divide_half_up(fee * unused, whole)
        less = deduction if isinstance(deduction, int) else deduction(standing, exit_day)
        return max(0, back - less)

    return rule


def price_of_uses(benefit: str, each: int) -> RefundRule:
    """What the uses of a benefit in the term of the last day cost, in fen each.

    The uses are counted by `benefits.term_year`.
    """

    def rule(standing: Standing, exit_day: date) -> int:
        begun = [start for start, _, _ in terms_of(standing) if start < exit_day]
        first = f"year {begun[-1] if begun else exit_day}"
        return each * sum(x.amount for x in standing.lots.get(used(benefit), ()) if x.key >= first)

    return rule


def share_of_fees(share: Decimal) -> RefundRule:
    """A share of all fees paid for the running membership; with a term, for that of the last day."""
    ratio = Ratio.of(share)

    def rule(standing: Standing, exit_day: date) -> int:
        rows = terms_of(standing)
        if not rows:
            return ratio.half_up(int(standing.facts.get(FEES, 0)))
        running = [fee for start, _, fee in rows if start < exit_day] or [rows[0][2]]
        return ratio.half_up(running[-1])

    return rule


class Withdrawal(Clause):
    """The member leaves: at once, or after a notice; what was paid may be given back.

    Numbers by reason: `form`, `notice`, `paid_back`, `ended`.

    Args:
        months, days: of notice from the day of the application; 0 and 0 end at once.
        forms: in which it must be given; None for any.
        refund: what is given back on the exit day.
        forfeits: units whose balances are void at the end (points, credit …).
        until_end: with days of notice, whether the effective day itself is the last with rights
            (the exit day is the next).
    """

    due_rank = 20

    def __init__(
        self, number: str, *, months: int = 0, days: int | None = None,
        forms: Iterable[str] | None = None, refund: RefundRule = no_refund,
        forfeits: tuple[str, ...] = (), **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.months = months
        self.days = days
        self.forms = None if forms is None else frozenset(forms)
        self.refund = refund
        self.forfeits = forfeits

    def earliest(self, day: date) -> date:
        """The first exit day of an application on a day."""
        if self.months:
            return notice_end(day, self.months)
        if self.days is not None:
            return day + timedelta(days=self.days) + ONE_DAY
        return day

    def exit_day(self, d: Draft) -> date:
        """The exit day of this application."""
        earliest = self.earliest(d.event.day)
        if d.body.effective is None:
            return earliest
        asked: date = d.body.effective
        return asked + ONE_DAY if self.days is not None else asked

    @on("withdraw", phase=GUARD, rank=20)
    def allowed(self, d: Draft) -> Iterator[fx.Effect]:
        """A running membership, in the form and with the notice asked for."""
        if d.of_member.status not in ("active", "suspended"):
            reason = "expired" if d.of_member.status == "lapsed" else "not_active"
            yield fx.Refuse(reason, number=self.of("ended"))
        elif self.forms is not None and d.body.form not in self.forms:
            yield fx.Refuse("form_required", "withdraw.form", number=self.of("form"))
        elif self.exit_day(d) < self.earliest(d.event.day):
            yield fx.Refuse("notice_too_short", "withdraw.effective", number=self.of("notice"))

    @on("withdraw", phase=GRADE, rank=20)
    def leave(self, d: Draft) -> Iterator[fx.Effect]:
        """End at once, or keep the exit day and name what will be given back."""
        day = self.exit_day(d)
        back = self.refund(d.of_member, day)
        if day <= d.now.date():
            yield from self._end(d, d.member, back)
            return
        yield fx.Keep(d.member, EXIT, {"day": day.isoformat(), "refund": back})
        if d.of_member.status == "suspended":
            yield fx.Keep(d.member, RESTING, value=True)
        values: dict[str, object] = {"status": "withdrawing"}
        if self.days is not None:
            # Leaving later than the term ends does not lengthen it.
            values["valid_until"] = min(day - ONE_DAY, d.of_member.valid_until or date.max)
        yield fx.Change(d.member, values)
        if self.refund is not no_refund:
            yield fx.Show("refund", back, number=self.of("paid_back"))
        yield fx.Announce("withdrawing", d.member)

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The beginning of the exit day."""
        if standing.status != "withdrawing" or EXIT not in standing.facts:
            return None
        moment = day_start(date.fromisoformat(standing.facts[EXIT]["day"]), after.tzinfo)
        return moment if moment > after else None

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """The membership ends and the money is given back."""
        standing = draft.standing(member)
        day = date.fromisoformat(standing.facts[EXIT]["day"])
        # Counted anew: what was paid or used during the notice changes it.
        yield from self._end(draft, member, self.refund(standing, day))

    def _end(self, d: Draft, member: str, back: int) -> Iterator[fx.Effect]:
        if back:
            yield fx.GiveBack(back, account="@till:cash", number=self.of("paid_back"))
        yield from end_membership(d, member, "withdrawn", self.forfeits)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        if self.months:
            zh, en = f"提前{self.months}个月申请", f"with {self.months} month(s)' notice"
        elif self.days:
            zh, en = f"提前{self.days}天申请", f"with {self.days} days' notice"
        else:
            zh, en = "可随时办理", "at any time"
        end_zh = "" if self.refund is not no_refund else "，已缴费用不予退还"
        end_en = "" if self.refund is not no_refund else "; nothing is paid back"
        return {
            self.number: (
                f"会员退会{zh}，自退会之日起不再享受任何权益{end_zh}。",
                f"A member leaves {en}; from the exit day on there are no rights{end_en}.",
            )
        }


def end_membership(
    d: Draft, member: str, cause: str, forfeits: tuple[str, ...] = (), *, number: str = ""
) -> Iterator[fx.Effect]:
    """End a membership: status, card and debts; the balances named are void."""
    standing = d.standing(member)
    card = "none" if standing.card == "none" else "void"
    yield fx.Change(member, {"status": "ended", "card": card}, number=number)
    for purpose in list(standing.owed):
        yield fx.Settled(member, purpose, number=number)
    for unit in forfeits:
        lots = standing.lots.get(unit, ())
        if lots and lots[0].amount < 0:
            yield fx.Credit(member, unit, -lots[0].amount, against="@forfeited", number=number)
        else:
            yield fx.Debit(member, unit, positive(lots), "@forfeited", number=number)
    if forfeits:
        moment = [d.now.isoformat(), d.event.id]
        void = {**standing.facts.get(FORFEITED, {}), **dict.fromkeys(forfeits, moment)}
        yield fx.Keep(member, FORFEITED, void, number=number)
    for fact in (EXIT, TERMS, FEES, RESTING):
        if fact in standing.facts:
            yield fx.Keep(member, fact, None, number=number)
    yield fx.Announce("ended", member, cause, number=number)


def forfeited_since(standing: Standing, unit: str, document: Mapping[str, Any]) -> bool:
    """Whether what a document earned in a unit has been void since then.

    Of one moment, what came first is void: who left and joined again in it earns anew.
    """
    moment = standing.facts.get(FORFEITED, {}).get(unit)
    if not moment:
        return False
    ended = datetime.fromisoformat(moment[0]), moment[1]
    return ended > (datetime.fromisoformat(document["at"]), document.get("event", 0))


def is_suspended(standing: Standing) -> bool:
    """Whether a membership rests, on the way out and while it has lapsed too."""
    if standing.status in ("withdrawing", "lapsed"):
        return bool(standing.facts.get(RESTING))
    return standing.status == "suspended"


def suspend(standing: Standing, *, resume: bool = False) -> fx.Effect:
    """Let a membership rest, or go on; one that is being left or has lapsed keeps its status."""
    if standing.status in ("withdrawing", "lapsed"):
        return fx.Keep(standing.ref, RESTING, None if resume else True)
    return fx.Change(standing.ref, {"status": "active" if resume else "suspended"})


class Suspension(Clause):
    """The institution lets a membership rest; the term runs on until it is resumed.

    Numbers by reason: `reason`.
    """

    def __init__(self, number: str, *, reason_needed: bool = False, **numbers: str) -> None:
        super().__init__(number, **numbers)
        self.reason_needed = reason_needed

    @on("suspend", "resume", phase=GUARD, rank=20)
    def allowed(self, d: Draft) -> Iterator[fx.Effect]:
        """A running membership is suspended, a suspended one resumed; also while it is left."""
        suspended = is_suspended(d.of_member)
        if d.of_member.status not in ("active", "withdrawing") and not suspended:
            yield fx.Refuse("not_active")
        elif suspended == (d.body.verb == "suspend"):
            yield fx.Refuse("order_violation")
        if self.reason_needed and d.body.verb == "suspend" and not (d.body.reason or "").strip():
            yield fx.Refuse("reason_missing", "suspend.reason", number=self.of("reason"))

    @on("suspend", "resume", phase=GRADE, rank=20)
    def rest(self, d: Draft) -> Iterator[fx.Effect]:
        """Suspend or resume."""
        yield suspend(d.of_member, resume=d.body.verb == "resume")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "特殊情况下可暂停会员资格；暂停期间不享受任何权益，有效期照常计算，恢复后继续享受。",
                "A membership may be suspended; meanwhile there are no rights and the term runs on, "
                "until it is resumed.",
            )
        }


__all__ = [
    "EXIT", "FORFEITED", "RefundRule", "Suspension", "Withdrawal", "end_membership", "forfeited_since",
    "is_suspended",
    "no_refund", "price_of_uses", "share_of_fees", "suspend", "unused_days", "unused_months",
]  # fmt: skip
