"""Tiers: the names of the levels, and how a member reaches them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRADE, GRANT, GUARD, Clause, Progress, Text, on
from charterhouse.kernel.clauses.conditions import belongs, detail
from charterhouse.kernel.clauses.flow import GRANTED
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import FEN_UNITS, SPEND_TOTAL
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.periods import day_start, first_invalid_day
from charterhouse.kernel.problems import ABOVE_BELOW, Problem, Said, one_of
from charterhouse.kernel.standing import Standing


class Tiers(Clause):
    """The tiers (card types) of a charter, low to high, and the one given without a wish.

    Numbers by reason: `unnamed` (no tier named), `unknown` (a tier that does not exist).

    Args:
        tiers: code → its name.
        default: of an application that names none; "" where one must be named.
        setting: the setting that names the default, for the check.
        own: tier → the number of the clause that speaks of it.
        asked: whether an application may name a tier; else only the default is known to it.
        missing: reason with which an application without a tier is refused.
        detail: of an application that may name the tier instead (a `Choice`).
        ordered: the tiers that stand above each other; all of them as a rule.
        tables: setting → the tiers that it names, for the check.
    """

    def __init__(
        self, number: str, tiers: Mapping[str, Text], *, default: str = "",
        setting: str = "default_tier", own: Mapping[str, str] | None = None,
        asked: bool = True, missing: str = "incomplete", ordered: Iterable[str] | None = None,
        detail: str = "", tables: Mapping[str, Iterable[str]] | None = None, **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **(own or {}), **numbers)
        self.tables = tables or {}
        self.tiers = tiers
        self.default = default
        self.setting = setting
        self.asked = asked
        self.missing = missing
        self.detail = detail
        self.ordered = tuple(self.tiers if ordered is None else ordered)

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"tier": tuple(self.tiers), "upgrade.to": tuple(self.tiers)}

    def tiers_in_order(self) -> Iterable[str]:
        """See `Clause.tiers_in_order`."""
        return self.ordered

    def defaults(self) -> Mapping[str, str]:
        """See `Clause.defaults`."""
        return {"tier": self.default} if self.default else {}

    def check(self) -> Iterable[Problem]:
        """See `Clause.check`."""
        if self.default and self.default not in self.tiers:
            yield self.setting, one_of(*self.tiers)
        for name, named in self.tables.items():
            strange = [tier for tier in named if tier not in self.tiers]
            if strange:
                yield (
                    name,
                    Said(
                        f"所列{strange[0]}不是本章程的等级",
                        f"names {strange[0]}, which is no tier of this charter",
                    ),
                )

    def unknowns(self) -> Mapping[str, str]:
        """See `Clause.unknowns`."""
        return {"tier": self.by_reason["unknown"]} if "unknown" in self.by_reason else {}

    @on("apply", "bring_in", phase=GUARD, rank=28)
    def named(self, d: Draft) -> Iterator[fx.Effect]:
        """A tier must be named where there is no default."""
        if not self.default and not d.body.tier:
            if self.missing == "incomplete":
                yield fx.Lack("tier", number=self.of("unnamed"))
            else:
                yield fx.Refuse(self.missing, f"{d.body.verb}.tier", number=self.of("unnamed"))

    @on("apply", "bring_in", phase=GRADE, rank=10)
    def give(self, d: Draft) -> Iterator[fx.Effect]:
        """The tier applied for, else the default."""
        wanted = d.body.tier if self.asked or d.body.verb == "bring_in" else None
        wanted = wanted or (detail(d.body, self.detail) if self.detail else None)
        tier = wanted or self.default
        yield fx.Change(d.member, {"tier": tier}, number=self.of(tier))

    @on("approve", phase=GRADE, rank=10)
    def correct(self, d: Draft) -> Iterator[fx.Effect]:
        """The reviewer may give another tier."""
        if d.body.tier:
            yield fx.Change(d.member, {"tier": d.body.tier}, number=self.of(d.body.tier))

    def decides(self) -> Iterable[str]:
        """See `Clause.decides`."""
        return ("the tier of an application",)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        zh = "、".join(name for name, _ in self.tiers.values())
        en = ", ".join(name for _, name in self.tiers.values())
        return {self.number: (f"会员等级（由低到高）：{zh}。", f"Tiers, low to high: {en}.")}


class Ladder(Clause):
    """The tier follows what was gathered: the highest of which one threshold is reached.

    Reached inclusively, at once after the event; the event itself is judged by the tier before.
    What was granted or brought in is a floor. Numbers by reason: tier → number.

    Args:
        rungs: tier → measure → threshold; a measure is a unit of the ledger
            (spend_total, points, count/visits …). A tier without thresholds is the lowest.
        falls: whether a refund lowers the tier; time never does.
        notice: raised on each rise; "" for none.
        settings: tier → setting that holds its threshold, or measure → setting where there are
            several; for the check.
        only: tiers or kinds whose tier follows; None for all.
    """

    def __init__(
        self, number: str, rungs: Mapping[str, Mapping[str, int]], *, falls: bool = False,
        notice: str = "", settings: Mapping[str, str | Mapping[str, str]] | None = None,
        only: Collection[str] | None = None, **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.only = only
        self.rungs = rungs
        self.falls = falls
        self.notice = notice
        self.settings = settings or {}
        self.lowest = next(iter(rungs), "")

    def check(self) -> Iterable[Problem]:
        """Thresholds of a measure rise from each tier to the next."""
        last: dict[str, int] = {}
        for tier, measures in self.rungs.items():
            for measure, need in measures.items():
                if measure in last and need <= last[measure]:
                    name = self.settings.get(tier, tier)
                    yield (name if isinstance(name, str) else name[measure]), ABOVE_BELOW
                last[measure] = need

    def reached(self, standing: Standing) -> str:
        """The highest tier of which one threshold is reached."""
        found = self.lowest
        for tier, measures in self.rungs.items():
            if any(standing.balance(m) >= need for m, need in measures.items()):
                found = tier
        return found

    @on("spend", "visit", "refund", "pay", "record", phase=GRADE, rank=60)
    def follow(self, d: Draft) -> Iterator[fx.Effect]:
        """The tier of whoever the event is about follows."""
        member = d.member
        if d.refund is not None:
            member = d.holder(d.refund.original.member, d.refund.original)
        if member:
            yield from self.settle(d, member, "refunded" if d.refund else "spent")

    @on("activated", "topped_up", "granted", "renewed", phase=GRADE, rank=60)
    def begin(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """A new member has the tier that was reached before, a legacy one at least what they had."""
        standing = d.standing(happening.member)
        if happening.cause == "legacy" and d.program.rank(standing.tier) > 0:
            yield fx.Keep(happening.member, GRANTED, standing.tier)
        if happening.cause != "legacy":
            yield from self.settle(d, happening.member, happening.cause or "spent")

    @on("activated", phase=GRANT, rank=5)
    def after_opening(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Opening figures count, before anything is granted by the tier."""
        if happening.cause == "legacy":
            yield from self.settle(d, happening.member, "legacy")

    def settle(self, d: Draft, member: str, cause: str) -> Iterator[fx.Effect]:
        """Give the tier that follows from the figures now."""
        standing = d.standing(member)
        if standing.status not in ("active", "suspended", "withdrawing"):
            return
        if not belongs(standing, self.only):
            return
        rank = d.program.rank
        floor = standing.facts.get(GRANTED, "")
        tiers = [self.reached(standing), floor] if self.falls else [
            self.reached(standing), floor, standing.tier]  # fmt: skip
        tier = max((t for t in tiers if t), key=rank, default="")
        if tier and tier != standing.tier:
            rises = rank(tier) > rank(standing.tier)
            yield fx.Change(member, {"tier": tier}, number=self.of(tier))
            yield fx.Announce("tier_changed", member, cause)
            if rises and self.notice and cause not in ("joined", "legacy"):
                yield fx.Raise("notice", self.notice, member)

    def progress(self, standing: Standing, now: datetime) -> Iterator[Progress]:
        """What is still needed for the tiers above."""
        order = list(self.rungs)
        if standing.tier not in order:
            return
        for tier in order[order.index(standing.tier) + 1 :]:
            for measure, need in self.rungs[tier].items():
                unit = "yuan" if measure in FEN_UNITS or measure.startswith("spend/") else "times"
                unit = "points" if measure.endswith("points") else unit
                yield Progress(measure, unit, standing.balance(measure), need, tier, self.of(tier))

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        rows = [(tier, m.get(SPEND_TOTAL)) for tier, m in self.rungs.items() if SPEND_TOTAL in m]
        zh = "、".join(f"{show_fen(need or 0)}元" for _, need in rows if need)
        en = ", ".join(f"{show_fen(need or 0)}" for _, need in rows if need)
        down_zh = "退款会相应降低等级" if self.falls else "等级不下降"
        down_en = "a refund lowers the tier" if self.falls else "tiers do not fall"
        return {
            self.number: (
                f"会员等级随累计消费自动晋升（{zh}，达到即晋升），自达到之后生效；{down_zh}。",
                f"The tier follows cumulative consumption ({en} yuan, reaching is enough), right "
                f"after the bill; {down_en}.",
            )
        }


