"""A tenant's settings: read strictly by the charter's marshmallow schema, merged by key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from marshmallow import Schema, ValidationError, fields

from charterhouse.kernel.errors import EventError, SettingsError
from charterhouse.kernel.money import parse_fen
from charterhouse.kernel.problems import Said

_HIGHEST_RATE = 1_000_000
_A_FACTOR = Said("须为系数，例如0.80", "must be a factor such as 0.80")
_A_RATE = Said("须为比率，例如0.5", "must be a rate such as 0.5")


def meta(
    zh: str, en: str, unit: str, clause: str, group: str, *, help_zh: str = "", help_en: str = ""
) -> dict[str, Any]:
    """The metadata by which a setting is shown: label, unit, clause, group, help."""
    return {
        "label": (zh, en), "unit": unit, "clause": clause, "group": group,
        "help": (help_zh, help_en),
    }  # fmt: skip


class SettingValues:
    """Typed settings by attribute: `s.reissue_fee`. Immutable by convention of the kernel."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"the charter has no setting {name!r}")


class Yuan(fields.Field[int]):
    """An amount in yuan with at most two decimals; typed as fen."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        try:
            return parse_fen(value, field=attr or "")
        except EventError as error:
            why = Said("须为金额（元），例如12.50", error.message)
            raise ValidationError(why) from None


class Factor(fields.Field[Decimal]):
    """A price factor between 0 and 1 such as 0.80."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
            raise ValidationError(_A_FACTOR)
        try:
            factor = Decimal(value)
        except ArithmeticError:
            raise ValidationError(_A_FACTOR) from None
        if not factor.is_finite() or not 0 <= factor <= 1:
            raise ValidationError(Said("须在0与1之间", "must be between 0 and 1"))
        return factor


class Rate(fields.Field[Decimal]):
    """A rate that is not negative, such as 0.5 points per yuan; exact."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
            raise ValidationError(_A_RATE)
        try:
            rate = Decimal(value)
        except ArithmeticError:
            raise ValidationError(_A_RATE) from None
        if not rate.is_finite() or not 0 <= rate <= _HIGHEST_RATE:
            raise ValidationError(
                Said(f"须在0与{_HIGHEST_RATE}之间", f"must be between 0 and {_HIGHEST_RATE}")
            )
        return rate


class Whole(fields.Integer):
    """A whole number (days, hours, points, years, uses); never a text or a fraction."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError(Said("须为整数", "must be a whole number"))
        number: int = super()._deserialize(value, attr, data, **kwargs)
        return number


def needs_all(*keys: str) -> Callable[[Mapping[str, Any]], None]:
    """A validator of tables: there is a figure for each of these keys."""

    def check(table: Mapping[str, Any]) -> None:
        missing = [key for key in keys if key not in table]
        if missing:
            raise ValidationError(
                Said(f"缺少{missing[0]}的数值", f"needs a figure for {missing[0]}")
            )

    return check


@lru_cache(maxsize=256)
def _reader(schema: type[Schema]) -> Schema:
    return schema()


def read_settings(schema: type[Schema], raw: Mapping[str, Any]) -> SettingValues:
    """Read settings over the schema's defaults.

    Raises:
        SettingsError: an unknown or invalid setting; `field` names it.
    """
    try:
        return SettingValues(_reader(schema).load(dict(raw)))
    except ValidationError as error:
        name, why = first_problem(error.messages)
        raise SettingsError(why, field=name) from None


def first_problem(messages: Any, path: str = "") -> tuple[str, str]:
    """The first field and sentence of marshmallow's nested messages."""
    if isinstance(messages, Mapping):
        name, inner = next(iter(messages.items()))
        return first_problem(inner, f"{path}.{name}" if path else str(name))
    if isinstance(messages, list):
        return first_problem(messages[0], path)
    return path, messages if isinstance(messages, Said) else str(messages)
