"""The words of the five-tier programme."""

from __future__ import annotations

from charterhouse.kernel.charter import Section, Text
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues
from charterhouse_insurer_vip.labels import LABELS as SHARED

HEADINGS = (
    Section("1", "资格", "Eligibility"),
    Section("2", "等级", "Tiers"),
    Section("3", "权益", "Benefits"),
    Section("4", "指定亲属", "Named relatives"),
    Section("5", "救援通则", "Rescue: general conditions"),
    Section("6", "国内救援", "Domestic rescue"),
    Section("7", "国际救援", "International rescue"),
    Section("8", "卡片", "Card"),
    Section("9", "职责、表单与记录", "Roles, forms, records"),
)
DOMESTIC_ITEMS: dict[str, tuple[str, str, str, str]] = {
    "phone-consulting": (
        "6.1", "救援中心医生就出行中的疾病或紧急情况提供咨询；不属于电话诊疗，也不是急救呼叫",
        "Medical advice by phone",
        "a doctor of the centre, for illness or an urgent state while travelling; neither treatment by "
        "phone nor an emergency number",
    ),
    "institution-recommendation": (
        "6.2", "按需推荐经核实或合作的医院、诊所、牙科，提供名称、地址、电话、专长和时间",
        "Recommendation of an institution",
        "checked or partner hospitals, clinics and dentists by need, with name, address, phone, "
        "specialty, hours",
    ),
    "visit-and-admission-help": (
        "6.3", "病情严重的安排住院；费用由客户承担", "Help with visit and admission",
        "an admission is arranged if the state is severe; the customer pays",
    ),
    "cost-guarantee": (
        "6.4", "先提供付款担保（银行卡或亲属），再担保或垫付住院费用并办理网络医院手续；经授权并保密，"
        "由医生跟进住院并协助取得报告、出院小结和票据；费用由客户承担",
        "Guarantee of in-patient costs",
        "only after payment security by card or family: guarantee or advance of in-patient costs and the "
        "network hospital's formalities; with authorisation and in confidence a doctor follows the "
        "stay and helps to get report, summary and bills; the customer pays",
    ),
    "medicine-delivery": (
        "6.5", "医学上必需、可行且当地无法取得的基本药物和用品，遵守中国法律；费用由客户承担",
        "Delivery of medicines and supplies",
        "basic ones that are necessary, feasible and not available locally, under Chinese law; the "
        "customer pays",
    ),
    "emergency-transfer": (
        "6.6", "病情严重且救援中心医生认为现医院无法妥善治疗的，以适当方式转往最近的有能力医院",
        "Emergency transfer",
        "when severe, and the centre's doctor judges that the present hospital cannot treat properly: "
        "to the nearest able one, by suitable transport",
    ),
    "transfer-home": (
        "6.7", "转院并住院治疗、病情稳定后，按请求送回国内居住地", "Transfer home",
        "after such a transfer, treatment and a stable condition, on request to the domestic residence",
    ),
    "ashes": (
        "6.8", "出行中身故的，将骨灰送回居住地，或依遗愿、家属意愿就地安葬", "Ashes",
        "after a death while travelling to the residence, or burial there by will or the family's wish",
    ),
    "child-return": (
        "6.9", "随行的18周岁以下子女因意外、疾病、转运或身故无人照料的，提供一张单程经济舱票，必要时派人护送；"
        "费用由救援中心承担", "Return of children",
        "accompanying children under 18 left without care: one one-way economy ticket, an escort if "
        "needed; the centre pays",
    ),
    "relative-visit": (
        "6.10", "连续住院超过规定天数的，每次住院为一人提供至多一张往返经济舱票；费用由救援中心承担",
        "Visit of a relative",
        "after a stay of more than the days set, at most one return economy ticket for one person per "
        "stay; the centre pays",
    ),
    "visitor-lodging": (
        "6.11", "转运期间安排探视人员的必要住宿", "Lodging of the visitor",
        "necessary lodging along a transfer is arranged",
    ),
    "relative-aftermath": (
        "6.12", "出行中身故的，应亲属请求为一名直系亲属提供至多一张往返经济舱票；费用由救援中心承担",
        "Relative after a death",
        "on the relatives' request at most one return economy ticket for one immediate relative; the "
        "centre pays",
    ),
    "urgent-message": (
        "6.13", "按本人意愿转告亲属或单位", "Urgent message",
        "to relatives or the employer, at the person's wish",
    ),
    "travel-information": (
        "6.14", "出行前和出行中的天气信息", "Travel information", "weather, before and during travel",
    ),
}  # fmt: skip
"""Item → number, what it is in Chinese, its English name and what it is."""

