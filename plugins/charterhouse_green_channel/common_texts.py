"""The words of the rules G1 to G18, which all green channels share."""

from __future__ import annotations

from charterhouse.kernel.charter import Section, Text
from charterhouse.kernel.own_days import with_own_days
from charterhouse.kernel.settings import SettingValues
from charterhouse_green_channel.labels import named

HEADINGS = (Section("G", "通用规则", "Common rules"),)


def texts(s: SettingValues) -> dict[str, Text]:
    """Number → text, with the tenant's figures."""
    found = {**_membership(), **_requests(), **_service(s), **_records()}
    return {**found, "G8": with_own_days(found["G8"], s)}


def _membership() -> dict[str, Text]:
    return {
        "G1": (
            "服务依附于保单：登记保单即使被保险人成为会员，无需另行入会。以每份保单上的证件号码识别本人；有多份保单的，"
            "每份各计次数，申请可指明保单，未指明的用生效最早且可用的一份；不符合条件的保单不予登记。",
            "The service hangs on an insurance policy, which makes the insured person a member; nobody "
            "joins otherwise. The person is known by the ID number on each policy. Each policy has "
            "its own counts; a request may name one, else the one with the earliest effective date "
            "that can serve is taken. A policy that is not eligible is refused and opens nothing.",
        ),
        "G2": (
            "自登记至服务开通为待开通，开通后为有效（个别服务仍在等待期的亦同），保单中止期间为中止，"
            "退保、满期或服务期届满后为终止。没有保单或尚未开通的不受理。",
            "Approved from the registration of the policy until the service opens, then active, also "
            "while single services still wait; lapsed while the policy is lapsed; ended after "
            "surrender, expiry or the end of the service term. Without a policy, or before the "
            "opening, nothing is served.",
        ),
        "G3": (
            "保单变更自其生效日（未注明的为登记当日）起作用：中止、退保、满期后不再服务，复效后恢复；续保的，"
            "新保单年度自续保日起、期限相同。到期未续保的次日满期。已受理的申请不受其后变更影响。",
            "A change of the policy acts from its effective date, that day included: no service after "
            "lapse, surrender or expiry, service again after reinstatement; a renewal starts a new "
            "year and a term of the same length. Not renewed, a policy has expired on the day after "
            "its last one. A request accepted in time is carried to its end.",
        ),
        "G4": (
            "保单年度自生效日或其周年日起算。等待期N日自起算日后第N日起可用，以申请日为准；保单载明的天数优先；"
            "续保和新保单年度不再等待（章程另有规定的除外）。",
            "The policy year runs from the effective date or its anniversary. Waiting of N days that "
            "starts on day D ends with D + N, the first usable day, and counts against the day of "
            "the request; the days stated by the policy go first. A renewal and a new policy year "
            "have none unless the charter says otherwise.",
        ),
    }


def _requests() -> dict[str, Text]:
    return {
        "G5": (
            "受理前核对：保单和服务期、中止、等待期、服务范围、次数、使用人、同意、诊断和网络医院；不在本章程范围内的服务不受理。",
            "Checked before a request or use: policy and term, lapse, waiting, whether the service "
            "belongs to the charter, count, person, consent, diagnosis and network. A service that "
            "the charter does not have is refused.",
        ),
        "G6": (
            "受理即占用一次，缺少材料时亦同；之后计为已用或退回。退回的归入占用时所在期间；次数不结转；被拒绝的申请退回次数。",
            "An accepted request reserves one use at once, also while papers are missing; it is then "
            "consumed or released. A release goes back to the period of the reservation. Counts never "
            "carry over. A decision that refuses releases.",
        ),
        "G7": (
            "缺少材料的申请予以受理并列明所缺，补齐后继续办理；补齐前不得批准、不得确认预约。不符合要求的材料不予接收。",
            "A request that lacks papers is accepted as incomplete and names what is missing; the last "
            "paper completes it. Until then it is neither approved nor booked. A paper that breaks a "
            "rule is not taken.",
        ),
        "G8": (
            "以工作日计的时限截至当日终了，以小时计的按自然时间；工作日按国家公布的安排（含调休）。逾期的予以标记并催办，每项一次。",
            "A limit in working days is a date whose end is still in time, one in hours a moment of "
            "the wall clock; working days follow the official calendar with make-up days. What passes "
            "undone is marked and escalated, once per limit.",
        ),
        "G9": (
            "受理、补齐、审核、预约、办结依序进行；须审核的，批准前不得确认预约。客户取消依章程处理，他方取消或未能提供的退回次数；"
            "完成的计为已用，客户自身原因未到的亦计为已用。已办结的申请不再办理。",
            "Received, completed, decided, arranged, closed, in this order; where there is a review, no "
            "booking before the approval. Cancelled by anybody but the customer, or failed on the "
            "other side, the count is released; served, or not attended for the customer's own "
            "reasons, it is consumed. Nothing more is done on a request that is over.",
        ),
    }


