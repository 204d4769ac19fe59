"""A hold: what is set aside cannot be spent, expires as before, and is released or captured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from marshmallow import Schema

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import EARN, SETTLE, Charter, Clause, on
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.errors import CharterError
from charterhouse.kernel.events import parse_body
from charterhouse.kernel.ledger import POINTS, held, unit_of
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.periods import day_start

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 25, 12, tzinfo=ZONE)


class Places(Clause):
    """A place costs forty points: set aside when booked, taken when the visit took place."""

    def codes(self) -> Mapping[str, Iterable[str]]:
        return {"award.kind": {"gift"}}

    def expiry(self, unit: str, day: date, now: datetime) -> datetime | None:
        return day_start(date(day.year + 1, 1, 1), now.tzinfo) if unit == POINTS else None

    @on("award", phase=EARN)
    def give(self, d: Draft) -> Iterator[fx.Effect]:
        yield fx.Credit(d.member, POINTS, d.body.points, "gift")

    @on("book", phase=SETTLE)
    def hold(self, d: Draft) -> Iterator[fx.Effect]:
        target = "credit" if d.body.what == "mistake" else held(POINTS)
        yield fx.Move(d.member, POINTS, target, 40)

    @on("take_part", phase=SETTLE)
    def capture(self, d: Draft) -> Iterator[fx.Effect]:
        yield fx.Debit(d.member, held(POINTS), 40, "@redeemed")

    @on("visit", phase=SETTLE)
    def release(self, d: Draft) -> Iterator[fx.Effect]:
        yield fx.Move(d.member, held(POINTS), POINTS, 40)


class Holding(Charter):
    code = "test.holding"
    name = ("预约", "Places")
    Settings = Schema

    def clauses(self, s: Any) -> list[Clause]:
        return [Places("1").says("预约须先冻结积分。", "A place is held in points.")]


@pytest.fixture(name="world")
def _world() -> MemoryWorld:
    world = MemoryWorld(Holding(), {}, ZONE)
    _tell(world, "award", points=100, kind="gift")
    return world


def _tell(world: MemoryWorld, verb: str, at: datetime = NOON, **fields: Any) -> Any:
    body = parse_body(verb, {"member": "li", **fields}, ZONE)
    return world.submit(body, at).decision


def _balances(world: MemoryWorld) -> tuple[int, int]:
    standing = world.standing("li")
    return standing.balance(POINTS), standing.balance(held(POINTS))


def test_a_hold_sets_aside_and_keeps_the_lot(world: MemoryWorld) -> None:
    decision = _tell(world, "book", what="exam")

    assert _balances(world) == (60, 40)
    assert {(p.account, p.amount, p.lot) for p in decision.postings} == {
        ("points", -40, "gift/2027-01-01"), ("points:held", 40, "gift/2027-01-01"),
    }  # fmt: skip
    assert {unit_of(p.account) for p in decision.postings} == {POINTS}


def test_a_hold_counts_against_the_balance_when_it_is_placed(world: MemoryWorld) -> None:
    for _ in range(2):
        _tell(world, "book", what="exam")

    with pytest.raises(CharterError, match="balance of 20 cannot give 40"):
        _tell(world, "book", what="exam")
    assert _balances(world) == (20, 80)


def test_a_hold_is_released_or_captured_once(world: MemoryWorld) -> None:
    _tell(world, "book", what="exam")
    _tell(world, "visit", kind="exam")
    assert _balances(world) == (100, 0)

    _tell(world, "book", what="exam")
    _tell(world, "take_part", activity="exam")
    assert _balances(world) == (60, 0)
    with pytest.raises(CharterError, match="cannot give 40"):
        _tell(world, "take_part", activity="exam")


def test_what_is_held_expires_with_its_lot(world: MemoryWorld) -> None:
    _tell(world, "book", what="exam")

    world.advance(NOON + timedelta(days=60))

    assert _balances(world) == (0, 0)


def test_a_move_stays_within_one_unit(world: MemoryWorld) -> None:
    with pytest.raises(CharterError, match="different units"):
        _tell(world, "book", what="mistake")
    assert _balances(world) == (100, 0)
