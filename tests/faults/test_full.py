"""No room: the tenant's own limit, and the disk. Refused clearly, whole or not at all, and on again."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from faults_house import EVENTS, House, children, end, furnish, in_a_child, wait_for

from charterhouse.databases import Databases
from charterhouse.desk.intake import submit
from charterhouse.desk.verifying import verify_tenant
from charterhouse.metric_room import take_room_first
from charterhouse.records.tables import event
from charterhouse.tenancy.catalogue_book import _POLL_SECONDS
from charterhouse.tenancy.errors import StoreUnavailableError
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit


@dataclass
class Served:
    """A house under a server, and how many events it has taken."""

    house: House
    server: subprocess.Popen[bytes]
    told: int = 0

    def try_(self, number: int) -> tuple[int, str]:
        """Tell an event; returns the status and, of a refusal, its code."""
        body = {"spend": {"id": f"bill-{number}", "member": self.house.refs[0], "amount": "10.00"}}
        status, answer = self.house.ask("POST", EVENTS, body, f"key-{number}")
        return status, answer.get("code", "") if status >= 400 else ""

    def tell(self) -> tuple[int, str]:
        """Tell the next event, the same again until it is taken."""
        seen = self.try_(self.told)
        self.told += seen == (201, "")
        return seen

    def is_proved(self) -> None:
        """What was taken is there, and nothing else."""
        _proved(self.house, self.told)


def _keys(house: House) -> set[str]:
    with tenant_scope(house.tenant), unit() as opened:
        rows = opened.connection.execute(event.select().where(event.c.key.is_not(None)))
        return {row.key for row in rows}


def _proved(house: House, told: int) -> None:
    assert verify_tenant(house.tenant).differences == []
    assert _keys(house) == {f"api:key-{number}" for number in range(told)}


@pytest.fixture(name="served", scope="module")
def _served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server takes seconds to start: one for all that lets it live."""
    house = furnish(tmp_path_factory.mktemp("served"), Databases(), 1)
    house.more = {"CHARTERHOUSE_METRICS_TOKEN": "a token of operators"}
    server = house.serve()
    try:
        house.ready(server)
        yield Served(house, server)
    finally:
        end(server)
        house.catalogue.close()


def test_a_store_at_its_limit_refuses_until_it_may_grow(served: Served) -> None:
    house = served.house

    def limit(mib: int) -> None:
        house.catalogue.change(house.tenant.id, limits={"max_store_mib": mib})

    assert served.tell() == (201, "")
    limit(1)
    # Pages within the limit are used up first; each refusal is one of a whole event.
    while (seen := served.tell()) == (201, ""):
        assert served.told < 2000
    assert seen == (503, "store_full")
    served.is_proved()
    assert house.ask("GET", f"{EVENTS}/1")[0] == 404, "what is there can be read"

    limit(64)
    wait_for(lambda: served.tell() == (201, ""))
    assert served.try_(served.told - 1)[0] == 200
    served.is_proved()


def test_a_full_disk_refuses_until_there_is_room(served: Served) -> None:
    house, pid = served.house, served.server.pid

    def room(size: int) -> None:
        for each in children(pid):
            resource.prlimit(each, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    # One of the workers may still know of a limit that was raised.
    wait_for(lambda: served.tell() == (201, ""))
    workers, some = children(pid), range(served.told, served.told + 19)
    room(4096)
    # Longer than the tenants are known without looking whether something changed.
    over = time.monotonic() + 1.2 * _POLL_SECONDS
    while time.monotonic() < over:
        for number in some:
            assert served.try_(number) == (503, "store_full")
    assert house.ask("GET", f"{EVENTS}/1")[0] == 404, "what is there can be read"
    assert children(pid) == workers, "nobody died of it"
    served.is_proved()
    room(resource.RLIM_INFINITY)
    for _ in some:
        assert served.tell() == (201, "")
    served.is_proved()


def test_a_process_that_may_open_no_more_files_says_so(house_in: Callable[..., House]) -> None:
    house = house_in()

    def tell(number: int) -> bool:
        bill = {"id": f"bill-{number}", "member": house.refs[0], "amount": "10.00"}
        return submit("spend", bill, actor="test", key=f"api:key-{number}").accepted

    def work() -> None:
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        opened = [int(each.name) for each in Path("/proc/self/fd").iterdir()]
        with tenant_scope(house.tenant):
            # The file itself is opened, then the journal beside it, then the journal's index.
            for room in range(3):
                with suppress(OSError), Path(os.devnull).open() as free:
                    resource.setrlimit(resource.RLIMIT_NOFILE, (free.fileno() + room, most))
                with pytest.raises(StoreUnavailableError):
                    tell(0)
                assert len(house.catalogue.list()) == 1
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(opened) + 100, most))
            assert tell(0)

    assert in_a_child(work)
    _proved(house, 1)


FIGURES = """
import resource, sys
from prometheus_client import CollectorRegistry
from charterhouse import metrics
for number in range(int(sys.argv[1])):
    metrics.request("GET", f"/before/{number}", 200, 0.1)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
for number in range(3000):
    metrics.request("GET", f"/after/{number}", 200, 0.1)
print(metrics.exposition().decode())
"""


def _figures(folder: Path, before: int) -> str:
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", FIGURES, str(before)],
        env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout


def test_figures_that_find_no_room_stop_nobody(tmp_path: Path) -> None:
    told = _figures(tmp_path / "before", 200)
    assert 'route="/before/199",status="200"} 1.0' in told
    assert "/after/2999" not in told, "what found no room is not told"
    for file in (tmp_path / "before").iterdir():
        seen = file.stat()
        assert seen.st_blocks * 512 >= seen.st_size, "writing through memory must need no room"
    assert "request_seconds" not in _figures(tmp_path / "never", 0)


def test_the_library_keeps_figures_as_we_say(tmp_path: Path) -> None:
    from prometheus_client import values

    take_room_first()
    made: Any = values.MmapedDict(str(tmp_path / "counter_1.db"))  # type: ignore[no-untyped-call]  # it has no types
    for number in range(5000):
        made.write_value(f"key {number}", float(number), 0.0)
    made.close()
    again: Any = values.MmapedDict(str(tmp_path / "counter_1.db"))  # type: ignore[no-untyped-call]  # the same
    assert {key: value for key, value, _ in again.read_all_values()} == {
        f"key {number}": float(number) for number in range(5000)
    }
    again.close()
    seen = (tmp_path / "counter_1.db").stat()
    assert seen.st_blocks * 512 >= seen.st_size > 64 * 1024
