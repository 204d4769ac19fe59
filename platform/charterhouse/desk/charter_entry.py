"""What was entered into a charter's settings form, read back; every problem by its place."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError, validate

from charterhouse.desk.charter_form import TABLES, Setting, SettingsForm
from charterhouse.desk.figures import SCALARS, NotReadError, raw_list, raw_of, validators_within
from charterhouse.kernel.errors import CharterError, SettingsError
from charterhouse.kernel.problems import Said
from charterhouse.kernel.program import Program

__all__ = ["Entered", "Flat", "Problem", "Reader", "rows_of"]

Flat = Mapping[str, str]
ROWS_LIMIT = 500
_EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one setting.

    Attributes:
        name: of the setting; "" when the settings as a whole are wrong.
        code: `required`, `yuan`, `factor`, `rate`, `whole`, `date`, `range`, `length`, `choice`,
            `form`, `duplicate`, `rows`, `json`, `check` (the charter's own check speaks by
            `message`), or `invalid` with the schema's own `message`.
        low, high: the bounds where there are some.
        at: the row, or row and cell, of a table: `gold`, `gold.fee`.
    """

    name: str
    code: str
    low: int | None = None
    high: int | None = None
    message: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """What was entered: settings in the schema's raw form, and what is wrong with it."""

    raw: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)


class Reader:
    """Reads what was entered into a form."""

    def __init__(self, form: SettingsForm) -> None:
        self.form = form

    def read(self, flat: Flat) -> Entered:
        """Read what was entered; every problem is named, none is passed over."""
        entered = Entered({})
        for setting in self.form.settings:
            self._read(setting, flat, entered)
        named = {problem.name for problem in entered.problems}
        try:
            self.form.schema.load(
                {n: v for n, v in entered.raw.items() if n not in named}, partial=tuple(named)
            )
        except ValidationError as error:
            entered.problems.extend(self._problem(n, m) for n, m in error.messages_dict.items())
        return entered

    def check(self, raw: Mapping[str, Any]) -> Problem | None:
        """What the charter itself has against settings that are each of their form."""
        try:
            Program(self.form.program.charter, raw)
        except SettingsError as error:
            return self.problem_at(error.field, error.message)
        except CharterError as error:
            return Problem("", "check", message=str(error))
        return None

    def problem_at(self, place: str, message: str) -> Problem:
        """A problem by the place that the kernel names: `fee.gold`, `price_factor`."""
        parts = [part for part in place.split(".") if part]
        name = parts[0] if parts and self.form.setting(parts[0]) else ""
        rest = [part for part in parts[1:] if part not in ("key", "value")]
        return Problem(name, "check", message=message, at=".".join(rest))

    def _read(self, setting: Setting, flat: Flat, entered: Entered) -> None:
        name = setting.name
        try:
            value = self._value(setting, flat)
        except NotReadError as error:
            entered.problems.append(
                Problem(name, error.code, setting.low, setting.high, at=error.at)
            )
        except (ValueError, RecursionError):
            entered.problems.append(Problem(name, "json"))
        else:
            if setting.required and value in _EMPTY:
                entered.problems.append(Problem(name, "required"))
            else:
                entered.raw[name] = value

    def _value(self, setting: Setting, flat: Flat) -> Any:
        name = setting.name
        text = flat.get(name, "")
        if setting.kind == "choices":
            picked = [code for code, _ in setting.options if flat.get(f"{name}-pick-{code}")]
            return raw_list(setting.figure, picked)
        if setting.kind == "list":
            return raw_list(setting.figure, text.splitlines())
        if setting.kind in TABLES:
            overrides = setting.kind == "overrides"
            read = self._read_overrides if overrides else self._read_rows
            return read(setting, flat)
        if setting.kind != "json":
            return raw_of(setting.figure, text)
        if not text.strip() and (setting.required or setting.optional):
            return None
        return json.loads(text, parse_float=str)

    def _read_rows(self, setting: Setting, flat: Flat) -> dict[str, Any]:
        found: dict[str, Any] = {}
        known = {code for code, _ in setting.options}
        keyed = 2 if setting.kind == "matrix" else 1
        for row in rows_of(flat, setting.name):
            cells = [row.get(column.name, "").strip() for column in setting.columns]
            key, figures = cells[0], cells[keyed:]
            # An empty figure may mean something (without limit), save where every key has its row.
            limitless = setting.columns[-1].optional and setting.kind != "records"
            shown = keyed == 1 and setting.every_key
            stated = limitless and all(cells[:keyed]) and not shown
            if not any(figures) and not stated and (key in known or not any(cells)):
                continue
            if not all(cells[:keyed]):
                raise NotReadError("rows", key)
            table = found
            if setting.kind == "matrix":
                table, key = found.setdefault(key, {}), cells[1]
            if key in table:
                raise NotReadError("duplicate", key)
            table[key] = self._row(setting, key, figures)
        return found

    def _row(self, setting: Setting, key: str, texts: list[str]) -> Any:
        cells = setting.columns[-len(texts) :]
        values = {}
        for cell, text in zip(cells, texts, strict=True):
            if not text and setting.kind == "records" and not cell.required:
                # What is not stated has the schema's own default.
                continue
            try:
                values[cell.name] = raw_of(cell, text)
            except NotReadError as error:
                code = "rows" if error.code == "required" else error.code
                at = f"{key}.{cell.name}" if setting.kind == "records" else key
                raise NotReadError(code, at) from None
        return values if setting.kind == "records" else values["value"]

    def _read_overrides(self, setting: Setting, flat: Flat) -> dict[str, Any]:
        found: dict[str, dict[str, Any]] = {}
        for row in rows_of(flat, setting.name):
            tier, name = row.get("tier", ""), row.get("setting", "")
            figure = row.get("figure", "").strip()
            if not tier and not name and not figure:
                continue
            known = self.form.setting(name)
            if not tier or known is None or not figure:
                raise NotReadError("rows", tier)
            if name in found.get(tier, {}):
                raise NotReadError("duplicate", tier)
            found.setdefault(tier, {})[name] = raw_of(known.figure, figure)
        return found

    def _problem(self, name: str, messages: Any) -> Problem:
        known = self.form.setting(name)
        message, at = _sentence(messages), _place(messages)
        if known is None:
            return Problem(name, "invalid", message=message)
        if "required" in message.lower() and "Missing" in message:
            return Problem(name, "required", at=at)
        bounded = known.low is not None or known.high is not None
        kinds = {known.kind, known.inner}
        code = {"yuan": "yuan", "factor": "factor", "choice": "choice"}.get(known.kind, "")
        if not code and _about_key(messages):
            code = "form"
        if not code and bounded:
            code = "range" if "whole" in kinds else "length" if kinds & {"text"} else ""
        if (
            not code
            and not kinds & set(SCALARS[:4])
            and any(
                isinstance(v, validate.Regexp) for v in validators_within(self.form.fields[name])
            )
        ):
            code = "form"
        return Problem(name, code or "invalid", known.low, known.high, message, at)


