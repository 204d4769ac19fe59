"""What all service desks share: the rules S1 to S12, and how a desk is made from values."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from charterhouse.kernel.charter import Charter, Clause, Section, Text
from charterhouse.kernel.clauses.admission import OneMembership
from charterhouse.kernel.clauses.customers import CHANNELS, Channels, CustomerFile
from charterhouse.kernel.clauses.disclosures import Disclosures
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.notices import AmendmentNotice
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.clauses.service_details import Detail
from charterhouse.kernel.clauses.services import Service, Step
from charterhouse.kernel.clauses.waiting import WorkOrder
from charterhouse.kernel.settings import SettingValues
from charterhouse_service_desk.common_texts import HEADINGS, RULES


class ServiceDesk(Charter):
    """Base of the service desks: a charter gives its services, its own rules and its words.

    Attributes:
        heading: the sections of the charter's own numbers.
        books: whether something can be booked.
        reviewed: whether the charter has an admission of its own.
    """

    heading: ClassVar[tuple[Section, ...]] = ()
    books: ClassVar[bool] = False
    reviewed: ClassVar[bool] = False
    details: ClassVar[tuple[Detail, ...]] = ()
    records: ClassVar[Sequence[str]] = ("customer-file", "disclosure")

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.sections = (*cls.heading, *HEADINGS)

    def services(self, s: SettingValues) -> list[Service]:
        """What is asked for with a request."""
        raise NotImplementedError

    def rules(self, s: SettingValues) -> list[Clause]:
        """The charter's own clauses."""
        raise NotImplementedError

    def words(self, s: SettingValues) -> dict[str, Text]:
        """Number → what the charter's own rules say, with the tenant's figures."""
        raise NotImplementedError

    def channels(self, _s: SettingValues) -> Collection[str]:
        """The channels that there are."""
        return CHANNELS

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The charter's own clauses, the shared ones, and the words of both."""
        services = self.services(s)
        opening = ("visit", "request", "record", *(("book",) if self.books else ()))
        shared: list[Clause] = [
            CustomerFile("S1", by=opening),
            Services(
                "S2", *services, labels=self.labels, details=self.details, unknown="S2", over="S2", cancel="S2",
                decide="S2", close="S4", served="S2", no_show="S2", failed="S2",
            ),
            WorkOrder("S6", [service.code for service in services]),
            Channels("S8", self.channels(s)),
            Disclosures("S11", recipients=None),
            AmendmentNotice("D.1", days=0),
        ]  # fmt: skip
        if not self.reviewed:
            shared += [
                OneMembership("S1"), Application("S1"), Activation("S1", card=False),
            ]  # fmt: skip
        words = {**RULES, **self.words(s)}
        said = [Statement(number, *text) for number, text in words.items()]
        return [*self.rules(s), *shared, *said]


def service(code: str, clause: str, *steps: Step, **more: Any) -> Service:
    """A service of a desk: for anybody as a rule, closed when everything is there, then over."""
    return Service(code, clause, **{
        "who": "anybody", "steps": steps, "unfinished": "incomplete", "lists_missing": True,
        "over": "not_active", **more,
    })  # fmt: skip


def step(code: str, clause: str = "", **more: Any) -> Step:
    """A step of a desk; lacking details that the charter merely lists are refused by S2."""
    return Step(code, clause, **{"asks": "S2" if more.get("details") else "", **more})


__all__ = ["ServiceDesk", "service", "step"]
