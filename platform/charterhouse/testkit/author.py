"""Writes single events: variations of those in the scenario files, and events of one's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from charterhouse.kernel.bodies import Body
from charterhouse.kernel.events import FIELDS, Field
from charterhouse.kernel.kinds import MAX, Line, Tender
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.vocabulary import VERBS
from charterhouse.testkit.knowledge import Knowledge, Template
from charterhouse.testkit.telling import STARTS

_OF_KINDS: Mapping[str, tuple[str, ...]] = {
    "refund": ("bill", "payment", "top_up"), "give_back": ("use", "redemption"),
    "dispute": ("redemption",), "policy": ("policy",), "request": ("request", "booking"),
}  # fmt: skip
_WANTED: Mapping[str, tuple[str, ...]] = {
    "apply": ("none", "lapsed", "ended", "rejected"), "join": ("none", "lapsed", "ended"),
    "bring_in": ("none",), "grant": ("none", "active"), "approve": ("applied",),
    "reject": ("applied",), "pay": ("approved", "active"), "renew": ("active", "lapsed"),
    "resume": ("suspended",), "reissue_card": ("lost", "void"),
}  # fmt: skip
_PEOPLE_LABELS = frozenset({"for", "presented_by", "person"})
_DOCUMENTS = frozenset({"id", "of", "request", "policy"})
_AFRESH: Mapping[str, int] = dict.fromkeys(
    ("fen", "positive_fen", "count", "positive", "lines"), 40
)
"""Kind → how often, of a hundred times, a value is another than in the scenario."""

_MOST_FEN = 20_000_000


class Author:
    """Writes the next event of a story, looking at what the story has led to.

    Args:
        chance: every choice comes from it.
        known: the charter.
        world: the story so far.
    """

    def __init__(self, chance: Random, known: Knowledge, world: MemoryWorld) -> None:
        self.chance = chance
        self.known = known
        self.world = world
        self.at = STARTS[0]
        self.number = 0
        self.people: list[str] = []

    def often(self, percent: int) -> bool:
        """Whether something that happens so often happens now."""
        return self.chance.randrange(100) < percent

    def event(self, at: datetime, number: int) -> Body | None:
        """An event at a moment: mostly one that the state of the story invites."""
        self.at, self.number = at, number
        verb = self.chance.choice(self._verbs())
        templates = self.known.templates.get(verb, ())
        if templates and self.often(75):
            return self.vary(self.chance.choice(templates))
        return self.invent(verb)

    def _verbs(self) -> list[str]:
        inviting: set[str] = set()
        states = {s.status for s in self.world.standings.values()}
        states |= {s.card for s in self.world.standings.values()}
        kinds = {document.kind for document in self.world.documents.values()}
        for verb, wanted in _WANTED.items():
            if states & set(wanted) or "none" in wanted:
                inviting.add(verb)
        for verb, wanted in _OF_KINDS.items():
            if kinds & set(wanted):
                inviting.add(verb)
        invited = [verb for verb in self.known.verbs if verb in inviting]
        if "active" not in states:
            invited += [verb for verb in ("join", "bring_in") if verb in self.known.verbs] * 9
        taught = [verb for verb in self.known.verbs if verb in self.known.templates]
        return [*self.known.verbs, *taught, *taught, *invited]

    # Events of one's own.

    def invent(self, verb: str) -> Body | None:
        """An event of a verb from nothing but the vocabulary and the charter's codes."""
        cls, table = VERBS[verb], FIELDS[verb]
        needed = {name for name, known in table.items() if known.required}
        for group in cls.either:
            if not needed & set(group):
                needed.add(self.chance.choice(group))
        values: dict[str, Any] = {}
        for name, known in table.items():
            if name in needed or (self.often(25) and name not in ("by", "branch", "note")):
                values[known.attribute] = self.value(verb, known)
        if verb == "spend" and {"lines", "amount"} <= values.keys():
            del values["lines"]
        if any(values.get(table[name].attribute) is None for name in needed):
            return None
        return self._sound(cls(**values))

    def value(self, verb: str, known: Field) -> Any:
        """A value for a field: by its name where that says more, else by its kind."""
        if known.name == "id":
            return f"{verb[0]}{self.number}"
        if known.name in _DOCUMENTS:
            return self.document(verb, known.name)
        if known.kind.person or (known.name in _PEOPLE_LABELS and known.kind.name == "label"):
            return self.person(verb)
        return _BY_KIND[known.kind.name](self, verb, known)

    def person(self, verb: str = "") -> str:
        """Somebody, by preference of a status or card that makes the event possible."""
        wanted = set(_WANTED.get(verb, ("active",)))
        fitting = []
        for ref in self.people:
            standing = self.world.standing(ref)
            if {standing.status, standing.card} & wanted:
                fitting.append(ref)
        return self.chance.choice([*(fitting * 6), *self.people])

    def document(self, verb: str, field: str) -> str:
        """The id of a document that the event can refer to, a recent one by preference."""
        kinds = _OF_KINDS.get(verb if field == "of" else field, ())
        fitting = [d.id for d in self.world.documents.values() if d.kind in kinds]
        return self.chance.choice([*(fitting[-5:] * 6), "nothing"])

    def fen(self) -> int:
        """An amount: often at, or one fen beside, a figure of the charter."""
        if self.known.numbers and self.often(50):
            figure = self.chance.choice(self.known.numbers)
            figure *= self.chance.choice((1, 1, 1, 100))
            return min(_MOST_FEN, max(1, figure + self.chance.choice((-1, 0, 0, 1))))
        return self.chance.choice((1, 49, 50, 99, 100, self.chance.randint(1, 300_000)))

    def count(self) -> int:
        """A number of points, times or things."""
        figures = [n for n in self.known.numbers if n <= 100_000]
        if figures and self.often(40):
            return max(1, self.chance.choice(figures) + self.chance.choice((-1, 0, 1)))
        return self.chance.choice((1, 1, 1, 2, 3, 10))

    def code(self, verb: str, known: Field) -> str:
        """A code that the field may hold, rarely one that nobody knows."""
        codes = self.known.codes(verb, known.name)
        return self.chance.choice(codes) if codes and not self.often(3) else "other"

    def codes(self, verb: str, known: Field) -> tuple[str, ...]:
        """Some of the codes that a list may hold."""
        found = self.known.codes(verb, known.name) or ("card", "id")
        return tuple(self.chance.sample(found, self.chance.randint(0, min(3, len(found)))))

    def day(self, _verb: str, _known: Field) -> date:
        """A day near a figure of the charter from today, in the past or in the future."""
        days = [n for n in self.known.numbers if n <= 400] or [1]
        away = self.chance.choice((-1, 0, 1, 30, self.chance.choice(days)))
        return self.at.date() + timedelta(days=away)

    def papers(self, verb: str, _known: Field) -> dict[str, Any]:
        """Every paper that the charter asks for, sometimes without one."""
        asked = [r.code for r in self.known.program.requirements(verb) if r.sort == "document"]
        papers = dict.fromkeys(asked, 2)
        if papers and self.often(15):
            del papers[self.chance.choice(asked)]
        return papers

    def lines(self, _verb: str, _known: Field) -> tuple[Line, ...]:
        """One to three lines of a bill."""
        seen = [x for x in self.known.words.get("spend.lines", ()) if isinstance(x, Line)]
        plain = Line(item="item", price=1)
        chosen = [self.chance.choice(seen or [plain]) for _ in range(self.chance.randint(1, 3))]
        return tuple(
            replace(line, price=self.fen(), offer=None) if self.often(60) else line
            for line in chosen
        )

    def tender(self, _verb: str, _known: Field) -> Tender:
        """Some way to pay."""
        asked = self.chance.choice((None, 0, MAX, self.fen()))
        return Tender(stored_value=asked, points=self.count() if self.often(20) else None)

    # Variations.

    def vary(self, template: Template) -> Body | None:
        """An event like one of the scenarios, of other people and other figures."""
        body, step = template.body, template.scenario.steps[template.place]
        shift = self.at - step.at
        values = {
            known.attribute: self._varied(body, known, shift)
            for known in FIELDS[body.verb].values()
        }
        return self._sound(type(body)(**values))

    def _varied(self, body: Body, known: Field, shift: timedelta) -> Any:
        value = getattr(body, known.attribute)
        if value is None:
            return None
        if _names_something(known) or self.often(_AFRESH.get(known.kind.name, 8)):
            return self.value(body.verb, known) or value
        if isinstance(value, datetime):
            return min(self.at, value + shift)
        return value + timedelta(days=shift.days) if isinstance(value, date) else value

    def _sound(self, body: Body) -> Body:
        """Let what is paid be what is owed, and nobody be at both ends of a transfer."""
        if body.verb == "pay" and self.often(80):
            debts = [
                (ref, purpose, debt.amount)
                for ref in self.people
                for purpose, debt in self.world.standing(ref).owed.items()
            ]
            if debts:
                ref, purpose, amount = self.chance.choice(debts)
                return replace(body, member=ref, for_=purpose, amount=amount)  # type: ignore[call-arg]  # a body of `pay` has these
        return body


