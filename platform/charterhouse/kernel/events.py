"""Events: a verb's typed body with the time at which it is decided."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date, datetime, tzinfo
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from charterhouse.kernel.errors import EventError
from charterhouse.kernel.kinds import Kind, Line, Tender
from charterhouse.kernel.vocabulary import VERBS, Body


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a verb: its public name, attribute, kind and whether it must be given."""

    name: str
    attribute: str
    kind: Kind
    required: bool
    default: Any


def _kind_of(hint: Any) -> Kind:
    if get_origin(hint) is Annotated:
        return next(meta for meta in get_args(hint)[1:] if isinstance(meta, Kind))
    if get_origin(hint) in (Union, types.UnionType):
        return next(_kind_of(arg) for arg in get_args(hint) if arg is not type(None))
    raise TypeError(hint)


def _fields_of(cls: type[Body]) -> dict[str, Field]:
    hints = get_type_hints(cls, include_extras=True)
    found = {}
    for item in fields(cls):
        name = item.name.rstrip("_")
        found[name] = Field(
            name, item.name, _kind_of(hints[item.name]), item.default is MISSING, item.default
        )
    return found


FIELDS: dict[str, dict[str, Field]] = {verb: _fields_of(cls) for verb, cls in VERBS.items()}
"""verb → field name → Field, in the order of the vocabulary."""

PERSON_FIELDS: dict[str, tuple[str, ...]] = {
    verb: tuple(f.attribute for f in table.values() if f.kind.person)
    for verb, table in FIELDS.items()
}
"""verb → attributes that name persons whose standings take part."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, to whom, and when it is decided.

    Attributes:
        id: made by the application; unique in the tenant.
        at: the moment of the decision, aware, in the tenant's zone.
        body: the verb's typed fields.
        occurred_at: when it happened, if that was earlier (a system that was offline).
        serial: a fresh card number, reserved in case that the decision issues a card.
        people: what the house knows of persons named here: ref → {born, sex …}.
        day: on which it happened.
    """

    id: int
    at: datetime
    body: Body
    occurred_at: datetime | None = None
    serial: str = ""
    people: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    day: date = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "day", self.happened.date())

    @property
    def verb(self) -> str:
        """The verb's name."""
        return self.body.verb

    @property
    def happened(self) -> datetime:
        """The moment of which day-bound clauses speak."""
        return self.occurred_at or self.at


def parse_body(verb: str, raw: Any, zone: tzinfo | None) -> Body:
    """Read a verb's fields strictly.

    Raises:
        EventError: unknown verb or field, a missing required field, a wrong value.
    """
    cls = VERBS.get(verb)
    if cls is None:
        raise EventError(f"{verb!r} is no verb of the vocabulary", field="verb")
    if not isinstance(raw, Mapping):
        raise EventError("must be a table of fields", field=verb)
    table = FIELDS[verb]
    values: dict[str, Any] = {}
    for name, value in raw.items():
        known = table.get(name)
        if known is None:
            raise EventError(f"is no field of {verb}", field=f"{verb}.{name}")
        if value is not None:
            values[known.attribute] = known.kind.read(value, f"{verb}.{name}", zone)
    _demand(cls, table, values)
    return cls(**values)


def _demand(cls: type[Body], table: Mapping[str, Field], values: Mapping[str, Any]) -> None:
    for known in table.values():
        if known.required and known.attribute not in values:
            raise EventError("is required", field=f"{cls.verb}.{known.name}")
    for group in cls.either:
        if not any(name in values for name in group):
            raise EventError(f"needs one of {', '.join(group)}", field=f"{cls.verb}.{group[0]}")
    if cls.verb == "spend":
        for group in cls.either:
            if all(name in values for name in group):
                raise EventError(
                    f"takes only one of {', '.join(group)}", field=f"{cls.verb}.{group[1]}"
                )


def _dump(value: Any) -> Any:
    if isinstance(value, Line | Tender):
        return {f.name: getattr(value, f.name) for f in fields(value)}
    if isinstance(value, tuple):
        return [_dump(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value


def dump_body(body: Body) -> dict[str, Any]:
    """The body as plain JSON values (amounts in fen), for storage and hashing."""
    return {
        known.name: _dump(value)
        for known in FIELDS[body.verb].values()
        if (value := getattr(body, known.attribute)) != known.default
    }


def load_body(verb: str, stored: Mapping[str, Any]) -> Body:
    """The inverse of `dump_body`."""
    cls = VERBS[verb]
    table = FIELDS[verb]
    return cls(**{table[n].attribute: _load(table[n].kind.name, v) for n, v in stored.items()})


def _load(kind: str, value: Any) -> Any:
    if kind == "lines":
        return tuple(Line(**item) for item in value)
    if kind == "tender":
        return Tender(**value)
    if kind == "day":
        return date.fromisoformat(value)
    if kind == "moment":
        return datetime.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value
