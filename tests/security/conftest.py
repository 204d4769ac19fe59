"""Two institutions on one installation, furnished alike, and attackers with every role in each."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask_wtf.csrf import generate_csrf
from PIL import Image
from sqlalchemy import select

from charterhouse.bounds import Bounds
from charterhouse.clock import FixedClock, use_clock
from charterhouse.config import Config
from charterhouse.databases import Databases
from charterhouse.desk import access, files, institution, views
from charterhouse.desk.intake import submit
from charterhouse.desk.people import create_person
from charterhouse.payments import attempts, house, orders
from charterhouse.records.books import adopt
from charterhouse.records.tables import decision, item, metadata
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.web.admin.account import principal_of
from charterhouse.web.api.views import RIGHTS
from charterhouse.web.app import AREAS, create_app
from charterhouse.web.auth.session import sign_in
from charterhouse.web.permissions import ROLES, public
from charterhouse.web.portal.base import enter
from charterhouse.web.security import limiter

sys.path.insert(0, str(Path(__file__).parent))
from security_routes import Route, all_routes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from charterhouse.tenancy.catalogue import Catalogue

PASSWORD = "a long password"
NOON = datetime(2026, 3, 2, 2, tzinfo=UTC)
SCAN = io.BytesIO()
Image.new("L", (30, 20)).save(SCAN, "PNG")
PAPERS = {"application-form": 1, "id-copy": 1}
# Names that cannot stand in any page by chance: where they appear, somebody's data has leaked.
NAMES = {"east": ("东方泄漏甲", "东方泄漏乙"), "west": ("西方泄漏甲", "西方泄漏乙")}
PHONES = {"east": ("13800138000", "13900139000"), "west": ("13800138111", "13900139111")}
ID_NUMBERS = {"east": "11010519491231002X", "west": "440524198801010011"}


@dataclass(slots=True)
class House:
    """An institution, with the ids of one thing of every kind that has an address."""

    slug: str
    staff: dict[str, int] = field(default_factory=dict)
    member: str = ""
    applicant: str = ""
    bill: str = ""
    redemption: str = ""
    decision: int = 0
    event: str = ""
    task: int = 0
    key: int = 0
    token: str = ""
    attempt: int = 0
    file: int = 0
    view: int = 0
    secrets: tuple[str, ...] = ()
    tenant: Any = field(default=None, repr=False)

    def ids(self, rule: str) -> dict[str, Any]:
        """Return a value for every placeholder that a rule of the url map may have."""
        known: dict[str, Any] = {
            "ref": self.member,
            "bill": self.bill,
            "number": self._number(rule),
            "key_id": self.key,
            "staff_id": self.staff["cashier"],
            "action": "password",
            "event_id": self.event,
            "attempt": self.attempt,
            "receipt": self.redemption,
            "slug": "redeem",
            "code": self._code(rule),
            "state": "closed",
            "purpose": "donation",
            "kind": "any",
            "page": "members",
            "key": self.tenant.key,
        }
        return defaultdict(lambda: "1", known)

    @staticmethod
    def _code(rule: str) -> str:
        if "branches" in rule:
            return "n"
        return "bills" if "registers" in rule else "monthly"

    def _number(self, rule: str) -> int:
        if "tasks" in rule:
            return self.task
        if "files" in rule:
            return self.file
        if "views" in rule:
            return self.view
        return self.attempt if "payments" in rule else self.decision


def _config(folder: Path, databases: Databases | None = None) -> Config:
    return Config(
        # Hundreds of attempts a second are what these tests do; shares have tests of their own.
        bounds=Bounds(requests_second=0),
        data_dir=folder,
        master_key=bytes(range(32)),
        stripe_key="sk_test_of_nobody",
        stripe_webhook_secret="whsec_of_nobody",
        stripe_api_base="http://127.0.0.1:9",
        databases=databases or Databases(),
    )


def _furnish(catalogue: Catalogue, slug: str) -> House:
    tenant = create_tenant(
        catalogue, slug=slug, name_zh=f"{slug}医院", name_en=f"{slug} hospital",
        charter="gynecology.vip-card",
    )  # fmt: skip
    made = House(slug, tenant=tenant)
    with tenant_scope(tenant):
        with unit(write=True) as opened:
            adopt(opened, tenant.charter, {"gifts": {"umbrella": 10}}, actor="test")
        institution.keep_branches(
            (institution.Branch("n", "北院", "North"), institution.Branch("s", "南院", "South"))
        )
        for role in ROLES:
            account = access.create_staff(f"{role}-1", f"{slug}{role}", PASSWORD, role,
                                          actor="test", enrolled=True)  # fmt: skip
            made.staff[role] = account.staff.id
        limited = access.create_staff("north-1", f"{slug}north", PASSWORD, "cashier", "n",
                                      actor="test", enrolled=True)  # fmt: skip
        made.staff["north"] = limited.staff.id
        _people(made)
        _money(made)
        made.file = int(files.add(made.member, "id-copy", SCAN.getvalue(), actor="test").id)
        made.view = views.keep("members", "for all", "status=active", staff_id=made.staff["owner"],
                               shared=True).id  # fmt: skip
        new = access.create_key("HIS", RIGHTS, actor="test")
        made.key, made.token = new.key.id, new.token
        made.secrets = (*NAMES[slug], *PHONES[slug], ID_NUMBERS[slug], made.bill)
    return made


def _people(made: House) -> None:
    names, phones = NAMES[made.slug], PHONES[made.slug]
    made.member = create_person(
        {"name": names[0], "phone": phones[0], "id_number": ID_NUMBERS[made.slug]}
    ).ref
    _told("join", member=made.member, documents=PAPERS)
    made.applicant = create_person({"name": names[1], "phone": phones[1], "born": "1980-11-25"}).ref
    _told("apply", member=made.applicant, documents=PAPERS)
    _told("approve", member=made.applicant)


def _money(made: House) -> None:
    made.bill = f"B260302-{made.slug.upper().replace('O', 'X')}234"[:15]
    line = {"item": "ultrasound", "category": "exam", "price": "2000.00"}
    made.event = _told("spend", id=made.bill, member=made.member, lines=[line], branch="s")
    _told("redeem", member=made.member, points=20, shown=["card", "id"], id=f"r-{made.slug}")
    made.redemption = f"r-{made.slug}"
    order = orders.open_order(made.applicant, "donation")
    back = attempts.Return(lambda number: f"http://localhost/my/payments/{number}", "Membership")
    made.attempt = attempts.write_attempt(order, house.merchant(), back).id
    attempts.change(made.attempt, "open", session_id=f"cs_{made.slug}", url="http://127.0.0.1:9/")
    with unit() as opened:
        found = select(decision.c.id).where(decision.c.event_id == int(made.event))
        made.decision = opened.connection.execute(found).scalar_one()
        tasks = select(item.c.id).where(item.c.state == "open").limit(1)
        made.task = opened.connection.execute(tasks).scalar() or 1


def _told(verb: str, **fields: Any) -> str:
    answer = submit(verb, fields, actor="test")
    assert answer.accepted, answer.refusal
    return answer.event_id


@lru_cache(maxsize=1)
def _routes() -> tuple[Route, ...]:
    with tempfile.TemporaryDirectory() as folder:
        return tuple(all_routes(Path(folder)))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test with ``route`` each route that its mark ``routes(condition)`` lets through.

    Modules of both engines get a shared installation of each.
    """
    if getattr(metafunc.module, "BOTH_ENGINES", False) and "shared" in metafunc.fixturenames:
        engines = ["sqlite", "postgresql"]
        metafunc.parametrize("shared", engines, indirect=True, scope="module")
    if "route" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("routes")
        wanted: Callable[[Route], bool] = mark.args[0] if mark else lambda _: True
        chosen = [route for route in _routes() if wanted(route)]
        names = [f"{route.method} {route.rule}" for route in chosen]
        metafunc.parametrize("route", chosen, ids=names)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark of this folder."""
    config.addinivalue_line("markers", "routes(condition): the routes of the url map for a test")


def _test_pages(app: Flask) -> None:
    def as_staff(number: int) -> str:
        sign_in(principal_of(access.get_staff(number)))
        return ""

    def as_member(ref: str) -> str:
        enter(ref)
        return ""

    def token() -> str:
        return str(generate_csrf())

    let = public(reason="Signs somebody of the test in.")
    app.add_url_rule("/test-staff/<int:number>", "test.staff", let(as_staff))
    app.add_url_rule("/test-member/<ref>", "test.member", let(as_member))
    app.add_url_rule("/test-token", "test.token", let(token))


def text_of(answer: TestResponse) -> str:
    """Return all that an answer tells, its headers too."""
    head = "".join(f"{name}: {value}\n" for name, value in answer.headers.items())
    return head + answer.get_data().decode("utf-8", "replace")


class Browser:
    """Somebody's browser on the pages of one institution."""

    def __init__(self, world: World, at: House) -> None:
        self.world = world
        self.at = at
        self.client: FlaskClient = world.app.test_client()

    def path(self, rest: str) -> str:
        """Return an address of the institution's pages."""
        return f"/t/{self.at.slug}{rest}"

    def get(self, path: str, **more: Any) -> TestResponse:
        """Read a page."""
        return self.client.get(self.path(path), **more)

    def token(self) -> str:
        """Return a token for forms of this browser's session."""
        return self.get("/test-token").text

    def post(self, path: str, data: Any = None, **more: Any) -> TestResponse:
        """Send a form with its token."""
        form = {"csrf_token": self.token(), **(data or {})}
        return self.client.post(self.path(path), data=form, **more)


