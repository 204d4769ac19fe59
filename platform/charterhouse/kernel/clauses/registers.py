"""Registers of the institution: documents of its own, found by what they are about."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from charterhouse.kernel import effects as fx
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.standing import HOUSE

_ID_LIMIT = 80
_SHARD = 3


def own_id(kind: str, *about: str) -> str:
    """The id of a document of a clause; no id that an event may give has a stroke in it."""
    whole = "/".join((kind, *about))
    if len(whole) <= _ID_LIMIT:
        return whole
    return f"{kind}/{hashlib.sha256(whole.encode()).hexdigest()}"


class Register:
    """Values of one kind (telephone numbers …), each of which belongs to one person at a time.

    The entries are spread over documents of the institution, so that each stays small, and stand
    in their content, which is kept sealed; the id of a document tells next to nothing of them.
    A clause that uses a register names the verbs on which it does among its `shares`, so that two
    persons are never entered at once.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def _shard(self, value: str) -> str:
        digest = hashlib.sha256(f"{self.name}/{value}".encode()).hexdigest()
        return own_id("register", self.name, digest[:_SHARD])

    def owner(self, d: Draft, value: str) -> str | None:
        """Whose a value is, if anybody's."""
        document = d.document(self._shard(value))
        return document.content["entries"].get(value) if document else None

    def enter(self, d: Draft, value: str, ref: str | None) -> Iterator[fx.Effect]:
        """Give a value to a person, or free it."""
        shard = self._shard(value)
        document = d.document(shard)
        entries = dict(document.content["entries"]) if document else {}
        entries.pop(value, None)
        if ref is not None:
            entries[value] = ref
        yield fx.Put("register", shard, HOUSE, {"entries": entries, "at": d.now.isoformat()})


__all__ = ["Register", "own_id"]
