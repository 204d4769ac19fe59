"""What the hospital's green channels share: the rules E1 to E14, and how one is made from values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from charterhouse.kernel.charter import Charter, Clause, Section, Text
from charterhouse.kernel.clauses.admission import Condition, OneMembership
from charterhouse.kernel.clauses.disclosures import Disclosures
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.notices import AmendmentNotice
from charterhouse.kernel.clauses.patients import Identity, OnRegister
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.clauses.service_details import Detail
from charterhouse.kernel.clauses.services import Limit, Service, Step, task
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.report import Report
from charterhouse.kernel.settings import SettingValues
from charterhouse_emergency.common_reports import Begins, duties, episodes, limits
from charterhouse_emergency.common_texts import HEADINGS, ROLES, RULES

_REGISTERED = ("request", "record")


class EmergencyChannel(Charter):
    """Base of the channels: a charter gives its classes, its services, its rules and its words.

    Attributes:
        heading: the sections of the charter's own numbers.
        classes: of patients, low to high, with the number that speaks for them.
        derived: whether the class follows from what happens, and is never asked for.
        events: further events that speak of somebody on the register.
        own_reports: beside those that every channel has.
        begins: limit → the details of an event that starts it, for the report of limits.
    """

    heading: ClassVar[tuple[Section, ...]] = ()
    classes: ClassVar[tuple[str, ...]] = ()
    class_number: ClassVar[str] = "E1"
    derived: ClassVar[bool] = True
    events: ClassVar[tuple[str, ...]] = ()
    own_reports: ClassVar[tuple[Report, ...]] = ()
    begins: ClassVar[Begins] = {}
    details: ClassVar[tuple[Detail, ...]] = ()
    records: ClassVar[Sequence[str]] = ("late", "violation", "disclosure")
    roles = ROLES

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.sections = (*cls.heading, *HEADINGS)
        of_limits = limits(lambda s: cls().services(s), cls.labels, cls.begins)
        cls.reports = (episodes(cls.labels), of_limits, duties(), *cls.own_reports)

    def services(self, s: SettingValues) -> list[Service]:
        """What happens to a patient, opened with a request."""
        raise NotImplementedError

    def rules(self, s: SettingValues, services: Services) -> list[Clause]:
        """The charter's own clauses."""
        raise NotImplementedError

    def words(self, s: SettingValues) -> dict[str, Text]:
        """Number → what the charter's own rules say, with the tenant's figures."""
        raise NotImplementedError

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The charter's own clauses, the shared ones, and the words of both."""
        services = Services(
            "E3", *self.services(s), labels=self.labels, details=self.details, unknown="E3", unknown_step="E4", over="E3",
            decide="E3", cancel="E3", close="E8", served="E3", no_show="E3", failed="E3",
        )  # fmt: skip
        shared: list[Clause] = [
            OneMembership("E1"), Application("E1"), Activation("E1", card=False),
            OnRegister("E1", (*_REGISTERED, *self.events)),
            Identity("E2"), services, Disclosures("E13", recipients=None),
            AmendmentNotice("D.1", days=0),
        ]  # fmt: skip
        if self.classes:
            shared.append(self._tiers())
        if self.classes and self.derived:
            shared.append(Condition("E1", self._asks_for_no_class, field="apply.tier"))
        words = {**RULES, **self.words(s)}
        said = [Statement(number, *text) for number, text in words.items()]
        return [*self.rules(s, services), *shared, *said]

    def _tiers(self) -> Tiers:
        named = {code: self.labels[code] for code in self.classes}
        return Tiers(self.class_number, named, default=self.classes[0], setting="tier")

    def _asks_for_no_class(self, d: Draft) -> bool:
        return d.body.tier in (None, self.classes[0])


IDENTITY_CHECKED = Step("identity-checked", "E2", any_time=True)


def service(
    code: str, clause: str, *steps: Step, closing: Mapping[str, tuple[Any, ...]] | None = None,
    **more: Any,
) -> Service:  # fmt: skip
    """An episode or service: for everybody on the register, over when it is closed.

    The hospital's failure is looked into.
    """
    return Service(code, clause, **{
        "who": "anybody", "steps": (IDENTITY_CHECKED, *steps), "unfinished": "incomplete",
        "lists_missing": True, "over": "not_active",
        "closing": {"failed": (task("review-failure", "E3"),), **(closing or {})}, **more,
    })  # fmt: skip


def step(code: str, clause: str = "", **more: Any) -> Step:
    """A step; lacking details that the charter merely lists are refused by E4."""
    return Step(code, clause or "E12", **{"asks": "E4" if more.get("details") else "", **more})


def limit(
    code: str, start: str, until: str | tuple[str, ...], amount: int, clause: str, **more: Any
) -> Limit:
    """A limit in minutes, from the first start; what is done later is late."""
    return Limit(
        code, start=start, until=until, amount=amount, unit="minutes", clause=clause, late="late",
        **more,
    )  # fmt: skip


def call(called: str, arrived: str, amount: int, clause: str) -> tuple[Step, Step, Limit]:
    """Departments are called and arrive, each within so many minutes; 0 sets no limit."""
    return (
        step(called, clause, details=("department",)),
        step(arrived, clause, details=("department",)),
        limit("arrival", called, arrived, amount, clause, each=True, by="department"),
    )


def none_of(given: Any, known: Collection[str]) -> bool:
    """Something was said, and it is none of what is known."""
    return given is not None and given not in known


__all__ = ["IDENTITY_CHECKED", "EmergencyChannel", "call", "limit", "none_of", "service", "step"]
