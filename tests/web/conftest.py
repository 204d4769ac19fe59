"""What tests of the sites share: a configuration, a catalogue with tenants, applications."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from flask_wtf.csrf import generate_csrf

from charterhouse.clock import FixedClock, use_clock
from charterhouse.config import Config
from charterhouse.desk.intake import submit
from charterhouse.desk.people import create_person
from charterhouse.desk.staff import create_staff, get_staff
from charterhouse.records.books import adopt
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.web.admin.account import principal_of
from charterhouse.web.app import create_app
from charterhouse.web.auth.session import sign_in
from charterhouse.web.permissions import public

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from charterhouse.desk.intake import Answer
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant


@pytest.fixture(name="settings")
def _settings(tmp_path: Path, furnish: Callable[[Path], Path]) -> Config:
    return Config(data_dir=furnish(tmp_path), master_key=bytes(range(32)))


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


PASSWORD = "a long password"


class Clinic:
    """A tenant with a charter, its staff, and a browser for each of them."""

    def __init__(self, app: Flask, tenant: Tenant, time: FixedClock) -> None:
        self.app = app
        self.tenant = tenant
        self.time = time
        self._roles: dict[str, FlaskClient] = {}

    def browser(self, role: str) -> FlaskClient:
        """Return the browser of somebody of the staff who holds one role, signed in."""
        if role not in self._roles:
            with tenant_scope(self.tenant):
                made = create_staff(f"{role}-1", f"测试{role}", PASSWORD, role, enrolled=True)
            client = self.app.test_client()
            client.get(f"/t/{self.tenant.slug}/test-enter/{made.staff.id}")
            self._roles[role] = client
        return self._roles[role]

    def get(self, path: str, role: str = "owner", status: int = 200, language: str = "en") -> str:
        """Return a page, whose status is checked."""
        mark = "&" if "?" in path else "?"
        answer = self.browser(role).get(f"/t/{self.tenant.slug}{path}{mark}lang={language}")
        assert answer.status_code == status, (path, answer.status_code, answer.text[-2000:])
        return answer.text

    def post(
        self, path: str, data: dict[str, Any], role: str = "owner", status: int = 303
    ) -> TestResponse:
        """Send a form with its token; the status is checked."""
        client = self.browser(role)
        page = client.get(f"/t/{self.tenant.slug}/test-token").text
        where = f"/t/{self.tenant.slug}{path}"
        answer = client.post(where, data={"csrf_token": page, **data})
        assert answer.status_code == status, (path, answer.status_code, answer.text[-3000:])
        return answer

    def enter(self, name: str, **more: Any) -> str:
        """Keep a person and return their ref."""
        with tenant_scope(self.tenant):
            return create_person({"name": name, **more}).ref

    def tell(self, verb: str, **fields: Any) -> Answer:
        """Tell an event, which must be accepted unless `refused` is given."""
        refused = fields.pop("refused", None)
        with tenant_scope(self.tenant):
            answer = submit(verb, fields, actor="system")
        code = answer.refusal["code"] if answer.refusal else None
        assert code == refused, answer.refusal
        return answer


def _test_pages(app: Flask) -> None:
    def enter(number: int) -> str:
        sign_in(principal_of(get_staff(number)))
        return ""

    def token() -> str:
        return str(generate_csrf())

    public_ = public(reason="Signs the test's member of staff in.")
    app.add_url_rule("/test-enter/<int:number>", "test.enter", public_(enter))
    app.add_url_rule("/test-token", "test.token", public_(token))


@pytest.fixture(name="make_clinic")
def _make_clinic(settings: Config, catalogue: Catalogue) -> Iterator[Callable[..., Clinic]]:
    """Open hospitals under any charter, at ten in the morning of 2 March 2026."""
    time = FixedClock(datetime(2026, 3, 2, 2, tzinfo=UTC))

    def make(charter: str, figures: dict[str, Any] | None, slug: str = "clinic") -> Clinic:
        tenant = create_tenant(
            catalogue, slug=slug, name_zh="示例妇科医院", name_en="Sample Clinic", charter=charter,
        )  # fmt: skip
        if figures is not None:
            with tenant_scope(tenant), unit(write=True) as opened:
                adopt(opened, tenant.charter, figures, actor="test")
        areas = ("charterhouse.web.admin", _test_pages)
        app = create_app(settings, directory=catalogue, areas=areas)
        app.testing = True
        return Clinic(app, tenant, time)

    with use_clock(time):
        yield make
    catalogue.installation.stores.close()


@pytest.fixture(name="clinic")
def _clinic(make_clinic: Callable[..., Clinic]) -> Clinic:
    """A hospital whose charter has gifts."""
    return make_clinic("gynecology.vip-card", {"gifts": {"umbrella": 100, "tea-set": 900}})
