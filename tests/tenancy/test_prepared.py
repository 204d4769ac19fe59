from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import StatementError

from charterhouse.tenancy.errors import UnitError
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import prepared, unit
from charterhouse.tenancy.types import Instant, Json, from_micros, to_json, to_micros

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charterhouse.tenancy.tenant import Tenant

thing = Table(
    "thing",
    MetaData(),
    Column("id", BigInteger, primary_key=True),
    Column("at", Instant),
    Column("day", Date),
    Column("data", Json),
    Column("live", Boolean),
    Column("raw", LargeBinary),
    Column("class", Text, key="kind"),
)
ROW = {
    "id": 2**62,
    "at": datetime(2026, 3, 1, 20, 30, 0, 123457, timezone(timedelta(hours=8))),
    "day": date(2026, 2, 28),
    "data": {"b": [1, None], "a": "中"},
    "live": True,
    "raw": b"\x00\xff",
    "kind": "x",
}
EMPTY = {"id": 1, **dict.fromkeys(("at", "day", "data", "live", "raw", "kind"))}
add = prepared(insert(thing))
every = prepared(select(thing).order_by(thing.c.id))


@pytest.fixture(autouse=True)
def _with_table(north: Tenant) -> Iterator[None]:
    with north.installation.stores.migration(north.id) as connection:
        thing.metadata.create_all(connection)
    with tenant_scope(north):
        yield


def test_values_return_as_they_were_given() -> None:
    with unit(write=True) as work:
        assert work.execute_many(add, [ROW, EMPTY]) == 2
        nothing, row = work.execute(every).all()

    assert row._asdict() == ROW
    assert row.at.tzinfo is UTC
    assert row.live is True
    assert nothing._asdict() == EMPTY


def test_prepared_and_ordinary_statements_store_the_same() -> None:
    with unit(write=True) as work:
        work.execute(add, ROW)
        work.connection.execute(insert(thing), {**ROW, "id": 5})
        stored = work.connection.exec_driver_sql(
            "SELECT DISTINCT at, day, data, live, raw, class FROM thing"
        ).all()
        by_core = work.connection.execute(select(thing).where(thing.c.id == 5)).one()

    assert stored == [
        (1772368200123457, "2026-02-28", '{"a":"中","b":[1,null]}', 1, b"\x00\xff", "x")
    ]
    assert (by_core.at, by_core.data, by_core.live) == (ROW["at"], ROW["data"], True)


def test_statements_keep_their_own_values() -> None:
    change = prepared(
        update(thing)
        .where(thing.c.id == bindparam("key"), thing.c.live == True)  # noqa: E712 - SQL
        .values(kind="new", at=bindparam("moment", type_=Instant))
    )
    gone = prepared(delete(thing).where(thing.c.id == bindparam("key")).returning(thing.c.at))
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    with unit(write=True) as work:
        work.execute(add, ROW)
        assert work.execute(change, {"key": ROW["id"], "moment": moment}).rowcount == 1
        assert work.execute(change, {"key": 3, "moment": moment}).rowcount == 0
        assert work.execute(every).one().kind == "new"
        assert work.execute(gone, {"key": ROW["id"]}).scalar() == moment
        answer = work.execute(every)
        assert (len(answer), answer.first(), answer.scalar(), answer.scalars()) == (
            0,
            None,
            None,
            [],
        )
        with pytest.raises(UnitError, match="One row"):
            answer.one()


def test_an_insert_may_leave_columns_out() -> None:
    short = prepared(insert(thing), columns=["id", "kind"])
    with unit(write=True) as work:
        work.execute(short, {"id": 1, "kind": "y"})
        row = work.execute(every)[0]

    assert (row.id, row.kind, row.at) == (1, "y", None)


def test_text_takes_parameters_too() -> None:
    with unit() as work:
        row = work.execute(prepared(text("SELECT :a + 1 AS n, :b AS t")), {"a": 1, "b": "x"}).one()

    assert (row.n, row.t) == (2, "x")


def test_missing_and_unknown_parameters_are_named() -> None:
    with unit(write=True) as work:
        with pytest.raises(UnitError, match="value for kind"):
            work.execute(add, {key: value for key, value in ROW.items() if key != "kind"})
        with pytest.raises(UnitError, match="no parameter colour"):
            work.execute(add, {**ROW, "colour": "red"})


def test_what_cannot_be_prepared_is_refused() -> None:
    listed = prepared(select(thing).where(thing.c.id.in_(bindparam("ids", expanding=True))))
    unnamed = prepared(select(text("1"), (thing.c.id + 1).label("not a name")))
    with unit() as work:
        with pytest.raises(UnitError, match="list parameters"):
            work.execute(listed, {"ids": [1]})
        with pytest.raises(UnitError, match="Label"):
            work.execute(unnamed)


def test_a_naive_moment_is_never_stored() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - the mistake under test
    with unit(write=True) as work:
        with pytest.raises(ValueError, match="time zone"):
            work.execute(add, {**ROW, "at": naive})
        with pytest.raises(StatementError, match="time zone"):
            work.connection.execute(insert(thing), {**ROW, "at": naive})


def test_parameters_by_name_are_bound_for_drivers_that_want_them() -> None:
    plan = add.plan(postgresql.dialect(paramstyle="pyformat"))

    assert "%(kind)s" in plan.sql
    bound = plan.bind(ROW)
    assert isinstance(bound, dict)
    assert (bound["at"], bound["kind"]) == (1772368200123457, "x")


def test_instants_are_exact_to_the_microsecond() -> None:
    for moment in (
        datetime(1900, 1, 1, 0, 0, 0, 1, UTC),
        datetime(2026, 3, 1, 4, 5, 6, 999999, UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, UTC),
    ):
        assert from_micros(to_micros(moment)) == moment


def test_equal_values_are_equal_json() -> None:
    assert to_json({"b": 1, "a": [True]}) == to_json({"a": [True], "b": 1}) == '{"a":[true],"b":1}'


class _Pair(NamedTuple):
    first: int
    second: str


_LEAVES = st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"))
_VALUES = st.recursive(
    _LEAVES | st.builds(_Pair, st.integers(), st.just("\x7f\x1f\u2028")),
    lambda part: (
        st.lists(part, max_size=4) | st.dictionaries(st.text(max_size=4), part, max_size=4)
    ),
    max_leaves=12,
)


@given(_VALUES)
def test_a_value_has_the_text_that_hashes_on_record_were_made_of(value: Any) -> None:
    text_of_old = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    assert to_json(value) == text_of_old


@pytest.mark.parametrize("value", [date(2026, 1, 1), {1, 2}, _Pair(1, "a").__class__])
def test_what_has_no_json_form_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        to_json({"a": [value]})


def test_a_column_takes_no_number_that_is_not_finite() -> None:
    with unit(write=True) as opened, pytest.raises(ValueError, match="JSON"):
        opened.execute(add, {**EMPTY, "data": {"a": [float("nan")]}})
