"""A charter with services of every sort, for the tests of the pages about requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from marshmallow import Schema

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import OneMembership
from charterhouse.kernel.clauses.benefits import Quota
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.notices import AmendmentNotice
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.rights import Rights, Statement
from charterhouse.kernel.clauses.services import Count, Limit, Service, Step, task
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.plugins.registry import Plugin, registry

if TYPE_CHECKING:
    import pytest

    from charterhouse.kernel.settings import SettingValues

CODE = "sample.services"


class NoSettings(Schema):
    """Nothing to set."""


class ServiceCharter(Charter):
    """Promises a specialist with papers, review, quota and deadlines, and a plain complaint."""

    code = CODE
    name = ("服务章程", "Charter of services")
    Settings = NoSettings
    sections = (Section("1", "服务", "Services"),)
    example: ClassVar[dict[str, Any]] = {}
    labels: ClassVar[dict[str, Any]] = {
        "basic": ("普通", "Basic"),
        "specialist": ("专家门诊", "Specialist"),
        "complaint": ("投诉", "Complaint"),
        "claim-form": ("申请表", "Claim form"),
        "report": ("诊断报告", "Diagnosis report"),
        "contacted": ("已联系", "Contacted"),
        "arranged": ("已安排", "Arranged"),
        "replied": ("已答复", "Replied"),
        "arrange": ("安排时限", "Time to arrange"),
        "reply": ("答复时限", "Time to reply"),
        "call-back": ("回访", "Call back"),
        "escalate-overdue": ("超时督办", "Escalate"),
        "overdue": ("已超时", "Overdue"),
    }

    def clauses(self, s: SettingValues) -> list[Clause]:
        """A handful of rules under numbers of their own."""
        del s
        return [
            Statement("1.1", "会员可申请服务。", "Members may ask for services."),
            Tiers("1.1", {"basic": ("普通", "Basic")}, default="basic"),
            Application("1.1"),
            OneMembership("1.1"),
            Activation("1.1"),
            Quota("1.2", "specialist", per=2),
            Services("1.3", *_services(), none="1.1", expired="1.1"),
            Rights("1.1"),
            AmendmentNotice("1.1", days=0),
        ]


def _services() -> tuple[Service, ...]:
    return (
        Service(
            "specialist",
            clause="1.3",
            numbers={"papers": "1.4", "decide": "1.5", "cancel": "1.6"},
            papers=("claim-form", "report"),
            review=True,
            reason_needed=True,
            steps=(
                Step("contacted", once=True),
                Step("arranged", after=("approved", "contacted"), details=("hospital",),
                     status="arranged"),
            ),
            needs=("arranged",),
            opening=(task("call-back"),),
            limits=(
                Limit("arrange", start="complete", until="arranged", amount=5, unit="working_days",
                      clause="1.7"),
            ),
            quota=Count("specialist", forfeits=("arranged",)),
        ),
        Service(
            "complaint",
            clause="1.8",
            who="anybody",
            steps=(Step("replied", by={"manager"}),),
            limits=(Limit("reply", until="replied", amount=24, unit="hours", clause="1.8"),),
        ),
    )  # fmt: skip


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the registry know the charter for the length of a test."""
    known = registry()
    plugin = Plugin("sample", "sample", "1", (CODE,))
    monkeypatch.setitem(known.charters, CODE, ServiceCharter())
    monkeypatch.setattr(known, "plugins", (*known.plugins, plugin))