_ITEM_NAMES: dict[str, Text] = {
    "emergency-transfer": ("紧急转院", "Emergency transfer"),
    "transfer-home": ("转运回居住地", "Transfer home"),
    "ashes": ("骨灰运送或安葬", "Ashes"),
    "child-return": ("子女送返", "Return of children"),
    "relative-visit": ("亲属探视", "Visit of a relative"),
    "visitor-lodging": ("探视住宿", "Lodging of the visitor"),
    "relative-aftermath": ("亲属处理后事", "Relative after a death"),
    "urgent-message": ("紧急信息转达", "Urgent message"),
    "travel-information": ("旅行信息", "Travel information"),
    "embassy-data": ("使领馆信息", "Embassy data"),
    "baggage": ("行李协助", "Baggage"),
    "lost-passport": ("护照遗失协助", "Lost passport"),
    "rearrange-travel": ("行程重新安排", "Rearranged travel"),
    "companion-hotel": ("陪同人员住宿", "Companion's hotel"),
    "interpretation": ("口译协助", "Interpretation"),
    "medical-interpretation": ("医疗口译", "Medical interpretation"),
}
TRAVEL_ITEMS = (
    "travel-information", "embassy-data", "baggage", "lost-passport", "rearrange-travel",
    "companion-hotel", "interpretation",
)  # fmt: skip
MEDICAL_ITEMS = (
    "phone-consulting", "institution-recommendation", "visit-and-admission-help",
    "medical-interpretation", "cost-guarantee", "medicine-delivery", "emergency-transfer",
    "relative-visit", "visitor-lodging",
)  # fmt: skip

LABELS: dict[str, Text] = {
    **SHARED,
    **_ITEM_NAMES,
    "health-gold": ("健康金卡", "Health gold"),
    "platinum": ("白金卡", "Platinum"),
    "diamond": ("钻石卡", "Diamond"),
    "direct-marketing": ("直销", "Direct marketing"),
    "cost-by-customer": ("费用由客户承担", "The customer pays"),
    "cost-by-centre": ("费用由救援中心承担", "The centre pays"),
    "sibling": ("兄弟姐妹", "Sibling"),
    "child_born": ("子女出生日期", "Child's date of birth"),
    "admitted_on": ("入院日期", "Day of admission"),
}


def words(s: SettingValues) -> dict[str, Text]:
    """Number → text, with the tenant's figures."""
    return {**_tiers(s), **_benefits(s), **_relatives(s), **_rescue(s), **_items(), **_card(s)}


def _tiers(s: SettingValues) -> dict[str, Text]:
    silver, gold, health, platinum, diamond = (
        show_fen(each)
        for each in (
            s.silver_from, s.gold_from, s.health_gold_from, s.platinum_from, s.diamond_from,
        )
    )  # fmt: skip
    return {
        "1.1": (
            "符合标准的被保险人免费享受服务，仅限本人（指定亲属除外）；无费用，除保单外无其他有效期。",
            "A free gift to insured persons who meet the standard, for the insured in person, named "
            "relatives excepted. No fee, and no validity other than the policies'.",
        ),
        "1.2": (
            "累计年化标准保费为同一被保险人全部有效保单年化保费之和，随有效保单变化重新计算。首份保单自生效日给予等级，"
            "此后的升降自变更次日起生效。",
            "The measure is the sum of the annualised premiums of all policies in force of the same "
            "insured, recomputed on every change. The first policy gives its tier on its effective "
            "date; every later rise or fall takes effect on the day after the change.",
        ),
        "1.3": (
            "没有有效保单的，自当日起无等级、不提供服务；中止的保费不计入，复效后计入。",
            "Without a policy in force there is no tier and no service from that day on. A suspension "
            "takes the premium out of the sum, a reinstatement puts it back.",
        ),
        "1.4": (
            "低于某级标准的，自动失去该级权益。",
            "A fall below the standard of a card takes its rights away.",
        ),
        "2": (
            f"银卡{silver}元起，金卡{gold}元起，健康金卡{health}元起且直销部分亦达到、未满{platinum}元，白金卡{platinum}元起，"
            f"钻石卡{diamond}元起；健康金卡仅限直销，其他不限渠道。",
            f"Silver from {silver} yuan; gold from {gold}; health gold from {health}, below {platinum}, "
            f"with a part sold by direct marketing that alone reaches {health}; platinum from "
            f"{platinum}; diamond from {diamond}. Other cards go by any channel.",
        ),
        "2.1": (
            f"低于{silver}元的无等级，申请和使用不受理，状态仍随保单。比较精确到分。",
            f"Below {silver} yuan there is no tier: requests and uses are refused, the status follows "
            "the policies all the same. Comparisons are exact.",
        ),
    }


