"""Moving the catalogue from its file to a database, whole and once.

The file takes no changes from the first step on. All rows go into the database in one transaction
and are compared there; then the file is emptied, since it holds the tenants' wrapped keys, and says
where the catalogue went. What broke off is finished by the same call.
"""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from charterhouse.tenancy import models
from charterhouse.tenancy.catalogue_place import UNDER_WAY, database_of, file_of, upgraded
from charterhouse.tenancy.errors import CataloguePlaceError, MasterKeyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue_place import Kept

__all__ = ["move_catalogue"]

_BATCH = 1000


def move_catalogue(config: Config) -> int:
    """Move the catalogue of the data folder to the database of ``config``; return its tenants.

    Raises:
        CataloguePlaceError: There is nothing to move, no database to move it to, the database has
            another catalogue, tenants are still in files, or a store is just being replaced.
        CatalogueUnavailableError: The database does not answer.
        MasterKeyError: The master key is another.
        UnsafeStoreError: The database's owner may not make the catalogue.
    """
    if not config.databases.catalogue_url:
        raise CataloguePlaceError(
            "There is no database to move the catalogue to: give its owner's address in DATABASE_URL, "
            "or in CHARTERHOUSE_CATALOGUE."
        )
    kept = file_of(config)
    if kept is None or kept.moved not in {None, UNDER_WAY}:
        gone = f" It was moved ({kept.moved})." if kept else ""
        raise CataloguePlaceError(f"There is no catalogue in {config.data_dir} to move.{gone}")
    database = database_of(config)
    with closing(database):
        there = database.look()
        if there.tenants and kept.moved is None:
            raise CataloguePlaceError(
                f"The database has a catalogue of {there.tenants} tenants already."
            )
        upgraded(database, config)
        _close(kept)
        rows = _read(kept)
        # What fails before the commit has moved nothing.
        with database.migration() as connection, _reopened_on_errors(kept):
            _fill(connection, rows)
        _leave(kept, database.database)
    return len(rows["tenant"])


def _close(kept: Kept) -> None:
    """Let the file take no more changes; what is under way has ended then.

    Raises:
        CataloguePlaceError: It cannot be moved yet.
    """
    if kept.moved is not None:
        return
    tenant, cell, copy = models.tenant, models.cell, models.store_copy
    living = tenant.c.id.in_(select(models.tenant_key.c.tenant_id))
    in_files = (
        select(tenant.c.slug)
        .join(cell, cell.c.id == tenant.c.cell_id)
        .where(cell.c.kind == "sqlite", living)
        .order_by(tenant.c.slug)
    )
    with kept.file.transaction(write=True) as connection:
        slugs = connection.execute(in_files).scalars().all()
        if slugs:
            raise CataloguePlaceError(
                "Other machines do not have what is in files "
                f"({', '.join(slugs[:5])}{', …' if len(slugs) > 5 else ''}): move each to a database "
                "first, by 'charterhouse tenant move'."
            )
        if connection.execute(select(copy).where(copy.c.state == "filling")).first():
            raise CataloguePlaceError(
                "A tenant is just being restored or moved: wait until that has ended, or end it by "
                "'charterhouse tenant resume'."
            )
        connection.execute(update(models.state).values(moved=UNDER_WAY))


@contextmanager
def _reopened_on_errors(kept: Kept) -> Iterator[None]:
    try:
        yield
    except BaseException:
        if kept.moved is None:
            with kept.file.migration() as connection:
                connection.execute(update(models.state).values(moved=None))
        raise


def _read(kept: Kept) -> dict[str, list[dict[str, Any]]]:
    with kept.file.transaction(write=False) as connection:
        return {table.name: _rows(connection, table) for table in models.metadata.sorted_tables}


def _rows(connection: Connection, table: Any) -> list[dict[str, Any]]:
    query = select(table).order_by(*table.primary_key.columns)
    return [row._asdict() for row in connection.execute(query)]


def _fill(connection: Connection, rows: dict[str, list[dict[str, Any]]]) -> None:
    count = select(func.count()).select_from(models.tenant)
    empty = not connection.execute(count).scalar_one()
    if empty:
        _write(connection, rows)
    _compare(connection, rows, whole=empty)


def _write(connection: Connection, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Put all rows in place of the few with which an empty catalogue begins."""
    tables = models.metadata.sorted_tables
    known = connection.execute(select(models.state.c.key_check)).scalar_one()
    if known != rows["catalogue_state"][0]["key_check"]:
        raise MasterKeyError("The file was made with another master key than the database.")
    for table in reversed(tables):
        connection.execute(delete(table))
    for table in tables:
        mine = rows[table.name]
        for start in range(0, len(mine), _BATCH):
            connection.execute(insert(table), mine[start : start + _BATCH])
    connection.execute(update(models.state).values(moved=None))


def _compare(connection: Connection, rows: dict[str, list[dict[str, Any]]], *, whole: bool) -> None:
    """See that the database has what the file has.

    Args:
        connection: Of the database.
        rows: Of the file.
        whole: Whether nobody can have changed anything there since.

    Raises:
        CataloguePlaceError: It does not.
    """
    for table in models.metadata.sorted_tables if whole else (models.tenant, models.audit):
        there, here = _rows(connection, table), rows[table.name]
        if table is models.state:
            here = [{**row, "moved": None} for row in here]
        same = there == here
        if not whole:
            same = {row["id"] for row in here} <= {row["id"] for row in there}
        if not same:
            raise CataloguePlaceError(
                f"The table {table.name} of the database is not that of the file: nothing was moved."
            )


def _leave(kept: Kept, database: str) -> None:
    """Empty the file and leave word where its catalogue is; keys that are gone are overwritten."""
    with kept.file.migration() as connection:
        for table in reversed(models.metadata.sorted_tables):
            if table is not models.state:
                connection.execute(delete(table))
        connection.execute(update(models.state).values(moved=f"to the database {database}"))
    kept.file.scrub()
    kept.file.close()
