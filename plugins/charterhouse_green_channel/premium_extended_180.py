"""Premium-extended green channel, 180-day waiting (随保费延期的重疾绿通·一百八十天) as values."""

from __future__ import annotations

from typing import ClassVar

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.entitlements import Beside
from charterhouse.kernel.clauses.services import Count, Service
from charterhouse.kernel.settings import SettingValues, meta
from charterhouse_green_channel.common import BOOKED, Common, booking, service
from charterhouse_green_channel.fields import count, days
from charterhouse_green_channel.labels import named
from charterhouse_green_channel.premium_extended import (
    TERM,
    TERM_NUMBERS,
    PremiumExtended,
    PremiumExtendedSettings,
    floor_words,
    term_words,
)

ARRANGED = {"second-opinion": "2.2", "admission": "2.3", "surgery": "2.4", "escort": "2.5"}
COSTS = ("医疗费用由客户承担。", "Medical costs are the customer's. ")
WITH_ESCORT = ("second-opinion", "admission", "surgery")


class PremiumExtended180Settings(PremiumExtendedSettings):
    """Waiting and counts per service year."""

    waiting_days = days(180, meta("等待期", "Waiting", "days", "2.6", "entry"))
    quota_second_opinion = count(
        meta("二次诊断次数", "Second opinions", "times", "2.2", "counts"), 1
    )
    quota_admission = count(meta("住院安排次数", "Admissions", "times", "2.3", "counts"), 1)
    quota_surgery = count(meta("手术安排次数", "Surgeries", "times", "2.4", "counts"), 1)


class PremiumExtended180(PremiumExtended):
    """As with ninety days, with other services and unlimited consulting from the first day."""

    code = "green-channel.premium-extended-180"
    name = ("随保费延期的重疾绿通·一百八十天", "Premium-extended green channel, 180-day waiting")
    Settings = PremiumExtended180Settings
    heading = (
        TERM,
        Section("2", "服务项目", "Services"),
        Section("3", "申请", "Requests"),
        Section("4", "权利和隐私", "Rights, privacy"),
        Section("5", "人员、表单和记录", "Roles, forms, records"),
    )
    example: ClassVar = {"grace_days": 60, "covered_conditions": ["malignant-tumour", "stroke"]}

    def common(self, s: SettingValues) -> Common:
        """See `GreenChannel.common`."""
        return Common(
            cover=self.cover(s), numbers=TERM_NUMBERS, used=("consulting",), amend="",
            disclosure="4.2",
        )  # fmt: skip

    def services(self, s: SettingValues) -> list[Service]:
        """See `GreenChannel.services`."""
        return [
            service(
                code, clause=clause, papers=tuple(s.papers), steps=(booking(clause="3.1"),),
                count=Count(code, forfeits=(BOOKED,)),
                numbers={"papers": "G7", "quota": "2.7", "cancel": "3.1", "no_show": "3.1",
                         "failed": "3.1", "others": "3.1"},
            )
            for code, clause in ARRANGED.items()
        ]  # fmt: skip

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `GreenChannel.rules`."""
        counts = {
            "consulting": None, "second-opinion": s.quota_second_opinion,
            "admission": s.quota_admission, "surgery": s.quota_surgery, "escort": None,
        }  # fmt: skip
        return [
            *self.extension(
                s, counts=counts, free=("consulting",),
                numbers={"waiting": "2.6", "count": "2.7", "diagnosis": "2.8", "floor": "4.1"},
            ),
            Beside("2.5", "escort", others=WITH_ESCORT),
        ]  # fmt: skip

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `GreenChannel.words`."""
        return {**term_words(s), **_services(s), **floor_words("4.1", costs=COSTS), **_requests()}


def _services(s: SettingValues) -> dict[str, Text]:
    zh, en = named(s.covered_conditions)
    return {
        "2.1": (
            "重疾咨询：重大疾病的预防、治疗和康复，无等待期，不限次数。",
            "Consulting on prevention, treatment and rehabilitation of critical illness: no waiting, "
            "without limit.",
        ),
        "2.2": (
            f"二次诊断：每服务年度{s.quota_second_opinion}次。",
            f"Second opinion: {s.quota_second_opinion} per service year.",
        ),
        "2.3": (
            f"住院安排：每服务年度{s.quota_admission}次。",
            f"Admission: {s.quota_admission} per service year.",
        ),
        "2.4": (
            f"手术安排：每服务年度{s.quota_surgery}次。",
            f"Surgery: {s.quota_surgery} per service year.",
        ),
        "2.5": (
            "全程就医陪同：随各项安排提供，不计次数；单独申请的，须有在办的二次诊断、住院或手术安排。",
            "Escort: it comes with each arranged service, without a count; asked for by itself only "
            "while a second opinion, an admission or a surgery is open.",
        ),
        "2.6": (
            f"等待期{s.waiting_days}日（保单载明的从其约定），自保单生效日起算；延长不再等待。",
            f"Waiting of {s.waiting_days} days, or as the policy states, from its effective date; an "
            "extension does not restart it.",
        ),
        "2.7": (
            "次数每服务年度（自开通日起算）重新计算，用完不再受理，不结转。",
            "Counts are per service year from the opening day and start anew with each; used up, "
            "requests are refused, and nothing is carried over.",
        ),
        "2.8": (
            f"除咨询外，须确诊患合同约定的重大疾病：{zh}。",
            f"All but consulting need a confirmed critical illness of the contract: {en}.",
        ),
        "2.9": (
            "热线全年每日24小时，中英文；咨询随时直接使用。",
            "Hotline around the clock, in Chinese and English; consulting is used directly, at any hour.",
        ),
    }


def _requests() -> dict[str, Text]:
    return {
        "3.1": (
            "无需审核。预约成功后因自身原因放弃或未到的计为已享受；此前取消的、医院或服务机构未能提供的退回次数。",
            "No review. Giving up a booking for own reasons, or not attending, counts as enjoyed; before "
            "the booking, or when hospital or provider fail, the count is released.",
        ),
        "4.2": (
            "保险公司仅在服务需要时将个人信息提供给服务机构或第三方（含医疗和检验机构），并严格保密；每次提供均予记录，"
            "没有在办申请或提供给其他方的不予准许。",
            "The insurer shares personal information with the provider or third parties, medical and "
            "testing institutions included, only where the service needs it and in strict confidence. "
            "Each disclosure is recorded; without an open request, or to another kind of recipient, "
            "it is refused.",
        ),
        "5": (
            "同九十天版，另有信息提供登记；附件：服务内容、流程、医院名单。",
            "As with ninety days; beside it the disclosure log. Annexes: contents, workflow, hospital "
            "list.",
        ),
    }


__all__ = ["PremiumExtended180"]
