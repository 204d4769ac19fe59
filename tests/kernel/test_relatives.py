"""Relatives who share services: named, replaced, waiting, barred."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from kernel_services import Story

from charterhouse.kernel.clauses.cover import Cover, validity
from charterhouse.kernel.clauses.diagnoses import Diagnoses
from charterhouse.kernel.clauses.entitlements import PolicyQuota
from charterhouse.kernel.clauses.insurance import Policies
from charterhouse.kernel.clauses.policies import Policy, policies_of
from charterhouse.kernel.clauses.relatives import (
    BarredInWaiting,
    Relatives,
    Shared,
    relatives_of,
)
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.services import Count, Service
from charterhouse.kernel.periods import twelve_months

COVER = Cover()


def _story(**more: Any) -> Story:
    story = Story(
        Policies("G1", COVER, status="G2", term="G3"),
        Diagnoses("G16"),
        *(PolicyQuota("4", code, cover=COVER, per=5, period=validity) for code in ("visit", "ride")),
        Services(
            "5", *(Service(code, who="insured", quota=Count(code)) for code in ("visit", "ride"))
        ),
        Relatives(
            "3", **{"most": 2, "relations": {"parent", "child"}, "age": lambda years: years <= 65,
                    "age_day": lambda standing, _day: policies_of(standing)[0].effective,
                    "by_insured": True, "relation": "3.1", "aged": "3.2", "full": "3.3",
                    "caller": "3.4", "replaced": "3.5", **more},
        ),
        Shared("6", services={"visit"}, days=30, service="6.1", unnamed="6.2", waiting="6.3"),
        BarredInWaiting("7", conditions={"stroke"}, days=30, relative_days=30),
    )  # fmt: skip
    story.tell("2025-01-01 10:00", "policy", member="li", id="p1", effective="2025-01-01")
    return story


def _name(story: Story, at: str, person: str, **more: Any) -> tuple[str, str]:
    fields = {"relation": "parent", "born": "1965-05-05", **more}
    return story.refused(at, "name_relative", member="li", person=person, **fields)


def _ask(story: Story, at: str, id_: str, **more: Any) -> tuple[str, str]:
    fields = {"service": "visit", **more}
    return story.refused(at, "request", id=id_, member="li", **fields)


def test_two_relatives_are_named_and_no_third() -> None:
    story = _story()

    assert _name(story, "2025-01-02 10:00", "mother") == ("", "")
    assert _name(story, "2025-01-02 10:00", "mother") == ("order_violation", "3")
    assert _name(story, "2025-01-02 10:00", "son", relation="child", born="2020-01-01") == ("", "")
    assert _name(story, "2025-01-02 10:00", "father") == ("full", "3.3")
    named = relatives_of(story.world.standing("li"))
    assert [(r.relation, r.since) for r in named.values()] == [
        ("parent", date(2025, 1, 2)), ("child", date(2025, 1, 2)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"relation": "friend"}, ("not_eligible", "3.1")),
        ({"person": "li"}, ("not_eligible", "3.1")),
        ({"by": "agent"}, ("wrong_person", "3.4")),
        ({"by": "li"}, ("", "")),
        ({"born": None}, ("incomplete", "3.2")),
        ({"born": "1959-01-01"}, ("age_limit", "3.2")),
        ({"born": "1959-01-02"}, ("", "")),
    ],
)
def test_a_relative_must_fit(fields: dict[str, Any], refused: tuple[str, str]) -> None:
    """65 completed years on the day of the policy's effect still do."""
    told = {"person": "mother", **fields}

    assert _name(_story(), "2026-06-01 10:00", told.pop("person"), **told) == refused


def test_nobody_names_relatives_without_a_policy() -> None:
    story = _story()

    refused = story.refused(
        "2025-01-02 10:00", "name_relative", member="wang", person="mother", relation="parent"
    )

    assert refused == ("not_active", "3")


