"""Rows of every table as JSON: as they are kept, for backups, or opened, for exports."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import BigInteger, LargeBinary, Table, column, insert, select, tuple_
from sqlalchemy import table as light_table
from sqlalchemy.engine import Connection

from charterhouse.records.tables import metadata
from charterhouse.tenancy.types import Instant, Json, from_micros, to_json, to_micros
from charterhouse.tenancy.vault import EncryptedBytes, EncryptedStr

__all__ = [
    "SEALED", "TABLES", "Sum", "as_export", "as_kept", "from_export", "from_kept", "read_rows",
    "sealed_columns", "with_meaning", "write_rows",
]  # fmt: skip

Row = dict[str, Any]

TABLES: tuple[Table, ...] = tuple(metadata.sorted_tables)
"""All tables of a store, those that others lead to first."""

SEALED = "sealed"
"""Name of a column that holds sealed JSON; others end in `_sealed` and hold text or bytes."""

_PAGE = 500
_PAGE_OF_FILES = 4
_MODULUS = 1 << 256


def sealed_columns(table: Table) -> dict[str, EncryptedStr | EncryptedBytes]:
    """The sealed columns of a table, each with what seals and opens it."""
    found: dict[str, EncryptedStr | EncryptedBytes] = {}
    for each in table.columns:
        if each.name == SEALED or each.name.endswith(f"_{SEALED}"):
            sort = EncryptedBytes if isinstance(each.type, LargeBinary) else EncryptedStr
            found[each.name] = sort(table.name, each.name)
    return found


class Sum:
    """Sum over rows that does not depend on their order, which differs between engines.

    Attributes:
        rows: how many rows were added.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, line: str) -> None:
        """Add a row in its canonical form."""
        self.rows += 1
        self._sum = (self._sum + int.from_bytes(sha256(line.encode()).digest(), "big")) % _MODULUS

    @property
    def digest(self) -> str:
        """The sum of the rows' hashes: 64 hexadecimal digits."""
        return f"{self._sum:064x}"


def read_rows(connection: Connection, table: Table) -> Iterator[list[Row]]:
    """All rows of a table by its key, a page at a time, with the values as the store has them."""
    names = [each.name for each in table.columns]
    light = light_table(table.name, *[column(name) for name in names])
    key = [light.c[each.name] for each in table.primary_key]
    big = any(isinstance(each.type, LargeBinary) for each in table.columns)
    size = _PAGE_OF_FILES if big else _PAGE
    query = select(light).order_by(*key).limit(size)
    page = connection.execute(query).all()
    while page:
        rows = [dict(zip(names, row, strict=True)) for row in page]
        yield rows
        if len(page) < size:
            return
        last = [rows[-1][each.name] for each in key]
        after = tuple_(*key) > tuple_(*last) if len(key) > 1 else key[0] > last[0]
        page = connection.execute(query.where(after)).all()


def write_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows with values as `read_rows` gives them."""
    if rows:
        light = light_table(table.name, *[column(each.name) for each in table.columns])
        connection.execute(insert(light), [dict(row) for row in rows])


def as_kept(row: Mapping[str, Any]) -> Row:
    """A row as JSON without opening anything: moments as microseconds, bytes in base64."""
    return {
        name: base64.b64encode(value).decode() if isinstance(value, bytes) else value
        for name, value in row.items()
    }


def from_kept(table: Table, told: Mapping[str, Any]) -> Row:
    """The row of which `as_kept` made `told`."""
    return {
        each.name: base64.b64decode(told[each.name])
        if isinstance(each.type, LargeBinary) and told[each.name] is not None
        else told[each.name]
        for each in table.columns
    }


def as_export(table: Table, row: Mapping[str, Any]) -> Row:
    """A row as its owner reads it: opened, moments in ISO 8601, ids as text.

    Raises:
        SealError: a value does not open.
    """
    seals = sealed_columns(table)
    place = _row_id(table, row) if seals else ""
    told: Row = {}
    for each in table.columns:
        value = row[each.name]
        told[each.name] = None if value is None else _opened(each, value, seals, place)
    return told


def _opened(
    each: Any, value: Any, seals: Mapping[str, EncryptedStr | EncryptedBytes], place: int | str
) -> Any:
    seal = seals.get(each.name)
    if isinstance(seal, EncryptedBytes):
        return base64.b64encode(seal.decrypt(place, bytes(value))).decode()
    if seal is not None:
        text = seal.decrypt(place, value) if value else ""
        return json.loads(text) if each.name == SEALED else text
    if isinstance(each.type, Instant):
        return from_micros(value).isoformat()
    if isinstance(each.type, Json):
        return json.loads(value)
    return str(value) if _is_id(each) else value


def from_export(table: Table, told: Mapping[str, Any]) -> Row:
    """The row of which `as_export` made `told`, sealed anew for the tenant in scope.

    Raises:
        KeyError: a column is missing.
        ValueError: a value is not of its column's form.
    """
    seals = sealed_columns(table)
    row: Row = {}
    for each in table.columns:
        value = told[each.name]
        if value is not None and each.name not in seals:
            value = _kept(each, value)
        row[each.name] = value
    place = _row_id(table, row) if seals else ""
    for name, seal in seals.items():
        if row[name] is None:
            continue
        if isinstance(seal, EncryptedBytes):
            row[name] = seal.encrypt(place, base64.b64decode(row[name], validate=True))
        else:
            text = to_json(row[name]) if name == SEALED else row[name]
            row[name] = seal.encrypt(place, text)
    return row


def with_meaning(table: Table) -> Table:
    """Give the columns of a table that was read from a database the meaning that they have here.

    A database knows moments and JSON as numbers and text. Columns that are no more tell by their
    names, as `docs/export-format.md` promises to those who read exports.
    """
    known = metadata.tables.get(table.name)
    for each in table.columns:
        if known is not None and each.name in known.columns:
            each.type = known.columns[each.name].type
        elif each.name == "at" or each.name.endswith("_at"):
            each.type = Instant()
    return table


def _kept(each: Any, value: Any) -> Any:
    if isinstance(each.type, Instant):
        return to_micros(datetime.fromisoformat(value))
    if isinstance(each.type, Json):
        return to_json(value)
    return int(value) if _is_id(each) else value


def _is_id(each: Any) -> bool:
    """Whether a column holds ids, which are too long for the numbers of many programs."""
    named = each.name == "id" or each.name.endswith("_id")
    return named and isinstance(each.type, BigInteger)


def _row_id(table: Table, row: Mapping[str, Any]) -> int | str:
    (key,) = table.primary_key
    found: int | str = row[key.name]
    return found
