"""Words of the VIP membership with health gold card: codes, and its rules with the figures."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from charterhouse.kernel.charter import Clause, Text
from charterhouse.kernel.clauses.price import percent
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues

TIERS: dict[str, Text] = {
    "group-small": ("团体会员（小团体）", "Group member (smaller group)"),
    "group": ("团体会员", "Group member"),
    "individual": ("个人会员", "Individual member"),
    "vip-card": ("个人贵宾卡", "Personal VIP card"),
    "gold": ("保健金卡", "Health gold card"),
}
FOR_ALL: dict[str, Text] = {
    "consult-phone": ("24小时免费咨询电话", "Free consultation telephone, 24 hours"),
    "phone-registration": ("电话挂号", "Registration by telephone"),
    "home-visit": ("上门诊疗", "Medical visit at home"),
    "home-sickbed": ("家庭病床", "Sickbed at home"),
    "specialist-booking": ("预约专家门诊", "Booking of specialist outpatient"),
    "admission-booking": ("预约住院或手术", "Booking of admission or surgery"),
    "paid-house-call": ("有偿出诊", "Paid house call"),
    "doctor-arrangement": ("代约签约医生", "Arranging a personal contracted doctor"),
    "health-file": ("个人健康档案", "Personal health file"),
    "registration-waiver": ("免普通挂号费", "Waiver of the ordinary registration fee"),
}
FOR_GROUPS: dict[str, Text] = {
    "follow-up": ("医疗档案与随访", "Medical file and follow-up"),
    "event-priority": ("优先参加医院举办或赞助的活动", "Priority in the hospital's events"),
}
FOR_GOLD: dict[str, Text] = {
    "contracted-visit": ("签约门诊（普通及专家）", "Contracted visits, general and specialist"),
    "private-doctor": ("私人保健医生", "Private health doctor"),
    "outpatient-guide": ("全程导诊", "Nurse guidance through the outpatient visit"),
    "comfort-environment": ("三星级就医环境", "Surroundings of a three-star hotel"),
}
OTHERS: dict[str, Text] = {
    "lecture": ("免费健康讲座", "Free health lectures"),
    "health-check": ("免费健康体检", "Free health check"),
    "deposit-free-admission": ("免押金住院", "Admission without deposit"),
    "medicine-box": ("保健药箱", "Medicine box"),
    "health-plan": ("全年保健计划", "Whole-year health-care plan"),
}
ROLES: dict[str, Text] = {
    "health-doctor": ("保健医生", "Health doctor"),
    "booking-desk": ("电话预约台", "Booking desk (telephone)"),
    "nursing-guide": ("导诊护士", "Nursing guide"),
    "event-office": ("活动办公室", "Event office"),
    "stock-keeper": ("库管员", "Stock keeper"),
}
LABELS: dict[str, Text] = {
    **COMMON,
    **TIERS,
    **FOR_ALL,
    **FOR_GROUPS,
    **FOR_GOLD,
    **OTHERS,
    "health-file-consent": ("健康档案同意书", "Consent to the health file"),
    "headcount": ("人数", "Number of persons"),
    "residence": ("居住地", "Residence"),
    "for": ("使用人", "Person"),
    "fitness": ("健身", "Exercise"),
    "first-aid-course": ("急救培训", "First-aid training"),
    "inpatient-charges": ("住院费用", "Charges of a stay"),
    "discharge": ("出院", "Discharge"),
    "stay": ("住院", "Stay"),
    "total": ("累计金额", "Running total"),
    "doctor": ("医生", "Doctor"),
    "doctor-assigned": ("已指派医生", "Doctor assigned"),
    "doctor-replaced": ("更换医生", "Doctor replaced"),
    "doctor-assignment": ("医生指派记录", "Assignments of a doctor"),
    "stock-in": ("入库", "Stock in"),
    "item": ("物品", "Item"),
    "quantity": ("数量", "Quantity"),
    "medicine-box-owed": ("欠发药箱", "Medicine boxes owed"),
    "details-changed": ("资料变更", "Change of data"),
    "assign-health-doctor": ("指派保健医生", "Assign a health doctor"),
    "draw-up-health-plan": ("制定保健计划", "Draw up the health plan"),
    "issue-medicine-box": ("发放药箱", "Issue a medicine box"),
    "owe-medicine-box": ("登记欠发药箱", "A medicine box is owed"),
    "demand-deposit": ("收取住院押金", "Demand the deposit"),
    "term-ending": ("会员期限届满", "End of term"),
}


def statements(s: SettingValues) -> Iterable[Clause]:
    """The rules that only speak, and the charter's own words for the others."""
    texts = {**_public(), **_entry(s), **_terms(s), **_benefits(s), **_prices(s), **_stays(s),
             **_gold(), **_office()}  # fmt: skip
    return [Statement(number, zh, en) for number, (zh, en) in texts.items()]


