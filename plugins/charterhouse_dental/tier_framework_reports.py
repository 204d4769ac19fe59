"""The monthly report of income: cash, recognised, deferred, by tier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from charterhouse.kernel.report import Entry, Report, Row
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental.tier_framework_texts import LABELS
from charterhouse_dental.words import named


def _fold(entries: Iterable[Entry], _s: SettingValues) -> list[Row]:
    cash: Counter[str] = Counter()
    recognised: Counter[str] = Counter()
    later = 0
    for entry in entries:
        for posting in entry.postings:
            account, _, tier = posting.owner.partition(":")
            if account == "@deferred" and posting.amount < 0:
                cash[tier] -= posting.amount
            elif account == "@recognised":
                recognised[tier] -= posting.amount
        slot = str(entry.body.get("slot") or "")
        later += entry.verb == "book" and slot[:7] > entry.day.isoformat()[:7]
    rows = []
    for tier in sorted(cash.keys() | recognised.keys()):
        zh, en = named(tier, LABELS)
        rows += [
            Row(f"cash.{tier}", f"{zh}：现金收入", f"{en}: cash", cash[tier], "yuan"),
            Row(f"recognised.{tier}", f"{zh}：确认收入", f"{en}: recognised", recognised[tier],
                "yuan"),
            Row(f"deferred.{tier}", f"{zh}：递延收入增减", f"{en}: change of deferred",
                cash[tier] - recognised[tier], "yuan"),
        ]  # fmt: skip
    total, booked = cash.total(), recognised.total()
    return [
        *rows,
        Row("cash", "现金收入合计", "Cash", total, "yuan"),
        Row("recognised", "确认收入合计", "Recognised", booked, "yuan"),
        Row("deferred", "递延收入增减合计", "Change of deferred", total - booked, "yuan"),
        Row("bookings.later", "以后月份的预约", "Bookings for later months", later),
    ]


INCOME = Report("income", "收入月报", "Monthly report of income", "month", _fold)
