"""The vocabulary as schemas: one for each verb, made from the kinds of its fields.

The kernel reads events; these schemas tell programs what it reads. Nothing of the vocabulary is
written here: a new verb or field appears in the API by itself.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from charterhouse.kernel.events import FIELDS, Field
from charterhouse.kernel.kinds import FIRST_YEAR, LAST_YEAR, LIST_LIMIT, TEXT_LIMIT, Line
from charterhouse.kernel.vocabulary import VERBS

__all__ = ["KINDS", "VERB_SCHEMAS", "EventSchema", "constraints_of", "schema_name"]

_CODE = {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_.:\-]{0,79}$", "maxLength": 80}
_CLEAN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*$"
_LABEL = {
    "type": "string",
    "pattern": r"^[^\s/\\\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]{1,80}$",
    "minLength": 1,
    "maxLength": 80,
}
_FEN = {
    "description": "Yuan with at most two decimals, as text or number.",
    "oneOf": [
        {"type": "string", "pattern": r"^[0-9]{1,11}(\.[0-9]{1,2})?$"},
        {"type": "number", "minimum": 0, "maximum": 99_999_999_999, "multipleOf": 0.01},
    ],
    "examples": ["12.50"],
}
_POSITIVE_FEN = {
    "description": "Yuan with at most two decimals, more than 0, as text or number.",
    "oneOf": [
        {
            "type": "string",
            "pattern": r"^([1-9][0-9]{0,10}(\.[0-9]{1,2})?|0\.([1-9][0-9]?|0[1-9]))$",
        },
        {"type": "number", "minimum": 0.01, "maximum": 99_999_999_999, "multipleOf": 0.01},
    ],
    "examples": ["100.00"],
}
_COUNT = {"type": "integer", "minimum": 0, "maximum": 10**9}
_POSITIVE = {"type": "integer", "minimum": 1, "maximum": 10**9}
_DETAILS = {
    "type": "object",
    "description": "Further names and values that the charter looks at.",
    "maxProperties": LIST_LIMIT,
    "propertyNames": {"maxLength": TEXT_LIMIT, "pattern": _CLEAN},
    "additionalProperties": {
        "anyOf": [
            {"type": "string", "maxLength": TEXT_LIMIT, "pattern": _CLEAN},
            {"type": "integer"},
            {"type": "boolean"},
            {
                "type": "array",
                "maxItems": LIST_LIMIT,
                "items": {"type": "string", "maxLength": 200, "pattern": _CLEAN},
            },
            {"type": "null"},
        ]
    },
}
_LINE = {
    "item": _CODE, "category": _CODE, "price": _FEN, "offer": _FEN, "quantity": _POSITIVE,
    "department": _CODE, "medical": {"type": "boolean"},
}  # fmt: skip

KINDS: Mapping[str, Mapping[str, Any]] = {
    "ref": {
        "type": "string",
        "pattern": r"^[1-9][0-9]{0,17}$",
        "description": "Id of a person.",
        "examples": ["392817465011200001"],
    },
    "label": {**_LABEL, "description": "An id of the caller's own, without blanks."},
    "code": {**_CODE, "description": "A code of the charter or of the vocabulary."},
    "text": {"type": "string", "maxLength": TEXT_LIMIT, "pattern": _CLEAN},
    "fen": _FEN,
    "positive_fen": _POSITIVE_FEN,
    "count": _COUNT,
    "positive": _POSITIVE,
    "yes_no": {"type": "boolean"},
    "day": {
        "type": "string",
        "format": "date",
        "description": f"A day between {FIRST_YEAR} and {LAST_YEAR}.",
        "examples": ["2026-03-01"],
    },
    "moment": {
        "type": "string",
        "format": "date-time",
        "description": "A moment; without an offset, on the institution's clock.",
        "examples": ["2026-03-01T10:00:00+08:00"],
    },
    "codes": {"type": "array", "maxItems": LIST_LIMIT, "items": _CODE},
    "papers": {
        "type": "object",
        "description": "Codes of documents with the number of copies handed in.",
        "maxProperties": LIST_LIMIT,
        "patternProperties": {_CODE["pattern"]: _COUNT},
        "additionalProperties": False,
    },
    "details": _DETAILS,
    "notified": {
        "description": "Whether, or to whom, it was announced.",
        "oneOf": [
            {"type": "boolean"},
            {"type": "array", "maxItems": LIST_LIMIT, "items": _LABEL},
        ],
    },
    "lines": {
        "type": "array",
        "minItems": 1,
        "maxItems": LIST_LIMIT,
        "items": {
            "type": "object",
            "description": inspect.cleandoc(Line.__doc__ or ""),
            "required": ["item", "price"],
            "properties": _LINE,
            "additionalProperties": False,
        },
    },
    "tender": {
        "type": "object",
        "description": 'Paid beside cash: amounts, or "max" for as much as there is.',
        "properties": {
            "stored_value": {"anyOf": [_FEN, {"const": "max"}]},
            "credit": {"anyOf": [_FEN, {"const": "max"}]},
            "points": {"anyOf": [_COUNT, {"const": "max"}]},
        },
        "additionalProperties": False,
    },
}
"""How each kind of the vocabulary is written in JSON, in the words of JSON Schema."""


class KindField(fields.Field[Any]):
    """A field of a verb, described by its kind. The kernel reads its value."""

    def __init__(self, known: Field) -> None:
        metadata = dict(KINDS[known.kind.name])
        if known.default is not None and not known.required:
            default = known.default
            metadata["default"] = list(default) if isinstance(default, tuple) else default
        super().__init__(required=known.required, metadata=metadata)


def schema_name(verb: str) -> str:
    """The name of a verb's schema: `top_up` is `TopUp`."""
    return VERBS[verb].__name__


