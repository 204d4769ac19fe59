"""The words of the customer service execution manual."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.settings import SettingValues
from charterhouse_service_desk.labels import SHARED

LABELS: dict[str, Text] = {
    **SHARED,
    "promise": ("答复承诺的时间", "Time that was promised"),
    "marked-complex": ("认定为复杂咨询", "Marked as complex"),
    "analysed": ("已分析", "Analysed"),
    "postponed": ("改期", "Postponed"),
    "apology-expressed": ("已表示理解和歉意", "Apology expressed"),
    "content-recorded": ("内容已记录", "Content recorded"),
    "result-told": ("结果已告知", "Result told"),
    "apology": ("致歉", "Apology"),
    "content": ("内容记录", "Content"),
    "result": ("结果告知", "Result"),
    "assignee": ("专人", "Person in charge"),
    "complex": ("复杂", "Complex"),
    "solved_at_once": ("当场解决", "Solved at once"),
    "expected_by": ("预计解决时间", "Expected by"),
    "answer": ("答复", "Answer"),
    "survey": ("满意度调查", "Survey"),
    "satisfied": ("满意", "Satisfied"),
    "neutral": ("一般", "Neutral"),
    "unsatisfied": ("不满意", "Unsatisfied"),
    "follow-up-unsatisfied": ("跟进不满意客户", "Follow up an unsatisfied customer"),
    "survey-due": ("满意度调查到期", "Survey due"),
}


def words(s: SettingValues) -> dict[str, Text]:
    """Number → text, with the institution's figures."""
    return {**_ideas(), **_process(), **_results(s), **_complaints()}


def _ideas() -> dict[str, Text]:
    return {
        "1.1": ("适用于全体内部客服人员。", "For all internal customer service staff."),
        "1.2": ("客服人员须认真学习本手册。", "They study this manual thoroughly."),
        "1.3": ("按本手册执行。", "The work follows it."),
        "2.1": ("客户至上，尊重客户。", "The customer first, with respect."),
        "2.2": ("讲求质量和效率。", "Quality and efficiency."),
        "2.3": (
            "听取意见和建议，反馈并改进。",
            "Listen to opinions and suggestions, feed back, improve.",
        ),
        "3.1": ("善于沟通，理解需求。", "Communication, and understanding of needs."),
        "3.2": ("语言通俗。", "Plain language."),
        "3.3": ("耐心，平等对待每位客户。", "Patience, and equal treatment of every customer."),
        "3.4": ("与其他部门团结协作。", "Team work with other departments."),
    }


def _process() -> dict[str, Text]:
    return {
        "4.1": ("流程图见附件。", "The flow chart is an annex."),
        "4.2.1": (
            "减少等待；电话、电子邮件、短信等及时答复。",
            "Short waiting; telephone, e-mail, SMS and the like are answered in time.",
        ),
        "4.2.2": (
            "所需资料迅速查找并提供给客户。",
            "Papers that are needed are found quickly and given to the customer.",
        ),
        "4.2.3": (
            "复杂咨询：记录客户资料并指定专人，未指定的不予登记；受理后认定为复杂的，同时指定专人。",
            "A complex enquiry: the customer's data are recorded and a dedicated person assigned, else "
            "it is refused; also where it turns out to be complex later.",
        ),
        "4.3.1": ("倾听并理解客户的问题。", "Listen, and understand the problem."),
        "4.3.2": ("分析并找到解决办法。", "Analyse, and find the solution."),
        "4.3.3": (
            "不能当场解决的，告知预计解决时间（须为将来时刻）并跟进；该时间即为办理时限，到期前可以改期，逾期后不得再改。"
            "问题和售后服务解决后方可办结。",
            "What cannot be solved at once gets an expected time, a moment ahead, and is followed up. "
            "That time is its limit until it is solved; a new promise replaces it while it is not "
            "over, and none afterwards. Problems and after-sales are closed once solved.",
        ),
    }


def _results(s: SettingValues) -> dict[str, Text]:
    return {
        "4.4.1": (
            f"定期调查满意度并收集意见：自建档或上次调查起满{s.survey_months}个月之日零时生成调查任务，至下次调查前只生成"
            "一次；答复为满意、一般或不满意。",
            "Satisfaction is asked periodically and opinions collected: at 00:00 of the same day "
            f"{s.survey_months} month(s) after the file was opened or the last survey a survey is "
            "due, once until the next. The answer is satisfied, neutral or unsatisfied.",
        ),
        "4.4.2": ("调查结果用于改进质量。", "Results improve the quality."),
        "4.4.3": (
            "每次答复记入客户档案；不满意的另行记录并生成跟进任务，给予解释和解决。",
            "Every answer is recorded in the customer's file; an unsatisfied one once more, and raises "
            "a task: an explanation and a solution.",
        ),
    }


def _complaints() -> dict[str, Text]:
    return {
        "5.1": (
            "投诉：致歉、记录内容、告知结果后方可办结。",
            "A complaint is closed once an apology was expressed, the content recorded and the result "
            "told.",
        ),
        "5.1.1": ("倾听，表示理解和歉意。", "Listen, express understanding and apology."),
        "5.1.2": (
            "详细记录投诉内容和客户资料。",
            "Content and customer data are recorded in detail.",
        ),
        "5.1.3": (
            "尽快跟进并将结果告知客户。",
            "It is followed up soon and the customer told the result.",
        ),
        "5.2.1": ("熟悉产品和服务。", "Know the product and the service."),
        "5.2.2": (
            "售后问题按4.3.3处理。",
            "After-sales problems are handled as in 4.3.3.",
        ),
    }


__all__ = ["LABELS", "words"]
