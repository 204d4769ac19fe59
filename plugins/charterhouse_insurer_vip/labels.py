"""The words of all insurers' VIP programmes: services, tiers, items, places, steps, people."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.labels import COMMON

SERVICES: dict[str, Text] = {
    "domestic-rescue": ("国内救援", "Domestic rescue"),
    "international-rescue": ("国际救援", "International rescue"),
    "phone-doctor": ("电话医生", "Phone doctor"),
    "health-check": ("贵宾体检", "VIP check-up"),
    "member-events": ("客户服务活动", "Customer events"),
    "global-courtesy": ("全球贵宾礼遇", "Global VIP courtesy"),
    "expert-outpatient": ("专家门诊", "Expert out-patient visit"),
    "special-clinic": ("特需门诊", "Special-needs clinic"),
    "admission": ("住院安排", "Admission"),
    "surgery": ("手术安排", "Surgery"),
    "second-opinion": ("第二诊疗意见", "Second opinion"),
    "fast-exam": ("检查加急", "Fast examination"),
    "escort": ("陪诊", "Escort"),
    "consulting": ("健康咨询", "Consulting"),
    "rehabilitation": ("康复管理", "Rehabilitation"),
}
"""Every service by its code, which is that of its benefit too."""

LABELS: dict[str, Text] = {
    **COMMON,
    **SERVICES,
    # tiers
    "silver": ("银卡", "Silver"),
    "gold": ("金卡", "Gold"),
    # items of the rescue
    "phone-consulting": ("电话医疗咨询", "Medical advice by phone"),
    "institution-recommendation": ("医疗机构推荐", "Recommendation of an institution"),
    "visit-and-admission-help": ("协助就诊和住院", "Help with visit and admission"),
    "cost-guarantee": ("住院费用担保", "Guarantee of in-patient costs"),
    "medicine-delivery": ("药品和用品递送", "Delivery of medicines and supplies"),
    # details
    "item": ("救援项目", "Item of the rescue"),
    "grade": ("保单所载级别", "Grade on the policy"),
    "details.grade": ("保单所载级别", "Grade on the policy"),
    "policy": ("保单", "Policy"),
    "distance_from_home_km": ("距常住地（公里）", "Distance from home (km)"),
    "distance_km": ("距登记地址（公里）", "Distance from the registered address (km)"),
    "trip_started": ("出行日期", "Day of departure"),
    "payment_security": ("付款担保", "Payment security"),
    "card": ("银行卡", "Card"),
    "family": ("亲属", "Family"),
    "place": ("事发地", "Place of the event"),
    "mainland": ("中国内地", "Mainland China"),
    "hong-kong": ("香港", "Hong Kong"),
    "macau": ("澳门", "Macau"),
    "taiwan": ("台湾", "Taiwan"),
    "abroad": ("境外", "Abroad"),
    "born": ("出生日期", "Date of birth"),
    "recipient": ("接收方", "Recipient"),
    "purpose": ("用途", "Purpose"),
    "member": ("被保险人", "Insured person"),
    # relations
    "parent": ("父母", "Parent"),
    "spouse": ("配偶", "Spouse"),
    "child": ("子女", "Child"),
    # products and steps
    "whole-life-critical-illness": ("终身重大疾病保险", "Whole-life critical-illness insurance"),
    "mild-illness-rider": ("附加轻症保险", "Mild-illness rider"),
    "booking-confirmed": ("预约成功并告知", "Booking confirmed"),
    # conditions and how sure they are
    "malignant-tumour": ("恶性肿瘤", "Malignant tumour"),
    "stroke": ("脑卒中", "Stroke"),
    "acute-infarction": ("急性心肌梗死", "Acute myocardial infarction"),
    "organ-transplant": ("重大器官移植", "Organ transplant"),
    "fracture": ("骨折", "Fracture"),
    "suspected": ("疑似", "Suspected"),
    "confirmed": ("确诊", "Confirmed"),
    # changes of a policy
    "reinstated": ("复效", "Reinstated"),
    "renewed": ("续保", "Renewed"),
    "surrendered": ("退保", "Surrendered"),
    "expired": ("满期", "Expired"),
    "lapsed": ("中止", "Lapsed"),
    "changed": ("变更", "Changed"),
    # records
    "disclosure": ("信息提供记录", "Disclosure"),
}

ROLES: dict[str, Text] = {
    "customer": ("客户", "Customer"),
    "agent": ("客服专员", "Agent"),
    "insurer": ("保险公司", "Insurer"),
    "provider": ("救援及服务机构", "Provider"),
    "coordinator": ("医疗协调员", "Medical coordinator"),
    "escort": ("陪诊专员", "Escort"),
    "hospital": ("医院", "Hospital"),
    "report-reader": ("报表查阅人", "Report reader"),
}

__all__ = ["LABELS", "ROLES", "SERVICES"]