def _names_something(known: Field) -> bool:
    """Whether a field names a person or a document, which differ from story to story."""
    labelled = known.kind.name == "label" and known.name in {*_PEOPLE_LABELS, *_DOCUMENTS}
    return known.kind.person or labelled


def replant(body: Body, names: Mapping[str, str], shift: timedelta) -> Body:
    """The same event of a story told again: other names, and its days moved along."""

    def renamed(value: Any) -> Any:
        if isinstance(value, str):
            return names.get(value, value)
        if isinstance(value, dict):
            return {key: renamed(item) for key, item in value.items()}
        if isinstance(value, list):
            return [renamed(item) for item in value]
        if isinstance(value, datetime):
            return value + shift
        return value + timedelta(days=shift.days) if isinstance(value, date) else value

    kept = {"verb", "by", "branch", "channel", "note", "method"}
    values = {f.name: getattr(body, f.name) for f in fields(body)}
    return type(body)(**{k: v if k in kept else renamed(v) for k, v in values.items()})


def _word(author: Author, verb: str, known: Field) -> str:
    words: Sequence[Any] = author.known.words.get(f"{verb}.{known.name}", ())
    return str(author.chance.choice([*words, "as agreed"]))


_BY_KIND: Mapping[str, Callable[[Author, str, Field], Any]] = {
    "ref": lambda a, verb, _k: a.person(verb),
    "label": lambda a, verb, k: _word(a, verb, k).replace(" ", "-"),
    "code": Author.code,
    "text": _word,
    "fen": lambda a, _v, _k: a.fen(),
    "positive_fen": lambda a, _v, _k: a.fen(),
    "count": lambda a, _v, _k: a.count(),
    "positive": lambda a, _v, _k: a.count(),
    "yes_no": lambda a, _v, _k: a.often(50),
    "day": Author.day,
    "moment": lambda a, _v, _k: a.at - timedelta(hours=a.chance.choice((0, 1, 24, 25))),
    "codes": Author.codes,
    "papers": Author.papers,
    "details": lambda _a, _v, _k: {},
    "notified": lambda a, _v, _k: a.often(80),
    "lines": Author.lines,
    "tender": Author.tender,
}

__all__ = ["Author", "replant"]