def _service(s: SettingValues) -> dict[str, Text]:
    phone = s.service_phone or "—"
    languages = named(s.service_languages)
    escort = (
        ("就诊当日派陪诊专员", "an escort is sent on the day of the visit")
        if s.escort_included
        else ("不派陪诊专员", "no escort is sent")
    )
    return {
        "G10": (
            f"即时服务直接使用，须安排的服务须提出申请。热线：{phone}，语言：{languages[0]}；{escort[0]}。",
            "Services on the spot are used directly; those that must be arranged are asked for. "
            f"Hotline: {phone}, languages: {languages[1]}; {escort[1]}.",
        ),
        "G11": (
            "挂号、治疗、药品、检查和床位等医院费用由客户承担，本服务不产生费用。",
            "Registration, treatment, medicine, examination and bed fees of the hospital are the "
            "customer's; the service itself costs nothing.",
        ),
        "G12": (
            "仅限被保险人本人，章程另有规定的除外。",
            "Only for the insured in person, unless the charter names others.",
        ),
        "G13": (
            "各项服务均须转交医疗信息，未同意的不受理。",
            "Every service passes medical data on; without consent a request is refused.",
        ),
        "G14": (
            f"服务限网络医院，未指定的由服务机构选择；名单版本：{s.network_version}，各章程名单互不合并。",
            "Hospitals are those of the network; where none is named the provider chooses one. Version "
            f"of the list: {s.network_version}; lists of different charters are never merged.",
        ),
        "G15": (
            "医院等级为一至三级，可分甲乙丙等；三级各等均符合“二级及以上”，仅三级甲等符合“三甲”。",
            "Hospitals are of grade 1, 2 or 3, or with a class a to c; all of grade 3 meet “grade 2 or "
            "above”, only 3a meets “3A”.",
        ),
    }


def _records() -> dict[str, Text]:
    return {
        "G16": (
            "保单及变更、诊断、申请及各步骤、决定、通知和办结均记录时间、经办人和渠道；章程调整自公布的生效日起适用。"
            "报表：各服务各状态按月申请量、时限达成、次数使用、拒绝原因、按时限排列的在办申请。",
            "Policies, changes, diagnoses, requests with all steps, decisions, notices and closings are "
            "kept with time, actor and channel; a change of the charter holds from the day announced. "
            "Reports: requests by service, status and month; deadlines met and missed; counts used; "
            "reasons of refusal; open requests by deadline.",
        ),
        "G17": (
            "个人和医疗信息仅在办理中的申请需要时提供给服务机构、医院或检验机构，每次均予登记；与在办申请无关的、提供给其他方的不予准许。"
            "客服专员可见身份、保单和状态，医疗协调员可见全部材料，陪诊专员仅见预约和联系方式，报表查阅人仅见数字。",
            "Personal and medical data go to provider, hospital or laboratory only as far as an open "
            "request needs them, and each disclosure is logged; others are refused. Agents see "
            "identity, policy and status, medical coordinators all papers, escorts appointment and "
            "contact, report readers figures only.",
        ),
        "G18": (
            "参与方：客户、客服专员、保险公司、服务机构、医疗协调员、陪诊专员、医院。",
            "Actors: customer, agent, insurer, provider, medical coordinator, escort, hospital.",
        ),
    }


__all__ = ["HEADINGS", "texts"]
