"""Streams of the test kit: what they are derived from, and how they read."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from datetime import date
from importlib.metadata import entry_points
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings

from charterhouse.kernel.errors import CharterError
from charterhouse.kernel.scenario.loading import load_file
from charterhouse.plugins.registry import registry
from charterhouse.testkit import (
    Faulty,
    GarbageError,
    Stream,
    as_yaml,
    assert_story,
    knowledge_of,
    streams,
    tell,
    write,
)
from charterhouse.testkit.doubles import FAULTS
from charterhouse.testkit.elsewhere import Address, digest, elsewhere
from charterhouse.testkit.telling import ZONE, new_world
from charterhouse_gynecology.vip_card import VipCard

CODES = sorted(registry().charters)


@pytest.mark.parametrize("code", CODES)
def test_streams_of_every_charter_are_mostly_possible(code: str) -> None:
    known = knowledge_of(type(registry().charter(code)))
    decided: Counter[bool] = Counter()
    verbs: set[str] = set()
    for seed in range(8):
        written = write(known, Random(seed))  # noqa: S311 - a story, no secret
        for outcome in written.outcomes:
            decided[outcome.decision.accepted] += 1
            if outcome.decision.accepted:
                verbs.add(outcome.decision.event.verb)

    assert decided[True] > decided[False] / 3
    assert len(verbs) >= 5


def test_a_charter_teaches_its_figures_and_words() -> None:
    known = knowledge_of(VipCard)

    assert {1000, 500, 3} <= set(known.numbers)
    assert {"join", "spend", "use", "redeem"} <= set(known.verbs)
    assert {"vip", "charity"} <= set(known.codes("apply", "tier"))
    assert known.stories
    assert not knowledge_of(VipCard, Path(__file__).parent).stories


def test_a_charter_without_stories_has_streams_too() -> None:
    known = knowledge_of(VipCard, Path(__file__).parent)
    accepted = {
        outcome.decision.event.verb
        for seed in range(30)
        for outcome in write(known, Random(seed)).outcomes  # noqa: S311 - a story, no secret
        if outcome.decision.accepted
    }

    assert {"bring_in", "spend"} <= accepted


@settings(max_examples=25, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.too_slow])  # fmt: skip
@given(streams(VipCard))
def test_a_stream_is_a_scenario_file_that_goes_the_same(stream: Stream) -> None:
    path = Path(_folder()) / "stream.yaml"
    path.write_text(as_yaml(VipCard(), stream), "utf-8")
    (story,) = load_file(path, ZONE).scenarios

    assert [step.body for step in story.steps] == [each.body for each in stream.moments]
    assert [step.at for step in story.steps] == [each.at for each in stream.moments]
    again = Stream(story.settings, story.people, stream.moments)
    one, other = tell(VipCard(), stream)[0], tell(VipCard(), again)[0]
    assert [d.figures for d in one.decisions] == [d.figures for d in other.decisions]


def _folder() -> str:
    return tempfile.mkdtemp(prefix="charterhouse-stream-")


@settings(max_examples=30, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.too_slow])  # fmt: skip
@given(streams(VipCard, longest=12))
def test_time_goes_forward(stream: Stream) -> None:
    moments = [each.at for each in stream.moments]

    assert moments == sorted(moments)
    assert 1 <= len(moments) <= 12
    assert all(each.tzinfo is ZONE for each in moments)


def test_leap_days_and_children_are_among_the_people() -> None:
    stream = write(knowledge_of(VipCard), Random(1)).stream  # noqa: S311 - a story, no secret
    born = [facts["born"] for facts in stream.people.values() if "born" in facts]

    assert date(1992, 2, 29) in born
    assert any(each.year > 2010 for each in born)


ADMITTED = """
scenarios:
  - name: {name}
    steps:
      - at: 2025-03-01
        bring_in: {{member: li}}
      - spend: {{id: b1, member: li, amount: 10.00}}
        expect: {{due: {due}}}
"""


def test_a_story_is_told_in_a_test() -> None:
    world = assert_story(VipCard(), ADMITTED.format(name="bill", due="8.00"))

    assert world.standing("li").balance("points") == 8
    with pytest.raises(AssertionError, match="bill, step 2, due: expected"):
        assert_story(VipCard(), ADMITTED.format(name="bill", due="9.00"))


BILL = ADMITTED.format(name="bill", due="8.00").replace("        expect: {due: 8.00}\n", "")
RAISED = {
    "raise": (GarbageError, "told to fail"), "effect": (KeyError, "Unknown"),
    "code": (CharterError, "enchanted"), "number": (CharterError, "unknown clause"),
    "stranger": (CharterError, "does not name"), "flood": (CharterError, "too many postings"),
    "unbalanced": (CharterError, "sum to zero"),
}  # fmt: skip


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "sleep"])
def test_the_double_fails_on_demand_and_only_then(fault: str) -> None:
    error, said = RAISED[fault]

    with pytest.raises(
        AssertionError, match=f"error: expected None, got .{error.__name__}.*{said}"
    ):
        assert_story(Faulty(VipCard(), fault), BILL)
    assert_story(Faulty(VipCard(), fault, verb="withdraw"), BILL)


def test_the_double_can_be_slow() -> None:
    slow = Faulty(VipCard(), "sleep", seconds=0.0)

    world = assert_story(slow, BILL)

    assert "slept" in {entry.about.get("about") for entry in world.decisions[-1].trace}
    assert slow.code == VipCard.code


def test_a_double_of_no_known_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="is none of raise"):
        Faulty(VipCard(), "explode")


def test_another_process_decides_or_says_why_it_cannot() -> None:
    stream = write(knowledge_of(VipCard), Random(3)).stream  # noqa: S311 - a story, no secret

    assert elsewhere().digest(VipCard, [stream]) == digest(VipCard(), [stream])
    assert Address.of(VipCard).load() is VipCard
    with pytest.raises(FileNotFoundError):
        Address("no_such_module", "/nowhere.py", "X").load()


def test_nothing_is_known_of_people_beyond_the_stream() -> None:
    stream = Stream({}, {"an": {"born": date(1990, 7, 8)}}, ())

    world = new_world(VipCard(), stream)

    assert world.standing("an").born == date(1990, 7, 8)
    assert world.standing("bo").born is None


FIXTURES = '''
from charterhouse_gynecology.vip_card import VipCard

STORY = """
scenarios:
  - name: nothing for nobody
    steps:
      - at: 2025-03-01
        withdraw: {member: li}
        expect: {refused: not_refundable}
"""


def test_world(charterhouse_world):
    assert charterhouse_world(VipCard(), {"term_years": 1}).book.first.settings


def test_story(charterhouse_story):
    charterhouse_story(VipCard(), STORY)
'''


def test_the_plugin_brings_fixtures(tmp_path: Path) -> None:
    (tmp_path / "test_fixtures.py").write_text(FIXTURES, "utf-8")
    brought = [] if _installed() else ["-p", "charterhouse.testkit.plugin"]

    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *brought, "."]
    result = subprocess.run(
        command, cwd=tmp_path, text=True, capture_output=True, check=False, timeout=120
    )

    assert "2 passed" in result.stdout, result.stdout


def _installed() -> bool:
    return any(
        point.value == "charterhouse.testkit.plugin" for point in entry_points(group="pytest11")
    )
