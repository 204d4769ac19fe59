"""Tiers of the clinic's own: what was bought stays as it was bought until its term ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.bill import PricedLine
from charterhouse.kernel.charter import FOLLOW, GRADE, GRANT, GUARD, Clause, on
from charterhouse.kernel.clauses.benefits import Unlimited
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.fees import UpgradeByFee
from charterhouse.kernel.clauses.price import Factor
from charterhouse.kernel.clauses.rights import no_membership
from charterhouse.kernel.clauses.terms import TERMS, Term
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import SPEND_TOTAL, counted
from charterhouse.kernel.money import divide_half_up
from charterhouse.kernel.periods import day_start, first_invalid_day
from charterhouse.kernel.problems import Problem, Said
from charterhouse.kernel.standing import Standing

Row = Mapping[str, Any]
"""A tier of the table: fee, term_months, services, factor and its conditions."""

BOUGHT = "bought"
"""The fact that keeps, by the first day of a term, the tier's row as it was bought."""

APPLIED = "applied_for"
"""The fact that keeps the row of the tier applied for, until its fee is paid."""

BILLS = counted("bills")


def bought(standing: Standing) -> Row | None:
    """The row that holds for the running term."""
    rows = standing.facts.get(BOUGHT, {})
    found: Row | None = rows.get(str(standing.term_start))
    return found


class TierTable(Clause):
    """1.1: the table of tiers, ordered by their fee; three or four are advised.

    Args:
        tiers: code → row, low to high.
        flag: raised when a table of another size is set.
    """

    def __init__(self, number: str, tiers: Mapping[str, Row], *, flag: str) -> None:
        super().__init__(number)
        self.tiers = tiers
        self.flag = flag

    def check(self) -> Iterator[Problem]:
        """Every fee is there once only."""
        fees: set[int] = set()
        for tier, row in self.tiers.items():
            if row["fee"] in fees:
                why = Said("须与其他等级的会费不同", "must differ from the fee of every other tier")
                yield f"tiers.{tier}.fee", why
            fees.add(row["fee"])

    @on("amend", phase=FOLLOW)
    def advise(self, d: Draft) -> Iterator[fx.Effect]:
        """Flag a table of more or fewer tiers than is advised."""
        table = d.body.settings.get("tiers")
        if table is not None and len(table) not in (3, 4):
            yield fx.Raise("flag", self.flag, d.member)


class TierConditions(Clause):
    """1.2: what a tier asks of an applicant, or of a member who rises to it, inclusively.

    Args:
        tiers: code → row.
    """

    def __init__(self, number: str, tiers: Mapping[str, Row]) -> None:
        super().__init__(number)
        self.tiers = tiers

    def met(self, tier: str, standing: Standing, hours: Any) -> bool:
        """Whether every figure that is set is reached."""
        row = self.tiers[tier]
        have = {
            "min_spend_total": Decimal(standing.balance(SPEND_TOTAL)),
            "min_spend_count": Decimal(standing.balance(BILLS)),
            "min_booking_hours": _number(hours),
        }
        return all(row[name] is None or figure >= row[name] for name, figure in have.items())

    @on("apply", phase=GUARD, rank=35)
    def apply(self, d: Draft) -> Iterator[fx.Effect]:
        """At the time of the application; booking hours are those stated in it."""
        hours = detail(d.body, "booking_hours")
        if d.body.tier and not self.met(d.body.tier, d.of_member, hours):
            yield fx.Refuse("not_eligible", "apply.tier")

    @on("upgrade", phase=GUARD, rank=15)
    def upgrade(self, d: Draft) -> Iterator[fx.Effect]:
        """Before a rise; booking hours are those that the application kept."""
        standing, rank = d.of_member, d.program.rank
        if no_membership(standing) or rank(d.body.to) <= rank(standing.tier):
            return
        details = standing.facts.get("application", {}).get("details", {})
        if not self.met(d.body.to, standing, details.get("booking_hours")):
            yield fx.Refuse("not_eligible", "upgrade.to")


def _number(stated: Any) -> Decimal:
    """A number told in a detail; nothing, or no number, is 0."""
    if isinstance(stated, bool) or not isinstance(stated, int | str):
        return Decimal(0)
    try:
        number = Decimal(stated)
    except InvalidOperation:
        return Decimal(0)
    return number if number.is_finite() else Decimal(0)


