"""What all insurers' VIP programmes share of the rules G1 to G18: clauses, numbers, words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from charterhouse.kernel.charter import Charter, Clause, Section, Text
from charterhouse.kernel.clauses.cover import Cover
from charterhouse.kernel.clauses.diagnoses import Diagnoses
from charterhouse.kernel.clauses.disclosures import Disclosures
from charterhouse.kernel.clauses.entitlements import Covers, Insured, NotIncluded
from charterhouse.kernel.clauses.insurance import Policies
from charterhouse.kernel.clauses.notices import AmendmentNotice
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.clauses.service_details import Detail
from charterhouse.kernel.clauses.services import Service
from charterhouse.kernel.settings import SettingValues
from charterhouse_insurer_vip.common_texts import HEADINGS, texts
from charterhouse_insurer_vip.details import POLICY
from charterhouse_insurer_vip.labels import LABELS, ROLES, SERVICES

COVER = Cover()
"""The service runs with the policy."""


@dataclass(frozen=True, kw_only=True)
class Common:
    """The numbers and switches by which a programme differs in the rules that all share.

    Attributes:
        numbers: of `Policies`, by reason.
        used: services taken on the spot.
        included, persons: numbers of those checks; "" where own clauses say who is served.
        covers: who else is served.
        policies: further arguments of `Policies` (tiers).
    """

    numbers: Mapping[str, str] = field(default_factory=dict)
    used: Collection[str] = ()
    included: str = "G5"
    persons: str = "G12"
    covers: Covers | None = None
    policies: Mapping[str, Any] = field(default_factory=dict)


_POLICIES: Mapping[str, Any] = {
    "status": "G2", "change": "G3", "term": "G3", "none": "G2", "unopened": "G2",
    "surrendered": "G3", "expired": "G3", "lapsed": "G3", "tier": "G1",
}  # fmt: skip
_REQUESTS: Mapping[str, Any] = {
    "quota": "G6", "step": "G9", "over": "G9", "decide": "G9", "close": "G9", "cancel": "G9",
    "refused": "G6",
}  # fmt: skip


class InsurerVip(Charter):
    """Base of the programmes: a charter gives its settings, its values and its words."""

    heading: ClassVar[tuple[Section, ...]] = ()
    labels = LABELS
    details: ClassVar[tuple[Detail, ...]] = POLICY
    roles = ROLES
    records: ClassVar[Sequence[str]] = ("disclosure",)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.sections = (*cls.heading, *HEADINGS)

    def common(self, s: SettingValues) -> Common:
        """By which numbers and switches the shared rules hold."""
        raise NotImplementedError

    def insurance(self, numbers: Mapping[str, Any], common: Common) -> Policies:
        """The clause that registers policies, with its numbers."""
        return Policies("G1", COVER, **numbers, **common.policies)

    def services(self, s: SettingValues) -> list[Service]:
        """What is asked for with a request."""
        raise NotImplementedError

    def rules(self, s: SettingValues) -> list[Clause]:
        """The charter's own clauses."""
        raise NotImplementedError

    def words(self, s: SettingValues) -> dict[str, Text]:
        """Number → what the charter's own clauses say, with the tenant's figures."""
        raise NotImplementedError

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The charter's own clauses, the shared ones, and the words of both."""
        common, services = self.common(s), self.services(s)
        requested = [service.code for service in services]
        known = dict.fromkeys((*SERVICES, *requested, *common.used))
        shared: list[Clause] = [
            self.insurance({**_POLICIES, **common.numbers}, common),
            Diagnoses("G16"),
            NotIncluded(
                common.included, requested=requested, used=common.used, known=list(known),
                form="G10",
            ),
            Services("G9", *services, labels=LABELS, details=self.details, **_REQUESTS),
            Disclosures("G17"),
            AmendmentNotice("G16", days=0),
        ]  # fmt: skip
        if common.persons:
            shared.append(Insured(common.persons, covers=common.covers))
        said = [Statement(number, *text) for number, text in {**texts(), **self.words(s)}.items()]
        return [*self.rules(s), *shared, *said]


__all__ = ["COVER", "Common", "InsurerVip"]
