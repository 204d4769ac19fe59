"""The vocabulary in words: verbs, fields, units, purposes, ways to pay. The charter's words win.

Nothing here belongs to a charter: these are the words of the event vocabulary itself, in both
languages, for what a charter has no label of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from charterhouse.kernel.charter import Text

METHODS: Mapping[str, Text] = {
    "cash": ("现金", "Cash"),
    "card": ("银行卡（POS）", "Bank card (POS)"),
    "wechat_pay": ("微信支付", "WeChat Pay"),
    "alipay": ("支付宝", "Alipay"),
    "transfer": ("转账", "Bank transfer"),
}
"""The ways in which money comes in at a counter: the one list of them."""

ACCOUNTS: Mapping[str, Text] = {
    "points": ("积分", "Points"),
    "stored_value": ("储值", "Stored value"),
    "credit": ("余额", "Credit"),
    "deposit": ("押金", "Deposit"),
    "dividends": ("分红", "Dividends"),
    "spend_total": ("累计消费", "Cumulative consumption"),
    "lifetime_points": ("累计积分", "Lifetime points"),
    "money": ("金额", "Money"),
}
"""Units of the ledger, in the order in which a member's balances are shown."""

CLASSES: Mapping[str, Text] = {
    "principal": ("本金", "Principal"),
    "bonus": ("赠送", "Bonus"),
    "earned": ("消费所得", "Earned"),
    "gift": ("赠送", "Gift"),
    "referral": ("推荐", "Referral"),
    "opening": ("期初", "Opening balance"),
    "short": ("透支", "Overdrawn"),
}
"""Classes of lots."""

PURPOSES: Mapping[str, Text] = {
    "fee": ("会费", "Fee"),
    "difference": ("差额", "Difference"),
    "deposit": ("押金", "Deposit"),
    "donation": ("捐款", "Donation"),
    "reissue": ("补卡费", "Reissue fee"),
    "loss_report": ("挂失费", "Fee for reporting the loss"),
    "premium": ("保费", "Premium"),
    "top_up": ("充值", "Top-up"),
    "prepayment": ("预付款", "Prepayment"),
    "transfer": ("转让费", "Transfer fee"),
    "instalment": ("分期款", "Instalment"),
}
"""For what a member pays."""

VISITS: Mapping[str, Text] = {
    "outpatient": ("门诊", "Outpatient"),
    "specialist": ("专科", "Specialist"),
    "inpatient": ("住院", "Inpatient"),
    "rehabilitation": ("康复", "Rehabilitation"),
    "exam": ("体检", "Check-up"),
    "emergency": ("急诊", "Emergency"),
}
CATEGORIES: Mapping[str, Text] = {
    "registration": ("挂号", "Registration"),
    "consultation": ("诊察", "Consultation"),
    "exam": ("检查", "Examination"),
    "lab": ("化验", "Laboratory"),
    "treatment": ("治疗", "Treatment"),
    "surgery": ("手术", "Surgery"),
    "drug": ("药品", "Drugs"),
    "material": ("材料", "Materials"),
    "bed": ("床位护理", "Bed and nursing"),
    "ward": ("病房", "Ward"),
    "product": ("产品", "Products"),
    "health-check": ("健康体检", "Health check"),
    "other": ("其他", "Other"),
}
KINDS: Mapping[str, Text] = {
    "individual": ("个人", "Individual"),
    "affiliate": ("附属", "Affiliate"),
    "corporate": ("单位", "Organisation"),
    "group": ("团体", "Group"),
    "family": ("家庭", "Family"),
}

