"""The words of the consulting group's charter."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.own_days import with_own_days
from charterhouse.kernel.settings import SettingValues
from charterhouse_service_desk.labels import SHARED, listed, named

LABELS: dict[str, Text] = {
    **SHARED,
    "appointment": ("预约就诊", "Appointment"),
    "telephone": ("电话咨询", "Telephone"),
    "online-chat": ("在线咨询", "Online consulting"),
    "web-booking": ("在线预约", "Online booking"),
    "boards": ("留言板、合作网站", "Message board, partner site"),
    "mail-forum": ("邮箱、论坛", "Mailbox, forum"),
    "contact-telephone": ("电话咨询次数", "Contacts by telephone"),
    "contact-online-chat": ("在线咨询次数", "Contacts by online consulting"),
    "contact-web-booking": ("在线预约次数", "Contacts by online booking"),
    "contact-boards": ("留言板、合作网站联系次数", "Contacts on message board and partner site"),
    "contact-mail-forum": ("邮箱、论坛联系次数", "Contacts by mailbox and forum"),
    "daily-summary": ("每日小结", "Daily summary"),
    "department-report": ("部门汇报", "Department report"),
    "appraisal": ("考评", "Appraisal"),
    "summary-missing": ("每日小结未交", "Daily summary missing"),
    "supervisor-report": ("向主管汇报", "Report to the supervising manager"),
    "report-planning": ("报企划部", "Report to planning and marketing"),
    "situation-president": ("报院长", "Situation to the president"),
    "situation-directors": ("报科主任", "Situation to the directors"),
    "booking_rate": ("预约率", "Booking rate"),
    "missing": ("缺交人员", "Advisers without a summary"),
    "dimension": ("维度", "Dimension"),
    "patient": ("患者", "Patient"),
    "affinity": ("亲和", "Affinity"),
    "speed": ("迅速", "Speed"),
    "effectiveness": ("有效", "Effectiveness"),
    "professionalism": ("专业", "Professionalism"),
    "quality": ("质量", "Quality"),
    "brand": ("品牌", "Brand"),
    "market": ("市场", "Market"),
    "management": ("管理", "Management"),
}

ROLES: dict[str, Text] = {
    "group-leader": ("咨询组长", "Group leader"),
    "consultant": ("咨询员（咨询医师）", "Consulting adviser (licensed physician where marked)"),
    "planning": ("企划部", "Planning and marketing"),
    "supervising-manager": ("主管经理", "Supervising manager"),
    "president": ("院长", "President"),
    "director": ("科主任", "Section director"),
}


def words(s: SettingValues) -> dict[str, Text]:
    """Number → text, with the institution's figures."""
    return {**_management(), **_channels(s), **_duties(s)}


def _management() -> dict[str, Text]:
    return {
        "1": (
            "考评按九个维度进行：患者（让患者放心信赖）、亲和、迅速（最短时间给出好的建议）、有效（对患者有用并促进客户"
            "开发）、专业（服务和人员）、质量（本组的生命线）、品牌（人人代表医院形象）、市场（开发患者就是开拓市场）、"
            "管理（标准化、规范化、专业化）。考评分按人员和维度登记，其他维度不予登记。",
            "Appraisal has nine dimensions: patient (an adviser whom patients feel safe with), affinity, "
            "speed (good advice in the shortest time), effectiveness (useful to the patient and to "
            "customer development), professionalism (service and adviser), quality (the group's "
            "lifeline), brand (everybody is part of the hospital's image), market (developing "
            "patients makes the market), management (standardised, normalised, professional). Marks "
            "are kept by adviser and dimension; another dimension is refused.",
        ),
        "2.1": ("工作有标准、有规范。", "Work is normalised and standardised."),
        "2.2": (
            "每个工作环节严格控制，保证过程可控、质量可知。",
            "Every step of the workflow is controlled, so that its quality is known.",
        ),
        "2.3": (
            "以终为始：目标既是工作的依据，也是考评的依据，以结果说明业绩。",
            "Goals are the reference for the work and for the appraisal; results show the performance.",
        ),
    }