def _benefits(s: SettingValues) -> dict[str, Text]:
    months, diamond = s.check_up_months, s.check_up_months_diamond
    return {
        "3": (
            "国内救援：各级；国际救援、电话医生：金卡及以上；贵宾体检：健康金卡及以上；客户服务活动：白金卡、钻石卡；"
            "全球贵宾礼遇：钻石卡。除体检外不限次。",
            "Domestic rescue: all. International rescue and phone doctor: gold and above. Check-up: "
            "health gold and above. Customer events: platinum and diamond. Global VIP courtesy: "
            "diamond. All but the check-up without limit.",
        ),
        "3.1": (
            "等级没有的权益不受理。",
            "A benefit that the tier lacks is refused.",
        ),
        "3.2": (
            f"电话医生仅限本人，每日{s.phone_doctor_from}至{s.phone_doctor_until}（含首尾），其余时间不受理。",
            f"The phone doctor is for the insured only, daily from {s.phone_doctor_from} to "
            f"{s.phone_doctor_until}, both included; outside it is refused.",
        ),
        "3.3": (
            f"贵宾体检仅限本人，上次之后{months}个月（钻石卡{diamond}个月）的同日起可再次使用，以申请时等级为准，不累计。",
            f"The check-up is for the insured only. The next one is possible on the same day {months} "
            f"months (diamond: {diamond}) after the last, by the tier held then; nothing adds up.",
        ),
        "3.4": (
            "参加活动应获邀请，登记时不核对。",
            "Events are by invitation, which is not checked.",
        ),
    }


def _relatives(s: SettingValues) -> dict[str, Text]:
    most, below, times = s.relatives_max, s.relative_age_below, s.relative_changes_per_year
    return {
        "4.1": (
            f"白金卡和钻石卡可指定{most}名亲属，其他等级不可；超过人数不受理。",
            f"Platinum and diamond may name {most} relative(s); other tiers may not, and no more are "
            "named.",
        ),
        "4.2": (
            f"亲属指定时和事发时均须未满{below}周岁，仅享受国内和国际救援；持卡人包括指定亲属。",
            f"Relatives are under {below} at naming and at the event, and get the two rescues only. The "
            "term card holder includes them.",
        ),
        "4.3": (
            f"更换亲属：首份保单的每个保单年度最多{times}次，新亲属须符合条件，被替换的不再享受服务。",
            f"Replacing a relative: at most {times} time(s) per policy year of the first policy, by one "
            "who fits; the replaced one is served no more.",
        ),
        "4.4": (
            "等级低于白金卡期间亲属不享受救援，指定保留，恢复等级后继续享受。",
            "While the tier is below platinum the relatives have no rescue but stay named; when it comes "
            "back they are served again.",
        ),
    }


