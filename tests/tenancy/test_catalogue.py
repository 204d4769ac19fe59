from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from charterhouse.tenancy import errors, models
from charterhouse.tenancy.engines.postgres_roles import CATALOGUE
from charterhouse.tenancy.provision import open_catalogue

if TYPE_CHECKING:
    from collections.abc import Callable

    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

BOTH = pytest.mark.parametrize("databases", ["sqlite", "chain"], indirect=True)
"""In a file and in a database."""

GOOD = {"slug": "east", "name_zh": "东院", "name_en": "East", "charter": "sample.plain"}


@BOTH
def test_a_tenant_is_found_by_each_of_its_names(catalogue: Catalogue, north: Tenant) -> None:
    catalogue.add_host(north.id, "Care.North.Example.")

    found = catalogue.get(north.id)

    assert catalogue.by_slug("north") is found
    assert catalogue.by_key(north.key) is found
    assert catalogue.by_host("north.localhost:8000") is found
    assert catalogue.by_host("CARE.north.example") is found
    assert catalogue.list("active") == (found,)
    assert (found.name("zh_CN"), found.name("en"), str(found.zone)) == (
        "示例医院",
        "Sample",
        "Asia/Shanghai",
    )


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "nobody.localhost",
        "north.localhost.evil.example",
        "north",
        "",
        "a.north.localhost",
    ],
)
def test_no_other_host_is_the_tenants(catalogue: Catalogue, north: Tenant, host: str) -> None:
    assert catalogue.by_host(host) is None


def test_an_unknown_tenant_is_an_error_or_nothing(catalogue: Catalogue) -> None:
    with pytest.raises(errors.UnknownTenantError):
        catalogue.get(1)
    assert catalogue.by_slug("nobody") is None
    assert catalogue.by_key("nobody") is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "Upper"),
        ("slug", "-a"),
        ("slug", "a" * 41),
        ("slug", "admin"),
        ("slug", "../x"),
        ("slug", "a\n"),
        ("name_zh", " "),
        ("name_en", ""),
        ("charter", ""),
        ("timezone", "Mars/Base"),
        ("timezone", "../../etc/passwd"),
        ("isolation", "shared"),
        ("limits", {"max_store_mib": 0}),
        ("limits", {"rows": 5}),
        ("limits", {"unit_seconds": 1.5}),
    ],
)
def test_malformed_arguments_are_named(catalogue: Catalogue, field: str, value: object) -> None:
    with pytest.raises(errors.CatalogueError) as caught:
        catalogue.create(**{**GOOD, field: value})

    assert caught.value.field == field
    assert catalogue.list() == ()


@BOTH
def test_a_slug_belongs_to_one_tenant(catalogue: Catalogue) -> None:
    catalogue.create(**GOOD)

    with pytest.raises(errors.SlugTakenError):
        catalogue.create(**GOOD)

    assert len(catalogue.list()) == 1
    assert len(catalogue.audit()) == 1


@BOTH
def test_a_host_belongs_to_one_tenant(catalogue: Catalogue, north: Tenant, south: Tenant) -> None:
    catalogue.add_host(north.id, "care.example")
    assert catalogue.add_host(north.id, "care.example").hosts == ("care.example",)

    with pytest.raises(errors.HostTakenError):
        catalogue.add_host(south.id, "care.example")
    catalogue.remove_host(south.id, "care.example")
    assert catalogue.by_host("care.example") == catalogue.get(north.id)

    catalogue.remove_host(north.id, "care.example")
    assert catalogue.by_host("care.example") is None
    assert catalogue.add_host(south.id, "care.example").hosts == ("care.example",)


@pytest.mark.parametrize(
    "host", ["localhost", "south.localhost", "10.0.0.1", "a b.example", "example"]
)
def test_only_a_host_of_ones_own_can_be_added(
    catalogue: Catalogue, north: Tenant, host: str
) -> None:
    with pytest.raises(errors.CatalogueError):
        catalogue.add_host(north.id, host)


@BOTH
def test_statuses_follow_their_order(catalogue: Catalogue, north: Tenant) -> None:
    assert catalogue.suspend(north.id, reason="unpaid").status == "suspended"
    with pytest.raises(errors.StatusError):
        catalogue.set_status(north.id, "migrating")
    with pytest.raises(errors.CatalogueError):
        catalogue.set_status(north.id, "asleep")
    assert catalogue.activate(north.id).status == "active"
    assert catalogue.activate(north.id).writable


@BOTH
def test_a_plugin_is_allowed_and_forbidden(catalogue: Catalogue, north: Tenant) -> None:
    assert catalogue.set_plugin(north.id, "dental", enabled=True).plugins == {"dental"}
    assert catalogue.set_plugin(north.id, "dental", enabled=False).plugins == frozenset()


@BOTH
def test_the_audit_tells_who_did_what(catalogue: Catalogue, north: Tenant) -> None:
    catalogue.change(north.id, actor="operator 7", name_en="North Gate")
    with pytest.raises(errors.CatalogueError):
        catalogue.change(north.id, status="active")

    latest = catalogue.audit(north.id)[0]

    assert (latest.action, latest.actor, latest.detail) == (
        "change",
        "operator 7",
        {"fields": ["name_en"]},
    )
    assert [entry.action for entry in catalogue.audit(north.id)] == ["change", "status", "create"]


def test_a_request_asks_the_catalogue_nothing(
    catalogue: Catalogue, north: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue.snapshot()
    monkeypatch.setattr(catalogue, "_next_poll", float("inf"))
    monkeypatch.setattr(catalogue, "database", None)

    assert catalogue.by_host("north.localhost") == north


@BOTH
def test_what_another_process_changes_is_seen_at_the_next_look(
    config: Config,
    catalogue: Catalogue,
    north: Tenant,
    south: Tenant,
    request: pytest.FixtureRequest,
) -> None:
    other = open_catalogue(config)
    request.addfinalizer(other.close)
    unchanged = other.get(south.id)
    catalogue.add_host(north.id, "care.example")
    catalogue.suspend(north.id, reason="unpaid")
    assert other.get(north.id).status == "active"

    other._next_poll = 0.0

    assert other.get(north.id).status == "suspended"
    assert other.by_host("care.example") == other.get(north.id)
    assert other.get(south.id) is unchanged
    assert [one.slug for one in other.list()] == ["north", "south"]


def test_the_look_is_due_within_two_seconds(catalogue: Catalogue) -> None:
    assert catalogue._poll_seconds <= 2


@BOTH
def test_the_tables_in_the_code_are_those_of_the_migrations(catalogue: Catalogue) -> None:
    with catalogue.database.migration() as connection:
        if connection.dialect.name == "postgresql":
            connection.dialect.default_schema_name = CATALOGUE
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, models.metadata) == []


@BOTH
def test_the_catalogue_is_of_one_release(
    config: Config, catalogue: Catalogue, make_tenant: Callable[[str], Tenant]
) -> None:
    def leave_at(revision: str) -> str:
        with catalogue.database.migration() as connection:
            query = "SELECT version_num FROM alembic_version"
            before = connection.exec_driver_sql(query).scalar_one()
            connection.execute(
                text("UPDATE alembic_version SET version_num = :to"), {"to": revision}
            )
            return str(before)

    present = leave_at("0900")
    try:
        with pytest.raises(errors.MigrationError, match="newer release"):
            open_catalogue(config)
    finally:
        # The database is that of other tests too.
        leave_at(present)
