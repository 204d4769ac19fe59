"""The sandbox on a port of this machine."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler, make_server

from charterhouse.payments.sandbox.api import FAULT_HEADER
from charterhouse.payments.sandbox.app import make_app
from charterhouse.payments.sandbox.state import SandboxState
from charterhouse.payments.sandbox.ticks import tick

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class _QuietHandler(WSGIRequestHandler):
    """Keeps the terminal for what matters."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class Hangup:
    """Turns a timeout fault into a connection that ends without an answer.

    Args:
        app: The sandbox's application.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or hang up."""

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if (FAULT_HEADER, "timeout") in headers:
                wire: socket.socket = environ["werkzeug.socket"]
                wire.shutdown(socket.SHUT_RDWR)
            return start_response(status, headers, *rest)

        return self._app(environ, start)


class Server:
    """A running sandbox on localhost.

    Args:
        state: The sandbox; its hosted page gets this server's address.
        host: Address to listen on.
        port: 0 for any free one.
    """

    def __init__(self, state: SandboxState, host: str = "127.0.0.1", port: int = 0) -> None:
        self.state = state
        self._server = make_server(
            host, port, Hangup(make_app(state)), threaded=True, request_handler=_QuietHandler
        )
        self.url = f"http://{host}:{self._server.server_port}"
        state.hosted_base = self.url
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._listen, name="sandbox", daemon=True),
            threading.Thread(target=self._tick, name="sandbox clock", daemon=True),
        ]

    def start(self) -> Server:
        """Listen, in threads of its own."""
        for thread in self._threads:
            thread.start()
        return self

    def wait(self) -> None:
        """Wait until `stop` is called from elsewhere."""
        self._stopping.wait()

    def stop(self) -> None:
        """Stop listening and close the sandbox."""
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join(timeout=10)
        self.state.close()

    def _listen(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def _tick(self) -> None:
        # On a port nobody may be calling, and still sessions run out and refunds arrive.
        while not self._stopping.wait(1):
            tick(self.state)


def serve(host: str = "127.0.0.1", port: int = 4010, state_path: Path | None = None) -> None:
    """Run the sandbox until interrupted.

    Args:
        host: Address to listen on; keep it local.
        port: Port to listen on.
        state_path: File in which all is kept over restarts; None for memory.
    """
    server = Server(SandboxState(state_path), host, port).start()
    print(f"Payment sandbox on {server.url}")  # noqa: T201 - the command's one word to its user
    try:
        server.wait()
    except KeyboardInterrupt:
        server.stop()
