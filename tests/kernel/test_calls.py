"""Several deadlines of one kind, steps after the end, needs met by conditions, and who is called."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_services import ZONE, Story

from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.services import (
    Ends,
    Limit,
    Need,
    Service,
    Step,
    cited,
    flag,
    last_said,
    said,
    told,
)
from charterhouse.kernel.clauses.waiting import CallOrder, waiting_for, work_order
from charterhouse.kernel.errors import CharterError

DAY = "2025-03-03"
CALL = Limit(
    "arrival", start="called", until="arrived", amount=10, unit="minutes", late="late", each=True,
    by="ward", clause="4",
)  # fmt: skip


def doctors(limit: Limit = CALL, *steps: Step) -> Story:
    service = Service(
        "rescue", who="anybody", limits=(limit,), over="not_active",
        steps=(Step("called", details=("ward",)), Step("arrived", details=("ward",)), *steps),
    )  # fmt: skip
    story = Story(Services("3", service, cancel="4"))
    story.tell(f"{DAY} 09:00", "request", id="e1", member="li", service="rescue")
    return story


def step(story: Story, at: str, code: str, **details: object) -> tuple[str, str]:
    return story.refused(f"{DAY} {at}", "progress", request="e1", step=code, details=details)


def test_a_limit_for_each_call_is_settled_by_the_arrival_of_that_ward() -> None:
    story = doctors()
    for at, ward in (("09:00", "a"), ("09:02", "b"), ("09:04", "a")):
        assert step(story, at, "called", ward=ward) == ("", "")
    assert step(story, "09:05", "arrived", ward="b") == ("", "")
    assert step(story, "09:06", "arrived", ward="a") == ("", "")

    content = story.content("e1")
    assert [row[1:] for row in content["limits"].values()] == [
        ["done", "a"], ["done", "b"], ["open", "a"],
    ]  # fmt: skip
    assert content["deadline"] == f"{DAY}T09:14:00+08:00"
    assert step(story, "09:07", "arrived", ward="b") == ("order_violation", "4")
    assert step(story, "09:07", "arrived") == ("incomplete", "3")


def test_each_of_them_is_escalated_once() -> None:
    story = doctors()
    step(story, "09:00", "called", ward="a")
    step(story, "09:01", "called", ward="b")
    raised = [r.code for d in story.wait(f"{DAY} 12:00") for r in d.raised if r.sort == "task"]
    assert raised == ["escalate-overdue", "escalate-overdue"]

    step(story, "12:00", "arrived", ward="b")
    assert story.content("e1")["limits"]["arrival#2"][1] == "late"
    assert story.content("e1")["limits"]["arrival#1"][1] == "overdue"


def test_a_limit_of_nothing_is_kept_without_a_deadline() -> None:
    story = doctors(Limit("arrival", start="called", until="arrived", each=True, by="ward"))
    assert step(story, "09:00", "arrived", ward="a") == ("order_violation", "3")
    step(story, "09:00", "called", ward="a")
    assert story.content("e1")["deadline"] is None
    assert not [d for d in story.wait("2025-04-01 09:00") if d.raised]
    told_ = story.tell("2025-04-01 09:00", "progress", request="e1", step="arrived",
                       details={"ward": "a"})  # fmt: skip
    assert told_.accepted
    assert not told_.raised


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("ab"), st.integers(0, 20)), max_size=12))
@settings(max_examples=60, deadline=None)
def test_arrivals_settle_calls_like_lists_of_the_oldest_first(
    moves: list[tuple[bool, str, int]],
) -> None:
    story, now = doctors(), datetime(2025, 3, 3, 9, 0, tzinfo=ZONE)
    waiting: dict[str, list[datetime]] = {"a": [], "b": []}
    late = 0
    for is_call, ward, minutes in moves:
        now += timedelta(minutes=minutes)
        at = now.strftime("%H:%M")
        if is_call:
            step(story, at, "called", ward=ward)
            waiting[ward].append(now)
        elif waiting[ward]:
            assert step(story, at, "arrived", ward=ward) == ("", "")
            late += now - waiting[ward].pop(0) > timedelta(minutes=10)
        else:
            assert step(story, at, "arrived", ward=ward) == ("order_violation", "4")
    assert story.world.standing("li").records.get("late", 0) == late
    open_ = sorted(moment for each in waiting.values() for moment in each)
    expected = (open_[0] + timedelta(minutes=10)).isoformat() if open_ else None
    assert story.content("e1")["deadline"] == expected


def test_a_request_kept_as_json_with_sorted_keys_goes_on_the_same() -> None:
    story = doctors()
    for minute in range(11):
        step(story, f"09:{minute:02}", "called", ward="a")
    document = story.world.documents["e1"]
    content = json.loads(json.dumps(dict(document.content), sort_keys=True))
    story.world.documents["e1"] = type(document)("request", "e1", "li", content)

    step(story, "09:10", "arrived", ward="a")
    step(story, "09:10", "arrived", ward="a")
    assert story.content("e1")["deadline"] == f"{DAY}T09:12:00+08:00"


def test_a_code_of_a_deadline_has_no_number() -> None:
    with pytest.raises(CharterError):
        Limit("arrival#1")


def test_what_is_possible_at_any_time_is_so_when_it_is_over() -> None:
    story = doctors(CALL, Step("paid", any_time=True, after=("arrived",)), Step("seen"))
    story.tell(f"{DAY} 09:00", "cancel", request="e1", by="customer")
    assert step(story, "09:01", "seen") == ("not_active", "3")
    assert step(story, "09:01", "paid") == ("order_violation", "3")

    other = doctors(CALL, Step("paid", any_time=True))
    other.tell(f"{DAY} 09:00", "close", request="e1", outcome="no_show")
    assert step(other, "09:01", "paid") == ("", "")
    assert other.content("e1")["status"] == "closed"
    assert other.content("e1")["deadline"] is None


def test_a_flag_goes_under_a_condition_and_a_need_is_met_by_one() -> None:
    service = Service(
        "visit", who="anybody", lists_missing=True, unfinished="incomplete",
        opening=(flag("open"), cited("spoken", "7")),
        steps=(
            Step("told", keeps=("to",), clears=(Ends("open", when=said(to="chief")),)),
            Step("sent", details=("means",)),
        ),
        needs=(
            Need("both", met=lambda d, c: told("told", "to", "chief")(d, c)
                 and told("told", "to", "nurse")(d, c)),
            Need("cart", met=lambda _d, c: last_said(c, "sent", "means") == "cart"),
        ),
    )  # fmt: skip
    story = Story(Services("3", service, extra="7"))
    opened = story.tell(f"{DAY} 09:00", "request", id="e1", member="li", service="visit")
    assert "7" in opened.clauses
    first = story.tell(
        f"{DAY} 09:00", "progress", request="e1", step="told", details={"to": "nurse"}
    )
    assert not first.finished
    second = story.tell(
        f"{DAY} 09:00", "progress", request="e1", step="told", details={"to": "chief"}
    )
    assert [each[0] for each in second.finished] == ["open"]
    assert story.content("e1")["missing"] == ["cart"]
    for means, missing in (("cart", []), ("chair", ["cart"])):
        step(story, "09:01", "sent", means=means)
        assert story.content("e1")["missing"] == missing


def test_whoever_waits_is_called_class_by_class() -> None:
    service = Service("visit", who="anybody", steps=(Step("called"),))
    order = CallOrder("5", {"visit": (lambda s: s.tier == "vip", lambda s: s.tier == "gold")})
    story = Story(Services("3", service, Service("other", who="anybody")), order)
    for number, tier in enumerate(("silver", "gold", "vip", "gold")):
        story.tell(f"{DAY} 09:00", "join", member=f"m{number}", tier=tier)
        story.tell(f"{DAY} 09:0{number}", "request", id=f"e{number}", member=f"m{number}",
                   service="visit")  # fmt: skip
    rule = work_order(story.world.book.at(datetime(2025, 3, 3, tzinfo=ZONE)))
    assert rule is order

    def called() -> list[str]:
        kept = story.world.requests()
        return [each.member for each in waiting_for(order, kept, "visit", story.world.standing)]

    assert called() == ["m2", "m1", "m3", "m0"]
    story.tell(f"{DAY} 09:10", "progress", request="e1", step="called")
    assert called() == ["m2", "m3", "m0"]
    assert waiting_for(order, story.world.requests(), "other", story.world.standing) == []
