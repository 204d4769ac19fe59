"""Kinds of settings that the programmes share: codes, whole numbers, counts without limit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from marshmallow import fields, validate

from charterhouse.kernel.settings import Whole

UNLIMITED = "unlimited"

_CODE = r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}$"


def code() -> fields.String:
    """A code that the institution may make up itself."""
    return fields.String(validate=validate.Regexp(_CODE))


def codes(metadata: dict[str, Any], default: Iterable[str] | None = None) -> fields.List[str]:
    """A list of codes; required where there is no default."""
    if default is None:
        return fields.List(code(), required=True, metadata=metadata)
    kept = list(default)
    return fields.List(code(), load_default=lambda: list(kept), metadata=metadata)


def whole(default: int, metadata: dict[str, Any], *, most: int = 3650) -> Whole:
    """A number of days, years or persons."""
    return Whole(load_default=default, validate=validate.Range(0, most), metadata=metadata)


def time_of_day(metadata: dict[str, Any]) -> fields.String:
    """A time of the wall clock that must be stated, such as 09:30; typed as text."""
    return fields.String(
        required=True,
        validate=validate.Regexp(
            r"^([01]\d|2[0-3]):[0-5]\d$", error="must be a time such as 09:30"
        ),
        metadata=metadata,
    )


class CountOrUnlimited(Whole):
    """A number of uses, or `unlimited` (typed as None)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_none=True, validate=validate.Range(0, 10_000), **kwargs)

    def deserialize(
        self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any
    ) -> Any:
        """Read the word as no limit."""
        given = None if value == UNLIMITED else value
        return super().deserialize(given, attr, data, **kwargs)


__all__ = ["UNLIMITED", "CountOrUnlimited", "code", "codes", "time_of_day", "whole"]
