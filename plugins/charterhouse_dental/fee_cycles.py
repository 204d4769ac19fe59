"""Fees by year, quarter or month and ten benefits (口腔医院会员制方案)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import Choice, Documents, OneMembership
from charterhouse.kernel.clauses.benefits import FreeLines, Quota, Unlimited, UseGivenBack, once
from charterhouse.kernel.clauses.conditions import ByDetail, ByTier, Lines, detail
from charterhouse.kernel.clauses.earning import BillRefund, NoRefundOf
from charterhouse.kernel.clauses.episodes import Episodes, episode_of
from charterhouse.kernel.clauses.fees import EntryFee
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.notices import AmendmentNotice
from charterhouse.kernel.clauses.price import BasePrice, Factor, Waived
from charterhouse.kernel.clauses.rights import Rights
from charterhouse.kernel.clauses.terms import Renewal, Term
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.problems import PUNISHES, Problem, Said
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import fee_cycles_texts as texts
from charterhouse_dental import words
from charterhouse_dental.fee_cycles_settings import BENEFITS, FeeCyclesSettings

MONTHS = {"yearly": 12, "quarterly": 3, "monthly": 1}
"""Cycle of payment → months of a term."""

NUMBERS = dict(
    zip(BENEFITS, ("2.1", "2.2", "2.3", "2.4", "2.6", "2.7", "2.8", "2.9", "2.10"), strict=True)
)


class FeeCycles(Charter):
    """The agreement and a fee by year, quarter or month open ten benefits."""

    code = "dental.fee-cycles"
    name = ("口腔医院周期缴费会员方案", "Oral hospital membership with fees by cycle")
    Settings = FeeCyclesSettings
    sections = (
        Section("1", "入会与缴费", "Joining and fees"),
        Section("2", "会员权益", "Benefits"),
        Section("3", "管理与推广", "Management and promotion"),
        Section("D", "补充规定", "Decided rules"),
    )
    labels = texts.LABELS
    example = {  # noqa: RUF012 - read as a plain attribute
        "fee_yearly": 1200, "fee_quarterly": 330, "fee_monthly": 120,
    }  # fmt: skip

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        fees = ByDetail("cycle", "yearly", {c: ByTier(getattr(s, f"fee_{c}")) for c in MONTHS})
        months = ByDetail("cycle", "yearly", MONTHS)
        having = {code: [n for n in s.levels if code in _benefits(s, n)] for code in BENEFITS}
        first = Quota(
            "2.4", "first-check", per=1, period=once, only=having["first-check"],
            too_low="1.4", excluded="1.4",
        )  # fmt: skip
        return [
            Application("1.1").says(*texts.JOINING),
            Documents("1.1", {"agreement": 1}),
            OneMembership("1.1"),
            EntryFee("1.1", amount=fees),
            Activation("1.1", card=False),
            Choice("1.2", "cycle", tuple(MONTHS), default="yearly").says(*texts.cycles(s)),
            Term("1.2", months=months),
            Renewal("1.3", fee=fees, months=months).says(*texts.RENEWAL),
            Rights("1.3", verbs=words.USING, shown={}, lent={}, none="1.1", price="2.13"),
            Tiers(
                "1.4", {n: words.named(n, texts.LABELS) for n in s.levels},
                default=s.levels[0], setting="levels", detail="level",
            ).says(*texts.levels(s)),
            Choice("1.4", "level", s.levels, default=s.levels[0]),
            _Levels("1.4", s),
            first.says(*texts.SAID["first-check"]),
            FreeLines("2.11", first, items=s.first_check_items, whole=True).says(
                *texts.first_check(s)
            ),
            *(
                Unlimited(
                    NUMBERS[code], code, only=having[code], too_low="1.4", excluded="1.4"
                ).says(*texts.SAID[code])
                for code in BENEFITS
                if code != "first-check"
            ),
            Episodes("2.12"),
            Waived(
                "2.12", lines=Lines(items={"return-visit"}), when=needed_after_surgery,
                only=having["return-visit"],
            ).says(*texts.RETURN_VISIT),
            Factor(
                "2.13", factor=ByTier(s.member_factor),
                lines=Lines(not_categories={"product"}), of_list=True,
            ).says(*texts.member_price(s)),
            BasePrice("2.13"),
            *texts.STATEMENTS,
            UseGivenBack("D.3").says(*words.NOT_ENJOYED),
            BillRefund("D.4").says(*words.REFUND),
            NoRefundOf("D.5", purposes=frozenset({"fee"})).says(
                "会员费一经缴纳不予退还。", "A fee that was paid is not given back."
            ),
            AmendmentNotice("D.6", days=0).says(*words.AMENDMENT),
        ]  # fmt: skip


def _benefits(s: SettingValues, level: str) -> Iterable[str]:
    found: Iterable[str] = s.level_benefits.get(level, BENEFITS)
    return found


def needed_after_surgery(d: Draft) -> bool:
    """The bill says that the visit is needed, and there was surgery in its episode before."""
    episode = episode_of(d)
    needed = detail(d.body, "needed") is True
    return needed and episode is not None and "surgery" in episode["categories"]


class _Levels(Clause):
    """1.4: every level has its fees and its factor, and a higher one is not worse."""

    def __init__(self, number: str, s: SettingValues) -> None:
        super().__init__(number)
        self.s = s

    def check(self) -> Iterator[Problem]:
        """See `Clause.check`."""
        levels = self.s.levels
        if len(set(levels)) != len(levels):
            yield "levels", Said("每个级别只能列一次", "must name every level once")
        for name in ("fee_yearly", "fee_quarterly", "fee_monthly", "member_factor"):
            table = getattr(self.s, name)
            if set(table) != set(levels):
                yield name, _naming(levels)
                return
            rows = [table[level] for level in levels]
            worse = [a < b if name == "member_factor" else a > b for a, b in pairwise(rows)]
            if any(worse):
                yield name, PUNISHES
        if not set(self.s.level_benefits) <= set(levels):
            yield "level_benefits", _naming(levels, only=True)


def _naming(levels: Iterable[str], *, only: bool = False) -> Said:
    zh, en = "、".join(levels), ", ".join(levels)
    if only:
        return Said(f"只能列出级别{zh}", f"must name only the levels {en}")
    return Said(f"须列出级别{zh}", f"must name the levels {en}")
