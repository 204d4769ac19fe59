"""The stories of every charter hold, in any order of its clauses, and need every clause."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from charterhouse.kernel.charter import Binding, Charter, Clause
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.program import Program
from charterhouse.kernel.scenario.files import check_file, find_files
from charterhouse.kernel.scenario.loading import Scenario, load_file
from charterhouse.kernel.scenario.orders import rearranged
from charterhouse.kernel.scenario.running import run_scenario
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


@cache
def _stories(code: str) -> list[Scenario]:
    files = [load_file(path, ZONE) for path in FILES]
    return [story for file in files if file.charter == code for story in file.scenarios]


def _unnoticed(charter: Charter, stories: list[Scenario]) -> bool:
    """Whether every story holds for a charter from which something was left out."""
    for story in stories:
        try:
            if run_scenario(story, MemoryWorld(charter, story.settings, ZONE)):
                return False
        except Exception:  # noqa: BLE001 - a list that no longer compiles is noticed
            return False
    return True


def _acting(code: str) -> Iterator[tuple[int, Clause]]:
    for place, clause in enumerate(Program(registry().charter(code), {}).clauses):
        if not isinstance(clause, Statement):
            yield place, clause


def _codes() -> list[str]:
    return sorted(registry().charters)


@pytest.mark.parametrize("code", _codes())
def test_no_clause_can_be_left_out_unnoticed(code: str) -> None:
    charter, stories = registry().charter(code), _stories(code)
    unnoticed = []
    for place, clause in _acting(code):
        without = rearranged(charter, lambda all_, n=place: [*all_[:n], *all_[n + 1 :]])
        if _unnoticed(without, stories):
            unnoticed.append(f"{clause.number} {type(clause).__name__}")

    assert not unnoticed


EQUIVALENT = {
    # Another instance of the same class says the same for the whole charter.
    ("gynecology.vip-card", "NotOffered", "no_opening_value", "bring_in"),
    # It asks only where a reason is needed; of the two kinds one needs none.
    ("gynecology.vip-card", "Award", "reasoned", "award"),
}


def _deaf(charter: Charter, place: int, gone: Binding) -> Charter:
    """The charter whose clause at a place no longer hears of something."""

    def arrange(clauses: list[Clause]) -> list[Clause]:
        clause: Any = clauses[place]
        left = [b for b in clause.bound() if (b.method, b.trigger) != (gone.method, gone.trigger)]
        clause.bound = lambda: left
        return clauses

    return rearranged(charter, arrange)


@pytest.mark.parametrize("code", ["gynecology.vip-card"])
def test_no_handler_of_a_clause_can_be_left_out_unnoticed(code: str) -> None:
    charter, stories = registry().charter(code), _stories(code)
    unnoticed = set()
    for place, clause in _acting(code):
        for binding in clause.bound():
            if _unnoticed(_deaf(charter, place, binding), stories):
                name = type(clause).__name__
                unnoticed.add((code, name, binding.method, binding.trigger))

    assert unnoticed <= EQUIVALENT


class _Read(SettingValues):
    """Settings that remember by which names they were asked."""

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("_"):
            vars(self).setdefault("_asked", set()).add(name)
        return super().__getattribute__(name)


@pytest.mark.parametrize("code", _codes())
def test_no_setting_is_ignored(code: str) -> None:
    charter = registry().charter(code)
    read = _Read(vars(read_settings(charter.Settings, {})))
    charter.clauses(read)
    for report in charter.reports:
        report.fold([], read)

    asked = vars(read)["_asked"] | {charter.variants, charter.default_tier}
    assert sorted(charter.Settings().fields.keys() - asked) == []
