"""What a proof finds, and what it counts on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["KEPT", "Difference", "Findings", "Head"]

KEPT = 1000
"""How many differences are kept in full; the others are counted."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something on record that is not as it was decided.

    Attributes:
        code: stable name of what differs: `posting`, `standing`, `audit` …
        subject: which one: an id, a person's reference, a number.
        text: what differs, in a sentence.
        event: id of the event in question, where there is one.
    """

    code: str
    subject: str
    text: str
    event: int | None = None

    def __str__(self) -> str:
        return self.text

    def __contains__(self, part: str) -> bool:
        return part in self.text

    def as_json(self) -> dict[str, Any]:
        """For machines; ids as text, as everywhere in JSON."""
        event = str(self.event) if self.event is not None else None
        return {"code": self.code, "subject": self.subject, "event": event, "text": self.text}


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of an audit chain: whoever keeps it sees later whether the tail was cut off.

    Attributes:
        seq: its number; 0 when there is none.
        hash: its hash.
    """

    seq: int
    hash: str

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {"seq": self.seq, "hash": self.hash}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Head:
        """The inverse of `as_json`.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        return cls(int(raw["seq"]), str(raw["hash"]))


@dataclass(slots=True)
class Findings:
    """What `verify` found.

    Attributes:
        counts: how many events, decisions, postings, balances, standings, audit entries …
        differences: the first `KEPT` of them.
        total: how many there are.
        head: the end of the audit chain.
    """

    counts: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    total: int = 0
    head: Head = field(default_factory=lambda: Head(0, ""))

    @property
    def clean(self) -> bool:
        """Whether nothing differs."""
        return not self.total

    def add(self, code: str, subject: object, text: str, *, event: int | None = None) -> None:
        """Note a difference."""
        self.total += 1
        if len(self.differences) < KEPT:
            self.differences.append(Difference(code, str(subject), text, event))
