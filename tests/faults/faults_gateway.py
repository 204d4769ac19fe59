"""A payment gateway as a process of its own, which can be killed in the midst of a call."""

from __future__ import annotations

import http.client
import os
import signal
import socket
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from faults_house import a_port, die, kill, wait_for
from werkzeug.serving import make_server

from charterhouse.payments import house
from charterhouse.payments.gateways.base import RefundRequest, RefundState
from charterhouse.payments.gateways.stripe import StripeGateway, StripeSettings
from charterhouse.payments.sandbox import SandboxState, make_app
from charterhouse.payments.sandbox.api import FAULT_HEADER
from charterhouse.payments.sandbox.store import Store

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from charterhouse.config import Config


class _DyingAtFaults:
    """A call whose answer is to be lost takes the gateway with it, after it had its effect."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        def started(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if (FAULT_HEADER, "timeout") in headers:
                die()
            return start(status, headers, *rest)

        return self._app(environ, started)


@dataclass
class GatewayProcess:
    """The sandbox in a process; what it holds is in a file and outlives it.

    Attributes:
        file: where it keeps all.
        port: where it listens.
        pid: its process, 0 when there is none.
    """

    file: Path
    port: int = 0
    pid: int = 0

    def __post_init__(self) -> None:
        self.port = self.port or a_port(19900)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, dies_after: float = 0.0, **faults: Any) -> None:
        """Start it, with faults; it may be killed after some seconds, wherever it is."""
        self.pid = os.fork()
        if self.pid == 0:
            try:
                self._serve(dies_after, faults)
            finally:
                os._exit(1)
        wait_for(lambda: not self.alive or self._listens())

    def _serve(self, dies_after: float, faults: dict[str, Any]) -> None:
        state = SandboxState(self.file, hosted_base=self.url)
        state.set_faults(**faults)
        server = make_server("127.0.0.1", self.port, _DyingAtFaults(make_app(state)), threaded=True)
        server.log = lambda *_: None  # type: ignore[method-assign]  # its lines tell nothing here
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, dies_after)
        server.serve_forever(poll_interval=0.05)

    def _listens(self) -> bool:
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    @property
    def alive(self) -> bool:
        """Whether its process is there."""
        if self.pid:
            with suppress(ChildProcessError):
                if os.waitpid(self.pid, os.WNOHANG)[0] == 0:
                    return True
            self.pid = 0
        return False

    def end(self) -> None:
        """Kill it without warning."""
        if self.pid:
            kill(self.pid)
            with suppress(ChildProcessError):
                os.waitpid(self.pid, 0)
            self.pid = 0

    def kept(self, kind: str) -> list[dict[str, Any]]:
        """What it has of a kind, the newest first."""
        store = Store(self.file)
        try:
            return store.newest("", kind)
        finally:
            store.close()


def pay(url: str | None, method: str = "alipay") -> int:
    """Pay on a hosted page; the status of the answer, 0 when none came."""
    parts = urlsplit(url or "")
    form = urlencode({"action": "pay", "method": method, "card": "4242424242424242"})
    with closing(http.client.HTTPConnection(parts.netloc, timeout=10)) as connection:
        try:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", parts.path, form, headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0


class DyingGateway(StripeGateway):
    """The real client in a process that is killed before or after the call for a refund."""

    dies = ""

    def refund(self, request: RefundRequest) -> RefundState:
        """See `Gateway`."""
        if self.dies == "before":
            die()
        state = super().refund(request)
        if self.dies == "after":
            die()
        return state


def connect(config: Config, *, dies: str = "") -> None:
    """Use a client of this process alone, which does not repeat calls by itself."""
    found = StripeSettings.from_config(config)
    assert found is not None
    gateway = DyingGateway(replace(found, max_retries=0))
    gateway.dies = dies
    house.use_gateway(config, gateway)
