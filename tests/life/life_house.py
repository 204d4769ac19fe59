"""What the tests of a tenant's life share: a house with members, papers, staff and a history."""

from __future__ import annotations

import io
import os
import signal
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from PIL import Image

from charterhouse.clock import FixedClock, use_clock
from charterhouse.desk import files
from charterhouse.desk.intake import submit
from charterhouse.desk.life import restore as restoring
from charterhouse.desk.people import create_person
from charterhouse.desk.staff import create_staff
from charterhouse.records.books import adopt
from charterhouse.tenancy import copies
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

KEY = b"a life's" * 4
CHARTER = "gynecology.vip-card"
MOMENT = datetime(2026, 3, 1, 2, tzinfo=UTC)
NAMES = ("王小明", "李秀英", "Anna Müller")


@dataclass
class House:
    """A tenant with what it is about.

    Attributes:
        catalogue: its installation's.
        slug: its name in addresses.
        refs: its people.
        clock: stands still.
    """

    catalogue: Catalogue
    slug: str
    refs: list[str]
    clock: FixedClock

    @property
    def tenant(self) -> Tenant:
        found = self.catalogue.by_slug(self.slug)
        assert found is not None
        return found

    def spend(self, ref: str, bill: str, amount: str = "88.00") -> None:
        """Tell one more event."""
        self.clock.advance(timedelta(minutes=1))
        with tenant_scope(self.tenant):
            told = {"id": bill, "member": ref, "amount": amount}
            answer = submit("spend", told, actor="staff:1", key=bill)
            assert answer.accepted, answer


def picture(colour: str) -> bytes:
    """A small photo."""
    target = io.BytesIO()
    Image.new("RGB", (1200, 900), colour).save(target, "JPEG")
    return target.getvalue()


def settle(catalogue: Catalogue, moment: FixedClock, slug: str = "north", **more: str) -> list[str]:
    """Make a tenant and tell it a short history; return its people."""
    tenant = create_tenant(
        catalogue, slug=slug, name_zh="北方医院", name_en="North", charter=CHARTER, **more
    )
    with tenant_scope(tenant):
        with unit(write=True) as opened:
            adopt(opened, CHARTER, {}, actor="test")
        create_staff("chen", "陈前台", "a long password", "cashier")
        refs = []
        for number, name in enumerate(NAMES):
            person = create_person({"name": name, "phone": f"1380000000{number}"})
            refs.append(person.ref)
        for number, ref in enumerate(refs):
            moment.advance(timedelta(minutes=1))
            submit("join", {"member": ref, "path": "ordinary"}, actor="staff:1", key=f"j{number}")
            moment.advance(timedelta(minutes=1))
            told = {"id": f"b{number}", "member": ref, "amount": "500.00"}
            assert submit("spend", told, actor="staff:1", key=f"s{number}").accepted
        submit("redeem", {"member": refs[0], "points": 900_000}, actor="staff:1", key="r0")
        files.add(refs[0], files.paper_codes()[0], picture("red"), actor="staff:1")
        files.add(refs[1], files.paper_codes()[0], picture("blue"), actor="staff:1")
    return refs


def move_until(config: Config, moment: datetime, cell: str, step: str) -> None:
    """Move the house and be killed before a step; in a process of its own."""
    copies.SETTLE_SECONDS = 0.0
    if step != "end":
        place = copies if step in {"begin", "close", "finish"} else restoring
        setattr(place, step, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
    with use_clock(FixedClock(moment)):
        catalogue = open_catalogue(config)
        tenant = catalogue.by_slug("north")
        assert tenant is not None
        restoring.move(catalogue, tenant, cell)
    os.kill(os.getpid(), signal.SIGKILL)
