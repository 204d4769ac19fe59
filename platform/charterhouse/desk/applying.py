"""Applying a tenant folder: the institution is made, or brought to what the folder says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select, update

from charterhouse import clock
from charterhouse.desk import institution
from charterhouse.desk.access import change_staff, create_staff, find_staff
from charterhouse.desk.folder import TenantFolder
from charterhouse.desk.passwords import Hashed, hash_password
from charterhouse.desk.samples.spec import Sample
from charterhouse.desk.samples.teller import House, Progress, Summary, Teller
from charterhouse.records import tables as t
from charterhouse.records.books import adopt, load_book
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.provision import create_tenant
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import Unit, prepared, unit
from charterhouse.tenancy.tenant import Tenant

SAMPLE = "sample"
"""The fact that tells which sample data a tenant was given."""

_SECONDS = 3600.0

_WORKING = ("service-desk", "manager", "owner")
"""Roles that work off tasks: the first one of these that somebody has."""

_VERSIONS = prepared(select(func.count().label("n")).select_from(t.version))
_SENT = prepared(
    update(t.outbox).where(t.outbox.c.state == "waiting", t.outbox.c.due_at < bindparam("before")),
    columns=["state"],
)


@dataclass(slots=True)
class Applied:
    """What applying a folder did.

    Attributes:
        tenant: as it is now.
        created: whether it is new.
        changes: what was changed, one line each; empty when nothing was.
        kept: what differs from the folder and was left as it is, and how to change it.
        story: the sample data that was told, if any.
    """

    tenant: Tenant
    created: bool = False
    changes: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    story: Summary | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How a folder is applied.

    Attributes:
        members: how many sample members instead of the folder's number; 0 for none.
        until: the end of the sample stories; now, or the folder's own day, when None.
        enrolled: whether the second factors of staff count as handed over.
        actor: who applies it.
        progress: called with (sample events told, expected).
    """

    members: int | None = None
    until: datetime | None = None
    enrolled: bool = False
    actor: str = "system"
    progress: Progress = lambda _told, _expected: None


def apply_folder(
    catalogue: Catalogue, folder: TenantFolder, options: Options | None = None
) -> Applied:
    """Make the tenant of a folder, or bring it to what the folder says.

    Applying the same folder again changes nothing. Sample data is told once, into a tenant
    without events. A call that broke off is finished by the same call again.

    Raises:
        DeskError: a value of the folder is refused.
        CatalogueError: a host or a name is refused.
    """
    return _Application(catalogue, folder, options or Options()).run()


