"""A schema has a size at which its store is full, as a file has."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import bindparam, text

from charterhouse.tenancy import errors
from charterhouse.tenancy.engines import postgres_size
from charterhouse.tenancy.engines.postgres_size import adds_rows
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import prepared, unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from charterhouse.databases import Databases
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

ADD = prepared(
    text("INSERT INTO note (id, text) VALUES (:id, :text)").bindparams(
        bindparam("id"), bindparam("text")
    )
)
COUNT = prepared(text("SELECT count(*) FROM note").columns())


@pytest.fixture
def databases(cell: Databases) -> Databases:
    return cell


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock by which sizes are measured anew; the test moves it."""
    now = [time.monotonic()]
    monkeypatch.setattr(postgres_size.time, "monotonic", lambda: now[0])
    return now


def fill(number: int, rows: int = 100) -> None:
    """Add rows of two kilobytes that cannot be compressed; as much again is in the index."""
    with unit(write=True) as work:
        work.execute_many(
            ADD,
            [
                {"id": number * 1000 + each, "text": secrets.token_urlsafe(1500)}
                for each in range(rows)
            ],
        )


def count() -> int:
    with unit() as work:
        return int(work.connection.execute(text("SELECT count(*) FROM note")).scalar_one())


@pytest.fixture
def full(catalogue: Catalogue, north: Tenant, moment: list[float]) -> Tenant:
    """A tenant whose schema has just reached its size."""
    tenant = catalogue.change(north.id, limits={"max_store_mib": 1})
    with tenant_scope(tenant):
        for number in range(20):
            moment[0] += 3601
            try:
                fill(number)
            except errors.QuotaError:
                break
        assert 100 <= count() <= 800
    return tenant


def test_a_full_schema_takes_no_more_rows_and_loses_none(full: Tenant, south: Tenant) -> None:
    with tenant_scope(full):
        before = count()
        for way in (
            lambda work: work.execute_many(ADD, [{"id": 1, "text": "a"}, {"id": 2, "text": "b"}]),
            lambda work: work.connection.execute(text("INSERT INTO note VALUES (92, 'c')")),
            lambda work: work.connection.execute(
                text("WITH a AS (INSERT INTO note VALUES (93, 'd') RETURNING id) SELECT id FROM a")
            ),
        ):
            with pytest.raises(errors.QuotaError), unit(write=True) as work:
                way(work)
        assert count() == before
        with unit(write=True) as work:
            work.connection.execute(text("UPDATE note SET text = 'small' WHERE id = 0"))
        with unit(write=True) as work:
            work.connection.execute(text("DELETE FROM note WHERE id = 0"))
        assert count() == before - 1
    with tenant_scope(south):
        fill(1, 1)
        assert count() == 1, "the others have their own"


def test_a_raised_limit_holds_at_once(full: Tenant, catalogue: Catalogue) -> None:
    with tenant_scope(catalogue.change(full.id, limits={"max_store_mib": 64})):
        fill(90)


def test_room_that_was_made_is_seen_soon(
    full: Tenant, moment: list[float], cell: Databases
) -> None:
    import psycopg

    with tenant_scope(full):
        with unit(write=True) as work:
            work.connection.execute(text("DELETE FROM note"))
        with psycopg.connect(cell.urls["main"], autocommit=True) as owner:
            owner.execute(f"VACUUM FULL t_{full.store_id}.note")
        with pytest.raises(errors.QuotaError):
            fill(90)
        moment[0] += 5
        fill(90)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes that were found, one after the other."""
    found: list[int] = []
    measure: Callable[..., int] = postgres_size._measured

    def counted(driver: object, tenant_id: int) -> int:
        found.append(measure(driver, tenant_id))
        return found[-1]

    monkeypatch.setattr(postgres_size, "_measured", counted)
    return found


def test_a_store_that_is_filled_quickly_is_measured_once_a_minute(
    north: Tenant, moment: list[float], measured: list[int]
) -> None:
    with tenant_scope(north):
        fill(1, 1)
        for number in range(2, 7):
            fill(number, 500)
            count()
        assert len(measured) == 1
        moment[0] += 61
        fill(9, 1)
        moment[0] += 61
        fill(10, 1)
    assert len(measured) == 2
    assert measured[1] - measured[0] > 5_000_000


def test_a_store_in_which_little_is_written_is_left_alone(
    north: Tenant, moment: list[float], measured: list[int]
) -> None:
    with tenant_scope(north):
        for number in range(50):
            fill(number, 1)
            moment[0] += 61
        assert len(measured) == 1
        moment[0] += 3600
        fill(99, 1)
    assert len(measured) == 2


def test_a_size_is_that_of_all_that_is_in_the_schema(
    north: Tenant, moment: list[float], measured: list[int], cell: Databases
) -> None:
    import psycopg

    with tenant_scope(north):
        fill(1, 100)
        moment[0] += 3601
        with unit(write=True):
            pass
    with psycopg.connect(cell.urls["main"], autocommit=True) as owner:
        (whole,) = owner.execute(
            "SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class "
            "WHERE relnamespace = to_regnamespace(%s) AND relkind IN ('r', 'S')",
            [f"t_{north.store_id}"],
        ).fetchone() or (0,)
    assert measured == [measured[0], whole]
    assert measured[0] < whole


@pytest.mark.parametrize(
    ("query", "adds"),
    [
        ("insert  into note values (1)", True),
        ("WITH a AS (\nINSERT INTO note VALUES (1))\nSELECT 1", True),
        ("UPDATE note SET text = 'x'", False),
        ("DELETE FROM note", False),
        ("SELECT reinsert FROM note", False),
    ],
)
def test_only_what_adds_rows_wants_room(query: str, *, adds: bool) -> None:
    assert adds_rows(query) is adds
