"""Lists of members as files: exactly the rows and columns that were seen, noted in the audit."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import IO, Any

from charterhouse.desk.audit import note
from charterhouse.desk.members import Filters, Order, Row, walk
from charterhouse.desk.sheets import write_sheet

MONEY = frozenset({"stored_value", "spend_total", "owed"})

Say = Callable[[str, str], str]


def write_list(
    sort: str,
    heads: Sequence[tuple[str, str]],
    text: str,
    filters: Filters,
    order: Order,
    *,
    unmasked: bool,
    say: Say,
    actor: str,
) -> tuple[IO[bytes], int]:
    """Write a list into a temporary file, row by row.

    Args:
        sort: `xlsx` or `csv`.
        heads: column → its head in the reader's language; name, phone, id_number and the
            columns of a list.
        text: as of `members.search`.
        filters: as of `members.search`.
        order: as of `members.search`.
        unmasked: whether phone and ID number are written in full.
        say: (column, code) → its word in the reader's language.
        actor: who exports.

    Returns:
        The file, at its beginning, and how many rows it has.

    Raises:
        DeskError: there is no such format.
    """
    counted = _Counted(walk(text, filters, order))
    columns = [name for name, _ in heads]
    rows = ([_cell(row, name, unmasked, say) for name in columns] for row in counted)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller, gone when closed
    write_sheet(sort, [head for _, head in heads], rows, file)
    note(
        "members.export",
        subject=f"{counted.number} rows",
        actor=actor,
        content={
            "format": sort, "columns": columns, "searched": bool(text), "unmasked": unmasked,
            "filters": asdict(filters), "order": asdict(order),
        },
    )  # fmt: skip
    return file, counted.number


class _Counted:
    """Counts what passes."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = rows
        self.number = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.number += 1
            yield row


def _cell(row: Row, name: str, unmasked: bool, say: Say) -> Any:  # noqa: FBT001 - one of a row's four facts
    person = row.person
    if name == "phone":
        return person.phone.removeprefix("+86") if unmasked else person.masked_phone
    if name == "id_number":
        return person.id_number if unmasked else person.masked_id_number
    value = getattr(row, name)
    if name in MONEY:
        return Decimal(value).scaleb(-2)
    return say(name, value) if name in ("status", "tier") else value
