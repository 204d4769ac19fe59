"""The words of the customer service manual."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues
from charterhouse_service_desk.labels import SHARED

LABELS: dict[str, Text] = {
    **SHARED,
    "complex": ("复杂", "Complex"),
    "replied": ("已答复", "Replied"),
    "timetable-given": ("已给出时间表", "Timetable given"),
    "loss-assessed": ("损失已核定", "Loss assessed"),
    "confirmed": ("订单已确认", "Confirmed"),
    "delivered": ("已送达", "Delivered"),
    "installed": ("已安装调试", "Installed"),
    "located": ("故障已定位", "Located"),
    "repair-sent": ("已派修", "Repair sent"),
    "training": ("培训", "Training"),
    "timetable": ("解决时间表", "Timetable"),
    "claim": ("索赔金额", "Claim"),
    "loss": ("核定损失", "Proved loss"),
    "own_error": ("我方过错", "Own error"),
    "own-error": ("我方过错", "Own error"),
    "no-own-error": ("非我方过错", "No error of the own side"),
    "model": ("型号", "Model"),
    "quantity": ("数量", "Quantity"),
    "installation": ("需要安装", "Installation needed"),
    "content": ("内容", "Content"),
    "compensation": ("赔偿", "Compensation"),
}

ROLES: dict[str, Text] = {
    "complaint-team": ("投诉处理组", "Complaint team"),
    "sales-team": ("销售组", "Sales team"),
    "repair-staff": ("维修人员", "Repair staff"),
    "trainer": ("培训人员", "Trainer"),
}


def words(s: SettingValues) -> dict[str, Text]:
    """Number → text, with the institution's figures."""
    return {**_standards(s), **_process(), **_complaints(s)}


def _standards(s: SettingValues) -> dict[str, Text]:
    return {
        "1": (
            "优质产品、优良服务、客户满意、持续改进。",
            "Good products, excellent service, customer satisfaction, constant improvement.",
        ),
        "2.1": (
            f"疑问和投诉自受理起{s.reply_hours}小时内答复，并给出解决的时间表（日期或时刻）；任何渠道均可。没有时间表的答复"
            "予以登记，但不算达标，时限继续计算，直至给出时间表。",
            f"A question or a complaint is answered within {s.reply_hours} hours of its opening, with "
            "a timetable (a date or moment) by which it is solved; on any channel. A reply without "
            "one is recorded but does not meet the standard: the limit stays open until a timetable "
            "is given.",
        ),
        "2.2": (
            "提供正确、清楚的产品和服务信息。",
            "Correct, clear information on products and services.",
        ),
        "2.3": ("按客户需要提供个性化服务。", "Personal service by the customer's needs."),
        "2.4": ("故障快速定位并解决。", "Faults are located and solved fast."),
        "2.5": ("售后：维修、更新、培训。", "After-sales: repair, update, training."),
    }


def _process() -> dict[str, Text]:
    return {
        "3.1": (
            "售前咨询通过电话、电子邮件或在线交谈进行，由销售组答复；其他渠道不予登记。",
            "Consulting before the sale is by telephone, e-mail or online chat; the sales team "
            "answers. Another channel is refused.",
        ),
        "3.2": (
            "订购须写明型号、数量和价格；确认后方可送货。完成确认、送达（需要安装的还有安装）后方可办结。",
            "An order names model, quantity and price, which are confirmed. It is closed once it is "
            "confirmed, delivered and, where needed, installed.",
        ),
        "3.3": (
            "物流安全、准时，送达指定地点：确认后送货，并写明地点；订单指定了地点的，不得送往他处。",
            "Safe logistics, on time: delivered after the confirmation, to a place that is named; "
            "where the order names one, to no other.",
        ),
        "3.4": (
            "需要时由专业人员在送达后上门安装调试。",
            "Installation and debugging on site by specialists, where needed, after the delivery.",
        ),
        "3.5": (
            "故障通过热线或线上申报，其他渠道不予受理；定位、必要时派修、解决后方可办结。",
            "Faults are told by hotline or online, else refused: located, repair sent as needed, and "
            "closed once solved.",
        ),
        "3.6": (
            "售后培训可以预约，也可以取消。",
            "Training after the sale can be booked and cancelled.",
        ),
    }


def _complaints(s: SettingValues) -> dict[str, Text]:
    cap = show_fen(s.compensation_cap)
    zh, en = (
        (f"，每起投诉最高{cap}元", f", at most {cap} yuan per complaint")
        if s.compensation_cap
        else ("", "")
    )
    return {
        "4.1": ("随时欢迎反馈。", "Feedback is welcome at any time."),
        "4.2": (
            "投诉由专门的投诉处理组快速、公正、透明地处理；疑问和投诉须给出时间表并解决后方可办结。",
            "A dedicated complaint team, fast, fair, transparent. A question or complaint is closed "
            "once a timetable was given and it is solved.",
        ),
        "4.3": (
            f"因我方过错造成的实际损失予以赔偿：核定索赔金额、实际损失和过错后作出决定，取索赔与核定损失中较小者{zh}；非我方"
            "过错的不予批准，不予赔偿的须说明理由。每起投诉只决定一次，决定不改变申请状态。",
            "Actual loss caused by an error of the own side is compensated: once claim, proved loss and "
            f"error are assessed it is decided, and the smaller of claim and loss is paid{en}. Without "
            "an error of the own side it is not approved; a refusal states its reason. A complaint is "
            "decided once, which does not close it.",
        ),
        "5.1": (
            "以保密协议保护客户的商业信息和个人信息。",
            "A confidentiality agreement protects the customer's trade information and personal data.",
        ),
    }


__all__ = ["LABELS", "ROLES", "words"]
