"""What happened to a store since it was copied, brought over to the copy.

The copy holds a proved state of the store, which is frozen now. Rows of the history are never
changed: of them the new ones follow. All other rows are compared. In the end both stores have
equally many rows of each table, which together means that they hold the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Self

from sqlalchemy import (
    BigInteger,
    Integer,
    LargeBinary,
    Table,
    TableClause,
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
from charterhouse.desk.life.rows import TABLES, write_rows
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
Row = tuple[Any, ...]
"""The values of a row as the store has them, in the order of the table's columns."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """A table with values as the store has them; asked for each row, so made once.

    Attributes:
        light: the table.
        names: of its columns.
        key: the columns of its key.
        key_of: takes the key of a row.
        size: how many rows a page has.
        together: takes what joins rows that no page may part; None where nothing does.
    """

    light: TableClause
    names: tuple[str, ...]
    key: tuple[Any, ...]
    key_of: Callable[[Row], Key]
    size: int
    together: Callable[[Row], Any] | None

    @classmethod
    def of(cls, table: Table) -> Self:
        light = light_table(
            table.name,
            # A number among others has to be taken for a great one, however small it is.
            *[
                column(each.name, BigInteger() if isinstance(each.type, Integer) else None)
                for each in table.columns
            ],
        )
        names = tuple(each.name for each in table.columns)
        key = [each.name for each in table.primary_key]
        places = [names.index(name) for name in key]
        big = any(isinstance(each.type, LargeBinary) for each in table.columns)
        joined = TOGETHER.get(table.name)
        return cls(
            light,
            names,
            tuple(light.c[name] for name in key),
            itemgetter(*places) if len(places) > 1 else _only(places[0]),
            _PAGE_OF_FILES if big else _PAGE,
            None if joined is None else itemgetter(names.index(joined)),
        )


def _only(place: int) -> Callable[[Row], Key]:
    return lambda row: (row[place],)


_SHAPES = {each: _Shape.of(each) for each in TABLES}


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
    with tenant_scope(new), unit(seconds=SECONDS) as opened:
        last = opened.connection.execute(select(func.max(_SHAPES[table].key[0]))).scalar()
    start = None if last is None else last - (_BACK if _by_time(table) else 0)
    yield from _pages(old, table, start)


def _by_time(table: Table) -> bool:
    """Whether keys are ids, of which a later one may be smaller; others count the rows."""
    name: str = _SHAPES[table].key[0].name
    return name == "id" or name.endswith("_id")


def _pages(tenant: Tenant, table: Table, start: Any = None) -> Iterator[list[Row]]:
    """Rows from a value of the first column of the key on, each page of a transaction of its own."""
    shape = _SHAPES[table]
    key, joined = shape.key, shape.together
    query = select(shape.light).order_by(*key).limit(shape.size)
    page = _rows(tenant, query if start is None else query.where(key[0] >= start))
    while page:
        if joined is not None and len(page) == shape.size:
            # The rest of a decision of which the page has only the beginning.
            last = joined(page[-1])
            of = shape.light.c[TOGETHER[table.name]] == last
            kept = [row for row in page if joined(row) != last]
            page = [*kept, *_rows(tenant, select(shape.light).where(of).order_by(*key))]
        yield page
        end = shape.key_of(page[-1])
        after = tuple_(*key) > tuple_(*end) if len(key) > 1 else key[0] > end[0]
        page = _rows(tenant, query.where(after))


def _rows(tenant: Tenant, query: Any) -> list[Row]:
    with tenant_scope(tenant), unit(seconds=SECONDS) as opened:
        return [tuple(row) for row in opened.connection.execute(query).all()]


def _follow(new: Tenant, table: Table, page: Sequence[Row]) -> None:
    """Write those rows of a page that the copy lacks or has otherwise."""
    shape = _SHAPES[table]
    there = _those(new, table, page)
    keyed = {shape.key_of(row): row for row in page}
    lacking = [row for key, row in keyed.items() if key not in there]
    other = [row for key, row in keyed.items() if there.get(key, row) != row]
    if not lacking and not other:
        return
    with tenant_scope(new), unit(write=True, seconds=SECONDS) as opened:
        if other:
            opened.connection.execute(_rewriting(table), [_named(shape, row) for row in other])
        named = [dict(zip(shape.names, row, strict=True)) for row in lacking]
        write_rows(opened.connection, table, named)


def _remove(old: Tenant, new: Tenant, table: Table, page: Sequence[Row]) -> None:
    """Remove those rows of a page of the copy that the store does not have."""
    shape, there = _SHAPES[table], _those(old, table, page)
    gone = [key for row in page if (key := shape.key_of(row)) not in there]
    if gone:
        with tenant_scope(new), unit(write=True, seconds=SECONDS) as opened:
            opened.connection.execute(delete(shape.light).where(_among(shape, gone)))


def _those(tenant: Tenant, table: Table, page: Sequence[Row]) -> dict[Key, Row]:
    """The rows of a store with the keys of a page, by key."""
    shape = _SHAPES[table]
    query = select(shape.light).where(_among(shape, [shape.key_of(row) for row in page]))
    return {shape.key_of(row): row for row in _rows(tenant, query)}


def _among(shape: _Shape, keys: Sequence[Key]) -> Any:
    if len(shape.key) == 1:
        return shape.key[0].in_([key[0] for key in keys])
    return tuple_(*shape.key).in_(keys)


def _rewriting(table: Table) -> Any:
    shape = _SHAPES[table]
    keys = [each.name for each in shape.key]
    values: dict[str, Any] = {
        name: bindparam(f"to_{name}") for name in shape.names if name not in keys
    }
    query = update(shape.light).values(values)
    return query.where(*(each == bindparam(f"to_{each.name}") for each in shape.key))


def _named(shape: _Shape, row: Row) -> dict[str, Any]:
    return {f"to_{name}": value for name, value in zip(shape.names, row, strict=True)}


def _counts(tenant: Tenant) -> dict[Table, int]:
    with tenant_scope(tenant), unit(seconds=SECONDS) as opened:
        counts = {each: select(func.count()).select_from(each) for each in TABLES}
        return {each: opened.connection.execute(one).scalar_one() for each, one in counts.items()}


def _uneven(old: Tenant, new: Tenant) -> list[Table]:
    """The tables of which the two do not have equally many rows."""
    here, there = _counts(old), _counts(new)
    return [each for each in TABLES if here[each] != there[each]]
