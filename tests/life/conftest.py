"""The house of these tests, on files and in PostgreSQL."""

from __future__ import annotations

import shutil
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from charterhouse.clock import FixedClock, use_clock
from charterhouse.config import Config
from charterhouse.databases import Databases
from charterhouse.tenancy import copies
from charterhouse.tenancy.provision import open_catalogue

sys.path.insert(0, str(Path(__file__).parent))
from life_house import KEY, MOMENT, House, settle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres


@pytest.fixture(name="quick", autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other process has to learn of a new status here."""
    monkeypatch.setattr(copies, "SETTLE_SECONDS", 0.0)


@pytest.fixture(name="told", scope="session")
def _told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("told")
    moment = FixedClock(MOMENT)
    with use_clock(moment):
        catalogue = open_catalogue(Config(data_dir=folder, master_key=KEY))
        refs = settle(catalogue, moment)
    catalogue.installation.stores.close()
    return folder, refs


@pytest.fixture(name="moment")
def _moment() -> Iterator[FixedClock]:
    fixed = FixedClock(MOMENT + timedelta(days=1))
    with use_clock(fixed):
        yield fixed


@pytest.fixture(name="house")
def _house(told: tuple[Path, list[str]], tmp_path: Path, moment: FixedClock) -> Iterator[House]:
    """The house in files."""
    folder, refs = told
    shutil.copytree(folder, tmp_path / "var")
    catalogue = open_catalogue(Config(data_dir=tmp_path / "var", master_key=KEY))
    yield House(catalogue, "north", refs, moment)
    catalogue.installation.stores.close()


@pytest.fixture(name="databases", scope="session")
def _databases(postgres: ScratchPostgres) -> Databases:
    return Databases({"main": postgres.database()})


@pytest.fixture(name="any_house", params=["sqlite", "postgresql"])
def _any_house(
    request: pytest.FixtureRequest, tmp_path: Path, moment: FixedClock
) -> Iterator[House]:
    """The house on each engine."""
    if request.param == "sqlite":
        yield request.getfixturevalue("house")
        return
    databases = request.getfixturevalue("databases")
    config = Config(data_dir=tmp_path / "var", master_key=KEY, databases=databases)
    catalogue = open_catalogue(config)
    refs = settle(catalogue, moment)
    yield House(catalogue, "north", refs, moment)
    catalogue.installation.stores.close()