def _list(codes: dict[str, Text]) -> Text:
    rows = list(codes.values())
    return "、".join(zh for zh, _ in rows), ", ".join(en[0].lower() + en[1:] for _, en in rows)


def _public() -> dict[str, Text]:
    return {
        "1.1": (
            "医院与医疗咨询机构、政府部门合作举办本制度，与公众交流信息，改善就医环境，为会员提供优先和特色服务。",
            "The hospital runs the scheme with medical consulting bodies and government departments, to "
            "exchange information, better the surroundings of care and give members priority.",
        ),
        "1.2": (
            "团体会员面向本市市民、周边城市居民和在本市的外国人；居住地仅作登记，不影响入会。",
            "Groups are open to citizens of the city, people of the surrounding cities and foreigners in "
            "the city. Residence is recorded and never decides.",
        ),
        "1.3": (
            "保健金卡适合生活工作规律、能定期来院、经济条件较好的本市及近郊人士；个人贵宾卡适合无暇定期来院、"
            "需要快捷优质服务的成功人士。仅为说明，不作审查。",
            "The gold card is meant for well-off people of the city and its suburbs who can come "
            "regularly, the personal VIP card for successful people who are too busy to. Both are "
            "descriptions, not tests.",
        ),
    }


def _entry(s: SettingValues) -> dict[str, Text]:
    heads, each = s.group_free_from, show_fen(s.group_fee)
    visit, gold, vip = (
        show_fen(fen) for fen in (s.visit_threshold, s.gold_fee, s.vip_card_fee)
    )  # fmt: skip
    return {
        "2.1": (
            f"团体人数在申请和每次续期时计算：{heads}人及以上免会费，不足{heads}人每人每期{each}元。期间人数变更仅作登记，"
            "不补不退；下次续期时即按其计费，等级、人数和体检自新一期首日起适用。续期缴费不足的不予办理。",
            f"The persons of a group are counted at application and at every renewal: {heads} or more pay "
            f"no fee, fewer {each} yuan per head and term. A new number in between is only noted; the "
            "next renewal is charged by it, and tier, persons and checks follow from the first day of "
            "the new term. A renewal with less than the fee is refused.",
        ),
        "2.2": (
            f"患者成为个人会员须同时具备：单次就诊（一张账单，扣除退款，按实付金额）满{visit}元，多张账单不累加，时间不限；"
            "并同意建立个人健康档案。不收会费。",
            f"A patient becomes an individual member with one single visit of {visit} yuan or more (one "
            "bill, net of refunds, as really paid, at any time before; bills are never added up) and "
            "the consent to a personal health file. There is no fee.",
        ),
        "2.3": (
            "金卡亦须同意建立健康档案；两种卡均不要求就诊金额；贵宾卡和团体不要求同意书。",
            "Gold needs the consent to the health file too; neither card needs a qualifying visit. The "
            "personal VIP card and groups need no consent.",
        ),
        "2.4": (
            f"无需审核：材料齐全且无应缴费用的即时生效；应缴费用的（金卡{gold}元、贵宾卡{vip}元、小团体会费）缴足之日生效。",
            f"There is no review. A complete application that owes nothing is active at once; one that "
            f"owes a fee (gold {gold}, personal VIP card {vip} yuan, smaller groups) on the day the whole "
            "fee is paid.",
        ),
        "2.5": (
            "会员可另购会员卡：一次缴足该卡全价，当日变更等级并开始新的期限；不足不予办理。同一人同时只有一个等级。",
            "A member who buys another card pays its whole fee, changes tier and starts a new term that "
            "day; less is refused. One person holds one tier at a time.",
        ),
        "2.6": (
            "个人申请未注明等级的视为申请个人会员；团体等级由人数决定。",
            "An application of a person without a tier asks for individual membership; for groups the "
            "number of persons decides the tier.",
        ),
    }  # fmt: skip


