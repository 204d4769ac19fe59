"""The words of the emergency green channel for admission and surgery."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.settings import SettingValues
from charterhouse_emergency.common_texts import SHARED

LABELS: dict[str, Text] = {
    **SHARED,
    "green": ("绿色通道患者", "Green-channel patient"),
    "emergency-surgery": ("急诊手术", "Emergency surgery"),
    "pharmacy": ("急诊药房", "Emergency pharmacy"),
    "cashier": ("收费", "Cashier"),
    "operating-room": ("手术室", "Operating room"),
    "in-rescue-room": ("已入抢救室", "In the rescue room"),
    "in-operating-room": ("已入手术室", "In the operating room"),
    "cpr-started": ("已开始复苏", "Resuscitation started"),
    "staff-paged": ("已呼叫人员", "Staff paged"),
    "surgery-decided": ("已决定手术", "Surgery decided"),
    "or-notified": ("已通知手术室", "Operating room notified"),
    "anaesthetist-called": ("已通知麻醉医生", "Anaesthetist called"),
    "anaesthetist-ready": ("麻醉准备完毕", "Anaesthetist ready"),
    "orders-written": ("已开术前医嘱", "Orders written"),
    "orders-done": ("已执行医嘱", "Orders carried out"),
    "exams-done": ("检查完成", "Examinations done"),
    "surgery-started": ("手术开始", "Surgery started"),
    "surgery-done": ("手术结束", "Surgery done"),
    "transfer-disputed": ("收治科室有争议", "Ward disputed"),
    "transfer-decided": ("已裁定收治科室", "Ward decided"),
    "transferred": ("已转科", "Transferred"),
    "room": ("进入抢救室或手术室", "Rescue or operating room"),
    "into-room": ("进入抢救室或手术室", "Into the rescue or operating room"),
    "orders": ("术前医嘱", "Pre-operative orders"),
    "examinations": ("术前必要检查", "Pre-operative examinations"),
    "carrying-out": ("执行医嘱", "Carrying out the orders"),
    "anaesthesia": ("麻醉", "Anaesthesia"),
    "report-department-head": ("报告科主任", "Report to the department head"),
    "report-management": ("报告医务科、业务副院长或院总值班", "Report to the management"),
    "call-surgery-orthopaedics": ("呼叫外科和骨科", "Call surgery and orthopaedics"),
    "start-cpr": ("立即复苏", "Start resuscitation"),
    "collect-later": ("事后追缴", "Collect later"),
    "decide-ward": ("裁定收治科室", "Decide the ward"),
    "debt": ("欠费", "Debt"),
    "inventory-check": ("物资检查", "Inventory check"),
    "level": ("医生级别", "Level"),
    "age": ("年龄", "Age"),
    "sex": ("性别", "Sex"),
    "diagnosis": ("诊断", "Diagnosis"),
    "operation": ("手术", "Operation"),
    "team": ("手术组", "Team"),
    "notifier": ("通知人", "Notifier"),
    "special": ("特殊情况", "Special circumstances"),
    "critical": ("分诊判断危重", "Critical by triage"),
    "funds": ("费用", "Funds"),
    "lacking": ("不足", "Lacking"),
    "general": ("全身麻醉", "General anaesthesia"),
    "m": ("男", "Male"),
    "f": ("女", "Female"),
}


def words(s: SettingValues) -> dict[str, Text]:
    """Number → text, with the hospital's figures."""
    return {**_channel(s), **_surgery(s), **_after()}


def _channel(s: SettingValues) -> dict[str, Text]:
    return {
        "1": (
            f"自分诊（受理）起{s.room_minutes}分钟内由急诊、放射、超声等处进入抢救室或手术室。",
            f"Within {s.room_minutes} minutes of triage (the opening) from the emergency department, "
            "radiology, ultrasound and the like into the rescue or operating room.",
        ),
        "2": (
            "危重患者由分诊护士直接送入抢救室，挂号后补。外伤活动性出血的，直接入抢救室并呼叫外科和骨科，家属或同伴事后挂号缴费。手续未补的"
            "予以标记，挂号和缴费均办妥即解除，可在任何时候补办。",
            "The triage nurse sends critical patients straight into the rescue room; registration is made "
            "up for. With active bleeding after trauma, surgery and orthopaedics are called too, and family "
            "or companions register and pay afterwards. Open formalities are marked until both are done, "
            "at any time.",
        ),
        "3": (
            "心跳呼吸骤停的，立即复苏并送抢救室。心力、呼吸、肾功能及其他脏器衰竭，休克、多发伤、急性出血、急性中毒、电击伤、溺水，以及分诊"
            "护士判断为危重的，直接进入绿色通道，其他情形不受理为抢救或急诊手术。抢救或急诊手术进行期间为绿色通道患者，其余为普通。",
            "With an arrest resuscitation starts at once, on the way into the rescue room. Failure of heart, "
            "respiration, kidneys or other organs, shock, multiple trauma, acute bleeding, acute poisoning, "
            "electric injury, drowning and whoever the triage nurse judges critical go directly into the "
            "channel; nobody else. While a rescue or emergency surgery is open the patient's class is "
            "green, else ordinary.",
        ),
        "4": (
            "首诊负责：不得拒绝，院方和服务方不得取消。",
            "First-contact responsibility: nobody is refused, and neither hospital nor provider cancels.",
        ),
        "5": (
            "按紧急和严重程度优先服务、检查和转诊；入院和手术由院内人员护送。",
            "Priority in service, examination and referral by urgency and severity; for admission and "
            "surgery hospital staff escort the patient.",
        ),
        "6": (
            "急诊药房、收费、检查和手术室优先服务绿色通道患者，其余按序；以方便、快捷、安全为原则。",
            "Emergency pharmacy, cashier, examination rooms and operating room serve green patients first: "
            "convenient, quick, safe.",
        ),
        "7": (
            f"会诊医生自电话呼叫起{s.consultation_minutes}分钟内到场，未呼叫的科室不登记到达；必要时急诊值班医生可呼叫院内任何人员。手术"
            "由急诊和专科医师及以上人员决定，其他级别的决定无效。",
            f"The consultant is there within {s.consultation_minutes} minutes of the telephone call; an "
            "arrival without a call is refused. If necessary the duty doctor pages any staff. Surgery is "
            "decided at physician level or above; a decision at another level is refused.",
        ),
    }  # fmt: skip


