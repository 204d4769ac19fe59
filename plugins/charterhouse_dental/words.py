"""Sentences and helpers that the texts of several dental charters share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.price import percent
from charterhouse.kernel.money import show_fen

USING = frozenset({"spend", "use"})
"""The events that need the rights of a member where there is neither card nor redemption."""

REDEEMING = frozenset({"spend", "use", "redeem"})
"""The events that need the rights of a member where points are redeemed too."""

IN_FORCE = frozenset({"active", "suspended", "withdrawing"})
"""The statuses in which a membership is in force; an open application is not."""

AMENDMENT: Text = (
    "本院负责解释本章程，并可补充或调整；调整自公告的生效日起适用，各版本均予保存，"
    "每笔业务适用其当日有效的版本。",
    "The clinic interprets the charter and may supplement or adjust it. A change holds from the "
    "day announced; every version is kept, and each event is judged by the version of its day.",
)
REFUND: Text = (
    "账单可全部或部分退款，退款不超过实际支付的金额，按原支付方式退回，因该账单所计的消费和积分相应扣减。",
    "A bill is refunded wholly or in part, never beyond what was really paid, the way it was paid; "
    "what it added to consumption and points is taken back with it.",
)
NOT_ENJOYED: Text = (
    "已登记但尚未享用的服务可以撤销，次数退回。",
    "A service that was entered but not enjoyed can be undone, and its number returns.",
)


def listed(codes: Iterable[str], labels: Mapping[str, Text]) -> Text:
    """The names of some codes, one after the other; "none" where there are none."""
    names = [labels[code] for code in codes]
    if not names:
        return "无", "none"
    return "、".join(zh for zh, _ in names), ", ".join(en[0].lower() + en[1:] for _, en in names)


def priced(figures: Mapping[str, int], labels: Mapping[str, Text]) -> Text:
    """Codes with an amount in yuan each; "none" where there are none."""
    if not figures:
        return "暂无", "none yet"
    zh = "、".join(f"{named(code, labels)[0]}{show_fen(fen)}元" for code, fen in figures.items())
    en = ", ".join(f"{named(code, labels)[1]} {show_fen(fen)}" for code, fen in figures.items())
    return zh, en


def factored(figures: Mapping[str, Decimal], labels: Mapping[str, Text]) -> Text:
    """Codes with a price factor each, in percent; "none" where there are none."""
    if not figures:
        return "暂无", "none yet"
    zh = "、".join(f"{named(code, labels)[0]}{percent(f)}%" for code, f in figures.items())
    en = ", ".join(f"{named(code, labels)[1]} {percent(f)} %" for code, f in figures.items())
    return zh, en


def counted(figures: Mapping[str, int], labels: Mapping[str, Text]) -> Text:
    """Codes with a number each; "none" where there are none."""
    if not figures:
        return "暂无", "none yet"
    zh = "、".join(f"{named(code, labels)[0]}{number}次" for code, number in figures.items())
    en = ", ".join(f"{named(code, labels)[1]} {number}" for code, number in figures.items())
    return zh, en


def named(code: str, labels: Mapping[str, Text]) -> Text:
    """The name of a code that the hospital may have made up itself."""
    return labels.get(code, (code, code))