def _schema_of(verb: str) -> type[Schema]:
    made = Schema.from_dict(
        {name: KindField(known) for name, known in FIELDS[verb].items()}, name=schema_name(verb)
    )
    made.__doc__ = inspect.cleandoc(VERBS[verb].__doc__ or "")
    return made


VERB_SCHEMAS: Mapping[str, type[Schema]] = {verb: _schema_of(verb) for verb in VERBS}
"""verb → schema, in the order of the vocabulary."""


def constraints_of(verb: str) -> dict[str, Any]:
    """What a verb's schema says beside its fields: no others, and which of them it needs."""
    body = VERBS[verb]
    needs = [
        {
            ("oneOf" if verb == "spend" else "anyOf"): [
                {"required": [name.rstrip("_")]} for name in group
            ]
        }
        for group in body.either
    ]
    return (
        {"additionalProperties": False, "allOf": needs}
        if needs
        else {"additionalProperties": False}
    )


class VerbField(fields.Nested):
    """The body of one verb, passed on as it came: intake reads it strictly and names the field."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any
    ) -> Any:
        if not isinstance(value, Mapping):
            raise ValidationError("must be a table of fields")
        return value


class _Envelope(Schema):
    """One event: exactly one verb with its fields, and when it happened if that was earlier."""

    occurred_at = fields.Raw(metadata=dict(KINDS["moment"]))

    @validates_schema(pass_original=True)
    def one_verb(self, data: Any, original: Any, **_kwargs: Any) -> None:
        """An event has one verb.

        Raises:
            ValidationError: it has none or several.
        """
        told = [name for name in original if name in VERBS]
        if len(told) != 1:
            raise ValidationError("must have exactly one verb of the vocabulary")


EventSchema = _Envelope.from_dict(
    {verb: VerbField(schema) for verb, schema in VERB_SCHEMAS.items()}, name="Event"
)
"""The body of `POST /events` and `POST /quotes`."""
EventSchema.__doc__ = _Envelope.__doc__
