"""The errors of the records floor."""

from __future__ import annotations


class RecordsError(Exception):
    """Something that cannot be kept or found.

    Attributes:
        code: stable machine code.
        field: the input at fault, or "".
    """

    code = "records"

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class IdempotencyError(RecordsError):
    """An idempotency key that was used for something else."""

    code = "idempotency_conflict"
