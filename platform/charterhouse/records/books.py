"""The book of a tenant's charter: its dated versions, compiled once per process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from weakref import WeakSet

from sqlalchemy import bindparam, func, insert, select

from charterhouse import clock
from charterhouse.kernel.charter import Charter
from charterhouse.kernel.document import document_of
from charterhouse.kernel.kinds import to_plain
from charterhouse.kernel.program import Book, Program, Version
from charterhouse.plugins.errors import CharterMissingError
from charterhouse.plugins.registry import registry
from charterhouse.records.memo import Memo
from charterhouse.records.tables import version
from charterhouse.tenancy.store import Unit, prepared
from charterhouse.tenancy.types import to_json

COUNT = prepared(select(func.count().label("n")).select_from(version))
_ALL = prepared(
    select(version.c.number, version.c.charter, version.c.effective, version.c.settings).order_by(
        version.c.number
    )
)
_DOCUMENT = prepared(select(version.c.document).where(version.c.number == bindparam("wanted")))
_ADD = prepared(insert(version))

_books: Memo[tuple[str, int], Book] = Memo(16_384)
# Units that wrote a version: what they read may yet be rolled back.
_amending: WeakSet[Unit] = WeakSet()


def load_book(unit: Unit, versions: int | None = None) -> Book:
    """The compiled book of the tenant in scope.

    Args:
        unit: open.
        versions: the answer to `COUNT`, if it was asked already.

    Raises:
        CharterUnavailableError: no plugin offers the tenant's charter.
        CharterMissingError: the tenant has adopted no charter yet.
    """
    if versions is None:
        versions = int(unit.execute(COUNT).scalar())
    key = (unit.tenant.charter, versions)
    book = _books.get(unit.tenant, key)
    if book is None:
        book = _read(unit)
        if unit not in _amending:
            _books.put(unit.tenant, key, book)
    return book


def _read(unit: Unit) -> Book:
    rows = unit.execute(_ALL).all()
    if not rows:
        raise CharterMissingError(f"{unit.tenant.slug} has adopted no charter")
    charter = registry().charter(rows[-1].charter)
    zone = unit.tenant.zone
    return Book(
        charter,
        [
            Version(r.number, r.effective.astimezone(zone) if r.effective else None, r.settings)
            for r in rows
        ],
        compiled=_compiled,
    )


def _compiled(charter: Charter, settings: Mapping[str, Any]) -> Program:
    return _shared(charter, to_json(settings))


# Institutions of one chain mostly have the same settings, and a program of theirs takes
# milliseconds to compile and a quarter of a mebibyte to keep.
@lru_cache(maxsize=2048)
def _shared(charter: Charter, settings: str) -> Program:
    return Program(charter, json.loads(settings))


def adopt(unit: Unit, charter: str, settings: dict[str, Any], *, actor: str) -> Book:
    """Write the first version of a tenant's charter; it holds from the beginning.

    Raises:
        SettingsError: the settings are not valid.
        ConstraintError: the tenant has one already.
    """
    plain: dict[str, Any] = to_plain(settings, "settings")
    _amending.add(unit)
    book = Book(registry().charter(charter), [Version(1, None, plain)], compiled=_compiled)
    program = book.at(clock.now())
    unit.execute(
        _ADD,
        {
            "number": 1,
            "charter": charter,
            "effective": None,
            "announced": None,
            "settings": plain,
            "document": rendered(program),
            "recorded_at": clock.now(),
            "actor": actor,
        },
    )
    return book


def add_version(unit: Unit, book: Book, added: Version, *, announced: str, actor: str) -> None:
    """Write an amendment with the document as it will read from then on."""
    assert added.effective is not None  # noqa: S101 - an amendment is dated
    _amending.add(unit)
    unit.execute(
        _ADD,
        {
            "number": added.number,
            "charter": book.charter.code,
            "effective": added.effective,
            "announced": announced,
            "settings": dict(added.settings),
            "document": rendered(book.at(added.effective)),
            "recorded_at": clock.now(),
            "actor": actor,
        },
    )


def rendered(program: Program) -> list[dict[str, Any]]:
    """The charter document as JSON: chapters with their rules in both languages."""
    return [
        {
            "prefix": chapter.prefix,
            "zh": chapter.zh,
            "en": chapter.en,
            "rules": [{"number": r.number, "zh": r.zh, "en": r.en} for r in chapter.rules],
        }
        for chapter in document_of(program)
    ]


def stored_document(unit: Unit, number: int) -> list[dict[str, Any]]:
    """The document of a version as it was rendered when it was announced."""
    found: list[dict[str, Any]] = unit.execute(_DOCUMENT, {"wanted": number}).scalar() or []
    return found