def _surgery(s: SettingValues) -> dict[str, Text]:
    return {
        "8.1": (
            "决定手术后专科医生立即电话通知手术室，手术室值班护士登记姓名、年龄、性别、诊断、手术、麻醉、手术组和通知人，缺一不可；决定前不得"
            "通知。",
            "After the decision, not before, the specialist phones the operating room at once; its nurse "
            "records name, age, sex, diagnosis, operation, anaesthesia, team and notifier, none of them "
            "empty.",
        ),
        "8.2": (
            f"自决定手术起{s.orders_minutes}分钟内开出术前医嘱，{s.exams_minutes}分钟内完成必要检查；决定前不予登记。",
            f"Within {s.orders_minutes} minutes of the decision the pre-operative orders are written, within "
            f"{s.exams_minutes} the necessary examinations done; neither before it.",
        ),
        "8.3": (
            f"急诊护士在医嘱开出后{s.orders_done_minutes}分钟内执行完毕；无医嘱不予登记。",
            f"The emergency nurse carries the orders out within {s.orders_done_minutes} minutes of their "
            "writing, not before it.",
        ),
        "8.4": (
            f"手术室接到通知后立即通知麻醉医生，麻醉医生在{s.anaesthesia_minutes}分钟内准备完毕；均须按此次序。",
            "Once notified the operating room tells the anaesthetist at once, who is fully prepared within "
            f"{s.anaesthesia_minutes} minutes; in this order only.",
        ),
        "8.5": (
            "急诊护士和专科医生共同护送患者至手术室，与手术室护士和麻醉医生当面交接，四人缺一不可；交接后方可开始手术，开始后方可结束。",
            "Emergency nurse and specialist bring the patient and hand over face to face to operating-room "
            "nurse and anaesthetist, all four of them; surgery starts after that, and ends after it "
            "started.",
        ),
    }  # fmt: skip


def _after() -> dict[str, Text]:
    return {
        "8.6": (
            "科室告知家属办理入院手续并协助收费。",
            "The department tells the family to do the admission formalities and helps to collect.",
        ),
        "8.7": (
            "术后转入相应专科；科室有争议的由医务科裁定，争议期间不得转科，裁定后只能转入裁定的科室。",
            "After the operation the patient goes to the matching department. A dispute is decided by "
            "medical affairs and nobody else: until then there is no transfer, afterwards only to the "
            "decided one.",
        ),
        "9": (
            "暂无费用的照常开通绿色通道，标记欠费，事后由家属缴纳，科室协助追缴。手术结束前（急诊手术）或抢救结束前（抢救）不得以缴费为条件。",
            "Without money for the moment the channel is opened all the same, marked as a debt; the family "
            "pays afterwards and the department helps to collect. Payment is no condition before surgery "
            "is done (emergency surgery) or the rescue has ended (rescue).",
        ),
        "10": (
            "批量伤员、中毒、传染病、严重多发伤、复合伤、外籍患者和领导干部，须报告科主任，并报告医务科、业务副院长或院总值班之一，方可办结；"
            "其他报告对象不予登记。",
            "Mass casualties, poisoning, infectious diseases, severe multiple or compound injuries, foreign "
            "patients and senior officials are reported to the department head and to one of medical "
            "affairs, vice-president or duty officer, before the episode is closed; to nobody else.",
        ),
        "11": (
            "绿色通道药品、器械、设备和物资充足完好；检查不齐备的生成补充任务。",
            "Drugs, instruments, equipment and supplies are sufficient and intact; what a check finds "
            "lacking is replenished.",
        ),
    }


__all__ = ["LABELS", "words"]
