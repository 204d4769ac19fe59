"""A tenant of the VIP card with a short history, made once and copied for each test."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from charterhouse.config import Config
from charterhouse.databases import Databases
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.tenant import Tenant

sys.path.insert(0, str(Path(__file__).parent))
from records_story import KEY, STORY, found, tell


def _tell_all(catalogue: Catalogue) -> None:
    with tenant_scope(found(catalogue)):
        for at, verb, raw in STORY:
            tell(at, verb, raw)


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with one tenant to whom the story was told."""
    folder = tmp_path_factory.mktemp("told")
    catalogue = open_catalogue(Config(data_dir=folder, master_key=KEY))
    _tell_all(catalogue)
    catalogue.installation.stores.close()
    return folder


@pytest.fixture
def catalogue(told: Path, tmp_path: Path, databases: Databases) -> Iterator[Catalogue]:
    if databases.names:
        folder = tmp_path / "told"
        opened = open_catalogue(Config(data_dir=folder, master_key=KEY, databases=databases))
        _tell_all(opened)
    else:
        shutil.copytree(told, tmp_path / "copy")
        opened = open_catalogue(Config(data_dir=tmp_path / "copy", master_key=KEY))
    yield opened
    opened.installation.stores.close()


@pytest.fixture
def north(catalogue: Catalogue) -> Tenant:
    tenant = catalogue.by_slug("north")
    assert tenant is not None
    return tenant
