from __future__ import annotations

import base64
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from charterhouse import clock
from charterhouse.cli import main
from charterhouse.clock import FixedClock, use_clock
from charterhouse.tenancy import errors
from charterhouse.tenancy.history import History
from charterhouse.tenancy.migrate import LEASE, Outcome, migrate_tenant, migration_states
from charterhouse.tenancy.migrate_run import left_to_do, migrate_all
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

    AddMigration = Callable[[int, str], None]

UNIQUE = (
    'op.add_column("note", sa.Column("colour", sa.Text()))\n'
    '    op.create_index("ix_note_length", "note", [sa.text("length(text)")], unique=True)'
)


def _write(tenant: Tenant, *texts: str) -> None:
    with tenant_scope(tenant), unit(write=True) as work:
        for number, one in enumerate(texts):
            work.connection.execute(
                text("INSERT INTO note (id, text) VALUES (:id, :text)"),
                {"id": number, "text": one},
            )


def _columns(catalogue: Catalogue, slug: str) -> list[str]:
    tenant = catalogue.by_slug(slug)
    assert tenant is not None
    with catalogue.installation.stores.migration(tenant.id) as connection:
        return [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(note)")]


def test_one_failing_store_stays_whole_and_the_others_go_on(
    config: Config, make_tenant: Callable[[str], Tenant], add_migration: AddMigration
) -> None:
    for slug, texts in (("a", ("x",)), ("b", ("x", "y")), ("c", ("x", "yy"))):
        _write(make_tenant(slug), *texts)
    add_migration(2, UNIQUE)
    seen: list[Outcome] = []

    report = migrate_all(config, seen.append)

    assert [(one.slug, one.state) for one in report.outcomes] == [
        ("a", "done"),
        ("b", "failed"),
        ("c", "done"),
    ]
    assert tuple(seen) == report.outcomes
    assert (report.ok, report.target, len(report.failed)) == (False, "0002", 1)
    catalogue = open_catalogue(config)
    # Column and index were one transaction.
    assert _columns(catalogue, "b") == ["id", "text"]
    assert _columns(catalogue, "c") == ["id", "text", "colour"]
    states = migration_states(catalogue)
    broken = report.failed[0]
    kept = states[broken.tenant_id]
    assert (kept.state, kept.error, kept.attempts) == ("failed", broken.error, 1)
    left = [(one.tenant.slug, one.revisions) for one in left_to_do(catalogue)]
    assert left == [("b", ("0001",))]
    assert broken.error is not None
    assert "UNIQUE" in broken.error


def test_the_next_run_does_only_what_is_left(
    config: Config, make_tenant: Callable[[str], Tenant], add_migration: AddMigration
) -> None:
    _write(make_tenant("a"), "x")
    tenant = make_tenant("b")
    _write(tenant, "x", "y")
    add_migration(2, UNIQUE)
    migrate_all(config)
    with tenant_scope(tenant), unit(write=True) as work:
        work.connection.execute(text("DELETE FROM note WHERE id = 1"))

    again = migrate_all(config)

    assert [one.state for one in again.outcomes] == ["current", "done"]
    assert again.ok
    assert [one.state for one in migrate_all(config).outcomes] == ["current", "current"]


def test_new_tenants_begin_with_the_newest_schema(
    config: Config, make_tenant: Callable[[str], Tenant], add_migration: AddMigration
) -> None:
    make_tenant("a")
    add_migration(2, UNIQUE)

    catalogue = open_catalogue(config)
    create_tenant(catalogue, slug="new", name_zh="新", name_en="New", charter="sample.plain")

    assert "colour" in _columns(catalogue, "new")
    assert [one.state for one in migrate_all(config, only={"new"}).outcomes] == ["current"]


def test_a_template_equals_a_migrated_store(
    config: Config, make_tenant: Callable[[str], Tenant], add_migration: AddMigration
) -> None:
    make_tenant("old")
    add_migration(2, UNIQUE)
    migrate_all(config)
    catalogue = open_catalogue(config)
    create_tenant(catalogue, slug="new", name_zh="新", name_en="New", charter="sample.plain")

    schemas = []
    for tenant in catalogue.list():
        with tenant_scope(tenant), unit() as work:
            rows = work.connection.exec_driver_sql("SELECT name, sql FROM sqlite_schema ORDER BY 1")
            schemas.append(rows.all())

    assert schemas[0] == schemas[1]


def test_a_bad_migration_stops_the_run(
    config: Config, make_tenant: Callable[[str], Tenant], add_migration: AddMigration
) -> None:
    for number in range(6):
        _write(make_tenant(f"t{number}"), "x", "y")
    add_migration(2, UNIQUE)

    states = [one.state for one in migrate_all(config).outcomes]

    assert states == ["failed"] * 4 + ["skipped"] * 2


def test_rows_that_lead_nowhere_fail_the_migration(
    config: Config, make_tenant: Callable[[str], Tenant], add_migration: AddMigration
) -> None:
    make_tenant("a")
    add_migration(
        2,
        'op.create_table("b", sa.Column("n", sa.BigInteger(), sa.ForeignKey("note.id")))\n'
        '    op.execute("INSERT INTO b VALUES (99)")',
    )
    with pytest.raises(errors.MigrationError, match="lead to nothing"):
        migrate_all(config)


def test_migrations_that_fail_on_an_empty_store_touch_no_tenant(
    config: Config, make_tenant: Callable[[str], Tenant], add_migration: AddMigration
) -> None:
    make_tenant("a")
    add_migration(2, 'op.drop_table("nothing")')

    with pytest.raises(errors.MigrationError, match="empty store"):
        migrate_all(config)

    assert migration_states(open_catalogue(config)) == {}


def test_a_store_one_migration_behind_is_served_and_two_are_not(
    config: Config, make_tenant: Callable[[str], Tenant], add_migration: AddMigration
) -> None:
    slug = make_tenant("a").slug
    add_migration(2, 'op.add_column("note", sa.Column("colour", sa.Text()))')
    behind = open_catalogue(config).by_slug(slug)
    assert behind is not None
    with tenant_scope(behind), unit():
        pass
    add_migration(3, 'op.add_column("note", sa.Column("size", sa.Text()))')

    far_behind = open_catalogue(config).by_slug(slug)
    assert far_behind is not None
    with tenant_scope(far_behind):
        with pytest.raises(errors.StoreOutdatedError, match="0001"), unit():
            pass
        migrate_all(config)
        with unit():
            pass


def test_a_lost_store_is_reported(config: Config, make_tenant: Callable[[str], Tenant]) -> None:
    tenant = make_tenant("a")
    tenant.installation.stores.erase(tenant.id)

    outcome = migrate_all(config).outcomes[0]

    assert outcome.state == "failed"
    assert outcome.error is not None
    assert outcome.error.startswith("StoreMissingError")


def test_readers_go_on_while_a_store_is_migrated(
    make_tenant: Callable[[str], Tenant],
) -> None:
    tenant = make_tenant("a")
    seen: list[int] = []

    def read() -> None:
        with tenant_scope(tenant), unit() as work:
            seen.append(work.connection.execute(text("SELECT count(*) FROM note")).scalar_one())

    with tenant.installation.stores.migration(tenant.id) as connection:
        connection.exec_driver_sql("INSERT INTO note (id, text) VALUES (1, 'x')")
        thread = threading.Thread(target=read)
        thread.start()
        thread.join(timeout=3)

    assert seen == [0]


def test_missing_migrations_are_told(tmp_path: Path) -> None:
    with pytest.raises(errors.MigrationError, match="MIGRATIONS_DIR"):
        History(tmp_path / "nowhere")


COLOUR = 'op.add_column("note", sa.Column("colour", sa.Text()))'


def note_it(tenant: Tenant) -> None:
    """What a run does with each store that is new."""
    with tenant_scope(tenant), unit(write=True) as work:
        work.connection.execute(text("INSERT INTO note (id, text) VALUES (77, 'caught up')"))


def break_off(tenant: Tenant) -> None:
    """The same, when the machine goes down."""
    raise KeyboardInterrupt(tenant.slug)


def _noted(config: Config, slug: str) -> int:
    tenant = open_catalogue(config).by_slug(slug)
    assert tenant is not None
    with tenant_scope(tenant), unit() as work:
        query = text("SELECT count(*) FROM note WHERE id = 77")
        return int(work.connection.execute(query).scalar_one())


def test_several_processes_share_the_stores(
    config: Config, make_tenant: Callable[[str], Tenant], add_migration: AddMigration
) -> None:
    for number in range(6):
        make_tenant(f"t{number}")
    add_migration(2, COLOUR)

    report = migrate_all(config, workers=2)

    assert [(one.slug, one.state) for one in report.outcomes] == [
        (f"t{number}", "done") for number in range(6)
    ]
    assert _columns(open_catalogue(config), "t5") == ["id", "text", "colour"]


def test_many_failures_stop_all_processes(
    config: Config, make_tenant: Callable[[str], Tenant], add_migration: AddMigration
) -> None:
    for number in range(20):
        _write(make_tenant(f"t{number:02d}"), "x", "y")
    add_migration(2, UNIQUE)

    states = [one.state for one in migrate_all(config, workers=2).outcomes]

    assert states.count("failed") == 4
    assert states.count("skipped") == 16
    behind = [one.tenant.slug for one in left_to_do(open_catalogue(config))]
    assert len(behind) == 20


def test_a_canary_that_fails_saves_the_others(
    config: Config, make_tenant: Callable[[str], Tenant], add_migration: AddMigration
) -> None:
    make_tenant("a")
    _write(make_tenant("z"), "x", "y")
    add_migration(2, UNIQUE)

    report = migrate_all(config, canaries={"z"})

    assert [(one.slug, one.state) for one in report.outcomes] == [("a", "skipped"), ("z", "failed")]
    assert not report.ok


def test_what_follows_a_migration_is_made_up_for(
    config: Config, make_tenant: Callable[[str], Tenant], add_migration: AddMigration
) -> None:
    make_tenant("a")
    add_migration(2, COLOUR)
    with pytest.raises(KeyboardInterrupt):
        migrate_all(config, after=break_off)
    assert not left_to_do(open_catalogue(config)), "the schema itself is new"

    held = migrate_all(config, after=note_it)
    assert [one.state for one in held.outcomes] == ["claimed"], "the other may still be at it"
    assert not held.ok
    with use_clock(FixedClock(clock.now() + LEASE + timedelta(seconds=1))):
        assert migrate_all(config, after=note_it).ok
        assert migrate_all(config, after=note_it).ok

    assert _noted(config, "a") == 1


def test_two_runs_never_take_the_same_store(
    config: Config, make_tenant: Callable[[str], Tenant], add_migration: AddMigration
) -> None:
    make_tenant("a")
    add_migration(2, COLOUR)
    catalogue = open_catalogue(config)
    seen: list[str] = []

    def meanwhile(tenant: Tenant) -> None:
        seen.append(migrate_tenant(catalogue, tenant, after=meanwhile).state)

    assert migrate_all(config, after=meanwhile).ok
    assert seen == ["claimed"]


def test_a_closed_tenant_is_told_by_the_commands(
    config: Config,
    make_tenant: Callable[[str], Tenant],
    add_migration: AddMigration,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_tenant("good")
    _write(make_tenant("bad"), "x", "y")
    add_migration(2, UNIQUE)
    migrate_all(config)
    monkeypatch.setenv("CHARTERHOUSE_DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("CHARTERHOUSE_MIGRATIONS_DIR", str(config.migrations_dir))
    monkeypatch.setenv("CHARTERHOUSE_MASTER_KEY", base64.b64encode(config.master_key).decode())

    listed = CliRunner().invoke(main, ["tenant", "list"]).stdout
    status = CliRunner().invoke(main, ["migrate", "--status"])

    assert "bad\tactive, closed: its migration failed\t" in listed
    assert "good\tactive\t" in listed
    assert "bad: 0001, closed until it is migrated; " in status.stdout
    assert status.exit_code == 1


def test_the_status_tells_of_a_damaged_store_and_not_of_one_that_is_erased(
    config: Config, make_tenant: Callable[[str], Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged, erased, missing = make_tenant("damaged"), make_tenant("erased"), make_tenant("missing")
    make_tenant("whole")
    catalogue = open_catalogue(config)
    stores = catalogue.installation.stores
    catalogue.set_status(erased.id, "deleting")
    stores.erase(erased.store_id)
    stores.erase(missing.store_id)
    stores.path(damaged.store_id).write_bytes(b"no database " * 1000)  # type: ignore[attr-defined]  # the embedded engine
    monkeypatch.setenv("CHARTERHOUSE_DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("CHARTERHOUSE_MIGRATIONS_DIR", str(config.migrations_dir))
    monkeypatch.setenv("CHARTERHOUSE_MASTER_KEY", base64.b64encode(config.master_key).decode())

    status = CliRunner().invoke(main, ["migrate", "--status"])

    assert status.exit_code == 1
    first, second, third = status.stdout.splitlines()
    assert first == "schema 0001: 2 up to date, 2 not"
    assert second.startswith("damaged: not to be read")
    assert second.endswith("is damaged.")
    assert third.startswith("missing: not to be read; There is no store at ")
