"""An institution that takes payments online, with everything around it, for tests of settling."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from charterhouse.config import Config
from charterhouse.databases import Databases
from charterhouse.desk.intake import submit
from charterhouse.desk.people import create_person
from charterhouse.payments import attempts, checkout, house, orders
from charterhouse.payments.gateways.stripe import SandboxHTTPClient, StripeGateway, StripeSettings
from charterhouse.payments.sandbox import DEFAULT_KEY, SandboxState, into, make_app, tick
from charterhouse.records import tables as t
from charterhouse.records.books import adopt
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from charterhouse.tenancy.tenant import Tenant

SECRET = "whsec_of_this_test"
PURPOSE = "donation"
FEE = 1000
PAPERS = {"application-form": 1, "id-copy": 1}
BACK = attempts.Return(lambda number: f"https://north.example/my/pay/{number}", "Membership")

_numbers = itertools.count()


class Shop:
    """A tenant, its site, and a sandbox that knows where to send notices."""

    areas: tuple[str, ...] = ("charterhouse.web.hooks",)
    papers = PAPERS

    def __init__(
        self,
        folder: Path,
        *,
        api_base: str = "",
        hosts: int = 2,
        databases: Databases | None = None,
    ) -> None:
        self.config = Config(
            data_dir=folder,
            master_key=bytes(range(32)),
            stripe_key=DEFAULT_KEY,
            stripe_webhook_secret=SECRET,
            # Gateways are shared by configuration: each test has its own.
            stripe_api_base=api_base or f"http://sandbox-{next(_numbers)}.test",
            databases=databases or Databases(),
        )
        self.catalogue = open_catalogue(self.config)
        self.tenants = [self._tenant(f"house-{number}") for number in range(hosts)]
        self.tenant = self.tenants[0]
        self.site = create_app(self.config, directory=self.catalogue, areas=self.areas)
        self.site.testing = True

    def _tenant(self, slug: str) -> Tenant:
        made = create_tenant(
            self.catalogue, slug=slug, name_zh=slug, name_en=slug, charter="gynecology.vip-card"
        )
        with tenant_scope(made), unit(write=True) as opened:
            adopt(opened, made.charter, {}, actor="test")
        return made

    def close(self) -> None:
        """Close the stores."""
        self.catalogue.installation.stores.close()

    def hook(self, tenant: Tenant | None = None) -> str:
        """Where the gateway sends notices for a tenant."""
        return f"http://localhost/hooks/stripe/{(tenant or self.tenant).key}"

    @contextmanager
    def open(self, tenant: Tenant | None = None) -> Iterator[None]:
        """Serve a tenant."""
        with tenant_scope(tenant or self.tenant):
            yield

    def applicant(self) -> str:
        """Somebody whose application is approved and who owes the entry fee."""
        ref = create_person({"name": "王秀英", "born": "1990-07-08"}).ref
        applied = submit("apply", {"member": ref, "documents": PAPERS}, actor="test")
        assert applied.accepted, applied.refusal
        assert submit("approve", {"member": ref}, actor="test").accepted
        return ref

    def owe(self, ref: str) -> orders.Order:
        """The open order for what somebody owes."""
        return orders.open_order(ref, PURPOSE)

    def pay_at_the_counter(self, ref: str) -> None:
        """Pay in cash what is owed."""
        paid = {"member": ref, "for": PURPOSE, "amount": "10.00", "method": "cash"}
        assert submit("pay", paid, actor="test").accepted

    def count(self, table: Any, *where: Any) -> int:
        """How many rows there are."""
        with unit() as opened:
            found = opened.connection.execute(select(func.count()).select_from(table).where(*where))
            return int(found.scalar_one())

    def paid_events(self) -> int:
        """How many accepted `pay` events there are."""
        return self.count(t.decision, t.decision.c.verb == "pay", t.decision.c.code == "")

    def in_tills(self) -> int:
        """What came into the tills, in fen: the sum of their postings."""
        with unit() as opened:
            found = opened.connection.execute(
                select(func.coalesce(func.sum(t.posting.c.amount), 0)).where(
                    t.posting.c.owner.like("@till:%")
                )
            )
            return int(found.scalar_one())

    def told(self, action: str) -> int:
        """How many audit entries of an action there are."""
        return self.count(t.audit, t.audit.c.action == action)

    def begin(self, ref: str) -> attempts.Attempt:
        """An attempt with its hosted page open."""
        return checkout.start(orders.open_order(ref, PURPOSE).id, BACK)


class InProcess(Shop):
    """The sandbox in the same process, behind the real client."""

    def __init__(
        self, folder: Path, *, connected: bool = True, databases: Databases | None = None
    ) -> None:
        super().__init__(folder, databases=databases)
        self.state = SandboxState(sender=into(self.site), retry_delays=(0.01, 0.02))
        self.pages = make_app(self.state)
        self.gateway = StripeGateway(self._settings(), SandboxHTTPClient(self.pages))
        house.use_gateway(self.config, self.gateway)
        if connected:
            self.state.add_endpoint(self.hook(), secret=SECRET)

    def _settings(self) -> StripeSettings:
        found = StripeSettings.from_config(self.config)
        assert found is not None
        return found

    def close(self) -> None:
        """Close the sandbox and the stores."""
        self.state.close()
        super().close()

    def act(self, attempt: attempts.Attempt, action: str = "pay", method: str = "alipay") -> None:
        """Do something on the hosted page, and let all notices arrive."""
        form = {"action": action, "method": method, "card": "4242424242424242"}
        answer = self.pages.test_client().post(f"/pay/{attempt.session_id}", data=form)
        assert answer.status_code == 303, answer.text
        self.drain()

    def drain(self) -> None:
        """Wait until the sandbox has sent what it had to send."""
        self.state.dispatcher.drain()

    def later(self, minutes: int) -> None:
        """Let the gateway's time go on."""
        self.state.put_clock_forward(60 * minutes)
        tick(self.state)
        self.drain()
