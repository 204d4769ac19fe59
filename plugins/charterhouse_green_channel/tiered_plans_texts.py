"""The words of the green channel by plan tier."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues
from charterhouse_green_channel.labels import LABELS, SERVICES, named


def words(s: SettingValues) -> dict[str, Text]:
    """Number → text, with the tenant's figures."""
    return {**_entry(s), **_effect(s), **_conditions(s), **_flow(s), **_travel(s)}


def _plans(s: SettingValues) -> Text:
    zh, en = [], []
    for plan, services in s.plans.items():
        own = [(SERVICES[code], count) for code, count in services.items()]
        zh.append(
            f"{LABELS.get(plan, (plan, plan))[0]}："
            + "、".join(n[0] + ("不限" if c is None else f"{c}次") for n, c in own)
        )
        en.append(
            f"{LABELS.get(plan, (plan, plan))[1]}: "
            + ", ".join(f"{n[1]} {'without limit' if c is None else c}" for n, c in own)
        )
    return "；".join(zh), "; ".join(en)


def _entry(s: SettingValues) -> dict[str, Text]:
    zh, en = _plans(s)
    return {
        "1.1": (
            "限经专业中介销售的产品，其他保单不予登记；受益人为被保险人。",
            "Products sold through a professional intermediary; another policy is refused. "
            "Beneficiary: the insured.",
        ),
        "1.2": (
            f"服务和次数依保单档次：{zh}。档次即会员等级；未列档次的保单不予登记，档次没有的服务不受理，次数用完不再受理。",
            f"Services and counts by the plan of the policy: {en}. The plan is the tier; an unknown one "
            "is refused, and so are services that the plan lacks and those used up.",
        ),
    }


def _effect(s: SettingValues) -> dict[str, Text]:
    opens, others = s.open_days_after_cooling_off, s.other_services_after
    return {
        "2.1": (
            f"电话医生最迟于犹豫期届满后第{opens}日开通，提前开通的予以登记并以该日为准；早于犹豫期届满或晚于该日的登记不予接受；"
            "开通前各项服务不受理。",
            f"The phone doctor opens {opens} days after the end of cooling-off at the latest. An earlier "
            "opening is recorded and then counts; one later than that, or not after the cooling-off, "
            "is refused. Before the opening every service is refused.",
        ),
        "2.2": (
            f"其他服务自开通日后第{others}日起可用。",
            f"All other services are usable {others} days after the opening.",
        ),
        "2.3": (
            "各项服务期限为开通日起一年，届满后不再受理。",
            "The term of all services is one year from the opening; afterwards they are refused.",
        ),
        "2.4": (
            "开通前为待开通，开通后为有效。",
            "Approved before the opening, active from it on.",
        ),
    }


def _conditions(s: SettingValues) -> dict[str, Text]:
    diseases = named(s.covered_conditions)
    passed = named(s.transferable_services)
    no_show = (
        ("本人未到的计为已用", "not attending consumes")
        if s.no_show_consumes
        else ("本人未到的退回", "not attending releases")
    )
    return {
        "3.1": (
            f"服务期内发生或疑似发生附表疾病（{diseases[0]}），限网络医院。",
            f"Occurrence or suspected occurrence of a disease of the annex list ({diseases[1]}) within "
            "the term; inside the network.",
        ),
        "3.2": (
            "专家门诊、特需门诊、第二诊疗意见：诊断证明或检查报告任一；住院和手术另需住院单。",
            "Expert out-patient visit, special-needs clinic, second opinion: diagnosis proof or "
            "examination report, one of them. Admission and surgery: the admission slip as well.",
        ),
        "3.3": (
            f"材料须由中国内地{s.issuer_grade_min}级及以上医院出具，日期在服务期内；其他的不予接收。",
            f"Papers are issued by a hospital of grade {s.issuer_grade_min} or above in mainland China "
            "and dated within the service term; others are not taken.",
        ),
        "3.4": (
            f"不得转让，以下除外：{passed[0] or '无'}；转让使用的计入被保险人次数，疾病依该人材料审核判断。",
            f"Not transferable, except: {passed[1] or 'none'}. Passed on, they are deducted from the "
            "insured's count, and the disease is judged at the review on that person's papers.",
        ),
        "3.5": (
            f"服务完成方计为已用；随时取消、未能提供的退回，{no_show[0]}。",
            f"A use is consumed when it is complete. Cancelled at any time, or failed, it is released; "
            f"{no_show[1]}.",
        ),
    }


def _flow(s: SettingValues) -> dict[str, Text]:
    return {
        "4.1": (
            "电话医生：拨打热线，按语音提示操作。",
            "Phone doctor: call and follow the voice prompts.",
        ),
        "4.2": (
            f"其他服务：来电—说明服务—核对是否生效—短信告知所需材料—材料齐全之日起{s.review_days}个工作日内答复是否符合—"
            "批准后安排—预约成功以短信和电话告知—使用。",
            "Others: call, service stated, check whether it is effective, SMS asking for the papers, "
            f"answer within {s.review_days} working day(s) of complete papers whether a disease is "
            "met, arrangement after the approval, booking told by SMS and by phone, use.",
        ),
        "4.3": (
            "缺少材料的不得批准。",
            "With a paper missing there is no approval.",
        ),
    }


def _travel(s: SettingValues) -> dict[str, Text]:
    limit = show_fen(s.travel_limit)
    capped = (
        (f"每份保单累计不超过{limit}元", f"the sum per policy does not exceed {limit} yuan")
        if s.travel_limit
        else ("不设上限", "no limit is set")
    )
    return {
        "5.1": (
            "疾病治疗路费报销：治疗期间载有被保险人姓名的交通票据和就诊期间的住宿发票，以快递寄送。",
            "Travel costs: travel tickets of the treatment period bearing the insured's name, and "
            "lodging invoices of the visit period, sent by express mail.",
        ),
        "5.2": (
            "无姓名、姓名不符或日期不在治疗期间（含首尾日）的票据不予接收，住宿发票不限姓名；两者均须提交，可先交票据。",
            "A ticket without name, with another name, or outside the treatment period, ends included, "
            "is not taken; lodging invoices have no name rule. Both are required; a ticket may come "
            "first.",
        ),
        "5.3": (
            f"无需其他医疗材料，但须符合疾病条件；批准时确定金额，{capped[0]}；无需预约，付款后办结。",
            f"No further medical paper, but the disease of 3.1. The approval names the amount; "
            f"{capped[1]}. No booking; closed after payment.",
        ),
        "6": (
            "参与方：客服、协调员、陪诊人员、被保险人；表单：短信、审核答复、报销单；记录：开通日期、档次、材料日期和出具方。",
            "Agent, coordinator, escort staff, insured. Forms: SMS texts, review answer, reimbursement "
            "slip. Records: opening dates, plan, papers with dates and issuers.",
        ),
    }


__all__ = ["words"]
