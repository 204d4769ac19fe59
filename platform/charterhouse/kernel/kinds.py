"""The kinds of values that event fields hold, each with its strict reader.

A reader takes what JSON or YAML gave (numbers with a point must have been read
as `Decimal`) and returns the typed, frozen value, or raises `EventError` that
names the field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from charterhouse.kernel.errors import EventError
from charterhouse.kernel.money import LIMIT_FEN, parse_fen
from charterhouse.kernel.texts import is_clean, is_seen

Nearby = TypeVar("Nearby", bound=date)

TEXT_LIMIT = 2000
LIST_LIMIT = 200
FIRST_YEAR, LAST_YEAR = 1880, 2200
"""Years of which an event may speak; beyond them a date is a slip and its arithmetic overflows."""
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}")
_LABEL = re.compile(r"[^\s/\\\x00-\x1f]{1,80}")


@dataclass(frozen=True, slots=True)
class Kind:
    """How a field is read and how the API describes it.

    Args:
        name: of the kind, used by schemas and documentation.
        read: (value, field, zone) → typed value.
        person: whether the value names a person whose standing takes part.
    """

    name: str
    read: Callable[[Any, str, tzinfo | None], Any]
    person: bool = False


def _typed(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise EventError("must be text", field=field)
    if len(value) > TEXT_LIMIT:
        raise EventError(f"must have at most {TEXT_LIMIT} characters", field=field)
    return value


def _text(value: Any, field: str, _zone: tzinfo | None) -> str:
    text = _typed(value, field)
    if not is_clean(text):
        raise EventError("must not hold control or direction characters", field=field)
    return text


def _code(value: Any, field: str, _zone: tzinfo | None) -> str:
    text = _typed(value, field)
    if not _CODE.fullmatch(text):
        raise EventError("must be a code of letters, digits and hyphens", field=field)
    return text


def _label(value: Any, field: str, _zone: tzinfo | None) -> str:
    text = _typed(value, field)
    if not _LABEL.fullmatch(text) or not is_seen(text):
        raise EventError("must be an id of at most 80 characters without blanks", field=field)
    return text


def _fen(value: Any, field: str, _zone: tzinfo | None) -> int:
    return parse_fen(value, field=field)


def _positive_fen(value: Any, field: str, _zone: tzinfo | None) -> int:
    fen = parse_fen(value, field=field)
    if fen == 0:
        raise EventError("must be more than 0", field=field)
    return fen


def _count(value: Any, field: str, _zone: tzinfo | None) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise EventError("must be a whole number", field=field)
    if not 0 <= value <= 10**9:
        raise EventError("must be between 0 and 1,000,000,000", field=field)
    return value


def _positive(value: Any, field: str, zone: tzinfo | None) -> int:
    number = _count(value, field, zone)
    if number == 0:
        raise EventError("must be at least 1", field=field)
    return number


def _yes_no(value: Any, field: str, _zone: tzinfo | None) -> bool:
    if not isinstance(value, bool):
        raise EventError("must be true or false", field=field)
    return value


def _day(value: Any, field: str, zone: tzinfo | None) -> date:
    if isinstance(value, datetime):
        return read_moment(value, field, zone).date()
    if isinstance(value, date):
        return _in_reach(value, field)
    try:
        return _in_reach(date.fromisoformat(_text(value, field, zone)), field)
    except ValueError:
        raise EventError("must be a day such as 2025-03-01", field=field) from None


def _in_reach(day: Nearby, field: str) -> Nearby:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise EventError(f"must lie between {FIRST_YEAR} and {LAST_YEAR}", field=field)
    return day


def read_moment(value: Any, field: str, zone: tzinfo | None) -> datetime:
    """Read an instant; one without an offset is the tenant's local time.

    A bare date means 12:00 of that day.

    Raises:
        EventError: not a date or date and time, or out of reach.
    """
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        except ValueError:
            raise EventError("must be a time such as 2025-03-01 10:00", field=field) from None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, 12)  # noqa: DTZ001 - zone follows
    if not isinstance(value, datetime):
        raise EventError("must be a time such as 2025-03-01 10:00", field=field)
    moment: datetime = _in_reach(value, field)
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)


def _codes(value: Any, field: str, zone: tzinfo | None) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > LIST_LIMIT:
        raise EventError("must be a list of codes", field=field)
    return tuple(_code(item, f"{field}.{index}", zone) for index, item in enumerate(value))


def _papers(value: Any, field: str, zone: tzinfo | None) -> dict[str, Any]:
    if not isinstance(value, Mapping) or len(value) > LIST_LIMIT:
        raise EventError("must map document codes to numbers of copies", field=field)
    return {
        _code(code, field, zone): _copies(copies, f"{field}.{code}", zone)
        for code, copies in value.items()
    }


def _copies(value: Any, field: str, zone: tzinfo | None) -> Any:
    if isinstance(value, Mapping):
        return _details(value, field, zone)
    return _count(value, field, zone)


def _plain(value: Any, field: str, zone: tzinfo | None, depth: int = 0) -> Any:
    if depth > 6:
        raise EventError("is nested too deeply", field=field)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return _text(value, field, zone)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise EventError("must be a finite number", field=field)
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping) and len(value) <= LIST_LIMIT:
        return {
            _text(key, field, zone): _plain(item, f"{field}.{key}", zone, depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple) and len(value) <= LIST_LIMIT:
        return [
            _plain(item, f"{field}.{index}", zone, depth + 1) for index, item in enumerate(value)
        ]
    raise EventError("must be text, a whole number, true, false, a list or a table", field=field)


def to_plain(value: Any, field: str) -> Any:
    """Any settings or details as plain JSON values; decimals become text.

    Raises:
        EventError: a value has no plain form, or is too long or too deep.
    """
    return _plain(value, field, None)


def _details(value: Any, field: str, zone: tzinfo | None) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise EventError("must be a table of names and values", field=field)
    plain: dict[str, Any] = _plain(value, field, zone)
    return plain


def _notified(value: Any, field: str, zone: tzinfo | None) -> bool | tuple[str, ...]:
    if isinstance(value, bool):
        return value
    if not isinstance(value, list | tuple) or len(value) > LIST_LIMIT:
        raise EventError("must be true, false or a list of ids", field=field)
    return tuple(_label(item, f"{field}.{index}", zone) for index, item in enumerate(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a bill. `price` and `offer` are fen per unit; `offer` is the activity price."""

    item: str
    category: str = "treatment"
    price: int
    offer: int | None = None
    quantity: int = 1
    department: str | None = None
    medical: bool | None = None


