"""From nothing to a tenant that can be used, in steps which may be repeated."""

from __future__ import annotations

import fcntl
import os
import secrets
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import structlog

from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.catalogue_place import open_database
from charterhouse.tenancy.engines.sqlite_file import SqliteFile
from charterhouse.tenancy.errors import (
    CatalogueUnavailableError,
    MigrationError,
    SlugTakenError,
)
from charterhouse.tenancy.installation import Installation
from charterhouse.tenancy.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from charterhouse.config import Config
    from charterhouse.tenancy.engines.database import Database
    from charterhouse.tenancy.tenant import Tenant

__all__ = ["create_tenant", "drop_scratch_tenant", "open_catalogue", "template_store"]

_log = structlog.get_logger(__name__)

_WAITING_SECONDS = 2.0


def open_catalogue(config: Config, *, wait: bool = False) -> Catalogue:
    """Open the catalogue of ``config``; made when missing, migrated when older.

    Args:
        config: The installation.
        wait: Whether to wait for a database that does not answer, as what serves does.

    Raises:
        CataloguePlaceError: There are two catalogues, or a move of one broke off.
        CatalogueUnavailableError: Its database does not answer.
        MasterKeyError: The master key is not that of the installation.
        MigrationError: The migrations are missing, or the catalogue is of a newer release.
        UnsafeStoreError: A database would let a tenant out of its schema.
    """
    config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = _waited_for(config) if wait else open_database(config)
    installation = Installation(config)
    installation.stores.ready()
    return Catalogue(database, installation)


def _waited_for(config: Config) -> Database:
    while True:
        try:
            return open_database(config)
        except CatalogueUnavailableError as error:
            _log.warning("waiting_for_catalogue", problem=str(error))
            time.sleep(_WAITING_SECONDS)


def create_tenant(
    catalogue: Catalogue,
    *,
    slug: str,
    name_zh: str,
    name_en: str,
    charter: str,
    plugins: Iterable[str] = (),
    seed: Callable[[Tenant], None] | None = None,
    actor: str = "system",
    **more: Any,
) -> Tenant:
    """Make a tenant with its store and open it for use.

    Each step may be repeated: a call that broke off is finished by the same call again.

    Args:
        catalogue: Where to enter it.
        slug: Its name in addresses.
        name_zh: Chinese name.
        name_en: English name.
        charter: Code of its charter.
        plugins: Codes of the plugins allowed to it.
        seed: Fills the new store; called in the tenant's scope before the tenant opens, and
            again when an earlier call broke off in it.
        actor: Who does it, an id without personal data.
        more: ``timezone``, ``isolation``, ``limits`` and ``cell``, see ``Catalogue.create``.

    Raises:
        CatalogueError: An argument is malformed.
        SlugTakenError: Another tenant, already in use, has the slug.
    """
    tenant = catalogue.by_slug(slug)
    if tenant is None:
        tenant = catalogue.create(
            slug=slug, name_zh=name_zh, name_en=name_en, charter=charter, actor=actor, **more
        )
    elif tenant.status != "provisioning":
        raise SlugTakenError(f"The address {slug} is taken.", field="slug")
    for plugin in plugins:
        tenant = catalogue.set_plugin(tenant.id, plugin, enabled=True, actor=actor)
    installation = catalogue.installation
    if not installation.stores.exists(tenant.store_id):
        installation.stores.provision(tenant.store_id, template_store(installation))
    if seed is not None:
        with tenant_scope(tenant):
            seed(tenant)
    return catalogue.activate(tenant.id, actor=actor)


def drop_scratch_tenant(catalogue: Catalogue, tenant_id: int, *, actor: str = "system") -> None:
    """Throw away a tenant that was made for a trial: its keys, store and files, without books.

    For a tenant with real people, there is ``desk.life.erasing.erase``. The entry stays in the
    catalogue as ``deleting``, so that its id and slug are never reused.

    Raises:
        StatusError: The tenant is not being deleted.
        UnknownTenantError: There is no such tenant.
    """
    catalogue.destroy_keys(tenant_id, actor=actor)
    catalogue.installation.stores.erase(catalogue.get(tenant_id).store_id)
    catalogue.installation.blobs.erase(tenant_id)


def template_store(installation: Installation) -> Path:
    """Return an empty store of this release's schema, made at the first call.

    Copying it takes a millisecond, where running the migrations takes tens.

    Raises:
        MigrationError: The migrations fail even here.
    """
    history, folder = installation.history, installation.config.data_dir
    name = f"template-{'-'.join(history.heads) or 'empty'}-{history.digest}.db"
    path = folder / name
    if path.exists():
        return path
    with _alone(folder / ".template.lock"):
        if path.exists():
            return path
        draft = folder / f".{name}.{secrets.token_hex(4)}"
        try:
            with SqliteFile(draft, create=True).migration() as connection:
                history.upgrade(connection)
            draft.rename(path)
        except MigrationError:
            raise
        except Exception as error:
            raise MigrationError(f"The migrations fail on an empty store: {error}") from error
        finally:
            for leftover in folder.glob(f"{draft.name}*"):
                leftover.unlink()
    return path


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
