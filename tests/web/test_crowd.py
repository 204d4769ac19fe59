"""Shares: no tenant's crowd takes the requests of the others, and what it is told."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from flask import Blueprint

from charterhouse import metrics
from charterhouse.bounds import Bounds
from charterhouse.config import ConfigError
from charterhouse.web.app import create_app
from charterhouse.web.logs import configure_logging
from charterhouse.web.permissions import public
from charterhouse.web.shares import AT_ONCE, RATE, Share, Shares

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant


def test_a_share_is_the_part_of_one_process_and_what_the_tenant_has_of_its_own() -> None:
    bounds = Bounds(requests_second=30, requests_at_once=10, processes=4, threads=8)
    assert Share.of(bounds, {}, alone=False) == Share(7.5, 15, 3)
    own = {"requests_second": 4, "requests_at_once": 1}
    assert Share.of(bounds, own, alone=False) == Share(1.0, 2, 1)
    assert Share.of(bounds, {**own, "requests_burst": 40}, alone=False) == Share(1.0, 10, 1)
    free = replace(bounds, requests_at_once=0, requests_second=0)
    assert Share.of(free, {}, alone=False) == Share(0.0, 0, 6), "three quarters of the threads"
    assert Share.of(free, {}, alone=True) == Share(0.0, 0, 0), "nobody is kept waiting"
    assert Share.of(replace(free, threads=0), {}, alone=False).at_once == 0


def test_the_bucket_gives_the_burst_and_then_so_many_a_second() -> None:
    moment = [1000.0]
    shares = Shares(8, now=lambda: moment[0])
    share = Share(rate=2.0, burst=3, at_once=0)

    def passed(who: str, tries: int) -> int:
        return sum(shares.enter(who, share) is None for _ in range(tries))

    assert (passed("east", 5), passed("west", 5)) == (3, 3)
    moment[0] += 1.0
    assert passed("east", 5) == 2
    moment[0] += 60.0
    assert passed("east", 5) == 3, "a quiet hour does not count for more than the burst"
    refused = shares.enter("east", Share(rate=0.1, burst=3, at_once=0))
    assert refused is not None
    assert (refused.code, refused.retry_seconds) == (RATE, 10)


def test_who_is_refused_is_told_of_once_a_minute_with_the_number() -> None:
    moment = [0.0]
    shares = Shares(8, now=lambda: moment[0])
    share = Share(rate=0.001, burst=1, at_once=0)
    assert shares.enter("east", share) is None
    told = [shares.enter("east", share) for _ in range(50)]
    assert [each.untold for each in told if each and each.untold] == [1]
    moment[0] += 61
    again = shares.enter("east", share)
    assert again is not None
    assert again.untold == 50


def test_tenants_that_are_quiet_again_are_forgotten() -> None:
    moment = [0.0]
    shares = Shares(8, now=lambda: moment[0])
    for number in range(1000):
        assert shares.enter(number, Share(10.0, 20, 2)) is None
        if number:
            shares.leave(number)
    assert shares.enter("slow", Share(0.01, 20, 2)) is None
    shares.leave("slow")
    moment[0] += 70
    assert shares.enter("next", Share(10.0, 20, 2)) is None
    assert shares.known == 3, "the one inside, and the one whose bucket is not full yet"
    shares.leave(0)


def test_a_short_wait_for_room_is_granted_as_long_as_threads_are_left() -> None:
    shares = Shares(4)
    share = Share(rate=0.0, burst=0, at_once=2)
    assert [shares.enter("east", share) for _ in range(2)] == [None, None]
    threading.Timer(0.05, shares.leave, ["east"]).start()
    assert shares.enter("east", share) is None, "another ended meanwhile"
    full = Shares(2)
    assert [full.enter("east", share) for _ in range(2)] == [None, None]
    refused = full.enter("east", share)
    assert refused is not None
    assert (refused.code, refused.retry_seconds) == (AT_ONCE, 1)


def test_who_waits_for_room_is_not_forgotten_meanwhile() -> None:
    moment = [0.0]
    shares = Shares(4, now=lambda: moment[0])
    share = Share(rate=0.0, burst=0, at_once=1)
    assert shares.enter("east", share) is None
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(shares.enter, "east", share)
        while not shares._waiting:
            time.sleep(0.001)
        with shares._lock:
            taken = shares._taken["east"]
            taken.active -= 1
            shares._sweep(61.0)
            taken.room.notify()
        assert waiting.result() is None
    shares.leave("east")


def _area(app: Flask) -> None:
    blueprint = Blueprint("crowd", __name__)
    gate = app.extensions["test.gate"] = threading.Event()

    @blueprint.get("/page")
    @public(reason="a page")
    def page() -> str:
        return "page"

    @blueprint.get("/api/v1/page")
    @public(reason="for programs")
    def api_page() -> str:
        return "page"

    @blueprint.get("/slow")
    @public(reason="takes its time")
    def slow() -> str:
        gate.wait(10)
        return "slow"

    @blueprint.post("/hooks/stripe/<key>")
    @public(reason="a notice")
    def notice(key: str) -> str:
        return key

    @blueprint.get("/healthz")
    @public(reason="a probe")
    def healthz() -> str:
        return "alive"

    app.register_blueprint(blueprint)


@pytest.fixture(name="make")
def _make(
    settings: Config, catalogue: Catalogue, make_tenant: Callable[[str], Tenant]
) -> Callable[..., Flask]:
    for slug in ("east", "west"):
        make_tenant(slug)

    def make(**bounds: Any) -> Flask:
        config = replace(settings, bounds=Bounds(**bounds), metrics_tenants=True)
        return create_app(config, directory=catalogue, areas=(_area,))

    return make


def _counted(**labels: str) -> float:
    name = "charterhouse_limited_requests_total"
    if "tenant" in labels:
        name = "charterhouse_tenant_limited_requests_total"
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


def test_the_flood_of_one_tenant_leaves_pages_notices_and_probes_to_the_others(
    make: Callable[..., Flask], catalogue: Catalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(console=False)
    app = make(requests_second=1, requests_burst=3)
    client = app.test_client()
    before, of_east = _counted(limit=RATE), _counted(tenant="east")
    capsys.readouterr()

    codes = [client.get("/t/east/page").status_code for _ in range(10)]
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    assert codes == [200] * 3 + [429] * 7
    assert (_counted(limit=RATE) - before, _counted(tenant="east") - of_east) == (7, 7)
    told = [line for line in lines if line["event"] == "tenant_limited"]
    assert [(line["tenant"], line["limit"], line["refused"]) for line in told] == [
        ("east", RATE, 1)
    ]
    assert sum(line["event"] == "request" for line in lines) == 3, "no line for what is refused"
    assert client.get("/t/west/page").status_code == 200
    assert client.get("/healthz").status_code == 200
    east = catalogue.by_slug("east")
    assert east is not None
    notices = [client.post(f"/hooks/stripe/{east.key}").status_code for _ in range(4)]
    assert notices == [200, 200, 200, 429], "a share of their own"
    unknown = [client.post(f"/hooks/stripe/{n}").status_code for n in range(4)]
    assert unknown == [200, 200, 200, 429], "made-up keys share one"


def test_what_the_catalogue_says_of_a_tenant_wins(
    make: Callable[..., Flask], catalogue: Catalogue
) -> None:
    client = make(requests_second=1, requests_burst=3).test_client()
    east = catalogue.by_slug("east")
    assert east is not None
    catalogue.change(east.id, limits={"requests_second": 2, "requests_burst": 5})
    codes = [client.get("/t/east/page").status_code for _ in range(7)]
    assert codes == [200] * 5 + [429] * 2


def test_what_is_refused_reads_well_in_both_languages_and_as_json(
    make: Callable[..., Flask],
) -> None:
    client = make(requests_second=1, requests_burst=1).test_client()
    client.get("/t/east/page")

    page = client.get("/t/east/page", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["Retry-After"]) == (429, "1")
    assert "该机构当前请求过多" in page.text
    assert "more requests than it may" in page.text
    assert page.headers["X-Request-ID"] in page.text
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    told = client.get("/t/east/api/v1/page", headers={"Accept-Language": "en"})
    assert told.json == {
        "code": "tenant_rate",
        "message": "This institution gets more requests than it may just now. "
        "Try again in a few seconds.",
        "field": None,
        "clause": None,
        "reference": told.headers["X-Request-ID"],
    }
    assert "该机构" in client.get("/t/east/api/v1/page").get_json()["message"]
    part = client.get("/t/east/page", headers={"HX-Request": "true"})
    assert part.headers["HX-Retarget"] == "#toasts"
    assert "<html" not in part.text
    assert client.head("/t/east/page").data == b""


def test_slow_requests_of_one_tenant_leave_threads_to_the_others(
    make: Callable[..., Flask],
) -> None:
    app = make(requests_second=0, threads=8)
    gate: threading.Event = app.extensions["test.gate"]

    def fetch(path: str) -> int:
        with app.test_client() as client, client.get(path) as answer:
            return answer.status_code

    # As gunicorn's threads do: whoever finds none waits in a queue for one.
    with ThreadPoolExecutor(8) as threads:
        crowd = [threads.submit(fetch, "/t/east/slow") for _ in range(30)]
        other = threads.submit(fetch, "/t/west/page")
        done = wait([other], timeout=8.0).done
        gate.set()
        assert done, "the crowd has all threads"
        assert other.result() == 200
        codes = [one.result() for one in crowd]
    assert 6 <= codes.count(200) <= 7, "one may have waited until the gate opened"
    assert codes.count(200) + codes.count(429) == 30
    assert fetch("/t/east/slow") == 200, "room is given back"


@pytest.mark.parametrize(
    ("wrong", "variable"),
    [
        ({"requests_second": -1}, "CHARTERHOUSE_TENANT_REQUESTS_SECOND"),
        ({"requests_at_once": -1}, "CHARTERHOUSE_TENANT_REQUESTS_AT_ONCE"),
        ({"processes": 0}, "CHARTERHOUSE_PROCESSES"),
        ({"threads": -1}, "CHARTERHOUSE_THREADS"),
        ({"open_stores": 0}, "CHARTERHOUSE_OPEN_STORES"),
    ],
)
def test_bounds_that_cannot_be_are_refused(
    settings: Config, wrong: dict[str, int], variable: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        replace(settings, bounds=Bounds(**wrong))
    assert caught.value.field == variable
