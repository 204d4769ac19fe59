"""The words of the dental annual-fee charter: tiers, services and what its rules say."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental.words import counted, factored, listed

TIERS: dict[str, Text] = {
    "basic": ("基础会员", "Basic member"),
    "senior": ("高级会员", "Senior member"),
    "diamond": ("钻石会员", "Diamond member"),
}
SERVICES: dict[str, Text] = {
    "plaque-removal": ("牙菌膜清洁", "Plaque removal"),
    "preventive-restoration": ("牙齿预防性修复", "Preventive restoration"),
    "scaling": ("牙科洁治", "Scaling"),
    "oral-check": ("口腔检查", "Oral examination"),
    "oral-consultation": ("口腔疾病咨询", "Oral-disease consultation"),
    "common-treatment": ("口腔常见疾病治疗", "Treatment of common oral diseases"),
    "health-management": ("口腔健康管理综合咨询", "Oral-health-management consultation"),
    "fixed-restoration": ("固定修复", "Fixed restoration"),
    "beauty-consultation": ("美容咨询", "Beauty consultation"),
    "orthodontics": ("牙齿矫正", "Orthodontics"),
    "implant": ("种植牙", "Implants"),
    "periodontal": ("牙周治疗", "Periodontal treatment"),
}
BASIC_UP = ("plaque-removal", "preventive-restoration", "scaling")
SENIOR_UP = ("oral-check", "oral-consultation", "common-treatment")
DIAMOND = ("health-management", "fixed-restoration")
EVERYBODY = ("beauty-consultation", "orthodontics", "implant", "periodontal")

LABELS: dict[str, Text] = {
    **COMMON,
    **TIERS,
    **SERVICES,
    "scholarship": ("口腔奖学金", "Oral scholarship"),
}


JOINING: Text = (
    "缴清所选等级当年会员费之日起成为会员，无需审核；缴费不足不予办理。",
    "The membership starts with the payment of the whole fee of the tier chosen, without a review; "
    "less than the fee is refused.",
)
"""1.1 in words."""


def tariff(s: SettingValues) -> Text:
    """2 in words."""
    fees = (s.fee_basic, s.fee_senior, s.fee_diamond)
    opened = (BASIC_UP, SENIOR_UP, DIAMOND)
    rows_zh, rows_en = [], []
    for (zh, en), fee, services in zip(TIERS.values(), fees, opened, strict=True):
        names_zh, names_en = listed(services, SERVICES)
        rows_zh.append(f"{zh}每年{show_fen(fee)}元：{names_zh}")
        rows_en.append(f"{en.lower()}, {show_fen(fee)} yuan a year: {names_en}")
    return (
        f"会员等级由低到高，高一级包含低一级的服务：{'；'.join(rows_zh)}。",
        f"Tiers, low to high; each includes the services of the one below. {'; '.join(rows_en)}.",
    )


def opened() -> Text:
    """2.1 in words."""
    zh, en = listed(EVERYBODY, SERVICES)
    return (
        f"仅列于全体会员权益的服务（{zh}）对各等级开放；列于等级的服务由该等级起开放，等级不足不予办理。",
        f"Services that only the rights of all members name ({en}) are open to every tier; what the "
        "tier list names is opened by the tier and refused below it.",
    )


def prices(s: SettingValues) -> Text:
    """2.3 in words."""
    zh, en = factored(s.member_price_factors, SERVICES)
    free_zh, free_en = counted(s.free_quotas, SERVICES)
    return (
        f"已开放的服务按会员价收费，即原价乘以该服务的系数（{zh}；未列出的为100%），每行四舍五入到分；"
        f"未开放的服务以及非会员按原价收费，活动价更低的从低。每期免费次数：{free_zh}，"
        "领用一次扣减一次，用完不再受理；账单上的服务一律按会员价收费。",
        f"An opened service costs its member price, the list price times its factor ({en}; all others "
        "100 %), half-up to the fen per line. A service that is not opened, and everybody who is no "
        "member, pays the list price; a lower activity price wins. Free number per term: "
        f"{free_en}; each use takes one, and when it is used up a further use is refused. Bill lines "
        "cost the member price in any case.",
    )


STATEMENTS = (
    Statement(
        "2.2",
        "会员权益分为四类：护理（洁治、检查、预防性修复），美容（美容咨询、牙齿矫正），"
        "治疗（牙齿矫正、种植牙、牙周治疗），管理（口腔健康管理、疾病咨询）。",
        "The rights come in four groups: care (cleaning, examination, preventive restoration), beauty "
        "(beauty consultation, orthodontics), treatment (orthodontics, implants, periodontal "
        "treatment) and management (oral-health management, disease consultation).",
    ),
    Statement(
        "3.2",
        "不定期向会员推出优惠活动。",
        "Offers are made to members at certain times.",
    ),
    Statement(
        "3.3",
        "预期效果：服务更优、健康意识更强、复诊和治疗更少、费用更低。",
        "What is expected: better service, more health awareness, fewer re-visits and treatments, "
        "lower cost.",
    ),
    Statement(
        "D.1",
        "“享受服务”指按会员价获得该服务，并不因此免费。",
        "To enjoy a service means to get it at the member price; it is not free for that.",
    ),
    Statement(
        "D.2",
        "等级权益与全体会员权益均列明的服务，以等级权益为准。",
        "Where the tier list and the list of general rights both name a service, the tier list "
        "goes before.",
    ),
)  # fmt: skip
"""Rules that ask nothing of the system."""
