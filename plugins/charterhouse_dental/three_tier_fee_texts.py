"""The words of the charter with three tiers bought once."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.price import percent
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.report import Form, FormField
from charterhouse.kernel.settings import SettingValues

TIERS: dict[str, Text] = {code: COMMON[code] for code in ("ordinary", "silver", "gold")}

LABELS: dict[str, Text] = {
    **COMMON,
    "product-discount": ("产品优惠", "Product discount"),
    "oral-care-kit": ("口腔护理套装", "Oral-care kit"),
    "satisfaction-survey": ("满意度调查", "Satisfaction survey"),
    "health-news": ("寄送口腔健康资讯", "Send oral-health news"),
}

FORM = Form("会员申请表", "Membership application form", (
    FormField("name", "姓名", "Name", person="name"),
    FormField("born", "出生日期", "Date of birth", "date"),
    FormField("id_number", "身份证件号码", "Number of the identity document"),
    FormField("phone", "联系电话", "Telephone", "phone", person="phone"),
    FormField("address", "住址", "Address", "long_text", person="address"),
    FormField("tier", "申请的会员等级", "Tier applied for"),
    FormField("signature", "申请人签名", "Applicant's signature", "signature"),
))  # fmt: skip

PAPERS: Text = (
    "须填写会员申请表并缴清所选等级的会员费，二者缺一不可；缺申请表为材料不全，缴费不足不予办理。",
    "The application form is filled in and the tier's fee paid; both are needed. Without the form "
    "the application is incomplete, and less than the fee is refused.",
)
AT_ONCE: Text = (
    "无需审核，交表并缴费后即为会员；会员不得重复入会。",
    "There is no review: with form and fee the applicant is a member at once. A member cannot join "
    "again.",
)
RISE: Text = (
    "升级须补足两级会员费的差额，即时生效，已有的届满日不变；不办理降级，只可退会；升至金卡时赠送护理套装。",
    "A rise costs the difference of the fees and holds at once; an end date stays. A change to a "
    "lower tier is refused, only withdrawal is possible. The kit comes with the rise to gold.",
)
KIT: Text = (
    "护理套装（牙刷、牙膏、漱口水等）限领一次；高等级的权益，等级不足者不予提供。",
    "The oral-care kit (toothbrush, toothpaste, mouthwash …) is given once; a benefit of a higher "
    "tier is refused below it.",
)
BOOKING: Text = (
    "优先预约（银卡、金卡）：会员优先预约，预约成功后优先就诊；同一时段银卡和金卡会员先于其他人，"
    "同类人员按预约先后顺序。",
    "Priority booking (silver, gold): they book first and after a successful booking are seen first. "
    "For the same slot silver and gold come before everybody else, each group in the order of "
    "booking.",
)
LECTURES: Text = (
    "定期举办口腔健康讲座，各等级会员免费参加。",
    "Lectures at regular times are free for members of every tier.",
)
BREACH: Text = (
    "会员违反章程的，诊所可立即终止其会员资格，须记录原因和决定人，缺少任何一项不予办理；会员费不予退还，已申请退会的亦同。",
    "After a breach the clinic may end the membership at once. Reason and deciding person are "
    "recorded, without them it is refused. There is no refund, also when notice had been given.",
)


def tariff(s: SettingValues) -> Text:
    """2 in words."""
    fees = (s.fee_ordinary, s.fee_silver, s.fee_gold)
    zh = "、".join(f"{n[0]}{show_fen(f)}元" for n, f in zip(TIERS.values(), fees, strict=True))
    en = ", ".join(
        f"{n[1].lower()} {show_fen(f)}" for n, f in zip(TIERS.values(), fees, strict=True)
    )
    return (
        f"会员等级由低到高及会员费：{zh}；未指明等级的为普通会员。银卡另享优先预约和产品优惠，"
        "金卡再享口腔护理套装一份。",
        f"Tiers low to high with their fees in yuan: {en}; without a wish the tier is ordinary. Silver "
        "adds priority booking and the product discount, gold one oral-care kit as well.",
    )


def term(s: SettingValues) -> Text:
    """2.1 in words."""
    zh = f"会员期限{s.term_months}个月，自入会之日起算" if s.term_months else "会员资格长期有效"
    en = (
        f"The membership runs for {s.term_months} months from the day of admission"
        if s.term_months
        else "The membership is open-ended"
    )
    return (
        f"{zh}。设有期限的，届满前缴纳该等级会员费可续期，新一期自届满次日起算；届满后续费的，自当日起算。",
        f"{en}. Where there is a term, renewal with the tier's fee before the end adds one from the "
        "day after it; after the end it starts one on its own day.",
    )


def discount(s: SettingValues) -> Text:
    """3.1 in words."""
    factors = (s.factor_ordinary, s.factor_silver, s.factor_gold)
    rows = list(zip(TIERS.values(), factors, strict=True))
    zh = "、".join(f"{name[0]}{percent(factor)}%" for name, factor in rows)
    en = ", ".join(f"{name[1].lower()} {percent(factor)} %" for name, factor in rows)
    return (
        f"口腔诊疗服务（检查、体检、诊察、治疗、手术、疗程、口腔美容）按原价的以下比例收费：{zh}；"
        "挂号、药品、产品及其他科室不在此列。",
        f"Dental care (examination, health check, consultation, treatment, surgery, courses, oral "
        f"beauty) costs of the list price: {en}. Not registration, drugs, products and other "
        "departments.",
    )


STATEMENTS = (
    Statement(
        "3.3",
        "各项优惠不叠加，取最低价（生日当日为生日价，不在等级价上再打折），每行四舍五入到分。",
        "Discounts do not stack: the best one is taken (on the birthday its own price, not a part of "
        "the tier price), half-up to the fen per line.",
    ),
    Statement(
        "4.4",
        "全体会员资料保存于会员管理系统。",
        "Data of all members are kept in a member-management system.",
    ),
    Statement(
        "D.1",
        "讲座面向全体会员；优先预约和产品优惠自银卡起。生日优惠适用于各等级。入会不限国籍，凭身份证件办理。",
        "Lectures are for everybody; priority booking and product prices from silver up. The birthday "
        "price is for every tier. Any adult with an identity document may join, not citizens only.",
    ),
)  # fmt: skip
"""Rules that ask nothing of the system."""


def contact(s: SettingValues) -> Text:
    """4.3 in words."""
    survey_zh = f"每{s.survey_months}个月" if s.survey_months else "不定期"
    survey_en = f"every {s.survey_months} months" if s.survey_months else "from time to time"
    return (
        f"提供口腔健康资讯和提醒，{survey_zh}进行满意度调查；会员热线：{s.hotline or '见诊所公示'}，受理咨询和投诉。",
        f"Oral-health news with reminders, a satisfaction survey {survey_en}; the member hotline "
        f"({s.hotline or 'as published'}) takes questions and complaints.",
    )


def leaving(s: SettingValues) -> Text:
    """5.1 in words."""
    return (
        f"会员可以任何形式提前{s.notice_months}个月申请退会；自{s.notice_months}个月后同日（无该日的为当月末日）零时起终止，"
        "前一日为享受权益的最后一日，此前权益照常。",
        f"A member leaves with {s.notice_months} month(s)' notice, in any form. The membership ends "
        "at the beginning of the same day that much later (or of that month's last day): the day "
        "before is the last with benefits, and until then all go on.",
    )


def paid_back(s: SettingValues) -> Text:
    """5.2 in words."""
    share = percent(s.refund_share)
    return (
        f"终止时退还该次会员资格已缴会员费（入会和升级；有期限的为当期）的{share}%，不按时间折算，不扣除护理套装。",
        f"At that end {share} % of all fees paid for the running membership (admission and rises; with "
        "a term, those of the running term) are paid back: no proration, the kit is not deducted.",
    )