def _months(months: int) -> Text:
    return (f"{months}个月", f"{months} months") if months else ("长期", "no end")


def _terms(s: SettingValues) -> dict[str, Text]:
    gold, vip, one, group = (
        _months(months)
        for months in (
            s.gold_term_months, s.vip_card_term_months, s.individual_term_months, s.group_term_months,
        )
    )  # fmt: skip
    return {
        "3.1": (
            f"期限自生效或购卡之日起：金卡{gold[0]}、贵宾卡{vip[0]}、个人会员{one[0]}、团体会员{group[0]}。",
            f"Terms from the day of joining or buying: gold {gold[1]}, personal VIP card {vip[1]}, "
            f"individual {one[1]}, groups {group[1]}.",
        ),
        "3.2": (
            "期内续期的自届满次日起连续计算，逾期续期的自缴费之日起计算新的期限，费用同第2条；届满未续的失效，不享受任何权益。",
            "A renewal within the term continues it from the day after its last valid day; a later one "
            "starts a new term on the day of payment, for the fee of rule 2. Without renewal the "
            "membership lapses and there are no benefits.",
        ),
        "3.3": (
            "年度次数按会员年度（自入会、购卡或逾期续期之日起每12个月）每人计算，不得转让、不结转，用完为止；卡年即该卡的会员年度。",
            "Yearly quotas run by membership year (12 months from joining, from buying the card or from "
            "a late renewal), per person; they are neither transferred nor carried over. The card year "
            "is the membership year of the card.",
        ),
    }


def _benefits(s: SettingValues) -> dict[str, Text]:
    every, groups, gold = _list(FOR_ALL), _list(FOR_GROUPS), _list(FOR_GOLD)
    return {
        "4.0": (
            f"权益须出示会员卡，仅限本人（团体为所指名人员）。全体会员：{every[0]}；讲座：团体、个人、金卡；"
            f"体检：团体和个人每人每年{s.health_checks_per_year}次，金卡每卡年{s.gold_health_checks}次；"
            f"团体：{groups[0]}；金卡：{gold[0]}及第6、7条。其他等级的权益不予提供。",
            f"Benefits need the card shown and are for the holder only, of a group for the person named. "
            f"All: {every[1]}. Lectures: groups, individuals, gold. Health checks: "
            f"{s.health_checks_per_year} per person and year of groups and individuals, "
            f"{s.gold_health_checks} per card year of gold. Groups: {groups[1]}. Gold: {gold[1]}, and "
            "rules 6 and 7. A benefit of another tier is refused.",
        ),
        "4.1": (
            f"讲座和年度体检属{s.group_free_from}人及以上团体，小团体均不享受。",
            f"Lectures and the yearly check belong to groups of {s.group_free_from} and more; smaller "
            "ones have neither.",
        ),
        "4.2": (
            "团体体检显示全体剩余次数，使用时指名；同一人同年不得超过本人次数。",
            "For a group the checks left of all persons together are shown; a use names the person, and "
            "nobody has more than their own in a year.",
        ),
        "4.3": (
            "贵宾卡仅享有全体会员权益。",
            "The personal VIP card has the benefits of all members only.",
        ),
    }


def _prices(s: SettingValues) -> dict[str, Text]:
    stay, gym, exam, course = (
        percent(Decimal(factor))
        for factor in (s.inpatient_factor, s.fitness_factor, s.group_exam_factor, s.course_factor)
    )
    return {
        "5.1": (
            "出示会员卡的，普通门诊挂号费免收；专家挂号、治疗和药品按全价；未注明就诊类型的视为门诊；未出示会员卡的一律全价。",
            "Ordinary registration costs nothing when the card is shown; specialist registration, "
            "treatment and drugs stay at full price. A bill without a kind of visit counts as "
            "outpatient. Without the card everything is due in full.",
        ),
        "5.2": (
            f"团体（不论大小）：住院账单按{stay}%，健身项目按{gym}%，体检项目按{exam}%收费。",
            f"Groups of either size: bills of a hospital stay cost {stay} %, exercise {gym} %, health "
            f"checks {exam} %.",
        ),
        "5.3": (
            f"团体急救培训（按人计价）：参加人数满{s.course_from_persons}人的按{course}%收费，与团体大小无关。",
            f"First-aid training of a group, priced per person: from {s.course_from_persons} persons "
            f"attending on {course} %, whatever the size of the group.",
        ),
    }


