"""Kinds of settings that emergency departments share: minutes, times of the clock, lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from marshmallow import fields, validate

from charterhouse.kernel.settings import Whole

_CODE = r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}$"
_MOST_MINUTES = 7 * 24 * 60


def minutes(default: int, metadata: dict[str, Any], *, least: int = 1) -> Whole:
    """A limit in minutes."""
    return Whole(
        load_default=default, validate=validate.Range(least, _MOST_MINUTES), metadata=metadata
    )


def years(metadata: dict[str, Any]) -> Whole:
    """An age that the hospital states itself."""
    return Whole(required=True, validate=validate.Range(0, 150), metadata=metadata)


def codes(default: Iterable[str], metadata: dict[str, Any]) -> fields.List[str]:
    """A list of codes that the hospital may make up itself."""
    kept = list(default)
    return fields.List(
        fields.String(validate=validate.Regexp(_CODE)), load_default=lambda: list(kept),
        validate=validate.Length(max=200), metadata=metadata,
    )  # fmt: skip


def time_of_day(metadata: dict[str, Any]) -> fields.String:
    """A time of the wall clock, such as 08:00, that the hospital states itself; typed as text."""
    return fields.String(
        required=True,
        validate=validate.Regexp(
            r"^([01]\d|2[0-3]):[0-5]\d$", error="must be a time such as 08:00"
        ),
        metadata=metadata,
    )


__all__ = ["codes", "minutes", "time_of_day", "years"]
