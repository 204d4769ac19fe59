"""Work that fails whenever it is tried is told, tried again on demand, and taken back when it goes."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from records_story import KEY, found

from charterhouse import metrics
from charterhouse.cli import main
from charterhouse.config import Config
from charterhouse.databases import Databases
from charterhouse.desk.undelivered import try_again, undelivered
from charterhouse.jobs import clock as due
from charterhouse.jobs import dead
from charterhouse.jobs.gauges import OutboxGauge
from charterhouse.jobs.worker import Job, Worker, standard_jobs
from charterhouse.kernel.errors import CharterError
from charterhouse.records.tables import standing
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant

if TYPE_CHECKING:
    from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres
    from conftest import House


class Trouble:
    """A piece of work that fails as long as it is told to."""

    def __init__(self) -> None:
        self.there = True
        self.done = 0

    def work(self, _tenant: Tenant) -> bool:
        if self.there:
            raise RuntimeError("王小明 13800000000")
        self.done += 1
        return False


@pytest.fixture(name="catalogue", params=["sqlite", "postgresql"])
def _catalogue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalogue]:
    if request.param == "sqlite":
        house: House = request.getfixturevalue("house")
        yield house.catalogue
        return
    postgres: ScratchPostgres = request.getfixturevalue("postgres")
    databases = Databases({"main": postgres.database()})
    config = Config(data_dir=tmp_path / "var", master_key=KEY, databases=databases)
    with closing(open_catalogue_of(config)) as catalogue:
        yield catalogue


def open_catalogue_of(config: Config) -> Catalogue:
    catalogue = open_catalogue(config)
    found(catalogue)
    return catalogue


def north(catalogue: Catalogue) -> Tenant:
    tenant = catalogue.by_slug("north")
    assert tenant is not None
    return tenant


def failing(catalogue: Catalogue, name: str, trouble: Trouble) -> tuple[Worker, Job]:
    """A worker of which one job fails until it is given up."""
    jobs = standard_jobs()
    [job] = [each for each in jobs if each.name == name]
    job.run = trouble.work
    worker = Worker(catalogue, jobs)
    for _ in range(dead.TRIES):
        assert told(catalogue) == []
        job.rest(north(catalogue), 0.0)
        worker.visit(north(catalogue))
    return worker, job


def told(catalogue: Catalogue) -> list[tuple[str, str, bool]]:
    with tenant_scope(north(catalogue)):
        return [(each.job, each.problem, each.given_up) for each in undelivered() if each.job]


@pytest.mark.parametrize("name", ["clock", "files"])
def test_a_job_that_fails_for_ever_is_told_and_tried_when_asked(house: House, name: str) -> None:
    trouble, catalogue = Trouble(), house.catalogue
    worker, job = failing(catalogue, name, trouble)
    assert told(catalogue) == [(name, "RuntimeError", True)]
    job.rest(house.north, 0.0)
    worker.visit(house.north)
    assert told(catalogue) == [(name, "RuntimeError", True)], "one entry, however often it fails"

    with tenant_scope(house.north):
        [entry] = [each for each in undelivered() if each.job]
        try_again(entry.id, actor="staff:1")
    trouble.there = False
    worker.visit(house.north)

    assert trouble.done > 0
    assert told(catalogue) == []


def test_what_goes_on_by_itself_is_taken_back(catalogue: Catalogue) -> None:
    trouble = Trouble()
    worker, job = failing(catalogue, "payments", trouble)
    assert told(catalogue) == [("payments", "RuntimeError", True)]
    OutboxGauge().look(north(catalogue))
    assert metrics.REGISTRY.get_sample_value("charterhouse_jobs_given_up") == 1
    counted = ("charterhouse_job_failures_total", {"job": "payments"})
    assert (metrics.REGISTRY.get_sample_value(*counted) or 0) >= dead.TRIES

    trouble.there = False
    job.rest(north(catalogue), 0.0)
    worker.visit(north(catalogue))

    assert told(catalogue) == []
    OutboxGauge().look(north(catalogue))
    assert metrics.REGISTRY.get_sample_value("charterhouse_jobs_given_up") == 0


def test_who_starts_anew_tries_once_more(catalogue: Catalogue) -> None:
    failing(catalogue, "payments", Trouble())
    jobs, trouble = standard_jobs(), Trouble()
    [job] = [each for each in jobs if each.name == "payments"]
    job.run = trouble.work

    Worker(catalogue, jobs).visit(north(catalogue))
    assert told(catalogue) == [("payments", "sender_failed", True)]
    trouble.there = False
    Worker(catalogue, jobs).visit(north(catalogue))

    assert told(catalogue) == []


def test_a_member_at_whom_the_charter_fails_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise CharterError("a clause is broken")

    worker = Worker(house.catalogue)
    with tenant_scope(house.north), unit(write=True) as opened:
        mine = standing.c.ref == house.somebody
        opened.connection.execute(standing.update().where(mine).values(wake=house.at("2025-03-10")))
    with monkeypatch.context() as broken:
        broken.setattr(due, "_advance", fail)
        worker.visit(house.north)
    with tenant_scope(house.north):
        listed = [each for each in undelivered() if each.member == house.somebody]
        [entry] = [each for each in listed if each.job]
        assert entry.job == "clock"
        try_again(entry.id, actor="staff:1")
    worker.visit(house.north)
    assert house.somebody not in {
        each.subject for each in house.waiting() if each.topic == "job" and each.state == "dead"
    }


def test_the_command_lists_and_tries(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(house.catalogue, "files", Trouble())
    monkeypatch.setenv("CHARTERHOUSE_DATA_DIR", str(house.folder))
    monkeypatch.setenv("CHARTERHOUSE_MASTER_KEY", base64.urlsafe_b64encode(KEY).decode())

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(main, ["tenant", "undelivered", *arguments])
        assert done.exit_code == 0, done.output
        return done.stdout

    [entry] = [each for each in json.loads(run("--json"))["undelivered"] if each["what"] == "files"]
    assert (entry["tenant"], entry["state"], entry["tries"]) == ("north", "given_up", dead.TRIES)
    assert "13800000000" not in run()
    assert "files" not in run("north", "--again", entry["number"])
