"""Column types that mean the same on both engines."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import BigInteger, Text
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Dialect

__all__ = ["Instant", "Json", "from_micros", "to_json", "to_micros"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_SECONDS = 86_400
_CANONICAL = (
    orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
)


def to_micros(moment: datetime) -> int:
    """Return ``moment`` as microseconds since 1970.

    Raises:
        ValueError: ``moment`` is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("A stored moment needs a time zone: make the datetime aware.")
    passed = moment - _EPOCH
    return (passed.days * _DAY_SECONDS + passed.seconds) * 1_000_000 + passed.microseconds


def from_micros(micros: int) -> datetime:
    """Return the aware UTC datetime of ``micros`` since 1970, exactly."""
    return _EPOCH + timedelta(microseconds=micros)


def to_json(value: Any) -> str:
    """Return ``value`` as compact JSON with sorted keys, so that equal values are equal texts.

    Its numbers are whole: this house has no others (a number that is not finite would be null).

    Raises:
        TypeError: Part of ``value`` has no JSON form.
    """
    try:
        return orjson.dumps(value, option=_CANONICAL).decode()
    except TypeError:
        # Tuples with names, numbers of more than 64 bits: seldom, and the same text more slowly.
        return json.dumps(
            value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
        )


def _check_finite(value: Any) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"JSON has no number {value}.")
    if isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            _check_finite(part)


def _bound(value: datetime | None) -> int | None:
    return None if value is None else to_micros(value)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as integer microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Store an aware datetime; a naive one raises ``ValueError``."""
        return _bound(value)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], int | None]:
        """Give what stores one, without the frames that lead to it: every statement has some."""
        return _bound

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Give an aware datetime in UTC."""
        return None if value is None else from_micros(value)


class Json(TypeDecorator[Any]):
    """A JSON value, stored as compact text with sorted keys."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Store ``None`` as NULL and everything else as text; no number may be infinite."""
        if value is None:
            return None
        _check_finite(value)
        return to_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Give the value as it was stored."""
        return None if value is None else json.loads(value)
