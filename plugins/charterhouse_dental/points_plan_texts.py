"""The rules that both points plans have, in words with the hospital's figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import words
from charterhouse_dental.loyalty_words import plain
from charterhouse_dental.points_plan_clauses import LEVELS
from charterhouse_dental.points_plan_words import LABELS

Rules = dict[str, Text]


def spoken(rules: Mapping[str, Text]) -> Iterator[Statement]:
    """Every rule as text of the document, in its order."""
    for number, (zh, en) in rules.items():
        yield Statement(number, zh, en)


def common(s: SettingValues) -> Rules:
    """Clauses 1 to 4 and 6 to 13 as both plans have them."""
    return {
        **_PURPOSE, **_admission(s), **_points(s), **_levels(s), **_BENEFITS, **_card(s),
        **_visits(s), **_issue(s), **_lists(s), **_ORGANISATION, "D.1": words.AMENDMENT,
    }  # fmt: skip


_PURPOSE: Rules = {
    "1.1": (
        "目的：更好地服务患者；树立医院形象和口碑；提高患者中的知名度和美誉度；通过患者传播口腔健康知识。",
        "Purposes: better service for patients; the hospital's image and word of mouth; to be known "
        "and well regarded among patients; to spread knowledge of oral health through them.",
    ),
    "1.2": (
        "适用范围：所有到院就诊的患者；以及直接授予VIP或其他身份的少数重要个人或团体。",
        "Scope: every patient who visits the hospital, and a small number of valuable persons or "
        "groups who are given VIP or another status directly.",
    ),
    "1.3": (
        "章程由四部分组成：方案内容（目的、范围、入会与有效期、就诊与积分奖励）；实施与管理（步骤、档案、奖品费用、礼品、回访、管理员日常工作）；"
        "组织（见13）；表格（见11.3）。",
        "Four parts: the scheme (purpose, scope, admission and validity, treatment and points "
        "rewards); implementation and management (steps, files, prize cost, gifts, follow-up, the "
        "administrator's daily work); organisation (13); forms (11.3).",
    ),
}


def _admission(s: SettingValues) -> Rules:
    start, one, total = s.scheme_start, s.single_ordinary, s.cumulative_ordinary
    return {
        "2.1": (
            f"到院患者：自{start}（含当日）起就诊，单次积分达{one}分或累计积分达{total}分的可以入会。以就诊为准，不论是否首次；"
            "以往年度的患者再来就诊同样适用。",
            f"Visiting patients: who visits on or after {start} may become a member when one bill has "
            f"reached {one} points or all bills together {total}. The visit counts, not the first one "
            "ever: a patient of earlier years who comes again is one.",
        ),
        "2.2": (
            f"原积分转入：原积分系统（截至{start}前一日的账单）累计不少于{s.legacy_minimum}分的可以入会，"
            "积分作为累计积分转入，不作为单次积分；不足的不予转入，仍可按2.1入会。",
            f"Legacy points: with at least {s.legacy_minimum} points of the earlier system (bills up "
            f"to the day before {start}) a patient may become a member. They come in as cumulative "
            "points and never count as one bill. With less nothing is imported; 2.1 stays open.",
        ),
        "2.3": (
            "领导授予：经领导批准可直接授予VIP或其他等级，其他人无权授予。团体可一并授予，但每人须有本人实名账户并提供2.5所列资料。",
            "Granted: with a leader's approval VIP or another level is given directly; nobody else "
            "can give one. A group may be granted together, each person with an own real-name "
            "account and the data of 2.5.",
        ),
        "2.4": (
            "自愿入会：经本人同意方可入会。不同意的保留积分账户并继续积分；以后同意的，立即按已有积分和账单计算等级。",
            "Consent: only who agrees is admitted. Who declines keeps the points account and goes on "
            "earning; when consent comes later the level is computed at once from points and bills "
            "so far.",
        ),
        "2.5": (
            "在前台登记完整的实名资料：姓名、身份证号、详细住址；缺少任何一项的不予登记并告知所缺内容。登记后即为会员，无需审核。",
            "Registration at reception with complete real-name data: name, ID number, detailed home "
            "address. What lacks is named and the registration refused. With it the patient is a "
            "member at once, without a review.",
        ),
        "2.6": (
            "资料录入医院电脑系统，前台向会员详细说明权益。",
            "The data are entered in the hospital's computer system, and reception explains the "
            "benefits in detail.",
        ),
        "2.7": (
            "实名制、终生制：权益自入会之日起终生有效，不收会费，无期限，无需续期。一人一个会员资格，重复登记不予受理。",
            "Real-name and for life: benefits hold from the day of admission, without fee, term or "
            "renewal. One person has one membership; a second registration is refused.",
        ),
    }


def _points(s: SettingValues) -> Rules:
    rate = plain(s.points_per_yuan)
    return {
        "3.1": (
            f"实际支付每1元积{rate}分，每张账单舍去不足1分的部分；所有科室和项目均计；免收、赠送的和第三方支付的部分不积分。"
            "价格按活动价，无活动价的按原价。",
            f"1 yuan really paid is {rate} point(s); per bill, fractions of a point are dropped. All "
            "departments and categories count; what is waived, gifted or paid by others earns "
            "nothing. Prices are the activity price, else the list price.",
        ),
        "3.2": (
            f"每位患者自{s.scheme_start}起的第一张账单即有积分账户，不论是否会员；此前的账单在此不积分。",
            f"Every patient has a points account from the first bill on or after {s.scheme_start}, "
            "member or not. Earlier bills earn nothing here.",
        ),
        "3.3": (
            "“单次”指一张已结算账单（按其净额所得积分），不是一日合计。",
            "“Single” is one settled bill (the points of its net amount), not a day's total.",
        ),
    }


def _levels(s: SettingValues) -> Rules:
    zh, en = level_table(s)
    return {
        "4.1": (
            f"四个等级，满足任一条件即达到，取所满足的最高等级：{zh}。等级不因时间下降，仅因退款重新计算。",
            f"Four levels; either condition is enough, and the highest level met counts: {en}. A "
            "level never falls with time, only by a refund.",
        ),
        "4.2": (
            "一次业务可以使会员连升数级。",
            "One event may lift a member over several levels directly.",
        ),
        "4.3": (
            "会员以积分、授予或入会达到VIP（或钻石VIP）时，前台和收费室主动告知并按7.1发放会员卡；已有的卡继续使用。",
            "When a member reaches VIP or diamond VIP, by points, by grant or on admission, reception "
            "and the cashier tell the member on their own initiative and hand out a card as 7.1 says. "
            "A card already held stays.",
        ),
        "4.4": (
            "授予的等级为下限：会员等级取授予等级与积分等级中较高者；再次授予较低等级不降低已授予的等级。",
            "A granted level is a floor: the level is the higher one of the granted one and the one "
            "by points. A lower grant does not lower an earlier one.",
        ),
    }


def level_table(s: SettingValues) -> Text:
    """Each level with its two conditions."""
    rows = [
        (LABELS[level], getattr(s, f"single_{level}"), getattr(s, f"cumulative_{level}"))
        for level in LEVELS
    ]
    zh = "；".join(f"{name[0]}单次{one}分或累计{total}分" for name, one, total in rows)
    en = "; ".join(f"{name[1]} {one} in one bill or {total} in all" for name, one, total in rows)
    return zh, en


_BENEFITS: Rules = {
    "6.1": (
        "会员可积分、领取奖励、提升等级；奖励仅限会员，不因会员卡遗失而受影响。",
        "Members earn points, collect rewards and rise in level. Rewards are for members only, and a "
        "lost card takes none of them away.",
    ),
    "6.3": (
        "免费建立个人口腔电子档案：诊断与治疗、X线片、模型、口腔内窥镜图像，作为后续治疗和保健方案的依据。",
        "A personal electronic oral record, free: diagnoses and treatments, radiographs, models, "
        "intraoral-camera pictures; the basis of later treatment and care plans.",
    ),
    "6.4": (
        "免费邮寄口腔保健和新技术资料。",
        "Literature on oral care and new techniques by mail, free.",
    ),
    "6.5": ("参加会员活动。", "Member activities."),
    "6.6": ("严格保密（见12）。", "Strict confidentiality (12)."),
}

_MODES: Mapping[str, Text] = {
    "vip_up": ("达到VIP时发放实体卡", "a physical card is handed out on reaching VIP"),
    "all": ("每位会员入会时发卡", "every member is handed a card on admission"),
    "electronic": ("电子会员，不发实体卡", "the membership is electronic, without a physical card"),
}


def _card(s: SettingValues) -> Rules:
    zh, en = _MODES[s.card_mode]
    months = s.check_interval_months
    return {
        "6.2": (
            f"定期口腔检查：自最近一次口腔检查（无检查的自入会之日）起每{months}个月提醒一次。",
            f"Regular oral examination: a reminder every {months} month(s) after the last "
            "examination or, without one, after admission.",
        ),
        "7.1": (f"会员卡：{zh}。", f"Card: {en}."),
        "7.2": (
            "一般个人资料的变更须出示身份证件。",
            "Ordinary personal data are changed after the identity document has been shown.",
        ),
        "7.3": (
            "会员卡遗失可由任何人挂失停用；出示身份证件后补发新卡，旧卡作废，积分和奖励不变，不收费，新卡即时生效。",
            "A lost card can be reported by anybody and is blocked. A new one is issued after the "
            "identity document has been shown: the old one is void, points and rewards are unchanged, "
            "there is no fee, and the new one is active at once.",
        ),
    }


def _visits(s: SettingValues) -> Rules:
    floor, rooms = s.vip_floor, s.vip_room_count
    return {
        "8.1": (
            "普通会员和高级会员按医院正常初诊、复诊流程就诊。",
            "Ordinary and senior members follow the hospital's normal first-visit and return-visit "
            "flow.",
        ),
        "8.2": (
            f"VIP会员：专人陪同至VIP楼层（{floor}），并告知接诊医师为VIP。",
            f"VIP: somebody escorts the member to the VIP floor ({floor}) and tells the receiving "
            "doctor that this is a VIP.",
        ),
        "8.3": (
            "钻石VIP会员：除VIP待遇外，建议全程专人导医，其介绍的客户同样适用。",
            "Diamond VIP: as VIP, and a dedicated guide for the whole visit is advised, also for "
            "customers whom they introduce.",
        ),
        "8.4": (
            f"VIP和钻石VIP会员原则上在VIP诊室就诊：对VIP默认提供，也可预约；钻石VIP每次就诊均安排。无法安排或会员不愿意的，"
            f"与会员协商并记录。仅VIP和钻石VIP会员可预约，同一时段最多{rooms}间，额满不再接受。",
            f"VIP and diamond members are in principle treated in the VIP room: offered by default to "
            f"VIP, who may also book it, due at every visit of a diamond member. If it is impossible "
            f"or not wanted, a solution is agreed with the member and noted. Only VIP and diamond can "
            f"book it, at most {rooms} room(s) for one time.",
        ),
        "8.5": (
            "持VIP或钻石VIP会员转赠服务前来的客户，以及由其陪同前来的客户，享受同样的接待。",
            "The same reception is owed to customers who come with a service passed on by a VIP or "
            "diamond member, and to customers whom such a member brings in person.",
        ),
        "8.6": (
            "VIP或钻石VIP会员电话为亲友预约（向前台或医师）的，医师与前台全力配合。",
            "When a VIP or diamond member books by telephone for friends, doctor and reception "
            "coordinate fully.",
        ),
        "8.7": (
            "8.2至8.5的就诊，须已陪同、已告知医师，并已使用VIP诊室或记录与会员的协商结果，方可结束接待。",
            "A visit under 8.2 to 8.5 is closed only when the escort and the notice to the doctor are "
            "done and either the VIP room was used or the agreement with the member is noted.",
        ),
        "8.8": (
            "医师各自接诊自己的患者。更换主治医师须经协商（记录双方医师意见）、由前台填写书面申请并经领导签字；自签字之时起更换，此前不得更换。",
            "Each doctor receives his own patients. A change of the attending doctor needs "
            "negotiation (both doctors' answers noted), a written request filled in by reception, and "
            "the leader's signature; the doctor changes at that moment, not before.",
        ),
    }


_BEARERS: Mapping[str, Text] = {
    "marketing": ("列为市场费用，医师收入按收费项目计", "booked as marketing cost, the doctor's income "
                  "as for a paid item"),
    "doctor": ("由主治医师承担，仅限口腔科的服务；面部护理和中草药热疗一律列为市场费用",
               "borne by the attending doctor where the service belongs to the dental department; "
               "facial care and herbal therapy are always marketing cost"),
}  # fmt: skip


def _issue(s: SettingValues) -> Rules:
    zh, en = _BEARERS[s.cost_mode]
    return {
        "9.2": (
            "奖励分为已获得、已领取、已使用三种状态，各记日期和经办人。",
            "Three states of a reward: earned, collected, used, each with date and operator.",
        ),
        "9.4": (
            "转赠：治疗写入实际受治者的病历，并作为已发放礼品写入会员的礼品发放记录。受治者为新诊患者的，在该服务使用当日、使用之后的账单免收挂号费。"
            "受治者不因赠送的服务获得积分。",
            "Passing on: the treatment is written in the record of the person really treated and, as "
            "an issued gift, in the member's gift-issue record. A first-time patient pays no "
            "registration fee on a bill of that day that comes after the use. The person treated "
            "earns no points for the gifted service.",
        ),
        "9.6": (f"赠送服务的成本：{zh}。", f"Cost of gifted services: {en}."),
        "9.7": (
            "礼品由市场部申请采购并入库；发展部领出交收费室，由收费室统一发放。每周五由市场部和收费室盘点库存。",
            "Gift stock: marketing requests the purchase, goods go into the warehouse, the "
            "development department draws them and passes them to the cashier, who issues them "
            "centrally. Every Friday marketing and the cashier check the stock.",
        ),
        "9.8": (
            "赠送服务的领取由收费室或前台登记；使用后由收费室划价结算。",
            "The collection of gifted services is registered by the cashier or reception; after the "
            "use the cashier makes the pricing and settlement entry.",
        ),
    }


def _lists(_s: SettingValues) -> Rules:
    return {
        "10.1": (
            "每位新会员建立两份完整记录：会员档案和医院电子档案。",
            "Two records in full for every new member: the member file and the hospital's electronic "
            "file.",
        ),
        "10.2": (
            "名单和提醒均在当日开始时生成。每周一会员管理员将上周（周一至周日）新会员移交市场部，市场部核对并保管会员档案。",
            "Lists and reminders are made at the start of their day. Every Monday the membership "
            "administrator hands the new entries of the week before (Monday to Sunday) to marketing, "
            "which checks them and keeps the member files.",
        ),
        "10.4": (
            "以电话、短信、信件回访。普通会员和高级会员：致谢、询问治疗后恢复（让初诊患者感到关怀）、解答疑问；VIP和钻石VIP会员："
            "寄送资料、邀请参加医院聚会。会员每张账单之后均回访。",
            "Follow-up by telephone, SMS, letter, after every bill of a member. Ordinary and senior "
            "members: thanks, recovery after the visit (first-time patients should feel cared for), "
            "answers to questions. VIP and diamond: literature and invitations to gatherings.",
        ),
        "10.6": (
            "目的：完善治疗后服务，使会员成为宣传者，普及口腔知识，交流效果和需求，在患者提出之前解决问题。要求记入回访登记表，答复须专业。",
            "Aims: complete after-treatment service, members as promoters, oral-health teaching, "
            "exchange of results and needs, problems solved before the patient raises them. Requests "
            "go into the follow-up register; answers must be professional.",
        ),
    }


_ORGANISATION: Rules = {
    "11.1": (
        "职责：前台（登记、说明、升级告知、更换医师申请，可登记服务领取）；收费室（奖励提醒、升级告知、礼品统一发放、服务登记与结算、周五盘点）；"
        "会员管理员（由一名前台员工兼任：宣传说明、执行制度、统计档案、登记表、核对礼品与积分、按时报表、统计新会员、反馈建议与问题）；"
        "市场部（周一核对、集中档案、月度名单、采购申请、周五盘点、会员活动）；发展部（领取礼品）；仓库（保管）；"
        "医生（自己的患者、VIP配合、承担9.6规定的成本）；领导（授予等级、签字更换医师）。",
        "Roles. Reception: registration, explanation, notice of a rise, doctor-change form, may "
        "register service gifts. Cashier: reward reminder, notice of a rise, central issue of gifts, "
        "registration and settlement of services, Friday stock check. Membership administrator (one "
        "appointed reception employee): promotion and explanation, execution of the rules, statistics "
        "and files, registration forms, gifts and points, reports on time, counting new members, "
        "suggestions and problems. Marketing: Monday check, central files, monthly lists, purchase "
        "requests, Friday stock check, activities. Development: draws gifts. Warehouse: storage. "
        "Doctor: own patients, VIP coordination, cost under 9.6. Leader: grants levels, signs doctor "
        "changes.",
    ),
    "11.2": (
        "对管理员的管理：上岗前统一培训（档案栏目、录入）；广泛宣传、经常执行、严格管理；建立、保管和核对电子档案；按时填报报表；"
        "积分礼品的申请、发放、管理和核销，统计真实；投诉立即处理并上报；会员活动的筹备、执行和监督；领导交办的其他工作。",
        "Management of the administrator: common training before the job (file fields, data entry); "
        "wide promotion, regular execution, strict management; building, keeping and checking "
        "electronic files; reports in time; request, issue, management and write-off of gifts with "
        "true statistics; complaints handled at once and reported; preparation, execution and "
        "supervision of activities; other tasks from the leader.",
    ),
    "11.3": (
        "表格：入会登记表（姓名、身份证号、住址、电话、性别、出生日期、途径、入会积分、同意及日期、经办人）；"
        "会员管理员报表（周次、新会员、升级、发放与未领礼品、投诉、回访）；更换主治医师申请表（会员、现任与拟换医师、原因、前台填写、签字、日期、状态）；"
        "礼品领取登记表（临时：会员、礼品或服务、等级、日期、已领、已用、受治者、经办人）；"
        "会员回访登记表（回访手册：会员、日期、方式、目的、恢复、疑问、要求、答复、回访人）。",
        "Forms: admission register (name, ID number, address, telephone, sex, birth date, path, "
        "points at admission, consent and date, operator); administrator's report (week, new members, "
        "rises, gifts issued and uncollected, complaints, follow-ups); doctor-change request (member, "
        "present and wanted doctor, reason, filled in by reception, signatures, date, state); gift "
        "collection register, temporary (member, gift or service, level, date, collected, used, "
        "person treated, operator); follow-up register or handbook (member, date, channel, purpose, "
        "recovery, questions, requests, answer, follow-up person).",
    ),
    "11.4": (
        "报表和提醒：每周一新会员名单、每周五礼品盘点、每月奖励及未领取名单、未领取通知、洁牙提醒、升级通知、奖励提醒、投诉、新会员数。",
        "Reports and reminders: weekly new-member batch (Monday), gift stock check (Friday), monthly "
        "reward and uncollected list, uncollected notice, cleaning reminder, notice of a rise, reward "
        "reminder, complaints, number of new members.",
    ),
    "12.1": (
        "会员档案保密。管理员和全体员工除会员本人和本院外不得向任何人披露；仅在特殊情况下并经会员同意后方可向他人披露，每次披露均予记录。",
        "Member files are confidential. The administrator and every employee disclose them to nobody "
        "but the member and the hospital; to others only in special cases and after the member has "
        "consented. Each disclosure is recorded.",
    ),
    "13.1": (
        "医院设会员管理小组，另行制定其职责和纠纷处理方案。",
        "A management group, its duties and a dispute-handling plan are laid down by the hospital "
        "separately.",
    ),
}

__all__ = ["Rules", "common", "level_table", "spoken"]
