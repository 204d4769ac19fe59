"""Charters and clauses: what a plugin writes.

A charter is a list of clauses made from a tenant's settings. A clause is a
small object with its number(s) in the document; its methods are bound to
(phase, verb) or (phase, fact), and a method yields effects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from marshmallow import Schema

from charterhouse.kernel.effects import FACTS, Effect
from charterhouse.kernel.errors import CharterError
from charterhouse.kernel.vocabulary import VERBS

if TYPE_CHECKING:
    from charterhouse.kernel.draft import Draft, View
    from charterhouse.kernel.problems import Problem
    from charterhouse.kernel.report import Form, Opinion, Report
    from charterhouse.kernel.settings import SettingValues
    from charterhouse.kernel.standing import Standing
    from charterhouse.kernel.vocabulary import Body

RIGHTS, GUARD, PRICE, SETTLE, EARN, GRADE, GRANT, FOLLOW = PHASES = (
    "rights", "guard", "price", "settle", "earn", "grade", "grant", "follow",
)  # fmt: skip
"""The fixed order in which clauses act on one event."""

Text = tuple[str, str]
"""The same sentence in Chinese and English."""

Handler = Callable[..., Iterable[Effect] | None]


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a clause method acts: on a verb or a fact, in a phase, at a rank."""

    trigger: str
    phase: str
    rank: int
    method: str


F = TypeVar("F", bound=Callable[..., Any])


def on(*triggers: str, phase: str, rank: int = 50) -> Callable[[F], F]:
    """Bind a clause method to verbs and facts in a phase.

    The method takes (draft) for a verb and (draft, happening) for a fact.
    Within a phase lower ranks act first; a clause's place in the list decides nothing.
    """
    for trigger in triggers:
        if trigger not in VERBS and trigger not in FACTS:
            raise CharterError(f"{trigger!r} is neither a verb nor a fact")
    if phase not in PHASES:
        raise CharterError(f"{phase!r} is no phase")

    def mark(method: F) -> F:
        bound = [Binding(t, phase, rank, method.__name__) for t in triggers]
        method.__dict__.setdefault("bindings", []).extend(bound)
        return method

    return mark


