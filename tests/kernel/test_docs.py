"""The pages about events and charters say what the code does."""

from __future__ import annotations

import re
import sys
import types
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from charterhouse.kernel.charter import PHASES, Clause
from charterhouse.kernel.events import FIELDS
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.reasons import REASONS
from charterhouse.kernel.scenario.expecting import EXPECTABLE
from charterhouse.kernel.scenario.loading import load_file
from charterhouse.kernel.scenario.running import run_scenario
from charterhouse.kernel.standing import CARDS, STATUSES
from charterhouse.kernel.vocabulary import VERBS, Body
from charterhouse.plugins.validation import problems_of

DOCS = Path(__file__).parents[2] / "docs"
EVENTS = (DOCS / "events.md").read_text("utf-8")
CHARTERS = (DOCS / "charters.md").read_text("utf-8")


def _rows(title: str) -> list[list[str]]:
    """The cells of the tables under a heading, without their heads."""
    section = EVENTS.split(f"## {title}\n", maxsplit=1)[1].split("\n## ", maxsplit=1)[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows if row[0].strip().startswith(("`", "r"))]


def test_every_verb_stands_there_with_its_fields() -> None:
    common = {field.name for field in fields(Body)}
    told = {row[0].strip("`"): row[1] for row in _rows("Verbs")}

    assert told.keys() == VERBS.keys()
    for verb, text in told.items():
        named = re.findall(r"`([a-z_]+)`([*†]?) ([a-z_]+)", text)
        either = {name for group in VERBS[verb].either for name in group}
        wanted = {
            (name, "*" if field.required else "†" if name in either else "", field.kind.name)
            for name, field in FIELDS[verb].items()
            if name not in common or name in either
        }
        assert set(named) == wanted, verb


def test_every_kind_of_value_stands_there() -> None:
    section = EVENTS.split("## Kinds of values")[1].split("\n## ")[0]
    told = re.findall(r"^\| ([a-z_]+) \|", section, re.MULTILINE)

    kinds = {field.kind.name for table in FIELDS.values() for field in table.values()}
    assert set(told) - {"kind"} == kinds


def test_every_expectation_and_reason_stands_there() -> None:
    told = {
        key
        for row in _rows("What `expect` can name in a scenario")
        if row
        for key in re.findall(r"`([a-z_]+)`", row[0])
    }
    assert told == EXPECTABLE.keys()
    assert [(row[0].strip("`"), (row[1], row[2])) for row in _rows("Reason codes")] == list(
        REASONS.items()
    )
    for known in (STATUSES, CARDS):
        assert ", ".join(known) in EVENTS


def _snippets(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", CHARTERS, re.MULTILINE | re.DOTALL)


@pytest.fixture(name="spa")
def _spa() -> Iterator[Any]:
    module = types.ModuleType("snippet_of_charters")
    sys.modules[module.__name__] = module
    exec(compile(_snippets("python")[0], "charters.md", "exec"), module.__dict__)  # noqa: S102 - our page
    yield module
    del sys.modules[module.__name__]


def test_the_plugin_of_the_page_is_a_good_one_and_its_story_holds(spa: Any, tmp_path: Path) -> None:
    (charter,) = spa.register_charters()
    assert problems_of(charter) == []
    story = tmp_path / "spa.yaml"
    story.write_text(_snippets("yaml")[0], "utf-8")
    zone = ZoneInfo("Asia/Shanghai")

    (scenario,) = load_file(story, zone).scenarios

    assert run_scenario(scenario, MemoryWorld(charter(), {}, zone)) == []


def test_the_clause_of_the_page_is_a_clause() -> None:
    names: dict[str, Any] = {}
    exec(_snippets("python")[1], names)  # noqa: S102 - our page

    clause: Clause = names["WelcomePoints"]("1.5", points=50)

    assert {binding.trigger for binding in clause.bound()} == {"activated", "award"}
    assert all(clause.texts()["1.5"])


def test_the_page_names_the_phases_in_their_order() -> None:
    named = re.findall(r"`([a-z]+)`", CHARTERS.split("one phase: ")[1].split("A fact")[0])

    assert tuple(named) == PHASES
