"""Back to a moment between two backups, by a base backup and the write-ahead archive of a cluster.

The steps are those of docs/operations.md.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from faults_house import KEY, furnish
from psycopg.conninfo import conninfo_to_dict

from charterhouse.config import Config
from charterhouse.databases import Databases
from charterhouse.desk.intake import submit
from charterhouse.desk.life.backup import back_up
from charterhouse.desk.life.restore import restore
from charterhouse.desk.verifying import verify_tenant
from charterhouse.records import tables as t
from charterhouse.tenancy import copies
from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant


class Archived(ScratchPostgres):
    """A cluster that puts its write-ahead log into a folder beside its own."""

    def __init__(self) -> None:
        super().__init__(settings=["archive_mode=on", "archive_command=cp %p ../archive/%f"])
        self.archive = self.folder / "archive"

    def _make(self) -> None:
        super()._make()
        (self.folder / "archive").mkdir()
        shutil.chown(self.folder / "archive", self.folder.owner())

    def base_backup(self) -> Path:
        """Copy the running cluster."""
        target = self.folder / "base"
        whose = ["--host", self.folder, "--username=postgres"]
        self._run("pg_basebackup", "--pgdata", target, *whose, "--checkpoint=fast", "--no-sync")
        return target


class Recovered(ScratchPostgres):
    """Another cluster: the base backup of one, brought to a moment by the archive."""

    def __init__(self, base: Path, archive: Path, moment: datetime) -> None:
        self._base, self._archive, self._moment = base, archive, moment
        super().__init__()
        end = time.monotonic() + 30
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            while connection.execute("SELECT pg_is_in_recovery()").fetchone() != (False,):
                assert time.monotonic() < end, (self.folder / "log").read_text()
                time.sleep(0.05)

    def _make(self) -> None:
        data = self.folder / "data"
        shutil.copytree(self._base, data)
        (data / "recovery.signal").touch()
        with (data / "postgresql.auto.conf").open("a") as file:
            file.write(
                f"restore_command = 'cp {self._archive}/%f %p'\n"
                f"recovery_target_time = '{self._moment.isoformat()}'\n"
                "recovery_target_action = 'promote'\n"
            )
        for path in (data, *data.rglob("*")):
            shutil.chown(path, self.folder.owner())


@pytest.fixture(name="cluster")
def _cluster() -> Iterator[Archived]:
    with closing(Archived()) as cluster:
        yield cluster


def bills(tenant: Tenant) -> set[str]:
    with tenant_scope(tenant), unit() as opened:
        return {
            row.id
            for row in opened.connection.execute(t.document.select())
            if row.id.startswith("bill-")
        }


def tell(tenant: Tenant, ref: str, bill: str) -> None:
    with tenant_scope(tenant):
        told = {"id": bill, "member": ref, "amount": "10.00"}
        assert submit("spend", told, actor="test", key=bill).accepted


def test_one_tenant_goes_back_to_a_moment_between_two_backups(
    cluster: Archived, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "SETTLE_SECONDS", 0.0)
    url = cluster.database()
    house = furnish(tmp_path / "var", Databases({"main": url}), 1)
    (ref,) = house.refs
    base = cluster.base_backup()
    tell(house.tenant, ref, "bill-1")
    with psycopg.connect(url, autocommit=True) as connection:
        (moment,) = connection.execute("SELECT clock_timestamp()").fetchone() or (None,)
        assert moment is not None
        tell(house.tenant, ref, "bill-2")
        (last,) = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone() or ("",)
    end = time.monotonic() + 30
    while not (cluster.archive / last).exists():
        assert time.monotonic() < end
        time.sleep(0.05)

    # Elsewhere: the cluster at that moment, and a copy of the data folder.
    with closing(Recovered(base, cluster.archive, moment)) as then:
        shutil.copytree(tmp_path / "var", tmp_path / "copy")
        place = Databases({"main": then.url(str(conninfo_to_dict(url)["dbname"]))})
        other = open_catalogue(Config(data_dir=tmp_path / "copy", master_key=KEY, databases=place))
        back_up(other, other.get(house.tenant.id), tmp_path / "then.backup")
        other.installation.stores.close()

    # Here, where the others have gone on.
    found = restore(house.catalogue, tmp_path / "then.backup").tenant

    assert bills(found) == {"bill-1"}
    assert verify_tenant(found).clean
    tell(found, ref, "bill-3")
    (rests,) = copies.spares(house.catalogue, found.id)
    assert bills(replace(found, store_id=rests.store_id)) == {"bill-1", "bill-2"}
    house.catalogue.installation.stores.close()
