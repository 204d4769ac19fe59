"""A form made from a charter's settings schema: kinds, values as text, and reading them back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from charterhouse.desk import terms
from charterhouse.desk.figures import (
    SCALARS,
    Figure,
    Options,
    figure_of,
    text_of,
    to_raw,
)
from charterhouse.kernel.charter import Text
from charterhouse.kernel.errors import SettingsError
from charterhouse.kernel.program import Program

__all__ = ["SCALARS", "TABLES", "Setting", "SettingsForm"]

TABLES = ("table", "matrix", "records", "overrides")
"""Kinds of settings that are entered row by row."""

_OVERRIDES = (Figure("tier", "choice"), Figure("setting", "choice"), Figure("figure", "text"))

_ROW_FAMILIES = ("tier", "kind")
"""Codes of which a table that is keyed by them shows every one."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One figure of the charter as a form shows it.

    Attributes:
        kind: of `SCALARS`, or `list` (entries), `choices` (any of a few), `table` (key → figure),
            `matrix` (key → key → figure), `records` (key → figures), `overrides` (tier → setting
            → figure), `json` (a value that has no simpler form).
        inner: kind of the entries of a list or of the figures of a table.
        unit: code of the unit (days, points, percent …).
        clause: number of the clause that it belongs to.
        options: of a choice: code → label; of a table or overrides: known keys.
        columns: of a table, its cells in order, the key first.
        closed: whether the keys of a table are exactly its options.
        every_key: whether each known key of a table has its row, filled in or not.
        required: whether the institution has to state it.
        optional: whether it may be left empty, as "none".
    """

    name: str
    kind: str
    label: Text
    help: Text
    unit: str
    clause: str
    group: str
    inner: str = ""
    options: Options = ()
    low: int | None = None
    high: int | None = None
    columns: tuple[Figure, ...] = ()
    closed: bool = False
    every_key: bool = False
    required: bool = False
    optional: bool = False

    @property
    def figure(self) -> Figure:
        """The one place in which a scalar or a list is entered."""
        return Figure(
            "", self.kind, self.label, self.unit, self.inner, self.options, self.optional,
            self.required, self.low, self.high,
        )  # fmt: skip


class SettingsForm:
    """The settings of a program's charter as a form; nothing in it knows the charter.

    Attributes:
        program: whose codes and labels the form knows.
        schema, fields: of the settings.
        settings: in the order of the schema.
        groups: code → heading, in order; "" gathers settings without a group.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.schema: Schema = program.charter.Settings()
        self.fields: Mapping[str, fields.Field[Any]] = self.schema.fields
        self.settings = [self._describe(name, each) for name, each in self.fields.items()]
        known: Mapping[str, Text] = getattr(program.charter.Settings, "groups", {})
        used = dict.fromkeys(s.group for s in self.settings)
        self.groups: dict[str, Text] = {code: known.get(code, (code, code)) for code in used}
        self._by_name = {s.name: s for s in self.settings}

    def scalars(self) -> list[Setting]:
        """The settings that may differ by tier."""
        fixed = {self.program.charter.variants, self.program.charter.default_tier}
        return [s for s in self.settings if s.kind in SCALARS and s.name not in fixed]

    def setting(self, name: str) -> Setting | None:
        """A setting by its name."""
        return self._by_name.get(name)

    def label(self, code: str) -> Text:
        """What a code is called: by the charter, else by the vocabulary."""
        return self.program.charter.labels.get(code) or terms.LABELS.get(code) or (code, code)

    # Describing.

    def _describe(self, name: str, each: fields.Field[Any]) -> Setting:
        meta = each.metadata
        figure = figure_of(each, "", self.label)
        kind, columns, closed = self._shape(name, each, figure)
        tiers = figure.kind == "text" and self._names_tier(name, each)
        if tiers:
            kind = "choice"
        options = figure.options
        if tiers or kind == "overrides":
            options = tuple((code, self.label(code)) for code in self._codes("tier"))
        elif kind in TABLES:
            options = columns[0].options
        known = [code for code, _ in options]
        return Setting(
            name=name,
            kind=kind,
            label=meta.get("label", (name, name)),
            help=meta.get("help", ("", "")),
            unit=figure.unit,
            clause=meta.get("clause", ""),
            group=meta.get("group", ""),
            inner=figure.inner or (columns[-1].kind if kind in ("table", "matrix") else ""),
            options=options,
            low=figure.low,
            high=figure.high,
            columns=columns,
            closed=closed,
            every_key=closed or bool(known and known == [*self.program.tiers]),
            required=figure.required,
            optional=figure.optional,
        )

    def _shape(
        self, name: str, each: fields.Field[Any], figure: Figure
    ) -> tuple[str, tuple[Figure, ...], bool]:
        """The kind of a setting; of a table its columns, and whether its keys are all known."""
        if isinstance(each, fields.List):
            listed = "choices" if figure.options else "list"
            return (listed if figure.kind == "list" else "json"), (), False
        if not isinstance(each, fields.Dict):
            return figure.kind or "json", (), False
        if name == self.program.charter.variants:
            return "overrides", _OVERRIDES, False
        return self._table(name, each)

    def _table(self, name: str, each: fields.Dict) -> tuple[str, tuple[Figure, ...], bool]:
        key, closed = self._key(name, each)
        kind, values = "table", each.value_field
        if isinstance(values, fields.Nested):
            kind = "records"
            inside = [figure_of(f, n, self.label) for n, f in values.schema.fields.items()]
        elif isinstance(values, fields.Dict):
            kind = "matrix"
            sub, _ = self._key("", values)
            inside = [Figure("sub", sub.kind, options=sub.options), self._cell(values.value_field)]
        else:
            inside = [self._cell(values)]
        if not all(cell.kind for cell in inside):
            return "json", (), False
        return kind, (key, *inside), closed

    def _cell(self, each: Any) -> Figure:
        return Figure("value", "") if each is None else figure_of(each, "value", self.label)

    def _key(self, name: str, each: fields.Dict) -> tuple[Figure, bool]:
        """The key of a table: the codes that it may have, or those that are offered."""
        allowed = next(
            (v.choices for v in (each.key_field.validators if each.key_field else ())
             if isinstance(v, validate.OneOf)), None,
        )  # fmt: skip
        if allowed is not None:
            codes, closed = [str(code) for code in allowed], True
        else:
            family = each.metadata.get("keys") or self._family(name, each)
            codes = self._codes(family)
            closed = bool(each.metadata.get("keys") in _ROW_FAMILIES and codes)
        options = tuple((code, self.label(code)) for code in codes)
        return Figure("key", "choice" if closed else "text", options=options), closed

    def _family(self, name: str, each: fields.Dict) -> str:
        """To which codes of the program the keys of a table belong, as far as they show it."""
        seen: set[str] = set()
        for source in (self.program.raw.get(name), self.program.charter.example.get(name)):
            seen |= set(map(str, source)) if isinstance(source, Mapping) else set()
        default = each.load_default() if callable(each.load_default) else each.load_default
        seen |= set(map(str, default)) if isinstance(default, Mapping) else set()
        for family in (*_ROW_FAMILIES, "visit", "benefit", "document", "category"):
            if seen and seen <= set(self._codes(family)):
                return family
        return ""

    def _codes(self, family: str) -> list[str]:
        """The codes of a family in the charter's order."""
        codes = self.program.codes
        if family == "tier":
            return list(self.program.tiers)
        if family == "kind":
            found = {*codes.get("apply.kind", ()), *codes.get("kind", ())}
        elif family == "document":
            found = {r.code for r in self.program.requirements("apply") if r.sort == "document"}
        else:
            found = set(codes.get(family, ())) | set(terms.known(family))
        order = {code: place for place, code in enumerate(self.program.charter.labels)}
        return sorted(found, key=lambda code: (order.get(code, len(order)), code))

    def _names_tier(self, name: str, each: fields.Field[Any]) -> bool:
        return name == self.program.charter.default_tier or each.metadata.get("unit") == "tier"

    # Showing.

    def shown(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Typed settings as the form shows them: text, entries, or rows of cells."""
        return {s.name: self._show(s, values[s.name]) for s in self.settings if s.name in values}

    def shown_raw(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Settings in raw form as the form shows them; those that are not valid are left out."""
        found = {}
        for setting in self.settings:
            if setting.name in raw:
                try:
                    value = self.fields[setting.name].deserialize(raw[setting.name])
                except (ValidationError, SettingsError):
                    continue
                found[setting.name] = self._show(setting, value)
        return found

    def blank(self) -> dict[str, Any]:
        """The form before anything is stated: defaults, and nothing where there is none."""
        found = {}
        for setting in self.settings:
            each = self.fields[setting.name]
            if each.required:
                found[setting.name] = self._show(setting, None)
            else:
                default = each.load_default
                value = default() if callable(default) else default
                found[setting.name] = self._show(setting, value)
        return found

    def _show(self, setting: Setting, value: Any) -> Any:
        if setting.kind in ("list", "choices"):
            return [str(entry) for entry in text_of(
                Figure("", "list", inner=setting.inner), value)]  # fmt: skip
        if setting.kind in TABLES:
            return self._rows(setting, _keyed(setting, value))
        if setting.kind == "json":
            if value is None:
                return ""
            raw = to_raw(self.fields[setting.name], value)
            return json.dumps(raw, ensure_ascii=False, indent=2, default=str)
        return text_of(setting.figure, value)

    def _rows(self, setting: Setting, value: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Rows of cells as text; every tier or kind has its row where the keys are those."""
        if setting.kind == "overrides":
            return [(t, n, _overriding(f)) for t, table in value.items() for n, f in table.items()]
        if setting.kind == "matrix":
            cell = setting.columns[-1]
            rows: list[tuple[Any, ...]] = [
                (key, sub, _line(text_of(cell, figure)))
                for key, table in value.items()
                for sub, figure in table.items()
            ]
            return rows
        keys = list(value)
        if setting.every_key:
            known = [code for code, _ in setting.options]
            keys = [*known, *(key for key in keys if key not in known)]
        return [(key, *self._cells(setting, value.get(key))) for key in keys]

    def _cells(self, setting: Setting, value: Any) -> list[str]:
        cells = setting.columns[1:]
        if setting.kind == "records":
            table: Mapping[str, Any] = value or {}
            return [_line(text_of(cell, table.get(cell.name))) for cell in cells]
        return [_line(text_of(cells[0], value))]


def _keyed(setting: Setting, value: Any) -> dict[str, Any]:
    """A table by its keys as text; one figure for all stands at every known key."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return {str(key): each for key, each in value.items()}
    return {code: value for code, _ in setting.options}


def _line(shown: Any) -> str:
    """A cell as one line."""
    return ", ".join(shown) if isinstance(shown, list) else str(shown)


def _overriding(raw: Any) -> str:
    """A figure that differs by tier, as it was entered."""
    return ("yes" if raw else "no") if isinstance(raw, bool) else str(raw)
