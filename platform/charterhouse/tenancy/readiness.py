"""Whether an installation may serve: its catalogue answers, its schemas are current, a store opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from charterhouse.tenancy.errors import StoreBusyError
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from charterhouse.tenancy.catalogue import Catalogue

__all__ = ["catalogue_answers", "migrations_current", "store_opens"]


def catalogue_answers(catalogue: Catalogue) -> bool:
    """Whether the catalogue can be read now: from its database, not from memory.

    Raises:
        CatalogueUnavailableError: It cannot; tenants that are known are served meanwhile.
    """
    catalogue.check()
    return True


def migrations_current(catalogue: Catalogue) -> bool:
    """Whether a store that stands for all has a schema with which this release works.

    Of many stores one may wait for its migration: it is closed, and the others serve.
    """
    tenants = catalogue.list("active")
    if not tenants:
        return True
    installation = catalogue.installation
    return any(
        installation.history.serves(installation.stores.revisions(tenant.store_id))
        for tenant in tenants[:_TRIED]
    )


def store_opens(catalogue: Catalogue) -> bool:
    """Whether a store can be opened and read; true while there is none yet.

    Raises:
        TenancyError: none of those tried can.
    """
    failure: Exception | None = None
    for tenant in catalogue.list("active")[:_TRIED]:
        try:
            with tenant_scope(tenant), unit() as opened:
                opened.connection.execute(text("SELECT 1")).scalar_one()
        except StoreBusyError:
            # It is there, and others work in it.
            return True
        except Exception as error:  # noqa: BLE001 - the next one is tried, and the last one is told
            failure = error
        else:
            return True
    if failure is not None:
        raise failure
    return True


_TRIED = 3
"""How many tenants are tried before the stores count as away."""
