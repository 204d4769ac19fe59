"""Rows and contents of files compared: what no row names goes, what is missing is told."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from charterhouse import clock
from charterhouse.desk.files import drop_unnamed
from charterhouse.records.models import File, db
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import unit

__all__ = ["GRACE", "Lost", "Swept", "sweep"]

GRACE = timedelta(hours=1)
"""How old a blob without a row is before it is swept: its row may be on the way.

It spares work alone. A file that comes is safe whatever the clock says: its blob is looked for,
and written again, within the unit that writes its row, and swept within another such unit.
"""


@dataclass(frozen=True, slots=True)
class Lost:
    """A file whose content is not there: restore it from a backup.

    Attributes:
        id: of the file.
        ref: whose paper.
        code: of the paper.
        what: `content` or `thumbnail`.
        blob: name of what is missing.
    """

    id: str
    ref: str
    code: str
    what: str
    blob: str


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found.

    Attributes:
        files: rows looked at.
        blobs: contents and thumbnails looked at.
        unnamed: how many of them no row names, old enough to go; all are gone, unless it was only
            tried.
        young: how many of them no row names, but whose row may be on the way.
        lost: files whose content or thumbnail is missing.
    """

    files: int
    blobs: int
    unnamed: int
    young: int
    lost: tuple[Lost, ...]


def sweep(
    *,
    older: timedelta = GRACE,
    dry_run: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _expected: None,
) -> Swept:
    """Remove the blobs of the tenant in scope that no row names, and look for those that lack.

    Args:
        older: how old such a blob must be.
        dry_run: remove nothing.
        progress: called with how many blobs are done, and of how many.

    Raises:
        BlobsUnavailableError: the place of documents does not answer.
    """
    latest = clock.now() - older
    # Rows first: a row that is read has had its blob before, so what lacks now is lost or removed.
    rows = _rows()
    named = {name for row in rows for name in (row.content, row.thumbnail) if name}
    there = dict(current_tenant().installation.blobs.names())
    unnamed = young = 0
    for done, (name, written) in enumerate(there.items(), 1):
        if name not in named:
            if written >= latest:
                young += 1
            elif dry_run or drop_unnamed(name):
                unnamed += 1
        progress(done, len(there))
    lost = tuple(each for row in rows for each in _lost_of(row, there) if _still_lost(each))
    return Swept(len(rows), len(there), unnamed, young, lost)


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    person_id: int
    code: str
    content: str
    thumbnail: str


def _rows() -> list[_Row]:
    wanted = select(File.id, File.person_id, File.code, File.content, File.thumbnail)
    with unit():
        return [_Row(*row) for row in db.session.execute(wanted.order_by(File.id))]


def _lost_of(row: _Row, there: Container[str]) -> Iterator[Lost]:
    for what, name in (("content", row.content), ("thumbnail", row.thumbnail)):
        if name and name not in there:
            yield Lost(str(row.id), str(row.person_id), row.code, what, name)


def _still_lost(each: Lost) -> bool:
    """Whether it is so on a second look: the file may have been removed meanwhile."""
    with unit():
        if db.session.get(File, int(each.id)) is None:
            return False
    return not current_tenant().installation.blobs.has(each.blob)
