"""The words of key-account service."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.settings import SettingValues

TIERS: dict[str, Text] = {
    "general": ("一般客户", "General customer"),
    "ordinary": ("普通客户", "Ordinary customer"),
    "main": ("主要客户", "Main customer"),
    "potential-key": ("潜在大客户", "Potential key account"),
    "key": ("大客户（VIP）", "Key account (VIP)"),
}
LABELS: dict[str, Text] = {
    **COMMON,
    **TIERS,
    "periodic-benefit": ("惠利反馈", "Periodic benefit"),
    "special-channel": ("特别通道", "Special channel"),
    "personal-service": ("个性化服务", "Personal service"),
    "referral-benefit": ("转介绍惠利", "Referral benefit"),
    "club": ("大客户俱乐部、名媛交际圈", "Key-account club and social circle"),
    "classification": ("客户分级", "Classification"),
    "class-profile": ("等级需求档案", "Profile of a class"),
    "campaign-plan": ("专属营销方案", "Campaign plan"),
    "win-back": ("客户挽回", "Win-back"),
    "data-check": ("资料核查", "Data check"),
    "complaint": ("投诉", "Complaint"),
    "suggestion": ("建议", "Suggestion"),
    "churn-risk": ("流失风险", "Churn risk"),
    "follow-up": ("回访", "Follow-up"),
    "referral": ("转介绍", "Referral"),
    "campaign": ("活动参与", "Campaign attended"),
    "assign-specialist": ("指派大客户服务专员", "Assign a specialist"),
    "classification-due": ("应进行核心数据分析", "Analysis of core data due"),
    "retain": ("挽留客户", "Retain the customer"),
    "specialist-missing": ("未指派专员", "Specialist missing"),
    "campaign-missing": ("缺少专属营销方案", "Campaign plan missing"),
    "profile-missing": ("等级缺少需求档案", "Profile of a class missing"),
    "registered": ("已登记", "Registered"),
    "carded": ("已办卡", "Got a card"),
    "visited": ("已到院", "Visited"),
    "admitted": ("已住院", "Admitted"),
    "joined": ("已入会", "Joined"),
    "class": ("客户等级", "Class"),
    "needs": ("五项常见需求", "Five needs"),
    "pains": ("五项痛点", "Five pain points"),
    "cost": ("挽回成本", "Cost"),
    "specialist": ("大客户服务专员", "Key-account specialist"),
    **{str(n): (f"{n}个月", f"{n} month{'s' if n > 1 else ''}") for n in (1, 2, 3, 4, 6, 12)},
}
ROLES: dict[str, Text] = {
    "supervisor": ("客服主管", "Supervisor"),
    "specialist": ("大客户服务专员", "Key-account specialist"),
}


def texts(s: SettingValues) -> dict[str, Text]:
    """Number → words, with the tenant's figures."""
    return {**_criteria(), **_classes(s), **_method(s), **_steps(s)}


def _criteria() -> dict[str, Text]:
    return {
        "1": (
            "按二八原则筛选。客户登记一次，不收费、无需材料、无截止日，亦可由原有客户转入；账单按活动价（无活动价按原价）收费，"
            "本制度不打折。累计金额为实付金额，扣除退款和由他方承担的部分。制度调整自公布的生效日起适用。",
            "The 80/20 principle. A customer is entered once, without fee, paper or last day, or taken "
            "over. Bills cost the activity price, else the list price; nothing is discounted here. The "
            "cumulative amount is what was really paid, less refunds and what others cover. A change "
            "of the rules holds from the day announced.",
        ),
        "1.1": (
            "消费历史：自首次消费起的时间。",
            "History: the time since the first consumption.",
        ),
        "1.2": (
            "累计消费金额。",
            "The cumulative amount.",
        ),
        "1.3": (
            "累计消费次数。",
            "The cumulative number of consumptions.",
        ),
        "1.4": (
            "消费频次：每周、每月、每季等。",
            "The frequency by week, month, quarter and so on.",
        ),
        "1.5": (
            "累计消费项目。",
            "The cumulative items.",
        ),
        "1.6": (
            "老带新：介绍的次数和人数，每次记录在案。",
            "Customers who bring new ones: times and persons, each on record.",
        ),
        "1.7": (
            "参加活动及带来的收入，每次记录在案。",
            "Participation in campaigns and what they brought, each on record.",
        ),
        "1.8": (
            "投诉和建议的次数和指向，每次记录在案。",
            "Complaints and suggestions, times and direction, each on record.",
        ),
    }


