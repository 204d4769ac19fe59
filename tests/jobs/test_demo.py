"""The demonstration as a person starts it, ends it, starts it again and throws it away."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

INSTITUTION = """
slug: shuiyun
name: {zh: 水云示例医院, en: Shuiyun Sample Hospital}
charter: {code: gynecology.vip-card}
prices: [{item: swab, zh: 拭子, en: Swab, category: exam, price: 12.34}]
staff: [{login: mei, name: 梅一, role: owner, password: a-long-password}]
sample:
  seed: 1
  members: 4
  days: 40
  plots:
    - plot: joins
      who: new
      share: 1
      steps:
        - join: {path: ordinary}
        - after: 10m
          spend: {lines: $lines}
"""


class Demo:
    """The command with a folder and ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "demo"
        self.tenants = folder / "tenants"
        (self.tenants / "shuiyun").mkdir(parents=True)
        (self.tenants / "shuiyun" / "tenant.yaml").write_text(INSTITUTION, "utf-8")
        self.environment = {**os.environ, "CHARTERHOUSE_DATA_DIR": str(self.data)}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.out = folder / "out"

    def command(self, *arguments: str) -> list[str]:
        ports = [f"--port={self.port}", f"--sandbox-port={self.port + 1}"]
        place = [f"--tenants={self.tenants}"]
        return [sys.executable, "-m", "charterhouse", "demo", *ports, *place, *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def start(self) -> subprocess.Popen[bytes]:
        with self.out.open("wb") as out:
            return subprocess.Popen(
                self.command(), env=self.environment, stdout=out, stderr=subprocess.STDOUT
            )

    def told(self, text: str, process: subprocess.Popen[bytes]) -> str:
        """What it printed, once a text is in it."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            shown = self.out.read_text("utf-8")
            if text in shown:
                return shown
            assert process.poll() is None, shown
            time.sleep(0.1)
        raise AssertionError(shown)


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    return Demo(tmp_path)


def test_it_is_started_ended_and_started_again(demo: Demo) -> None:
    process = demo.start()
    shown = demo.told("Ctrl+C", process)
    for text in ("水云示例医院", "/t/shuiyun/admin/", "/t/shuiyun/my/", "mei", "4242", "1540"):
        assert text in shown
    busy = demo.run("--check")
    assert busy.returncode == 1
    assert "is running in" in busy.stderr
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", demo.port)) != 0, "nothing is left running"

    [store] = demo.data.glob("tenants/*/t*.db")
    done = demo.run("--check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"shuiyun staff: \d\d pages, 0 failed", done.stdout), done.stdout
    assert re.search(r"shuiyun member: \d+ pages, 0 failed", done.stdout), done.stdout
    assert list(demo.data.glob("tenants/*/t*.db")) == [store], "the second start keeps the data"
    code = subprocess.run(
        [sys.executable, "-m", "charterhouse", "demo-code", "mei"],
        env=demo.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert re.match(r"\d{6}  shuiyun", code.stdout)


def test_reset_touches_nothing_but_a_demonstration(demo: Demo) -> None:
    demo.data.mkdir()
    (demo.data / "precious").write_text("x")
    refused = demo.run("--reset", "--check")
    assert refused.returncode == 1
    assert "nothing was removed" in refused.stderr
    assert (demo.data / "precious").exists()
    assert "holds other data" in demo.run("--check").stderr
