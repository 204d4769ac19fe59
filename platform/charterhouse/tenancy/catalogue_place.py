"""Where the catalogue is: in a file of the data folder, or in a database; never in both.

It is opened, made or brought up to date here, and here a process is turned away that does not
belong to the installation: one with another master key, or with documents of its own.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
from sqlalchemy import func, select, update

from charterhouse.tenancy import errors, models
from charterhouse.tenancy.catalogue_cells import add_cells, lacks_cells
from charterhouse.tenancy.engines.sqlite_catalogue import CatalogueFile
from charterhouse.tenancy.history import History
from charterhouse.tenancy.ids import new_key
from charterhouse.tenancy.tenant import WrappedKey
from charterhouse.tenancy.vault import KeyRing

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from charterhouse.config import Config
    from charterhouse.tenancy.engines.database import Database
    from charterhouse.tenancy.engines.postgres_catalogue import PostgresCatalogue

__all__ = [
    "FILE",
    "UNDER_WAY",
    "Kept",
    "database_of",
    "file_of",
    "key_check",
    "open_database",
    "upgraded",
]

FILE = "catalogue.db"
UNDER_WAY = "under way"
"""What a file says whose move to a database has begun and not ended."""

_CHECK = "catalogue key check"
_MARK = ".installation"
_WRONG_KEY = (
    "The master key of this process is not that of the installation: set CHARTERHOUSE_MASTER_KEY "
    "to the one with which the catalogue began. Every machine has the same."
)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a file of the catalogue says.

    Attributes:
        file: The file, at the newest schema.
        tenants: How many are in it.
        moved: Where it was moved to, `UNDER_WAY` while it is; None when it is in use.
    """

    file: CatalogueFile
    tenants: int
    moved: str | None


def open_database(config: Config) -> Database:
    """Open the database of the catalogue; made when missing, migrated when older.

    Raises:
        BlobsElsewhereError: Several machines share the catalogue, and this one has a folder of
            documents that is not the installation's.
        CataloguePlaceError: There are two catalogues, or a move of one broke off.
        CatalogueUnavailableError: Its database does not answer.
        MasterKeyError: The master key is another.
        MigrationError: The migrations are missing, or the catalogue is of a newer release.
        UnsafeStoreError: Its database would let tenants read it.
    """
    kept = file_of(config)
    if not config.databases.catalogue_serving_url:
        if kept is not None and kept.moved is not None:
            raise errors.CataloguePlaceError(
                f"The catalogue of this folder was moved ({kept.moved}): set DATABASE_URL, or "
                "CHARTERHOUSE_CATALOGUE, to that database."
            )
        return kept.file if kept is not None else _file(config)
    if kept is not None and kept.moved == UNDER_WAY:
        raise errors.CataloguePlaceError(
            "The move of the catalogue broke off: run 'charterhouse catalogue move' again."
        )
    database = database_of(config)
    if kept is not None and kept.tenants:
        _see_that_there_is_one(kept, database)
        return kept.file
    _take_up(database, config)
    return database


def _see_that_there_is_one(kept: Kept, database: PostgresCatalogue) -> None:
    """See that a file in use is the only catalogue; a database that is away was no other before."""
    told = {"file": str(kept.file.path), "move": "charterhouse catalogue move"}
    try:
        there = database.look().tenants
    except errors.CatalogueUnavailableError as error:
        told["database"] = str(error)
    else:
        if there:
            raise errors.CataloguePlaceError(
                f"There are two catalogues: {kept.file.path} has {kept.tenants} tenants and the "
                f"database has {there}. Set CHARTERHOUSE_CATALOGUE=file to use the file, or put it "
                "away."
            )
    _log.warning("catalogue_in_file", **told)


def _take_up(database: PostgresCatalogue, config: Config) -> None:
    """See that a database is the catalogue of this process's installation, and safe; or make it."""
    found = database.look()
    if not found.exists and found.stores:
        raise errors.CataloguePlaceError(
            f"The database holds {found.stores} stores of tenants, whose catalogue is elsewhere: run "
            "'charterhouse catalogue move' where its file is, or restore it."
        )
    _check_key(config, found.key_check)
    try:
        upgraded(database, config)
        _see_that_it_is_safe(database)
        _check_documents(database, config)
    except BaseException:
        database.close()
        raise


def _see_that_it_is_safe(database: PostgresCatalogue) -> None:
    found = database.ways_in()
    if found:
        raise errors.UnsafeStoreError(f"The catalogue can be read by {', '.join(found)}.")


def file_of(config: Config) -> Kept | None:
    """Return the file of the data folder at the newest schema, or None when there is none."""
    path = config.data_dir / FILE
    if not path.exists() or not path.stat().st_size:
        return None
    file = _file(config)
    with file.transaction(write=False) as connection:
        moved = connection.execute(select(models.state.c.moved)).scalar_one()
        tenants = connection.execute(select(func.count()).select_from(models.tenant)).scalar_one()
    return Kept(file, tenants, moved)


