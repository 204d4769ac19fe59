"""The check command: exit codes, text and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from charterhouse.cli import main
from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import EARN, Charter, Clause, on
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.scenario.orders import rearranged
from charterhouse.plugins.registry import registry
from charterhouse_gynecology.vip_card import VipCard

GOOD = """charter: gynecology.vip-card
scenarios:
  - name: good
    steps:
      - at: 2025-03-01
        join: {member: li}
        expect: {status: active}
"""
BAD = (
    GOOD.replace("name: good", "name: bad")
    + """      - spend: {member: li, amount: 10.00}
        expect: {due: 7.00, points: 9, lines: [7.00]}
"""
)
DISPUTED = BAD.replace("name: bad", "name: open\n    disputed: the source is blank")
SETTING = BAD.replace("    steps:", "    settings:\n      price_factor: 2\n    steps:")

Check = Callable[..., Result]


@pytest.fixture(name="check")
def _check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    monkeypatch.chdir(tmp_path)

    def check(*arguments: str, **files: str) -> Result:
        for name, text in files.items():
            path = tmp_path / f"{name.replace('__', '/')}.yaml"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        return CliRunner().invoke(main, ["check", *arguments])

    return check


def test_it_is_silent_about_what_holds(check: Check) -> None:
    result = check("a.yaml", a=GOOD)

    assert result.exit_code == 0
    assert result.output == "1 passed, 0 failed, 0 disputed, 0 errors\n"


def test_it_prints_each_shortfall_with_its_trace(check: Check) -> None:
    result = check("a.yaml", a=BAD)

    assert result.exit_code == 1
    assert (
        "FAILED a.yaml:8 bad\n  step 2, due\n    expected: 7.00\n    got:      8.00\n"
        in result.output
    )
    assert "    | 2.2 price price" in result.output
    assert 'step 2, lines\n    expected: ["7.00"]\n    got:      ["8.00"]' in result.output
    assert result.output.endswith("0 passed, 1 failed, 0 disputed, 0 errors\n")


def test_the_json_object_has_what_the_language_says(check: Check) -> None:
    result = check("--json", ".", a=BAD, b=GOOD, c=DISPUTED, d=SETTING)

    assert result.exit_code == 1
    found = json.loads(result.stdout)
    failures = found.pop("failures")
    assert found == {"passed": 1, "failed": 1, "disputed": 1, "errors": 1}
    assert failures == [
        {"file": "a.yaml", "scenario": "bad", "step": 2, "key": "due", "expected": "7.00",
         "got": "8.00"},
        {"file": "a.yaml", "scenario": "bad", "step": 2, "key": "points", "expected": 9, "got": 8},
        {"file": "a.yaml", "scenario": "bad", "step": 2, "key": "lines", "expected": ["7.00"],
         "got": ["8.00"]},
    ]  # fmt: skip
    assert "ERROR d.yaml:5: settings.price_factor: must be between 0 and 1" in result.stderr


def test_a_disputed_scenario_is_listed_and_decides_nothing(check: Check) -> None:
    result = check("a.yaml", a=DISPUTED)

    assert result.exit_code == 0
    assert "DISPUTED a.yaml:3 open (does not hold): the source is blank" in result.output
    assert "0 passed, 0 failed, 1 disputed, 0 errors" in result.output


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (GOOD.replace("join:", "jion:"), "a.yaml:6: 'jion' is unknown in a step"),
        (GOOD.replace("li}", "li, teir: x}"), "a.yaml:6: join.teir: is no field of join"),
        (GOOD.replace("vip-card", "vip-crad"), "a.yaml:1: gynecology.vip-crad: no installed plugin"),
        (GOOD.replace("scenarios:", "settings: {fee: 1}\nscenarios:"),
         "a.yaml:2: settings.fee: Unknown field"),
        (GOOD.replace("scenarios:", "settings: {type_overrides: {vip: {term_years: 0}}}\nscenarios:"),
         "a.yaml:2: settings.type_overrides.vip.term_years: Must be"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_run_is_an_error(check: Check, text: str, error: str) -> None:
    result = check(".", a=text, b=GOOD)

    assert result.exit_code == 1
    assert f"ERROR {error}" in result.stderr
    assert "1 passed, 0 failed, 0 disputed, 1 errors" in result.output


def test_paths_without_files_are_errors(check: Check, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    empty, missing = check("empty"), check("missing.yaml")

    assert empty.exit_code == missing.exit_code == 1
    assert "ERROR empty:1: the folder has no scenario files" in empty.stderr
    assert "ERROR missing.yaml:1: there is no such file" in missing.stderr
    assert check().exit_code == 2


def test_folders_are_searched_with_their_subfolders_each_file_once(check: Check) -> None:
    result = check(".", "a.yaml", "b", a=GOOD, b__c=GOOD)

    assert "2 passed" in result.output


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_the_real_store_gives_the_same(check: Check, engine: str) -> None:
    memory = check("--json", ".", a=BAD, b=GOOD)
    store = check("--json", "--store", engine, ".")

    assert store.exit_code == 1
    assert json.loads(store.stdout) == json.loads(memory.stdout)


class Crashing(Clause):
    """Breaks on every award."""

    @on("award", phase=EARN)
    def crash(self, _d: Draft) -> None:
        raise ZeroDivisionError("by nothing")


class Tagged(Clause):
    """One of two equals of which the list alone tells who acts first."""

    def __init__(self, number: str, tag: str) -> None:
        super().__init__(number)
        self.tag = tag

    @on("award", phase=EARN)
    def give(self, d: Draft) -> Iterator[fx.Effect]:
        yield fx.Credit(d.member, "points", 1, self.tag)


@pytest.fixture(name="charter")
def _charter(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Charter], None]]:
    def replace(charter: Charter) -> None:
        monkeypatch.setitem(registry().charters, "gynecology.vip-card", charter)

    return replace


def test_an_exception_in_a_charter_fails_its_story_only(check: Check, charter: Any) -> None:
    charter(rearranged(VipCard(), lambda clauses: [*clauses, Crashing("5.3")]))
    award = GOOD.replace("name: good", "name: crash") + "      - award: {member: li, points: 1}\n"

    result = check("--json", ".", a=award + "      - expect: {points: 7}\n", b=GOOD)

    found = json.loads(result.stdout)
    assert (found["passed"], found["failed"], found["errors"]) == (1, 1, 0)
    assert found["failures"] == [
        {"file": "a.yaml", "scenario": "crash", "step": 2, "key": "error", "expected": None,
         "got": "ZeroDivisionError: by nothing"}
    ]  # fmt: skip
    assert "test_check.py" in check("a.yaml").output


def test_a_charter_that_cannot_begin_fails_its_stories(check: Check, charter: Any) -> None:
    charter(rearranged(VipCard(), lambda clauses: clauses + clauses))

    result = check("--json", ".", a=GOOD)

    failure = json.loads(result.stdout)["failures"][0]
    assert (failure["step"], failure["key"]) == (1, "error")
    assert "two clauses offer" in failure["got"]


def test_shuffle_finds_clauses_that_act_by_their_place(check: Check, charter: Any) -> None:
    two = [Tagged("5.3", "a"), Tagged("5.3", "b")]
    charter(rearranged(VipCard(), lambda clauses: [*clauses, *two]))
    text = GOOD + "      - award: {member: li, points: 1}\n        expect: {points: 3}\n"

    plain = check("a.yaml", a=text)
    shuffled = check("--json", "--shuffle", "5", "a.yaml")

    assert plain.exit_code == 0
    assert shuffled.exit_code == 1
    failures = json.loads(shuffled.stdout)["failures"]
    assert {failure["key"] for failure in failures} == {"order"}
    assert "award at 2025-03-01 12:00 differs in" in failures[0]["got"]


def test_shuffle_is_content_with_the_house_charters(check: Check) -> None:
    assert check("--shuffle", "3", "a.yaml", a=GOOD).exit_code == 0
