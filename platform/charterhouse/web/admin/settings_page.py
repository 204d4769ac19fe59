"""A charter's settings form on a page: what it shows, what is wrong with it, rows added and removed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from flask import request

from charterhouse.desk.charter_entry import Problem, rows_of
from charterhouse.desk.charter_form import TABLES
from charterhouse.kernel.problems import Said
from charterhouse.web.i18n import gettext, lazy_gettext, lazy_pgettext, pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from charterhouse.desk.charter_form import Setting, SettingsForm

__all__ = ["SettingsPage", "flat_form", "unit_text"]

UNITS: Final = {
    "yuan": lazy_pgettext("unit", "yuan"),
    "days": lazy_pgettext("unit", "days"),
    "working_days": lazy_pgettext("unit", "working days"),
    "hours": lazy_pgettext("unit", "hours"),
    "minutes": lazy_pgettext("unit", "minutes"),
    "months": lazy_pgettext("unit", "months"),
    "years": lazy_pgettext("unit", "years"),
    "points": lazy_pgettext("unit", "points"),
    "persons": lazy_pgettext("unit", "persons"),
    "percent": "%",
    "count": lazy_pgettext("unit", "times"),
}
"""Units as the schemas name them; a unit without a word stands for itself."""

_PROBLEMS: Final = {
    "required": lazy_gettext("Enter a value."),
    "yuan": lazy_gettext("Enter an amount in yuan such as 12.50."),
    "factor": lazy_gettext("Enter a factor between 0 and 1 such as 0.80."),
    "rate": lazy_gettext("Enter a number such as 0.5."),
    "whole": lazy_gettext("Enter a whole number."),
    "date": lazy_gettext("Enter a day."),
    "choice": lazy_gettext("Choose one of the list."),
    "form": lazy_gettext("Use small letters, digits, dots and hyphens; begin with a letter."),
    "duplicate": lazy_gettext("The same entry stands in two rows: remove one."),
    "rows": lazy_gettext("Fill in every cell of the row, or remove the row."),
    "json": lazy_gettext("This is not a readable value."),
}


def flat_form() -> dict[str, str]:
    """Return what was sent, one text a name."""
    return {name: str(value) for name, value in request.form.items()}


def unit_text(code: str) -> str:
    """Return the word for a unit of a figure; empty for none."""
    return str(UNITS.get(code, ""))


@dataclass(slots=True)
class SettingsPage:
    """What the form shows.

    Attributes:
        form: Made from the schema.
        values: By setting, as the form shows them.
        samples: Sample figures of the charter, by setting; none are stored by themselves.
        errors: By setting.
        cells: ``setting.row`` and ``setting.row.cell`` of what is wrong in tables.
        sampled: Settings that hold their sample figure because somebody asked for it.
    """

    form: SettingsForm
    values: dict[str, Any]
    samples: Mapping[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    cells: set[str] = field(default_factory=set)
    sampled: set[str] = field(default_factory=set)

    @property
    def labels(self) -> dict[str, str]:
        """Setting → what it is called, for the summary of errors."""
        return {each.name: pick(*each.label) for each in self.form.settings}

    @property
    def scalars(self) -> list[tuple[str, str]]:
        """The settings that may differ by tier, to choose from."""
        return [(each.name, pick(*each.label)) for each in self.form.scalars()]

    def rows(self, setting: Setting) -> list[tuple[Any, ...]]:
        """Return the rows of a table, at least an empty one."""
        return self.values.get(setting.name) or [("",) * len(setting.columns)]

    def pairs(self, setting: Setting) -> list[tuple[str, str]]:
        """Return what a choice offers: code and label."""
        return [(code, pick(*label)) for code, label in setting.options]

    def name_of(self, code: str) -> str:
        """Return what a key of a table is called; empty where the code says it already."""
        said = pick(*self.form.label(code)) if code else ""
        return "" if said == code else said

    def keep(self, flat: Mapping[str, str]) -> None:
        """Show what was typed, in the shape in which the form shows values."""
        for each in self.form.settings:
            if each.kind in TABLES:
                self.values[each.name] = [
                    tuple(row.get(column.name, "") for column in each.columns)
                    for row in rows_of(flat, each.name)
                ]
            elif each.kind == "choices":
                self.values[each.name] = [
                    code for code, _ in each.options if flat.get(f"{each.name}-pick-{code}")
                ]
            elif each.kind == "list":
                self.values[each.name] = flat.get(each.name, "").splitlines()
            else:
                self.values[each.name] = flat.get(each.name, "")

    def change_rows(self, order: str) -> None:
        """Add or remove a row of a table: how the form works without scripts."""
        match = re.fullmatch(r"(add|remove):([a-z0-9_]+)(?::(\d{1,4}))?", order)
        setting = self.form.setting(match[2]) if match else None
        if match is None or setting is None or setting.kind not in TABLES:
            return
        rows = self.values[setting.name]
        if match[1] == "add":
            rows.append(("",) * len(setting.columns))
        elif match[3] is not None and int(match[3]) < len(rows):
            del rows[int(match[3])]

    def find_fault(self, problems: Iterable[Problem]) -> None:
        """Show what is wrong beside its setting, its row and its cell."""
        for problem in problems:
            name = problem.name or "_"
            if name in self.errors:
                continue
            self.errors[name] = self._message(problem)
            if problem.at:
                self.cells.add(f"{name}.{problem.at}")

    def _message(self, problem: Problem) -> str:
        said = _said(problem)
        setting = self.form.setting(problem.name)
        if setting is None or not problem.at:
            return said
        key, _, cell = problem.at.partition(".")
        column = next((c for c in setting.columns if c.name == cell), None)
        where = [pick(*self.form.label(key))] + ([pick(*column.label)] if column else [])
        return f"{' · '.join(where)}: {said}"

    def take_samples(self) -> None:
        """Fill what is empty with sample figures, for everybody to see and change."""
        for name, sample in self.samples.items():
            if not _filled(self.values.get(name)):
                self.values[name] = sample
                self.sampled.add(name)

    def is_sample(self, name: str) -> bool:
        """Return whether a setting holds exactly the sample figure."""
        return name in self.samples and self.values.get(name) == self.samples[name]


def _filled(value: Any) -> bool:
    """Return whether anything was entered; a table whose figures are empty has nothing."""
    if isinstance(value, list):
        return any(any(row[1:]) if isinstance(row, tuple) else bool(row) for row in value)
    return bool(str(value or "").strip())


def _said(problem: Problem) -> str:
    if problem.code == "range" and problem.low is not None and problem.high is not None:
        message = gettext(
            "Enter a whole number from %(low)s to %(high)s.", low=problem.low, high=problem.high
        )
        return str(message)
    if problem.code == "range" and problem.low is not None:
        return str(gettext("Enter a whole number of at least %(low)s.", low=problem.low))
    if problem.code == "length" and problem.high is not None:
        message = gettext(
            "Enter %(low)s to %(high)s characters.", low=problem.low or 0, high=problem.high
        )
        return str(message)
    if problem.code == "check":
        why = _in_words(problem.message)
        return str(gettext("The figures contradict each other: %(why)s", why=why))
    known = _PROBLEMS.get(problem.code)
    return (
        str(known)
        if known
        else gettext("This is not valid: %(why)s", why=_in_words(problem.message))
    )


def _in_words(message: str) -> str:
    """What the charter has against a figure, in the reader's language where it says it in both."""
    return pick(message.zh, str(message)) if isinstance(message, Said) else message