def database_of(config: Config) -> PostgresCatalogue:
    """Return the database of the configuration, which may be empty or away.

    Raises:
        StoreUnavailableError: The driver is missing or the address malformed.
    """
    try:
        from charterhouse.tenancy.engines.postgres_catalogue import PostgresCatalogue
    except ImportError as error:
        raise errors.StoreUnavailableError(
            "The driver of PostgreSQL is missing: install charterhouse[postgres]."
        ) from error

    places = config.databases
    return PostgresCatalogue(places.catalogue_url, places.catalogue_serving_url, config.derivations)


def upgraded(database: PostgresCatalogue, config: Config) -> None:
    """Bring the tables to the schema of this release, and enter what is new of this machine.

    Raises:
        MasterKeyError: The master key is another.
        MigrationError: Only the owner may migrate, or the catalogue is of a newer release.
    """
    history = History(config.migrations_dir / "catalogue")
    database.ready()
    if database.owned:
        with database.transaction(write=False) as connection:
            current = _fits(history, connection) and _settled(connection, config)
        if not current:
            with database.migration() as connection:
                _upgrade(history, connection)
                _settle(connection, config)
        return
    with database.transaction(write=False) as connection:
        if not _fits(history, connection):
            raise errors.MigrationError(
                "The catalogue has the schema of another release: run 'charterhouse migrate' with "
                "the owner's address."
            )
        settled = _settled(connection, config)
    if not settled:
        with database.transaction(write=True) as connection:
            _settle(connection, config)


def _file(config: Config) -> CatalogueFile:
    path = config.data_dir / FILE
    # Before SQLite makes it, and the files beside it after its example, open to others.
    path.touch(mode=0o600)
    path.chmod(0o600)
    file = CatalogueFile(path)
    history = History(config.migrations_dir / "catalogue")
    with file.migration() as connection:
        _upgrade(history, connection)
        if _is_used(connection, config):
            _settle(connection, config)
    return file


def _fits(history: History, connection: Connection) -> bool:
    """Whether this release works on the catalogue: it is of its schema, or of the one after.

    The next release migrates it while this one serves, and only adds what this one does not need.
    """
    found = history.current(connection)
    return found == history.heads or history.is_ahead(found)


def _upgrade(history: History, connection: Connection) -> None:
    if not _fits(history, connection):
        history.upgrade(connection)


def _is_used(connection: Connection, config: Config) -> bool:
    """Whether the file is the catalogue, and not only left where one was or might have been."""
    if connection.execute(select(models.state.c.moved)).scalar_one() is not None:
        return False
    if not config.databases.catalogue_serving_url:
        return True
    return connection.execute(select(models.tenant.c.id).limit(1)).first() is not None


def _settled(connection: Connection, config: Config) -> bool:
    row = connection.execute(select(models.state)).one()
    _check_key(config, row.key_check)
    return row.key_check is not None and not lacks_cells(connection, config.databases.names)


def _settle(connection: Connection, config: Config) -> None:
    """Enter the check of the master key, and cells that are not known yet."""
    row = connection.execute(select(models.state)).one()
    _check_key(config, row.key_check)
    if row.key_check is None:
        _open_one(connection, config)
        connection.execute(update(models.state).values(key_check=key_check(config)))
    add_cells(connection, config.databases.names)


def key_check(config: Config) -> str:
    """Return what tells that the present master key is the installation's, and not the key."""
    return config.derive(_CHECK).hex()


def _check_key(config: Config, known: str | None) -> None:
    if known is None:
        return
    accepted = [one.hex() for one in config.derivations(_CHECK)]
    if not any(hmac.compare_digest(known, one) for one in accepted):
        raise errors.MasterKeyError(_WRONG_KEY)


def _open_one(connection: Connection, config: Config) -> None:
    """See that the master key opens what is there, before it is taken for the right one."""
    row = connection.execute(select(models.tenant_key).limit(1)).first()
    if row is None:
        return
    try:
        KeyRing(config).check(row.tenant_id, WrappedKey(row.purpose, row.version, row.wrapped))
    except errors.SealError as error:
        raise errors.MasterKeyError(_WRONG_KEY) from error


def _check_documents(database: PostgresCatalogue, config: Config) -> None:
    """See that a folder of documents is the installation's, and not one of this machine alone."""
    place = urlsplit(config.documents)
    if place.scheme == "s3":
        return
    folder = Path(place.path) if place.path else config.data_dir / "documents"
    mark = folder / _MARK
    here = mark.read_text("ascii").strip() if mark.exists() else None
    with database.transaction(write=False) as connection:
        known = connection.execute(select(models.state.c.documents)).scalar_one()
    if known is None:
        with database.transaction(write=True) as connection:
            known = connection.execute(select(models.state.c.documents)).scalar_one()
            if known is None:
                known = here = here or new_key()
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                mark.write_text(f"{here}\n", "ascii")
                connection.execute(update(models.state).values(documents=here))
    if here != known:
        raise errors.BlobsElsewhereError(
            f"{folder} is not the installation's folder of documents: share one between the machines, "
            "or keep documents in an object store (CHARTERHOUSE_DOCUMENTS). If this is the one, "
            f"copied or restored, write {known} into {mark}."
        )
