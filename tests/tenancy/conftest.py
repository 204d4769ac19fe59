"""Real files, with a small history of the tests' own in place of the product's tables."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from charterhouse.config import Config
from charterhouse.tenancy.provision import create_tenant, open_catalogue, template_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from charterhouse.databases import Databases
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

FIRST = """
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("text", sa.Text(), nullable=False, unique=True),
    )
"""


def write_migration(folder: Path, number: int, body: str) -> None:
    """Add a migration after number - 1 to a history."""
    before = f'"{number - 1:04d}"'
    text = f"""
import sqlalchemy as sa
from alembic import op

revision = "{number:04d}"
down_revision = {before}


def upgrade() -> None:
    {body}
"""
    (folder / "versions" / f"{number:04d}.py").write_text(text, encoding="utf-8")


def _config(folder: Path) -> Config:
    return Config(
        data_dir=folder / "var", master_key=b"k" * 32, migrations_dir=folder / "migrations"
    )


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation without tenants, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("installed")
    config = _config(folder)
    product = Config(data_dir=folder, master_key=config.master_key).migrations_dir
    shutil.copytree(product / "catalogue", config.migrations_dir / "catalogue")
    versions = config.migrations_dir / "tenant" / "versions"
    versions.mkdir(parents=True)
    (versions / "0001.py").write_text(FIRST, encoding="utf-8")
    template_store(open_catalogue(config).installation)
    return folder


@pytest.fixture
def config(installed: Path, tmp_path: Path, databases: Databases) -> Config:
    shutil.copytree(installed, tmp_path / "copy")
    return replace(_config(tmp_path / "copy"), databases=databases)


@pytest.fixture
def add_migration(config: Config) -> Callable[[int, str], None]:
    def add(number: int, body: str) -> None:
        write_migration(config.migrations_dir / "tenant", number, body)

    return add


@pytest.fixture(name="next_release")
def _next_release() -> Callable[[Config, str, str], Config]:
    """Gives the configuration of a release with one more migration, of a history and a body."""

    def following(config: Config, history: str, body: str) -> Config:
        folder = config.migrations_dir.with_name(f"{config.migrations_dir.name}-next")
        shutil.copytree(config.migrations_dir, folder)
        number = len(list((folder / history / "versions").glob("0*.py"))) + 1
        write_migration(folder / history, number, body)
        return replace(config, migrations_dir=folder)

    return following


@pytest.fixture
def catalogue(config: Config) -> Iterator[Catalogue]:
    opened = open_catalogue(config)
    yield opened
    opened.close()


@pytest.fixture
def make_tenant(catalogue: Catalogue) -> Callable[[str], Tenant]:
    def make(slug: str) -> Tenant:
        return create_tenant(
            catalogue, slug=slug, name_zh="示例医院", name_en="Sample", charter="sample.plain"
        )

    return make


@pytest.fixture
def north(make_tenant: Callable[[str], Tenant]) -> Tenant:
    return make_tenant("north")


@pytest.fixture
def south(make_tenant: Callable[[str], Tenant]) -> Tenant:
    return make_tenant("south")
