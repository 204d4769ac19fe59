"""The product under gunicorn, and requests as another system would send them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from charterhouse.commands.benchmark.client import Clients
from charterhouse.commands.benchmark.many import House
from charterhouse.commands.benchmark.workload import Told
from charterhouse.commands.demonstration.processes import (
    HOST,
    Child,
    check,
    children_of,
    free_port,
    gunicorn,
    wait_for,
)

__all__ = ["THREADS", "Served", "request", "served"]

THREADS = 8
_FIRST_PORT = 18_400


def request(house: House, one: Told) -> bytes:
    """What tells an event to the API of a tenant."""
    body = json.dumps({one.verb: one.raw}, ensure_ascii=False).encode()
    head = (
        f"POST /t/{house.tenant.slug}/api/v1/events HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {house.token}\r\nContent-Type: application/json\r\n"
        f"Idempotency-Key: {one.key}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Served:
    """A server that runs, and connections to it.

    Args:
        child: its process.
        clients: the connections.
    """

    def __init__(self, child: Child, clients: Clients) -> None:
        self.child = child
        self.clients = clients

    @property
    def workers(self) -> list[int]:
        """The processes that answer."""
        told = Path(f"/proc/{self.child.pid}/task/{self.child.pid}/children").read_text("utf-8")
        return [int(pid) for pid in told.split()]

    def check(self) -> None:
        """See that it runs still."""
        check([self.child])


@contextmanager
def served(
    name: str, environment: dict[str, str], place: Path, *, workers: int, connections: int
) -> Iterator[Served]:
    """Serve `charterhouse.commands.benchmark.<name>:app` with kept-alive connections to it."""
    place.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        children = stack.enter_context(children_of([]))
        port = free_port(_FIRST_PORT)
        command = gunicorn(f"{HOST}:{port}", workers=workers, threads=THREADS)
        # Connections stay open while it is another server's turn.
        command.insert(-1, "--keep-alive=600")
        command[-1] = f"charterhouse.commands.benchmark.{name}:app"
        children.append(Child(name, command, environment, place / f"{name}.log"))
        wait_for(f"http://{HOST}:{port}/", children)
        clients = Clients(port, connections)
        stack.callback(clients.close)
        yield Served(children[0], clients)
