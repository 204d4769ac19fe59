"""Two institutions with stores and charters, keys for the first, and a way to call its API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from charterhouse.config import Config
from charterhouse.desk import access
from charterhouse.records.books import adopt
from charterhouse.records.tables import metadata
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.web.api.views import RIGHTS
from charterhouse.web.app import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant


@pytest.fixture(name="catalogue")
def _catalogue(tmp_path: Path, furnish: Callable[[Path], Path]) -> Iterator[Catalogue]:
    opened = open_catalogue(Config(data_dir=furnish(tmp_path), master_key=bytes(range(32))))
    yield opened
    opened.installation.stores.close()


@pytest.fixture(name="make_house")
def _make_house(catalogue: Catalogue) -> Callable[[str], Tenant]:
    def make(slug: str) -> Tenant:
        made = create_tenant(
            catalogue,
            slug=slug,
            name_zh=f"{slug}医院",
            name_en=f"{slug} hospital",
            charter="gynecology.vip-card",
        )
        with tenant_scope(made), unit(write=True) as opened:
            adopt(opened, made.charter, {}, actor="test")
        return made

    return make


@pytest.fixture(name="house")
def _house(make_house: Callable[[str], Tenant]) -> Tenant:
    return make_house("east")


@pytest.fixture(name="make_key")
def _make_key(house: Tenant) -> Callable[..., str]:
    def make(*permissions: str) -> str:
        with tenant_scope(house):
            return access.create_key("HIS", permissions, actor="test").token

    return make


@pytest.fixture(name="app")
def _app(catalogue: Catalogue) -> Flask:
    made = create_app(
        catalogue.installation.config, directory=catalogue, areas=("charterhouse.web.api",)
    )
    made.testing = True
    # Tests of one process share the counters of the limiter.
    made.config["CHARTERHOUSE_API_LIMIT"] = "1000000 per minute"
    return made


@dataclass(slots=True)
class Caller:
    """Calls the API of one institution as another system would."""

    client: FlaskClient
    base: str
    token: str

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        **headers: str,
    ) -> TestResponse:
        given = self.token if token is None else token
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if given:
            sent["Authorization"] = f"Bearer {given}"
        content: dict[str, Any] = {"json": body} if body is not None else {}
        if isinstance(body, bytes):
            content = {"data": body, "content_type": sent.pop("Content-Type", "application/json")}
        return self.client.open(self.base + path, method=method, headers=sent, **content)

    def tell(self, verb: str, key: str = "", **fields: Any) -> TestResponse:
        """Tell an event."""
        headers = {"Idempotency-Key": key} if key else {}
        return self("POST", "/events", {verb: fields}, **headers)

    def member(self, **person: Any) -> str:
        """Put a person on file and let them join."""
        made = self("POST", "/members", {"name": "李雷", **person})
        ref = str(made.json["ref"])
        assert self.tell("join", member=ref).status_code == 201
        return ref


@pytest.fixture(name="call")
def _call(app: Flask, house: Tenant, make_key: Callable[..., str]) -> Caller:
    return Caller(app.test_client(), f"/t/{house.slug}/api/v1", make_key(*RIGHTS))


@pytest.fixture(name="stored")
def _stored(house: Tenant) -> Callable[[], dict[str, int]]:
    """How many rows each table of the institution's store has."""

    def count() -> dict[str, int]:
        with tenant_scope(house), unit() as opened:
            return {
                table.name: opened.connection.execute(
                    select(func.count()).select_from(table)
                ).scalar_one()
                for table in metadata.sorted_tables
            }

    return count
