"""A tenant whose migration failed is whole and closed; one that waits for its migration is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from charterhouse.jobs.worker import Worker
from charterhouse.tenancy import copies
from charterhouse.tenancy.migrate import migrate_tenant, migration_states
from charterhouse.tenancy.migrate_run import migrate_all
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.web import hooks
from charterhouse.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

BOTH_ENGINES = True

UNIQUE = (
    'op.add_column("note", sa.Column("colour", sa.Text()))\n'
    '    op.create_index("ix_note_length", "note", [sa.text("length(text)")], unique=True)'
)


@pytest.fixture(name="pair")
def _pair(
    make_tenant: Callable[[str], Tenant], add_migration: Callable[[int, str], None]
) -> tuple[Tenant, Tenant]:
    """Two tenants and a migration that the first one's rows do not let through."""
    bad, good = make_tenant("bad"), make_tenant("good")
    for tenant, notes in ((bad, "xy"), (good, "x")):
        with tenant_scope(tenant), unit(write=True) as opened:
            for number, note in enumerate(notes):
                row = {"id": number, "text": note}
                opened.connection.execute(text("INSERT INTO note VALUES (:id, :text)"), row)
    add_migration(2, UNIQUE)
    return bad, good


@pytest.fixture(name="client")
def _client(config: Config, catalogue: Catalogue) -> FlaskClient:
    """A browser of sites that serve since before the migration."""
    return create_app(config, directory=catalogue, areas=(hooks.register,)).test_client()


def _told(catalogue: Catalogue) -> Catalogue:
    """The catalogue after its next look at what other processes changed."""
    catalogue._next_poll = 0.0
    return catalogue


def test_a_failed_tenant_is_closed_whole_and_opens_when_its_migration_succeeds(
    config: Config, catalogue: Catalogue, pair: tuple[Tenant, Tenant], client: FlaskClient
) -> None:
    bad, good = pair

    states = {one.slug: one.state for one in migrate_all(config).outcomes}

    assert states == {"bad": "failed", "good": "done"}
    closed = _told(catalogue).get(bad.id)
    assert (closed.closed, closed.status, catalogue.get(good.id).closed) == (
        "migration",
        "active",
        None,
    )
    # Its operators still see everything, as it was.
    assert closed.installation.stores.revisions(closed.store_id) == ("0001",)
    with tenant_scope(closed), unit() as opened:
        assert opened.connection.execute(text("SELECT count(*) FROM note")).scalar_one() == 2
    page = client.get("/t/bad/", headers={"Accept-Language": "en"})
    assert page.status_code == 503
    assert "Ask whoever runs this platform" in page.text
    assert "没有丢失" in client.get("/t/bad/?lang=zh", headers={"Accept-Language": "zh"}).text
    member = client.get("/t/bad/my/?lang=en")
    assert "Nothing of yours is lost" in member.text
    assert "migrate --status" not in member.text
    answer = client.get("/t/bad/api/v1/members/1")
    assert (answer.status_code, answer.json and answer.json["code"]) == (
        503,
        "tenant_migration_failed",
    )
    assert answer.headers["Retry-After"]
    assert client.post(f"/hooks/stripe/{bad.key}").status_code == 503
    assert client.get("/t/good/api/nowhere").status_code == 404
    worker = Worker(catalogue, [])
    assert [one.slug for one in worker.tenants()] == ["good"]
    assert worker.tenant(bad.id) is None

    assert migrate_all(config).failed, "the same again"
    with tenant_scope(closed), unit(write=True) as opened:
        opened.connection.execute(text("DELETE FROM note WHERE id = 1"))
    seen: list[str | None] = []
    outcome = migrate_tenant(
        catalogue, closed, after=lambda one: seen.append(_told(catalogue).get(one.id).closed)
    )
    assert (outcome.state, seen) == ("done", ["migration"]), "closed until all is done"
    assert catalogue.get(bad.id).open
    assert client.get("/t/bad/api/nowhere").status_code == 404
    assert [one.slug for one in worker.tenants()] == ["bad", "good"]
    told = [one.action for one in catalogue.audit(bad.id)]
    assert (told.count("closed by migration"), told.count("opened by migration")) == (1, 1)


def test_a_tenant_not_yet_migrated_goes_on(
    config: Config, catalogue: Catalogue, pair: tuple[Tenant, Tenant], client: FlaskClient
) -> None:
    bad, _ = pair
    assert migrate_all(config, only={"good"}).ok

    waiting = _told(catalogue).get(bad.id)
    assert waiting.open
    assert client.get("/t/bad/api/nowhere").status_code == 404
    with tenant_scope(waiting), unit(write=True) as opened:
        opened.connection.execute(text("INSERT INTO note VALUES (7, 'zz')"))


def test_what_follows_a_migration_may_fail_without_closing(
    config: Config, catalogue: Catalogue, pair: tuple[Tenant, Tenant]
) -> None:
    _, good = pair

    def fails(_tenant: Tenant) -> None:
        raise ValueError

    assert [one.state for one in migrate_all(config, only={"good"}, after=fails).outcomes] == [
        "failed"
    ]
    assert _told(catalogue).get(good.id).open
    kept = migration_states(catalogue)[good.id]
    assert (kept.state, kept.revision) == ("failed", "0002")
    assert [one.state for one in migrate_all(config, only={"good"}).outcomes] == ["done"]


def test_a_new_store_in_place_of_the_closed_one_is_open(
    config: Config,
    catalogue: Catalogue,
    pair: tuple[Tenant, Tenant],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad, _ = pair
    migrate_all(config)
    assert not _told(catalogue).get(bad.id).open
    monkeypatch.setattr(copies, "SETTLE_SECONDS", 0)

    copy = copies.begin(catalogue, bad.id, "restore", actor="system")
    assert catalogue.get(bad.id).closed
    copies.finish(catalogue, copy, actor="system")

    assert catalogue.get(bad.id).open
    assert migrate_all(config).ok
