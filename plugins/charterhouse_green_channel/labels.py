"""The words of all green channels: services, papers, conditions, steps, tasks, people."""

from __future__ import annotations

from collections.abc import Iterable

from charterhouse.kernel.charter import Text
from charterhouse.kernel.labels import COMMON

SERVICES: dict[str, Text] = {
    "expert-outpatient": ("专家门诊", "Expert out-patient visit"),
    "special-clinic": ("特需门诊", "Special-needs clinic"),
    "admission": ("住院安排", "Admission"),
    "surgery": ("手术安排", "Surgery"),
    "second-opinion": ("第二诊疗意见", "Second opinion"),
    "fast-exam": ("检查加急", "Fast examination"),
    "escort": ("陪诊", "Escort"),
    "phone-expert": ("电话远程问诊", "Remote consultation by an expert"),
    "phone-doctor": ("电话医生", "Phone doctor"),
    "consulting": ("健康咨询", "Consulting"),
    "rehabilitation": ("康复管理", "Rehabilitation"),
    "payment-guarantee": ("住院费用担保", "Payment guarantee"),
    "travel-costs": ("路费报销", "Travel costs"),
}
"""Every service by its code, which is that of its benefit too."""

LABELS: dict[str, Text] = {
    **COMMON,
    **SERVICES,
    # papers
    "diagnosis-proof": ("诊断证明", "Diagnosis proof"),
    "medical-record": ("病历资料", "Medical records"),
    "admission-slip": ("住院单", "Admission slip"),
    "notice-photo": ("住院通知照片", "Photo of the admission notice"),
    "exam-report": ("检查报告", "Examination report"),
    "visit-record": ("既往就诊记录", "Earlier visit records"),
    "images": ("影像资料", "Images"),
    "policy-document": ("电子保单", "Electronic policy"),
    "pathology-report": ("病理报告", "Pathology report"),
    "insurance-records": ("医保报销记录", "Medical-insurance records"),
    "insurance-card": ("医保卡", "Medical-insurance card"),
    "visit-card": ("就诊卡", "Hospital visit card"),
    "travel-ticket": ("交通票据", "Travel ticket"),
    "lodging-invoice": ("住宿发票", "Lodging invoice"),
    # conditions and how sure they are
    "malignant-tumour": ("恶性肿瘤", "Malignant tumour"),
    "acute-infarction": ("急性心肌梗死", "Acute myocardial infarction"),
    "stroke": ("脑卒中", "Stroke"),
    "organ-transplant": ("重大器官移植", "Organ transplant"),
    "benign-nodule": ("良性结节", "Benign nodule"),
    "fracture": ("骨折", "Fracture"),
    "suspected": ("疑似", "Suspected"),
    "confirmed": ("确诊", "Confirmed"),
    # steps
    "experts-proposed": ("推荐三位专家", "Three experts proposed"),
    "experts-rejected": ("客户未选", "Proposal rejected"),
    "expert-confirmed": ("客户确认专家", "Expert confirmed"),
    "booking-confirmed": ("预约成功并告知", "Booking confirmed"),
    "customer-confirmed": ("客户确认安排", "Confirmed by the customer"),
    "criteria-met": ("医院确认收治条件", "Hospital criteria met"),
    "surgery-criteria-met": ("医院确认手术指征", "Surgery criteria met"),
    "necessity-confirmed": ("医院确认确有必要", "Necessity confirmed"),
    "start-sms-sent": ("发出启动短信", "Start message sent"),
    "result-told": ("告知预约结果", "Result told"),
    "admitted": ("办理入院", "Admitted"),
    "completeness-told": ("告知材料情况", "Completeness told"),
    "expert-unavailable": ("专家临时停诊", "Expert unavailable"),
    "hospital-full": ("医院无床位", "Hospital full"),
    "contacted": ("联系客户", "Customer contacted"),
    "deposit-paid": ("支付押金", "Deposit paid"),
    "top-up-asked": ("申请追加", "Top-up asked for"),
    "topped-up": ("追加支付", "Topped up"),
    "discharge-notice": ("通知出院日期", "Notice of discharge"),
    "discharged": ("出院结算", "Discharged"),
    "close": ("办结", "Closing"),
    "papers-and-approval": ("材料齐全且专家同意", "Complete papers and the approval"),
    "call": ("来电", "The call"),
    "basic": ("基础档", "Basic plan"),
    "full": ("全面档", "Full plan"),
    "direct": ("直付", "Direct payment"),
    "advance": ("垫付", "Advance"),
    # deadlines
    "told": ("告知结果", "Result told"),
    "result": ("告知预约结果", "Result of the booking told"),
    "completeness": ("告知材料情况", "Whether papers are complete"),
    "visit": ("完成就诊或入院", "Seen or admitted"),
    "attend": ("就诊", "Attended"),
    "booking": ("预约成功", "Booked"),
    "arrange": ("安排完成", "Arranged"),
    "report": ("出具意见书", "Report given"),
    "contact": ("联系客户", "Contact with the customer"),
    "answer": ("审核答复", "Answer to the request"),
    "decision": ("审批结果", "Decision"),
    "review": ("审核", "Review"),
    "scope": ("核定范围", "Scope settled"),
    "discharge": ("出院结算", "Settled at discharge"),
    "top-up": ("追加支付", "Top-up paid"),
    # changes of a policy
    "reinstated": ("复效", "Reinstated"),
    "renewed": ("续保", "Renewed"),
    "surrendered": ("退保", "Surrendered"),
    "expired": ("满期", "Expired"),
    "lapsed": ("中止", "Lapsed"),
    "changed": ("变更", "Changed"),
    # tasks, flags, records, notices
    "overdue": ("逾期", "Overdue"),
    "escalate-overdue": ("逾期催办", "Escalate: overdue"),
    "paid-after-grace": ("宽限期后缴费", "Paid after the grace"),
    "extension-limit": ("延长次数已满", "No further extension"),
    "premium": ("缴费记录", "Premium paid"),
    "disclosure": ("信息提供记录", "Disclosure"),
    "phone-doctor-opened": ("电话医生提前开通", "Phone doctor opened early"),
    "deposit-receipt": ("押金收据（保险公司留存）", "Deposit receipt (kept by the insurer)"),
    "call-back-care": ("关怀回访", "Call-back for care"),
    "call-back-satisfaction": ("满意度回访", "Call-back on satisfaction"),
    "service-summary": ("服务总结", "Service summary"),
    "quality-survey": ("服务质量调查", "Quality survey"),
    "send-escort": ("安排陪诊专员", "Send an escort"),
    "schedule-rehabilitation": ("安排康复随访", "Schedule rehabilitation"),
    "rearrange": ("重新安排", "Arrange again"),
    "rebook-equal-expert": ("改约同级专家", "Rebook an equal expert"),
    "agree-equal-hospital": ("协商同级医院", "Agree on an equal hospital"),
    "send-paper-list": ("发送材料清单", "Send the list of papers"),
    "assign-coordinator": ("指派专人", "Assign a coordinator"),
    "settle-at-discharge": ("出院结算", "Settle at discharge"),
    "booking-sms": ("预约短信", "Booking by SMS"),
    "booking-call": ("预约电话告知", "Booking by phone"),
    # channels
    "app": ("手机应用", "App"),
    "express-mail": ("快递", "Express mail"),
    "online-partner": ("互联网合作平台", "Online partner"),
    "agency": ("代理人渠道", "Agency"),
    "intermediary": ("专业中介", "Professional intermediary"),
    "direct-marketing": ("直销", "Direct marketing"),
    "critical-illness": ("重大疾病保险", "Critical-illness insurance"),
    # details
    "name": ("姓名", "Name"),
    "id_number": ("证件号码", "ID number"),
    "insurance_card_number": ("医保卡号", "Insurance card number"),
    "registration_number": ("登记号", "Registration number"),
    "visit_on": ("就诊日期", "Day of the visit"),
    "amount": ("金额", "Amount"),
    "discharge_on": ("出院日期", "Day of discharge"),
    "total": ("总费用", "Total"),
    "covered": ("保险承担", "Covered"),
    "recipient": ("接收方", "Recipient"),
    "purpose": ("用途", "Purpose"),
    "member": ("被保险人", "Insured person"),
}

ROLES: dict[str, Text] = {
    "customer": ("客户", "Customer"),
    "agent": ("客服专员", "Agent"),
    "insurer": ("保险公司", "Insurer"),
    "provider": ("服务机构", "Provider"),
    "coordinator": ("医疗协调员", "Medical coordinator"),
    "escort": ("陪诊专员", "Escort"),
    "hospital": ("医院", "Hospital"),
    "report-reader": ("报表查阅人", "Report reader"),
}


def named(codes: Iterable[str]) -> Text:
    """Codes in words, in both languages."""
    found = [LABELS.get(code, (code, code)) for code in codes]
    return "、".join(zh for zh, _ in found), ", ".join(en for _, en in found)


__all__ = ["LABELS", "ROLES", "SERVICES", "named"]
