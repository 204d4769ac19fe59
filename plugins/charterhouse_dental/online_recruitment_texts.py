"""The words and the monthly report of the online-recruitment charter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.ledger import right
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.report import Entry, Row
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import loyalty_words
from charterhouse_dental.measures import (
    Measure,
    figure,
    gained,
    happened,
    lost,
    monthly,
    only,
    raised,
    told,
)
from charterhouse_dental.words import named

NEED_RIGHTS = frozenset({"spend", "redeem", "use"})

TIERS: dict[str, Text] = {"member": ("会员", "Member")}
ROLES: dict[str, Text] = {
    "reception": ("前台", "Reception"),
    "recruitment": ("会员招募人员", "Recruitment staff"),
    "analyst": ("数据分析人员", "Data analyst"),
}
LABELS: dict[str, Text] = {
    **COMMON,
    "group": ("会员群组", "Member group"),
    "marketing_consent": ("同意使用数据", "Consent to the use of data"),
    "joining-gift": ("入会礼品", "Joining gift"),
    "joining-coupon": ("入会优惠券", "Joining coupon"),
    "gift": ("入会礼品", "Joining gift"),
    "coupon": ("入会优惠券", "Joining coupon"),
    "feedback": ("反馈", "Feedback"),
    "recommendation": ("个性化推荐", "Recommendation"),
    "solve-feedback": ("处理反馈", "Solve the feedback"),
    "account-linked": ("账户已关联", "Account linked"),
    "joining-offer": ("入会礼遇", "Joining offer"),
    "manual": ("人工", "By hand"),
    "automatic": ("自动", "Automatic"),
    "mixed": ("人工与自动结合", "Mixed"),
    "granted": ("已赠送", "Granted"),
    "earned": ("消费积分", "Points for spending"),
}
EXAMPLE: dict[str, Any] = {"coupon_value": "20.00", "coupon_min_bill": "100.00"}

ACCOUNT: Text = (
    "电话号码识别账户（会员再次登记未填写的，视为已存号码）。会员以同一号码通过其他渠道再次登记的，关联该渠道并通知会员，"
    "不另设会员，也不再赠送入会礼遇；已关联的渠道、不同的号码或他人账户的号码，不予受理。",
    "The telephone number identifies the account (a member who does not name it is taken to give the "
    "number on file). A member who registers again over another channel with the same number is "
    "linked and told: no new member, no second joining offer. A channel already linked, another "
    "number, or the number of another person's account is refused.",
)
LEAVING: Text = (
    "会员可随时退会，即时终止；积分、礼品和优惠券同时作废。",
    "A member leaves at any time with effect at once; points, gift and coupon lapse.",
)
FEEDBACK: Text = (
    "关注会员反馈并解决问题：负面反馈生成处理任务。",
    "Feedback is watched and problems are solved: a negative one raises a task.",
)
ANALYSIS: Text = (
    "分析消费和口腔健康数据，为各群组和会员制定不同策略，精准推荐产品、服务和医生；推荐记入会员档案。",
    "Purchasing and oral-health data are analysed; each group and member gets its own strategy, and "
    "goods, services and doctors are recommended precisely. Recommendations are kept on file.",
)
STATEMENTS = (
    Statement(
        "1.4",
        "按会员群组开展不同的营销；登记时所填群组予以保存。",
        "Marketing differs by member group; the group named at registration is kept.",
    ),
    Statement(
        "2.3",
        "账单全额退款（退还全部实付金额）的，优惠券在有效期内退回；部分退款不退回；退款不超过实付金额。",
        "A full refund of the bill (all that was paid) gives the coupon back as long as it is valid; a "
        "partial refund does not. Never more is paid back than was paid.",
    ),
    Statement(
        "3.3",
        "根据消费习惯和口腔健康数据制定个性化服务方案。",
        "Personal service plans are made from spending habits and oral-health data.",
    ),
    Statement(
        "5",
        "实施步骤：规划流程和服务；网站或微信接入；宣传并以优惠招募；赠送入会礼品或低门槛优惠券；分析消费和口腔数据；"
        "推荐产品、服务和医生；持续改进服务和流程。",
        "Steps: plan process and services; entry on website or WeChat; publicity and admission with "
        "offers; joining gift or low-threshold coupons; analysis of spending and oral data; "
        "recommendation of goods, services and doctors; continuous upgrading of both.",
    ),
    Statement(
        "6",
        "报表：各渠道和群组的登记、优惠券的赠送使用与作废、使用优惠券的收入、反馈、推荐、同意与撤回。",
        "Reports: registrations by channel and group, coupons given, used and lapsed, revenue with "
        "coupon, feedback, recommendations, consents given and withdrawn.",
    ),
)


def _names(codes: Iterable[str]) -> Text:
    names = [named(code, LABELS) for code in codes]
    return "、".join(zh for zh, _ in names), ", ".join(en for _, en in names)


def channels(s: SettingValues) -> Text:
    """1.1 in words."""
    zh, en = _names(s.channels)
    return (
        f"通过网站或微信公众号全面介绍方案并入会，方式简便，也可现场办理。开放渠道：{zh}；未指明的为现场，其他渠道不予受理。",
        f"Entry on the website or in the WeChat account with a full introduction of the scheme, in "
        f"easy ways, and at the reception. Open: {en}; without a word it is on site, and any other "
        "channel is refused.",
    )


def data(s: SettingValues) -> Text:
    """1.2 in words."""
    zh, en = _names(s.required_fields)
    return (
        f"资料须完整（{zh}），缺项不予登记并逐项告知；须同意入会。登记即为会员，只设一个等级；不收费、不审核、不限年龄、长期有效。",
        f"Data must be complete ({en}); what lacks is named and the registration refused. Consent to "
        "the membership is needed. The registration makes an active member of the one tier: no fee, "
        "no review, no age limit, no end.",
    )


def offer(s: SettingValues) -> Text:
    """2.1 in words."""
    zh, en = _names(o for o in ("gift", "coupon") if o in s.joining_offers)
    return (
        f"新会员可得：{zh or '暂无'}；每人终身一次，退会后再次入会不再赠送。礼品领取一次为限。",
        f"New members get: {en or 'nothing yet'}; once per person for good, also after leaving and "
        "joining again. The gift is handed out once.",
    )


def coupon(s: SettingValues) -> Text:
    """2.2 in words."""
    value, least = show_fen(s.coupon_value), show_fen(s.coupon_min_bill)
    months = s.coupon_months
    zh = f"自入会之日起{months}个月内有效" if months else "长期有效"
    en = f"valid for {months} months from the joining day" if months else "without end"
    return (
        f"优惠券：在其他优惠之后满{least}元（含）的一张账单减{value}元，一次用完，不兑现金，{zh}。未满门槛，或券已使用、"
        "已失效、未获赠的，该账单不予受理，可不用券另行入账。",
        f"The coupon takes {value} yuan off one bill whose total after all other prices is at least "
        f"{least}; used as a whole, not for cash, {en}. A bill that asks for it below that, or with a "
        "coupon that is used, lapsed or was never given, is refused and may be entered without it.",
    )


def points(s: SettingValues) -> Text:
    """3.2 in words."""
    zh, en = loyalty_words.rate(s.points_per_yuan)
    list_zh, list_en = loyalty_words.redemption(s.redemption_list, LABELS)
    mode_zh, mode_en = LABELS[s.management_mode]
    return (
        f"会员卡、服务和积分的管理方式：{mode_zh}。{zh}，每张账单舍去尾数；按目录兑换（{list_zh}），不足或目录之外不予兑换；"
        "积分长期有效；退款按账单余额重新计算。",
        f"Card, service and points are managed: {mode_en.lower()}. Points: {en}, rounded down per "
        f"bill; exchanged by the list ({list_en}), too few points or an item not on it are refused; "
        "they do not expire, and a refund counts them anew on what is left of the bill.",
    )


def _with_coupon(entry: Entry) -> bool:
    return (entry.body.get("details") or {}).get("coupon") is not None


def _said(value: object) -> Any:
    def of(entry: Entry) -> int:
        told = {**(entry.body.get("details") or {}), **(entry.body.get("changes") or {})}
        return int(told.get("marketing_consent", "") is value)

    return of


def _measures(s: SettingValues) -> Iterable[Measure]:
    joined = happened("activated")
    yield Measure("joined", "新登记", "Registrations", joined)
    for channel in s.channels:
        zh, en = named(channel, LABELS)

        def over(entry: Entry, channel: str = channel) -> bool:
            return (entry.body.get("channel") or "on-site") == channel

        yield Measure(f"joined.{channel}", f"登记：{zh}", f"Registered: {en}", only(joined, over))
    yield Measure("linked", "关联账户", "Accounts linked", raised("account-linked"))
    yield Measure("left", "退会", "Members who left", happened("ended"))
    unit = right("joining-coupon")
    used = only(lost(unit), lambda entry: entry.verb == "spend")
    yield Measure("coupons.given", "赠送优惠券", "Coupons given or returned", gained(unit))
    yield Measure("coupons.used", "使用优惠券", "Coupons used", used)
    lapsed = only(lost(unit), lambda entry: entry.verb != "spend")
    yield Measure("coupons.lapsed", "失效优惠券", "Coupons lapsed", lapsed)
    revenue = only(figure("due"), _with_coupon)
    yield Measure("coupons.revenue", "用券账单收入", "Revenue with coupon", revenue, "yuan")
    yield Measure("feedback", "反馈", "Feedback", told("record", kind="feedback"))
    yield Measure("feedback.negative", "负面反馈", "Negative", raised("solve-feedback"))
    recommended = told("record", kind="recommendation")
    yield Measure("recommendations", "推荐", "Recommendations", recommended)
    yield Measure("consents.given", "同意使用数据", "Consents given", _said(value=True))
    yield Measure("consents.withdrawn", "撤回同意", "Consents withdrawn", _said(value=False))


def _by_group(entries: list[Entry], _s: SettingValues) -> Iterator[Row]:
    joined = happened("activated")
    found: Counter[str] = Counter()
    for entry in entries:
        group = (entry.body.get("details") or {}).get("group")
        if group and joined(entry):
            found[str(group)] += 1
    for group, count in sorted(found.items()):
        yield Row(f"group.{group}", f"登记群组：{group}", f"Registered, group {group}", count)


MONTHLY = monthly(_measures, _by_group)
