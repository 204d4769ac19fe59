"""What a charter declares beside its clauses: application form and reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from charterhouse.kernel.decision import Happening, Raised
from charterhouse.kernel.ledger import Posting
from charterhouse.kernel.settings import SettingValues


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the application form.

    Args:
        code: name of the field.
        zh, en: its label.
        kind: text, long_text, phone, email, date, list, contact, institution,
            signature, stamp.
        count: how many entries (two contacts).
        person: the field of a person that it fills (name, phone, email, address).
    """

    code: str
    zh: str
    en: str
    kind: str = "text"
    count: int = 1
    person: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A paper form, printed and filled in; its title in both languages."""

    zh: str
    en: str
    fields: tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision as a report sees it: an accepted one, unless the report asks for refusals too.

    Amounts in fen; `at` is the moment it was decided, `tier` that of the member afterwards;
    `reason` is why it was refused, "" for an accepted one, and `clause` the number that refused it.
    """

    day: date
    verb: str
    member: str
    body: Mapping[str, Any]
    figures: Mapping[str, Any]
    happenings: tuple[Happening, ...]
    postings: tuple[Posting, ...]
    raised: tuple[Raised, ...]
    path: str = ""
    at: datetime | None = None
    tier: str = ""
    reason: str = ""
    clause: str = ""

    @property
    def accepted(self) -> bool:
        """Whether it had an effect."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a report: code, label in both languages, and a value with its unit."""

    code: str
    zh: str
    en: str
    value: int
    unit: str = "count"


@dataclass(frozen=True, slots=True)
class Opinion:
    """Where members say how content they are: a detail of an event of a charter.

    Args:
        verb: record, progress, visit or incident.
        of: the kind of record, visit or incident, or the step.
        detail: of the event, which holds the answer.
        good: answers that count as content.
    """

    verb: str
    of: str
    detail: str
    good: tuple[str, ...]

    def answer(self, entry: Entry) -> str:
        """What was answered with an event; "" where it is about something else."""
        told = entry.body.get("step" if self.verb == "progress" else "kind")
        if entry.verb != self.verb or told != self.of:
            return ""
        return str((entry.body.get("details") or {}).get(self.detail) or "")


@dataclass(frozen=True, slots=True)
class Report:
    """A periodic report: a pure fold over the period's decisions.

    Args:
        code: of the report.
        zh, en: its title.
        period: for which it is made where the reader names none: week, month or year. Any other
            period, and any span of days, can be chosen.
        fold: the period's decisions and the settings in force at its end → the rows.
        refusals: whether it sees refused decisions, too; they have no postings.
    """

    code: str
    zh: str
    en: str
    period: str
    fold: Callable[[Iterable[Entry], SettingValues], list[Row]]
    refusals: bool = False
