"""Clause coverage: what stories exercise, and what they would not miss."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from marshmallow import Schema, fields

from charterhouse.cli import main
from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import EARN, GUARD, Charter, Clause, on
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.periods import day_start
from charterhouse.kernel.scenario.coverage import Act, Named, cover, has_effect, named
from charterhouse.kernel.scenario.loading import Scenario, load_file
from charterhouse.kernel.scenario.mutation import mutants_of, unnoticed
from charterhouse.kernel.settings import SettingValues
from charterhouse.kernel.standing import Standing

ZONE = ZoneInfo("Asia/Shanghai")


class Gift(Clause):
    """Points as given, refused where there are too many."""

    def __init__(self, number: str, *, most: int) -> None:
        super().__init__(number, much=f"{number}.1")
        self.most = most

    @on("award", phase=GUARD)
    def within(self, d: Draft) -> Iterator[fx.Effect]:
        if d.body.points > self.most:
            yield fx.Refuse("quota_used", number=self.of("much"))

    @on("award", phase=EARN)
    def give(self, d: Draft) -> Iterator[fx.Effect]:
        yield fx.Credit(d.member, "points", d.body.points, "gift")


class UntilMay(Clause):
    """Points end with April."""

    def expiry(self, unit: str, day: Any, now: Any) -> Any:
        return day_start(day.replace(month=5, day=1), now.tzinfo) if unit == "points" else None


class Kinds(Clause):
    """Makes the kinds of awards known."""

    def codes(self) -> dict[str, set[str]]:
        return {"award.kind": {"gift", "prize"}}


class Tea(Clause):
    """Offers tea, of which no story speaks."""

    def offers(self) -> tuple[str, ...]:
        return ("tea",)

    def remaining(self, standing: Standing, now: datetime, benefit: str) -> int:
        return 1


class Settings(Schema):
    most = fields.Integer(load_default=100)
    generous = fields.Boolean(load_default=False)


class Gifts(Charter):
    code = "test.gifts"
    name = ("礼", "Gifts")
    Settings = Settings

    def clauses(self, s: SettingValues) -> list[Clause]:
        more = [Gift("9", most=10**6)] if s.generous else []
        return [
            *more,
            Statement("1", "一", "one"),
            Gift("2", most=s.most),
            UntilMay("3"),
            Kinds("4"),
            Tea("5"),
        ]


HEAD = "charter: test.gifts\nscenarios:\n"
GIVEN = """
  - name: given
    steps:
      - at: 2025-03-01
        award: {member: li, points: 5}
        expect: {points: 5}
"""
EXPIRED = "      - at: 2025-05-01\n        expect: {member: li, points: 0}\n"
TOO_MUCH = """
  - name: too much
    steps:
      - at: 2025-03-01
        award: {member: li, points: 101}
        expect: {refused: quota_used}
"""
TEA = """
  - name: tea
    steps:
      - at: 2025-03-01
        award: {member: li, points: 5}
        expect: {benefits: {tea: 1}}
