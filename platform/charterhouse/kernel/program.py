"""A charter compiled for one set of settings, and the dated book of its versions."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from charterhouse.kernel.charter import PHASES, Charter, Clause, Handler, Progress, Requirement
from charterhouse.kernel.errors import CharterError, SettingsError
from charterhouse.kernel.events import FIELDS, PERSON_FIELDS
from charterhouse.kernel.problems import NO_TIER, Said
from charterhouse.kernel.settings import SettingValues, read_settings
from charterhouse.kernel.standing import HOUSE
from charterhouse.kernel.vocabulary import VERBS

if TYPE_CHECKING:
    from charterhouse.kernel.standing import Standing
    from charterhouse.kernel.vocabulary import Body

Speaker = tuple[Clause, Handler]
Reader = Callable[["Body"], str | None]
Table = dict[str, dict[str, list[Speaker]]]
Coded = tuple[str, str, frozenset[str]]
"""A field whose codes must be known: its attribute, its name, and the codes."""


class Plan(NamedTuple):
    """How a program decides one verb.

    Attributes:
        phases: in their order, each with those who speak in it.
        coded: the fields whose codes must be known.
        offered: whether something comes of the verb; guards alone do not offer it.
    """

    phases: tuple[tuple[str, tuple[Speaker, ...]], ...]
    coded: tuple[Coded, ...]
    offered: bool


MUST_BE_KNOWN = frozenset(
    {"tier", "path", "benefit", "pay.for", "incident.kind", "award.kind", "record.kind",
     "upgrade.to", "request.service", "progress.step"}
)  # fmt: skip
"""Fields whose codes somebody must have made known, else they are refused as unknown."""

_REMEMBERED = 4096
"""How many expiries a program remembers: they depend on the unit and the day alone."""

_ACTING = PHASES[PHASES.index("guard") + 1 :]
"""The phases in which something comes of an event."""

_ADMISSIONS = frozenset({"apply", "join", "bring_in", "grant"})


class Program:
    """The clauses of one charter with one set of settings, bound to verbs, facts and phases.

    Args:
        charter: the charter.
        raw: the tenant's settings where they differ from the defaults.

    Raises:
        SettingsError: a setting is unknown, invalid or contradicts another.
        CharterError: two clauses decide the same thing.
    """

    def __init__(
        self,
        charter: Charter,
        raw: Mapping[str, Any],
        *,
        tier: str = "",
    ) -> None:
        self.charter = charter
        self.raw = dict(raw)
        self.tier = tier
        self._variants: dict[str, Program] = {}
        self._expiries: dict[Any, tuple[datetime | None, str]] = {}
        self._plans: dict[str, Plan | None] = {}
        self.varied = bool(charter.variants) and not tier
        self._naming: dict[str, tuple[Reader, ...]] = {}
        self.settings: SettingValues = read_settings(charter.Settings, self.raw)
        self.clauses = charter.clauses(self.settings)
        self.numbers = frozenset(n for c in self.clauses for n in c.all_numbers)
        self.verbs, self.facts = self._bind()
        self.codes = self._collect_codes()
        self.benefits = self._collect_benefits()
        dues = sorted((c for c in self.clauses if c.has_dues), key=_due_key)
        self.dues = [c for c in dues if not c.of_house]
        self.house_dues = [c for c in dues if c.of_house]
        self.shares = frozenset(verb for c in self.clauses for verb in c.shares)
        self.touches = self._collect_touches()
        self.tenders = frozenset(source for c in self.clauses for source in c.tenders())
        self.reaching = [c for c in self.clauses if type(c).reaches is not Clause.reaches]
        self.takes_any_fee = any(c.takes_any_fee for c in self.clauses)
        self.joining = [c for c in self.clauses if type(c).joins is not Clause.joins]
        self._expiring = [c for c in self.clauses if type(c).expiry is not Clause.expiry]
        self._clearing = [c for c in self.clauses if type(c).clears is not Clause.clears]
        self._check()

    def _bind(self) -> tuple[Table, Table]:
        rows = sorted(
            ((b.rank, *_place(c), b, c) for c in self.clauses for b in c.bound()),
            key=lambda row: row[:4],
        )
        verbs: Table = {}
        facts: Table = {}
        for *_, binding, clause in rows:
            table = verbs if binding.trigger in VERBS else facts
            phases = table.setdefault(binding.trigger, {})
            phases.setdefault(binding.phase, []).append((clause, getattr(clause, binding.method)))
        return verbs, facts

    def plan(self, verb: str) -> Plan | None:
        """How a verb is decided; None if no clause speaks on it."""
        if verb not in self._plans:
            self._plans[verb] = self._plan(verb) if verb in self.verbs else None
        return self._plans[verb]

    def _plan(self, verb: str) -> Plan:
        speaking = self.verbs[verb]
        phases = tuple((phase, tuple(speaking.get(phase, ()))) for phase in PHASES)
        return Plan(phases, tuple(self.coded(verb)), self.acts(verb, _ACTING))

    def listeners(self, fact: str, phase: str) -> Iterable[Speaker]:
        """Those who act on a fact in a phase."""
        phases = self.facts.get(fact)
        return phases.get(phase, ()) if phases else ()

    def acts(self, verb: str, phases: Iterable[str]) -> bool:
        """Whether anybody speaks on a verb in one of these phases."""
        return any(self.verbs.get(verb, {}).get(phase) for phase in phases)

    def coded(self, verb: str) -> Iterable[Coded]:
        """The fields of a verb whose codes must be known."""
        for name, known in FIELDS[verb].items():
            specific = f"{verb}.{name}"
            own = specific in self.codes or specific in MUST_BE_KNOWN
            key = specific if own else name
            if known.kind.name == "code" and (key in self.codes or key in MUST_BE_KNOWN):
                yield known.attribute, specific, self.codes.get(key, frozenset())

    def naming(self, verb: str) -> tuple[Reader, ...]:
        """What reads from a verb's body whose standings take part."""
        found = self._naming.get(verb)
        if found is None:
            further = map(_reader, self.touches.get(verb, ()))
            found = self._naming[verb] = (*map(attrgetter, PERSON_FIELDS[verb]), *further)
        return found

    def _collect_codes(self) -> dict[str, frozenset[str]]:
        codes: dict[str, set[str]] = {}
        for clause in self.clauses:
            for key, known in clause.codes().items():
                codes.setdefault(key, set()).update(known)
        return {key: frozenset(known) for key, known in codes.items()}

    def _collect_touches(self) -> dict[str, tuple[str, ...]]:
        touches: dict[str, set[str]] = {}
        for clause in self.clauses:
            for verb, names in clause.touches.items():
                touches.setdefault(verb, set()).update(names)
        return {verb: tuple(sorted(names)) for verb, names in touches.items()}

    def _collect_benefits(self) -> dict[str, Clause]:
        benefits: dict[str, Clause] = {}
        for clause in self.clauses:
            for code in clause.offers():
                if code in benefits:
                    raise CharterError(f"two clauses offer {code!r}")
                benefits[code] = clause
        return benefits

    def _find_clashes(self) -> None:
        """Two clauses that would both decide the same thing need a rule for which one does."""
        deciding: dict[str, Clause] = {}
        for clause in self.clauses:
            for what in clause.decides():
                other = deciding.setdefault(what, clause)
                if other is not clause:
                    raise CharterError(
                        f"clauses {other.number} ({type(other).__name__}) and {clause.number} "
                        f"({type(clause).__name__}) both decide {what}"
                    )

    def _check(self) -> None:
        self._find_clashes()
        for clause in self.clauses:
            for name, why in clause.check():
                raise SettingsError(why, field=name, clause=clause.number)
        if self.tier or not self.charter.variants:
            return
        for tier, figures in self._overrides().items():
            name = f"{self.charter.variants}.{tier}"
            if tier not in self.codes.get("tier", ()):
                raise SettingsError(NO_TIER, field=name)
            if not isinstance(figures, Mapping):
                raise SettingsError(
                    Said("须为设置的表格", "must be a table of settings"), field=name
                )
            try:
                self.variant(tier)
            except SettingsError as error:
                raise SettingsError(
                    error.message, field=f"{name}.{error.field}", clause=error.clause
                ) from None

    def _overrides(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = getattr(self.settings, self.charter.variants)
        return found

    def variant(self, tier: str) -> Program:
        """The program with the figures that the settings override for a tier."""
        if not self.varied or tier not in self._overrides():
            return self
        if tier not in self._variants:
            figures = self._overrides()[tier]
            fixed = {self.charter.variants, self.charter.default_tier} & figures.keys()
            if fixed:
                raise SettingsError(
                    Said("不能按等级另定", "cannot differ by tier"), field=min(fixed)
                )
            self._variants[tier] = Program(self.charter, {**self.raw, **figures}, tier=tier)
        return self._variants[tier]

    def tier_for(self, standing: Standing, body: Body) -> str:
        """The tier whose figures hold for an event."""
        named = getattr(body, "tier", None)
        if body.verb in _ADMISSIONS:
            return named or str(getattr(self.settings, self.charter.default_tier or "", ""))
        # A reviewer who corrects the tier approves with the figures of the corrected one.
        return str(named or standing.tier) if body.verb == "approve" else standing.tier

    def peer(self, clause: Clause) -> Clause:
        """The clause of this program that stands where `clause` stands in a variant."""
        return next(
            (c for c in self.clauses if _place(c) == _place(clause)),
            clause,
        )

    def expiry(self, unit: str, day: date, now: datetime) -> tuple[datetime | None, str]:
        """When what is credited in a unit on a day expires, and by which clause."""
        key = (unit, day, now.tzinfo)
        kept = self._expiries.get(key)
        if kept is None:
            found = [(e, c.number) for c in self._expiring if (e := c.expiry(unit, day, now))]
            kept = min(found) if found else (None, "")
            if len(self._expiries) > _REMEMBERED:
                self._expiries.clear()
            self._expiries[key] = kept
        return kept

    def clearing(self, unit: str, day: date, now: datetime) -> tuple[datetime | None, str]:
        """When what falls short in a unit on a day is forgiven, and by which clause."""
        found = [(e, c.number) for c in self._clearing if (e := c.clears(unit, day, now))]
        return min(found) if found else (None, "")

    def dues_of(self, ref: str) -> list[Clause]:
        """The clauses by which time acts on a subject."""
        return self.house_dues if ref == HOUSE else self.dues

    def rank(self, tier: str) -> int:
        """The place of a tier in the order of the charter's tiers, low to high; -1 if unknown."""
        return self.tiers.index(tier) if tier in self.tiers else -1

    @cached_property
    def tiers(self) -> tuple[str, ...]:
        """The tiers that stand above each other, low to high."""
        return max((tuple(c.tiers_in_order()) for c in self.clauses), key=len, default=())

    def progress(self, standing: Standing, now: datetime) -> list[Progress]:
        """How far a member is on the way to the tiers above."""
        program = self.variant(standing.tier)
        return [each for clause in program.clauses for each in clause.progress(standing, now)]

    def wake(self, standing: Standing, after: datetime) -> datetime | None:
        """The first moment after `after` at which time acts on a member."""
        program = self.variant(standing.tier) if self.varied else self
        soonest = None
        for lots in standing.lots.values():
            for lot in lots:
                expires = lot.expires
                if expires is not None and expires > after:
                    soonest = expires if soonest is None or expires < soonest else soonest
        for clause in program.dues_of(standing.ref):
            due = clause.next_due(standing, after)
            if due is not None and (soonest is None or due < soonest):
                soonest = due
        return soonest

    def requirements(
        self, verb: str, *, path: str | None = None, channel: str | None = None
    ) -> list[Requirement]:
        """Papers and details without which an event is refused as incomplete, each once."""
        found: dict[str, Requirement] = {}
        for clause in self.clauses:
            for needed in clause.requirements(verb, path=path, channel=channel):
                found.setdefault(needed.code, needed)
        return list(found.values())

    def explanations(self) -> dict[str, str]:
        """Code → number of the clause whose text explains it."""
        return {code: n for clause in self.clauses for code, n in clause.explains().items()}

    def defaults(self) -> Mapping[str, str]:
        """Field → the code that holds where an application names none."""
        return self._defaults

    @cached_property
    def _defaults(self) -> dict[str, str]:
        return {name: code for clause in self.clauses for name, code in clause.defaults().items()}

    @cached_property
    def unknowns(self) -> dict[str, str]:
        """Field ("verb.field" or "field") → number of the clause that refuses unknown codes."""
        return {name: n for clause in self.clauses for name, n in clause.unknowns().items()}

    def catalogue(self) -> dict[str, int]:
        """Items that points are redeemed for → their points."""
        return {item: cost for clause in self.clauses for item, cost in clause.catalogue().items()}

    def remaining(self, standing: Standing, now: datetime) -> dict[str, int | None]:
        """Benefit → what is left now; None without limit."""
        program = self.variant(standing.tier)
        return {c: k.remaining(standing, now, c) for c, k in program.benefits.items()}


def _reader(name: str) -> Reader:
    """Reads whom a field names, or an entry of a field such as `details.person`."""
    field, _, entry = name.partition(".")

    def read(body: Body) -> str | None:
        value = getattr(body, field)
        if entry:
            value = (value or {}).get(entry)
        return value if isinstance(value, str) else None

    return read


def _place(clause: Clause) -> tuple[str, str, str]:
    return (type(clause).__name__, clause.number, clause.about)


def _due_key(clause: Clause) -> tuple[int, str, str, str]:
    return (clause.due_rank, *_place(clause))


@dataclass(frozen=True, slots=True)
class Version:
    """A dated change of settings; the first has no `effective` and holds from the beginning."""

    number: int
    effective: datetime | None
    settings: Mapping[str, Any]


Compiler = Callable[[Charter, Mapping[str, Any]], Program]


class Book:
    """A charter with the dated versions of its settings.

    Each event is decided by the version in force at its moment: the settings
    of all versions effective by then, merged in the order of their effect.

    Args:
        charter: the charter.
        versions: of its settings; one of them holds from the beginning.
        compiled: makes a program of a charter and settings; books may share what it made.
    """

    def __init__(
        self, charter: Charter, versions: Iterable[Version], *, compiled: Compiler = Program
    ) -> None:
        self.charter = charter
        self._compiled = compiled
        rows = list(versions)
        self.first = next(v for v in rows if v.effective is None)
        dated = [(v.effective, v.number, v) for v in rows if v.effective is not None]
        dated.sort(key=lambda row: row[:2])
        self.later = [version for _, _, version in dated]
        self.effects = [effective for effective, _, _ in dated]
        self._programs: dict[int, Program] = {}
        self._next: Book | None = None

    @property
    def versions(self) -> list[Version]:
        """All versions, the first one first."""
        return [self.first, *self.later]

    def index_at(self, moment: datetime) -> int:
        """How many later versions are in force at a moment."""
        return bisect_right(self.effects, moment) if self.effects else 0

    def at(self, moment: datetime) -> Program:
        """The program in force at a moment."""
        index = bisect_right(self.effects, moment) if self.effects else 0
        return self._programs.get(index) or self._program(index)

    def raw_at(self, moment: datetime) -> dict[str, Any]:
        """The settings (differing from the defaults) in force at a moment."""
        return self._raw(self.index_at(moment))

    def _raw(self, index: int) -> dict[str, Any]:
        raw = dict(self.first.settings)
        for version in self.later[:index]:
            raw.update(version.settings)
        return raw

    def _program(self, index: int) -> Program:
        if index not in self._programs:
            self._programs[index] = self._compiled(self.charter, self._raw(index))
        return self._programs[index]

    def next_change(self, after: datetime) -> datetime | None:
        """The first moment after `after` at which a version comes into force."""
        index = bisect_right(self.effects, after) if self.effects else 0
        return self.effects[index] if index < len(self.effects) else None

    def with_version(self, effective: datetime, settings: Mapping[str, Any]) -> Book:
        """The book with one more version; compiling it checks the merged settings.

        Raises:
            SettingsError: the merged settings are not valid.
        """
        number = max(v.number for v in self.versions) + 1
        added = Version(number, effective, dict(settings))
        if self._next is None or added not in self._next.later:
            self._next = self._with(added)
        return self._next

    def _with(self, added: Version) -> Book:
        book = Book(self.charter, [*self.versions, added], compiled=self._compiled)
        place = book.later.index(added)
        # What holds before it stays as it is.
        book._programs.update((i, p) for i, p in self._programs.items() if i <= place)
        for index in range(place + 1, len(book.later) + 1):
            book._program(index)
        return book

    def problem_with(
        self, effective: datetime, settings: Mapping[str, Any]
    ) -> SettingsError | None:
        """What is wrong with settings that are to hold from a moment on, if anything."""
        try:
            self.with_version(effective, settings)
        except SettingsError as error:
            return error
        return None
