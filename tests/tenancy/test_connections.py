"""The connections that an engine keeps open between units."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from charterhouse.tenancy.engines.connections import Connections
from charterhouse.tenancy.errors import StoreBusyError
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Engine

    from charterhouse.tenancy.tenant import Tenant


class Line:
    """A connection to nowhere."""

    def __init__(self) -> None:
        self.born = 0.0
        self.engine: Engine | None = None
        self.closed = False

    def close(self) -> None:
        """Remember it."""
        self.closed = True


def pool(connect: Callable[[], Line] = Line, age: float = 60.0) -> Connections[Line]:
    """One that keeps one connection of two."""
    return Connections(connect, kept=1, most=2, patience=0.01, age=age)


def test_the_one_used_last_is_used_next_and_no_more_are_kept_than_wanted() -> None:
    lines = pool()
    first, second = lines.take(), lines.take()

    lines.give(first)
    lines.give(second)

    assert (first.closed, second.closed) == (False, True)
    assert lines.take() is first


def test_a_tenant_gets_the_one_that_served_it_and_whoever_is_new_the_one_used_last() -> None:
    lines: Connections[Line] = Connections(Line, kept=3, most=3, patience=0.01)
    north, south = lines.take(1), lines.take(2)
    lines.give(north)
    lines.give(south)

    again = lines.take(1)
    assert again is north
    lines.give(again)
    assert lines.take(3) is north, "used last"

    third = lines.take(1)
    assert third is south, "the other one is in use"
    lines.give(third)
    assert lines.take(1) is south


def test_what_was_closed_serves_nobody_again() -> None:
    lines = pool()
    first = lines.take(1)
    lines.give(first, usable=False)

    second = lines.take(1)
    assert second is not first
    lines.give(second)
    lines.close()
    assert second.closed
    assert lines.take(1) is not second


def test_who_waits_in_vain_is_told_so_and_a_place_becomes_free_again() -> None:
    lines = pool()
    first, _ = lines.take(), lines.take()
    with pytest.raises(StoreBusyError):
        lines.take()

    lines.give(first, usable=False)

    assert first.closed
    assert lines.take() is not first


def test_a_connection_that_does_not_open_takes_no_place() -> None:
    def fail() -> Line:
        raise ConnectionError

    lines = pool(fail)
    for _ in range(3):
        with pytest.raises(ConnectionError):
            lines.take()


def test_an_old_connection_is_replaced() -> None:
    lines = pool(age=0.0)
    first = lines.take()
    lines.give(first)

    assert lines.take() is not first
    assert first.closed


def test_what_is_in_use_at_the_end_is_closed_when_it_comes_back() -> None:
    lines = pool()
    first, second = lines.take(), lines.take()
    lines.give(first)

    lines.close()

    assert (first.closed, second.closed) == (True, False)
    lines.give(second)
    assert second.closed


def test_a_forked_child_neither_uses_nor_closes_what_its_parent_opened() -> None:
    lines = pool()
    first = lines.take()
    lines.give(first)

    lines.abandon()

    assert lines.take() is not first
    assert not first.closed


def _add_and_fail() -> None:
    with unit(write=True) as work:
        work.connection.execute(text("INSERT INTO note (id, text) VALUES (1, 'a')"))
        assert work.connection is work.connection
        raise KeyError


def test_sqlalchemy_sees_the_transaction_of_its_unit_alone(north: Tenant) -> None:
    with tenant_scope(north):
        with pytest.raises(KeyError):
            _add_and_fail()
        with unit(write=True) as work:
            assert work.connection.execute(text("SELECT count(*) FROM note")).scalar() == 0
            work.connection.execute(text("INSERT INTO note (id, text) VALUES (2, 'b')"))
        with unit() as work:
            kept = work.connection
            assert kept.execute(text("SELECT id FROM note")).scalars().all() == [2]
        assert kept.closed
