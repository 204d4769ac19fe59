"""JSON values sealed for their table, column and row."""

from __future__ import annotations

import json
from typing import Any

from charterhouse.tenancy.types import to_json
from charterhouse.tenancy.vault import EncryptedStr


class SealedJson:
    """Seals and opens the JSON values of one column, for the tenant in scope.

    Args:
        table: name of the table.
        column: name of the column.
    """

    def __init__(self, table: str, column: str = "sealed") -> None:
        self._text = EncryptedStr(table, column)

    def seal(self, row: int | str, value: Any) -> str:
        """The value, encrypted for its row.

        Raises:
            NoTenantError: no tenant is in scope.
        """
        return self._text.encrypt(row, to_json(value))

    def open(self, row: int | str, sealed: str) -> Any:
        """The value that was sealed for this row.

        Raises:
            SealError: it was altered or copied from elsewhere.
        """
        return json.loads(self._text.decrypt(row, sealed))


PERSON = SealedJson("person")
STANDING = SealedJson("standing")
EVENT = SealedJson("event")
DECISION = SealedJson("decision")
DOCUMENT = SealedJson("document")
OUTBOX = SealedJson("outbox")
