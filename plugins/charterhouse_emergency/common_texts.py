"""The words of the rules E1 to E14, which all green channels of hospitals share."""

from __future__ import annotations

from collections.abc import Mapping

from charterhouse.kernel.charter import Section, Text
from charterhouse.kernel.labels import COMMON
from charterhouse_emergency.labels import MEDICAL

HEADINGS = (
    Section("E", "绿色通道通用规则", "Common rules of the green channels"),
    Section("D", "补充规定", "Decided rules"),
)

RULES: dict[str, Text] = {
    "E1": (
        "患者到达（救护车、门诊入口、分诊台）即登记入册：免费，无需审核，不因缺少证件、费用或同意而拒绝，登记即有效，无截止日。"
        "未写明类别的为最低类别；类别由章程认定的，登记时不得另行指定。同一患者只登记一次，再次就诊另开事件。未登记入册的"
        "人员不予办理。",
        "A patient is entered on arrival (ambulance, gate, triage desk): free of charge, without a "
        "review, never refused for lack of a paper, of money or of consent; active at once, without "
        "a last day. Without a word the class is the lowest; where the charter derives it nobody "
        "is entered with another one. Nobody is entered twice: a new episode is a new request. "
        "Nothing is done for somebody who is not on the register.",
    ),
    "E2": (
        "身份凭身份证件核对；未出示的照常诊治，标记“身份待核”并生成核对任务，核对后解除。",
        "The identity is proved by an identity document. Without one treatment never waits: the "
        "patient is marked, and a task asks for the check, which clears both.",
    ),
    "E3": (
        "患者的每次就诊或服务为一个事件：受理后为已受理，办成为已服务，患者自行离开或院方未能提供的为已关闭（后者生成复查"
        "任务），放弃为已取消。事件不设审批。章程没有的服务不予受理。已结束的事件除核对身份、补办挂号和缴费外不再办理。",
        "What happens to a patient is an episode: received, then served, or closed when the patient "
        "left or the hospital failed (which is looked into), or cancelled. Nobody decides on it. A "
        "service that the charter does not know is refused. Of an episode that is over nothing more "
        "is done, except that the identity is checked and formalities are made up for.",
    ),
    "E4": (
        "章程未列的步骤不予登记；缺少应有内容的步骤不予登记。步骤一般不限于某项服务，可以多次，以其发生时间为准。",
        "A step that the charter does not know is refused, and so is one without what it has to "
        "tell. Steps are not bound to a service and may occur several times; their time counts.",
    ),
    "E5": (
        "“先甲后乙”的，未甲而乙不予登记。已经发生的诊疗事实照实登记，并作标记和违规记录。",
        "Where one thing has to come first, the other is refused before it. A fact of care that has "
        "happened is accepted as it is, marked, and recorded as a violation.",
    ),
    "E6": (
        "时限按钟点昼夜连续计算，精确到秒，恰在时限之时仍为按时。最早的未结时限为事件的办理期限。每个时限自首次开始起计算一次；"
        "呼叫科室和口头医嘱每次各计一次，先呼叫的先结。届满未办的，标记逾期并生成升级任务，每个时限一次，并持续至办妥；"
        "超时办理的照常登记，标记“超时”并记录。",
        "Limits run on the clock, day and night, to the second; exactly at the limit is in time. The "
        "earliest one still open is the deadline of the episode. A limit runs once, from the first "
        "occurrence of its start; calls of departments and oral orders run each for itself, the "
        "oldest settled first. One that passes undone marks the episode overdue and raises a task, "
        "once, and stays open until it is done; what is done late is accepted, marked and recorded.",
    ),
    "E7": (
        "候诊按类别由高到低叫号，同类的按在该类别中等候的先后；等候中类别改变的，排在新类别已在等候者之后。被叫号、结束或取消"
        "的不再排队。叫号顺序由医生酌情掌握。",
        "Those who wait are called by class, highest first, each in the order of waiting in it; whoever "
        "changes class while waiting stands behind those of the new class who already wait. Whoever "
        "was called, or whose request is closed or cancelled, waits no longer. The doctor may call "
        "somebody else.",
    ),
    "E8": (
        "事件按“已服务”结束前，章程所列各项须齐备；所缺各项逐一列明，未列要求的不作要求。",
        "An episode is closed as served when everything is there that the charter lists; what lacks "
        "is named. Where nothing is listed nothing is needed.",
    ),
    "E9": (
        "除章程另有规定外，医院收费不在本章程之内；本章程规定的是次序：先救治，后手续。",
        "Fees of the hospital are outside this charter unless it says otherwise. What it regulates is "
        "the order: care first, formalities afterwards.",
    ),
    "E10": (
        "工作日按国家公布的安排，含调休；办公时间为工作日的上班至下班时刻，含起止时刻，其余为夜间或休息日。",
        "Working days follow the official calendar with its make-up days. Office hours are from the "
        "beginning to the end of the office of a working day, both included; everything else is night "
        "or rest day.",
    ),
    "E11": (
        "转运工具为平车和轮椅。",
        "Means of transport are the stretcher cart and the wheelchair.",
    ),
    "E12": (
        "每次到达、步骤（时间、经办人）、交接（交方、接方、病情、时间）、医嘱、呼叫与到达、告知、报告和结束均记入患者档案。"
        "统计：按服务、类别和月份统计事件；时限按时与超时及用时中位数；违规；身份或手续待补的事件；逾期升级。",
        "Every arrival, step (time and actor), hand-over (from, to, condition, time), order, call and "
        "arrival, notice, report and closing is kept in the patient's file. Reports: episodes by "
        "service, class and month; limits met and missed with the median of the time needed; "
        "violations; episodes with identity or formalities pending; escalations.",
    ),
    "E13": (
        "患者资料在事件进行中由经治团队查阅，结束后仅经治科室和医务科可以查阅；此外的每次查阅均予登记，统计仅列数字。病情只"
        "告知患者和档案所载家属，不告知其他陪同人员。",
        "The patient's data are open to the team of the running episode, afterwards to the treating "
        "department and medical affairs only; every access outside is logged, and reports show "
        "figures only. Information goes to the patient and the family member on file, not to other "
        "escorts.",
    ),
    "E14": (
        "岗位：导医、分诊护士、护士、急诊护士、病房护士、手术室护士、医生、急诊医生、专科医生、会诊医生、麻醉医生、收费员、"
        "科主任、医务科、院总值班、业务副院长、服务专班。",
        "Roles: guide, triage nurse, nurse, emergency nurse, ward nurse, operating-room nurse, doctor, "
        "emergency doctor, specialist, consultant, anaesthetist, cashier, department head, medical "
        "affairs, duty officer, vice-president for operations, green-channel team.",
    ),
    "D.1": (
        "医院可修订本章程；各版本均予保存，每件事项适用其当时有效的版本。",
        "The hospital may change this charter; versions are kept, and everything is judged by the "
        "version in force at its moment.",
    ),
}
"""Number → text."""

