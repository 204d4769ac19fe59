"""The words of the client managers' norms."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.settings import SettingValues
from charterhouse_service_desk.labels import SHARED

LABELS: dict[str, Text] = {
    **SHARED,
    "vip": ("VIP客户", "VIP"),
    "vip-service": ("VIP服务", "VIP service"),
    "manager": ("客户经理", "Client manager"),
    "preferred": ("偏好的联系方式", "Preferred channels"),
    "plan": ("服务计划", "Plan"),
    "scope": ("范围", "Scope"),
    "starts": ("起始日", "First day"),
    "year": ("年度", "Year"),
    "month": ("月度", "Month"),
    "week": ("周", "Week"),
    "plan-year": ("制订年度计划", "Plan the year"),
    "plan-month": ("制订月度计划", "Plan the month"),
    "plan-week": ("制订周计划", "Plan the week"),
    "weather-change": ("天气变化", "Weather change"),
    "weather-reminder": ("天气提醒", "Weather reminder"),
    "trip": ("出行", "Journey"),
    "trip-wish": ("出行祝福", "Wish for a journey"),
    "departs": ("出发日", "Departure"),
    "birthday-greeting": ("生日祝福", "Birthday greeting"),
    "recommendation": ("服务推荐", "Recommendation"),
    "churn-sign": ("离网征兆", "Sign of leaving"),
    "churn-warning": ("离网预警", "Warning of leaving"),
    "closer-contact": ("加强联系", "Closer contact"),
    "retain": ("挽留客户", "Retain the customer"),
    "retained": ("挽留成功", "Won back"),
    "churn-report": ("离网率报告", "Report of the leaving rate"),
    "from": ("起", "From"),
    "to": ("止", "To"),
    "at_start": ("期初人数", "Present at the start"),
    "left": ("离网人数", "Left"),
    "rate": ("离网率", "Leaving rate"),
    "not-preferred": ("非偏好方式", "Not the preferred way"),
    "handle-complaint": ("处理投诉", "Handle a complaint"),
}

ROLES: dict[str, Text] = {
    "client-manager": ("客户经理", "Client manager"),
    "supervisor": ("主管", "Supervisor"),
}


def words(s: SettingValues) -> dict[str, Text]:
    """Number → text, with the institution's figures."""
    return {**_care(s), **_leaving(s)}


def _care(s: SettingValues) -> dict[str, Text]:
    return {
        "0": (
            "VIP客户登记时须指定客户经理；客户经理可以更换。有效或退出办理中的VIP客户方可联系、申请服务、登记事件和"
            "申请退出。",
            "A VIP is entered with a client manager, who can be changed later. Contacts, requests, "
            "incidents and leaving are for VIPs who are active or on the way out.",
        ),
        "1": (
            "每位客户经理制订年度、月度和周的VIP服务计划，分别自1月1日、每月1日和周一起；期间开始时有VIP客户而未计划的，"
            "每期生成一项任务，补交后销去；同期再次提交的替换前者。计划仅为建议，不因缺少计划而拒绝任何事项。",
            "Each client manager makes a feasible plan for every year, month and week, from 1 January, "
            "the first of the month and Monday. A period that begins unplanned for a manager with "
            "VIPs raises a task, once, which a later plan settles; a second plan replaces the first. "
            "It is advice: nothing is refused for want of a plan.",
        ),
        "2": (
            "VIP客户全天24小时、随处可以申请服务。",
            "VIPs may ask for service 24 hours a day, everywhere.",
        ),
        "3": (
            "按客户喜好和内容，通过短信、彩信、电话、鲜花、上门拜访或接待主动联系，其他方式不予登记；"
            "未按客户偏好方式的，予以标记。",
            "Active contact by the customer's taste and by content: SMS, MMS, telephone, flowers, home "
            "visit, reception; another way is refused. One that the customer did not name among the "
            "preferred ones is marked.",
        ),
        "4": (
            "生日零时发送生日祝福（2月29日出生的平年为2月28日）；天气变化时提醒全体VIP客户；客户出行前"
            f"{s.trip_wish_days}天发送祝福，已到该日的立即发送。",
            "A greeting at 00:00 of the birthday (29 February is kept on 28 February in common years); a "
            f"reminder to all VIPs when the weather changes; a wish {s.trip_wish_days} day(s) before a "
            "journey, at once if that day has begun.",
        ),
        "5": (
            "向客户推荐确实有用的常规和新增服务，须写明客户、服务和理由。",
            "Regular and new services that are truly useful are recommended, each to a customer, with "
            "its reason.",
        ),
    }


def _leaving(s: SettingValues) -> dict[str, Text]:
    zh = "；".join(s.churn_signs) or "由医院另行规定"
    en = "; ".join(s.churn_signs) or "as the hospital sets them"
    return {
        "6.1": (
            f"关注所负责的VIP客户，对异动的加强联系，对有离网倾向的加倍关注。征兆：{zh}。登记征兆即标记预警并生成"
            "加强联系的任务。",
            "VIPs are watched, those who move contacted more closely, those who tend to leave doubly. "
            f"Signs: {en}. A sign raises a warning and the task of closer contact.",
        ),
        "6.2": (
            "VIP客户要求退出的，说明营销政策和VIP关怀政策并生成挽留任务；客户不改变主意的，"
            f"{s.retention_days}天后终止（提出当日为第0天）。其间可以挽回，并予登记。",
            "A VIP who wants to leave is offered the marketing policy and the care policy, and a task "
            "to retain is raised. He is not held: without a change of mind the membership ends after "
            f"{s.retention_days} day(s), the day of the notice being day 0. Until then he may be won "
            "back, which is recorded.",
        ),
        "6.3": (
            "控制离网率：期初在册的VIP客户中期内终止的人数÷期初在册人数；期内加入的不计。报告仅限已结束的期间，可按客户"
            "经理（以期初为准），数字须与记录一致。",
            "The leaving rate is controlled: of those present at the start of a period the ones who left "
            "within it ÷ those present; who joined within it does not count. A report is of a period "
            "that is over, of all or of one manager's VIPs at its start, and agrees with the record.",
        ),
        "7": (
            "日常服务（咨询、办理、需求、回馈）灵活处理，避免投诉；发生投诉的，由客户经理处理。",
            "Daily service (consulting, handling, needs, rewards) is flexible and complaints are "
            "avoided; one that comes is handled by the manager.",
        ),
    }


__all__ = ["LABELS", "ROLES", "words"]
