"""The words of the rules S1 to S12, which all service desks share."""

from __future__ import annotations

from charterhouse.kernel.charter import Section, Text

HEADINGS = (
    Section("S", "客户服务通用规则", "Common rules of customer service"),
    Section("D", "补充规定", "Decided rules"),
)

AMENDMENT: Text = (
    "医院可修订本章程；各版本均予保存，每件事项适用其当日有效的版本。",
    "The institution may change this charter; versions are kept, and everything is judged by the "
    "version in force on its day.",
)

RULES: dict[str, Text] = {
    "S1": (
        "客户首次联系、预约、申请、登记或入会时即建立客户档案，每人一份。入会使档案完整，无需材料、费用和审核（章程"
        "另有规定的除外），状态为有效，无截止日；再次入会不予受理。仅有联系的人状态为“无”，不因此受限。",
        "With the first contact, booking, request, record or admission of a person a customer's file "
        "is opened, one for each. Joining completes it, without papers, fee or review unless the "
        "charter says so: active, without a last day; a second time is refused. Whoever only made "
        "contact has no status, which bars nothing.",
    ),
    "S2": (
        "不能当场办完的事项登记为申请：受理后为已受理，缺材料时为材料不全，办成为已服务，其他结果为已关闭，放弃为已取消。"
        "章程没有的服务和步骤不予受理；步骤缺少应有内容的不予登记；已结束的申请不再办理。",
        "What takes more than a moment is a request: received, incomplete while papers lack, served "
        "once it is done, closed with another outcome, or cancelled. Services and steps that the "
        "charter does not know are refused, and so is a step without what it has to tell. Nothing "
        "more is done on a request that is over.",
    ),
    "S3": (
        "以小时、分钟计的时限按钟点昼夜连续计算，恰在时限之时仍为按时。时限届满未办的，标记逾期并生成升级任务，每个时限"
        "一次，并持续至办妥；超时办理的予以登记并标记“超时”。",
        "A limit in hours or minutes runs on the clock, day and night; exactly at the limit is in "
        "time. One that passes undone marks the request overdue and raises a task to escalate it, "
        "once, and stays open until it is done; what is done late is accepted, marked and recorded "
        "as late.",
    ),
    "S4": (
        "各项服务所需内容齐备后方可按“已服务”办结；所缺内容逐项列明。",
        "A request is closed as served only when everything that its service needs is there; what "
        "lacks is named.",
    ),
    "S5": (
        "报表、小结中填报的数字须与系统当时的记录一致，不一致的不予受理；未填的由系统补齐。百分比保留两位小数，四舍五入；"
        "分母为零时为0.00。",
        "A figure that is handed in must agree with what the system has recorded at that moment, "
        "else the report is refused; what is not given is filled in. Percentages have two decimals, "
        "half-up; a share of nothing is 0.00.",
    ),
    "S6": (
        "未办结的申请按优先级处理（1最先，无优先级的最后），同级按受理先后；办结、取消或已解决的不再排队。",
        "Open requests are worked off by priority (1 first, those without one last), equal ones in "
        "the order of their opening; what is closed, cancelled or solved no longer waits.",
    ),
    "S7": (
        "每项登记载明经办人员或岗位。",
        "Every entry names the member of staff or the role that made it.",
    ),
    "S9": (
        "每次联系、申请、步骤、承诺（预计时间、时间表）、结果和满意度均记录时间、渠道和经办人。",
        "Every contact, request, step, promise (expected time, timetable), result and answer is "
        "recorded with time, channel and member of staff.",
    ),
    "S10": (
        "统计：按渠道、服务、人员、日期和月份统计联系和申请；首次答复与解决用时及按时率；投诉原因；按时限排列的未结申请。",
        "Reports: contacts and requests by channel, service, member of staff, day and month; times "
        "to the first reply and to the solution with the share in time; complaints by cause; open "
        "requests by deadline.",
    ),
    "S11": (
        "商业信息和个人信息予以保密：员工仅查阅所服务客户的档案，组长查阅本组档案，其他人员仅看统计数字；"
        "对外提供信息的，每次均予登记。",
        "Trade information and personal data are confidential: staff see the files of the customers "
        "whom they serve, leaders those of their group, others figures only. Every disclosure "
        "outside is logged.",
    ),
    "S12": (
        "除章程另有规定外，不收取费用。",
        "Unless the charter says so, nothing is charged.",
    ),
    "D.1": AMENDMENT,
}
"""Number → text."""

__all__ = ["AMENDMENT", "HEADINGS", "RULES"]
