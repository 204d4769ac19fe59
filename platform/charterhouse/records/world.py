"""A real tenant store as the world of a scenario, so that both give the same results."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, Self

from sqlalchemy import select

from charterhouse import clock
from charterhouse.config import Config
from charterhouse.databases import Databases
from charterhouse.kernel.charter import Charter
from charterhouse.kernel.decision import Decision, Document, Outcome
from charterhouse.kernel.program import Book
from charterhouse.kernel.standing import HOUSE, Standing
from charterhouse.kernel.vocabulary import Body
from charterhouse.records.books import adopt, load_book
from charterhouse.records.door import Door, Told
from charterhouse.records.tables import document, standing
from charterhouse.records.view import StoreView
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.ids import new_id
from charterhouse.tenancy.provision import create_tenant, drop_scratch_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant

_MEMORY = "/dev/shm"  # noqa: S108 - the folder made in it has a secret name and is ours alone


class Scratch:
    """A scratch installation in a temporary folder, shared by the worlds of one run.

    Args:
        databases: Where the stores are made; in files of the folder by default.
    """

    def __init__(self, databases: Databases | None = None) -> None:
        # In memory where the machine offers it: every commit of a story waits for the disk.
        memory = _MEMORY if os.access(_MEMORY, os.W_OK) else None
        self._folder = tempfile.TemporaryDirectory(prefix="charterhouse-check-", dir=memory)
        config = Config(
            data_dir=Path(self._folder.name),
            master_key=b"scenario" * 4,
            databases=databases or Databases(),
        )
        self.catalogue: Catalogue = open_catalogue(config)

    def leave(self, tenant: Tenant) -> None:
        """Remove the store of one story, so that the next finds a small database."""
        self.catalogue.set_status(tenant.id, "deleting")
        drop_scratch_tenant(self.catalogue, tenant.id)

    def close(self) -> None:
        """Remove everything."""
        self.catalogue.installation.stores.close()
        self._folder.cleanup()


class StoreWorld:
    """One tenant for one story, behind the same door as the live system.

    Args:
        charter: the charter that decides; its plugin must be installed.
        settings: the tenant's settings where they differ from the defaults.
        zone: the tenant's time zone.
        scratch: the installation in which the tenant is made.
    """

    def __init__(
        self, charter: Charter, settings: Mapping[str, Any], zone: tzinfo, scratch: Scratch
    ) -> None:
        self._stack = ExitStack()
        self._people: dict[str, Mapping[str, Any]] = {}
        tenant = create_tenant(
            scratch.catalogue,
            slug=f"s{new_id()}",
            name_zh="场景",
            name_en="Scenario",
            charter=charter.code,
            timezone=str(zone),
        )
        self._stack.callback(scratch.leave, tenant)
        self._stack.enter_context(tenant_scope(tenant))
        with unit(write=True) as opened:
            adopt(opened, charter.code, dict(settings), actor="scenario")

    def __enter__(self) -> Self:
        """The world, with its tenant in scope."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the scope."""
        self._stack.close()

    @property
    def book(self) -> Book:
        """See `World`."""
        with unit() as opened:
            return load_book(opened)

    def introduce(self, ref: str, facts: Mapping[str, Any]) -> None:
        """See `World`."""
        self._people[ref] = facts

    def submit(self, body: Body, at: datetime) -> Outcome:
        """See `World`."""
        told = Told(body, at, "scenario", facts=lambda ref: self._people.get(ref, {}))
        with clock.use_clock(clock.FixedClock(at)), unit(write=True) as opened:
            decided = Door(opened).tell(told).decided
        assert decided is not None  # noqa: S101 - nothing is repeated in a story
        return decided

    def advance(self, until: datetime) -> list[Decision]:
        """See `World`."""
        with clock.use_clock(clock.FixedClock(until)), unit(write=True) as opened:
            refs = opened.connection.execute(select(standing.c.ref).order_by(standing.c.ref))
            door = Door(opened)
            subjects = sorted({*refs.scalars(), HOUSE})
            return [d for ref in subjects for d in door.advance(ref, until)]

    def standing(self, ref: str) -> Standing:
        """See `World`."""
        with unit() as opened:
            found = StoreView(opened).standing(ref)
        facts = self._people.get(ref, {})
        if found.born is None and "born" in facts:
            found.born = facts["born"]
        return found

    def document(self, doc_id: str) -> Document | None:
        """See `World`."""
        with unit() as opened:
            return StoreView(opened).document(doc_id)

    def requests(self) -> list[Document]:
        """See `World`."""
        wanted = select(document.c.id).where(document.c.kind == "request").order_by(document.c.id)
        with unit() as opened:
            view = StoreView(opened)
            found = [view.document(each) for each in opened.connection.execute(wanted).scalars()]
        return [each for each in found if each is not None]