class TierByYears(Clause):
    """Some years as a member give a tier by themselves; it is never taken away.

    Args:
        years: since the membership began; 0 gives nothing.
        tier: the tier.
        below: the tiers from which it rises.
    """

    due_rank = 45

    def __init__(self, number: str, *, years: int, tier: str, below: Collection[str]) -> None:
        super().__init__(number)
        self.years = years
        self.tier = tier
        self.below = below

    def complete(self, standing: Standing) -> date | None:
        """The day on which the years are complete, of somebody who still rises by them."""
        running = standing.status in ("active", "suspended", "withdrawing")
        if not self.years or not running or standing.tier not in self.below:
            return None
        return first_invalid_day(standing.since, 12 * self.years) if standing.since else None

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """00:00 of that day."""
        day = self.complete(standing)
        moment = day_start(day, after.tzinfo) if day else None
        return moment if moment is not None and moment > after else None

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Rise."""
        yield fx.Change(member, {"tier": self.tier})
        yield fx.Announce("tier_changed", member, "term")

    @on("renewed", phase=GRADE, rank=65)
    def late(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Whoever had lapsed when the years were complete rises with the renewal."""
        day = self.complete(d.standing(happening.member))
        if day is not None and day <= d.now.date():
            yield from self.due(d, happening.member)


