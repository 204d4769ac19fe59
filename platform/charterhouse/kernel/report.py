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
    """An accepted decision as a report sees it.

    Amounts in fen; `at` is the moment it was decided, `tier` that of the member afterwards.
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


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a report: code, label in both languages, and a value with its unit."""

    code: str
    zh: str
    en: str
    value: int
    unit: str = "count"


@dataclass(frozen=True, slots=True)
class Report:
    """A periodic report: a pure fold over the period's accepted decisions."""

    code: str
    zh: str
    en: str
    period: str
    fold: Callable[[Iterable[Entry], SettingValues], list[Row]]
