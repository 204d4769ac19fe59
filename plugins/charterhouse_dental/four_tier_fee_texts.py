"""The words of the oral hospital's charter in four levels."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.price import percent
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental.words import listed, named

GUARANTEE = "5.1"
"""The rule by which a repair under guarantee costs nothing."""

LEVELS: dict[str, Text] = {code: COMMON[code] for code in ("ordinary", "silver", "gold", "diamond")}
LABELS: dict[str, Text] = {
    **COMMON,
    "health-books": ("健康指导读物", "Books of health advice"),
    "prevention-knowledge": ("预防知识", "Knowledge of prevention"),
    "priority-triage": ("分诊优先", "Priority at triage"),
    "priority-booking": ("优先排期", "Priority booking"),
    "nutrition-advice": ("营养指导", "Nutrition advice"),
    "oral-check": ("口腔健康检查", "Oral health examination"),
    "expert-consultation": ("专家面诊", "Expert consultation"),
    "imaging": ("影像学检查", "Imaging"),
    "whole-body-check": ("全身检查", "Whole-body examination"),
    "oral-spa": ("口腔SPA", "Oral SPA"),
    "private-doctor": ("私人医生", "Private doctor"),
    "private-nursing": ("私人护理", "Private nursing"),
    "private-consultation": ("私人会诊", "Private consultation"),
    "authoritative-solution": ("权威解决方案", "Authoritative solution"),
    "vip-service": ("全方位贵宾服务", "All-round VIP service"),
    "guarantee-repair": ("保障期内修复", "Repair under guarantee"),
    "free-check-open": ("尚有免费检查未使用", "A free examination is still unused"),
}
ADDED: dict[str, tuple[str, ...]] = {
    "ordinary": ("health-books", "prevention-knowledge"),
    "silver": ("priority-triage", "priority-booking", "nutrition-advice", "oral-check"),
    "gold": ("expert-consultation", "imaging", "whole-body-check", "oral-spa"),
    "diamond": (
        "private-doctor", "private-nursing", "private-consultation", "authoritative-solution",
        "vip-service",
    ),
}  # fmt: skip
"""Level → the services that it adds to those of the level below."""

JOINING: Text = (
    "银卡、金卡、钻石会员须填写登记表、表示同意并缴清会员费；无需审核，不限年龄；申请受理即获准，应缴会员费；已是普通会员的，"
    "缴费前仍为普通会员；缴费不足不予办理；已持有付费等级的不得重复申请。未指明等级的申请即时成为普通会员。",
    "Silver, gold and diamond need the registration form, consent and the fee; there is no review and "
    "no age limit. An accepted application is approved at once and owes the fee; somebody who is "
    "ordinary already stays so until it is paid. Less than the fee is refused, and whoever holds a "
    "paid level cannot apply. An application without a level makes an ordinary member at once.",
)
RISE: Text = (
    "升级须补足会员费差额（普通会员为0元），可跨级；不足不予办理；同级或低级不予办理。",
    "A rise costs the difference of the fees (ordinary has none), also over several levels; less is "
    "refused, and so is the own or a lower level.",
)
LEAVING: Text = (
    "会员可随时退会，即时终止，不退费用；再次登记就诊即重新成为普通会员，当年已用的免费服务照计。",
    "A withdrawal ends the membership at once; nothing is paid back. The next registered visit makes "
    "an ordinary member again; free services used in the year stay used.",
)
OWN: Text = (
    "各等级享有本级及以下各级的服务，不含其他；高等级的服务不予提供。",
    "A level has the services of its row and of the rows below, no others; a service of a higher "
    "level is refused.",
)
QUEUE: Text = (
    "登记量相当时会员优先：同一时段银卡、金卡、钻石会员先于其他人，同类人员按预约先后顺序。",
    "At equal volume members are seen first: for the same slot silver, gold and diamond are called "
    "before all others; within each group in the order of booking.",
)
FREE: Text = (
    "账单项目为上述免费服务之一，且会员享有该服务并有剩余次数的，收费0元，每单位扣减一次；否则按等级价收费。无账单领用同一服务的，"
    "无权益或无次数时不予办理。",
    "A bill line of one of these services costs nothing for a member who has it and quota left, and "
    "takes one per unit of quantity; otherwise the price of the level. The service without a bill is "
    "refused without the right or without quota.",
)
STATEMENTS = (
    Statement(
        "3.2",
        "排期紧张时优先安排会员。",
        "When the calendar is tight members are scheduled first.",
    ),
    Statement(
        "4.1",
        "高等级会员（金卡、钻石）享有免费的口腔检查、全身检查和口腔SPA；银卡会员享有口腔检查。",
        "High-level members (gold, diamond) have free oral and whole-body examinations and the oral "
        "SPA; silver has the oral examination.",
    ),
    Statement(
        "6.1",
        "分析和跟踪数据，建立个人口腔档案，服务和建议集中管理；以医患长期合作为目标，重点关注老年患者和工作负担重的职业人群。",
        "Data are analysed and tracked, a personal oral record is kept, services and advice are managed "
        "centrally. Long-term cooperation is the aim; older patients and people with burdened "
        "professions are named as groups.",
    ),
    Statement(
        "D.1",
        "高等级会员指金卡和钻石会员。各等级包含低一级的服务。付费等级之间排队不分先后。",
        "High-level members are gold and diamond. Each level includes the services of the one below. "
        "Among paid levels the queue knows no rank.",
    ),
)  # fmt: skip
"""Rules that ask nothing of the system."""

REPORTS: Text = (
    "报表：各等级会员及会员费、免费服务使用、保障期内修复、折扣金额。健康资料仅限负责人员查阅。",
    "Reports: members and fees by level, free services used, guarantee cases, discounts given. Health "
    "data only for staff in charge.",
)


def levels(s: SettingValues) -> Text:
    """1 in words."""
    fees = {"silver": s.fee_silver, "gold": s.fee_gold, "diamond": s.fee_diamond}
    rows_zh, rows_en = [], []
    for level, services in ADDED.items():
        zh, en = listed(services, LABELS)
        fee = show_fen(fees.get(level, 0))
        rows_zh.append(f"{LEVELS[level][0]}（{fee}元）：{zh}")
        rows_en.append(f"{LEVELS[level][1].lower()} ({fee} yuan): {en}")
    return (
        f"会员等级由低到高，高一级包含低一级的服务：{'；'.join(rows_zh)}。",
        f"Levels, low to high, each with the services of the one below: {'; '.join(rows_en)}.",
    )


def term(s: SettingValues) -> Text:
    """1.5 in words."""
    if not s.term_months:
        return ("付费等级长期有效。", "A paid level is open-ended.")
    return (
        f"付费等级期限{s.term_months}个月，自缴费之日起算；届满后恢复为普通会员。期内可按该等级会员费续期一期；届满后须重新购买。"
        "付费等级之间升级的，届满日不变。",
        f"A paid level has a term of {s.term_months} months from the day of payment; after its last "
        "valid day the member is ordinary again. In time it is renewed for its fee by one term; later "
        "it is bought anew. A rise between paid levels keeps the last valid day.",
    )


def discount(s: SettingValues) -> Text:
    """2.1 in words."""
    factors = {"silver": s.factor_silver, "gold": s.factor_gold, "diamond": s.factor_diamond}
    zh = "、".join(f"{LEVELS[n][0]}{percent(f)}%" for n, f in factors.items())
    en = ", ".join(f"{LEVELS[n][1].lower()} {percent(f)} %" for n, f in factors.items())
    names = [named(code, LABELS) for code in s.discount_categories]
    return (
        f"诊疗折扣适用于{'、'.join(n[0] for n in names)}类项目，按原价收费：{zh}；普通会员按原价。",
        f"Lines of these categories ({', '.join(n[1].lower() for n in names)}) cost of the list price: "
        f"{en}; ordinary members pay the list price.",
    )


def quotas(s: SettingValues) -> Text:
    """4.2 in words."""
    return (
        f"每个日历年免费次数，享有该服务的各等级相同：口腔健康检查{s.oral_check_quota}次，全身检查{s.whole_body_check_quota}次，"
        f"口腔SPA {s.oral_spa_quota}次；升级前已用的照计。营养指导、专家面诊、影像学检查不限次数。12月1日提醒尚有免费检查的会员。",
        "Free numbers per calendar year, the same for every level that has the service: oral "
        f"examination {s.oral_check_quota}, whole-body examination {s.whole_body_check_quota}, oral SPA "
        f"{s.oral_spa_quota}; counted over an upgrade too. Nutrition advice, expert consultation and "
        "imaging are without quota. On 1 December members with an unused free examination are "
        "reminded.",
    )


def guarantee(s: SettingValues) -> Text:
    """5.1 in words."""
    months = {level: getattr(s, f"guarantee_months_{level}") for level in LEVELS}
    zh = "、".join(f"{LEVELS[n][0]}{m}个月" for n, m in months.items())
    en = ", ".join(f"{LEVELS[n][1].lower()} {m}" for n, m in months.items())
    return (
        f"售后保障：同一诊疗过程的保障修复在保障期内免费，不论会员等级；保障期按该过程最后一张账单计价时的等级（{zh}），"
        "自该账单之日起算；仅含保障修复的账单不计。逾期按普通项目收费；没有该过程账单的无保障。",
        "A repair in the episode of a treatment is free for a member of whatever level within the "
        f"guarantee: the months of the level by which the last bill of the episode was priced ({en}), "
        "counted from the day of that bill; bills with nothing but repairs do not count. Later it is "
        "charged like every other line; without a bill of the episode there is no guarantee.",
    )
