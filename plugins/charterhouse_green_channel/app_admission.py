"""Admission green channel for app policies (应用端保单住院绿通) as a list of its values."""

from __future__ import annotations

from typing import ClassVar

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.cover import Cover
from charterhouse.kernel.clauses.entitlements import Waiting
from charterhouse.kernel.clauses.insurance import PolicyEntry
from charterhouse.kernel.clauses.services import Service
from charterhouse.kernel.settings import SettingValues, meta
from charterhouse_green_channel import details
from charterhouse_green_channel.common import Common, GreenChannel, GreenChannelSettings, quotas
from charterhouse_green_channel.fields import codes, count, days
from charterhouse_green_channel.first_call import admission, free_until, slip_rules
from charterhouse_green_channel.labels import LABELS, named

COVER = Cover()


class AppAdmissionSettings(GreenChannelSettings):
    """Products, count, two limits from the first call, and until when cancelling is free."""

    listed_products = codes(meta("应用端所列产品", "Products on the app", "codes", "1.2", "entry"))
    quota = count(meta("每保单年度次数", "Per policy year", "times", "1.3", "counts"), 1)
    result_hours = days(48, meta("告知结果时限", "Result told within", "hours", "1.4", "deadlines"))
    admission_days = days(
        10, meta("住院时限", "Admission within", "working days", "1.4", "deadlines")
    )
    cancel_free_until = free_until("1.3")


class AppAdmission(GreenChannel):
    """One admission service for the products listed in the insurer's app."""

    code = "green-channel.app-admission"
    name = ("应用端保单住院绿通", "Admission green channel for app policies")
    Settings = AppAdmissionSettings
    details = details.SLIP
    heading = (Section("1", "住院协调预约", "Admission"),)
    example: ClassVar = {"listed_products": ["app-medical"]}

    def common(self, s: SettingValues) -> Common:
        """See `GreenChannel.common`."""
        return Common(cover=COVER, included="1.1", network="1.3")

    def services(self, s: SettingValues) -> list[Service]:
        """See `GreenChannel.services`."""
        return [
            admission(
                s, clause="1.3", photo="1.3", electronic="1.3", told="1.4",
                limit="1.4", calls="1.5",
                numbers={"papers": "1.3", "quota": "1.3", "cancel": "1.3"},
            )
        ]  # fmt: skip

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `GreenChannel.rules`."""
        return [
            PolicyEntry("1.2", lambda policy: policy.product in s.listed_products),
            Waiting("1.3", days=0),
            *quotas("1.3", {"admission": s.quota}, COVER),
            *slip_rules("1.3", "1.3"),
        ]

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `GreenChannel.words`."""
        zh, en = named(s.listed_products)
        free = LABELS[s.cancel_free_until]
        return {
            "1.1": (
                "仅提供住院协调预约，其他服务不受理。",
                "Only the admission service; every other one is refused.",
            ),
            "1.2": (
                f"仅限应用端所列产品（{zh}）的保单，其他保单不予登记。",
                f"Only policies of the products listed on the app ({en}); another one is refused at "
                "registration.",
            ),
            "1.3": (
                "须患病并取得住院单（纸质须载明姓名、证件号码、医保卡号和登记号并附通知照片；电子须在医院系统中显示排队，无需照片），"
                f"网络医院，等待期按合同，每保单年度{s.quota}次；无需审核；“{free[0]}”前取消免费，之后计为已用。"
                "缺少材料的申请待补，时限照常进行。",
                "Ill, with the admission slip: on paper it shows name, ID number, insurance card and "
                "registration number, with a photo of the notice; electronic it is visibly queued in "
                "the hospital's system, without a photo. Network hospitals, waiting as the contract "
                f"states, {s.quota} per policy year, no review. Free before “{free[1]}”, afterwards it "
                "counts as used. Without papers it is incomplete, and its limits run all the same.",
            ),
            "1.4": (
                f"供应商自首次来电起{s.result_hours}小时内告知结果，{s.admission_days}个工作日内安排入院。",
                f"The supplier tells the result within {s.result_hours} hours of the first call; the "
                f"admission is arranged within {s.admission_days} working days of it.",
            ),
            "1.5": (
                "服务完成后作关怀和满意度回访。",
                "After the service call-backs for care and on satisfaction.",
            ),
            "1.6": (
                "参与方：客户、保险公司客服、供应商、医院；表单和记录同三项服务章程。",
                "Roles: customer, insurer's desk, supplier, hospital; forms and records as in the "
                "charter of three services.",
            ),
        }


__all__ = ["AppAdmission"]
