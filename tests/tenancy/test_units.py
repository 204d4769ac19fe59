from __future__ import annotations

import contextvars
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    MetaData,
    Table,
    Text,
    bindparam,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import registry

from charterhouse.tenancy import errors
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import Unit, current_unit, find_unit, prepared, unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

BOTH_ENGINES = True

note = Table(
    "note",
    MetaData(),
    Column("id", BigInteger, primary_key=True),
    Column("text", Text, nullable=False, unique=True),
)
add = prepared(insert(note))
count = prepared(select(func.count().label("n")).select_from(note))
read = prepared(select(note).order_by(note.c.id))


mapper = registry()


class Note:
    id: int
    text: str


mapper.map_imperatively(Note, note)


def ids() -> list[int]:
    with unit() as work:
        return work.execute(read).scalars()


def write_and_fail(number: int) -> None:
    """Write once through the session and once past it, in a unit that may be nested."""
    with unit(write=True) as work:
        work.session.add(Note(id=number + 50, text=f"{number} by session"))
        work.execute(add, {"id": number, "text": str(number)})
        raise KeyError


@pytest.fixture(autouse=True)
def _in_north(north: Tenant) -> Iterator[None]:
    with tenant_scope(north):
        yield


def test_a_unit_commits_at_its_end() -> None:
    with unit(write=True) as work:
        work.execute(add, {"id": 1, "text": "a"})
        work.connection.execute(insert(note), {"id": 2, "text": "b"})
        work.session.add(Note(id=3, text="c"))

    assert ids() == [1, 2, 3]
    assert find_unit() is None


def test_an_error_rolls_everything_back() -> None:
    def work() -> None:
        with unit(write=True) as mine:
            mine.execute(add, {"id": 1, "text": "a"})
            mine.session.add(Note(id=3, text="c"))
            mine.flush()
            raise KeyError

    with pytest.raises(KeyError):
        work()

    assert ids() == []


def test_a_reading_unit_cannot_write_in_any_way() -> None:
    with pytest.raises(errors.ReadOnlyUnitError), unit() as work:
        work.execute(add, {"id": 1, "text": "a"})
    with pytest.raises(errors.ReadOnlyUnitError), unit() as work:
        work.connection.execute(insert(note), {"id": 1, "text": "a"})
    with pytest.raises(errors.ReadOnlyUnitError), unit() as work:
        work.session.add(Note(id=1, text="a"))
    with unit() as work, pytest.raises(errors.ReadOnlyUnitError), work.savepoint():
        pass

    assert ids() == []


def test_writing_works_again_on_a_connection_that_read() -> None:
    for number in range(3):
        assert len(ids()) == number
        with unit(write=True) as work:
            work.execute(add, {"id": number, "text": str(number)})


def test_a_nested_unit_is_the_same_unit() -> None:
    with unit(write=True) as outer:
        with unit(write=True) as inner, unit() as innermost:
            inner.execute(add, {"id": 1, "text": "a"})
            assert inner is outer is innermost is current_unit()
        assert outer.execute(count).scalar() == 1

    assert ids() == [1]


def test_a_write_within_a_reading_unit_is_refused() -> None:
    with unit(), pytest.raises(errors.ReadOnlyUnitError), unit(write=True):
        pass


def test_a_failed_nested_write_forbids_the_commit_even_when_caught() -> None:
    def work() -> None:
        with unit(write=True) as outer:
            outer.execute(add, {"id": 1, "text": "a"})
            with pytest.raises(KeyError):
                write_and_fail(2)

    with pytest.raises(errors.UnitError, match="nested"):
        work()

    assert ids() == []


def test_a_savepoint_undoes_only_its_block() -> None:
    with unit(write=True) as work:
        work.execute(add, {"id": 1, "text": "a"})
        with pytest.raises(KeyError), work.savepoint():
            write_and_fail(3)
        with work.savepoint():
            work.session.add(Note(id=4, text="d"))

    assert ids() == [1, 4]


def test_an_ended_unit_is_of_no_use() -> None:
    with unit() as work:
        pass

    with pytest.raises(errors.UnitError, match="ended"):
        work.execute(count)
    with pytest.raises(errors.UnitError, match="ended"):
        _ = work.session


def test_a_session_never_ends_the_unit() -> None:
    with unit(write=True) as work:
        with pytest.raises(errors.UnitError):
            work.session.commit()
        with pytest.raises(errors.UnitError):
            work.session.rollback()


def test_another_thread_cannot_join_even_with_the_context() -> None:
    caught: list[BaseException] = []

    def work() -> None:
        try:
            with unit():
                pass
        except errors.UnitError as error:
            caught.append(error)

    with unit():
        thread = threading.Thread(target=contextvars.copy_context().run, args=(work,))
        thread.start()
        thread.join()

    assert len(caught) == 1


