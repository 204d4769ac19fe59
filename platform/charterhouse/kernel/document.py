"""The charter document: the rules that the engine runs, in words, with the tenant's figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from charterhouse.kernel.program import Program


@dataclass(frozen=True, slots=True)
class Rule:
    """One numbered rule in both languages."""

    number: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading of the document with its rules in order."""

    prefix: str
    zh: str
    en: str
    rules: tuple[Rule, ...]


def natural(number: str) -> tuple[tuple[int, str], ...]:
    """Sort key of a clause number: 4.2.2 before 4.2.10, 7A before 7B, digits before letters."""
    parts = re.findall(r"\d+|[A-Za-z]+", number)
    return tuple((int(p), "") if p.isdigit() else (10**9, p) for p in parts)


def texts_of(program: Program) -> dict[str, tuple[str, str]]:
    """Number → (zh, en) of every rule that has words, in the document's order.

    What the charter says itself goes before the library's own words.
    """
    found: dict[str, tuple[str, str]] = {}
    for clause in program.clauses:
        found.update(clause.said)
    for clause in sorted(program.clauses, key=lambda c: (type(c).__name__, c.number)):
        for number, text in clause.text().items():
            found.setdefault(number, text)
    return {number: found[number] for number in sorted(found, key=natural)}


def missing_texts(program: Program) -> list[str]:
    """Numbers under which a clause may speak but which have no words in both languages."""
    texts = texts_of(program)
    return sorted((n for n in program.numbers if not all(texts.get(n, ("", "")))), key=natural)


def _belongs(number: str, prefix: str) -> bool:
    if prefix.isalpha() and number.startswith(prefix):
        # Rules that several charters share carry a letter: G1 … G18 stand under "G".
        return number[len(prefix) : len(prefix) + 1] in (*"0123456789", ".", "")
    return number == prefix or number.startswith(f"{prefix}.")


def document_of(program: Program) -> list[Chapter]:
    """The whole document, chapter by chapter."""
    texts = texts_of(program)
    return [
        Chapter(section.prefix, section.zh, section.en, tuple(_rules(texts, section.prefix)))
        for section in program.charter.sections
    ]


def _rules(texts: dict[str, tuple[str, str]], prefix: str) -> Iterator[Rule]:
    for number, (zh, en) in texts.items():
        if _belongs(number, prefix):
            yield Rule(number, zh, en)
