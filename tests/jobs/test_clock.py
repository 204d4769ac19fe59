"""The clock wakes whose time has come, a batch at a time, and changes no outcome."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

import pytest
from records_story import found, tell
from sqlalchemy import select
from structlog.testing import capture_logs

from charterhouse.clock import FixedClock, use_clock
from charterhouse.desk import dashboard, members, registers
from charterhouse.desk.register_sources import Wanted
from charterhouse.desk.replays import Asked, replay
from charterhouse.desk.verifying import verify_tenant
from charterhouse.jobs.clock import DueClock
from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import Clause
from charterhouse.kernel.periods import day_start
from charterhouse.kernel.scenario.orders import rearranged
from charterhouse.kernel.standing import HOUSE
from charterhouse.plugins.registry import registry
from charterhouse.records import tables as t
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse_gynecology.vip_card import VipCard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from charterhouse.kernel.draft import Draft
    from charterhouse.kernel.standing import Standing
    from conftest import House


def items(house: House, code: str) -> list[str]:
    with tenant_scope(house.north), unit() as opened:
        query = select(t.item.c.member).where(t.item.c.code == code).order_by(t.item.c.at)
        return list(opened.connection.execute(query).scalars())


def run(house: House, at: str, due_clock: DueClock | None = None) -> int:
    """Tick until nothing is left; return how many were advanced."""
    due_clock, advanced = due_clock or DueClock(), 0
    with use_clock(FixedClock(house.at(at))):
        while ticked := due_clock.tick(house.north):
            advanced += ticked
    return advanced


def test_nobody_is_woken_before_the_time(house: House) -> None:
    assert run(house, "2025-07-07 23:59:59") == 0
    assert items(house, "birthday") == []


def test_a_birthday_is_noticed_at_its_first_moment(house: House) -> None:
    assert run(house, "2025-07-08 00:00:00") == 2
    assert sorted(items(house, "birthday")) == sorted(["li", house.somebody])
    assert run(house, "2025-07-08 00:00:00") == 0
    assert verify_tenant(house.north).differences == []


def test_one_tick_is_one_bounded_batch(house: House) -> None:
    due_clock = DueClock()
    with use_clock(FixedClock(house.at("2025-07-09 09:00"))):
        assert [due_clock.tick(house.north, most=1) for _ in range(3)] == [1, 1, 0]


def test_a_clock_that_slept_for_years_makes_up_for_it(house: House) -> None:
    run(house, "2029-01-01 09:00")
    assert items(house, "birthday").count("li") == 3, "of 2025, 2026 and 2027: then it expired"
    assert items(house, "card-expiring").count("li") == 1
    with tenant_scope(house.north), unit() as opened:
        query = select(t.standing.c.status, t.standing.c.points).where(t.standing.c.ref == "li")
        assert tuple(opened.connection.execute(query).one()) == ("lapsed", 0)
    assert verify_tenant(house.north).differences == []


def test_an_event_in_between_finds_the_same_history(house: House) -> None:
    house.tell("2025-07-09 10:00", "award", {"member": "li", "points": 1})
    assert run(house, "2025-07-09 10:00") == 1, "li was brought here by the event"
    assert items(house, "birthday").count("li") == 1


def test_a_new_version_is_a_due_of_everybody(house: House) -> None:
    change = {
        "announced": "2025-03-09",
        "effective": "2025-04-01",
        "settings": {"card_expiring_days": 60},
    }
    house.tell("2025-03-09 09:00", "amend", change)
    due_clock = DueClock()
    assert run(house, "2025-03-31 23:59", due_clock) == 0
    with tenant_scope(house.north), unit() as opened:
        people = len(opened.connection.execute(select(t.standing.c.ref)).all())
    assert run(house, "2025-04-01 00:00", due_clock) == people
    assert run(house, "2025-04-01 00:01", due_clock) == 0
    assert run(house, "2028-01-02 00:00", due_clock) > 0
    with tenant_scope(house.north), unit() as opened:
        query = select(t.item.c.at).where(t.item.c.code == "card-expiring", t.item.c.member == "li")
        assert opened.connection.execute(query).scalar_one() == house.at("2027-12-31 00:00")


def test_a_damaged_member_does_not_hold_up_the_others(house: House) -> None:
    path = house.catalogue.installation.stores.path(house.north.id)  # type: ignore[attr-defined]  # the embedded engine
    with closing(sqlite3.connect(path)) as driver:
        driver.execute("UPDATE standing SET sealed = 'x' || sealed WHERE ref = 'li'")
        driver.commit()
    due_clock = DueClock()
    with use_clock(FixedClock(house.at("2025-07-08 00:05"))):
        assert due_clock.tick(house.north) == 1
        assert due_clock.tick(house.north) == 0, "li rests"
    assert items(house, "birthday") == [house.somebody]


class Watched(datetime):
    """A moment; something else happens when it is compared for the first time."""

    meanwhile: ClassVar[list[Callable[[], object]]] = []

    def __lt__(self, other: datetime) -> bool:
        if self.meanwhile:
            self.meanwhile.pop()()
        return super().__lt__(other)


def test_a_tenant_is_not_disturbed_when_a_member_of_another_comes_to_rest(house: House) -> None:
    south = found(house.catalogue, "south")
    with tenant_scope(south):
        told = {"member": "li", "path": "ordinary"}
        tell("2025-03-01 10:00", "join", told, born={"li": "1990-07-08"})
    for tenant in (house.north, south):
        path = house.catalogue.installation.stores.path(tenant.id)  # type: ignore[attr-defined]  # the embedded engine
        with closing(sqlite3.connect(path)) as driver:
            driver.execute("UPDATE standing SET sealed = 'x' || sealed WHERE ref = 'li'")
            driver.commit()
    due_clock = DueClock()
    with use_clock(FixedClock(Watched.fromisoformat("2025-07-08 00:05+08:00"))):
        assert due_clock.tick(house.north) == 1
        # As another thread of the crew does, which visits that tenant.
        Watched.meanwhile.append(lambda: due_clock.tick(south))
        assert due_clock.tick(house.north) == 0, "li rests"
        assert not Watched.meanwhile
        with capture_logs() as told_again:
            due_clock.tick(south)
        assert told_again == [], "li of the other one rests, too"


def test_a_member_rests_no_longer_because_the_clock_ran_ahead(house: House) -> None:
    path = house.catalogue.installation.stores.path(house.north.id)  # type: ignore[attr-defined]  # the embedded engine
    sealed = "SELECT sealed FROM standing WHERE ref = 'li'"
    with closing(sqlite3.connect(path)) as driver:
        (whole,) = driver.execute(sealed).fetchone()
        driver.execute("UPDATE standing SET sealed = 'x' || sealed WHERE ref = 'li'")
        driver.commit()
    due_clock = DueClock()
    with use_clock(FixedClock(house.at("2025-07-09 00:05"))):
        while due_clock.tick(house.north):
            pass
    with closing(sqlite3.connect(path)) as driver:
        driver.execute("UPDATE standing SET sealed = ? WHERE ref = 'li'", [whole])
        driver.commit()
    with use_clock(FixedClock(house.at("2025-07-08 00:05"))):
        assert due_clock.tick(house.north) == 1
    assert items(house, "birthday").count("li") == 1


class MorningTask(Clause):
    """A task of the institution's own, every day at midnight."""

    of_house = True
    due_rank = 60

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        return day_start(after.date() + timedelta(days=1), after.tzinfo)

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        yield fx.Raise("task", "morning-round", member, due=draft.now.date())


