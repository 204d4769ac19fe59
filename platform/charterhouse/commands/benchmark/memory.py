"""How much memory a process takes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from statistics import mean

__all__ = ["of_workers"]

_FIELD = re.compile(r"^(Rss|Pss):\s+(\d+) kB", re.MULTILINE)


def of_workers(pids: Iterable[int]) -> dict[str, float]:
    """The memory of processes in MiB, their mean: `rss` all of it, `pss` with its part of shared."""
    found: dict[str, list[int]] = {"rss": [], "pss": []}
    for pid in pids:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8")
        for name, number in _FIELD.findall(told):
            found[name.lower()].append(int(number))
    return {name: mean(each) / 1024 for name, each in found.items()}
