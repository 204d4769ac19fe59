"""Reading scenario files strictly: exact decimals, no YAML traps, errors with file and line."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from charterhouse.kernel.errors import EventError, ScenarioError
from charterhouse.kernel.events import parse_body
from charterhouse.kernel.kinds import read_moment
from charterhouse.kernel.vocabulary import VERBS, Body

EXPECTABLE = frozenset({
    "member", "absent", "refused", "clause", "due", "lines", "from_stored_value", "from_credit",
    "from_points", "to_pay", "owed", "refund", "donation", "points_earned",
    "referrer_points_earned", "points", "stored_value", "credit", "spend_total", "lifetime_points",
    "deposit", "dividends", "status", "kind", "tier", "valid_until", "members", "benefits", "card",
    "request", "queue", "tasks", "flags", "notices", "missing", "records",
})  # fmt: skip


class Located(dict[str, Any]):
    """A mapping that knows the line on which it begins."""

    line = 0


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
    """One story. `settings` are those of the file with those of the scenario merged over."""

    name: str
    line: int
    settings: Mapping[str, Any]
    people: Mapping[str, Mapping[str, Any]]
    steps: tuple[Step, ...]
    disputed: str = ""


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """A file of scenarios against one charter."""

    path: Path
    charter: str
    scenarios: tuple[Scenario, ...] = field(default_factory=tuple)


class _Loader(yaml.SafeLoader):
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
        if not isinstance(key, str):
            raise _trap(key_node, f"the key {key_node.value!r} must be quoted text")
        if key in made:
            raise _trap(key_node, f"{key!r} stands here twice")
        made[key] = loader.construct_object(value_node, deep=True)
    return made


_Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)
_Loader.add_constructor("tag:yaml.org,2002:float", _construct_float)
_Loader.add_constructor("tag:yaml.org,2002:bool", _construct_bool)
_Loader.add_constructor("tag:yaml.org,2002:map", _construct_map)


def load_file(path: Path, zone: tzinfo) -> ScenarioFile:
    """Read a scenario file.

    Raises:
        ScenarioError: it cannot be read; `field` is file and line.
    """
    try:
        raw = yaml.load(path.read_text("utf-8"), _Loader)  # noqa: S506 - a SafeLoader subclass
        return _file(path, raw, zone)
    except ScenarioError as error:
        raise ScenarioError(error.message, field=f"{path}:{error.field or 1}") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ScenarioError(str(error.problem), field=f"{path}:{line}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ScenarioError(str(error), field=f"{path}:1") from None


def _only(raw: Any, allowed: frozenset[str], what: str) -> Located:
    if not isinstance(raw, Located):
        raise ScenarioError(f"{what} must be a table")
    for key in raw:
        if key not in allowed:
            raise ScenarioError(f"{key!r} is unknown in {what}", field=str(raw.line))
    return raw


def _file(path: Path, raw: Any, zone: tzinfo) -> ScenarioFile:
    top = _only(raw, frozenset({"charter", "settings", "scenarios"}), "a scenario file")
    if not isinstance(top.get("charter"), str):
        raise ScenarioError("the file names no charter", field=str(top.line))
    rows = top.get("scenarios")
    if not isinstance(rows, list) or not rows:
        raise ScenarioError("the file has no scenarios", field=str(top.line))
    settings = top.get("settings") or {}
    return ScenarioFile(path, top["charter"], tuple(_scenario(row, settings, zone) for row in rows))


def _scenario(raw: Any, shared: Mapping[str, Any], zone: tzinfo) -> Scenario:
    allowed = frozenset({"name", "settings", "people", "steps", "disputed"})
    row = _only(raw, allowed, "a scenario")
    line = row.line
    if not isinstance(row.get("name"), str) or not isinstance(row.get("steps"), list):
        raise ScenarioError("a scenario needs a name and steps", field=str(line))
    people = {ref: _person(facts, zone, line) for ref, facts in (row.get("people") or {}).items()}
    steps: list[Step] = []
    for number, step in enumerate(row["steps"], start=1):
        steps.append(_step(step, number, steps[-1].at if steps else None, zone))
    settings = {**shared, **(row.get("settings") or {})}
    return Scenario(row["name"], line, settings, people, tuple(steps), str(row.get("disputed", "")))


def _person(raw: Any, zone: tzinfo, line: int) -> dict[str, Any]:
    facts = dict(raw or {})
    if "born" in facts:
        try:
            facts["born"] = read_moment(facts["born"], "people.born", zone).date()
        except EventError as error:
            raise ScenarioError(str(error), field=str(line)) from None
    return facts


def _step(raw: Any, number: int, before: datetime | None, zone: tzinfo) -> Step:
    row = _only(raw, frozenset({"at", "expect"}) | VERBS.keys(), "a step")
    line = row.line
    verbs = [key for key in row if key in VERBS]
    if len(verbs) > 1:
        raise ScenarioError("a step has at most one verb", field=str(line))
    try:
        at = read_moment(row["at"], "at", zone) if "at" in row else before
        body = parse_body(verbs[0], row[verbs[0]], zone) if verbs else None
    except EventError as error:
        raise ScenarioError(str(error), field=str(line)) from None
    if at is None or (before is not None and at < before):
        raise ScenarioError("time is missing or runs backwards", field=str(line))
    expect = row.get("expect") or {}
    _check_expect(expect, line)
    return Step(number, line, at, body, expect)


def _check_expect(expect: Any, line: int) -> None:
    if not isinstance(expect, Mapping):
        raise ScenarioError("expect must be a table", field=str(line))
    for key in expect:
        if key not in EXPECTABLE:
            raise ScenarioError(f"{key!r} cannot be expected", field=str(line))
    clause = expect.get("clause", [])
    for number in clause if isinstance(clause, list) else [clause]:
        if not isinstance(number, str):
            raise ScenarioError(f"write the clause {number} in quotes", field=str(line))
