"""The words and the monthly report of the treatment-points charter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.price import percent
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.report import Entry, Row
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import loyalty_words
from charterhouse_dental.measures import (
    Measure,
    gained,
    happened,
    lost,
    monthly,
    quoted,
    raised,
    told,
)
from charterhouse_dental.words import named

NEED_RIGHTS = frozenset({"spend", "redeem", "use"})

ROLES: dict[str, Text] = {
    "reception": ("前台", "Reception"),
    "manager": ("会员主管", "Member manager"),
    "nurse": ("回访护士", "Follow-up nurse"),
}
LABELS: dict[str, Text] = {
    **COMMON,
    "basic": ("基础级", "Basic level"),
    "plus": ("升级级", "Plus level"),
    "follow-up": ("回访", "Follow-up"),
    "assigned": ("已分派", "Assigned"),
    "result": ("已记录结果", "Result recorded"),
    "solved": ("问题已解决", "Problem solved"),
    "problem-open": ("问题未解决", "Problem open"),
    "earned": ("消费积分", "Points for spending"),
    "opening": ("期初积分", "Opening points"),
}
EXAMPLE: dict[str, Any] = {
    "levels": {
        "basic": {"spend": "0.00"},
        "plus": {"spend": "2000.00", "factor": "0.90", "services": ["priority-booking"]},
    },
    "follow_up_days": 90,
}

REFUND: Text = (
    "退款后按账单余额重新计算积分、累计消费和级别；余额可为负，为负时不得兑换。",
    "After a refund points, spending and level are computed anew on what is left of the bill; a "
    "balance may become negative, which blocks redemption.",
)
GIFT_NOTICE: Text = (
    "每月1日零时列出当月生日的会员。",
    "On the first day of the month, at 00:00, the members with a birthday in it are listed.",
)
STATEMENTS = (
    Statement(
        "2.3",
        "积分长期有效；积分的增加、兑换和余额在会员档案中显示，积分与会员模块使用同一数据。",
        "Points do not expire. Accrual, redemption and balance are shown in the member's file; "
        "points and members use the same data.",
    ),
    Statement(
        "4.4",
        "报表：应回访、已分派、已记录、未解决的问题及解决用时。",
        "Reports: follow-ups due, assigned and recorded, problems open and the time to solve them.",
    ),
    Statement(
        "5",
        "软件模块：会员（录入、变更、查询、按级别优惠）、积分（增加、兑换、查询）、生日礼品（赠送、管理）、回访（分派、跟踪、记录、解决）。",
        "Software modules: members (enter, change, query, offers by level), points (accrue, redeem, "
        "query), birthday gifts (give, manage), follow-up (assign, track, record, solve).",
    ),
)


def in_order(s: SettingValues) -> dict[str, Mapping[str, Any]]:
    """The levels, low to high by the spending from which they hold."""
    return dict(sorted(s.levels.items(), key=lambda row: (row[1]["spend"], row[0])))


def levels(s: SettingValues) -> Text:
    """1.2 in words."""
    zh, en = [], []
    for tier, row in in_order(s).items():
        name_zh, name_en = named(tier, LABELS)
        services = [named(code, LABELS) for code in row["services"]]
        spend = show_fen(row["spend"])
        zh.append(
            f"{name_zh}自累计消费{spend}元起，服务：{'、'.join(z for z, _ in services) or '无'}"
        )
        en.append(
            f"{name_en} from {spend} yuan, services: {', '.join(e for _, e in services) or 'none'}"
        )
    return (
        f"级别由低到高，达到即属：{'；'.join(zh)}。级别随会员资格期间的累计消费（实际支付，扣除退款）变化，"
        "账单按变化前的级别计价，不因时间下降；主管可设定更高级别，转入会员保留原级别，从高。"
        "各级别仅有本级所列服务：更高级别才有的，级别不足；没有的，不予提供。",
        f"Levels, low to high, reached inclusively: {'; '.join(en)}. The level follows the spending "
        "of the membership (really paid, less refunds); a bill is priced by the level before it, and "
        "time never lowers it. A manager may set a higher one and a legacy member keeps the one "
        "brought in; the higher counts. A level has exactly its services: what only a higher level "
        "has, or none above, is refused.",
    )


def prices(s: SettingValues) -> Text:
    """1.3 in words."""
    rows = [(named(tier, LABELS), percent(row["factor"])) for tier, row in in_order(s).items()]
    zh = "、".join(f"{name[0]}{factor}%" for name, factor in rows)
    en = ", ".join(f"{name[1]} {factor} %" for name, factor in rows)
    return (
        f"除产品外，各项目按级别系数收费（{zh}），每行四舍五入到分；活动价更低的从低，不叠加。"
        "非会员按活动价或原价收费。",
        f"Every line except products costs the factor of the level ({en}), half-up to the fen per "
        "line; a lower activity price wins, without stacking. Who is no member pays the list or the "
        "activity price.",
    )


def points(s: SettingValues) -> Text:
    """2.1 in words."""
    zh, en = loyalty_words.rate(s.points_per_yuan)
    return (
        f"消费积分：{zh}，每张账单舍去尾数；仅限会员。",
        f"Points for spending: {en}, rounded down per bill, for members only.",
    )


def redemption(s: SettingValues) -> Text:
    """2.2 in words."""
    zh, en = loyalty_words.redemption(s.redemption_list, LABELS)
    return (
        f"积分可按目录兑换服务或礼品（{zh}），也可按分数兑换柜台商品，以余额为限；目录之外不予兑换。",
        f"Points are exchanged for services or gifts of the list ({en}), or by number for goods at "
        "the counter, never beyond the balance; an item that is not on the list is refused.",
    )


def gift(s: SettingValues) -> Text:
    """3.1 in words."""
    zh = f"（{s.birthday_gift_item}）" if s.birthday_gift_item else ""
    en = f" ({s.birthday_gift_item})" if s.birthday_gift_item else ""
    return (
        f"生日礼品{zh}每个自然年一份，限生日当月（首日至末日）领取；当月未领的作废，不结转；未登记出生日期的没有礼品；"
        "2月29日出生者每年均为2月。",
        f"One birthday gift{en} per calendar year, collected in the month of the birthday, from its "
        "first to its last day; not collected it lapses, nothing is carried over, and without a "
        "known birth date there is none. For 29 February the month is February in every year.",
    )


def follow_up(s: SettingValues) -> Text:
    """4.1 in words."""
    return (
        f"定期回访：自最近一次账单、就诊或已记录的回访结果起{s.follow_up_days}天，当日零时生成回访任务一次，"
        "了解就诊情况和服务感受；从未就诊的不回访。",
        f"Regular follow-up: {s.follow_up_days} days after the latest of bill, visit and recorded "
        "follow-up result the task is raised once, at 00:00: how the visit went, how the service "
        "was felt. Without any bill or visit there is none.",
    )


def _measures(_s: SettingValues) -> Iterable[Measure]:
    yield Measure("joined", "新入会", "Members joined", happened("activated"))
    yield Measure("left", "退会", "Members who left", happened("ended"))
    yield Measure("points.given", "发放积分", "Points given", gained(), "points")
    yield Measure("points.taken", "使用与收回积分", "Points used or taken back", lost(), "points")
    yield Measure("follow-ups.due", "应回访", "Follow-ups due", raised("follow-up"))
    yield Measure("follow-ups.assigned", "已分派", "Assigned", told("progress", step="assigned"))
    yield Measure("follow-ups.recorded", "已记录", "Recorded", told("progress", step="result"))
    yield Measure("problems", "提出的问题", "Problems raised", quoted("progress", complaint=True))
    yield Measure("problems.solved", "已解决", "Problems solved", told("progress", step="solved"))


def _time_to_solve(entries: list[Entry], _s: SettingValues) -> Iterator[Row]:
    opened, days = {}, []
    for entry in entries:
        if entry.verb != "progress":
            continue
        request = entry.body["request"]
        if (entry.body.get("details") or {}).get("complaint") is True:
            opened[request] = entry.day
        elif entry.body["step"] == "solved" and request in opened:
            days.append((entry.day - opened.pop(request)).days)
    yield Row("problems.open", "当月提出且未解决", "Raised this month and open", len(opened))
    mean = sum(days) // len(days) if days else 0
    yield Row("problems.days", "平均解决天数", "Mean days to solve", mean, "days")


MONTHLY = monthly(_measures, _time_to_solve)
