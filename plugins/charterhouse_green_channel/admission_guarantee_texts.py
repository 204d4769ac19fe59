"""The words of the admission green channel with payment guarantee."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues
from charterhouse_green_channel.labels import named


def words(s: SettingValues) -> dict[str, Text]:
    """Number → text, with the tenant's figures."""
    return {**_services(s), **_hours(s), **_arranging(s), **_guarantee(s), **_money(s)}


def _services(s: SettingValues) -> dict[str, Text]:
    zh, en = named(s.covered_conditions)
    return {
        "1.1": (
            "服务：住院安排、手术安排、住院费用担保。",
            "Services: admission, surgery, payment guarantee.",
        ),
        "1.2": (
            f"每保单年度：住院安排{s.quota_admission}次、手术安排{s.quota_surgery}次、费用担保{s.quota_payment_guarantee}次；"
            "仅限当年使用，不结转。",
            f"Per policy year: {s.quota_admission} admission(s), {s.quota_surgery} surgery(ies), "
            f"{s.quota_payment_guarantee} payment guarantee(s); usable only in that year, nothing is "
            "added to the next.",
        ),
        "1.3": (
            f"须经二级及以上医院专科医生确诊患保单重大疾病（{zh}），公立私立不限；否则不予安排。",
            f"A critical illness ({en}) confirmed by a specialist of a hospital of grade 2 or above, "
            "public or private; otherwise nothing is arranged.",
        ),
        "1.4": (
            "首年等待期按保险合同，续保不再等待。",
            "In the first year the waiting of the contract, after a renewal none.",
        ),
        "1.5": (
            "绿通医疗费用由客户承担；担保项下保险公司承担保险责任内的费用。",
            "Medical costs of the green channel are the customer's; under the guarantee the insurer "
            "pays what is insured.",
        ),
        "1.6": (
            "预约成功（费用担保为支付押金）后客户不得取消，此前取消免费；因自身原因未住院或手术的计为已用。",
            "After the booking (for the guarantee: after the deposit) the customer cannot cancel; before "
            "it is free. If for own reasons no admission or surgery takes place, it counts as used.",
        ),
    }


def _hours(s: SettingValues) -> dict[str, Text]:
    return {
        "2.1": (
            f"周一至周五{s.hotline_from}至{s.hotline_until}（含），国家工作日；调休的周末计入工作日，但热线不开放。",
            f"Monday to Friday {s.hotline_from} to {s.hotline_until}, both included, on working days; "
            "make-up weekends are working days for deadlines, but the hotline is closed.",
        ),
        "2.2": (
            "热线时间外的申请予以登记，随之起算的时限自下一开放时间起算；以后的步骤自其当日起算。法定节假日不开放。",
            "A request outside the hours is logged; all clocks that start with it start at the next "
            "opening. Later steps count from their own day. Closed on public holidays.",
        ),
    }


def _arranging(s: SettingValues) -> dict[str, Text]:
    zh, en = named(s.admission_papers)
    return {
        "3.1": (
            "来电—在线核对保单、登记需求和邮箱—发送材料清单（缺少材料时）—邮件提交材料。",
            "Call, policy verified online, need and e-mail recorded, list of papers e-mailed where papers "
            "lack, papers by e-mail.",
        ),
        "3.2": (
            f"每次收到材料之日起{s.scope_days}个工作日内告知是否缺少材料或不在范围，以审核或告知完成；未交材料的没有时限。",
            f"Within {s.scope_days} working day(s) of each receipt of papers the customer is told if "
            "papers are missing or the case is out of scope; the decision or the telling does it. "
            "Without papers there is no limit.",
        ),
        "3.3": (
            "在范围内的（批准）指派专人联系客户并提供服务，之后预约、办结。",
            "In scope (approved): a dedicated person contacts the customer and provides the service; "
            "then booking and closing.",
        ),
        "3.4": (f"所需材料：{zh}。", f"Papers: {en}."),
    }


def _guarantee(s: SettingValues) -> dict[str, Text]:
    zh, en = named(s.guarantee_papers)
    return {
        "4.1": (
            "来电—核对保单—登记邮箱和联系方式，按热线时间。",
            "Call; policy verified; e-mail and contact recorded; hours as in 2.1.",
        ),
        "4.2": (
            f"来电后{s.contact_days}个工作日内联系客户并收集理赔材料。",
            f"Staff contact the customer and collect the claim papers within {s.contact_days} working "
            "day(s) of the call.",
        ),
        "4.3": (
            f"理赔材料齐全后{s.decision_days}个工作日内决定是否直接支付。",
            f"Decision on direct payment within {s.decision_days} working days of complete claim papers.",
        ),
        "4.4": (
            "确认责任（批准）后，工作人员赴医院支付住院押金；未批准的不得支付。",
            "Liability confirmed: staff go to the hospital and pay the deposit; not before the approval.",
        ),
        "4.5": (
            f"客户申请追加的，{s.top_up_days}个工作日内核对费用并支付。",
            f"The customer asks for a top-up; staff check the cost and pay within {s.top_up_days} "
            "working day(s).",
        ),
        "4.6": (
            "客户至少提前一日通知出院日期，逾此不予接受。",
            "The customer gives notice of discharge at least one day before; later it is refused.",
        ),
        "4.7": (
            "接到通知即安排出院当日结算，并以该日为出院结算的时限。",
            "An accepted notice raises the settlement for that date and sets it as the deadline of the "
            "discharge.",
        ),
        "4.8": (
            "押金收据由保险公司保管并登记。",
            "The deposit receipt is kept by the insurer and filed.",
        ),
        "4.11": (
            f"理赔材料：{zh}；费用担保亦须符合1.3的诊断条件。",
            f"Claim papers: {en}. The guarantee needs the diagnosis of 1.3, too.",
        ),
    }


def _money(s: SettingValues) -> dict[str, Text]:
    limit = show_fen(s.guarantee_limit)
    capped = (
        (f"每次住院不超过{limit}元", f"not more than {limit} yuan per stay")
        if s.guarantee_limit
        else ("不设上限", "no limit is set")
    )
    advance = s.payment_mode == "advance"
    return {
        "4.9": (
            f"押金余额为保险公司已付医院、尚未结算的款项，出院结算时清零；押金与追加合计{capped[0]}。追加须先申请，追加及以后各步须先付押金。",
            "The deposit is what the insurer has paid to the hospital and is not yet settled; the "
            f"discharge sets it to 0. Deposit and top-ups together: {capped[1]}. A top-up needs its "
            "request; this and the later steps need the deposit.",
        ),
        "4.10": (
            "垫付方式：保险公司结清全部账单，未承保部分由客户偿还。"
            if advance
            else "直付方式：保险公司支付承保部分，其余由客户与医院结清。",
            "Advance: the insurer settles the whole bill, and what is not covered the customer owes."
            if advance
            else "Direct: the insurer pays the covered part; the rest the customer settles with the "
            "hospital.",
        ),
        "5": (
            "参与方：客服、保险公司人员、专人、医院；表单：材料清单、邮件、押金收据、结算单；报表：未结押金、应收款、留存收据。",
            "Agent, insurer's staff, coordinator, hospital. Forms: paper list, e-mails, deposit receipt, "
            "settlement sheet. Reports: deposits outstanding, receivables, receipts held.",
        ),
    }


__all__ = ["words"]
