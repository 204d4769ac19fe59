"""What happened to a store since it was copied, brought over to the copy.

The copy holds a proved state of the store, which is frozen now. Rows of the history are never
changed: of them the new ones follow. All other rows are compared. In the end both stores have
equally many rows of each table, which together means that they hold the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    LargeBinary,
    Table,
    bindparam,
    column,
    delete,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy import table as light_table

from charterhouse.desk.errors import DeskError
from charterhouse.desk.life.archive import TOGETHER
from charterhouse.desk.life.backup import SECONDS, Progress
from charterhouse.desk.life.rows import TABLES, Row, write_rows
from charterhouse.records import tables as t
from charterhouse.tenancy.ids import ids_of
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant

__all__ = ["bring_over"]

_PAGE = 500
_PAGE_OF_FILES = 4
_BACK = ids_of(3600)
"""By how much an id that was made earlier may come later: clocks of machines differ."""

Key = tuple[Any, ...]

_LIGHT = {
    each: light_table(
        each.name,
        # A number among others has to be taken for a great one, however small it is.
        *[
            column(one.name, BigInteger() if isinstance(one.type, Integer) else None)
            for one in each.columns
        ],
    )
    for each in TABLES
}
"""The tables with values as the store has them."""


def bring_over(old: Tenant, new: Tenant, progress: Progress) -> int:
    """Make the copy of a store what the store is now; return how many rows both have.

    Args:
        old: the tenant with the store that was copied, frozen.
        new: the tenant with the copy, writable.
        progress: called with (rows looked at, rows in all).

    Raises:
        ConstraintError: rows cannot follow in this order; the copy has to be made anew.
        DeskError: the stores differ (`store_unproved`).
    """
    total, done = sum(_counts(old).values()), 0
    for table in TABLES:
        for page in _followed(old, new, table):
            _follow(new, table, page)
            done += len(page)
            progress(done, total)
    _even_out(old, new)
    progress(total, total)
    return total


def _even_out(old: Tenant, new: Tenant) -> None:
    """Remove what is no more, and bring over history that came with much older ids."""
    left = _uneven(old, new)
    for table in TABLES:
        if table in left and table in t.HISTORY:
            for page in _pages(old, table):
                _follow(new, table, page)
    for table in reversed(TABLES):
        if table in left and table not in t.HISTORY:
            for page in _pages(new, table):
                _remove(old, new, table, page)
    if left := _uneven(old, new):
        raise DeskError(
            "what was moved is not in order and was not put in use: "
            f"{left[0].name} is not what the store holds",
            field="cell",
            code="store_unproved",
        )


def _followed(old: Tenant, new: Tenant, table: Table) -> Iterator[list[Row]]:
    """Pages of what may not be in the copy as it is, none of which ends within a decision."""
    if table not in t.HISTORY:
        yield from _pages(old, table)
        return
    key = next(iter(table.primary_key.columns)).name
    with tenant_scope(new), unit(seconds=SECONDS) as opened:
        last = opened.connection.execute(select(func.max(_LIGHT[table].c[key]))).scalar()
    start = None if last is None else last - (_BACK if _by_time(table) else 0)
    yield from _pages(old, table, start)


def _by_time(table: Table) -> bool:
    """Whether keys are ids, of which a later one may be smaller; others count the rows."""
    name = next(iter(table.primary_key.columns)).name
    return name == "id" or name.endswith("_id")


def _pages(tenant: Tenant, table: Table, start: Any = None) -> Iterator[list[Row]]:
    """Rows from a value of the first column of the key on, each page of a transaction of its own."""
    light = _LIGHT[table]
    key = [light.c[each.name] for each in table.primary_key]
    big = any(isinstance(each.type, LargeBinary) for each in table.columns)
    size = _PAGE_OF_FILES if big else _PAGE
    query = select(light).order_by(*key).limit(size)
    page = _rows(tenant, query if start is None else query.where(key[0] >= start))
    together = TOGETHER.get(table.name)
    while page:
        if together is not None and len(page) == size:
            # The rest of a decision of which the page has only the beginning.
            of = light.c[together] == page[-1][together]
            kept = [row for row in page if row[together] != page[-1][together]]
            page = [*kept, *_rows(tenant, select(light).where(of).order_by(*key))]
        yield page
        last = [page[-1][each.name] for each in key]
        after = tuple_(*key) > tuple_(*last) if len(key) > 1 else key[0] > last[0]
        page = _rows(tenant, query.where(after))


def _rows(tenant: Tenant, query: Any) -> list[Row]:
    with tenant_scope(tenant), unit(seconds=SECONDS) as opened:
        return [dict(row) for row in opened.connection.execute(query).mappings()]


def _follow(new: Tenant, table: Table, page: Sequence[Row]) -> None:
    """Write those rows of a page that the copy lacks or has otherwise."""
    there = _those(new, table, page)
    lacking = [row for row in page if _key(table, row) not in there]
    other = [row for row in page if _key(table, row) in there and there[_key(table, row)] != row]
    if not lacking and not other:
        return
    with tenant_scope(new), unit(write=True, seconds=SECONDS) as opened:
        if other:
            opened.connection.execute(_rewriting(table), [_named(row) for row in other])
        write_rows(opened.connection, table, lacking)


def _remove(old: Tenant, new: Tenant, table: Table, page: Sequence[Row]) -> None:
    """Remove those rows of a page of the copy that the store does not have."""
    there = _those(old, table, page)
    gone = [_key(table, row) for row in page if _key(table, row) not in there]
    if gone:
        with tenant_scope(new), unit(write=True, seconds=SECONDS) as opened:
            opened.connection.execute(delete(_LIGHT[table]).where(_among(table, gone)))


def _those(tenant: Tenant, table: Table, page: Sequence[Row]) -> dict[Key, Row]:
    """The rows of a store with the keys of a page, by key."""
    light = _LIGHT[table]
    query = select(light).where(_among(table, [_key(table, row) for row in page]))
    return {_key(table, row): row for row in _rows(tenant, query)}


def _among(table: Table, keys: Sequence[Key]) -> Any:
    columns = [_LIGHT[table].c[each.name] for each in table.primary_key]
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return tuple_(*columns).in_(keys)


def _rewriting(table: Table) -> Any:
    light = _LIGHT[table]
    keys = [each.name for each in table.primary_key]
    values: dict[str, Any] = {
        each.name: bindparam(f"to_{each.name}") for each in table.columns if each.name not in keys
    }
    query = update(light).values(values)
    return query.where(*(light.c[name] == bindparam(f"to_{name}") for name in keys))


def _named(row: Row) -> Row:
    return {f"to_{name}": value for name, value in row.items()}


def _key(table: Table, row: Row) -> Key:
    return tuple(row[each.name] for each in table.primary_key)


def _counts(tenant: Tenant) -> dict[Table, int]:
    with tenant_scope(tenant), unit(seconds=SECONDS) as opened:
        counts = {each: select(func.count()).select_from(each) for each in TABLES}
        return {each: opened.connection.execute(one).scalar_one() for each, one in counts.items()}


def _uneven(old: Tenant, new: Tenant) -> list[Table]:
    """The tables of which the two do not have equally many rows."""
    here, there = _counts(old), _counts(new)
    return [each for each in TABLES if here[each] != there[each]]
