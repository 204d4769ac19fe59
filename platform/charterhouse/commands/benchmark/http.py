"""Over HTTP: the API under gunicorn, beside a view that returns a constant."""

from __future__ import annotations

import base64
import json
import os
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from charterhouse.commands.benchmark.client import Clients
from charterhouse.commands.benchmark.measures import Measure, Slice, beside, session_cpu
from charterhouse.commands.benchmark.store import refs_of
from charterhouse.commands.benchmark.workload import Told, Workload
from charterhouse.commands.demonstration.processes import (
    HOST,
    Child,
    check,
    children_of,
    free_port,
    gunicorn,
    wait_for,
)
from charterhouse.desk.access import create_key
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.tenant import Tenant

CONNECTIONS = 4
THREADS = 8
_FIRST_PORT = 18_400


@dataclass(frozen=True, slots=True)
class _Caller:
    """Writes requests as another system would send them."""

    tenant: Tenant
    token: str

    def request(self, one: Told) -> bytes:
        body = json.dumps({one.verb: one.raw}, ensure_ascii=False).encode()
        head = (
            f"POST /t/{self.tenant.slug}/api/v1/events HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Type: application/json\r\n"
            f"Idempotency-Key: {one.key}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def measure(workload: Workload, place: Path, slices: int, size: int) -> list[Measure]:
    """Post events to the API, with one worker process and with two."""
    catalogue, tenant = workload.settle_in(place / "http")
    refs = refs_of(tenant)
    with tenant_scope(tenant):
        token = create_key("bench", ["events.write", "points.adjust"], actor="system").token
    catalogue.installation.stores.close()
    caller = _Caller(tenant, token)
    environment = {
        **os.environ,
        "CHARTERHOUSE_DATA_DIR": str(place / "http"),
        "CHARTERHOUSE_MASTER_KEY": base64.urlsafe_b64encode(
            tenant.installation.config.master_key
        ).decode(),
    }
    results = []
    for workers in (1, 2):
        told = workload.events(refs, f"http{workers}")
        requests = [caller.request(one) for one in islice(told, (slices + 1) * size)]
        results.append(_against_floor(place, environment, workers, requests, size))
    return results


def _against_floor(
    place: Path, environment: dict[str, str], workers: int, requests: list[bytes], size: int
) -> Measure:
    with ExitStack() as stack:
        children = stack.enter_context(children_of([]))
        clients = []
        for name in ("served", "floor"):
            port = free_port(_FIRST_PORT)
            command = gunicorn(f"{HOST}:{port}", workers=workers, threads=THREADS)
            # Connections stay open while it is the other server's turn.
            command.insert(-1, "--keep-alive=600")
            command[-1] = f"charterhouse.commands.benchmark.{name}:app"
            children.append(Child(name, command, environment, place / f"{name}.log"))
            wait_for(f"http://{HOST}:{port}/", children)
            made = Clients(port, CONNECTIONS)
            stack.callback(made.close)
            clients.append(made)

        def slice_of(number: int, made: Clients) -> Slice:
            return lambda: made.send(requests[number * size : (number + 1) * size], 201)

        slices = len(requests) // size
        for made in clients:
            slice_of(0, made)()
        check(children)
        return beside(
            f"HTTP: POST /api/v1/events, {workers} gunicorn worker{'s' if workers > 1 else ''}",
            [slice_of(number, clients[0]) for number in range(1, slices)],
            "a Flask view that returns a constant",
            [slice_of(number, clients[1]) for number in range(1, slices)],
            f"{slices - 1} slices of {size} events, {THREADS} threads a worker, "
            f"{CONNECTIONS} kept-alive connections",
            cpus=(session_cpu(children[0].pid), session_cpu(children[1].pid)),
        )