_CHOICES: Mapping[str, Mapping[str, Text]] = {
    "kind": KINDS,
    "visit": VISITS,
    "visit.kind": VISITS,
    "category": CATEGORIES,
    "method": METHODS,
    "unit": ACCOUNTS,
    "purpose": PURPOSES,
    "pay.for": PURPOSES,
    "channel": {
        "on-site": ("现场", "On site"),
        "online": ("网上", "Online"),
        "telephone": ("电话", "Telephone"),
        "wechat": ("微信", "WeChat"),
        "sms": ("短信", "Text message"),
        "website": ("网站", "Website"),
    },
    "refer.outcome": {
        "registered": ("已登记", "Registered"),
        "carded": ("已办卡", "Got a card"),
        "visited": ("已就诊", "Came for a visit"),
        "admitted": ("已住院", "Was admitted"),
        "joined": ("已入会", "Joined"),
    },
    "take_part.result": {
        "took_part": ("参加", "Took part"),
        "excellent": ("优秀", "Excellent"),
        "third": ("三等奖", "Third prize"),
        "second": ("二等奖", "Second prize"),
        "first": ("一等奖", "First prize"),
    },
    "award.kind": {
        "gift": ("赠送", "Gift"),
        "interaction": ("互动", "Interaction"),
        "adjustment": ("调整", "Adjustment"),
    },
    "withdraw.form": {
        "written": ("书面", "In writing"),
        "phone": ("电话", "By phone"),
        "in-person": ("本人到场", "In person"),
    },
    "close.outcome": {
        "served": ("已服务", "Served"),
        "no_show": ("未到", "Did not come"),
        "failed": ("未能提供", "Could not be served"),
    },
    "decide.outcome": {
        "approved": ("批准", "Approved"),
        "refused": ("不批准", "Refused"),
    },
    "cancel.by": {
        "customer": ("客户", "The customer"),
        "provider": ("服务商", "The provider"),
        "hospital": ("医院", "The hospital"),
    },
    "grant.by": {
        "leader": ("领导", "A leader"),
        "manager": ("经理", "A manager"),
    },
    "diagnose.certainty": {
        "confirmed": ("确诊", "Confirmed"),
        "suspected": ("疑似", "Suspected"),
    },
    "request.state": {
        "received": ("已受理", "Received"),
        "incomplete": ("待补材料", "Incomplete"),
        "approved": ("已批准", "Approved"),
        "refused": ("未批准", "Refused"),
        "arranged": ("已安排", "Arranged"),
        "booked": ("已预约", "Booked"),
        "waiting": ("排队中", "Waiting"),
        "called": ("已叫号", "Called"),
        "served": ("已服务", "Served"),
        "cancelled": ("已取消", "Cancelled"),
        "closed": ("已结束", "Closed"),
        "no_show": ("未到", "Did not come"),
        "failed": ("未能提供", "Could not be served"),
        "open": ("进行中", "Open"),
    },
    "measures": {
        "end_membership": ("终止会员资格", "End the membership"),
        "cancel_points": ("取消积分", "Cancel the points"),
        "take_card": ("收回会员卡", "Take the card"),
        "refuse_redemption": ("拒绝兑换", "Refuse the redemption"),
        "warn": ("警告", "Warn"),
        "suspend": ("暂停资格", "Suspend"),
    },
}  # fmt: skip
_CHOICES = {**_CHOICES, "sanction.measures": _CHOICES["measures"]}

# Words for what is common; an institution may use any code, so forms do not choose from these.
_ACTIVITIES: Mapping[str, Text] = {
    "health-lecture": ("健康讲座", "Health lecture"),
    "tea-lecture": ("茶会讲座", "Lecture over tea"),
    "spring-walk": ("春季踏青", "Spring walk"),
    "lantern-evening": ("元宵灯会", "Lantern evening"),
    "lotus-festival": ("荷花节", "Lotus festival"),
    "moon-festival": ("中秋活动", "Mid-autumn festival"),
}
_GIFTS: Mapping[str, Text] = {
    "baby-blanket": ("婴儿毯", "Baby blanket"),
    "bath-set": ("洗护套装", "Bath set"),
    "canvas-bag": ("帆布袋", "Canvas bag"),
    "care-voucher": ("护理券", "Care voucher"),
    "checkup-voucher": ("体检券", "Check-up voucher"),
    "growth-album": ("成长相册", "Growth album"),
    "honey": ("蜂蜜", "Honey"),
    "lotus-lamp": ("荷花灯", "Lotus lamp"),
    "pillow": ("枕头", "Pillow"),
    "scarf": ("丝巾", "Scarf"),
    "tea-box": ("茶叶礼盒", "Box of tea"),
    "thermometer": ("体温计", "Thermometer"),
    "thermos": ("保温杯", "Thermos"),
    "towel-set": ("毛巾套装", "Set of towels"),
    "umbrella": ("雨伞", "Umbrella"),
}
_PRODUCTS: Mapping[str, Text] = {
    "endowment": ("两全保险", "Endowment insurance"),
    "annuity": ("年金保险", "Annuity"),
    "whole-life": ("终身寿险", "Whole-life insurance"),
    "term-life": ("定期寿险", "Term-life insurance"),
    "critical-illness": ("重大疾病保险", "Critical-illness insurance"),
}

