"""The examples of docs/api.md, run as they stand against a running server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

GUIDE = Path(__file__).parents[3] / "docs" / "api.md"
BLOCKS = re.compile(r"```(sh|json)\n(.*?)```", re.DOTALL)


@pytest.fixture(name="address")
def _address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()


def _holds(expected: Any, got: Any) -> bool:
    if expected == "…":
        return bool(got)
    if isinstance(expected, dict):
        return isinstance(got, dict) and all(
            name in got and _holds(value, got[name]) for name, value in expected.items()
        )
    if isinstance(expected, list):
        return len(expected) == len(got) and all(map(_holds, expected, got))
    return bool(expected == got)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is missing")
def test_every_example_of_the_guide_is_true(address: str, call: Any) -> None:
    blocks = BLOCKS.findall(GUIDE.read_text(encoding="utf-8"))
    settings, examples = blocks[0], blocks[1:]
    assert set(re.findall(r"export (\w+)=", settings[1])) == {"BASE", "KEY"}
    assert [kind for kind, _ in examples] == ["sh", "json"] * (len(examples) // 2)
    assert len(examples) >= 12
    known = {**os.environ, "BASE": f"{address}{call.base}", "KEY": call.token, "NO_PROXY": "*"}
    for (_, command), (_, excerpt) in zip(examples[::2], examples[1::2], strict=True):
        done = subprocess.run(
            ["bash", "-euc", command], env=known, capture_output=True, text=True, check=True,
            timeout=60,
        )  # fmt: skip
        answer = json.loads(done.stdout)
        assert _holds(json.loads(excerpt), answer), f"{command}\n{answer}"
        known.setdefault("MEMBER", answer.get("ref", ""))
