"""The audit chain: what was done, each entry linked to the one before by its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from charterhouse.records.tables import audit
from charterhouse.tenancy.store import Unit, prepared
from charterhouse.tenancy.types import to_json, to_micros

_LAST = prepared(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1))
_ADD = prepared(insert(audit))
_FIRST = "0" * 64


def digest_of(value: Any) -> str:
    """SHA-256 of a JSON value in its canonical form."""
    return hashlib.sha256(to_json(value).encode()).hexdigest()


def link(previous: str, seq: int, at: datetime, actor: str, action: str, subject: str,
         digest: str) -> str:  # fmt: skip
    """The hash of an entry over all of its fields and the hash before it."""
    fields = [previous, seq, to_micros(at), actor, action, subject, digest]
    return hashlib.sha256(to_json(fields).encode()).hexdigest()


class Chain:
    """Appends to the chain of the tenant in scope; one per writing unit."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        last = unit.execute(_LAST).first()
        self.seq: int = last.seq if last else 0
        self._hash: str = last.hash if last else _FIRST

    def append(self, *, at: datetime, actor: str, action: str, subject: str, content: Any) -> int:
        """Add an entry; return its number."""
        self.seq += 1
        digest = digest_of(content)
        hashed = link(self._hash, self.seq, at, actor, action, subject, digest)
        self._unit.execute(
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


def broken_links(unit: Unit) -> Iterator[str]:
    """Every entry of the chain that does not follow from the one before."""
    previous, number = _FIRST, 0
    rows = unit.connection.execution_options(yield_per=1000).execute(
        select(audit).order_by(audit.c.seq)
    )
    for row in rows:
        number += 1
        if row.seq != number:
            yield f"audit {number} is missing"
            number = row.seq
        expected = link(previous, row.seq, row.at, row.actor, row.action, row.subject, row.digest)
        if row.previous != previous or row.hash != expected:
            yield f"audit {row.seq} was altered"
        previous = row.hash
