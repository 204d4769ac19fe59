"""The errors of the desk: each with a stable code, the field and what to do."""

from __future__ import annotations


class DeskError(Exception):
    """Something that was asked for and cannot be done.

    Attributes:
        code: stable machine code.
        status: the HTTP status that fits it.
        field: dotted path of the input at fault, or "".
        message: what is wrong and what to do, in English.
    """

    code = "invalid"
    status = 422

    def __init__(self, message: str, *, field: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code:
            self.code = code


class NotFoundError(DeskError):
    """Nothing of this id in this tenant."""

    code = "not_found"
    status = 404


class ConflictError(DeskError):
    """It contradicts what is already there."""

    code = "conflict"
    status = 409


class UnavailableError(DeskError):
    """It cannot be decided now; the same call may succeed later."""

    code = "charter_unavailable"
    status = 503
