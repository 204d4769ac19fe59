"""The monthly report of the four levels: members, fees, free services, guarantee, discounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from charterhouse.kernel.report import Entry, Report, Row
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import reports
from charterhouse_dental.four_tier_fee_texts import GUARANTEE, LABELS


def _fold(entries: Iterable[Entry], _s: SettingValues) -> list[Row]:
    kept = list(entries)
    fees: Counter[str] = Counter()
    repairs = 0
    for entry in kept:
        for posting in entry.postings:
            account, _, level = posting.owner.partition(":")
            if account == "@fee" and level:
                fees[level] -= posting.amount
        repairs += sum(row[6] == GUARANTEE for row in entry.figures.get("priced", ()))
    return [
        *reports.members(kept),
        *(
            Row(f"fees.{level}", f"{LABELS[level][0]}费收入", f"Fees: {LABELS[level][1].lower()}",
                amount, "yuan")
            for level, amount in sorted(fees.items())
        ),
        Row("fees", "会员费收入合计", "Fees received", fees.total(), "yuan"),
        *reports.uses(kept, LABELS),
        Row("guarantee", "保障期内修复", "Repairs under guarantee", repairs),
        *reports.saved(kept),
    ]  # fmt: skip


MONTHLY = Report("monthly", "月报", "Monthly report", "month", _fold)