class Clause:
    """A rule of the document.

    Args:
        number: its number in the charter; the first of its numbers.
        numbers: further numbers by the reason for which they speak.
    """

    bindings: ClassVar[tuple[Binding, ...]] = ()
    due_rank: ClassVar[int] = 50
    has_dues: ClassVar[bool] = False
    of_house: ClassVar[bool] = False
    """Whether its dues are the institution's (`HOUSE`) instead of each member's."""
    shares: ClassVar[frozenset[str]] = frozenset()
    """Verbs on which it reads or writes what belongs to the institution (`HOUSE`)."""
    touches: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Verb → further fields that name persons whose standings take part (`details.person` too)."""
    takes_any_fee: ClassVar[bool] = False
    """Whether the fee of a `join` is taken even when nothing is owed."""
    about: str = ""
    """What tells it from others of its class and number, where their order would show."""

    def __init__(self, number: str, **numbers: str) -> None:
        self.number = number
        self.by_reason = numbers
        self.tier_numbers: Mapping[str, str] = {}
        self.said: dict[str, Text] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        found: dict[tuple[str, str, str], Binding] = {}
        for klass in reversed(cls.__mro__):
            for name, method in vars(klass).items():
                for binding in getattr(method, "bindings", ()) if callable(method) else ():
                    found[binding.trigger, binding.phase, name] = binding
        cls.bindings = tuple(found.values())
        cls.has_dues = cls.next_due is not Clause.next_due

    def bound(self) -> Iterable[Binding]:
        """Where this clause acts; fewer places where its figures leave some out."""
        return self.bindings

    def says(self, zh: str, en: str, *, number: str = "") -> Clause:
        """Give the clause its text in this charter (replaces the library's)."""
        self.said[number or self.number] = (zh, en)
        return self

    def apart(self, about: str) -> Self:
        """Tell the clause from others of its class and number."""
        self.about = about
        return self

    def per_tier(self, **numbers: str) -> Self:
        """Let the clause speak under another number where the member is of a tier."""
        self.tier_numbers = numbers
        self.by_reason = {**{f"tier {tier}": n for tier, n in numbers.items()}, **self.by_reason}
        return self

    def of(self, reason: str) -> str:
        """The number that speaks for a reason."""
        return self.by_reason.get(reason, self.number)

    @property
    def all_numbers(self) -> tuple[str, ...]:
        """Every number under which this clause may speak."""
        return tuple(dict.fromkeys((self.number, *self.by_reason.values())))

    def texts(self) -> dict[str, Text]:
        """Number → text; the library's own words overridden by `says`."""
        return {**self.text(), **self.said}

    def text(self) -> dict[str, Text]:
        """The library's words for this rule, with its figures."""
        return {}

    def codes(self) -> Mapping[str, Iterable[str]]:
        """Codes that this clause makes known: "verb.field" or "field" → codes."""
        return {}

    def unknowns(self) -> Mapping[str, str]:
        """Field ("verb.field" or "field") → number that refuses a code nobody makes known."""
        return {}

    def requirements(
        self, verb: str, *, path: str | None = None, channel: str | None = None
    ) -> Iterable[Requirement]:
        """Papers and details that this clause asks of an event."""
        return ()

    def decides(self) -> Iterable[str]:
        """What only one clause of a charter may decide; two that name the same clash at load."""
        return ()

    def explains(self) -> Mapping[str, str]:
        """Code → number of the clause whose text explains it."""
        return {}

    def tiers_in_order(self) -> Iterable[str]:
        """The tiers that stand above each other, low to high, if this clause names them."""
        return ()

    def defaults(self) -> Mapping[str, str]:
        """Field → the code that holds where an application names none."""
        return {}

    def catalogue(self) -> Mapping[str, int]:
        """Items that points are redeemed for → their points."""
        return {}

    def offers(self) -> Iterable[str]:
        """Benefits that this clause offers."""
        return ()

    def remaining(self, standing: Standing, now: datetime, benefit: str) -> int | None:
        """How much of an offered benefit is left; None without limit."""
        return 0

    def expiry(self, unit: str, day: date, now: datetime) -> datetime | None:
        """When what is credited in a unit on a day expires, if this clause says so."""
        return None

    def clears(self, unit: str, day: date, now: datetime) -> datetime | None:
        """When a unit that fell short on a day is forgiven, if this clause says so."""
        return None

    def objects(self, draft: Draft, policy: Any, code: str) -> Effect | None:
        """The refusal with which this clause keeps a policy from serving a service or benefit."""
        return None

    def tenders(self) -> Iterable[str]:
        """Means of payment of a bill that this clause offers: stored_value, credit, points."""
        return ()

    def joins(self, draft: Draft) -> Iterable[Body]:
        """Further steps that a whole admission (`join`) takes after its payments."""
        return ()

    def reaches(self, body: Body, view: View) -> Iterable[str]:
        """Persons who take part in an event that does not name them: what is kept tells of them."""
        return ()

    def progress(self, standing: Standing, now: datetime) -> Iterable[Progress]:
        """How far a member is on the way to something that this clause gives."""
        return ()

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The first moment later than `after` at which time acts on this member."""
        return None

    def due(self, draft: Draft, member: str) -> Iterable[Effect] | None:
        """What time does then."""
        return None

    def check(self) -> Iterable[Problem]:
        """Problems of the settings: (setting, what is wrong, in both languages)."""
        return ()


@dataclass(frozen=True, slots=True)
class Requirement:
    """A paper or a detail without which an event is refused as incomplete.

    Attributes:
        code: of the paper or detail.
        sort: "document" or "detail".
        clause: number of the clause whose text speaks of it.
    """

    code: str
    sort: str
    clause: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a member is on the way to a tier.

    Attributes:
        measure: code of what is counted (spend_total, visits …).
        unit: "yuan" (figures are fen), "points" or "times".
        have, need: figures of the member and of the threshold.
        tier: what reaching it gives.
        clause: number of the clause.
    """

    measure: str
    unit: str
    have: int
    need: int
    tier: str
    clause: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the charter document over the clauses whose numbers begin with `prefix`."""

    prefix: str
    zh: str
    en: str


class Charter:
    """A scheme of membership. Subclassed by plugins; holds no state of its own.

    Attributes:
        code: `<type>.<charter>`.
        name: (zh, en).
        Settings: marshmallow schema of the tenant's figures.
        sections: headings of the document, in its order.
        form: the application form.
        reports: what the institution reports.
        opinions: where members say how content they are; the report on satisfaction reads them.
        records: kinds of records kept in a member's file.
        roles: code → (zh, en) of the people who act in this charter.
        variants: the setting that overrides figures by tier, if there is one.
        default_tier: the setting that names the tier of an application without one.
        example: sample figures for the settings that a hospital has to state itself.
        labels: code → (zh, en) for tiers, paths, documents, benefits and other codes.
    """

    code: ClassVar[str]
    name: ClassVar[Text]
    Settings: ClassVar[type[Schema]]
    sections: ClassVar[Sequence[Section]] = ()
    form: ClassVar[Form | None] = None
    reports: ClassVar[Sequence[Report]] = ()
    opinions: ClassVar[Sequence[Opinion]] = ()
    records: ClassVar[Sequence[str]] = ()
    roles: ClassVar[Mapping[str, Text]] = {}
    variants: ClassVar[str] = ""
    example: ClassVar[Mapping[str, Any]] = {}
    default_tier: ClassVar[str] = ""
    labels: ClassVar[Mapping[str, Text]] = {}

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses for a tenant's settings, in any order."""
        raise NotImplementedError