def _channels(s: SettingValues) -> dict[str, Text]:
    extra = [
        (named(channel, LABELS), named(group, LABELS))
        for channel, group in s.extra_channels.items()
    ]
    zh = "、".join(f"{channel[0]}（{group[0]}）" for channel, group in extra)
    en = ", ".join(f"{channel[1]} ({group[1]})" for channel, group in extra)
    return {
        "3": (
            f"联系须载明咨询员和渠道，仅限下列渠道{'及本院增设的：' + zh if zh else ''}；其他渠道或未写明渠道的不予登记。"
            "每次联系按渠道组别记入客户档案。",
            f"A contact names its adviser and its channel. The list is closed{': added are ' + en if en else ''}; "
            "another channel, or none, is refused. Each contact is recorded in the customer's file, "
            "with its group.",
        ),
        "3.1": (
            "电话咨询：咨询、客户开发、客户维护。",
            "Telephone: consulting, customer development, customer maintenance.",
        ),
        "3.2": (
            "在线咨询（网上咨询、QQ、MSN）：咨询、客户开发。",
            "Online consulting (web chat, QQ, MSN): consulting, customer development.",
        ),
        "3.3": (
            "在线预约：预约服务、客户开发。",
            "Online booking: booking service, customer development.",
        ),
        "3.4": (
            "留言板、合作网站：解答疑问。",
            "Message board, partner site: answering questions.",
        ),
        "3.5": ("邮箱、论坛：解答疑问。", "Mailbox, forum: answering questions."),
        "3.6": (
            f"等待答复的咨询须在{s.reply_minutes}分钟内答复；写明渠道的，须为上列渠道之一；答复后方可办结。",
            f"An enquiry that waits is answered within {s.reply_minutes} minutes. Its channel, if one "
            "is given, is one of the list. It is closed once it is answered.",
        ),
    }


def _duties(s: SettingValues) -> dict[str, Text]:
    own_zh, own_en = with_own_days(("", ""), s)
    zh, en = listed(s.advisers, LABELS)
    return {
        "4.1": (
            "客户服务（电话、在线咨询、在线预约、解答）；业务开发（咨询、电话和网络营销，开发、维护和预约客户）；"
            "网站维护（回复留言板和论坛）。",
            "Customer service (telephone, online consulting, online booking, answers); business "
            "development (consulting, telephone and online marketing: develop, maintain and book "
            "customers); website maintenance (answers on message board and forum).",
        ),
        "4.2": (
            "预约就诊由咨询员办理，记在办理的咨询员名下；预约可以取消。",
            "Appointments are booked by an adviser and count for the adviser who makes them; they can "
            "be cancelled.",
        ),
        "4.3": (
            "每个工作日每位咨询员交一份小结：联系次数（合计和各组）、预约人数、预约率（预约人数÷当日联系人数）；数字须与"
            f"记录一致，同一天不得再交。名册：{zh}；工作日结束时未交的，每人生成一项任务。{own_zh}",
            "Each adviser hands in one summary of each working day: contacts in all and by group, "
            "persons booked for, booking rate (these ÷ persons contacted that day). The figures must "
            f"agree with the record; a second one for the day is refused. Roster: {en}; for each of "
            f"it whose summary is not there when the working day ends a task is raised.{own_en}",
        ),
        "4.4": (
            "咨询组长：（1）直接向企划部汇报，协助制订本组计划，组织实施并分配任务；（2）监督、组织和协助组员业务；"
            "（3）亲自承担在线和电话咨询、客户开发和客户档案；（4）收集并上交组员小结、成果和资料，统计、考评，定期向"
            "主管汇报；（5）及时向院长和科主任反映每日情况和问题。",
            "The group leader (1) reports to planning and marketing, helps draft the group's plan, "
            "organises its execution and assigns tasks; (2) supervises, organises and assists the "
            "members' business; (3) takes part in consulting, customer development and customer "
            "files; (4) collects and hands in summaries, results and documents, keeps statistics, "
            "appraises, reports periodically to the supervising manager; (5) tells president and "
            "section directors each day's situation and problems.",
        ),
        "4.5": (
            "部门汇报由咨询组长提交：当日小结的联系和预约合计、名册中未交小结的人员，数字须与记录一致；同时通知企划部、"
            "院长和科主任。其他人提交的不予受理。",
            "The department report is handed in by the group leader: sums of contacts and bookings over "
            "the day's summaries, and advisers of the roster without one; checked against the "
            "record. Planning and marketing, president and section directors are told. From anybody "
            "else it is refused.",
        ),
        "4.6": (
            f"自章程启用之日起，每隔{s.supervisor_report_days}天零时提醒向主管经理汇报。",
            f"At 00:00 of every {s.supervisor_report_days}th day after the charter's first day a "
            "report to the supervising manager is due.",
        ),
    }


__all__ = ["LABELS", "ROLES", "words"]