class World:
    """The installation under attack."""

    def __init__(
        self,
        folder: Path,
        houses: dict[str, House],
        time: FixedClock,
        databases: Databases | None = None,
    ) -> None:
        self.time = time
        self.catalogue = open_catalogue(_config(folder, databases))
        self.folder = folder
        # Copies: each installation has tenants of its own.
        self.houses = {slug: replace(each) for slug, each in houses.items()}
        for each in self.houses.values():
            found = self.catalogue.by_slug(each.slug)
            assert found is not None
            each.tenant = found
        self.app = self.site()
        self._digests: dict[str, tuple[Any, dict[str, str]]] = {}

    def site(self, **more: Any) -> Flask:
        """Return the whole site, with pages on which tests sign in."""
        app = create_app(
            self.catalogue.installation.config,
            directory=self.catalogue,
            areas=(*AREAS, _test_pages),
            **more,
        )
        app.testing = True
        app.config["CHARTERHOUSE_API_LIMIT"] = "1000000 per minute"
        return app

    @property
    def east(self) -> House:
        """The institution that is attacked."""
        return self.houses["east"]

    @property
    def west(self) -> House:
        """The institution from which attackers come."""
        return self.houses["west"]

    def anybody(self, at: House) -> Browser:
        """Return the browser of somebody who is not signed in."""
        return Browser(self, at)

    def staff(self, at: House, role: str = "owner") -> Browser:
        """Return the browser of a member of staff, signed in."""
        made = Browser(self, at)
        assert made.get(f"/test-staff/{at.staff[role]}").status_code == 200
        return made

    def member(self, at: House, ref: str = "") -> Browser:
        """Return the browser of a member, signed in."""
        made = Browser(self, at)
        assert made.get(f"/test-member/{ref or at.member}").status_code == 200
        return made

    def state(self, at: House) -> dict[str, str]:
        """Return a digest of every table of an institution's store, but for when keys were used.

        A store in a file is read anew only when that was written.
        """
        if at.tenant.cell != "local":
            return self._digest(at)
        stores: Any = self.catalogue.installation.stores
        store = stores.path(at.tenant.id)
        files = [store, store.with_name(f"{store.name}-wal")]
        seen = [(s.st_mtime_ns, s.st_size) for s in (f.stat() for f in files if f.exists())]
        known = self._digests.get(at.slug)
        if known is None or known[0] != seen:
            known = self._digests[at.slug] = (seen, self._digest(at))
        return known[1]

    @staticmethod
    def _digest(at: House) -> dict[str, str]:
        found = {}
        with tenant_scope(at.tenant), unit() as opened:
            for table in metadata.sorted_tables:
                columns = [column for column in table.columns if column.name != "used_at"]
                rows = sorted(map(repr, opened.connection.execute(select(*columns))))
                found[table.name] = sha256(repr(rows).encode()).hexdigest()
        return found

    @contextmanager
    def untouched(self, *places: House) -> Iterator[None]:
        """Fail if anything was written in the stores of some institutions (both by default)."""
        watched = places or tuple(self.houses.values())
        before = [self.state(each) for each in watched]
        yield
        for each, then in zip(watched, before, strict=True):
            now = self.state(each)
            changed = [name for name, digest in now.items() if digest != then[name]]
            assert not changed, f"{each.slug}: {changed} changed"


