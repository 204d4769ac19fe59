"""The statistics of the use of the cards by which a clinic adjusts its policies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from charterhouse.kernel.ledger import POINTS
from charterhouse.kernel.report import Entry, Report, Row
from charterhouse.kernel.settings import SettingValues


def _monthly(entries: Iterable[Entry], _s: SettingValues) -> list[Row]:
    seen: Counter[str] = Counter()
    for entry in entries:
        seen["cards"] += sum(h.fact == "activated" for h in entry.happenings)
        seen["rises"] += sum(h.fact == "tier_changed" for h in entry.happenings)
        seen["renewals"] += entry.verb == "renew"
        if entry.verb == "spend" and entry.figures.get("entitled"):
            seen["bills"] += 1
            seen["due"] += entry.figures["due"]
        for posting in entry.postings:
            if posting.account == POINTS and not posting.of_house:
                seen["earned" if posting.amount > 0 else "used"] += abs(posting.amount)
    return [
        Row("cards", "发卡", "Cards issued", seen["cards"]),
        Row("rises", "升为VIP", "Risen to VIP", seen["rises"]),
        Row("renewals", "续卡", "Cards renewed", seen["renewals"]),
        Row("bills", "持卡账单", "Bills with the card", seen["bills"]),
        Row("due", "持卡消费", "Spending with the card", seen["due"], "yuan"),
        Row("earned", "积分获得", "Points earned", seen["earned"], "points"),
        Row("used", "积分使用及作废", "Points used or void", seen["used"], "points"),
    ]


MONTHLY = Report("card-use", "会员卡使用统计", "Use of the cards", "month", _monthly)