def _rescue(s: SettingValues) -> dict[str, Text]:
    home, abroad = s.rescue_phone or "—", s.rescue_phone_abroad or "—"
    age, below = s.insured_age_max, s.relative_age_below
    km, days = f"{s.distance_km.normalize():f}", s.trip_days
    return {
        "5.1": (
            f"救援中心为受托第三方，24小时中英文热线：境内{home}，境外{abroad}。",
            "The rescue centre is a commissioned third party; hotlines around the clock in Chinese and "
            f"English: {home}, from abroad {abroad}.",
        ),
        "5.2": (
            "来电应说明：姓名、证件号码、地区、停留地、联系方式、问题和所需服务。",
            "The caller states name, ID number, region, place of stay, contact, problem and service "
            "wanted.",
        ),
        "5.3": (
            f"出生日期须已登记；事发时被保险人不超过{age}周岁，亲属未满{below}周岁。",
            f"The birth date is on file; at the event the insured is at most {age}, a relative under "
            f"{below}.",
        ),
        "5.4": (
            f"国内救援：距居住地超过{km}公里，且单次出行不超过{days}日（出行当日为第1日）。国内指中国内地，港澳台视为国际；"
            "居住地以保险合同登记地址为准。未说明的视为符合。",
            f"Domestic: more than {km} km from the residence, on a single trip of at most {days} days, "
            "the day of departure being the first. Domestic means mainland China; Hong Kong, Macau and "
            "Taiwan count as international. The residence is the address on the contract. What is not "
            "stated is no obstacle.",
        ),
        "5.5": (
            "国际救援不限距离和天数。",
            "International: no rule of distance or trip.",
        ),
        "5.6": (
            "每次申请为一个案件，无需审核，办结即完成，并注明由谁承担费用；未列项目不受理，项目所需资料须提供。",
            "Each request is a case of its own, without review, ended by its closing; it tells who pays. "
            "An item of neither list is refused, and what an item needs must be told.",
        ),
    }


def _items() -> dict[str, Text]:
    found = {
        number: (f"{LABELS[code][0]}：{zh}。", f"{name}: {en}.")
        for code, (number, zh, name, en) in DOMESTIC_ITEMS.items()
    }
    travel = [LABELS[code] for code in TRAVEL_ITEMS]
    medical = [LABELS[code] for code in MEDICAL_ITEMS]
    return {
        **found,
        "7.1": (
            "旅行协助：" + "、".join(zh for zh, _ in travel)
            + "；行李、护照、行程、陪同住宿和聘请口译的费用由客户承担。",
            "Travel: " + ", ".join(en.lower() for _, en in travel)
            + "; baggage, passport, rearranged travel, companion's hotel and hired interpreters are at "
            "the customer's cost.",
        ),
        "7.2": (
            "医疗协助：" + "、".join(zh for zh, _ in medical)
            + "；担保须先提供付款担保；探视须住院超过规定天数，不保证签证；担保、药品、探视和住宿费用由客户承担。",
            "Medical: " + ", ".join(en.lower() for _, en in medical)
            + "; the guarantee needs payment security first; a visit needs a stay of more than the days "
            "set, and no visa is guaranteed; guarantee, medicines, visit and lodging are at the "
            "customer's cost.",
        ),
    }  # fmt: skip


def _card(s: SettingValues) -> dict[str, Text]:
    fee = show_fen(s.reissue_fee)
    return {
        "8.1": (
            f"卡片遗失或损坏应立即来电并申请补发，补卡费{fee}元。",
            f"Lost or damaged: call at once and apply for reissue; fee {fee} yuan.",
        ),
        "8.2": (
            "卡片和手册归保险公司所有，离开居住地时应携带。",
            "Card and handbook are the insurer's property; carry them when leaving the residence.",
        ),
        "8.3": (
            "保险公司可解释条款、调整服务或标准、停止服务。",
            "The insurer may interpret the terms, change services or standards, and stop services.",
        ),
        "8.4": (
            "客户与服务机构之间的争议，保险公司不承担责任。",
            "The insurer is not liable for disputes between customer and provider.",
        ),
        "9": (
            "表单：救援案件（来电人、七项信息、本人或亲属、事发时等级、距离、出行日期、项目、付款担保、材料）。登记：亲属；体检（日期、等级）；"
            "卡片（发放、遗失、损坏、补发）。",
            "Forms: the rescue case with caller, the seven data, member or relative, tier at the event, "
            "distance, start of the trip, items, payment security, papers. Registers: relatives; "
            "check-ups with date and tier; cards with issue, loss, damage, reissue.",
        ),
    }


__all__ = ["DOMESTIC_ITEMS", "HEADINGS", "LABELS", "MEDICAL_ITEMS", "TRAVEL_ITEMS", "words"]
