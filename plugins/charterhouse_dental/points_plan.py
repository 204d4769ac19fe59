"""What both points plans have: admission, points, levels, reception, files and lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import Consent, OneMembership
from charterhouse.kernel.clauses.bookings import Bookings, BookingTask, Places
from charterhouse.kernel.clauses.cards import Loss, Reissue
from charterhouse.kernel.clauses.conduct import DetailsChanged
from charterhouse.kernel.clauses.earning import BillRefund, PointsByRate
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.notices import (
    Activities,
    AmendmentNotice,
    RaisedOn,
    Recorded,
)
from charterhouse.kernel.clauses.price import BasePrice
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.services import (
    Need,
    Service,
    Step,
    in_tiers,
    record,
    task,
)
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import points_plan_words as names
from charterhouse_dental.points_plan_clauses import (
    LEADER,
    LEVELS,
    LIFETIME,
    VIPS,
    BillsReaching,
    CardsHandedOut,
    EarlierBills,
    GrantedLevel,
    PointLevels,
    RealName,
    Thresholds,
    Ways,
    bills_since,
)
from charterhouse_dental.points_plan_clauses_issue import ForLife, RegistrationWaiver
from charterhouse_dental.points_plan_clauses_lists import (
    FRIDAY,
    AfterBill,
    ExaminationReminder,
    HouseTask,
    NewMember,
    NewMembers,
)


def _to_outsiders(_d: Draft, content: Mapping[str, Any]) -> bool:
    """To anybody but the member and the hospital itself."""
    return content["details"].get("recipient") not in ("member", "hospital")


_VIPS = in_tiers(*VIPS)
_ROOM = Need("vip-room", by=("vip-room", "agreed-with-member"), when=_VIPS)

RECEPTION = (
    Service(
        "visit-reception", clause="8.2", numbers={"close": "8.7", "step": "8.7"}, who="anybody",
        opening=(
            task("escort-to-vip-floor", when=_VIPS), task("tell-doctor-vip", when=_VIPS),
            task("dedicated-guide", "8.3", when=in_tiers("diamond")),
            task("prepare-vip-room", "8.4", when=_VIPS),
        ),
        steps=(
            Step("escorted", closes=("escort-to-vip-floor",)),
            Step("doctor-told", closes=("tell-doctor-vip",)),
            Step("guide", closes=("dedicated-guide",)),
            Step("vip-room", closes=("prepare-vip-room",)),
            Step("agreed-with-member", closes=("prepare-vip-room",)),
        ),
        needs=(Need("escorted", when=_VIPS), Need("doctor-told", when=_VIPS), _ROOM),
    ),
    Service(
        "doctor-change", clause="8.8", numbers={"none": "8.8"}, who="registered", by={"reception"},
        steps=(Step("negotiated"),), review=True, decide_by={LEADER}, decide_after=("negotiated",),
    ),
    Service(
        "file-disclosure", clause="12.1", numbers={"none": "12.1"}, who="registered",
        details=("recipient",), consent=_to_outsiders, opening=(record("disclosure"),),
    ),
)  # fmt: skip
"""Reception of a visit, change of the doctor, disclosure of files."""


def _examined(d: Draft) -> bool:
    return bool(d.body.kind == "oral-check")


def _examination_used(d: Draft) -> bool:
    return d.body.benefit == "oral-check" and d.body.for_ in (None, d.member)


class PointsPlan(Charter):
    """The frame of both plans; each adds its rewards."""

    sections = (
        Section("1", "目的、范围与结构", "Purpose, scope, structure"),
        Section("2", "入会", "Admission"),
        Section("3", "积分", "Points"),
        Section("4", "等级", "Levels"),
        Section("5", "奖励", "Rewards"),
        Section("6", "全体会员权益", "Benefits of every member"),
        Section("7", "会员卡与个人资料", "Card and personal data"),
        Section("8", "就诊与医师", "Visits and doctors"),
        Section("9", "奖励发放、成本与礼品", "Issue of rewards, cost, gifts"),
        Section("10", "档案、名单与回访", "Files, lists, follow-up"),
        Section("11", "职责、表格与报表", "Roles, forms, reports"),
        Section("12", "保密", "Privacy"),
        Section("13", "组织", "Organisation"),
        Section("D", "补充规定", "Further rules"),
    )
    form = names.FORM
    waiver: Mapping[str, str] = {}
    """Under which other number a plan says that the waiver of 9.4 applies: reason → number."""
    reports = (names.MONTHLY,)
    records = names.RECORDS
    roles = names.ROLES
    labels = names.LABELS
    example = names.EXAMPLE

    def admission(self, s: SettingValues, *, levels: bool = True) -> list[Clause]:
        """Clause 2."""
        thresholds = Thresholds.of(s)
        granted = [GrantedLevel("2.3")] if levels else []
        return [
            Ways(
                "2.1", thresholds, minimum=s.legacy_minimum, levels=levels, legacy="2.2",
                granted="2.3",
            ),
            *granted,
            Consent("2.4"),
            RealName("2.5"),
            Application("2.5"),
            Activation("2.5", card=False, legacy="2.2"),
            RaisedOn("2.6", "activated", tasks=("explain-benefits",)),
            OneMembership("2.7"),
        ]  # fmt: skip

    def points(self, s: SettingValues, *, short: bool) -> list[Clause]:
        """Clause 3."""
        who = bills_since(s.scheme_start)
        lifetime = PointsByRate("3.4", per_yuan=s.points_per_yuan, who=who, unit=LIFETIME)
        return [
            PointsByRate("3.1", per_yuan=s.points_per_yuan, who=who, short=short),
            BasePrice("3.1"),
            EarlierBills("3.2", s.scheme_start),
            *(
                BillsReaching("3.3", level, points=lifetime, least=getattr(s, f"single_{level}"))
                for level in LEVELS
            ),
            lifetime,
            BillRefund("3.6"),
        ]

    def levels(self, s: SettingValues, *, below: str) -> list[Clause]:
        """Clause 4."""
        return [
            Tiers("4.1", {level: names.LABELS[level] for level in LEVELS}, default=LEVELS[0],
                  asked=False),
            PointLevels(
                "4.1", Thresholds.of(s), below=below, several="4.2", granted="4.4"
            ),
        ]  # fmt: skip

    def everybody(self, s: SettingValues) -> list[Clause]:
        """Clauses 6 and 7."""
        return [
            ForLife("6.2", "oral-check"),
            ExaminationReminder(
                "6.2", "remind-check", months=s.check_interval_months,
                restarts={"visit": _examined, "use": _examination_used},
            ),
            ForLife("6.3", "oral-record"),
            ForLife("6.4", "literature"),
            ForLife("6.5", "member-activities"),
            Activities("6.5"),
            CardsHandedOut("7.1", mode=s.card_mode, vip="4.3"),
            DetailsChanged("7.2", record=""),
            Loss("7.3", shown={}),
            Reissue("7.3", amount=0, shown={"id": "id_missing"}),
        ]  # fmt: skip

    def visits(self, s: SettingValues) -> list[Clause]:
        """Clauses 8 and 12."""
        return [
            Services("8.2", *RECEPTION, labels=names.LABELS),
            ForLife("8.4", "vip-room", only=VIPS),
            Bookings(
                "8.4", "vip-room", "appointment", only={"vip-room": VIPS}, by_card=False,
                labels=names.LABELS,
            ),
            Places("8.4", {"vip-room": s.vip_room_count}, labels=names.LABELS),
            BookingTask(
                "8.6", "appointment", task="coordinate-reception", channel="phone",
                for_others=True, tiers=VIPS,
            ),
        ]  # fmt: skip

    def lists(self) -> list[Clause]:
        """Clauses 9 and 10."""
        return [
            RegistrationWaiver("9.4", **self.waiver),
            HouseTask("9.7", "gift-stock-check", weekday=FRIDAY),
            RaisedOn("10.1", "activated", tasks=("make-member-file", "make-hospital-record")),
            NewMembers("10.2"),
            NewMember("10.2"),
            HouseTask("10.3", "monthly-reward-list"),
            AfterBill("10.4", "follow-up-visit"),
            Recorded("10.6", {"follow-up": ""}),
            AmendmentNotice("D.1", days=0),
        ]


__all__ = ["PointsPlan"]