def test_a_relative_is_never_replaced_unless_the_charter_says_so() -> None:
    changes = {"relative_out": "mother", "relative_in": "aunt", "relation": "parent",
               "born": "1970-01-01"}  # fmt: skip
    story = _story()
    _name(story, "2025-01-02 10:00", "mother")
    told = story.refused("2025-02-01 10:00", "change_details", member="li", changes=changes)
    assert told == ("not_eligible", "3.5")

    def year(standing: Any, day: date) -> str:
        return str(twelve_months(policies_of(standing)[0].effective, day))

    story = _story(replaces=1, period=year)
    _name(story, "2025-01-02 10:00", "mother")

    def replace(at: str, **more: str) -> tuple[str, str]:
        return story.refused(at, "change_details", member="li", changes={**changes, **more})

    assert replace("2025-02-01 10:00", relative_out="uncle") == ("wrong_person", "3.5")
    assert replace("2025-02-01 10:00", relation="friend") == ("not_eligible", "3.1")
    assert replace("2025-02-01 10:00") == ("", "")
    assert list(relatives_of(story.world.standing("li"))) == ["aunt"]
    back = {"relative_out": "aunt", "relative_in": "mother"}
    assert replace("2025-12-31 10:00", **back) == ("quota_used", "3.5")
    assert replace("2026-01-01 10:00", **back) == ("", "")


def test_relatives_share_some_services_after_their_own_waiting() -> None:
    story = _story()
    _name(story, "2025-03-01 10:00", "mother")

    assert _ask(story, "2025-03-30 23:59", "r1", for_="mother") == ("waiting_period", "6.3")
    assert _ask(story, "2025-03-31 00:00", "r2", for_="mother") == ("", "")
    assert _ask(story, "2025-03-31 00:00", "r3", for_="aunt") == ("wrong_person", "6.2")
    ride = _ask(story, "2025-03-31 00:00", "r4", for_="mother", service="ride")
    assert ride == ("not_transferable", "6.1")
    story.tell("2025-05-01 10:00", "policy_change", policy="p1", to="lapsed")
    assert _ask(story, "2025-05-01 11:00", "r5", for_="mother")[0] == "suspended"
    story.tell("2025-06-01 10:00", "policy_change", policy="p1", to="reinstated")
    assert _ask(story, "2025-06-30 10:00", "r6", for_="mother") == ("waiting_period", "6.3")
    assert _ask(story, "2025-07-01 10:00", "r7", for_="mother") == ("", "")


@pytest.mark.parametrize(
    ("day", "barred"),
    [
        ("2024-06-01", True), ("2025-01-30", True), ("2025-01-31", False), ("2025-04-30", False),
        ("2025-05-01", True), ("2025-06-30", True), ("2025-07-01", False),
    ],
)  # fmt: skip
def test_a_disease_before_the_waiting_is_over_bars_for_good(day: str, barred: bool) -> None:  # noqa: FBT001 - a case
    """The suspension before a reinstatement belongs to its waiting."""
    story = _story()
    story.tell(
        "2025-08-01 10:00", "policy_change", policy="p1", to="lapsed", effective="2025-05-01"
    )
    story.tell(
        "2025-08-01 10:00", "policy_change", policy="p1", to="reinstated", effective="2025-06-01"
    )
    rule = BarredInWaiting("7", conditions={"stroke"}, days=30)
    policy = Policy.load("p1", story.world.standing("li").facts["policies"]["p1"])

    windows = list(rule.windows(policy, policy.effective, rule.days))

    assert any(begin <= date.fromisoformat(day) < end for begin, end in windows) is barred


def test_whoever_is_barred_stays_barred_and_others_are_not() -> None:
    story = _story()
    _name(story, "2025-03-01 10:00", "mother")
    _name(story, "2025-03-01 10:00", "father")
    story.tell("2025-03-30 10:00", "diagnose", member="mother", condition="stroke")
    story.tell("2025-03-31 10:00", "diagnose", member="father", condition="stroke")

    assert _ask(story, "2025-06-01 10:00", "r1", for_="mother") == ("not_eligible", "7")
    assert _ask(story, "2025-06-01 10:00", "r2", for_="father") == ("", "")
    assert _ask(story, "2025-06-01 10:00", "r3") == ("", "")