class TierByPrepayment(Clause):
    """The single prepayment decides the tier: the highest that it reaches.

    Args:
        entry: tier → least prepayment in fen, low to high.
    """

    def __init__(self, number: str, entry: Mapping[str, int]) -> None:
        super().__init__(number)
        self.entry = entry

    @on("top_up", phase=GRADE, rank=15)
    def decide(self, d: Draft) -> Iterator[fx.Effect]:
        """Reaching a higher tier at entry is entry, not upgrade."""
        standing = d.of_member
        if standing.status != "approved" or standing.tier not in self.entry:
            return
        reached = [tier for tier, least in self.entry.items() if d.body.amount >= least]
        yield fx.Change(d.member, {"tier": reached[-1] if reached else standing.tier})

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        zh = "、".join(f"{show_fen(least)}元" for least in self.entry.values())
        en = ", ".join(show_fen(least) for least in self.entry.values())
        return {
            self.number: (
                f"会员等级由一次性预存金额决定（由低到高：{zh}），按所达到的最高等级发卡。",
                f"The single prepayment decides the tier (low to high: {en} yuan): the card gets the "
                "highest one that it reaches.",
            )
        }


class TierByTopUp(Clause):
    """One large top-up raises the tier by steps; in the month of issue it takes less.

    Args:
        tiers: the tiers that rise, low to high.
        same_month, later: steps → least top-up in fen, in the calendar month of the card's
            first issue and in any later month.
    """

    def __init__(
        self, number: str, tiers: Sequence[str], *, same_month: Mapping[int, int],
        later: Mapping[int, int],
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.tiers = tuple(tiers)
        self.same_month = same_month
        self.later = later

    @on("top_up", phase=GRADE, rank=30)
    def rise(self, d: Draft) -> Iterator[fx.Effect]:
        """Top-ups are never added up, and the steps never pass the highest tier."""
        standing, day = d.of_member, d.event.day
        if standing.status != "active" or standing.tier not in self.tiers or not standing.since:
            return
        fresh = (standing.since.year, standing.since.month) == (day.year, day.month)
        table = self.same_month if fresh else self.later
        steps = max((n for n, least in table.items() if d.body.amount >= least), default=0)
        place = self.tiers.index(standing.tier)
        tier = self.tiers[min(place + steps, len(self.tiers) - 1)]
        if tier != standing.tier:
            yield fx.Change(d.member, {"tier": tier})
            yield fx.Announce("tier_changed", d.member, "upgraded")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        zh = [f"升{n}级须{show_fen(least)}元" for n, least in self.same_month.items()]
        zh_later = [f"升{n}级须{show_fen(least)}元" for n, least in self.later.items()]
        en = [f"{n} level(s) {show_fen(least)}" for n, least in self.same_month.items()]
        en_later = [f"{n} level(s) {show_fen(least)}" for n, least in self.later.items()]
        return {
            self.number: (
                f"一次性充值升级：发卡当月内{'、'.join(zh)}；以后各月{'、'.join(zh_later)}；"
                "多次充值不累加，最高升至最高等级。",
                f"Rise by one single top-up, in the month of issue: {', '.join(en)} yuan; in any "
                f"later month: {', '.join(en_later)} yuan. Top-ups are never added up, and nobody "
                "rises beyond the highest tier.",
            )
        }


def thresholds(tiers: Iterable[str], **measures: Mapping[str, int | None]) -> dict[str, Any]:
    """Rungs for `Ladder`: every tier with those of its thresholds that are set.

    The names of the measures are units with `__` for "/" (`count__visits`).
    """
    rungs: dict[str, dict[str, int]] = {tier: {} for tier in tiers}
    for name, table in measures.items():
        for tier, need in table.items():
            if need is not None:
                rungs[tier][name.replace("__", "/")] = need
    return rungs


__all__ = ["Ladder", "TierByPrepayment", "TierByTopUp", "TierByYears", "Tiers", "thresholds"]
