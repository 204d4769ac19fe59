"""Core statements compiled once for each dialect and run on the driver's own connection.

Executing a statement through SQLAlchemy costs several times what the driver costs. The hot
paths keep SQLAlchemy's statements and types, but pay for compiling and for choosing the types'
conversions only once.
"""

from __future__ import annotations

from collections import namedtuple
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import SelectBase

from charterhouse.tenancy.errors import UnitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy.engine import Dialect
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.sql.elements import TextClause

    Convert = Callable[[Any], Any]

__all__ = ["Plan", "Prepared", "Rows"]

# The fields are known only when a statement is: no class can be written for them.
_named_tuple: Callable[[str, list[str]], Any] = namedtuple  # noqa: PYI024 - as said above


class Rows:
    """The answer to one statement: rows as named tuples, and how many rows were touched."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> Any:
        return self._rows[index]

    def all(self) -> list[Any]:
        """Return the rows."""
        return self._rows

    def first(self) -> Any:
        """Return the first row, or None when there is none."""
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        """Return the only row.

        Raises:
            UnitError: There is none, or more than one.
        """
        if len(self._rows) != 1:
            raise UnitError(f"One row was expected and {len(self._rows)} were found.")
        return self._rows[0]

    def scalar(self) -> Any:
        """Return the first column of the first row, or None when there is no row."""
        return self._rows[0][0] if self._rows else None

    def scalars(self) -> list[Any]:
        """Return the first column of each row."""
        return [row[0] for row in self._rows]


class Prepared:
    """A Core statement to be run often.

    Args:
        statement: A select, insert, update, delete or text. Columns of the result are named by
            their keys and must be valid names: label the others.
        columns: For an insert or update without ``values()``, the columns that get a value;
            all columns of the table otherwise. Defaults of columns do not apply here.
    """

    def __init__(
        self,
        statement: SelectBase | UpdateBase | TextClause,
        *,
        columns: Iterable[str] | None = None,
    ) -> None:
        self.statement = statement
        self._columns = None if columns is None else list(columns)
        self._plans: dict[Dialect, Plan] = {}

    def plan(self, dialect: Dialect) -> Plan:
        """Return how to run the statement on ``dialect``; compiled at the first call."""
        plan = self._plans.get(dialect)
        if plan is None:
            plan = Plan(self.statement, dialect, self._columns)
            self._plans[dialect] = plan
        return plan


class Plan:
    """One statement compiled for one dialect.

    Raises:
        UnitError: The statement has a list parameter (``IN``), whose SQL depends on its length,
            or a column without a usable name.
    """

    def __init__(
        self,
        statement: SelectBase | UpdateBase | TextClause,
        dialect: Dialect,
        columns: list[str] | None,
    ) -> None:
        compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=columns)
        self.sql = str(compiled)
        if compiled.post_compile_params or "__[POSTCOMPILE" in self.sql:
            raise UnitError(
                "A prepared statement has no list parameters: use unit.connection.execute for IN."
            )
        self._positions = list(compiled.positiontup or ()) if compiled.positional else None
        names = self._positions if self._positions is not None else list(compiled.binds)
        self._allowed = frozenset(names)
        self._defaults = {
            name: bind.callable() if bind.callable else bind.value
            for name in self._allowed
            if not (bind := compiled.binds[name]).required and bind.value is not None
        }
        self._pick = _picker(names)
        self._names = names
        self._binders = [
            (place, convert)
            for place, name in enumerate(names)
            if (convert := compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
        ]
        self._make: Callable[[Iterable[Any]], Any] | None = None
        self._converters: list[tuple[int, Convert]] = []
        # Asking the driver for a description of the answer costs it more than the answer.
        self._silent = isinstance(statement, UpdateBase) and not statement.exported_columns
        if isinstance(statement, SelectBase | UpdateBase):
            self._describe(
                [(str(key), column) for key, column in statement.exported_columns.items()], dialect
            )

    def bind(self, params: Mapping[str, Any]) -> Sequence[Any] | Mapping[str, Any]:
        """Return ``params`` as the driver wants them.

        Raises:
            UnitError: A parameter is missing or unknown.
        """
        given = {**self._defaults, **params} if self._defaults else params
        try:
            values = self._pick(given)
        except KeyError as error:
            raise UnitError(
                f"The statement needs a value for {error.args[0]}: {self.sql}"
            ) from None
        if len(given) != len(self._allowed):
            extra = ", ".join(sorted(given.keys() - self._allowed))
            raise UnitError(f"The statement has no parameter {extra}: {self.sql}")
        if self._binders:
            values = list(values)
            for place, convert in self._binders:
                values[place] = convert(values[place])
        if self._positions is None:
            return dict(zip(self._names, values, strict=True))
        return values

    def rows(self, cursor: Any) -> Rows:
        """Return everything that ``cursor`` gives."""
        if self._silent:
            return Rows([], cursor.rowcount)
        make = self._make
        if make is None:
            if cursor.description is None:
                return Rows([], cursor.rowcount)
            make = self._make = _row_type([column[0] for column in cursor.description])
        raw = cursor.fetchall()
        if self._converters:
            raw = [self._convert(row) for row in raw]
        return Rows([make(row) for row in raw], cursor.rowcount)

    def _describe(self, columns: list[tuple[str, Any]], dialect: Dialect) -> None:
        if not columns:
            return
        self._make = _row_type([key for key, _ in columns])
        self._converters = [
            (place, convert)
            for place, (_, column) in enumerate(columns)
            if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None))
        ]

    def _convert(self, row: Sequence[Any]) -> list[Any]:
        values = list(row)
        for place, convert in self._converters:
            values[place] = convert(values[place])
        return values


def _picker(names: list[str]) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    """Return a function that takes the values of ``names`` in order, at the driver's speed."""
    if not names:
        return lambda _: ()
    if len(names) == 1:
        only = names[0]
        return lambda params: (params[only],)
    return itemgetter(*names)


def _row_type(names: list[str]) -> Callable[[Iterable[Any]], Any]:
    try:
        made = _named_tuple("Row", names)
    except ValueError as error:
        raise UnitError(f"Label the columns of a prepared statement: {error}.") from error
    make: Callable[[Iterable[Any]], Any] = made._make
    return make
