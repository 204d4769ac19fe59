"""The same stories give the same decisions in every process, whatever the hash seed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROGRAM = """
import dataclasses, hashlib, json, sys
from pathlib import Path
from zoneinfo import ZoneInfo
from charterhouse.kernel.events import FIELDS, dump_body
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.scenario.files import find_files
from charterhouse.kernel.scenario.loading import load_file
from charterhouse.kernel.scenario.running import run_scenario
from charterhouse.kernel.standing import dump
from charterhouse.plugins.registry import registry

zone, told = ZoneInfo("Asia/Shanghai"), hashlib.sha256()
for path in find_files([Path("plugins")])[0]:
    file = load_file(path, zone)
    if file.charter not in registry().charters:
        continue
    for scenario in file.scenarios:
        world = MemoryWorld(registry().charter(file.charter), scenario.settings, zone)
        run_scenario(scenario, world)
        for d in world.decisions:
            body = dump_body(d.event.body) if d.event.verb in FIELDS else {}
            told.update(json.dumps([
                d.event.verb, body, d.refusal and dataclasses.astuple(d.refusal), d.figures,
                [(ref, dump(s)) for ref, s in d.standings.items()], d.postings,
                [(x.kind, x.id, x.member, x.content) for x in d.documents.values()],
                d.raised, d.noted, d.happenings, d.trace,
            ], ensure_ascii=False, default=str).encode())
print(told.hexdigest())
"""


def _digest(seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


@pytest.fixture(scope="module", name="first")
def _first() -> str:
    return _digest("0")


@pytest.mark.parametrize("seed", ["1", "77"])
def test_every_story_is_decided_alike_under_another_hash_seed(first: str, seed: str) -> None:
    assert len(first) == 64
    assert _digest(seed) == first
