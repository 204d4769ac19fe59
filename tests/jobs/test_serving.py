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


@pytest.mark.parametrize(
    ("command", "path", "expected", "ends"),
    [("serve", "/t/nobody/my/", 404, 0), ("sandbox", "/v1/refunds", 401, -signal.SIGTERM)],
)
def test_it_answers_and_ends_when_told(
    tmp_path: Path, command: str, path: str, expected: int, ends: int
) -> None:
    port = free_port()
    more = ["--workers", "1"] if command == "serve" else []
    process = subprocess.Popen(
        [sys.executable, "-m", "charterhouse", command, "--port", str(port), *more],
        env={**os.environ, "CHARTERHOUSE_DATA_DIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}{path}"
    end = time.monotonic() + 40
    while not (seen := status(url)) and time.monotonic() < end:
        assert process.poll() is None
        time.sleep(0.2)
    process.terminate()
    assert process.wait(20) == ends
    assert seen == expected


@pytest.mark.parametrize("command", [["serve"], ["worker", "--once"], ["migrate"], ["verify"]])
def test_a_wrong_key_is_told_in_one_sentence(tmp_path: Path, command: list[str]) -> None:
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
    assert done.returncode == 1
    assert done.stderr.startswith("Error: CHARTERHOUSE_MASTER_KEY: ")
    assert done.stderr.count("\n") == 1
