"""What the tests of faults share: an installation under a real server, and ways to end things."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from sqlalchemy import insert

from charterhouse import clock
from charterhouse.commands.demonstration.processes import free_port
from charterhouse.config import Config
from charterhouse.databases import Databases
from charterhouse.desk import access
from charterhouse.desk.channels import OUTBOX
from charterhouse.desk.intake import submit
from charterhouse.desk.people import create_person
from charterhouse.plugins.registry import registry
from charterhouse.records.books import adopt
from charterhouse.records.sealing import OUTBOX as SEAL
from charterhouse.records.tables import outbox
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres
from charterhouse.tenancy.ids import new_id
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant

KEY = b"killed!!" * 4
SOAK_SECONDS = 60.0 * float(os.environ.get("CHARTERHOUSE_SOAK_MINUTES", "0"))
EVENTS = "/t/east/api/v1/events"
CHARTER = "gynecology.vip-card"
# Of a machine on which other tests run as well.
PATIENCE = 120.0
LOST = (OSError, http.client.HTTPException, ValueError)
"""What comes of a request whose answer was lost: nobody knows what became of it."""


@dataclass
class House:
    """An installation with one tenant, some members, and a key of its API."""

    folder: Path
    databases: Databases
    catalogue: Catalogue
    tenant: Tenant
    token: str
    refs: list[str]
    port: int
    more: dict[str, str] = field(default_factory=dict)

    @property
    def events(self) -> str:
        """Where the API takes the tenant's events."""
        return f"/t/{self.tenant.slug}/api/v1/events"

    @property
    def environment(self) -> dict[str, str]:
        """That of its processes."""
        made = {
            "CHARTERHOUSE_DATA_DIR": str(self.folder),
            "CHARTERHOUSE_MASTER_KEY": base64.urlsafe_b64encode(KEY).decode(),
        }
        for name, url in self.databases.urls.items():
            more = "" if name == "main" else f"_{name.upper()}"
            made[f"CHARTERHOUSE_DATABASE_URL{more}"] = url
        return {**os.environ, **made, **self.more}

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command in a session of its own, which can be ended at once."""
        with (self.folder / f"{arguments[0]}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "charterhouse", *arguments],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def serve(self) -> subprocess.Popen[bytes]:
        """Start the sites with two workers."""
        return self.start("serve", "--port", str(self.port), "--workers", "2", "--threads", "4")

    def ask(self, method: str, path: str, body: Any = None, key: str = "") -> tuple[int, Any]:
        """Send a request; returns status and JSON.

        Raises:
            One of ``LOST``: there is no answer.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def ready(self, server: subprocess.Popen[bytes]) -> None:
        """Wait until the sites may serve."""

        def answers() -> bool:
            assert server.poll() is None, (self.folder / "serve.log").read_text()[-2000:]
            with contextlib.suppress(*LOST):
                return self.ask("GET", "/readyz")[0] == 200
            return False

        wait_for(answers)


def a_port(wanted: int) -> int:
    """A port that stays this process's, even while a server on it is dead.

    Processes that test side by side look among others.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    return free_port(wanted + 200 * int(worker.removeprefix("gw")))


def furnish(folder: Path, databases: Databases, members: int) -> House:
    """Make an installation with members of one tenant."""
    config = Config(data_dir=folder, master_key=KEY, databases=databases)
    catalogue = open_catalogue(config)
    made = _opened(catalogue, "east", members)
    catalogue.installation.stores.close()
    return House(folder, databases, catalogue, *made, a_port(18900))


def neighbour(house: House, slug: str, cell: str, members: int) -> House:
    """Make another tenant in the same installation, served by the same processes."""
    tenant, token, refs = _opened(house.catalogue, slug, members, cell=cell)
    house.catalogue.installation.stores.close()
    return replace(house, tenant=tenant, token=token, refs=refs)


def _opened(
    catalogue: Catalogue, slug: str, members: int, cell: str | None = None
) -> tuple[Tenant, str, list[str]]:
    # Reading all charters takes a busy machine longer than a unit may.
    registry().charter(CHARTER)
    tenant = create_tenant(
        catalogue, slug=slug, name_zh="院", name_en="House", charter=CHARTER, cell=cell
    )
    with tenant_scope(tenant):
        with unit(write=True) as opened:
            adopt(opened, tenant.charter, {}, actor="test")
        token = access.create_key("HIS", ("events.write", "events.read"), actor="test").token
        refs = [create_person({"name": "王秀英", "born": "1990-07-08"}).ref for _ in range(members)]
        for ref in refs:
            assert submit("join", {"member": ref, "path": "ordinary"}, actor="test").accepted
    return tenant, token, refs


def leave_a_notice(phone: str) -> None:
    """Put one into the outbox of the tenant in scope, as a decision does."""
    person = {"name": "王秀英", "phone": phone, "born": "1990-07-08"}
    ref, number = create_person(person).ref, new_id()
    content = SEAL.seal(number, {"code": "renewal", "end": "2026-12-01"})
    row = {"id": number, "topic": "notice", "subject": ref, "sealed": content, "error": ""}
    with unit(write=True) as opened:
        opened.connection.execute(
            insert(outbox), row | {"state": "waiting", "tries": 0, "due_at": clock.now()}
        )


def sent_by(house: House) -> Counter[str]:
    """How often each phone got a message from this machine."""
    path = house.folder / OUTBOX
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return Counter(line.split("\t")[3] for line in lines)


def chance_of(name: str) -> Random:
    """Return what a test draws its moments from; a failed test shows the seed.

    With ``CHARTERHOUSE_FAULT_SEED`` the draws are those of an earlier run; the moments themselves
    depend on the machine.
    """
    given = os.environ.get("CHARTERHOUSE_FAULT_SEED")
    seed = int(given) if given else int.from_bytes(os.urandom(4), "big")
    sys.stdout.write(f"{name}: CHARTERHOUSE_FAULT_SEED={seed}\n")
    return Random(seed)  # noqa: S311 - moments of a test, and no secrets


def in_a_child(work: Callable[[], None], after: float = 0.0) -> bool:
    """Do something in a process of its own; whether it came to its end.

    Args:
        work: what is done; it may kill its process.
        after: seconds after which it is killed without warning, wherever it is; 0 for never.
    """
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            # The default of this signal ends the process as SIGKILL does: no code of ours runs.
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, after)
            work()
            status = 0
        except BaseException:  # noqa: BLE001 - a child must never come back into the test
            traceback.print_exc()
        finally:
            os._exit(status)
    end = time.monotonic() + PATIENCE
    while (found := os.waitpid(pid, os.WNOHANG))[0] == 0:
        if time.monotonic() > end:
            kill(pid)
        time.sleep(0.001)
    code = os.waitstatus_to_exitcode(found[1])
    assert code in (0, -signal.SIGALRM, -signal.SIGKILL), code
    assert time.monotonic() < end, "it takes too long"
    return code == 0


def die() -> None:
    """End this very process without warning."""
    kill(os.getpid())


def wait_for(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    """The worker processes of a server."""
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def kill(pid: int) -> None:
    """End one process without warning."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def end_connections(server: ScratchPostgres, *, one: bool = False) -> None:
    """End all server processes that serve somebody, or one of them that is at work."""
    some = " AND state <> 'idle' LIMIT 1" if one else ""
    with psycopg.connect(server.url("postgres"), autocommit=True) as owner:
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "  # noqa: S608 - of constants
            f"backend_type = 'client backend' AND pid <> pg_backend_pid(){some}"
        )


def end(process: subprocess.Popen[bytes]) -> None:
    """End a whole session at once, as a machine ends that loses its power."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(20)
