"""Green channel by plan tier (分档疾病绿色通道) as a list of its values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar

from marshmallow import fields, validate

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.cover import OpenedCover, service_year
from charterhouse.kernel.clauses.diagnoses import SUSPECTED, Diagnosed, Needed
from charterhouse.kernel.clauses.entitlements import PolicyQuota, Waiting, of_services
from charterhouse.kernel.clauses.insurance import PolicyEntry
from charterhouse.kernel.clauses.paper_rules import PaperRule
from charterhouse.kernel.clauses.policies import Policy
from charterhouse.kernel.clauses.premiums import EarlyOpening
from charterhouse.kernel.clauses.services import (
    APPROVED,
    COMPLETE,
    Count,
    Limit,
    Paper,
    Service,
    cited,
    notice,
)
from charterhouse.kernel.settings import SettingValues, Yuan, meta
from charterhouse_green_channel import details
from charterhouse_green_channel.common import (
    Common,
    GreenChannel,
    GreenChannelSettings,
    booking,
    service,
)
from charterhouse_green_channel.fields import CountOrUnlimited, Grade, codes, days
from charterhouse_green_channel.tiered_plans_clauses import (
    SERVICE as TRAVEL,
)
from charterhouse_green_channel.tiered_plans_clauses import (
    TravelCosts,
    foreign_papers,
    foreign_ticket,
)
from charterhouse_green_channel.tiered_plans_texts import words

PHONE = "phone-doctor"
CLINICS = ("expert-outpatient", "special-clinic", "second-opinion")
STAYS = ("admission", "surgery")
MEDICAL = (*CLINICS, *STAYS)
ARRANGED = (*MEDICAL, TRAVEL)
PROOF = Paper("diagnosis-proof", any_of=("exam-report",))
PLAN = fields.String(validate=validate.Regexp(r"^[a-z0-9][a-z0-9-]{0,79}$"))


class TieredPlansSettings(GreenChannelSettings):
    """Plans with their services, diseases, the two openings, papers and travel costs (fen)."""

    plans = fields.Dict(
        keys=PLAN,
        values=fields.Dict(
            keys=fields.String(validate=validate.OneOf((PHONE, *ARRANGED))),
            values=CountOrUnlimited(),
        ),
        required=True, validate=validate.Length(min=1),
        metadata=meta("各档服务和次数", "Plans, low to high", "times", "1.2", "counts"),
    )  # fmt: skip
    covered_conditions = codes(meta("附表疾病", "Annex list", "codes", "3.1", "entry"))
    transferable_services = codes(
        meta("可转让的服务", "Transferable services", "codes", "3.4", "counts"), ()
    )
    open_days_after_cooling_off = days(
        10, meta("犹豫期后开通", "Opens after cooling-off", "days", "2.1", "entry")
    )
    other_services_after = days(
        30, meta("其他服务再后", "Other services later by", "days", "2.2", "entry")
    )
    review_days = days(1, meta("审核时限", "Answer within", "working days", "4.2", "deadlines"))
    issuer_grade_min = Grade(
        load_default="2", metadata=meta("材料出具医院", "Issuer of papers", "", "3.3", "papers")
    )
    travel_limit = Yuan(
        load_default=0, metadata=meta("路费上限", "Travel costs at most", "yuan", "5.3", "counts")
    )
    no_show_consumes = fields.Boolean(
        load_default=False, metadata=meta("未到计为已用", "No-show consumes", "", "3.5", "cancel")
    )


class TieredPlans(GreenChannel):
    """Services and counts by the plan of the policy, opening in two stages after cooling-off."""

    code = "green-channel.tiered-plans"
    name = ("分档疾病绿色通道", "Green channel by plan tier")
    Settings = TieredPlansSettings
    details = details.PLANS
    heading = (
        Section("1", "适用条件", "Eligibility"),
        Section("2", "生效和期限", "Effect and term"),
        Section("3", "使用条件", "Conditions"),
        Section("4", "办理流程", "Workflow"),
        Section("5", "路费报销", "Travel costs"),
        Section("6", "人员、表单和记录", "Roles, forms, records"),
    )
    example: ClassVar = {
        "plans": {
            "basic": {PHONE: "unlimited", "expert-outpatient": 1},
            "full": {PHONE: "unlimited", "expert-outpatient": 2, "admission": 1, "surgery": 1,
                     "second-opinion": 1, TRAVEL: 2},
        },
        "covered_conditions": ["malignant-tumour", "stroke"],
        "transferable_services": ["expert-outpatient"],
    }  # fmt: skip

    @staticmethod
    def cover(s: SettingValues) -> OpenedCover:
        """When the service of a policy opens, and for how long."""
        return OpenedCover(days=s.open_days_after_cooling_off, months=12)

    def common(self, s: SettingValues) -> Common:
        """See `GreenChannel.common`."""
        cover = self.cover(s)
        return Common(
            cover=cover, used=(PHONE,), included="1.2", network="3.1", persons="3.4",
            covers=of_services(frozenset(s.transferable_services)), other="not_transferable",
            numbers={"term": "2.3", "over": "2.3", "unopened": "2.1", "tier": "1.2"},
            policies={"tier_of": best_plan(tuple(s.plans), cover), "tiers": tuple(s.plans)},
        )  # fmt: skip

    def services(self, s: SettingValues) -> list[Service]:
        """See `GreenChannel.services`."""
        booked = booking(
            clause="4.2", review=True, then=(notice("booking-sms"), notice("booking-call"))
        )
        medical = [
            _service(code, s, steps=(booked,), number="3.2",
                     papers=(PROOF, "admission-slip") if code in STAYS else (PROOF,))
            for code in MEDICAL
        ]  # fmt: skip
        travel = _service(
            TRAVEL, s, steps=(), number="5.2", papers=("travel-ticket", "lodging-invoice")
        )
        return [*medical, travel]

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `GreenChannel.rules`."""
        cover = self.cover(s)
        sick = Needed(
            conditions=s.covered_conditions, certainty=SUSPECTED,
            on_file=lambda policy, found: found.day >= cover.opens(policy),
        )  # fmt: skip
        return [
            PolicyEntry("1.1", lambda policy: policy.channel == "intermediary", field="channel"),
            PolicyEntry(
                "1.2", lambda policy: plan_of(policy) in s.plans, reason="configuration",
                field="details.plan",
            ),
            *(_quota(code, s, cover) for code in (PHONE, *ARRANGED)),
            EarlyOpening("2.1", "phone-doctor-opened", cover),
            Waiting(
                "2.2", days=s.other_services_after, services=ARRANGED, own=False,
                start=cover.opens, always=True,
            ),
            Diagnosed("3.1", sick, services=ARRANGED, others=False),
            PaperRule("3.3", services=MEDICAL, wrong=foreign_papers(cover, s.issuer_grade_min)),
            PaperRule("5.2", papers={"travel-ticket"}, services={TRAVEL}, wrong=foreign_ticket),
            TravelCosts("5.3", limit=s.travel_limit),
        ]  # fmt: skip

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `GreenChannel.words`."""
        return words(s)


def plan_of(policy: Policy) -> str:
    """The plan of a policy."""
    return str(policy.details.get("plan", ""))


def best_plan(plans: tuple[str, ...], cover: OpenedCover) -> Callable[[list[Policy], date], str]:
    """The highest plan of the policies whose service has not ended; else the last one's."""

    def tier_of(policies: list[Policy], day: date) -> str:
        running = [p for p in policies if cover.state(p, day).status != "ended"]
        held = [plan_of(policy) for policy in running or policies[-1:]]
        known = [plan for plan in held if plan in plans]
        return max(known, key=plans.index, default="")

    return tier_of


def _quota(code: str, s: SettingValues, cover: OpenedCover) -> PolicyQuota:
    plans = s.plans
    return PolicyQuota(
        "1.2", code, cover=cover, period=service_year, at_once=code == PHONE,
        per=lambda policy: plans.get(plan_of(policy), {}).get(code, 0),
        only=lambda policy: code in plans.get(plan_of(policy), {}),
    )  # fmt: skip


def _service(code: str, s: SettingValues, *, number: str, **more: Any) -> Service:
    """A service that the agent reviews; its count is used only when it is given."""
    return service(
        code, clause="4.2", review=True,
        count=Count(code, no_show="consumed" if s.no_show_consumes else "released"),
        numbers={"papers": number, "quota": "1.2", "lacking": "4.3", "cancel": "3.5",
                 "others": "3.5", "served": "3.5", "no_show": "3.5", "failed": "3.5"},
        limits=(
            Limit("review", start=COMPLETE, until=APPROVED, amount=s.review_days,
                  unit="working_days", clause="4.2"),
        ),
        approved=(cited("answer", "4.2"),), **more,
    )  # fmt: skip


__all__ = ["TieredPlans"]
