"""Names, roles, the admission register and the report of the two points plans."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from charterhouse.kernel.charter import Text
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.report import Entry, Form, FormField
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental.measures import (
    Measure,
    gained,
    happened,
    monthly,
    only,
    quoted,
    raised,
    told,
)
from charterhouse_dental.points_plan_clauses import LIFETIME

LABELS: dict[str, Text] = {
    **COMMON,
    "ordinary": ("普通会员", "Ordinary member"),
    "senior": ("高级会员", "Senior member"),
    "vip": ("VIP会员", "VIP member"),
    "diamond": ("钻石VIP会员", "Diamond VIP member"),
    "new-patient": ("到院患者", "Visiting patient"),
    "legacy": ("原积分转入", "Legacy points"),
    "granted": ("领导授予", "Granted by a leader"),
    "lifetime_points": ("累计积分", "Cumulative points"),
    # benefits and items
    "gift-ordinary": ("普通会员礼品", "Gift of ordinary members"),
    "gift-senior": ("高级会员礼品", "Gift of senior members"),
    "gift-vip": ("VIP会员礼品", "Gift of VIP members"),
    "gift-diamond": ("钻石VIP会员礼品", "Gift of diamond VIP members"),
    "cleaning-ultrasonic": ("超声波洁牙", "Ultrasonic cleaning"),
    "cleaning-sandblast": ("喷砂洁牙", "Sandblast cleaning"),
    "facial-care": ("美容科面部护理", "Facial care"),
    "herbal-therapy": ("中医科中草药热疗", "Herbal heat therapy"),
    "child-fluoride": (
        "儿童防龋保健（氟保护漆）",
        "Children's caries prevention (fluoride varnish)",
    ),
    "child-sealant": ("儿童窝沟封闭", "Children's fissure sealant"),
    "vip-room": ("VIP诊室", "VIP room"),
    "oral-check": ("定期口腔检查", "Regular oral examination"),
    "oral-record": ("个人口腔电子档案", "Personal electronic oral record"),
    "literature": ("口腔保健资料", "Literature on oral care"),
    "member-activities": ("会员活动", "Member activities"),
    "child": ("子女", "Child"),
    # services, steps, bookings
    "visit-reception": ("就诊接待", "Reception of a visit"),
    "doctor-change": ("更换主治医师", "Change of the attending doctor"),
    "file-disclosure": ("档案披露", "Disclosure of files"),
    "escorted": ("已陪同", "Escorted"),
    "doctor-told": ("已告知医师", "Doctor told"),
    "guide": ("专人导医", "Guide"),
    "agreed-with-member": ("与会员协商一致", "Agreed with the member"),
    "negotiated": ("双方医师已协商", "Negotiated by both doctors"),
    "appointment": ("预约就诊", "Appointment"),
    # records
    "gift-issue": ("礼品发放记录", "Gift issued"),
    "gifted-treatment": ("赠送服务病历记录", "Gifted treatment"),
    "cost-marketing": ("市场费用", "Marketing cost"),
    "cost-doctor": ("医师承担费用", "Cost of the doctor"),
    "batch-to-marketing": ("新会员移交市场部", "New member handed to marketing"),
    "uncollected-reward": ("奖励未领取", "Reward uncollected"),
    "follow-up": ("会员回访", "Follow-up"),
    "follow-up-collected": ("回访后已领取", "Collected after follow-up"),
    "disclosure": ("档案披露记录", "Disclosure"),
    # tasks, notices, flags
    "explain-benefits": ("说明会员权益", "Explain the benefits"),
    "make-member-file": ("建立会员档案", "Make the member file"),
    "make-hospital-record": ("建立医院电子档案", "Make the hospital's electronic file"),
    "hand-out-card": ("发放会员卡", "Hand out the card"),
    "escort-to-vip-floor": ("陪同至VIP楼层", "Escort to the VIP floor"),
    "tell-doctor-vip": ("告知接诊医师为VIP", "Tell the doctor of the VIP"),
    "prepare-vip-room": ("准备VIP诊室", "Prepare the VIP room"),
    "dedicated-guide": ("安排专人导医", "Arrange a dedicated guide"),
    "coordinate-reception": ("协调接待", "Coordinate the reception"),
    "price-gifted-service": ("赠送服务划价结算", "Price and settle the gifted service"),
    "new-members-to-marketing": (
        "上周新会员移交市场部",
        "Hand last week's new members to marketing",
    ),
    "gift-stock-check": ("礼品库存盘点", "Check the gift stock"),
    "monthly-reward-list": ("编制月度奖励名单", "Compile the monthly reward list"),
    "follow-up-uncollected": ("回访未领取奖励的会员", "Follow up uncollected rewards"),
    "remind-cleaning": ("电话提醒洁牙", "Remind of the cleaning"),
    "remind-check": ("提醒口腔检查", "Remind of the oral examination"),
    "follow-up-visit": ("就诊后回访", "Follow up the visit"),
    "level-rise": ("等级提升通知", "Notice of a rise"),
    "reward-ready": ("奖励可领取通知", "Rewards ready"),
    "used-reward-of-lost-level": ("已用失去等级的奖励", "Used rewards of a lost level"),
    "below-threshold": ("低于入会标准", "Below the threshold"),
    # choices
    "vip_up": ("达到VIP发卡", "Card on reaching VIP"),
    "all": ("入会即发卡", "Card for every member"),
    "electronic": ("电子会员，无实体卡", "Electronic, no physical card"),
    "card": ("卡", "Card"),
    "register": ("登记领取", "Registered"),
    "marketing": ("市场部", "Marketing"),
    "doctor": ("医师", "Doctor"),
    "earned": ("消费积分", "Points for bills"),
    "opening": ("转入积分", "Opening points"),
}
for _level in ("ordinary", "senior", "vip", "diamond"):
    _zh, _en = LABELS[_level]
    LABELS[f"count/single-{_level}"] = (f"{_zh}单次达标账单", f"Bills that reach {_en.lower()}")

RECORDS = (
    "gift-issue", "gifted-treatment", "cost-marketing", "cost-doctor", "batch-to-marketing",
    "uncollected-reward", "follow-up", "follow-up-collected", "disclosure",
)  # fmt: skip

ROLES: dict[str, Text] = {
    "reception": ("前台", "Reception"),
    "cashier": ("收费室", "Cashier"),
    "membership-administrator": ("会员管理员", "Membership administrator"),
    "marketing": ("市场部", "Marketing"),
    "development": ("发展部", "Development"),
    "warehouse": ("仓库", "Warehouse"),
    "doctor": ("医生", "Doctor"),
    "leader": ("领导", "Leader"),
}
EXAMPLE: dict[str, Any] = {"check_interval_months": 6, "cleaning_cycle_months": 6}

FORM = Form("入会登记表", "Admission register", (
    FormField("name", "姓名", "Name", person="name"),
    FormField("id_number", "身份证号", "ID number"),
    FormField("address", "详细住址", "Detailed home address", "long_text", person="address"),
    FormField("phone", "电话", "Telephone", "phone", person="phone"),
    FormField("sex", "性别", "Sex"),
    FormField("birth_date", "出生日期", "Date of birth", "date"),
    FormField("path", "入会途径", "Path"),
    FormField("points", "入会时积分", "Points at admission"),
    FormField("consent", "同意及日期", "Consent and date", "signature"),
    FormField("operator", "经办人", "Operator"),
))  # fmt: skip


def _of_gift(entry: Entry) -> bool:
    return str(entry.body.get("benefit", "")).startswith("gift-")


def _rows(_s: SettingValues) -> Iterable[Measure]:
    yield Measure("joined", "新会员", "New members", happened("activated"))
    yield Measure("rises", "等级提升", "Level rises", raised("level-rise"))
    yield Measure("points", "新增累计积分", "Cumulative points gained", gained(LIFETIME), "points")
    yield Measure("gifts", "发放礼品", "Gifts issued", only(told("use"), _of_gift))
    yield Measure("services", "赠送服务", "Gifted services given", raised("price-gifted-service"))
    yield Measure("redeemed", "积分兑换", "Redemptions", told("redeem"))
    uncollected = raised("follow-up-uncollected")
    yield Measure("uncollected", "未领取奖励回访", "Follow-ups of uncollected rewards", uncollected)
    yield Measure("complaints", "投诉", "Complaints", quoted("record", complaint=True))
    yield Measure("follow-ups", "回访登记", "Follow-ups", told("record", kind="follow-up"))


MONTHLY = monthly(_rows)

__all__ = ["EXAMPLE", "FORM", "LABELS", "MONTHLY", "RECORDS", "ROLES"]