@pytest.fixture(name="rounds")
def _rounds(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """The institution of a charter with a daily task of its own."""
    daily = rearranged(VipCard(), lambda clauses: [*clauses, MorningTask("9.3")])
    monkeypatch.setitem(registry().charters, "gynecology.vip-card", daily)
    return house


def test_the_institution_gets_its_own_dues_without_any_event(rounds: House) -> None:
    due_clock = DueClock()
    assert run(rounds, "2025-03-10 09:00", due_clock) == 1, "it is founded once"
    assert run(rounds, "2025-03-10 09:01", due_clock) == 0
    assert items(rounds, "morning-round") == []
    assert run(rounds, "2025-03-11 00:00", due_clock) == 1
    assert run(rounds, "2025-03-13 12:00", DueClock()) == 1, "a restart founds it no second time"
    assert items(rounds, "morning-round") == [HOUSE] * 3
    assert verify_tenant(rounds.north).differences == []
    with tenant_scope(rounds.north):
        assert replay(Asked()).empty


def test_a_charter_without_such_dues_founds_nothing(house: House) -> None:
    assert run(house, "2025-03-10 09:00") == 0
    with tenant_scope(house.north), unit() as opened:
        query = select(t.standing.c.ref).where(t.standing.c.ref == HOUSE)
        assert opened.connection.execute(query).scalar() is None


def test_the_institution_is_no_member_anywhere(rounds: House) -> None:
    def shown() -> list[object]:
        with tenant_scope(rounds.north), use_clock(FixedClock(rounds.at("2025-03-13 12:30"))):
            persons = registers.find_register("consumption")
            return [
                [row.ref for row in members.walk()],
                members.counts(),
                dashboard.members().by_status,
                [row["member"] for row in registers.walk(persons, Wanted())],
            ]

    before = shown()
    run(rounds, "2025-03-13 12:00")
    assert items(rounds, "morning-round") == []
    run(rounds, "2025-03-14 12:00")
    assert items(rounds, "morning-round") == [HOUSE]
    assert shown() == before
