"""Documents kept packed: a replay of years keeps every bill, since any may yet be refunded."""

from __future__ import annotations

import marshal
from collections.abc import Iterable
from typing import NamedTuple

from charterhouse.kernel.decision import Document

# The later formats depend on how often a value is referred to; equal contents must be equal bytes.
_FORMAT = 2


class _Packed(NamedTuple):
    kind: str
    member: str
    content: bytes


class Shelf:
    """Documents by id, in a quarter of their size; a content that cannot be packed stays as it is."""

    def __init__(self) -> None:
        self._kept: dict[str, _Packed | Document] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def copy(self) -> Shelf:
        """An independent shelf with the same documents."""
        shelf = Shelf()
        shelf._kept = dict(self._kept)
        return shelf

    def put(self, documents: Iterable[Document]) -> None:
        """Keep documents, each in the place of the one of its id."""
        for each in documents:
            try:
                packed = marshal.dumps(dict(each.content), _FORMAT)
            except ValueError:
                self._kept[each.id] = each
            else:
                self._kept[each.id] = _Packed(each.kind, each.member, packed)

    def get(self, doc_id: str) -> Document | None:
        """The document of an id, if there is one."""
        found = self._kept.get(doc_id)
        if found is None or isinstance(found, Document):
            return found
        content = marshal.loads(found.content)  # noqa: S302 - packed by this very process
        return Document(found.kind, doc_id, found.member, content)

    def share(self, other: Shelf, doc_id: str) -> bool:
        """Keep the other shelf's copy of a document where both are equal; whether they are."""
        theirs = other._kept.get(doc_id)
        same = theirs is not None and self._kept.get(doc_id) == theirs
        if same and theirs is not None:
            self._kept[doc_id] = theirs
        return same


__all__ = ["Shelf"]
