"""A story of every institution told to a store in PostgreSQL: the same as in memory.

`charterhouse check --store postgres plugins` tells all of them, in some minutes.
"""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from charterhouse.commands.check import command

PLUGINS = Path(__file__).parents[2] / "plugins"


def test_stories_come_out_the_same_on_postgres() -> None:
    chosen = [
        str(min(folder.rglob("*.yaml"), key=lambda path: (path.stat().st_size, path.name)))
        for folder in sorted(PLUGINS.glob("*/scenarios"))
    ]

    memory, store = (
        json.loads(CliRunner().invoke(command, ["--json", "--store", engine, *chosen]).stdout)
        for engine in ("memory", "postgres")
    )

    assert len(chosen) >= 12
    assert store == memory
    assert store["passed"] > len(chosen)
    assert (store["failed"], store["errors"]) == (0, 0)