class Bought(Clause):
    """6.1: a running term keeps the row by which it was bought.

    Args:
        tiers: code → row of the table in force.
    """

    def __init__(self, number: str, tiers: Mapping[str, Row]) -> None:
        super().__init__(number)
        self.tiers = tiers

    def row(self, tier: str) -> dict[str, Any]:
        """The row of a tier as JSON values."""
        row = self.tiers.get(tier, {})
        return {
            "tier": tier, "fee": row.get("fee", 0), "months": row.get("term_months", 0),
            "services": list(row.get("services", ())), "factor": str(row.get("factor", 1)),
        }  # fmt: skip

    @on("applied", phase=GRADE, rank=20)
    def offer(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """What was applied for is what will be bought."""
        yield fx.Keep(happening.member, APPLIED, self.row(d.standing(happening.member).tier))

    @on("term_began", "renewed", phase=GRANT, rank=30)
    def keep(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Keep the row of each term, and forget those of terms gone by."""
        standing = d.standing(happening.member)
        kept = standing.facts.get(BOUGHT, {})
        offered = standing.facts.get(APPLIED) if happening.cause == "joined" else None
        starts = [row[0] for row in standing.facts.get(TERMS, ())]
        rows = {start: kept.get(start) or offered or self.row(standing.tier) for start in starts}
        yield fx.Keep(happening.member, BOUGHT, rows)
        if offered:
            yield fx.Keep(happening.member, APPLIED, None)

    @on("tier_changed", phase=GRANT, rank=30)
    def rise(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """A rise is bought by the table of its day, for every term paid."""
        standing = d.standing(happening.member)
        rows = dict.fromkeys(standing.facts.get(BOUGHT, {}), self.row(standing.tier))
        yield fx.Keep(happening.member, BOUGHT, rows)


class TermBought(Term):
    """A term of as many months as the tier had when it was applied for."""

    def months_for(self, d: Draft, member: str) -> int:
        """See `Term.months_for`."""
        applied = d.standing(member).facts.get(APPLIED)
        return int(applied["months"]) if applied else super().months_for(d, member)


class ServiceBought(Unlimited):
    """3.1: a service that the member's row has; no tier inherits those of another.

    Args:
        only: the tiers that have it by the table in force, for the reason of a refusal.
    """

    def has(self, standing: Standing) -> bool:
        """Whether it was bought with the running term."""
        row = bought(standing)
        return row is not None and self.benefits[0] in row["services"]


class FactorBought(Factor):
    """3.3: every line costs the factor of the member's row."""

    def factor_for(self, d: Draft, line: PricedLine) -> Decimal | None:
        """The factor that was bought."""
        row = bought(d.of_member)
        return None if row is None else Decimal(row["factor"])


class UpgradeBought(UpgradeByFee):
    """4.2: the difference of the fees in force; a tier that is no more counts as it was bought."""

    def difference(self, d: Draft) -> int:
        """See `UpgradeByFee.difference`."""
        standing = d.of_member
        row = bought(standing)
        own = self.fees.get(standing.tier)
        if own is None:
            own = int(row["fee"]) if row else 0
        return self.fees[d.body.to] - own

    @on("upgrade", phase=GUARD, rank=14)
    def dearer(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse a tier that does not cost more, also than one that is no more."""
        if no_membership(d.of_member) is None and self.difference(d) <= 0:
            yield fx.Refuse(self.lower, "upgrade.to", number=self.of("lower"))


class Recognition(Clause):
    """5.1: a fee is deferred when it comes in and recognised month by month of its term.

    Each month's part is due when the month is over, half-up to the fen; the last month takes
    the rest. A difference is spread over the months that remain. The plans are kept in the fact
    `recognition`: [first day of the term, its months, months over, fen left, fen a month, tier].
    """

    fact = "recognition"
    due_rank = 25

    @on("term_began", "renewed", "tier_changed", "ended", phase=GRANT, rank=60)
    def defer(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Plan what came in with this event."""
        member = happening.member
        standing = d.standing(member)
        plans = list(standing.facts.get(self.fact, ()))
        planned = dict(standing.facts.get(f"{self.fact}/planned", {}))
        terms = standing.facts.get(TERMS, ())
        for start, until, fee in terms:
            fresh = fee - planned.get(start, 0)
            if fresh > 0:
                plans.append(self._plan(d, start, until, fresh, standing.tier))
                yield fx.Transfer(f"@deferred:{standing.tier}", "@fee", fresh)
        yield fx.Keep(member, self.fact, plans or None)
        kept = {start: fee for start, _, fee in terms if fee}
        yield fx.Keep(member, f"{self.fact}/planned", kept or None)

    def _plan(self, d: Draft, start: str, until: str, amount: int, tier: str) -> list[Any]:
        first = date.fromisoformat(start)
        ends = _month_ends(first, date.fromisoformat(until))
        over = sum(end <= d.now.date() for end in ends)
        left = max(1, len(ends) - over)
        return [start, len(ends), len(ends) - left, amount, divide_half_up(amount, left), tier]

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The end of the next month of a plan."""
        ends = [self._end(plan) for plan in standing.facts.get(self.fact, ())]
        moments = [day_start(end, after.tzinfo) for end in ends]
        return min((moment for moment in moments if moment > after), default=None)

    def _end(self, plan: list[Any]) -> date:
        return first_invalid_day(date.fromisoformat(plan[0]), plan[2] + 1)

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Recognise the month that is over, of every plan whose month it is."""
        today, left = draft.now.date(), []
        for plan in draft.standing(member).facts.get(self.fact, ()):
            start, months, over, amount, monthly, tier = plan
            if self._end(plan) != today:
                left.append(plan)
                continue
            part = amount if over + 1 >= months else min(monthly, amount)
            yield fx.Transfer(f"@recognised:{tier}", f"@deferred:{tier}", part)
            if over + 1 < months:
                left.append([start, months, over + 1, amount - part, monthly, tier])
        yield fx.Keep(member, self.fact, left or None)


def _month_ends(first: date, last: date) -> list[date]:
    """The first day after each month of a term."""
    ends: list[date] = []
    while not ends or ends[-1] <= last:
        ends.append(first_invalid_day(first, len(ends) + 1))
    return ends
