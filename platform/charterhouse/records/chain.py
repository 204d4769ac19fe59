"""The audit chain: what was done, each entry linked to the one before by its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select

from charterhouse.records.tables import audit
from charterhouse.tenancy.store import Rows, Unit, prepared
from charterhouse.tenancy.types import to_json, to_micros

LAST = prepared(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1))
_ADD = prepared(insert(audit))
_PAGE = 200
_NEXT = prepared(
    select(audit).where(audit.c.seq > bindparam("after")).order_by(audit.c.seq).limit(_PAGE)
)
FIRST = "0" * 64
"""What the first entry follows."""


def digest_of(value: Any) -> str:
    """SHA-256 of a JSON value in its canonical form."""
    return hashlib.sha256(to_json(value).encode()).hexdigest()


def link(previous: str, seq: int, at: datetime, actor: str, action: str, subject: str,
         digest: str) -> str:  # fmt: skip
    """The hash of an entry over all of its fields and the hash before it."""
    fields = [previous, seq, to_micros(at), actor, action, subject, digest]
    return hashlib.sha256(to_json(fields).encode()).hexdigest()


class Chain:
    """Appends to the chain of the tenant in scope; one per writing unit.

    Args:
        unit: open and writing.
        last: the answer to `LAST`, if it was asked already and nothing was appended since.
    """

    def __init__(self, unit: Unit, last: Rows | None = None) -> None:
        self._unit = unit
        entry = (unit.execute(LAST) if last is None else last).first()
        self.seq: int = entry.seq if entry else 0
        self._hash: str = entry.hash if entry else FIRST

    def append(self, *, at: datetime, actor: str, action: str, subject: str, content: Any) -> int:
        """Add an entry; return its number."""
        self.seq += 1
        digest = digest_of(content)
        hashed = link(self._hash, self.seq, at, actor, action, subject, digest)
        self._unit.execute_later(
            _ADD,
            {
                "seq": self.seq,
                "at": at,
                "actor": actor,
                "action": action,
                "subject": subject,
                "digest": digest,
                "previous": self._hash,
                "hash": hashed,
            },
        )
        self._hash = hashed
        return self.seq


def pages(unit: Unit) -> Iterator[list[Any]]:
    """The entries of the chain, some hundred at a time."""
    after = -1
    while rows := unit.execute(_NEXT, {"after": after}).all():
        yield rows
        after = rows[-1].seq


class Walk:
    """Goes from entry to entry.

    Attributes:
        seq: number of the last entry.
        hash: its hash.
    """

    def __init__(self) -> None:
        self.seq = 0
        self.hash = FIRST

    def step(self, entry: Any) -> list[str]:
        """Go on to an entry; what is wrong with it, in sentences."""
        wrong = []
        if entry.seq != self.seq + 1:
            wrong.append(f"audit {self.seq + 1} is missing")
        made = link(
            self.hash, entry.seq, entry.at, entry.actor, entry.action, entry.subject, entry.digest
        )
        if entry.previous != self.hash or entry.hash != made:
            wrong.append(f"audit {entry.seq} ({entry.action}) was altered")
        self.seq, self.hash = entry.seq, entry.hash
        return wrong


def broken_links(unit: Unit) -> Iterator[str]:
    """Every entry of the chain that does not follow from the one before."""
    walk = Walk()
    for rows in pages(unit):
        for row in rows:
            yield from walk.step(row)
