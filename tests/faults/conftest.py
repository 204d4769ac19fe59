"""An installation for each test of faults, and a PostgreSQL of its own where one is to crash."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from charterhouse.databases import Databases

sys.path.insert(0, str(Path(__file__).parent))
from faults_house import House, furnish


@pytest.fixture(name="house_in")
def _house_in(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Makes the installation, with its tenants in files or in databases."""
    made: list[House] = []

    def make(databases: Databases | None = None, members: int = 1) -> House:
        made.append(furnish(tmp_path, databases or Databases(), members))
        return made[-1]

    yield make
    for house in made:
        house.catalogue.close()