ROLES: Mapping[str, Text] = {
    "guide": ("导医", "Guide"),
    "triage-nurse": ("分诊护士", "Triage nurse"),
    "nurse": ("护士", "Nurse"),
    "emergency-nurse": ("急诊护士", "Emergency nurse"),
    "ward-nurse": ("病房护士", "Ward nurse"),
    "or-nurse": ("手术室护士", "Operating-room nurse"),
    "doctor": ("医生", "Doctor"),
    "emergency-doctor": ("急诊医生", "Emergency doctor"),
    "specialist": ("专科医生", "Specialist"),
    "consultant": ("会诊医生", "Consultant"),
    "anaesthetist": ("麻醉医生", "Anaesthetist"),
    "cashier": ("收费员", "Cashier"),
    "department-head": ("科主任", "Department head"),
    "medical-affairs": ("医务科", "Medical affairs"),
    "duty-officer": ("院总值班", "Duty officer"),
    "vice-president": ("业务副院长", "Vice-president for operations"),
    "green-team": ("服务专班", "Green-channel team"),
}
"""Role → (zh, en)."""

SHARED: dict[str, Text] = {
    **COMMON,
    **MEDICAL,
    **ROLES,
    "ordinary": ("普通患者", "Ordinary patient"),
    "identity-checked": ("已核对身份", "Identity checked"),
    "identity-pending": ("身份待核", "Identity pending"),
    "check-identity": ("核对身份", "Check the identity"),
    "called": ("已叫号", "Called"),
    "suspected": ("疑似", "Suspected"),
    "confirmed": ("确诊", "Confirmed"),
    "late": ("超时", "Late"),
    "overdue": ("逾期", "Overdue"),
    "escalate-overdue": ("逾期升级处理", "Escalate what is overdue"),
    "review-failure": ("复查院方未能提供的原因", "Look into the failure"),
    "violation": ("违规", "Violation"),
    "disclosure": ("对外提供信息登记", "Disclosure"),
    "arrival": ("会诊到位", "Arrival of the department"),
    "department": ("科室", "Department"),
    "complete": ("是否齐备", "Complete"),
    "member": ("患者", "Patient"),
    "to": ("接收方", "To"),
    "from": ("移交方", "From"),
    "condition": ("病情", "Condition"),
    "consultation-called": ("已呼叫会诊", "Consultation called"),
    "consultant-arrived": ("会诊医生到达", "Consultant arrived"),
    "registration-done": ("已补挂号", "Registration done"),
    "payment-done": ("已缴费", "Payment done"),
    "payment-demanded": ("要求先缴费", "Payment demanded"),
    "formalities-pending": ("手续待补", "Formalities pending"),
    "rescue": ("抢救", "Rescue"),
    "rescue-ended": ("抢救结束", "Rescue ended"),
    "family-informed": ("已告知家属", "Family informed"),
    "reported": ("已报告", "Reported"),
    "replenish": ("补充", "Replenish"),
    "handed-over": ("已交接", "Handed over"),
    "stretcher-cart": ("平车", "Stretcher cart"),
    "wheelchair": ("轮椅", "Wheelchair"),
}
"""Code → (zh, en)."""

__all__ = ["HEADINGS", "ROLES", "RULES", "SHARED"]
