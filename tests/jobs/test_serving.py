"""The commands that serve: they start, answer, end when told, and tell mistakes in one sentence."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from charterhouse.commands.demonstration.processes import get


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def status(url: str) -> int:
    try:
        return get(url)[0]
    except OSError:
        return 0


def test_the_sandbox_answers_and_ends_when_told(tmp_path: Path) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "charterhouse", "sandbox", "--port", str(port)],
        env={**os.environ, "CHARTERHOUSE_DATA_DIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}/v1/refunds"
    end = time.monotonic() + 40
    while not (seen := status(url)) and time.monotonic() < end:
        assert process.poll() is None
        time.sleep(0.2)
    process.terminate()
    assert process.wait(20) == -signal.SIGTERM
    assert seen == 401


def test_a_server_that_ends_says_so_first_and_finishes_what_it_has(tmp_path: Path) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "charterhouse", "serve", "--port", str(port), "--workers", "1"],
        env={
            **os.environ,
            "CHARTERHOUSE_DATA_DIR": str(tmp_path),
            "CHARTERHOUSE_DRAIN_SECONDS": "1",
            "CHARTERHOUSE_FINISH_SECONDS": "10",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    site = f"http://127.0.0.1:{port}"
    end = time.monotonic() + 40
    while status(f"{site}/readyz") != 200 and time.monotonic() < end:
        assert process.poll() is None
        time.sleep(0.2)
    assert status(f"{site}/t/nobody/my/") == 404
    with socket.create_connection(("127.0.0.1", port), timeout=10) as late:
        late.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        told = time.monotonic()
        process.terminate()
        while status(f"{site}/readyz") == 200:
            pass
        assert status(f"{site}/readyz") == 503, "the balancer is told"
        assert status(f"{site}/healthz") == 200, "whom it still sends is answered"
        while (seen := status(f"{site}/healthz")) == 200 and time.monotonic() < told + 10:
            time.sleep(0.1)
        assert (seen, time.monotonic() - told > 1) == (0, True)
        assert process.poll() is None, "a request is under way"
        late.sendall(b"\r\n")
        assert late.recv(100).startswith(b"HTTP/1.1 200")
    assert process.wait(10) == 0


@pytest.mark.parametrize(
    ("command", "code"),
    # From verify, 1 would say that records differ.
    [(["serve"], 1), (["worker", "--once"], 1), (["migrate"], 1), (["verify"], 2)],
)
def test_a_wrong_key_is_told_in_one_sentence(tmp_path: Path, command: list[str], code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "charterhouse", *command],
        env={
            **os.environ,
            "CHARTERHOUSE_DATA_DIR": str(tmp_path),
            "CHARTERHOUSE_MASTER_KEY": "short",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == code
    assert done.stderr.startswith("Error: CHARTERHOUSE_MASTER_KEY: ")
    assert done.stderr.count("\n") == 1
