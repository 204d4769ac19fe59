"""Reading scenario files strictly: exact decimals, no YAML traps, errors with file and line."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import yaml

from charterhouse.kernel.errors import EventError, ScenarioError
from charterhouse.kernel.events import parse_body
from charterhouse.kernel.kinds import read_moment
from charterhouse.kernel.scenario.expecting import check_expect
from charterhouse.kernel.vocabulary import VERBS, Body


class Located(dict[str, Any]):
    """A mapping that knows the line on which it begins and that of each key."""

    line = 0

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class Step:
    """A moment with at most one event and what is expected of it."""

    number: int
    line: int
    at: datetime
    body: Body | None
    expect: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story.

    Attributes:
        settings: those of the file with those of the scenario merged over.
        setting_lines: where each of them stands in the file.
        disputed: why its expectations are in dispute, or "".
    """

    name: str
    line: int
    settings: Mapping[str, Any]
    people: Mapping[str, Mapping[str, Any]]
    steps: tuple[Step, ...]
    disputed: str = ""
    setting_lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """A file of scenarios against one charter, which is named on `line`."""

    path: Path
    line: int
    charter: str
    scenarios: tuple[Scenario, ...] = field(default_factory=tuple)


if TYPE_CHECKING:
    _Base = yaml.SafeLoader