"""

Tell = Callable[..., list[Scenario]]


@pytest.fixture(name="tell")
def _tell(tmp_path: Path) -> Tell:
    def tell(*stories: str) -> list[Scenario]:
        path = tmp_path / "stories.yaml"
        path.write_text(HEAD + "".join(stories), "utf-8")
        return list(load_file(path, ZONE).scenarios)

    return tell


def test_what_no_story_hears_is_listed(tell: Tell) -> None:
    found = cover(Gifts(), tell(GIVEN), ZONE)

    assert [str(name) for name in found.acts] == ["2 Gift", "3 UntilMay", "4 Kinds", "5 Tea"]
    assert [str(act) for act in found.silent] == ["2 Gift.within on award"]
    assert found.uncited == ("2.1", "3", "4", "5")
    assert [str(name) for name in found.mute] == ["5 Tea"]


def test_a_refusal_an_expiry_and_a_code_exercise_their_clauses(tell: Tell) -> None:
    found = cover(Gifts(), tell(GIVEN + EXPIRED, TOO_MUCH), ZONE)

    assert found.silent == ()
    assert [str(name) for name in found.mute] == ["5 Tea"]
    assert found.uncited == ("4", "5")


def test_a_clause_of_other_settings_is_a_clause_of_its_own(tell: Tell) -> None:
    generous = GIVEN.replace("name: given", "name: given twice\n    settings: {generous: true}")
    generous = generous.replace("{points: 5}", "{points: 10}")

    found = cover(Gifts(), tell(GIVEN, generous), ZONE)

    assert Named("9", "Gift") in found.acts
    assert len(found.stories) == 2
    assert [str(each) for each in unnoticed(found, [Named("9", "Gift")], ZONE)] == []


def test_alike_clauses_have_names_of_their_own() -> None:
    clauses = [Gift("2", most=1), UntilMay("2"), Gift("2", most=2)]

    assert [str(name) for name in named(clauses)] == ["2 Gift", "2 UntilMay", "2 Gift #2"]
    assert [has_effect(each) for each in (*clauses, Statement("1", "一", "one"))] == [True] * 3 + [
        False
    ]


def test_stories_that_do_not_hold_or_are_disputed_exercise_nothing(tell: Tell) -> None:
    wrong = TOO_MUCH.replace("quota_used", "not_active")
    disputed = TOO_MUCH.replace("name: too much", "name: disputed\n    disputed: who knows")

    found = cover(Gifts(), tell(GIVEN, wrong, disputed), ZONE)

    assert [each.story.name for each in found.stories] == ["given"]
    assert [str(act) for act in found.silent] == ["2 Gift.within on award"]


def test_what_can_be_left_out_unnoticed_is_listed(tell: Tell) -> None:
    found = cover(Gifts(), tell(GIVEN), ZONE)

    mutants = mutants_of(found, handlers=True)

    assert Act(Named("2", "Gift"), "within", "award") in mutants
    left = [str(each) for each in unnoticed(found, mutants, ZONE)]
    assert left == ["2 Gift.within on award", "3 UntilMay", "5 Tea"]


def test_each_story_that_needs_a_clause_makes_it_noticed(tell: Tell) -> None:
    found = cover(Gifts(), tell(GIVEN + EXPIRED, TOO_MUCH, TEA), ZONE)

    assert unnoticed(found, mutants_of(found, handlers=True), ZONE) == []


def test_a_story_for_which_the_rest_does_not_compile_notices(tell: Tell) -> None:
    class Fixed(Gifts):
        def clauses(self, s: SettingValues) -> list[Clause]:
            return [*super().clauses(s), Deposit("6")]

    class Deposit(Clause):
        def codes(self) -> dict[str, set[str]]:
            return {"tier": {"gold"}}

    class Tiered(Fixed):
        variants = "by_tier"

        class Settings(Settings):
            by_tier = fields.Dict(load_default=dict)

    golden = GIVEN.replace(
        "name: given", "name: golden\n    settings: {by_tier: {gold: {most: 9}}}"
    )
    plain, tiered = cover(Tiered(), tell(GIVEN), ZONE), cover(Tiered(), tell(golden), ZONE)

    assert [str(each) for each in unnoticed(plain, [Named("6", "Deposit")], ZONE)] == ["6 Deposit"]
    assert unnoticed(tiered, [Named("6", "Deposit")], ZONE) == []


ONE = """
charter: gynecology.vip-card
scenarios:
  - name: nothing happens
    steps:
      - at: 2025-03-01
        withdraw: {member: li}
        expect: {refused: not_refundable, clause: "3.3"}
"""


@pytest.fixture(name="check")
def _check(tmp_path: Path) -> Callable[..., Result]:
    path = tmp_path / "one.yaml"
    path.write_text(ONE, "utf-8")
    return lambda *options: CliRunner().invoke(main, ["check", *options, str(path)])


def test_the_command_lists_what_is_not_exercised(check: Callable[..., Result]) -> None:
    plain = check("--coverage")
    strict = check("--coverage", "--strict")
    measured = json.loads(check("--coverage", "--mutate", "--json").stdout)["coverage"]

    assert plain.exit_code == 0
    assert "gynecology.vip-card:" in plain.output
    assert "never exercised: 2.2 FactorOnActivityPrice" in plain.output
    assert "    3.3 NotOffered: exclude on cash_out, top_up; no_opening_value on bring_in\n" in (
        plain.output
    )
    assert "1 passed, 0 failed" in plain.output
    assert strict.exit_code == 1
    row = measured["gynecology.vip-card"]
    assert "2.2 FactorOnActivityPrice" in row["unexercised"]
    assert "2.2 FactorOnActivityPrice" in row["unnoticed"]
    assert "3.3 NotOffered" not in row["unnoticed"]


def test_mutants_take_their_sort_by_an_equals_sign_only(check: Callable[..., Result]) -> None:
    handlers = check("--mutate=handlers", "--json", "--jobs", "1")

    row = json.loads(handlers.stdout)["coverage"]["gynecology.vip-card"]
    assert any(" on " in name for name in row["unnoticed"])
    assert check("--mutate").exit_code == 0


def test_equivalents_need_a_reason_and_something_to_forgive(
    check: Callable[..., Result], tmp_path: Path
) -> None:
    known = tmp_path / "known.yml"
    known.write_text('gynecology.vip-card: {2.2 FactorOnActivityPrice: "", "3.3 NotOffered": why}')
    assert "a reason each" in check("--coverage", "--equivalent", str(known)).output

    known.write_text('gynecology.vip-card: {2.2 FactorOnActivityPrice: why, "3.3 NotOffered": why}')
    row = json.loads(check("--mutate", "--json", "--equivalent", str(known)).stdout)
    row = row["coverage"]["gynecology.vip-card"]
    assert "2.2 FactorOnActivityPrice" not in row["unexercised"] + row["unnoticed"]
    assert row["equivalent"] == {"2.2 FactorOnActivityPrice": "why"}
    assert row["stale"] == ["3.3 NotOffered"]

    assert check("--strict").exit_code == 2


def test_several_charters_are_measured_by_several_processes(
    check: Callable[..., Result], tmp_path: Path
) -> None:
    one = json.loads(check("--mutate", "--json", "--jobs", "1").stdout)
    two = json.loads(check("--mutate", "--json", "--jobs", "2").stdout)

    assert one == two