def rows_of(flat: Flat, name: str) -> list[dict[str, str]]:
    """The rows of a table in a flat form: fields named `<name>-<number>-<cell>`."""
    pattern = re.compile(rf"{re.escape(name)}-(\d{{1,4}})-([a-z0-9_]+)")
    rows: dict[int, dict[str, str]] = {}
    for key, value in flat.items():
        match = pattern.fullmatch(key)
        if match and len(rows) <= ROWS_LIMIT:
            rows.setdefault(int(match[1]), {})[match[2]] = value
    return [rows[number] for number in sorted(rows)]


def _about_key(messages: Any) -> bool:
    """Whether a table's messages speak of a key, not of a figure."""
    return isinstance(messages, Mapping) and any(
        isinstance(inner, Mapping) and "key" in inner for inner in messages.values()
    )


def _place(messages: Any) -> str:
    """The row and cell of which a table's messages speak."""
    parts: list[str] = []
    while isinstance(messages, Mapping):
        key, messages = next(iter(messages.items()))
        if key not in ("key", "value", "_schema"):
            parts.append(str(key))
    return ".".join(parts)


def _sentence(messages: Any) -> str:
    while isinstance(messages, Mapping | list):
        messages = next(iter(messages.values() if isinstance(messages, Mapping) else messages))
    return messages if isinstance(messages, Said) else str(messages)
