"""P20 finds services that cannot be worked off, and requests that nothing ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from marshmallow import Schema

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GUARD, Charter, Clause, on
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.services import Limit, Need, Service, Step
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.settings import SettingValues
from charterhouse.testkit import Conformance
from charterhouse.testkit.conforming_requests import dead_ends

ALL = frozenset({"request", "supply", "decide", "progress", "cancel", "close"})


def of(*steps: Step, **more: Any) -> Service:
    return Service("visit", clause="1", steps=steps, **more)


@pytest.mark.parametrize(
    ("service", "verbs", "said"),
    [
        (of(Step("a", after=("approved",))), ALL, "'a' can never be done"),
        (of(Step("a", needs_flag="late")), ALL, "'a' can never be done"),
        (of(Step("a", after=("b",)), Step("b", after=("a",))), ALL, "'b' can never be done"),
        (of(Step("a", after=("b",)), Step("b", needs_flag="x"), needs=(Need("n", by=("a",)),)),
         ALL, "nothing settles the need 'n'"),
        (of(limits=(Limit("l", start="approved", amount=1),)), ALL, "'l' never starts"),
        (of(limits=(Limit("l", until="approved", amount=1),)), ALL, "'l' is never met"),
        (of(papers=("slip",)), ALL - {"supply"}, "none can be handed in"),
        (of(review=True), ALL - {"decide"}, "nobody can make"),
        (of(Step("a")), ALL - {"close"}, "it is never served"),
    ],
)  # fmt: skip
def test_a_dead_end_is_named(service: Service, verbs: frozenset[str], said: str) -> None:
    assert said in "; ".join(dead_ends(service, verbs))


def test_a_service_that_leads_on_has_no_dead_end() -> None:
    service = of(
        Step("called", sets={"waits": lambda _d, _content: True}),
        Step("told", after=("called",), needs_flag="waits"),
        Step("seen", after=("approved",), status="arranged"),
        Step("asked", after_close=True),
        review=True,
        papers=("slip",),
        needs=("seen",),
        limits=(
            Limit("answer", until=("approved", "close"), amount=1),
            Limit("papers", start="complete", until="seen", amount=1),
            Limit("each", start="called", until="told", each=True),
        ),
    )
    assert list(dead_ends(service, ALL)) == []


class Stuck(Clause):
    """Nothing ends a request."""

    @on("cancel", "close", "decide", phase=GUARD)
    def never(self, d: Draft) -> Iterator[fx.Effect]:
        yield fx.Refuse("not_eligible", f"{d.body.verb}.request")


class NoSettings(Schema):
    """Nothing to set."""


class StuckCharter(Charter):
    code = "sample.stuck"
    name = ("不结", "Stuck")
    Settings = NoSettings
    example: ClassVar[dict[str, Any]] = {}

    def clauses(self, s: SettingValues) -> list[Clause]:
        del s
        return [Services("1", Service("visit", clause="1", who="anybody")), Stuck("2")]


STORY = """
charter: sample.stuck
scenarios:
  - name: a visit
    people:
      wang: {}
    steps:
      - at: 2025-03-01 10:00
        request: {id: r1, member: wang, service: visit}
"""


def test_a_request_that_nothing_ends_is_found(tmp_path: Path) -> None:
    (tmp_path / "stuck.yaml").write_text(STORY, "utf-8")
    made = type("Made", (Conformance,), {"charter": StuckCharter, "scenarios": tmp_path})()

    with pytest.raises(AssertionError, match="is open, and nothing ends it"):
        made.test_p20_whatever_is_open_can_be_ended()
