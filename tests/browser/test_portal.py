"""The portal on a phone: signing in, every page, and paying on the gateway's page."""

from __future__ import annotations

import importlib.util
import re
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from charterhouse.desk.channels import OUTBOX
from charterhouse.desk.institution import Branch, keep_branches
from charterhouse.desk.intake import submit
from charterhouse.desk.people import create_person
from charterhouse.payments.sandbox import SandboxState, Server
from charterhouse.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from playwright.sync_api import Page

SHOPS = Path(__file__).parents[1] / "payments" / "shop.py"
PAGES = ("", "points", "statement", "receipts", "profile", "benefits", "charter")
KINDS = (
    {"language": "zh", "dark": False},
    {"language": "en", "dark": False},
    {"language": "zh", "dark": True},
)


class Street:
    """The site on one port, the gateway's sandbox on another, a member and an applicant."""

    def __init__(self, shops: Any, folder: Path, serve: Callable[[Flask], str]) -> None:
        self.sandbox = Server(SandboxState(retry_delays=(0.05, 0.1))).start()
        self.shop = shops.Shop(folder, api_base=self.sandbox.url, hosts=1)
        config = replace(self.shop.config, demo=True, stripe_hosted_base=self.sandbox.url)
        app = create_app(
            config,
            directory=self.shop.catalogue,
            areas=("charterhouse.web.portal", "charterhouse.web.hooks"),
        )
        self.app = app
        self.base = serve(app)
        self.root = f"{self.base}/t/{self.shop.tenant.slug}/my/"
        self.sandbox.state.add_endpoint(
            f"{self.base}/hooks/stripe/{self.shop.tenant.key}",
            secret=self.shop.config.stripe_webhook_secret,
        )
        with self.shop.open():
            self._people()

    def _people(self) -> None:
        keep_branches((Branch("east", "东城门诊", "East clinic", "长安街 1 号", "010-6512 0000"),))
        member = create_person({
            "name": "王秀英", "phone": "13800138000", "id_number": "11010519491231002X",
        }).ref  # fmt: skip
        assert submit("join", {"member": member, "documents": self.shop.papers}, actor="t").accepted
        line = {"item": "ultrasound", "category": "exam", "price": "120.00", "offer": "100.00"}
        bill = {"id": "b1", "member": member, "lines": [line], "branch": "east"}
        assert submit("spend", bill, actor="t").accepted
        create_person({"name": "王小明", "phone": "13800138000", "born": "2015-06-01"})
        owing = create_person({"name": "赵桂兰", "phone": "13900139000"}).ref
        assert submit("apply", {"member": owing, "documents": self.shop.papers}, actor="t").accepted
        assert submit("approve", {"member": owing}, actor="t").accepted

    def sign_in(self, page: Page, phone: str, name: str = "") -> None:
        page.goto(f"{self.root}sign-in")
        page.fill("#f-phone", phone)
        page.click("button[data-primary]")
        page.wait_for_url("**/code")
        lines = (self.shop.config.data_dir / OUTBOX).read_text().splitlines()
        found = re.search(r"\d{6}", lines[-1].split("\t")[-1])
        assert found is not None
        page.fill("#f-code", found[0])
        page.click("button[data-primary]")
        if name:
            page.get_by_role("button", name=name).click()
        page.wait_for_url(self.root)

    def close(self) -> None:
        self.sandbox.stop()
        self.shop.close()


@pytest.fixture(name="street")
def _street(tmp_path: Path, serve: Callable[[Flask], str]) -> Iterator[Street]:
    spec = importlib.util.spec_from_file_location("browser_shops", SHOPS)
    assert spec is not None
    assert spec.loader is not None
    shops = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(shops)
    street = Street(shops, tmp_path, serve)
    yield street
    street.close()


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_every_page_on_the_phone(
    street: Street,
    open_page: Callable[..., Page],
    check_axe: Callable[[Page], None],
    no_sideways: Callable[[Page], None],
    shot: Callable[..., Path],
    kind: dict[str, Any],
) -> None:
    page = open_page(phone=True, **kind)
    street.sign_in(page, "13800138000", "王秀英")
    for name in PAGES:
        page.goto(f"{street.root}{name}")
        check_axe(page)
        no_sideways(page)
        dark = "-dark" if kind["dark"] else ""
        shot(page, f"portal-{name or 'home'}-{kind['language']}{dark}")


def test_large_type_fits_too(
    street: Street, open_page: Callable[..., Page], no_sideways: Callable[[Page], None],
    shot: Callable[..., Path],
) -> None:  # fmt: skip
    page = open_page(phone=True, language="zh")
    street.sign_in(page, "13800138000", "王秀英")
    for name in PAGES:
        page.goto(f"{street.root}{name}?type=large")
        no_sideways(page)
        shot(page, f"portal-{name or 'home'}-large")


def test_without_scripts_everything_is_there(
    street: Street, open_page: Callable[..., Page]
) -> None:
    page = open_page(phone=True, language="en", scripts=False)
    street.sign_in(page, "13900139000")

    page.get_by_role("link", name="Pay now").click()
    page.get_by_role("button", name="Go to payment").click()
    page.wait_for_url("**/pay/cs_*")
    page.goto(f"{page.url}?method=alipay")
    page.locator("button[value=pay]").click()
    page.wait_for_url("**/payments/*")

    expect(page.get_by_text("Thank you. We have received your payment.")).to_be_visible()


def test_the_code_is_renewed_and_kept_for_when_the_network_is_away(
    street: Street, open_page: Callable[..., Page], complaints: list[str]
) -> None:
    page = open_page(phone=True, language="en")
    street.sign_in(page, "13800138000", "王秀英")
    image = page.locator("[data-member-code] img")
    expect(image).to_have_attribute("src", re.compile("^data:image/svg"))
    first = image.get_attribute("src")
    page.wait_for_timeout(1100)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(image).not_to_have_attribute("src", first or "")
    expect(page.locator("[data-offline-hint]")).to_be_hidden()

    page.context.set_offline(True)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(page.locator("[data-offline-hint]")).to_be_visible()
    complaints[:] = [each for each in complaints if "ERR_INTERNET_DISCONNECTED" not in each]


def test_a_payment_on_its_way_tells_by_itself(
    street: Street,
    open_page: Callable[..., Page],
    check_axe: Callable[[Page], None],
    shot: Callable[..., Path],
) -> None:
    page = open_page(phone=True, language="zh")
    street.sign_in(page, "13900139000")
    check_axe(page)
    shot(page, "portal-owed")
    page.get_by_role("link", name="立即缴费").click()
    check_axe(page)
    shot(page, "portal-pay")
    page.get_by_role("button", name="去支付").click()
    page.wait_for_url("**/pay/cs_*")
    page.goto(f"{page.url}?method=wechat_pay")
    page.locator("button[value=late]").click()
    page.wait_for_url("**/payments/*")
    expect(page.locator(".ch-outcome-title")).to_have_text("处理中")
    check_axe(page)
    shot(page, "portal-on-its-way")

    threading.Thread(target=street.sandbox.state.put_clock_forward, args=(33 * 60,)).start()

    expect(page.locator(".ch-outcome-title")).to_have_text("支付成功", timeout=15_000)
    shot(page, "portal-paid")
