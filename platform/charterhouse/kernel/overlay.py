"""Settings that hold on top of every version of a charter, as a replay tries them out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from charterhouse.kernel.charter import Charter
from charterhouse.kernel.program import Book, Version

_FIRST = datetime.min.replace(tzinfo=UTC)


class Overlaid(Book):
    """A book in which some settings hold on top of every version, whatever it says of them."""

    def __init__(
        self, charter: Charter, versions: Iterable[Version], over: Mapping[str, Any]
    ) -> None:
        super().__init__(charter, versions)
        self.over = dict(over)

    def with_version(self, effective: datetime, settings: Mapping[str, Any]) -> Overlaid:
        """See `Book.with_version`; the settings on top stay on top."""
        number = max(v.number for v in self.versions) + 1
        added = Version(number, effective, {**settings, **self.over})
        book = Overlaid(self.charter, [*self.versions, added], self.over)
        for moment in book.effects:
            if moment is not None and moment >= effective:
                book.at(moment)
        return book


def overlaid(book: Book, over: Mapping[str, Any], since: datetime | None) -> Overlaid:
    """A book with settings on top of all its versions, from a moment on or from the beginning.

    Every version concerned is compiled.

    Raises:
        SettingsError: the settings are not valid, or not together with those of a version.
    """
    versions = []
    for each in book.versions:
        concerned = since is None or (each.effective is not None and each.effective > since)
        settings = {**each.settings, **over} if concerned else each.settings
        versions.append(Version(each.number, each.effective, settings))
    if since is not None:
        versions.append(Version(max(v.number for v in versions) + 1, since, dict(over)))
    found = Overlaid(book.charter, versions, over)
    for moment in (_FIRST, *(e for e in found.effects if e is not None)):
        found.at(moment)
    return found


__all__ = ["Overlaid", "overlaid"]
