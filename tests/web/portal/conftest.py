"""The portal of an institution that takes payments by a sandbox, and members who sign in."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from charterhouse.desk.channels import OUTBOX
from charterhouse.desk.intake import submit
from charterhouse.desk.people import create_person

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

SHOPS = Path(__file__).parents[2] / "payments" / "shop.py"


@pytest.fixture(name="shops", scope="session")
def _shops() -> Any:
    spec = importlib.util.spec_from_file_location("portal_shops", SHOPS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.Shop.areas = ("charterhouse.web.portal", "charterhouse.web.hooks")
    return module


@pytest.fixture(name="shop")
def _shop(shops: Any, tmp_path: Path) -> Iterator[Any]:
    shop = shops.InProcess(tmp_path)
    with shop.open():
        yield shop
    shop.close()


class Phone:
    """A member's browser."""

    def __init__(self, shop: Any, tenant: Any, language: str) -> None:
        self.shop = shop
        self.root = f"/t/{tenant.slug}/my"
        self.client: FlaskClient = shop.site.test_client()
        self.client.set_cookie("lang", language)

    def get(self, path: str, status: int = 200, **more: Any) -> TestResponse:
        answer = self.client.get(f"{self.root}{path}", **more)
        assert answer.status_code == status, answer.text
        return answer

    def text(self, path: str) -> str:
        return self.get(path).text

    def post(self, path: str, status: int = 303, *, at: str = "", **form: str) -> TestResponse:
        """Send a form of the page `at` (the same address by default)."""
        page = self.client.get(f"{self.root}{at or path}").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token is not None, page
        answer = self.client.post(f"{self.root}{path}", data={"csrf_token": token[1], **form})
        assert answer.status_code == status, answer.text
        return answer

    def code(self) -> str:
        """The code in the newest message."""
        lines = (self.shop.config.data_dir / OUTBOX).read_text().splitlines()
        found = re.search(r"\d{6}", lines[-1].split("\t")[-1])
        assert found is not None
        return found[0]

    def sign_in(self, phone: str = "138 0013 8000") -> TestResponse:
        self.post("/sign-in", phone=phone)
        return self.post("/sign-in/code", code=self.code())


@pytest.fixture(name="phone")
def _phone(shop: Any) -> Callable[..., Phone]:
    def make(tenant: Any = None, *, language: str = "en", number: str = "") -> Phone:
        made = Phone(shop, tenant or shop.tenant, language)
        if number:
            made.sign_in(number)
        return made

    return make


@pytest.fixture(name="member")
def _member(shop: Any) -> str:
    """A member with an active card."""
    ref = create_person({
        "name": "王秀英", "phone": "13800138000", "id_number": "11010519491231002X",
        "address": "朝阳区建国路 88 号",
    }).ref  # fmt: skip
    joined = submit("join", {"member": ref, "documents": shop.papers}, actor="test")
    assert joined.accepted, joined.refusal
    return ref


@pytest.fixture(name="applicant")
def _applicant(shop: Any) -> str:
    """Somebody who owes the entry fee, with another phone."""
    ref = create_person({"name": "赵桂兰", "phone": "13900139000", "born": "1980-11-25"}).ref
    applied = submit("apply", {"member": ref, "documents": shop.papers}, actor="test")
    assert applied.accepted, applied.refusal
    assert submit("approve", {"member": ref}, actor="test").accepted
    return ref


@pytest.fixture(name="spend")
def _spend(shop: Any) -> Callable[..., Any]:
    """Tell a bill of one line of 100.00 with the activity price 50.00."""

    def spend(ref: str, bill: str, **more: Any) -> Any:
        line = {"item": "ultrasound", "category": "exam", "price": "100.00", "offer": "50.00"}
        told = submit("spend", {"id": bill, "member": ref, "lines": [line], **more}, actor="test")
        assert told.accepted, told.refusal
        return told

    return spend