_LINE_FIELDS: dict[str, Callable[[Any, str, tzinfo | None], Any]] = {
    "item": _code,
    "category": _code,
    "price": _fen,
    "offer": _fen,
    "quantity": _positive,
    "department": _code,
    "medical": _yes_no,
}


def _lines(value: Any, field: str, zone: tzinfo | None) -> tuple[Line, ...]:
    if not isinstance(value, list | tuple) or not value or len(value) > LIST_LIMIT:
        raise EventError(f"must be a list of 1 to {LIST_LIMIT} bill lines", field=field)
    lines = tuple(_line(item, f"{field}.{index}", zone) for index, item in enumerate(value))
    if sum(max(line.price, line.offer or 0) * line.quantity for line in lines) >= LIMIT_FEN:
        raise EventError("is too large in all", field=field)
    return lines


def _line(value: Any, field: str, zone: tzinfo | None) -> Line:
    if not isinstance(value, Mapping):
        raise EventError("must be a bill line with item and price", field=field)
    for name in value:
        if name not in _LINE_FIELDS:
            raise EventError("is no field of a bill line", field=f"{field}.{name}")
    for name in ("item", "price"):
        if name not in value:
            raise EventError("is required", field=f"{field}.{name}")
    return Line(**{n: _LINE_FIELDS[n](v, f"{field}.{n}", zone) for n, v in value.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tender:
    """How a bill is to be paid beside cash: fen of stored value and credit, points.

    `None` means "not said"; `MAX` for stored value or credit means as much as there is.
    """

    stored_value: int | None = None
    credit: int | None = None
    points: int | None = None


MAX = -1


def _tender(value: Any, field: str, zone: tzinfo | None) -> Tender:
    if not isinstance(value, Mapping):
        raise EventError("must be a table of stored_value, credit or points", field=field)
    read: dict[str, int] = {}
    for name, amount in value.items():
        if name not in ("stored_value", "credit", "points"):
            raise EventError("is no tender", field=f"{field}.{name}")
        if amount == "max":
            read[name] = MAX
        elif name == "points":
            read[name] = _count(amount, f"{field}.{name}", zone)
        else:
            read[name] = _fen(amount, f"{field}.{name}", zone)
    return Tender(**read)


Ref = Annotated[str, Kind("ref", _label, person=True)]
Label = Annotated[str, Kind("label", _label)]
Code = Annotated[str, Kind("code", _code)]
Text = Annotated[str, Kind("text", _text)]
Fen = Annotated[int, Kind("fen", _fen)]
PositiveFen = Annotated[int, Kind("positive_fen", _positive_fen)]
Count = Annotated[int, Kind("count", _count)]
Positive = Annotated[int, Kind("positive", _positive)]
YesNo = Annotated[bool, Kind("yes_no", _yes_no)]
Day = Annotated[date, Kind("day", _day)]
Moment = Annotated[datetime, Kind("moment", read_moment)]
Codes = Annotated[tuple[str, ...], Kind("codes", _codes)]
Papers = Annotated[dict[str, Any], Kind("papers", _papers)]
Details = Annotated[dict[str, Any], Kind("details", _details)]
Notified = Annotated[bool | tuple[str, ...], Kind("notified", _notified)]
Lines = Annotated[tuple[Line, ...], Kind("lines", _lines)]
TenderField = Annotated[Tender, Kind("tender", _tender)]
