"""Key-account service of an aesthetic hospital (大客户服务管理) as a list of its clauses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar

from marshmallow import Schema, validate

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import OneMembership
from charterhouse.kernel.clauses.benefits import Quota, Unlimited
from charterhouse.kernel.clauses.conduct import DetailsChanged, Incidents
from charterhouse.kernel.clauses.customers import Contacts
from charterhouse.kernel.clauses.earning import BillRefund, BillsCounted, SpendTotal
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.notices import Activities, AmendmentNotice
from charterhouse.kernel.clauses.points import OpeningFigures
from charterhouse.kernel.clauses.price import BasePrice
from charterhouse.kernel.clauses.quota_periods import months
from charterhouse.kernel.clauses.rights import Rights, Statement
from charterhouse.kernel.report import Entry, Report, Row
from charterhouse.kernel.settings import Rate, SettingValues, Whole, meta
from charterhouse_aesthetic import key_accounts_texts as texts
from charterhouse_aesthetic.key_accounts_clauses import (
    GENERAL,
    KEY,
    MAIN,
    ORDINARY,
    CampaignPlan,
    Classes,
    Classification,
    ClassProfile,
    Criteria,
    DataCheck,
    NamedClass,
    Specialist,
    WhileInTier,
    WinBack,
    cost_of,
)

_PERCENT = validate.Range(0, 100)
_NUMBERS = {"general": "2.1", "ordinary": "2.2", "main": "2.3", "key": "2.5"}


class KeyAccountsSettings(Schema):
    """Shares of the classes in percent, and the months of two rhythms."""

    key_percent = Rate(
        load_default=Decimal(20), validate=_PERCENT,
        metadata=meta("大客户比例", "Share of key accounts", "%", "3.1", "classes"),
    )  # fmt: skip
    main_percent = Rate(
        required=True, validate=_PERCENT,
        metadata=meta("主要客户比例", "Share of main customers", "%", "2.3", "classes"),
    )  # fmt: skip
    ordinary_percent = Rate(
        required=True, validate=_PERCENT,
        metadata=meta("普通客户比例", "Share of ordinary customers", "%", "2.2", "classes"),
    )  # fmt: skip
    benefit_months = Whole(
        load_default=3, validate=validate.OneOf((1, 2, 3, 4, 6, 12)),
        metadata=meta("惠利反馈周期", "Period of the benefit", "months", "3.7", "rhythms"),
    )  # fmt: skip
    analysis_months = Whole(
        load_default=3, validate=validate.Range(1, 120),
        metadata=meta("数据分析周期", "Period of the analysis", "months", "4.4", "rhythms"),
    )  # fmt: skip

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "classes": ("客户分级", "Classes"),
        "rhythms": ("周期", "Rhythms"),
    }


def _fold(entries: Iterable[Entry], _s: SettingValues) -> list[Row]:
    turnover: dict[str, int] = {}
    told: Counter[str] = Counter()
    cost = 0
    for entry in entries:
        kind = str(entry.body.get("kind", ""))
        if entry.verb == "record" and kind == "classification":
            prefix = "turnover/"
            turnover = {
                name.removeprefix(prefix): amount
                for name, amount in entry.figures.items() if name.startswith(prefix)
            }  # fmt: skip
        if entry.verb == "record" and kind == "win-back":
            told["win-back"] += 1
            cost += cost_of((entry.body.get("details") or {}).get("cost")) or 0
        if entry.verb == "incident":
            told[kind] += 1
    rows = [
        Row(f"turnover.{tier}", f"{zh}累计营业额", f"Turnover: {en.lower()}", turnover[tier], "yuan")
        for tier, (zh, en) in texts.TIERS.items() if tier in turnover
    ]  # fmt: skip
    rows += [
        Row(code, *texts.LABELS[code], told[code])
        for code in ("churn-risk", "win-back", "complaint", "suggestion")
    ]
    return [*rows, Row("win-back.cost", "挽回成本", "Win-back cost", cost, "yuan")]


class KeyAccounts(Charter):
    """Who carries the turnover is found by figures, and gets what nobody else has."""

    code = "aesthetic.key-accounts"
    name = ("整形医院大客户服务管理", "Key-account service of an aesthetic hospital")
    Settings = KeyAccountsSettings
    sections = (
        Section("1", "筛选标准", "Selection criteria"),
        Section("2", "客户分级", "Classes"),
        Section("3", "方法", "Method"),
        Section("4", "步骤", "Steps"),
        Section("5", "职责、记录与报表", "Roles, records, reports"),
    )
    roles = texts.ROLES
    labels = texts.LABELS
    records = ("referral", "campaign", "complaint", "suggestion", "win-back")
    reports = (Report("monthly", "月报", "Monthly report", "month", _fold),)
    example: ClassVar = {"main_percent": 30, "ordinary_percent": 30}

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        shares = {KEY: s.key_percent, MAIN: s.main_percent, ORDINARY: s.ordinary_percent}
        acting: list[Clause] = [
            AmendmentNotice("1", days=0),
            OneMembership("1"),
            Application("1"),
            Activation("1", card=False),
            Rights("1", verbs=frozenset({"spend", "use"}), shown={}, lent={}, use="3.7"),
            BasePrice("1"),
            OpeningFigures("1.2"),
            SpendTotal("1.2"),
            BillRefund("1.2"),
            BillsCounted("1.3", "bills"),
            Criteria(
                "1.1", benefit="referral-benefit", came=("joined", "visited"),
                items="1.5", referral="1.6", campaign="1.7", granted="3.7",
            ),
            Activities("1.7"),
            *(Incidents("1.8", {k: ""}, record=k).apart(k) for k in ("complaint", "suggestion")),
            Classes("2.1", texts.TIERS, default=GENERAL, asked=False),
            Classification(
                "2.6", shares, months=s.analysis_months, specialist="4.2", analysis="4.4",
                **_NUMBERS,
            ),
            NamedClass("2.7"),
            ClassProfile("2.8"),
            DetailsChanged("3.2", shown={}, record=""),
            CampaignPlan("3.3"),
            Incidents("3.4", {"churn-risk": "retain"}, flag="churn-risk", record=""),
            WinBack("3.4"),
            Quota("3.7", "periodic-benefit", per=1, only=(KEY,), period=months(s.benefit_months)),
            Unlimited("3.7", "special-channel", "personal-service", "club", only=(KEY,)),
            WhileInTier("3.7", "referral-benefit", per=0, only=(KEY,)),
            Specialist("4.2"),
            Contacts("4.7", "follow-up"),
            DataCheck("4.10"),
        ]  # fmt: skip
        return [*acting, *(Statement(number, *text) for number, text in texts.texts(s).items())]


__all__ = ["KeyAccounts"]
