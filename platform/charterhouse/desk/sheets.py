"""Tables as files: xlsx and csv, row by row, with nothing that a spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter

from charterhouse.desk.errors import DeskError

FORMATS = ("xlsx", "csv")
# Full-width signs begin a formula too where people write Chinese; blanks before one do not help.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")


def write_sheet(
    sort: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], file: IO[bytes] | None = None
) -> IO[bytes]:
    """Write a table row by row and return the file at its beginning.

    Args:
        sort: `xlsx` or `csv`.
        heads: of the columns, in the reader's language.
        rows: of text, int, `Decimal` (an amount in yuan), date, aware datetime or None.
        file: into which it is written; memory by default.

    Raises:
        DeskError: there is no such format.
    """
    if sort not in FORMATS:
        raise DeskError("must be xlsx or csv", field="format")
    file = io.BytesIO() if file is None else file
    (_write_xlsx if sort == "xlsx" else _write_csv)(file, heads, rows)
    file.seek(0)
    return file


def _write_csv(file: IO[bytes], heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    wrapped = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(wrapped)
    writer.writerow(heads)
    for row in rows:
        writer.writerow([_harmless(value) for value in row])
    wrapped.detach()


def _harmless(value: Any) -> str:
    """A cell of a CSV file that no spreadsheet takes for a formula or rounds as a number."""
    text = _plain(value)
    if isinstance(value, str) and (_FORMULA.match(text) or (text.isdigit() and len(text) > 15)):
        return f"'{text}"
    return text


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _write_xlsx(file: IO[bytes], heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    money = book.add_format({"num_format": "#,##0.00"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(0, len(heads) - 1), 18)
    for place, head in enumerate(heads):
        sheet.write_string(0, place, head, bold)
    for line, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            if isinstance(value, Decimal):
                sheet.write_number(line, place, value, money)
            elif isinstance(value, int):
                sheet.write_number(line, place, value)
            elif value is not None:
                sheet.write_string(line, place, _plain(value))
    book.close()
