"""The figures of several worker processes of the real server are one answer."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from charterhouse.commands.demonstration.processes import free_port

TOKEN = "a token of operators"


def _get(port: int, path: str, token: str = "") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


def _left(port: int, path: str) -> int:
    """How often the address may still be asked for in this minute."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        return int(connection.getresponse().headers["X-RateLimit-Remaining"])
    finally:
        connection.close()


def test_all_workers_are_in_the_figures(tmp_path: Path) -> None:
    port = free_port(18700)
    environment = {
        **os.environ,
        "CHARTERHOUSE_DATA_DIR": str(tmp_path),
        "CHARTERHOUSE_METRICS_TOKEN": TOKEN,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "charterhouse", "serve", "--port", str(port), "--workers", "2"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 60
        while _get(port, "/readyz")[0] != 200 and time.monotonic() < end:
            assert process.poll() is None
            time.sleep(0.2)
        assert _get(port, "/healthz")[0] == 200
        assert _get(port, "/metrics")[0] == 401
        for _ in range(40):
            assert _get(port, "/")[0] == 404
        status, text = _get(port, "/metrics", TOKEN)
        assert status == 200
        counted = re.findall(
            r'^charterhouse_request_seconds_count\{.*route="/",.*\} (\S+)$', text, re.MULTILINE
        )
        assert sum(map(float, counted)) == 40
        assert _left(port, "/") == 1200 - 41, "tries are counted by all workers together"
    finally:
        process.terminate()
        assert process.wait(30) == 0
