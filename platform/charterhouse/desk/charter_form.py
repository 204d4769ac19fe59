"""A form made from a charter's settings schema: kinds, values as text, and reading them back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from charterhouse.desk.errors import DeskError
from charterhouse.kernel.charter import Text
from charterhouse.kernel.errors import SettingsError
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.program import Program
from charterhouse.kernel.settings import Factor, Whole, Yuan, read_settings

Flat = Mapping[str, str]
SCALARS = ("yuan", "factor", "whole", "yes_no", "choice", "text")
ROWS_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one setting.

    Attributes:
        code: `required`, `yuan`, `factor`, `whole`, `range`, `length`, `choice`, `form`,
            `duplicate`, `rows`, `json`, or `invalid` with the schema's own `message`.
        low, high: the bounds where there are some.
    """

    name: str
    code: str
    low: int | None = None
    high: int | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """One figure of the charter as a form shows it.

    Attributes:
        kind: of `SCALARS`, or `list` (entries), `table` (key → figure), `overrides`
            (tier → setting → figure), `json` (a value that has no simpler form).
        inner: kind of the entries of a list or of the figures of a table.
        unit: code of the unit (days, points, percent …).
        clause: number of the clause that it belongs to.
        options: of a choice: code → label; of a table or overrides: known keys.
    """

    name: str
    kind: str
    label: Text
    help: Text
    unit: str
    clause: str
    group: str
    inner: str = ""
    options: tuple[tuple[str, Text], ...] = ()
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """What was entered: settings in the schema's raw form, and what is wrong with it."""

    raw: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)