def test_constraints_have_a_kind() -> None:
    with unit(write=True) as work:
        work.execute(add, {"id": 1, "text": "a"})
        for row, kind in (
            ({"id": 2, "text": "a"}, "unique"),
            ({"id": 2, "text": None}, "not_null"),
        ):
            with pytest.raises(errors.ConstraintError) as caught, work.savepoint():
                work.execute(add, row)
            assert (caught.value.kind, caught.value.code) == (kind, "constraint")
        with pytest.raises(IntegrityError), work.savepoint():
            work.connection.execute(insert(note), {"id": 1, "text": "x"})

    assert ids() == [1]


_CHANGE = prepared(text("UPDATE note SET text = 'changed' WHERE id = 1"))


def test_what_is_sent_later_is_there_for_whoever_asks_and_in_order() -> None:
    with unit(write=True) as work:
        work.execute_later(add, {"id": 1, "text": "a"})
        work.execute_later(_CHANGE)
        work.execute_later(add, {"id": 2, "text": "b"})
        work.execute_later(add, {"id": 3, "text": "c"})
        assert [tuple(row) for row in work.execute(read)] == [(1, "changed"), (2, "b"), (3, "c")]
        work.execute_later(add, {"id": 4, "text": "d"})
        assert work.connection.execute(select(func.count()).select_from(note)).scalar() == 4
        work.execute_later(add, {"id": 5, "text": "e"})
        work.session.add_all([])
        work.execute_later(add, {"id": 6, "text": "f"})
        assert work.session.scalar(select(func.count()).select_from(note)) == 6
        work.execute_later(add, {"id": 7, "text": "g"})

    assert ids() == [1, 2, 3, 4, 5, 6, 7]


def test_what_is_asked_together_is_answered_each_for_itself() -> None:
    one = prepared(select(note.c.text).where(note.c.id == bindparam("wanted")))
    with unit(write=True) as work:
        work.execute_later(add, {"id": 1, "text": "a"})
        first, none, all_of_them = work.execute_together(
            (one, {"wanted": 1}), (one, {"wanted": None}), (count, {})
        )
        assert (first.scalar(), none.first(), all_of_them.scalar()) == ("a", None, 1)
        with pytest.raises(errors.ConstraintError), work.savepoint():
            work.execute_together((count, {}), (add, {"id": 2, "text": "a"}))

    assert ids() == [1]


@pytest.mark.parametrize("at_once", [Unit.flush, lambda _: None], ids=["flush", "end"])
def test_the_errors_of_what_is_sent_later_come_when_it_is_sent(
    at_once: Callable[[Unit], None],
) -> None:
    with pytest.raises(errors.ConstraintError) as caught, unit(write=True) as work:  # noqa: PT012 - the end of the unit is what raises
        work.execute_later(add, {"id": 1, "text": "a"})
        work.execute_later(add, {"id": 1, "text": "b"})
        work.execute_later(add, {"id": 2, "text": "c"})
        at_once(work)
    assert caught.value.kind == "unique"
    with pytest.raises(errors.ReadOnlyUnitError), unit() as work:
        work.execute_later(add, {"id": 1, "text": "a"})

    assert ids() == []


def test_a_savepoint_undoes_what_was_to_be_sent_within_it() -> None:
    with unit(write=True) as work:
        work.execute_later(add, {"id": 1, "text": "a"})
        with suppress(KeyError), work.savepoint():
            work.execute_later(add, {"id": 2, "text": "b"})
            raise KeyError
        with pytest.raises(errors.ConstraintError), work.savepoint():  # noqa: PT012 - the savepoint sends
            work.execute_later(add, {"id": 3, "text": "c"})
            work.execute_later(add, {"id": 1, "text": "a"})
        work.execute_later(add, {"id": 4, "text": "d"})

    assert ids() == [1, 4]


def test_endless_work_is_interrupted() -> None:
    endless = text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    )
    began = time.monotonic()

    with pytest.raises(errors.StoreTimeoutError), unit(seconds=0.1) as work:
        work.connection.execute(endless)

    assert time.monotonic() - began < 3
    assert ids() == []


def test_two_threads_write_one_after_the_other(north: Tenant) -> None:
    def work(first: int) -> None:
        with tenant_scope(north):
            for number in range(first, first + 10):
                with unit(write=True) as mine:
                    seen = mine.execute(count).scalar()
                    mine.execute(add, {"id": number, "text": f"after {seen}"})

    threads = [threading.Thread(target=work, args=(first,)) for first in (100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with unit() as reading:
        assert {row.text for row in reading.execute(read)} == {f"after {n}" for n in range(30)}


def test_a_suspended_tenant_is_read_only(catalogue: Catalogue, north: Tenant) -> None:
    tenant = catalogue.suspend(north.id, reason="unpaid")

    with tenant_scope(tenant):
        assert ids() == []
        with pytest.raises(errors.TenantNotWritableError), unit(write=True):
            pass
