"""The sample institutions of the demonstration, and the sandbox that takes their payments."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from charterhouse.commands.common import Failure
from charterhouse.commands.demonstration import stories
from charterhouse.config import Config
from charterhouse.desk.folder import StaffEntry, TenantFolder, read_folder
from charterhouse.desk.requests import list_requests
from charterhouse.desk.samples.showcase import Somebody, some_members
from charterhouse.payments.house import choose_merchant
from charterhouse.payments.sandbox import SandboxState, Server
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.migrate_run import migrate_all
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.tenant import Tenant

TENANTS = Path(__file__).resolve().parents[4] / "tenants"
_ENDPOINT = "webhook_endpoint"


@dataclass(frozen=True, slots=True)
class Guest:
    """A tenant of the demonstration with who can sign in there."""

    tenant: Tenant
    staff: tuple[StaffEntry, ...]
    members: tuple[Somebody, ...]


def webhook_secret(config: Config) -> str:
    """The signing secret between the sandbox and the sites of this demonstration."""
    derived = config.derive("demonstration webhooks")
    return "whsec_" + base64.urlsafe_b64encode(derived).decode().rstrip("=")


def read_folders(place: Path) -> list[TenantFolder]:
    """The sample institutions.

    Raises:
        Failure: there are none.
        FolderError: one cannot be read.
    """
    found = [read_folder(path.parent) for path in sorted(place.glob("*/tenant.yaml"))]
    if not found:
        raise Failure(f"There are no sample institutions in {place}.")
    return found


def furnish(
    config: Config,
    folders: list[TenantFolder],
    members: int | None,
    *,
    ending: Callable[[], bool] = lambda: False,
) -> Catalogue:
    """Make what is missing of the sample institutions; what is there is kept.

    Raises:
        StoppedError: `ending` told to end; what was finished until then is kept.
        Failure: one cannot be made.
    """
    catalogue = open_catalogue(config)
    report = migrate_all(config)
    if not report.ok:
        raise Failure(f"The stores could not be migrated: {report.failed[0].error}")
    for one in report.outcomes:
        if one.state == "done":
            list_requests(catalogue.get(one.tenant_id))
    missing = [folder for folder in folders if not _there(catalogue, folder)]
    stories.tell(config, missing, members, ending=ending)
    for known, _ in open_ones(catalogue, folders):
        with tenant_scope(known):
            choose_merchant(account=account_of(known))
    return catalogue


def open_ones(
    catalogue: Catalogue, folders: list[TenantFolder]
) -> list[tuple[Tenant, TenantFolder]]:
    """The sample institutions that are open: somebody may have tried suspending or closing one."""
    known = ((catalogue.by_slug(folder.slug), folder) for folder in folders)
    return [
        (tenant, folder)
        for tenant, folder in known
        if tenant is not None and tenant.status == "active" and tenant.closed is None
    ]


def _there(catalogue: Catalogue, folder: TenantFolder) -> bool:
    known = catalogue.by_slug(folder.slug)
    return known is not None and known.status != "provisioning"


def account_of(tenant: Tenant) -> str:
    """The tenant's own account in the sandbox."""
    return f"acct_{tenant.slug}"


def guests(catalogue: Catalogue, folders: list[TenantFolder]) -> list[Guest]:
    """The sample institutions with their staff and some members."""
    found = []
    for tenant, folder in open_ones(catalogue, folders):
        with tenant_scope(tenant):
            found.append(Guest(tenant, folder.staff, tuple(some_members(2))))
    return found


def open_sandbox(config: Config, catalogue: Catalogue, port: int, public_url: str) -> Server:
    """Start the payment sandbox, with an account and a notice address for each tenant."""
    state = SandboxState(config.data_dir / "sandbox.db")
    server = Server(state, port=port)
    for tenant in catalogue.list("active"):
        account = account_of(tenant)
        state.add_account(account, tenant.name_zh)
        url = f"{public_url}/hooks/stripe/{tenant.key}"
        kept = state.store.newest(account, _ENDPOINT)
        for old in kept:
            if old["url"] != url:
                # The sites listen on another port than last time.
                state.store.remove(account, _ENDPOINT, old["id"])
        if not any(old["url"] == url for old in kept):
            state.add_endpoint(url, secret=webhook_secret(config), account=account)
    return server.start()