else:
    # The parser of libyaml reads the same seven times as fast, where it was built in.
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):
    """YAML without dates, with exact decimals, refusing what YAML would silently change."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rows if not tag.endswith("timestamp")]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _trap(node: yaml.Node, why: str) -> ScenarioError:
    return ScenarioError(why, field=str(node.start_mark.line + 1))


def _construct_int(_loader: _Loader, node: yaml.ScalarNode) -> int:
    text = str(node.value)
    if not text.lstrip("+-").isdigit():
        raise _trap(node, f"write {text!r} in quotes: YAML reads it as a number")
    if len(text.lstrip("+-")) > 1 and text.lstrip("+-").startswith("0"):
        raise _trap(node, f"write {text!r} in quotes: YAML reads it as an octal number")
    return int(text)


def _construct_float(_loader: _Loader, node: yaml.ScalarNode) -> Decimal:
    try:
        return Decimal(str(node.value))
    except ArithmeticError:
        raise _trap(node, f"write {node.value!r} in quotes: it is no decimal number") from None


def _construct_bool(_loader: _Loader, node: yaml.ScalarNode) -> bool:
    text = str(node.value)
    if text not in ("true", "false"):
        raise _trap(node, f"write {text!r} in quotes, or true or false")
    return text == "true"


def _construct_map(loader: _Loader, node: yaml.MappingNode) -> Located:
    made = Located()
    made.line = node.start_mark.line + 1
    for key_node, value_node in node.value:
        key: Hashable = loader.construct_object(key_node, deep=True)
        if isinstance(key, int) and not isinstance(key, bool) and key_node.value == str(key):
            # A plain whole number (steps, days of a month) can be read in one way only.
            key = key_node.value
        if not isinstance(key, str):
            raise _trap(key_node, f"the key {key_node.value!r} must be quoted text")
        if key in made:
            raise _trap(key_node, f"{key!r} stands here twice")
        made.lines[key] = key_node.start_mark.line + 1
        made[key] = loader.construct_object(value_node, deep=True)
    return made


_Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)
_Loader.add_constructor("tag:yaml.org,2002:float", _construct_float)
_Loader.add_constructor("tag:yaml.org,2002:bool", _construct_bool)
_Loader.add_constructor("tag:yaml.org,2002:map", _construct_map)


def read_yaml(path: Path) -> Any:
    """Read a YAML file: exact decimals, and an error where YAML would guess.

    Tables are `Located`, so that errors found later can name their line.

    Raises:
        ScenarioError: it cannot be read; `field` is file and line.
    """
    try:
        return yaml.load(path.read_text("utf-8"), _Loader)  # noqa: S506 - a SafeLoader subclass
    except ScenarioError as error:
        raise ScenarioError(error.message, field=f"{path}:{error.field or 1}") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ScenarioError(str(error.problem), field=f"{path}:{line}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ScenarioError(str(error), field=f"{path}:1") from None


def load_file(path: Path, zone: tzinfo) -> ScenarioFile:
    """Read a scenario file.

    Raises:
        ScenarioError: it cannot be read; `field` is file and line.
    """
    raw = read_yaml(path)
    try:
        return _file(path, raw, zone)
    except ScenarioError as error:
        raise ScenarioError(error.message, field=f"{path}:{error.field or 1}") from None


def _mapping(raw: Any, what: str, line: int) -> Located:
    if not isinstance(raw, Located):
        raise ScenarioError(f"{what} must be a table", field=str(line))
    return raw


def _only(raw: Any, allowed: Iterable[str], what: str, line: int = 1) -> Located:
    for key in _mapping(raw, what, line):
        if key not in allowed:
            raise ScenarioError(f"{key!r} is unknown in {what}", field=str(raw.lines[key]))
    checked: Located = raw
    return checked


def _table(raw: Located, key: str) -> Located:
    """An optional table of a mapping."""
    found = raw.get(key)
    return Located() if found is None else _mapping(found, key, raw.lines[key])


def _file(path: Path, raw: Any, zone: tzinfo) -> ScenarioFile:
    top = _only(raw, ("charter", "settings", "scenarios"), "a scenario file")
    if not isinstance(top.get("charter"), str):
        raise ScenarioError("the file names no charter", field=str(top.line))
    rows = top.get("scenarios")
    if not isinstance(rows, list) or not rows:
        raise ScenarioError("the file has no scenarios", field=str(top.line))
    shared = _table(top, "settings")
    stories = tuple(_scenario(row, shared, zone, top.lines["scenarios"]) for row in rows)
    return ScenarioFile(path, top.lines["charter"], top["charter"], stories)


def _scenario(raw: Any, shared: Located, zone: tzinfo, above: int) -> Scenario:
    allowed = ("name", "settings", "people", "steps", "disputed")
    row = _only(raw, allowed, "a scenario", above)
    if not isinstance(row.get("name"), str):
        raise ScenarioError("a scenario needs a name", field=str(row.line))
    rows = row.get("steps")
    if not isinstance(rows, list) or not rows:
        raise ScenarioError("a scenario needs steps", field=str(row.line))
    people = _table(row, "people")
    steps: list[Step] = []
    for number, step in enumerate(rows, start=1):
        steps.append(_step(step, number, steps[-1] if steps else None, zone, row.lines["steps"]))
    own = _table(row, "settings")
    return Scenario(
        row["name"],
        row.line,
        {**shared, **own},
        {ref: _person(facts, zone, people.lines[ref]) for ref, facts in people.items()},
        tuple(steps),
        _disputed(row),
        {**shared.lines, **own.lines},
    )


def _disputed(row: Located) -> str:
    if "disputed" not in row:
        return ""
    reason = row["disputed"]
    if not isinstance(reason, str) or not reason.strip():
        raise ScenarioError("disputed needs a reason", field=str(row.lines["disputed"]))
    return reason


def _person(raw: Any, zone: tzinfo, line: int) -> dict[str, Any]:
    facts: dict[str, Any] = {} if raw is None else dict(_mapping(raw, "a person", line))
    if "born" in facts:
        try:
            facts["born"] = read_moment(facts["born"], "people.born", zone).date()
        except EventError as error:
            raise ScenarioError(str(error), field=str(line)) from None
    return facts


def _step(raw: Any, number: int, before: Step | None, zone: tzinfo, above: int) -> Step:
    line = before.line if before else above
    row = _only(raw, {"at", "expect"} | VERBS.keys(), "a step", line)
    line = row.line
    verbs = [key for key in row if key in VERBS]
    if len(verbs) > 1:
        raise ScenarioError("a step has at most one verb", field=str(row.lines[verbs[1]]))
    try:
        at = read_moment(row["at"], "at", zone) if "at" in row else None
        body = parse_body(verbs[0], row[verbs[0]], zone) if verbs else None
    except EventError as error:
        raise ScenarioError(str(error), field=str(line_of(row, error.field))) from None
    expect = check_expect(row.get("expect"), row.lines.get("expect", line))
    if at is None:
        if before is None:
            raise ScenarioError("the first step needs a time (at)", field=str(line))
        at = before.at
    elif before is not None and at < before.at:
        raise ScenarioError("time runs backwards", field=str(row.lines["at"]))
    return Step(number, line, at, body, expect)


def line_of(row: Located, path: str) -> int:
    """The line of the innermost part of a dotted path that the file has."""
    line, node = row.line, cast("Any", row)
    for part in path.split("."):
        if isinstance(node, Located) and part in node:
            line, node = node.lines[part], node[part]
        elif isinstance(node, list) and part.isdigit() and int(part) < len(node):
            node = node[int(part)]
            line = node.line if isinstance(node, Located) else line
        else:
            break
    return line
