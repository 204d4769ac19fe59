"""One figure of a charter's settings: what kind it is, as text in a form, and read back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, validate

from charterhouse.desk import terms
from charterhouse.kernel.charter import Text
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import Factor, Rate, Yuan

SCALARS = ("yuan", "factor", "rate", "whole", "yes_no", "choice", "date", "text")
"""Kinds of figures that stand in one field of a form."""

Options = tuple[tuple[str, Text], ...]


class NotReadError(Exception):
    """What was entered is not of its form; `code` says which form it should have."""

    def __init__(self, code: str, at: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.at = at


@dataclass(frozen=True, slots=True)
class Figure:
    """A place of a form: a setting's own, or a cell of a table.

    Attributes:
        name: of the cell; "" for a setting's own.
        kind: of `SCALARS`, or `list` (several entries of `inner`), or "" for none of these.
        options: code → label to choose from; for other kinds, codes that are offered.
        optional: whether it may be left empty, as "none".
        required: whether it must be entered.
        low, high: bounds of a number, or of a text's length.
    """

    name: str
    kind: str
    label: Text = ("", "")
    unit: str = ""
    inner: str = ""
    options: Options = ()
    optional: bool = False
    required: bool = False
    low: int | None = None
    high: int | None = None


Labels = Callable[[str], Text]


def figure_of(each: fields.Field[Any], name: str, labels: Labels) -> Figure:
    """How a schema's field is entered."""
    meta = each.metadata
    kind, inner = kind_of(each), ""
    one_of = _choices(each)
    if isinstance(each, fields.List):
        inner = kind_of(each.inner)
        kind = "list" if inner in SCALARS else ""
        one_of = _choices(each.inner)
    low, high = bounds(each)
    said: Mapping[str, Text] = meta.get("options", {})
    return Figure(
        name=name,
        kind=kind,
        label=meta.get("label") or terms.FIELDS.get(name) or labels(name),
        unit=meta.get("unit", ""),
        inner=inner,
        options=tuple((code, said.get(code) or labels(code)) for code in one_of),
        optional=bool(each.allow_none),
        required=bool(each.required),
        low=low,
        high=high,
    )


def kind_of(each: Any) -> str:
    """The kind of a field that stands in one place; "" for others."""
    sorts: tuple[tuple[type[Any], str], ...] = (
        (Yuan, "yuan"), (Factor, "factor"), (Rate, "rate"), (fields.Decimal, "rate"),
        (fields.Integer, "whole"), (fields.Boolean, "yes_no"), (fields.Date, "date"),
    )  # fmt: skip
    for sort, kind in sorts:
        if isinstance(each, sort):
            return kind
    if isinstance(each, fields.String):
        return "choice" if _choices(each) else "text"
    return ""


def _choices(each: Any) -> list[str]:
    found = next((v for v in each.validators if isinstance(v, validate.OneOf)), None)
    return [str(code) for code in found.choices] if found else []


def validators_within(each: Any) -> list[Any]:
    """The validators of a field and of those inside it."""
    found = list(each.validators)
    for name in ("inner", "key_field", "value_field"):
        part = getattr(each, name, None)
        if part is not None:
            found += validators_within(part)
    return found


def bounds(each: Any) -> tuple[int | None, int | None]:
    """The bounds of a number, or of a text's length."""
    for validator in validators_within(each):
        if isinstance(validator, validate.Range | validate.Length):
            return validator.min, validator.max
    return None, None


# Typed values as text, and as they are entered by programs.


def text_of(figure: Figure, value: Any) -> Any:
    """A typed value as the form shows it: text, or entries of a list."""
    if figure.kind == "list":
        return [_text(figure.inner, entry) for entry in value or ()]
    return _text(figure.kind, value)


def _text(kind: str, value: Any) -> str:
    if value is None:
        return ""
    if kind == "yuan":
        return show_fen(value)
    if kind == "yes_no":
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def to_raw(each: Any, value: Any) -> Any:
    """A typed value as it is entered: amounts in yuan, factors as decimal text, days as ISO."""
    if isinstance(each, Yuan) and value is not None:
        return show_fen(value)
    if isinstance(each, fields.List) and isinstance(value, list | tuple):
        return [to_raw(each.inner, inner) for inner in value]
    if isinstance(each, fields.Dict):
        if isinstance(value, Mapping):
            return {str(key): to_raw(each.value_field, inner) for key, inner in value.items()}
        # One figure for all keys of a table.
        return to_raw(each.value_field, value)
    if isinstance(each, fields.Nested) and isinstance(value, Mapping):
        return {name: to_raw(each.schema.fields.get(name), inner) for name, inner in value.items()}
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def raw_settings(schema: type[Schema], values: Mapping[str, Any]) -> dict[str, Any]:
    """Typed settings in raw form."""
    known = schema().fields
    return {name: to_raw(known[name], value) for name, value in values.items() if name in known}


# Reading what was entered.


def raw_of(figure: Figure, text: str) -> Any:
    """What was entered in one place, in the schema's raw form.

    Raises:
        NotReadError: it is not of its form.
    """
    if figure.kind == "list":
        return [_raw(figure.inner, entry, figure.options) for entry in entries(text)]
    text = text.strip()
    if not text and figure.kind not in ("text", "yes_no"):
        if figure.optional:
            return None
        raise NotReadError("required")
    if not text and figure.required:
        raise NotReadError("required")
    if not text and figure.optional and figure.kind == "text":
        return None
    return _raw(figure.kind, text, figure.options)


def entries(text: str, pattern: str = r"[\n,，、;；]") -> list[str]:
    """The entries of a list in one place."""
    return [part.strip() for part in re.split(pattern, text) if part.strip()]


def raw_list(figure: Figure, lines: Iterable[str]) -> list[Any]:
    """The entries of a list, one a line.

    Raises:
        NotReadError: one is not of its form.
    """
    return [_raw(figure.inner, line.strip(), ()) for line in lines if line.strip()]


_NUMBERS = {"yuan": r"\d{1,12}(\.\d{1,6})?", "factor": r"\d{1,12}(\.\d{1,6})?",
            "rate": r"\d{1,7}(\.\d{1,8})?"}  # fmt: skip


def _raw(kind: str, text: str, options: Options) -> Any:
    if kind == "choice" and options and text not in dict(options):
        raise NotReadError("choice")
    plain = text.replace(",", "").replace("，", "").removeprefix("¥").removeprefix("￥").strip()
    if kind in _NUMBERS:
        if not re.fullmatch(_NUMBERS[kind], plain):
            raise NotReadError(kind)
        return plain
    if kind == "whole":
        if not re.fullmatch(r"-?\d{1,12}", plain):
            raise NotReadError("whole")
        return int(plain)
    if kind == "yes_no":
        return text == "yes"
    if kind == "date":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise NotReadError("date") from None
    return text
