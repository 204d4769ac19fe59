"""Reports, files of registers and replays: one at a time for a tenant, few at once in all."""

from __future__ import annotations

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from flask import Response

from charterhouse import metrics
from charterhouse.bounds import Bounds
from charterhouse.web import long_work as module
from charterhouse.web.app import create_app
from charterhouse.web.long_work import CODE, BusyError, LongWork, long_work
from charterhouse.web.permissions import public

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant


@pytest.fixture(name="tenants")
def _tenants(make_tenant: Callable[[str], Tenant]) -> list[Tenant]:
    return [make_tenant(slug) for slug in ("east", "west", "north")]


def test_a_tenant_has_one_slot_and_a_process_a_quarter_of_its_threads(
    tmp_path: Path, tenants: list[Tenant]
) -> None:
    east, west, north = tenants
    slots = LongWork(tmp_path / "locks", 8, patience=0.02)
    give = slots.take(east)
    with pytest.raises(BusyError):
        slots.take(east)
    other = slots.take(west)
    with pytest.raises(BusyError):
        slots.take(north)
    other()
    other()
    slots.take(north)()
    give()
    slots.take(east)()


def test_whoever_waits_gets_the_slot_when_it_is_given_back_and_few_wait(
    tmp_path: Path, tenants: list[Tenant]
) -> None:
    slots = LongWork(tmp_path, 16, patience=5.0)
    give = slots.take(tenants[0])
    taken = threading.Barrier(4, timeout=5)

    def wait() -> bool:
        taken.wait()
        try:
            slots.take(tenants[0])()
        except BusyError:
            return False
        return True

    with ThreadPoolExecutor(5) as pool:
        waiting = [pool.submit(wait) for _ in range(4)]
        done = next(one for one in _as_done(waiting))
        assert done.result() is False, "more would hold a thread each"
        give()
        assert sum(one.result() for one in waiting) == 3


def _as_done(waiting: list[Any]) -> Iterator[Any]:
    from concurrent.futures import as_completed

    return as_completed(waiting, timeout=5)


def _hold(folder: Path, tenant: Tenant, told: Any) -> None:
    LongWork(folder, 8).take(tenant)
    told.set()
    threading.Event().wait(30)


def test_processes_share_the_slot_and_one_that_is_killed_gives_it_back(
    tmp_path: Path, tenants: list[Tenant]
) -> None:
    forked = multiprocessing.get_context("fork")
    told = forked.Event()
    other = forked.Process(target=_hold, args=(tmp_path, tenants[0], told))
    other.start()
    assert told.wait(10)
    slots = LongWork(tmp_path, 8, patience=0.1)
    with pytest.raises(BusyError):
        slots.take(tenants[0])
    other.kill()
    other.join(10)
    slots.take(tenants[0])()


def test_a_full_disk_keeps_nobody_from_a_report(tmp_path: Path, tenants: list[Tenant]) -> None:
    file = tmp_path / "no folder"
    file.touch()
    slots = LongWork(file, 8, patience=0.01)
    slots.take(tenants[0])()


def _area(app: Flask) -> None:
    gate, begun = threading.Event(), threading.Event()
    app.extensions["test.gates"] = (gate, begun)

    @app.get("/report")
    @public(reason="a report")
    @long_work
    def report() -> str:
        begun.set()
        gate.wait(10)
        return "report"

    @app.get("/streamed")
    @public(reason="a report in parts")
    @long_work
    def streamed() -> Response:
        return Response(iter(["a", "b"]))

    @app.get("/broken")
    @public(reason="a report that fails")
    @long_work
    def broken() -> str:
        raise ValueError("no such report")

    @app.get("/page")
    @public(reason="a page")
    def page() -> str:
        return "page"


def test_the_second_report_of_a_tenant_is_asked_to_wait(
    settings: Config,
    catalogue: Catalogue,
    tenants: list[Tenant],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert [tenant.slug for tenant in tenants] == ["east", "west", "north"]
    monkeypatch.setattr(module, "_WAIT_SECONDS", 0.05)
    app = create_app(settings, directory=catalogue, areas=(_area,))
    app.extensions["charterhouse.long_work"] = LongWork(settings.data_dir, 8, patience=0.05)
    gate, begun = app.extensions["test.gates"]
    limit = {"limit": CODE}
    before = metrics.REGISTRY.get_sample_value("charterhouse_limited_requests_total", limit) or 0
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(lambda: app.test_client().get("/t/east/report").status_code)
        assert begun.wait(5)
        client = app.test_client()
        refused = client.get("/t/east/report?lang=en")
        assert client.get("/t/east/page").status_code == 200
        gate.set()
        assert client.get("/t/west/report").status_code == 200
        assert first.result() == 200
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
    assert "Another report of the institution" in refused.text
    assert CODE in refused.text
    after = metrics.REGISTRY.get_sample_value("charterhouse_limited_requests_total", limit)
    assert after == before + 1


def test_a_page_in_parts_keeps_the_slot_to_its_end_and_an_error_does_not(
    settings: Config, catalogue: Catalogue, tenants: list[Tenant]
) -> None:
    app = create_app(
        replace(settings, bounds=Bounds(threads=8)), directory=catalogue, areas=(_area,)
    )
    slots = LongWork(settings.data_dir, 8, patience=0.01)
    app.extensions["charterhouse.long_work"] = slots
    client = app.test_client()
    assert client.get("/t/east/broken").status_code == 500
    page = client.get("/t/east/streamed")
    with pytest.raises(BusyError):
        slots.take(tenants[0])
    assert page.text == "ab"
    slots.take(tenants[0])()
    with client.get("/t/east/streamed"):
        pass
    slots.take(tenants[0])()