@pytest.fixture(name="furnished", scope="session")
def _furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, House]]:
    folder = tmp_path_factory.mktemp("security")
    with use_clock(FixedClock(NOON)):
        return folder, _furnished_in(folder)


def _furnished_in(folder: Path, databases: Databases | None = None) -> dict[str, House]:
    catalogue = open_catalogue(_config(folder, databases))
    houses = {slug: _furnish(catalogue, slug) for slug in ("east", "west")}
    catalogue.installation.stores.close()
    return houses


@contextmanager
def _opened(
    furnished: tuple[Path, dict[str, House]], folder: Path, databases: Databases | None = None
) -> Iterator[World]:
    source, houses = furnished
    target = folder / "data"
    time = FixedClock(NOON)
    with use_clock(time):
        if databases is not None and databases.names:
            houses = _furnished_in(target, databases)
        else:
            shutil.copytree(source, target)
        world = World(target, houses, time, databases)
        limiter.reset()
        yield world
    world.catalogue.installation.stores.close()


@pytest.fixture(name="world")
def _world(
    furnished: tuple[Path, dict[str, House]], tmp_path: Path, databases: Databases
) -> Iterator[World]:
    """The installation, for tests that change it."""
    with _opened(furnished, tmp_path, databases) as world:
        yield world


@pytest.fixture(name="shared", scope="module")
def _shared(
    request: pytest.FixtureRequest,
    furnished: tuple[Path, dict[str, House]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """The same, shared by tests of a module that find everything refused or only read."""
    apart = getattr(request, "param", "sqlite") == "postgresql"
    databases = request.getfixturevalue("cell") if apart else None
    with _opened(furnished, tmp_path_factory.mktemp("shared"), databases) as world:
        yield world
