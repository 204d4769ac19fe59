"""Points of a maternity hospital (会员积分制度) as a list of its clauses."""

from __future__ import annotations

from datetime import date

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Charter, Clause, Section, Text
from charterhouse.kernel.clauses.earning import TILL, BillRefund
from charterhouse.kernel.clauses.notices import AmendmentNotice, YearlyNotice
from charterhouse.kernel.clauses.points import OpeningFigures, PointsYear, Redemption
from charterhouse.kernel.clauses.price import BasePrice
from charterhouse.kernel.clauses.redemptions import GiftReturned
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.clauses.tender import PointsTender
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.ledger import POINTS
from charterhouse.kernel.settings import SettingValues, Whole, meta
from charterhouse.kernel.standing import Standing
from charterhouse_maternity.points_clauses import ActivityPoints, ReferralPoints, VisitPoints

_VISITS = ("outpatient", "specialist", "inpatient", "rehabilitation", "exam")
_RESULTS = ("took_part", "excellent", "third", "second", "first")
_POINTS = Whole(validate=validate.Range(0, 10**6))
REMINDED_FROM = 100
"""Points from which a holder is reminded of the reset."""


class PointsSettings(Schema):
    """Points, referrals and years."""

    visit_points = fields.Dict(
        keys=fields.String(validate=validate.OneOf(_VISITS)), values=_POINTS,
        load_default=lambda: dict(zip(_VISITS, (1, 2, 5, 3, 2), strict=True)),
        metadata=meta("就诊积分", "Points per visit", "points", "2.1", "earning"),
    )  # fmt: skip
    referral_points = Whole(
        load_default=2, validate=validate.Range(0, 10**6),
        metadata=meta("每次推荐积分", "Points per referral", "points", "3.2", "earning"),
    )  # fmt: skip
    referral_limit = Whole(
        load_default=5, validate=validate.Range(0, 10**6),
        metadata=meta("每年计分推荐次数", "Referrals per points year that earn", "count", "3.2", "earning"),
    )  # fmt: skip
    referrals_continue = fields.Boolean(
        load_default=False,
        metadata=meta("超出次数继续积分", "Points beyond the limit too", "", "3.2", "earning"),
    )
    activity_points = fields.Dict(
        keys=fields.String(validate=validate.OneOf(_RESULTS)), values=_POINTS,
        load_default=lambda: dict(zip(_RESULTS, (1, 2, 3, 4, 5), strict=True)),
        metadata=meta("活动积分", "Points for activities", "points", "4.1", "earning"),
    )  # fmt: skip
    prize_adds_to_participation = fields.Boolean(
        load_default=True,
        metadata=meta("奖项另加参与分", "A prize adds to taking part", "", "4.1", "earning"),
    )
    points_per_yuan_used = Whole(
        load_default=100, validate=validate.Range(1, 10**6),
        metadata=meta("抵1元所需积分", "Points that are one yuan", "points", "6.2", "use"),
    )  # fmt: skip
    reset_off_years = fields.List(
        Whole(validate=validate.Range(1900, 2200)), load_default=list,
        metadata=meta("不清零的年份", "Years without reset", "years", "5.2", "use"),
    )  # fmt: skip
    return_restores_points = fields.Boolean(
        load_default=False,
        metadata=meta("退物退分", "A returned article restores points", "", "7.2", "use"),
    )

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "earning": ("积分获得", "Earning"),
        "use": ("积分使用", "Use"),
    }


ROLES: dict[str, Text] = {"customer-service": ("客户服务部", "Customer service")}

LABELS: dict[str, Text] = {
    **COMMON,
    "took_part": ("参与活动", "Took part"),
    "excellent": ("优秀奖", "Excellence prize"),
    "third": ("三等奖", "Third prize"),
    "second": ("二等奖", "Second prize"),
    "first": ("一等奖", "First prize"),
    "visited": ("已就诊", "Visited"),
    "registered": ("已登记", "Registered"),
    "code": ("兑换码", "Redemption code"),
    "referral": ("推荐", "Referral"),
    "activity": ("活动积分", "Activity points"),
    "earned": ("就诊积分", "Points for care"),
    "opening": ("期初积分", "Opening points"),
}


def _identified(d: Draft) -> bool:
    """Identity document and redemption code are both shown."""
    return {"id", "code"} <= set(d.body.shown)


