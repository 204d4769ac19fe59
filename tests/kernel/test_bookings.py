"""Bookings and queues: places, no-shows, reminders, and who is called first."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_services import ZONE, Story

from charterhouse.kernel.charter import Clause
from charterhouse.kernel.clauses.benefits import Unlimited
from charterhouse.kernel.clauses.bookings import (
    BookFirst,
    BookingReminder,
    Bookings,
    BookingTask,
    NoShow,
    Places,
)
from charterhouse.kernel.clauses.lines import line_id
from charterhouse.kernel.clauses.queues import (
    Active,
    Detail,
    HasBenefit,
    InTiers,
    Queue,
    queue_of,
)
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.services import Service
from charterhouse.kernel.document import missing_texts, texts_of
from charterhouse.kernel.errors import EventError

SLOT = "2025-03-05 09:00"


def story(*clauses: Clause) -> Story:
    told = Story(*clauses)
    for ref, tier in (("a", "silver"), ("b", "gold"), ("c", "vip")):
        told.tell("2025-03-01 08:00", "join", member=ref, tier=tier)
    return told


def book(told: Story, id_: str, at: str = "2025-03-03 10:00", **fields: Any) -> tuple[str, str]:
    return told.refused(at, "book", id=id_, **{"what": "lecture", "slot": SLOT, **fields})


def queue(told: Story, what: str = "lecture", slot: str = SLOT, at: str = SLOT) -> list[str]:
    now = datetime.fromisoformat(at).replace(tzinfo=ZONE)
    return [e.person for e in queue_of(told.world.book.at(now), told.world, what, slot, now)]


def test_places_are_counted_for_each_thing_and_time() -> None:
    told = story(
        Bookings("2.1", "lecture", "check", "walk"), Places("2.3", {"lecture": 1, "check": 1})
    )

    assert book(told, "k1", member="a") == ("", "")
    assert book(told, "k2", member="b") == ("full", "2.3")
    assert book(told, "k3", member="b", slot="2025-03-06 09:00") == ("", "")
    assert book(told, "k4", member="b", what="check") == ("", "")
    assert book(told, "k5", person="x", what="walk") == book(told, "k6", person="y", what="walk")
    assert book(told, "k7", member="b", what="sauna") == ("unknown", "")


def test_the_same_time_in_another_writing_is_the_same_slot() -> None:
    told = story(Bookings("2.1", "lecture"), Places("2.3", {"lecture": 1}))
    book(told, "k1", member="a", slot="2025-03-05 09:00")

    for slot in ("2025-03-05T09:00", "2025-03-05 09:00:00", "2025-03-05T01:00+00:00"):
        assert book(told, "k2", member="b", slot=slot) == ("full", "2.3")


def test_a_cancelled_booking_frees_its_place_and_a_kept_one_does_not() -> None:
    told = story(Bookings("2.1", "lecture", over="2.2"), Places("2.3", {"lecture": 1}))
    book(told, "k1", member="a")
    cancelling: dict[str, Any] = {"request": "k1", "by": "customer"}
    told.tell("2025-03-03 11:00", "cancel", **cancelling)

    assert told.refused("2025-03-03 11:01", "cancel", **cancelling) == ("order_violation", "2.2")
    assert book(told, "k2", member="b", at="2025-03-03 11:02") == ("", "")
    for outcome in ("served", "no_show"):
        id_ = {"served": "k2", "no_show": "k3"}[outcome]
        told.tell("2025-03-05 09:30", "close", request=id_, outcome=outcome)
        assert told.content(id_)["status"] == outcome
        assert book(told, "kx", member="c", at="2025-03-05 09:31") == ("full", "2.3")
        told = story(Bookings("2.1", "lecture"), Places("2.3", {"lecture": 1}))
        book(told, "k3", member="a")


def test_who_may_book() -> None:
    told = story(
        Bookings("8", "room", "lecture", members=True, only={"room": ("gold", "vip")}, tier="8.4",
                 none="8.1", ended="8.2")
    )  # fmt: skip

    assert book(told, "k1", person="stranger") == ("not_active", "8.1")
    assert book(told, "k2", member="a", what="room") == ("tier_too_low", "8.4")
    assert book(told, "k3", member="b", what="room") == ("", "")
    told.tell("2025-03-03 10:30", "withdraw", member="b")
    assert book(told, "k4", member="b", at="2025-03-03 10:31") == ("not_active", "8.2")


def test_a_tier_that_no_longer_runs_books_nothing_of_its_own() -> None:
    told = story(Bookings("8", "room", only={"room": ("gold",)}))
    told.tell("2025-03-03 10:30", "withdraw", member="b")

    assert book(told, "k1", "2025-03-03 11:00", member="b", what="room") == ("not_active", "8")
    assert book(told, "k2", "2025-03-03 11:00", member="c", what="room") == ("not_included", "8")


def test_what_is_no_booking_is_unknown() -> None:
    told = story(Bookings("2.1", "lecture"))
    book(told, "k1", member="a")

    missing = told.refused("2025-03-03 11:00", "cancel", request="k9", by="customer")
    vanished = told.refused("2025-03-03 11:00", "close", request="k1", outcome="vanished")

    assert (missing[0], vanished[0]) == ("unknown", "unknown")
    assert book(told, "k1", member="b") == ("order_violation", "")
    with pytest.raises(EventError):
        told.tell("2025-03-03 11:00", "cancel", request=line_id("lecture", ""), by="customer")


def test_steps_of_a_request_are_not_those_of_a_booking() -> None:
    told = story(Bookings("2.1", "lecture"), Services("3", Service("visit")))
    book(told, "k1", member="a")

    for verb, fields in (("supply", {"documents": {}}), ("decide", {"outcome": "approved"})):
        assert told.refused("2025-03-03 11:00", verb, request="k1", **fields)[0] == "unknown"
    told.tell("2025-03-03 11:00", "request", id="r1", member="a", service="visit")
    told.tell("2025-03-03 11:01", "close", request="r1", outcome="served")
    told.tell("2025-03-03 11:02", "close", request="k1", outcome="served")
    assert [told.content(id_)["status"] for id_ in ("r1", "k1")] == ["served", "served"]


def test_who_takes_part_has_booked() -> None:
    told = story(
        Bookings("2.1", "lecture", "check"), BookFirst("2.3"), Places("2.3", {"lecture": 1})
    )
    taking: dict[str, Any] = {"activity": "lecture", "result": "took_part"}
    book(told, "k1", member="a")
    book(told, "k2", member="b", what="check")

    assert told.refused(SLOT, "take_part", member="b", **taking) == ("order_violation", "2.3")
    taken = told.tell(SLOT, "take_part", member="a", **taking)

    assert taken.accepted
    assert "2.3" in taken.clauses
    assert told.content("k1")["status"] == "served"
    assert told.refused(SLOT, "take_part", member="a", **taking) == ("order_violation", "2.3")
    assert book(told, "k3", SLOT, member="c") == ("full", "2.3")
    assert (
        told.refused(SLOT, "take_part", member="a", activity="outing", result="took_part")[0] == ""
    )


def test_a_cancelled_booking_lets_nobody_in() -> None:
    told = story(Bookings("2.1", "lecture"), BookFirst("2.3"))
    book(told, "k1", member="a")
    told.tell("2025-03-03 11:00", "cancel", request="k1", by="customer")

    refused = told.refused(SLOT, "take_part", member="a", activity="lecture", result="took_part")

    assert refused == ("order_violation", "2.3")


@pytest.mark.parametrize(
    ("at", "marked"), [("2025-03-05 08:59:59", 0), ("2025-03-05 09:00", 1), ("2025-03-06 12:00", 1)]
)
def test_given_up_at_the_start_is_a_no_show(at: str, marked: int) -> None:
    told = story(Bookings("5.1", "lecture"), NoShow("5.2"))
    book(told, "k1", member="a")

    decision = told.tell(at, "cancel", request="k1", by="customer")

    assert [(r.sort, r.code) for r in decision.raised] == [("flag", "no-show")] * marked
    assert told.world.standing("a").records.get("no-show", 0) == marked
    assert "5.2" in decision.clauses


def test_who_does_not_come_is_recorded() -> None:
    told = story(Bookings("5.1", "lecture"), NoShow("5.2"), Services("3", Service("visit")))
    book(told, "k1", member="a")
    book(told, "k2", member="a")
    told.tell("2025-03-04 09:00", "request", id="r1", member="a", service="visit")
    told.tell(SLOT, "close", request="k1", outcome="no_show")
    told.tell(SLOT, "close", request="k2", outcome="served")
    told.tell(SLOT, "close", request="r1", outcome="no_show")

    assert told.world.standing("a").records == {"no-show": 1}
    assert told.world.standing("a").status == "active"


def test_reminders_come_at_the_beginning_of_the_day_before() -> None:
    told = story(Bookings("5.1", "lecture"), BookingReminder("7.3", "appointment"))
    book(told, "k1", member="a")
    book(told, "k2", member="a", slot="2025-03-05 15:00")
    book(told, "k3", member="b")
    book(told, "k4", member="c", slot="second row")
    told.tell("2025-03-03 12:00", "cancel", request="k3", by="customer")

    early = [r for d in told.wait("2025-03-03 23:59") for r in d.raised]
    sent = [(d.at, r.code, r.member) for d in told.wait("2025-03-20 12:00") for r in d.raised]

    assert early == []
    midnight = datetime(2025, 3, 4, tzinfo=ZONE)
    assert sent == [(midnight, "appointment", "a")] * 2


def test_some_bookings_ask_something_of_the_staff() -> None:
    told = story(
        Bookings("8", "lecture"),
        BookingTask("8.6", "lecture", task="coordinate", channel="phone", for_others=True,
                    tiers=("vip",)),
    )  # fmt: skip

    def tasks(**fields: Any) -> list[str]:
        decision = told.tell("2025-03-03 10:00", "book", what="lecture", slot=SLOT, **fields)
        return [raised.code for raised in decision.raised]

    assert tasks(member="c", channel="phone", for_="cousin") == ["coordinate"]
    assert tasks(member="c", channel="wechat", for_="cousin") == []
    assert tasks(member="c", channel="phone") == []
    assert tasks(member="b", channel="phone", for_="cousin") == []


# Queues.


def test_members_are_called_before_others_in_the_order_of_booking() -> None:
    told = story(Bookings("3", "lecture"), Queue("3.1", Active()))
    for id_, person in enumerate(("x", "b", "y", "a")):
        cited = told.tell("2025-03-03 10:00", "book", id=f"k{id_}", person=person, what="lecture",
                          slot=SLOT).clauses  # fmt: skip
        assert "3.1" in cited

    assert queue(told) == ["b", "a", "x", "y"]
    told.tell("2025-03-03 11:00", "cancel", request="k1", by="customer")
    told.tell("2025-03-03 11:00", "withdraw", member="a")
    assert queue(told) == ["x", "y", "a"]
    assert queue(told, slot="2025-03-06 09:00") == []


def test_groups_are_called_one_after_the_other() -> None:
    told = story(
        Bookings("3", "lecture"), Queue("3.1", Detail("triage", "emergency"), InTiers("vip"))
    )
    for person, details in (
        ("b", {}), ("c", {}), ("x", {"triage": "emergency"}), ("a", {"triage": "none"}),
        ("y", {"triage": "emergency"}),
    ):  # fmt: skip
        book(told, f"k-{person}", person=person, details=details)

    assert queue(told) == ["x", "y", "c", "b", "a"]


def test_a_benefit_calls_first_whoever_has_it() -> None:
    told = story(
        Bookings("3", "lecture"), Queue("3.2", HasBenefit("queue-priority")),
        Unlimited("2", "queue-priority", only=("gold",)),
    )  # fmt: skip
    for person in ("a", "x", "b"):
        book(told, f"k-{person}", person=person)

    assert queue(told) == ["b", "a", "x"]


def test_the_one_who_is_treated_waits() -> None:
    told = story(Bookings("3", "lecture"), Queue("3.1", Active()))
    book(told, "k1", member="c", for_="cousin")
    book(told, "k2", member="a")

    assert queue(told) == ["a", "cousin"]


def test_without_a_time_one_waits_to_the_next_day() -> None:
    told = story(Bookings("3", "queue"), Queue("3.3", Active()))
    for at, person in (("2025-03-03 23:50", "x"), ("2025-03-04 00:10", "a")):
        told.tell(at, "book", person=person, what="queue")

    assert queue(told, "queue", "", "2025-03-04 00:11") == ["a", "x"]
    assert queue(told, "queue", "", "2025-03-05 08:00") == ["a"]
    told.tell("2025-03-09 08:00", "book", person="y", what="queue")
    assert [row[1] for row in told.content(line_id("queue", ""))["entries"]] == ["y"]


def test_a_share_of_the_places_stays_for_others() -> None:
    told = story(
        Bookings("2", "lecture"), Queue("2.2", Active(), share=Decimal("0.5"), shared="2.5")
    )
    for person in ("x", "y", "a", "b"):
        book(told, f"k-{person}", person=person)

    assert queue(told) == ["a", "x", "b", "y"]


@settings(max_examples=50, deadline=None)
@given(
    persons=st.lists(st.sampled_from("abcxyz"), max_size=12),
    share=st.integers(0, 100).map(lambda n: Decimal(n) / 100),
)
def test_the_share_holds_for_every_first_n(persons: list[str], share: Decimal) -> None:
    told = story(Bookings("2", "lecture"), Queue("2.2", Active(), share=share, shared="2.5"))
    for place, person in enumerate(persons):
        book(told, f"k{place}", person=person)

    called = queue(told)

    assert sorted(called) == sorted(persons)
    for group in ("abc", "xyz"):
        order = [person for person in persons if person in group]
        assert [person for person in called if person in group] == order
    for n in range(1, len(called) + 1):
        others = sum(person in "xyz" for person in called[:n])
        if any(person in "xyz" for person in called[n:]):
            assert others >= int(n * share)
    assert json.loads(json.dumps(_line(told))) == _line(told)


def _line(told: Story) -> dict[str, Any]:
    document = told.world.document(line_id("lecture", SLOT))
    return dict(document.content) if document else {}


def test_the_id_of_a_slot_fits_its_column_and_is_nobody_elses() -> None:
    long = line_id("x" * 80, "y" * 2000)

    assert len(long) <= 80
    assert long != line_id("x" * 80, "y" * 1999)
    assert "/" in long


def test_bookings_that_nobody_closes_are_forgotten_in_time() -> None:
    told = story(Bookings("2", "lecture"))
    for month in range(1, 13):
        book(told, f"k{month}", f"2026-{month:02d}-01 09:00", member="a",
             slot=f"2026-{month:02d}-15 09:00")  # fmt: skip

    assert sorted(told.world.standing("a").facts["booked"]) == ["k11", "k12"]


def test_every_clause_has_words() -> None:
    labels = {"lecture": ("讲座", "Lecture"), "vip": ("贵宾", "VIP")}
    told = Story(
        Bookings("1", "lecture", members=True, only={"lecture": ("vip",)}, tier="1.1", labels=labels),
        Places("2", {"lecture": 30}, labels=labels), BookFirst("3"), NoShow("4"),
        BookingReminder("5", "appointment", days=2), BookingTask("6", "lecture", task="t"),
        Queue("7", InTiers("vip"), share=Decimal("0.25"), shared="7.1", labels=labels),
    )  # fmt: skip
    program = told.world.book.at(datetime(2025, 3, 3, tzinfo=ZONE))

    assert missing_texts(program) == []
    texts = texts_of(program)
    assert "讲座每场30人" in texts["2"][0]
    assert "Lecture: for VIP only." in texts["1.1"][1]
    assert "25" in texts["7.1"][1]