LABELS: Mapping[str, Text] = {
    code: text
    for family in ("measures", "refer.outcome", "take_part.result", "award.kind", "channel", "kind")
    for code, text in _CHOICES[family].items()
} | {**CLASSES, **PURPOSES, **ACCOUNTS, **_ACTIVITIES, **_GIFTS, **_PRODUCTS}
"""What a code means of which the charter does not say it, wherever it stands."""

FIELDS: Mapping[str, Text] = {
    "activity": ("活动", "Activity"),
    "amount": ("金额", "Amount"),
    "approver": ("批准人", "Approved by"),
    "at_home": ("上门服务", "At home"),
    "benefit": ("权益", "Benefit"),
    "born": ("出生日期", "Born"),
    "by": ("由谁", "By whom"),
    "certainty": ("确定程度", "Certainty"),
    "changes": ("变更内容", "What changed"),
    "channel": ("渠道", "Channel"),
    "condition": ("病种", "Condition"),
    "consent": ("已同意", "Consent given"),
    "cooling_off_until": ("犹豫期至", "Cooling-off until"),
    "count": ("次数", "How often"),
    "details": ("详情", "Details"),
    "documents": ("材料", "Papers"),
    "due": ("应缴日", "Due on"),
    "effective": ("生效日", "Takes effect on"),
    "episode": ("就诊疗程", "Episode of treatment"),
    "fee": ("会费", "Fee"),
    "first": ("首次", "For the first time"),
    "for": ("用于", "For"),
    "form": ("形式", "Form"),
    "headcount": ("人数", "Number of persons"),
    "hospital": ("医院", "Hospital"),
    "id": ("编号", "Number"),
    "item": ("项目", "Item"),
    "kind": ("类别", "Kind"),
    "lines": ("明细", "Lines"),
    "measures": ("措施", "Measures"),
    "member": ("会员", "Member"),
    "method": ("方式", "How it is paid"),
    "note": ("备注", "Remark"),
    "occurred_at": ("发生时间", "When it happened"),
    "of": ("哪一笔", "Which one"),
    "origin": ("来源", "Came from"),
    "outcome": ("结果", "Outcome"),
    "path": ("办理途径", "Way in"),
    "person": ("相关人员", "Person"),
    "points": ("积分", "Points"),
    "policy": ("保单", "Policy"),
    "premium": ("保费", "Premium"),
    "presented_by": ("出示人", "Presented by"),
    "product": ("产品", "Product"),
    "quantity": ("数量", "Quantity"),
    "reason": ("原因", "Reason"),
    "relation": ("关系", "Relation"),
    "request": ("服务单", "Request or booking"),
    "result": ("结果", "Result"),
    "service": ("服务", "Service"),
    "shown": ("已出示", "Shown and checked"),
    "slot": ("时间", "Time"),
    "spend_total": ("累计消费", "Cumulative consumption"),
    "sponsor": ("介绍人", "Sponsor"),
    "step": ("步骤", "Step"),
    "stored_value": ("储值", "Stored value"),
    "sum_insured": ("保额", "Sum insured"),
    "tier": ("等级", "Tier"),
    "to": ("变更为", "To"),
    "top_up": ("充值", "Top-up"),
    "until": ("截止", "Until"),
    "upgrade": ("作为升级差额", "Paid as the difference of an upgrade"),
    "valid_until": ("有效期至", "Valid until"),
    "visit": ("就诊类别", "Kind of visit"),
    "waiting_days": ("等待天数", "Waiting days"),
    "what": ("内容", "What"),
}
"""Fields of the vocabulary."""


def known(family: str) -> Mapping[str, Text]:
    """The codes that the vocabulary itself names for a field, such as `refer.outcome`."""
    return _CHOICES.get(family, {})


def named(family: str, code: str) -> Text | None:
    """What the vocabulary calls a code of a family (`visit`, `category`, `method`, `unit` …)."""
    return known(family).get(code)


def field_label(name: str) -> Text:
    """What a field of the vocabulary is called."""
    return FIELDS.get(name, (name, name))