class MaternityPoints(Charter):
    """Every patient gathers points and exchanges them; the account is emptied at the year's end."""

    code = "maternity.points"
    name = ("妇产医院会员积分制度", "Points of a maternity hospital")
    Settings = PointsSettings
    sections = (
        Section("1", "适用对象", "Who"),
        Section("2", "就诊积分", "Points for care"),
        Section("3", "推荐积分", "Points for referrals"),
        Section("4", "活动积分", "Points for activities"),
        Section("5", "积分年度", "Points year"),
        Section("6", "兑换", "Redemption"),
        Section("7", "退还", "Returns"),
        Section("8", "管理", "Administration"),
    )
    records = ("referral",)
    roles = ROLES
    labels = LABELS

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        block = s.points_per_yuan_used
        shown = {"id": "id_missing", "code": "code_missing"}

        def reminded(standing: Standing, day: date) -> bool:
            kept = day.year in s.reset_off_years
            return not kept and standing.balance(POINTS) >= REMINDED_FROM

        acting: list[Clause] = [
            BasePrice("1.1"),
            VisitPoints("2.1", s.visit_points),
            ReferralPoints(
                "3.1", points=s.referral_points, limit=s.referral_limit,
                beyond=s.referrals_continue, earns="3.2", once="3.3",
            ),
            ActivityPoints("4.1", s.activity_points, both=s.prize_adds_to_participation),
            PointsYear("5.1", without=s.reset_off_years, kept="5.2"),
            OpeningFigures("5.1"),
            Redemption(
                "6.2", gifts={}, shown=shown, unknown="not_redeemable", block=block,
                channels=("offline", "online"), per_yuan=block, insufficient="6.3", unshown="6.3",
            ),
            PointsTender("6.2", per_yuan=block, blocks=True, usable=_identified, lenient=True),
            BillRefund("7.1", order=(TILL,)),
            GiftReturned("7.2", restores=s.return_restores_points),
            AmendmentNotice("8.1", days=0),
            YearlyNotice("8.3", "points-reset", month=12, day=1, whom=reminded),
        ]  # fmt: skip
        return [*acting, *(Statement(n, zh, en) for n, (zh, en) in _texts(s).items())]


def _texts(s: SettingValues) -> dict[str, Text]:
    off = "、".join(str(y) for y in s.reset_off_years) or "无"
    off_en = ", ".join(str(y) for y in s.reset_off_years) or "none"
    return {
        "1.1": (
            "凡在本院就诊的患者均有积分账户，无需申请，不限年龄，不收费用；账单按活动价，没有活动价的按原价收取。",
            "Every patient treated at the hospital has a points account; no application, age or fee. "
            "Bills are at the activity price, else the list price.",
        ),
        "5.1": (
            "积分在获得的自然年内有效，12月31日24时清零，负数余额亦归零；转入的积分按转入日计。",
            "Points are valid for the calendar year in which they were earned and lapse at the end of "
            "31 December; a negative balance becomes 0 as well. Points brought in count as earned on "
            "that day.",
        ),
        "5.2": (
            f"经医院指定的年份年末不清零，余额延续一个自然年（指定年份：{off}）。",
            f"At the end of a year named by the hospital nothing is cleared and the balance goes on "
            f"for one more calendar year (named: {off_en}).",
        ),
        "6.1": (
            "积分可兑换商品或服务，包括检查、产后康复、疫苗、药品等；可线上（网站、公众号）或到医院指定地点办理。",
            "Points are redeemed for goods or services, among others examinations, postpartum "
            "rehabilitation, vaccines and drugs: online (website, messenger account) or at the place "
            "named by the hospital.",
        ),
        "6.2": (
            f"每{s.points_per_yuan_used}分抵1.00元，只能按整倍数使用，余数保留；不兑换现金。",
            f"{s.points_per_yuan_used} points are 1.00 yuan, in whole blocks only; the rest stays. "
            "There is no cash.",
        ),
        "6.3": (
            "兑换须同时出示有效身份证件和兑换码（线上以登录核验为身份证明）；积分不足不予兑换。"
            "账单不因此拒收：未出示或积分不足、非整倍数时不使用积分。",
            "Identity document and redemption code are both shown, online too (a verified login is the "
            "identity); too few points are refused. A bill is never refused for that: without both, "
            "with too few points or no whole blocks it is paid without points.",
        ),
        "7.1": (
            "账单全额退款的，在同一积分年度内收回其积分，余额可为负数至年末；部分退款不收回；用于抵付账单的积分不退。",
            "A bill refunded in full takes back the points that it earned, within the same points "
            "year; the balance may be negative until the year ends. A part takes back none. Points "
            "that paid a part of the bill are not given back.",
        ),
        "8.1": (
            "由客户服务部答疑；变更及时公布，自公布之日起施行，最终解释权归医院。",
            "Customer service answers questions; changes are announced promptly and hold from "
            "publication; final interpretation by the hospital.",
        ),
        "8.2": (
            "医院保存积分明细及来源、推荐登记、活动与获奖名单、兑换码和公告。",
            "Kept are the points ledger with sources, the register of referrals, lists of activities "
            "and prizes, redemption codes and announcements.",
        ),
        "8.3": (
            f"12月1日零时提醒积分达{REMINDED_FROM}分及以上者使用积分（不清零的年份除外）。",
            f"At 00:00 of 1 December holders of {REMINDED_FROM} points or more are reminded, not in a "
            "year without reset.",
        ),
        "8.4": (
            "推荐人仅获知推荐已计入，不获知被推荐人的诊疗内容。",
            "The referrer learns that a referral counted, never what the referred person was treated "
            "for.",
        ),
    }
