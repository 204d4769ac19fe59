"""Requests: who may ask, papers, steps, decisions, closing, deadlines and quota."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_services import ZONE, Story

from charterhouse.kernel.clauses.benefits import Quota, Unlimited
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.services import (
    OPEN,
    Count,
    Limit,
    Need,
    Service,
    Step,
    always,
    asked,
    flag,
    in_order,
    in_tiers,
    notice,
    record,
    said,
    task,
)
from charterhouse.kernel.document import missing_texts, texts_of
from charterhouse.kernel.errors import CharterError

DAY = "2025-03-03"


def story(*services: Service, benefits: tuple[Any, ...] = (), **numbers: str) -> Story:
    told = Story(Services("3.1", *services, **numbers), *benefits)
    told.tell(f"{DAY} 08:00", "join", member="li", tier="gold")
    return told


def at(time: str) -> str:
    return f"{DAY} {time}"


def codes(decision: Any, sort: str) -> list[str]:
    return [raised.code for raised in decision.raised if raised.sort == sort]


def test_a_request_goes_from_received_to_served() -> None:
    told = story(Service("discharge", steps=(Step("bill"), Step("records")),
                         needs=("bill", "records")))  # fmt: skip

    opened = told.tell(at("09:00"), "request", id="d1", member="li", service="discharge")
    assert opened.clauses == {"3.1"}
    assert told.content("d1")["status"] == "received"
    told.tell(at("10:00"), "progress", request="d1", step="bill")
    closing: dict[str, Any] = {"request": "d1", "outcome": "served"}
    assert told.refused(at("10:01"), "close", **closing) == ("order_violation", "3.1")
    told.tell(at("10:02"), "progress", request="d1", step="records")
    told.tell(at("10:03"), "close", **closing)
    assert told.content("d1")["status"] == "served"
    assert told.refused(at("10:04"), "close", **closing) == ("order_violation", "3.1")


@pytest.mark.parametrize("outcome", ["no_show", "failed"])
def test_other_outcomes_close_without_what_serving_needs(outcome: str) -> None:
    told = story(Service("discharge", steps=(Step("bill"),), needs=("bill",)))
    told.tell(at("09:00"), "request", id="d1", member="li", service="discharge")

    told.tell(at("10:00"), "close", request="d1", outcome=outcome)

    assert told.content("d1")["status"] == "closed"


def test_what_does_not_exist_is_unknown() -> None:
    told = story(Service("a", steps=(Step("x"),)), Service("b", steps=(Step("y"),)))
    told.tell(at("09:00"), "request", id="a1", member="li", service="a")

    unknown = [
        told.refused(at("09:01"), "request", id="q", member="li", service="carpet"),
        told.refused(at("09:01"), "progress", request="a1", step="z"),
        told.refused(at("09:01"), "progress", request="a1", step="y"),
        told.refused(at("09:01"), "progress", request="nobody", step="x"),
        told.refused(at("09:01"), "close", request="nobody", outcome="served"),
        told.refused(at("09:01"), "close", request="a1", outcome="vanished"),
    ]

    assert {reason for reason, _ in unknown} == {"unknown"}
    same_id = told.refused(at("09:02"), "request", id="a1", member="li", service="a")
    assert same_id == ("order_violation", "")


def test_only_members_ask_unless_anybody_may() -> None:
    told = story(Service("closed"), Service("open", who="anybody"), none="2.4", ended="5.1")

    assert told.refused(at("09:00"), "request", id="q1", member="wu", service="closed") == (
        "not_active", "2.4")  # fmt: skip
    assert told.refused(at("09:00"), "request", id="q2", member="wu", service="open") == ("", "")
    told.tell(at("10:00"), "withdraw", member="li")
    assert told.refused(at("10:01"), "request", id="q3", member="li", service="closed") == (
        "not_active", "5.1")  # fmt: skip


def test_a_request_is_carried_to_its_end_after_the_membership() -> None:
    told = story(Service("visit"))
    told.tell(at("09:00"), "request", id="q1", member="li", service="visit")
    told.tell(at("10:00"), "withdraw", member="li")

    assert told.tell(at("11:00"), "close", request="q1", outcome="served").accepted


@pytest.mark.parametrize(
    ("service", "fields", "reason"),
    [
        (Service("s", tiers={"vip"}), {}, "tier_too_low"),
        (Service("s", tiers={"silver"}), {}, "not_included"),
        (Service("s", tiers={"vip"}, otherwise="not_included"), {}, "not_included"),
        (Service("s", by={"reception"}), {"by": "nurse"}, "wrong_person"),
        (Service("s", by={"reception"}), {}, "wrong_person"),
        (Service("s", for_others="wrong_person"), {"for": "wife"}, "wrong_person"),
        (Service("s", consent=always), {"consent": False}, "consent_missing"),
        (Service("s", details=("price",)), {}, "incomplete"),
        (Service("s", papers=("slip",), papers_later=False), {}, "incomplete"),
        (Service("s", benefit="ride"), {}, "tier_too_low"),
    ],
)
def test_who_may_not_ask(service: Service, fields: dict[str, Any], reason: str) -> None:
    told = story(service, benefits=(Unlimited("7", "ride", only=("vip",)),))

    decision = told.tell(at("09:00"), "request", id="q1", member="li", service="s", **fields)

    assert decision.refusal is not None
    assert decision.refusal.code == reason
    assert told.world.document("q1") is None


@pytest.mark.parametrize(
    ("service", "fields"),
    [
        (Service("s", tiers={"gold", "vip"}), {}),
        (Service("s", by={"reception"}), {"by": "reception"}),
        (Service("s", for_others="wrong_person"), {"for": "li"}),
        (Service("s"), {"for": "wife"}),
        (Service("s", consent=always), {}),
        (Service("s", details=("price",)), {"details": {"price": "1.00"}}),
        (Service("s", papers=("slip",), papers_later=False), {"documents": {"slip": 1}}),
        (Service("s", benefit="ride"), {}),
    ],
)
def test_who_may_ask(service: Service, fields: dict[str, Any]) -> None:
    told = story(service, benefits=(Unlimited("7", "ride", only=("gold", "vip")),))

    assert told.tell(at("09:00"), "request", id="q1", member="li", service="s", **fields).accepted


def test_consent_may_depend_on_who_receives() -> None:
    told = story(Service("file", consent=asked(recipient=("insurer", "other"))))

    def tell(recipient: str) -> tuple[str, str]:
        return told.refused(
            at("09:00"), "request", id=recipient, member="li", service="file", consent=False,
            details={"recipient": recipient},
        )  # fmt: skip

    assert tell("insurer") == ("consent_missing", "3.1")
    assert tell("hospital") == ("", "")


def test_lacking_papers_come_later() -> None:
    told = story(
        Service("opinion", papers=("proof", "record"), review=True, numbers={"papers": "4"})
    )
    told.tell(at("09:00"), "request", id="r1", member="li", service="opinion",
              documents={"record": 1})  # fmt: skip
    assert told.content("r1")["status"] == "incomplete"
    assert told.content("r1")["missing"] == ["proof"]
    approving: dict[str, Any] = {"request": "r1", "outcome": "approved"}
    assert told.refused(at("09:10"), "decide", **approving) == ("document_missing", "4")

    told.tell(at("10:00"), "supply", request="r1", documents={"proof": 2})

    assert told.content("r1")["status"] == "received"
    assert told.content("r1")["missing"] == []
    told.tell(at("11:00"), "decide", **approving)
    assert told.content("r1")["status"] == "approved"
    assert told.refused(at("11:01"), "decide", **approving) == ("order_violation", "3.1")


def test_a_decision_has_its_role_and_its_place() -> None:
    told = story(Service("change", clause="8.8", review=True, decide_by={"leader"},
                         decide_after=("talked",), steps=(Step("talked"),)))  # fmt: skip
    told.tell(at("09:00"), "request", id="d1", member="li", service="change")
    deciding: dict[str, Any] = {"request": "d1", "outcome": "approved"}
    assert told.refused(at("09:01"), "decide", by="leader", **deciding) == (
        "order_violation",
        "8.8",
    )
    told.tell(at("09:02"), "progress", request="d1", step="talked")
    assert told.refused(at("09:03"), "decide", by="nurse", **deciding) == ("wrong_person", "8.8")
    assert told.tell(at("09:04"), "decide", by="leader", **deciding).accepted


def test_without_a_review_nobody_decides() -> None:
    told = story(Service("visit"))
    told.tell(at("09:00"), "request", id="v1", member="li", service="visit")

    refused = told.refused(at("09:01"), "decide", request="v1", outcome="refused")

    assert refused == ("order_violation", "3.1")


def test_a_refused_request_is_over() -> None:
    told = story(Service("visit", review=True, over="not_active"))
    told.tell(at("09:00"), "request", id="v1", member="li", service="visit")
    told.tell(at("09:01"), "decide", request="v1", outcome="refused")
    assert told.content("v1")["status"] == "refused"

    for verb, fields in {
        "supply": {"documents": {}}, "decide": {"outcome": "approved"},
        "cancel": {"by": "customer"}, "close": {"outcome": "failed"},
    }.items():  # fmt: skip
        assert told.refused(at("09:02"), verb, request="v1", **fields) == ("not_active", "3.1")


FOLLOW_UP = Service(
    "follow-up", numbers={"close": "4.3"}, needs=("result",), bars=("problem-open",),
    needs_for=("served", "no_show", "failed"), steps=(
        Step("assigned", once=True),
        Step("result", after=("assigned",), once=True, sets={"problem-open": said(complaint=True)}),
        Step("solved", after=("result",), needs_flag="problem-open", clears=("problem-open",)),
    ),
)  # fmt: skip


def test_steps_keep_their_order_and_an_open_problem_bars_closing() -> None:
    told = story(FOLLOW_UP)
    told.tell(at("09:00"), "request", id="f1", member="li", service="follow-up")

    def step(code: str, **details: Any) -> tuple[str, str]:
        return told.refused(at("10:00"), "progress", request="f1", step=code, details=details)

    def close(outcome: str) -> tuple[str, str]:
        return told.refused(at("10:00"), "close", request="f1", outcome=outcome)

    assert step("result", complaint=True) == ("order_violation", "3.1")
    assert close("failed") == ("order_violation", "4.3")
    assert step("assigned", to="nurse-a") == ("", "")
    assert step("assigned", to="nurse-b") == ("order_violation", "3.1")
    assert step("solved") == ("order_violation", "3.1")
    assert step("result", complaint=True) == ("", "")
    assert told.content("f1")["flags"] == ["problem-open"]
    assert close("served") == ("order_violation", "4.3")
    assert step("solved") == ("", "")
    assert told.content("f1")["flags"] == []
    assert close("served") == ("", "")


def test_without_a_problem_there_is_nothing_to_solve() -> None:
    told = story(FOLLOW_UP)
    told.tell(at("09:00"), "request", id="f1", member="li", service="follow-up")
    told.tell(at("09:01"), "progress", request="f1", step="assigned")
    told.tell(at("09:02"), "progress", request="f1", step="result", details={"complaint": False})

    solved = told.refused(at("09:03"), "progress", request="f1", step="solved")

    assert solved == ("order_violation", "3.1")
    assert told.tell(at("09:04"), "close", request="f1", outcome="failed").accepted


def test_a_step_after_the_service_is_done_once_and_closes_its_task() -> None:
    told = story(Service(
        "appointment", steps=(Step("triage"), Step("tracked", "4.3", after_close=True, once=True,
                                                   closes=("visit-tracking",))),
        closing={"served": (task("visit-tracking", "4.2"), record("visit-tracking", "4.2"))},
    ))  # fmt: skip
    told.tell(at("09:00"), "request", id="v1", member="li", service="appointment")
    tracked: dict[str, Any] = {"request": "v1", "step": "tracked"}
    assert told.refused(at("09:01"), "progress", **tracked) == ("order_violation", "4.3")

    closed = told.tell(at("10:00"), "close", request="v1", outcome="served")
    done = told.tell(at("11:00"), "progress", **tracked)

    assert codes(closed, "task") == ["visit-tracking"]
    assert "4.2" in closed.clauses
    assert told.world.standing("li").records == {"visit-tracking": 1}
    assert [(f.code, f.about) for f in done.finished] == [("visit-tracking", {"request": "v1"})]
    assert told.refused(at("11:01"), "progress", **tracked) == ("order_violation", "4.3")


def test_nobody_tracks_what_did_not_take_place() -> None:
    told = story(Service("appointment", steps=(Step("tracked", after_close=True),)))
    for id_, verb, fields in (
        ("v1", "cancel", {"by": "customer"}), ("v2", "close", {"outcome": "no_show"}),
    ):  # fmt: skip
        told.tell(at("09:00"), "request", id=id_, member="li", service="appointment")
        told.tell(at("10:00"), verb, request=id_, **fields)
        refused = told.refused(at("10:01"), "progress", request=id_, step="tracked")
        assert refused == ("order_violation", "3.1")


def test_opening_brings_what_the_tier_is_owed() -> None:
    service = Service("reception", who="anybody", opening=(
        task("escort", "8.2", when=in_tiers("gold", "vip")), task("guide", "8.3", when=in_tiers("vip")),
        record("arrival"), notice("welcome"), flag("vip", when=in_tiers("gold")),
    ))  # fmt: skip
    told = story(service)

    gold = told.tell(at("09:00"), "request", id="v1", member="li", service="reception")
    other = told.tell(at("09:00"), "request", id="v2", member="wu", service="reception")

    assert (codes(gold, "task"), codes(gold, "notice")) == (["escort"], ["welcome"])
    assert gold.clauses == {"3.1", "8.2"}
    assert told.content("v1")["flags"] == ["vip"]
    assert codes(other, "task") == []
    assert told.world.standing("wu").records == {"arrival": 1}


def test_closing_needs_one_of_several_where_it_applies() -> None:
    vips = in_tiers("gold")
    service = Service(
        "reception", who="anybody", steps=(Step("escorted"), Step("room"), Step("agreed")),
        needs=(Need("escorted", when=vips), Need("room", by=("room", "agreed"), when=vips)),
        lists_missing=True, unfinished="incomplete",
    )  # fmt: skip
    told = story(service)
    told.tell(at("09:00"), "request", id="v1", member="li", service="reception")
    told.tell(at("09:00"), "request", id="v2", member="wu", service="reception")
    assert told.content("v1")["missing"] == ["escorted", "room"]
    assert told.content("v2")["missing"] == []

    told.tell(at("10:00"), "progress", request="v1", step="agreed")
    refused = told.tell(at("10:01"), "close", request="v1", outcome="served").refusal

    assert refused is not None
    assert (refused.code, refused.missing) == ("incomplete", ("escorted",))
    assert told.tell(at("10:02"), "close", request="v2", outcome="served").accepted


def test_a_step_has_its_role_details_and_state() -> None:
    told = story(Service("visit", papers=("slip",), steps=(
        Step("confirmed", by=("desk",), details=("when",), status="arranged", after=("complete",)),
    )))  # fmt: skip
    told.tell(at("09:00"), "request", id="v1", member="li", service="visit")

    def step(**fields: Any) -> str:
        return told.refused(at("10:00"), "progress", request="v1", step="confirmed", **fields)[0]

    assert step(by="desk", details={"when": "noon"}) == "document_missing"
    told.tell(at("10:00"), "supply", request="v1", documents={"slip": 1})
    assert step(by="guard", details={"when": "noon"}) == "wrong_person"
    assert step(by="desk") == "incomplete"
    assert step(by="desk", details={"when": "noon"}) == ""
    assert told.content("v1")["status"] == "arranged"


# Deadlines.


def test_an_hour_is_over_one_second_after_it() -> None:
    limit = Limit("reply", until="replied", amount=24, unit="hours", clause="2.1", late="late")
    told = story(Service("question", steps=(Step("replied"),), limits=(limit,)))
    for id_ in ("c1", "c2"):
        told.tell(at("10:00"), "request", id=id_, member="li", service="question")
    assert told.content("c1")["deadline"] == "2025-03-04T10:00:00+08:00"

    told.tell("2025-03-04 10:00:00", "progress", request="c1", step="replied")
    late = told.tell("2025-03-04 10:00:01", "progress", request="c2", step="replied")

    assert told.content("c1")["deadline"] is None
    assert codes(late, "flag") == ["late"]
    assert told.world.standing("li").records == {"late": 1}
    assert told.content("c1")["flags"] == []
    assert told.content("c2")["flags"] == ["overdue"]
    assert "clocks" not in told.world.standing("li").facts


def test_a_day_is_over_at_midnight_and_marked_once() -> None:
    limit = Limit("visit", start="confirmed", amount=5, unit="working_days", clause="1.1")
    told = story(Service("expert", steps=(Step("confirmed"),), limits=(limit,)))
    told.tell(at("09:00"), "request", id="r1", member="li", service="expert")
    assert told.content("r1")["deadlines"] == {}
    told.tell(at("09:30"), "progress", request="r1", step="confirmed")
    assert told.content("r1")["deadlines"] == {"visit": "2025-03-10"}

    assert [d for d in told.wait("2025-03-10 23:59:59") if d.raised] == []
    passed = [d for d in told.wait("2025-03-11 00:00") if d.raised]
    again = [d for d in told.wait("2025-04-30 12:00") if d.raised]

    assert [(r.sort, r.code, r.clause) for d in passed for r in d.raised] == [
        ("flag", "overdue", "1.1"), ("task", "escalate-overdue", "1.1"),
    ]  # fmt: skip
    assert again == []
    assert told.content("r1")["deadline"] == "2025-03-10"
    told.tell("2025-05-01 09:00", "close", request="r1", outcome="served")
    assert told.content("r1")["deadline"] is None


def test_the_nearest_open_deadline_is_shown() -> None:
    limits = (
        Limit("answer", until="answered", amount=2, unit="days"),
        Limit("arrange", start="complete", until="arranged", amount=30, unit="minutes"),
        Limit(
            "attend", start="arranged", until="close", amount=1, unit="days", when=said(far=True)
        ),
    )
    told = story(Service("visit", papers=("slip",), limits=limits,
                         steps=(Step("answered"), Step("arranged"))))  # fmt: skip
    told.tell(at("09:00"), "request", id="r1", member="li", service="visit")
    assert told.content("r1")["deadline"] == "2025-03-05"

    told.tell(at("10:00"), "supply", request="r1", documents={"slip": 1})
    assert told.content("r1")["deadline"] == "2025-03-03T10:30:00+08:00"
    told.tell(at("10:10"), "progress", request="r1", step="arranged", details={"far": True})
    assert told.content("r1")["deadlines"] == {"answer": "2025-03-05", "attend": "2025-03-04"}

    told.tell(at("11:00"), "cancel", request="r1", by="customer")
    assert told.content("r1")["deadlines"] == {}
    assert [d for d in told.wait("2025-04-01 00:00") if d.raised] == []


# The quota.


def counted(**rule: Any) -> Story:
    service = Service("expert", quota=Count("expert", **rule), review=True, numbers={"quota": "6"},
                      steps=(Step("booked", status="arranged"),))  # fmt: skip
    return story(service, benefits=(Quota("2", "expert", per=1),))


def left(told: Story) -> int | None:
    now = told.world.decisions[-1].at
    return told.world.book.at(now).remaining(told.world.standing("li"), now)["expert"]


def test_a_request_reserves_and_serving_consumes() -> None:
    told = counted()
    told.tell(at("09:00"), "request", id="r1", member="li", service="expert")
    assert (told.content("r1")["quota"], left(told)) == ("reserved", 0)
    second = told.refused(at("09:01"), "request", id="r2", member="li", service="expert")
    assert second == ("quota_used", "6")

    told.tell(at("10:00"), "close", request="r1", outcome="served")

    assert (told.content("r1")["quota"], left(told)) == ("consumed", 0)


@pytest.mark.parametrize(
    ("rule", "steps", "end", "quota"),
    [
        ({}, (), ("cancel", {"by": "customer"}), "released"),
        ({"cancelled": "consumed"}, (), ("cancel", {"by": "customer"}), "consumed"),
        ({"cancelled": "consumed"}, (), ("cancel", {"by": "provider"}), "released"),
        ({"forfeits": ("booked",)}, (), ("cancel", {"by": "customer"}), "released"),
        ({"forfeits": ("booked",)}, ("booked",), ("cancel", {"by": "customer"}), "consumed"),
        ({"consume_on": "booked"}, ("booked",), ("cancel", {"by": "customer"}), "consumed"),
        ({"consume_on": "booked"}, ("booked",), ("cancel", {"by": "hospital"}), "released"),
        ({"consume_on": "booked"}, ("booked",), ("close", {"outcome": "failed"}), "released"),
        ({}, (), ("close", {"outcome": "no_show"}), "consumed"),
        ({"no_show": "released"}, (), ("close", {"outcome": "no_show"}), "released"),
        ({}, (), ("decide", {"outcome": "refused"}), "released"),
    ],
)
def test_how_a_use_ends(
    rule: dict[str, Any], steps: tuple[str, ...], end: tuple[str, dict[str, Any]], quota: str
) -> None:
    told = counted(**rule)
    told.tell(at("09:00"), "request", id="r1", member="li", service="expert")
    for step in steps:
        told.tell(at("09:30"), "progress", request="r1", step=step)

    verb, fields = end
    told.tell(at("10:00"), verb, request="r1", **fields)

    assert told.content("r1")["quota"] == quota
    assert left(told) == (1 if quota == "released" else 0)


# What a plugin may get wrong, and the words.


@pytest.mark.parametrize(
    "make",
    [
        lambda: Service("s", steps=(Step("a"), Step("a"))),
        lambda: Service("s", steps=(Step("a", after=("b",)),)),
        lambda: Service("s", needs=("a",)),
        lambda: Service("s", limits=(Limit("l", until="a", amount=1, unit="hours"),)),
        lambda: Limit("l", amount=1, unit="weeks"),
        lambda: Step("a", status="served"),
        lambda: Services("1", Service("s"), Service("s")),
    ],
)
def test_a_service_that_cannot_be_is_refused_at_once(make: Any) -> None:
    with pytest.raises(CharterError):
        make()


def test_every_number_of_a_service_has_words_with_its_figures() -> None:
    labels = {"result": ("结果", "Result"), "expert": ("专家门诊", "Expert")}
    limit = Limit("reply", until="result", amount=24, unit="hours", clause="9.9")
    service = Service(
        "expert", papers=("slip",), details=("when",), by=("desk",), consent=always, review=True,
        for_others="wrong_person", quota=Count("expert"), needs=("result",), limits=(limit,),
        steps=(*in_order("assigned", "result"), Step("rated", "9.8", after_close=True, once=True)),
        opening=(task("call", "9.7"),), closing={"served": (record("seen"),)},
        numbers={"papers": "9.1", "close": "9.2", "decide": "9.3", "tier": "9.4", "over": "9.5",
                 "cancel": "9.6"}, tiers=("vip",),
    )  # fmt: skip
    told = Story(Services("9", service, labels=labels), Quota("2", "expert", per=1))
    program = told.world.book.at(datetime(2025, 3, 3, 9, tzinfo=ZONE))

    assert missing_texts(program) == []
    texts = texts_of(program)
    assert "专家门诊" in texts["9"][0]
    assert "24小时" in texts["9.9"][0]
    assert "Within 24 hours" in texts["9.9"][1]
    assert "Result" in texts["9.2"][1]


# Properties.

LONG = Service(
    "long", papers=("slip",), review=True, decide_after=("a",), quota=Count("expert", consume_on="b"),
    steps=(*in_order("a", "b", "c"), Step("rated", after_close=True)), needs=("c",),
    limits=(Limit("one", until="b", amount=90, unit="minutes"),
            Limit("two", start="a", until="c", amount=1, unit="days")),
)  # fmt: skip

ACTS = st.sampled_from([
    ("supply", {"documents": {"slip": 1}}), ("decide", {"outcome": "approved"}),
    ("decide", {"outcome": "refused"}), ("cancel", {"by": "customer"}), ("cancel", {"by": "hospital"}),
    ("close", {"outcome": "served"}), ("close", {"outcome": "failed"}),
    ("close", {"outcome": "no_show"}),
    *(("progress", {"step": step}) for step in ("a", "b", "c", "rated")),
])  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(acts=st.lists(st.tuples(ACTS, st.integers(0, 200)), max_size=12))
def test_whatever_happens_the_rules_of_a_request_hold(
    acts: list[tuple[tuple[str, dict[str, Any]], int]],
) -> None:
    def run() -> tuple[Story, list[str]]:
        told = story(LONG, benefits=(Quota("2", "expert", per=1),))
        told.tell(at("09:00"), "request", id="r1", member="li", service="long")
        states, minute = [], 0
        for (verb, fields), pause in acts:
            minute += pause
            when = datetime.fromisoformat(at("09:00")) + timedelta(minutes=minute)
            told.tell(when.isoformat(), verb, request="r1", **fields)
            states.append(json.dumps(told.content("r1")))
        return told, states

    told, states = run()

    assert run()[1] == states
    content = told.content("r1")
    assert json.loads(json.dumps(content)) == content
    done = [step for step, *_ in content["steps"] if step in "abc"]
    assert done == list("abc")[: len(done)]
    assert content["quota"] in ("reserved", "consumed", "released")
    assert left(told) == (1 if content["quota"] == "released" else 0)
    if content["status"] not in OPEN:
        assert content["deadline"] is None
        assert "clocks" not in told.world.standing("li").facts
    if content["status"] == "served":
        assert "c" in done
