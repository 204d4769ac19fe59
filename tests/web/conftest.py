"""What tests of the sites share: a configuration, a catalogue with tenants, applications."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from charterhouse.config import Config
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask

    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant


@pytest.fixture(name="settings")
def _settings(tmp_path: Path) -> Config:
    return Config(data_dir=tmp_path, master_key=bytes(range(32)))


@pytest.fixture(name="catalogue")
def _catalogue(settings: Config) -> Catalogue:
    return open_catalogue(settings)


@pytest.fixture(name="make_tenant")
def _make_tenant(catalogue: Catalogue) -> Callable[[str], Tenant]:
    """Enter an active tenant without a store: enough for everything but its data."""

    def make(slug: str) -> Tenant:
        made = catalogue.create(
            slug=slug, name_zh=f"{slug}医院", name_en=f"{slug} hospital", charter="sample"
        )
        catalogue.set_status(made.id, "active")
        return catalogue.get(made.id)

    return make


@pytest.fixture(name="make_app")
def _make_app(settings: Config, catalogue: Catalogue) -> Callable[..., Flask]:
    def make(*areas: Callable[[Flask], None], **more: object) -> Flask:
        app = create_app(settings, directory=catalogue, areas=areas, **more)  # type: ignore[arg-type]
        app.testing = True
        return app

    return make