class SettingsForm:
    """The settings of a program's charter as a form; nothing in it knows the charter.

    Attributes:
        settings: in the order of the schema.
        groups: code → heading, in order; "" gathers settings without a group.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._schema: Schema = program.charter.Settings()
        self._fields: Mapping[str, fields.Field[Any]] = self._schema.fields
        self.settings = [self._describe(name, each) for name, each in self._fields.items()]
        known: Mapping[str, Text] = getattr(program.charter.Settings, "groups", {})
        used = dict.fromkeys(s.group for s in self.settings)
        self.groups: dict[str, Text] = {code: known.get(code, (code, code)) for code in used}
        self._by_name = {s.name: s for s in self.settings}

    def scalars(self) -> list[Setting]:
        """The settings that may differ by tier."""
        fixed = {self._program.charter.variants, self._program.charter.default_tier}
        return [s for s in self.settings if s.kind in SCALARS and s.name not in fixed]

    def setting(self, name: str) -> Setting | None:
        """A setting by its name."""
        return self._by_name.get(name)

    def _describe(self, name: str, each: fields.Field[Any]) -> Setting:
        meta = each.metadata
        kind, inner = self._kinds(name, each)
        low, high = _bounds(each)
        return Setting(
            name=name,
            kind=kind,
            label=meta.get("label", (name, name)),
            help=meta.get("help", ("", "")),
            unit=meta.get("unit", ""),
            clause=meta.get("clause", ""),
            group=meta.get("group", ""),
            inner=inner,
            options=self._options(name, kind, each),
            low=low,
            high=high,
        )

    def _kinds(self, name: str, each: fields.Field[Any]) -> tuple[str, str]:
        if isinstance(each, fields.List):
            inner = _scalar_kind(each.inner)
            return ("list", inner) if inner in ("text", "choice", "whole", "yuan") else ("json", "")
        if isinstance(each, fields.Dict):
            values = each.value_field
            if name == self._program.charter.variants:
                return "overrides", ""
            inner = _scalar_kind(values) if values is not None else ""
            return ("table", inner) if inner else ("json", "")
        if isinstance(each, fields.String) and self._names_tier(name, each):
            return "choice", ""
        return _scalar_kind(each) or "json", ""

    def _names_tier(self, name: str, each: fields.Field[Any]) -> bool:
        return name == self._program.charter.default_tier or each.metadata.get("unit") == "tier"

    def _options(
        self, name: str, kind: str, each: fields.Field[Any]
    ) -> tuple[tuple[str, Text], ...]:
        codes: Iterable[str] = ()
        one_of = next((v for v in each.validators if isinstance(v, validate.OneOf)), None)
        if one_of is not None:
            codes = [str(code) for code in one_of.choices]
        elif kind == "overrides" or self._names_tier(name, each):
            codes = sorted(self._program.codes.get("tier", ()))
        labels = self._program.charter.labels
        return tuple((code, labels.get(code, (code, code))) for code in codes)

    # Showing.

    def shown(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Typed settings as the form shows them: text, entries, or rows of cells."""
        return {s.name: self._show(s, values[s.name]) for s in self.settings if s.name in values}

    def shown_raw(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Settings in raw form as the form shows them.

        Raises:
            DeskError: they are not valid; `field` names one.
        """
        known = {name: value for name, value in raw.items() if name in self._fields}
        try:
            values = vars(read_settings(self._program.charter.Settings, known))
        except SettingsError as error:
            raise DeskError(error.message, field=error.field, code=error.code) from None
        return self.shown({name: values[name] for name in known})

    def _show(self, setting: Setting, value: Any) -> Any:
        if setting.kind == "list":
            return [_scalar_text(setting.inner, entry) for entry in value]
        if setting.kind == "table":
            return [(key, _scalar_text(setting.inner, figure)) for key, figure in value.items()]
        if setting.kind == "overrides":
            return [
                (t, name, str(f)) for t, figures in value.items() for name, f in figures.items()
            ]
        if setting.kind == "json":
            return json.dumps(value, ensure_ascii=False, indent=2, default=str)
        return _scalar_text(setting.kind, value)

    # Reading.

    def read(self, flat: Flat) -> Entered:
        """Read what was entered; every problem is named, none is passed over."""
        entered = Entered({})
        for setting in self.settings:
            self._read(setting, flat, entered)
        named = {problem.name for problem in entered.problems}
        try:
            self._schema.load({n: v for n, v in entered.raw.items() if n not in named})
        except ValidationError as error:
            entered.problems.extend(self._problem(n, m) for n, m in error.messages_dict.items())
        return entered

    def _read(self, setting: Setting, flat: Flat, entered: Entered) -> None:
        name = setting.name
        try:
            if setting.kind == "list":
                lines = [line.strip() for line in flat.get(name, "").splitlines() if line.strip()]
                entered.raw[name] = [_scalar_raw(setting.inner, line) for line in lines]
            elif setting.kind == "table":
                entered.raw[name] = self._read_table(setting, flat)
            elif setting.kind == "overrides":
                entered.raw[name] = self._read_overrides(setting, flat)
            elif setting.kind == "json":
                entered.raw[name] = json.loads(flat.get(name, ""), parse_float=str)
            else:
                entered.raw[name] = _scalar_raw(
                    setting.kind, flat.get(name, "").strip(), setting.options
                )
        except _NotReadError as error:
            entered.problems.append(Problem(name, error.code, setting.low, setting.high))
        except (ValueError, RecursionError):
            entered.problems.append(Problem(name, "json"))

    def _read_table(self, setting: Setting, flat: Flat) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for row in rows_of(flat, setting.name):
            key, figure = row.get("key", "").strip(), row.get("value", "").strip()
            if not key and not figure:
                continue
            if not key or not figure:
                raise _NotReadError("rows")
            if key in found:
                raise _NotReadError("duplicate")
            found[key] = _scalar_raw(setting.inner, figure)
        return found

    def _read_overrides(self, setting: Setting, flat: Flat) -> dict[str, Any]:
        found: dict[str, dict[str, Any]] = {}
        for row in rows_of(flat, setting.name):
            tier, name = row.get("tier", ""), row.get("setting", "")
            figure = row.get("figure", "").strip()
            if not tier and not name and not figure:
                continue
            known = self.setting(name)
            if not tier or known is None or not figure:
                raise _NotReadError("rows")
            if name in found.get(tier, {}):
                raise _NotReadError("duplicate")
            found.setdefault(tier, {})[name] = _scalar_raw(known.kind, figure)
        return found

    def _problem(self, name: str, messages: Any) -> Problem:
        known = self.setting(name)
        if known is None:
            return Problem(name, "invalid", message=_sentence(messages))
        bounded = known.low is not None or known.high is not None
        whole = "whole" in (known.kind, known.inner)
        code = {"yuan": "yuan", "factor": "factor", "choice": "choice"}.get(known.kind, "")
        if not code and _about_key(messages):
            code = "form"
        if not code and bounded:
            code = "range" if whole else "length"
        if not code and any(
            isinstance(v, validate.Regexp) for v in _validators_within(self._fields[name])
        ):
            code = "form"
        return Problem(name, code or "invalid", known.low, known.high, _sentence(messages))


class _NotReadError(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def rows_of(flat: Flat, name: str) -> list[dict[str, str]]:
    """The rows of a table in a flat form: fields named `<name>-<number>-<cell>`."""
    pattern = re.compile(rf"{re.escape(name)}-(\d{{1,4}})-([a-z_]+)")
    rows: dict[int, dict[str, str]] = {}
    for key, value in flat.items():
        match = pattern.fullmatch(key)
        if match and len(rows) <= ROWS_LIMIT:
            rows.setdefault(int(match[1]), {})[match[2]] = value
    return [rows[number] for number in sorted(rows)]


def _scalar_kind(each: Any) -> str:
    if isinstance(each, Yuan):
        return "yuan"
    if isinstance(each, Factor):
        return "factor"
    if isinstance(each, Whole):
        return "whole"
    if isinstance(each, fields.Boolean):
        return "yes_no"
    if isinstance(each, fields.String):
        return "choice" if any(isinstance(v, validate.OneOf) for v in each.validators) else "text"
    return ""


def _scalar_text(kind: str, value: Any) -> str:
    if kind == "yuan":
        return show_fen(value)
    if kind == "yes_no":
        return "yes" if value else "no"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _scalar_raw(kind: str, text: str, options: tuple[tuple[str, Text], ...] = ()) -> Any:
    if kind == "choice" and options and text not in dict(options):
        raise _NotReadError("choice")
    plain = text.replace(",", "").replace("，", "").removeprefix("¥").strip()
    if kind in ("yuan", "factor"):
        if not re.fullmatch(r"\d{1,12}(\.\d{1,6})?", plain):
            raise _NotReadError(kind)
        return plain
    if kind == "whole":
        if not re.fullmatch(r"\d{1,12}", plain):
            raise _NotReadError("whole")
        return int(plain)
    if kind == "yes_no":
        return text == "yes"
    return text


def _validators_within(each: Any) -> list[Any]:
    found = list(each.validators)
    for part in (getattr(each, "inner", None), getattr(each, "key_field", None),
                 getattr(each, "value_field", None)):  # fmt: skip
        if part is not None:
            found += part.validators
    return found


def _bounds(each: Any) -> tuple[int | None, int | None]:
    for validator in _validators_within(each):
        if isinstance(validator, validate.Range | validate.Length):
            return validator.min, validator.max
    return None, None


def _about_key(messages: Any) -> bool:
    """Whether a table's messages speak of a key, not of a figure."""
    return isinstance(messages, Mapping) and any(
        isinstance(inner, Mapping) and "key" in inner for inner in messages.values()
    )


def _sentence(messages: Any) -> str:
    while isinstance(messages, Mapping | list):
        messages = next(iter(messages.values() if isinstance(messages, Mapping) else messages))
    return str(messages)