def _classes(s: SettingValues) -> dict[str, Text]:
    key, main, ordinary = (f"{p:f}" for p in (s.key_percent, s.main_percent, s.ordinary_percent))
    return {
        "2.1": (
            "一般客户：其余客户，以及首次分级前的全部客户。",
            "General: the rest, and every customer before the first classification.",
        ),
        "2.2": (
            f"普通客户：其后的{ordinary}%。",
            f"Ordinary: the next {ordinary} %.",
        ),
        "2.3": (
            f"主要客户：其后的{main}%。",
            f"Main: the next {main} %.",
        ),
        "2.4": (
            "潜在大客户：由客服主管确定。",
            "Potential key account: named by the supervisor.",
        ),
        "2.5": (
            f"大客户（VIP）：前{key}%。",
            f"Key account (VIP): the top {key} %.",
        ),
        "2.6": (
            f"分级由客服主管定期进行，将全部客户按累计金额由高到低排列：前{key}%为大客户（舍去小数，至少一人），"
            f"累计{key}%+{main}%为止为主要客户，再{ordinary}%为普通客户，其余为一般客户。与某级末位金额相同的均列入该级，"
            "其后各级名次不顺延；金额为零的为一般客户。两次分级之间等级不变。",
            "The supervisor classifies periodically: all customers by cumulative amount, the highest "
            f"first. Key are the first {key} %, rounded down, at least one; main those up to {key} % + "
            f"{main} %; ordinary up to {ordinary} % more; the rest general. Whoever has the amount of "
            "the last one of a class is in it, and later ranks do not shift; with nothing paid a "
            "customer is general. Between two classifications the class stays.",
        ),
        "2.7": (
            "客服主管可将尚非大客户的客户确定为潜在大客户；下次分级达到大客户的改为大客户，否则保留，直至主管另定等级"
            "（大客户除外，至下次分级为止）。他人不得确定。",
            "The supervisor may name a customer who is not key a potential key account. The next "
            "classification replaces that by key only; else it stays until the supervisor gives "
            "another class, any but key, which holds until the next classification. Nobody else may.",
        ),
        "2.8": (
            "各级客户的价值、可带来的营业额和利润、五项常见需求和五项痛点；各须恰为五项。",
            "For each class its value, the turnover and profit it may yield, its five most frequent "
            "needs and its five pain points: exactly five of either.",
        ),
    }


def _method(s: SettingValues) -> dict[str, Text]:
    return {
        "3.1": (
            f"设定标准，筛选前{s.key_percent:f}%。",
            f"Set the standard; select the top {s.key_percent:f} %.",
        ),
        "3.2": (
            "完善基础资料，分析消费习惯；资料变更应予登记。",
            "Complete the basic data and analyse habits; changed data are registered.",
        ),
        "3.3": (
            "需求分析、项目开发，为每位大客户制定专属营销方案。",
            "Analyse needs, develop items, and plan a tailored campaign for each key account.",
        ),
        "3.4": (
            "客户流失：风险系统、流失率和挽回成本。流失风险予以标记并安排挽留；挽回须登记客户和成本。",
            "Loss of customers: risk system, loss rate, cost of winning back. A risk is flagged and the "
            "customer is to be retained; a win-back tells the customer and its cost.",
        ),
        "3.5": ("项目升级和组合。", "Upgrade and combination of items."),
        "3.6": ("良好沟通，建立信任。", "Good communication and trust."),
        "3.7": (
            f"惠利仅限大客户：惠利反馈每{s.benefit_months}个月一次（自一月起算，不结转），特别通道、个性化服务、"
            "大客户俱乐部不限；转介绍惠利为其在大客户期间介绍且已到院或入会的每人一次，保留至使用，仅在大客户期间可用。",
            f"Benefits are for key accounts only: the periodic benefit once per {s.benefit_months} "
            "month(s), counted from January, not carried over; special channel, personal service and "
            "club without limit; a referral benefit for each person referred while key who visited or "
            "joined, kept until used, usable while key.",
        ),
        "3.8": ("忠诚度和长期优化。", "Loyalty and long-term optimisation."),
    }


def _steps(s: SettingValues) -> dict[str, Text]:
    return {
        "4.1": (
            "客户部门分工，设大客户小组及考核机制。",
            "The work of the customer department is divided; a key-account team is appraised.",
        ),
        "4.2": (
            "客服主管和大客户服务专员负责；每位大客户有一名专员，分级时没有的须指派。",
            "The supervisor and the specialists are in charge; each key account has one specialist, to "
            "be assigned at the classification where there is none.",
        ),
        "4.3": (
            "医院给予特别政策和通道，降低内部协调成本。",
            "Special policy and channel from the hospital, which lower the cost of coordination.",
        ),
        "4.4": (
            f"定期分析核心数据：上次分级后{s.analysis_months}个月的同日（无同日的为月末）零时提醒。",
            f"Periodic analysis of core data: due at 00:00 of the same day {s.analysis_months} month(s) "
            "after the last classification, or of that month's last day.",
        ),
        "4.5": ("专属营销方案。", "A tailored campaign."),
        "4.6": ("个性化服务。", "Personalised service."),
        "4.7": ("回访计划。", "Follow-up plan."),
        "4.8": ("转介绍惠利方案。", "Plan of referral benefits."),
        "4.9": ("大客户俱乐部和交际圈。", "Club and social circle."),
        "4.10": (
            "资料核查：检查大客户有无专员、上次分级后有无专属方案，以及有客户的等级有无需求档案，缺少的予以标记。",
            "Data check: key accounts without specialist, without campaign plan since the last "
            "classification, and classes that have customers and no profile are flagged.",
        ),
        "5": (
            "职责：客服主管、大客户服务专员。每位客户记录八项标准、等级及其历史、专员、惠利、回访、风险、挽回成本、转介绍。"
            "报表：各级营业额及占比、大客户流失、挽回成本、团队考核。",
            "Roles: supervisor, key-account specialist. Per customer: the eight criteria, class with "
            "history, specialist, benefits, follow-ups, risk, win-back cost, referrals. Reports: "
            "turnover of the classes and its share, loss of key accounts, win-back cost, appraisal.",
        ),
    }
