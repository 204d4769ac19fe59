"""Column types that mean the same on both engines."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Text
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

__all__ = ["Instant", "Json", "from_micros", "to_json", "to_micros"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Return ``moment`` as microseconds since 1970.

    Raises:
        ValueError: ``moment`` is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("A stored moment needs a time zone: make the datetime aware.")
    return (moment - _EPOCH) // _MICRO


def from_micros(micros: int) -> datetime:
    """Return the aware UTC datetime of ``micros`` since 1970, exactly."""
    return _EPOCH + timedelta(microseconds=micros)


def to_json(value: Any) -> str:
    """Return ``value`` as compact JSON with sorted keys, so that equal values are equal texts.

    Raises:
        TypeError: Part of ``value`` has no JSON form.
        ValueError: A number is not finite.
    """
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as integer microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Store an aware datetime; a naive one raises ``ValueError``."""
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Give an aware datetime in UTC."""
        return None if value is None else from_micros(value)


class Json(TypeDecorator[Any]):
    """A JSON value, stored as compact text with sorted keys."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Store ``None`` as NULL and everything else as text."""
        return None if value is None else to_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Give the value as it was stored."""
        return None if value is None else json.loads(value)
