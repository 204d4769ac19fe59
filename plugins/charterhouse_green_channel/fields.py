"""Kinds of settings that green channels share: codes, grades, times, counts without limit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from marshmallow import ValidationError, fields, validate

from charterhouse.kernel.clauses.diagnoses import read_grade
from charterhouse.kernel.problems import Said
from charterhouse.kernel.settings import Whole

UNLIMITED = "unlimited"
MANY = validate.Range(0, 10_000)

_CODE = r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}$"


def code() -> fields.String:
    """A code that the institution may make up itself."""
    return fields.String(validate=validate.Regexp(_CODE))


def codes(metadata: dict[str, Any], default: Iterable[str] | None = None) -> fields.List[str]:
    """A list of codes; required where there is no default."""
    if default is None:
        return fields.List(
            code(), required=True, validate=validate.Length(min=1), metadata=metadata
        )
    kept = list(default)
    return fields.List(code(), load_default=lambda: list(kept), metadata=metadata)


def days(default: int, metadata: dict[str, Any], *, least: int = 0) -> Whole:
    """A number of days, working days or hours."""
    return Whole(load_default=default, validate=validate.Range(least, 3650), metadata=metadata)


def count(metadata: dict[str, Any], default: int | None = None) -> Whole:
    """A number of uses; required where there is no default."""
    if default is None:
        return Whole(required=True, validate=MANY, metadata=metadata)
    return Whole(load_default=default, validate=MANY, metadata=metadata)


class CountOrUnlimited(Whole):
    """A number of uses, or `unlimited` (typed as None)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_none=True, validate=MANY, **kwargs)

    def deserialize(
        self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any
    ) -> Any:
        """Read the word as no limit."""
        given = None if value == UNLIMITED else value
        return super().deserialize(given, attr, data, **kwargs)


class Grade(fields.String):
    """A hospital grade: 1, 2 or 3, or with its class, 1a … 3c; typed as text."""

    def deserialize(
        self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any
    ) -> Any:
        """Read a number as well."""
        if isinstance(value, int | str):
            grade = read_grade(value)
            if grade is None:
                raise ValidationError(
                    Said("须为等级，例如2或3a", "must be a grade such as 2 or 3a")
                )
            value = grade
        return super().deserialize(value, attr, data, **kwargs)


def time_of_day(default: str, metadata: dict[str, Any]) -> fields.String:
    """A time of the wall clock, such as 09:30; typed as text."""
    return fields.String(
        load_default=default,
        validate=validate.Regexp(
            r"^([01]\d|2[0-3]):[0-5]\d$", error="must be a time such as 09:30"
        ),
        metadata=metadata,
    )


__all__ = [
    "UNLIMITED", "CountOrUnlimited", "Grade", "code", "codes", "count", "days", "time_of_day",
]  # fmt: skip
