"""The charter document: its versions, their texts, and what differs between two of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import select

from charterhouse import clock
from charterhouse.desk.errors import NotFoundError
from charterhouse.desk.words import version_in_force
from charterhouse.kernel.charter import Text
from charterhouse.kernel.document import natural
from charterhouse.records.books import stored_document
from charterhouse.records.tables import version
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import prepared, unit

_ALL = prepared(
    select(
        version.c.number,
        version.c.effective,
        version.c.announced,
        version.c.recorded_at,
        version.c.actor,
        version.c.settings,
    ).order_by(version.c.effective.asc().nulls_first(), version.c.number)
)


# A figure or a Latin word is compared as a whole, Chinese sign by sign.
_WORDS = re.compile(r"[A-Za-z0-9.,%]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Version:
    """One dated version of the charter.

    Attributes:
        effective: from when it holds; None for the first.
        state: `past`, `in_force` or `announced`.
        settings: the figures that it changed, as they were entered.
    """

    number: int
    effective: datetime | None
    announced: date | None
    recorded_at: datetime
    actor: str
    state: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """A clause that reads otherwise in another version; an empty text where it is absent."""

    number: str
    old: Text
    new: Text


def versions() -> list[Version]:
    """All versions in the order of their effect, the first one first."""
    now = clock.now()
    with unit() as opened:
        rows = opened.execute(_ALL).all()
        current = version_in_force()
    zone = current_tenant().zone
    found = []
    for row in rows:
        if row.number == current:
            state = "in_force"
        else:
            state = "announced" if row.effective and row.effective > now else "past"
        found.append(
            Version(
                row.number,
                row.effective.astimezone(zone) if row.effective else None,
                date.fromisoformat(row.announced) if row.announced else None,
                row.recorded_at,
                row.actor,
                state,
                row.settings,
            )
        )
    return found


def document(number: int) -> list[dict[str, Any]]:
    """The document of a version: chapters {prefix, zh, en, rules: [{number, zh, en}]}.

    Raises:
        NotFoundError: there is no such version.
    """
    with unit() as opened:
        found = stored_document(opened, number)
    if not found:
        raise NotFoundError("there is no such version of the charter", code="version_unknown")
    return found


def texts(chapters: list[dict[str, Any]]) -> dict[str, Text]:
    """Clause number → text of a document."""
    return {r["number"]: (r["zh"], r["en"]) for c in chapters for r in c["rules"]}


def differences(old: Mapping[str, Text], new: Mapping[str, Text]) -> list[Difference]:
    """The clauses that two documents word differently, in the document's order."""
    numbers = sorted(old.keys() | new.keys(), key=natural)
    pairs = [(n, old.get(n, ("", "")), new.get(n, ("", ""))) for n in numbers]
    return [Difference(n, before, after) for n, before, after in pairs if before != after]


def marked(old: str, new: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Both texts in parts, each with whether it differs from the other text."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    parts_old: list[tuple[str, bool]] = []
    parts_new: list[tuple[str, bool]] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if b > a:
            parts_old.append(("".join(before[a:b]), tag != "equal"))
        if d > c:
            parts_new.append(("".join(after[c:d]), tag != "equal"))
    return parts_old, parts_new


def compare(first: int, second: int) -> list[Difference]:
    """What reads otherwise in the second version than in the first.

    Raises:
        NotFoundError: there is no such version.
    """
    return differences(texts(document(first)), texts(document(second)))
