"""The stories of every charter hold, in any order of its clauses, and need every clause."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from charterhouse.commands.coverage import CLAUSES, Measured, measure_one, read_equivalents
from charterhouse.kernel.scenario.files import check_file, find_files
from charterhouse.kernel.scenario.loading import Scenario, load_file
from charterhouse.kernel.settings import SettingValues, read_settings
from charterhouse.plugins.registry import registry

ROOT = Path(__file__).parents[2]
ZONE = ZoneInfo("Asia/Shanghai")
FILES, _ = find_files([ROOT / "plugins"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_story_holds_in_any_order_of_the_clauses(path: Path) -> None:
    told = check_file(path, registry().charter, ZONE, orders=3)

    short = {each.scenario.name: each.failures for each in told if each.failures}
    assert not short
    assert not [each.scenario.name for each in told if each.disputed]


EQUIVALENT = read_equivalents(Path(__file__).with_name("equivalent.yaml"))


def _codes() -> list[str]:
    return sorted(registry().charters)


@cache
def _all_stories() -> dict[str, list[Scenario]]:
    stories: dict[str, list[Scenario]] = defaultdict(list)
    for path in FILES:
        file = load_file(path, ZONE)
        stories[file.charter].extend(file.scenarios)
    return stories


@cache
def _measured(code: str) -> Measured:
    known = dict(EQUIVALENT.get(code, {}))
    return measure_one(code, _all_stories()[code], str(ZONE), CLAUSES, known)


@pytest.mark.parametrize("code", _codes())
def test_every_clause_with_an_effect_is_exercised(code: str) -> None:
    measured = _measured(code)

    assert measured.clauses
    assert measured.unexercised == []
    assert measured.uncited == []


@pytest.mark.parametrize("code", _codes())
def test_no_clause_can_be_left_out_unnoticed(code: str) -> None:
    assert _measured(code).unnoticed == []


@pytest.mark.parametrize("code", _codes())
def test_what_counts_as_equivalent_still_is(code: str) -> None:
    assert _measured(code).stale == []


def test_equivalents_are_those_of_charters_that_are_there() -> None:
    assert EQUIVALENT.keys() <= set(_codes())


class _Read(SettingValues):
    """Settings that remember by which names they were asked."""

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("_"):
            vars(self).setdefault("_asked", set()).add(name)
        return super().__getattribute__(name)


@pytest.mark.parametrize("code", _codes())
def test_no_setting_is_ignored(code: str) -> None:
    """With the sample figures or those of some story: one setting may ask for another."""
    charter = registry().charter(code)
    asked = {charter.variants, charter.default_tier}
    for raw in (charter.example, *(story.settings for story in _all_stories()[code])):
        read = _Read(vars(read_settings(charter.Settings, raw)))
        charter.clauses(read)
        for report in charter.reports:
            report.fold([], read)
        asked |= vars(read)["_asked"]

    assert sorted(charter.Settings().fields.keys() - asked) == []