def _stays(s: SettingValues) -> dict[str, Text]:
    limit, deposit = show_fen(s.deposit_free_limit), show_fen(s.admission_deposit)
    return {
        "6.1": (
            "金卡会员使用免押金住院即登记一次住院；仅要求入院当日会员卡有效。",
            "Using admission without deposit opens a stay; the card must be valid on the day of "
            "admission only.",
        ),
        "6.2": (
            f"累计费用不超过{limit}元且在入院第1至{s.deposit_free_days}个日历日（入院当日为第1日）内，不收押金。",
            f"No deposit is asked while the charges so far are at most {limit} yuan and the stay is in its "
            f"calendar days 1 to {s.deposit_free_days} (day of admission = day 1).",
        ),
        "6.3": (
            f"任一限度一旦超过（费用入账或次日零时），即应缴押金{deposit}元，并生成收取任务，每次住院一次。",
            f"As soon as either limit is passed, by a charge or at 00:00 of the next day, the normal "
            f"deposit of {deposit} yuan is owed and its demand is raised, once per stay.",
        ),
        "6.4": (
            "费用按累计额登记，出院登记后不再收取，未缴的押金要求终止。",
            "Charges are told as a running total, the end as discharge; after it nothing is demanded, and "
            "a demand not yet paid ends.",
        ),
        "6.5": (
            "其他等级不享受免押金住院，按规定缴纳押金。",
            "Holders of other tiers are refused and pay the normal deposit.",
        ),
    }


def _gold() -> dict[str, Text]:
    return {
        "7.1": (
            "发放金卡时生成指派保健医生、制定保健计划、发放药箱任务；以后每个卡年开始时由已指派的医生制定计划。",
            "With the gold card a doctor is to be assigned, a plan drawn up and a medicine box issued; the "
            "plan again at the start of every further card year, by the assigned doctor.",
        ),
        "7.2": (
            "每卡同时仅有一名保健医生，更换须登记，当日交接；历次指派均保留。",
            "A card has exactly one active doctor; a replacement is recorded and holds from its day, and "
            "all assignments are kept.",
        ),
        "7.3": (
            "每卡年一份保健计划，同一卡年不重复。",
            "One plan per card year; a second one in the same card year is refused.",
        ),
        "7.4": (
            "药箱按库存管理：新金卡一只，续期不再发放；无库存时照常发卡并登记欠发，入库后按发卡先后补发；库存不为负数。",
            "Boxes are stock: a new gold card takes one, a renewal brings none. Without stock the card is "
            "issued all the same and the box is owed; what comes in serves owed boxes first, oldest card "
            "first. The stock never falls below 0.",
        ),
    }


def _office() -> dict[str, Text]:
    return {
        "8.1": (
            "岗位：保健医生（每张金卡一名）、电话预约台、导诊护士、活动办公室（讲座和体检名册）、库管员。",
            "Roles: health doctor (one per gold card), booking desk, nursing guide, event office (lecture "
            "and check rosters), stock keeper.",
        ),
        "8.2": (
            "保存健康档案、医生指派、计划、药箱发放与欠发、讲座和体检名册、免押金住院及资料变更。",
            "Kept are health file, doctor assignments, plans, boxes issued and owed, rosters, stays without "
            "deposit, changes of data.",
        ),
        "8.3": (
            "提醒：期限届满；新卡年的保健计划。",
            "Reminders: end of term; plan of the new card year.",
        ),
        "8.4": (
            "健康档案由保健医生（长期了解和监护）及诊疗人员查阅；团体不得查阅其人员的档案。",
            "The health file is read by the health doctor, who keeps a permanent overview, and the treating "
            "staff only; a group never sees its persons' files.",
        ),
        "D.1": (
            "账单退款按实收金额退还；会费、卡费和押金不作退款。",
            "A refund of a bill gives back what was charged; fees and deposits are not refunded so.",
        ),
        "D.2": ("规定的变更注明生效日期。", "Changes are dated and hold from their day."),
        "D.3": (
            "会员可随时退会，即时终止，费用不退；进行中的免押金住院仍按第6条办理。",
            "A withdrawal ends the membership at once and nothing is paid back; a stay that has begun "
            "goes on by rule 6.",
        ),
    }