class _Application:
    def __init__(self, catalogue: Catalogue, folder: TenantFolder, options: Options) -> None:
        self._catalogue = catalogue
        self._folder = folder
        self._options = options
        self._changes: list[str] = []
        self._kept: list[str] = []
        self._story: Summary | None = None
        self._hashes: dict[str, Hashed] = {}

    def run(self) -> Applied:
        folder, actor = self._folder, self._options.actor
        tenant = self._catalogue.by_slug(folder.slug)
        created = tenant is None or tenant.status == "provisioning"
        if tenant is None or created:
            self._changes.append(f"tenant {folder.slug}: created")
            tenant = create_tenant(
                self._catalogue,
                slug=folder.slug,
                name_zh=folder.name_zh,
                name_en=folder.name_en,
                charter=folder.charter,
                timezone=folder.timezone,
                isolation=folder.isolation,
                plugins=folder.plugins,
                seed=self._fill,
                actor=actor,
            )
        else:
            tenant = self._rename(tenant)
            with tenant_scope(tenant):
                self._fill(tenant)
        tenant = self._open_doors(tenant)
        return Applied(tenant, created, self._changes, self._kept, self._story)

    def _rename(self, tenant: Tenant) -> Tenant:
        folder, actor = self._folder, self._options.actor
        names = {"name_zh": folder.name_zh, "name_en": folder.name_en, "timezone": folder.timezone}
        changed = {name: value for name, value in names.items() if getattr(tenant, name) != value}
        if changed:
            self._changes.extend(f"{name}: changed" for name in changed)
            tenant = self._catalogue.change(tenant.id, actor=actor, **changed)
        if tenant.charter != folder.charter:
            self._kept.append(
                f"charter: stays {tenant.charter}; members hold cards under it, so that the "
                f"change to {folder.charter} needs a new tenant"
            )
        if tenant.isolation != folder.isolation:
            self._kept.append(
                f"isolation: stays {tenant.isolation}; {folder.isolation} needs a new tenant"
            )
        return tenant

    def _open_doors(self, tenant: Tenant) -> Tenant:
        actor = self._options.actor
        for host in self._folder.hosts:
            if host not in tenant.hosts:
                self._changes.append(f"host {host}: added")
                tenant = self._catalogue.add_host(tenant.id, host, actor=actor)
        for plugin in self._folder.plugins:
            if plugin not in tenant.plugins:
                self._changes.append(f"plugin {plugin}: allowed")
                tenant = self._catalogue.set_plugin(tenant.id, plugin, enabled=True, actor=actor)
        return tenant

    def _fill(self, tenant: Tenant) -> None:
        """Everything inside the tenant's store, in one transaction."""
        sample, until = self._sample(tenant)
        # What the stories stand on was there before they began.
        began = until - timedelta(days=sample.days + 1) if sample else clock.now()
        with unit(write=True, seconds=_SECONDS) as opened:
            with clock.use_clock(clock.FixedClock(began)):
                self._charter(opened)
                self._facts()
                staff = self._staff()
            if sample:
                self._tell(opened, sample, until, staff)

    def _sample(self, tenant: Tenant) -> tuple[Sample | None, datetime]:
        zone = ZoneInfo(tenant.timezone)
        until = (self._options.until or clock.now()).astimezone(zone)
        sample = self._folder.sample
        if sample is None or self._options.members == 0 or not self._untouched():
            return None, until
        if self._options.members:
            sample = replace(sample, members=self._options.members)
        if sample.until and not self._options.until:
            until = min(until, datetime.combine(sample.until, time(18), zone))
        return sample, until

    def _untouched(self) -> bool:
        with unit() as opened:
            query = select(func.count().label("n")).select_from(t.event)
            return not opened.connection.execute(query).scalar()

    def _charter(self, opened: Unit) -> None:
        folder = self._folder
        if not opened.execute(_VERSIONS).scalar():
            adopt(opened, folder.charter, dict(folder.settings), actor=self._options.actor)
            self._changes.append(f"charter {folder.charter}: adopted")
            return
        adopted = dict(load_book(opened).first.settings)
        differing = sorted(
            name
            for name in adopted.keys() | folder.settings.keys()
            if adopted.get(name) != folder.settings.get(name)
        )
        if differing:
            self._kept.append(
                f"charter settings {', '.join(differing)}: stay as adopted; members were promised "
                "them, so that a change is announced as an amendment"
            )

    def _facts(self) -> None:
        folder = self._folder
        for name, changed in (
            (institution.BRANCHES, institution.keep_branches(folder.branches)),
            (institution.BRANDING, institution.keep_branding(folder.branding)),
            (institution.PRICES, institution.keep_price_list(folder.prices)),
        ):
            if changed:
                self._changes.append(f"{name}: kept")

    def _staff(self) -> dict[str, tuple[int, str]]:
        known: dict[str, tuple[int, str]] = {}
        for entry in self._folder.staff:
            account = find_staff(entry.login)
            branch = entry.branch or None
            wanted = (entry.name, entry.role, branch)
            if account is None:
                account = create_staff(
                    entry.login,
                    entry.name,
                    self._password(entry.password),
                    entry.role,
                    branch,
                    actor=self._options.actor,
                    enrolled=self._options.enrolled,
                ).staff
                self._changes.append(f"staff {entry.login}: account opened")
            elif (account.name, account.role, account.branch) != wanted:
                account = change_staff(
                    account.id,
                    name=entry.name,
                    role=entry.role,
                    branch=branch,
                    actor=self._options.actor,
                )
                self._changes.append(f"staff {entry.login}: changed")
            known[entry.login] = (account.id, entry.branch)
        return known

    def _password(self, password: str) -> str | Hashed:
        """Of a demonstration, whose passwords are printed, one hash for all who have the same."""
        if not self._options.enrolled:
            return password
        if password not in self._hashes:
            self._hashes[password] = Hashed(hash_password(password))
        return self._hashes[password]

    def _workers(self, staff: dict[str, tuple[int, str]]) -> list[int]:
        for role in _WORKING:
            found = [staff[entry.login][0] for entry in self._folder.staff if entry.role == role]
            if found:
                return found
        return []

    def _tell(
        self, opened: Unit, sample: Sample, until: datetime, staff: dict[str, tuple[int, str]]
    ) -> None:
        folder = self._folder
        branches = [branch.code for branch in folder.branches]
        house = House(folder.prices, branches, staff, self._workers(staff))
        teller = Teller(opened, sample, house, until, self._options.progress)
        self._story = told = teller.tell()
        with clock.use_clock(clock.FixedClock(until)):
            # Messages of the past were sent in the past: nobody gets them now.
            opened.execute(_SENT, {"before": until, "state": "sent"})
        fact: dict[str, Any] = {
            "seed": sample.seed,
            "members": sample.members,
            "until": until.isoformat(),
        }
        institution.keep_fact(SAMPLE, fact)
        self._changes.append(
            f"sample: {told.people} people, {told.events} events up to {until:%Y-%m-%d %H:%M}"
        )


__all__ = ["SAMPLE", "Applied", "Options", "apply_folder"]
