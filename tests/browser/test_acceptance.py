"""The whole way through the house in a real browser, as a hospital goes it on its first day.

An ordinary applicant is admitted, pays online in the sandbox, and the card becomes active; at
the counter an ultrasound costs 8.00 with the clauses shown; the member sees it on the phone;
the staff of another institution finds none of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyotp
import pytest
from playwright.sync_api import expect

from charterhouse import clock
from charterhouse.config import Config
from charterhouse.desk import access
from charterhouse.desk.channels import OUTBOX
from charterhouse.desk.institution import Branch, keep_branches
from charterhouse.payments.sandbox import DEFAULT_KEY, SandboxState, Server
from charterhouse.records.books import adopt
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask
    from playwright.sync_api import Page

    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

PASSWORD = "a long password"
PHONE = "13800138000"


@dataclass
class Town:
    """Two institutions on one site, and the gateway's sandbox."""

    base: str
    folder: Path
    secrets: dict[str, str]

    def sign_in(self, page: Page, slug: str) -> None:
        """Sign the owner of an institution in, with password and one-time code."""
        page.goto(f"{self.base}/t/{slug}/admin/")
        page.locator("#f-login").fill("owner")
        page.locator("#f-password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/sign-in/code")
        page.locator("#f-code").fill(pyotp.TOTP(self.secrets[slug]).at(clock.now()))
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/admin/(account)?$"))

    def enter_portal(self, page: Page) -> None:
        """Sign the member in with the code that was sent to the phone."""
        page.goto(f"{self.base}/t/east/my/sign-in")
        page.locator("#f-phone").fill(PHONE)
        page.locator("button[data-primary]").click()
        page.wait_for_url("**/code")
        sent = (self.folder / OUTBOX).read_text().splitlines()[-1]
        code = re.search(r"\d{6}", sent.split("\t")[-1])
        assert code is not None
        page.locator("#f-code").fill(code[0])
        page.locator("button[data-primary]").click()
        page.wait_for_url("**/t/east/my/")


@pytest.fixture(name="town")
def _town(tmp_path: Path, serve: Callable[[Flask], str]) -> Iterator[Town]:
    sandbox = Server(SandboxState(retry_delays=(0.05, 0.1))).start()
    config = replace(
        Config(data_dir=tmp_path, master_key=bytes(range(32)), demo=True),
        stripe_key=DEFAULT_KEY,
        stripe_webhook_secret="whsec_of_the_town",
        stripe_api_base=sandbox.url,
        stripe_hosted_base=sandbox.url,
    )
    catalogue = open_catalogue(config)
    secrets = {slug: _institution(catalogue, slug) for slug in ("east", "west")}
    base = serve(create_app(config, directory=catalogue))
    for tenant in catalogue.list():
        sandbox.state.add_endpoint(
            f"{base}/hooks/stripe/{tenant.key}", secret=config.stripe_webhook_secret
        )
    yield Town(base, tmp_path, secrets)
    sandbox.stop()
    catalogue.installation.stores.close()


def _institution(catalogue: Catalogue, slug: str) -> str:
    tenant: Tenant = create_tenant(
        catalogue,
        slug=slug,
        name_zh={"east": "东城妇科医院", "west": "西城妇科医院"}[slug],
        name_en=f"{slug.title()} City Gynaecology",
        charter="gynecology.vip-card",
    )
    with tenant_scope(tenant):
        with unit(write=True) as opened:
            adopt(opened, tenant.charter, {}, actor="test")
        keep_branches((Branch("main", "总院", "Main house"),))
        return access.create_staff("owner", "安娜", PASSWORD, "owner").secret


def _admit(page: Page, base: str, shot: Callable[..., Path]) -> str:
    """Admit an ordinary applicant on site; return the ref of the person."""
    page.goto(f"{base}/t/east/admin/admission?q=nobody")
    page.locator("input[name=name]").fill("王秀英")
    page.locator("input[name=phone]").fill(PHONE)
    page.locator("input[name=id_number]").fill("11010519491231002X")
    page.get_by_role("button", name="Keep the person").click()
    page.wait_for_url(re.compile(r"/admission/\d+"))
    found = re.search(r"/admission/(\d+)", page.url)
    assert found is not None
    shot(page, "acceptance-1-way")
    page.get_by_role("button", name="Go on to the papers").click()
    for code in ("application-form", "id-copy"):
        page.locator(f"[name='documents.{code}']").select_option("1")
    shot(page, "acceptance-2-papers")
    page.get_by_role("button", name="Go on to the review").click()
    page.locator("input[name=consent]").check()
    shot(page, "acceptance-3-review")
    page.get_by_role("button", name="Hand in and approve").click()
    page.wait_for_load_state()
    shot(page, "acceptance-4-approved")
    return found[1]


def _pay_online(page: Page, town: Town, shot: Callable[..., Path]) -> None:
    """Pay the ten yuan on the gateway's own page, by card."""
    town.enter_portal(page)
    shot(page, "acceptance-5-owed", whole=False)
    page.goto(f"{town.base}/t/east/my/pay/donation")
    page.locator("form button[data-primary]").first.click()
    page.wait_for_url("**/pay/cs_test_*")
    shot(page, "acceptance-6-hosted", whole=False)
    page.locator("input[name=card]").fill("4242424242424242")
    page.get_by_role("button", name=re.compile("Pay")).click()
    page.wait_for_url("**/t/east/my/payments/*")
    expect(page.locator("main")).to_contain_text(re.compile("paid|Paid"))
    shot(page, "acceptance-7-paid", whole=False)


def _charge_ultrasound(page: Page, town: Town, shot: Callable[..., Path]) -> None:
    """Charge an ultrasound of list price 100 and activity price 10 at the counter."""
    page.goto(f"{town.base}/t/east/admin/counter")
    page.locator("#f-q").fill(PHONE[-4:])
    page.keyboard.press("Enter")
    page.locator("[name=lines-0-item]").fill("ultrasound")
    page.locator("[name=lines-0-category]").select_option("exam")
    page.locator("[name=lines-0-price]").fill("100")
    page.locator("[name=lines-0-offer]").fill("10")
    quote = page.locator("#quote")
    expect(quote).to_contain_text("8.00")
    expect(quote).to_contain_text("2.2")
    expect(quote).to_contain_text("5.1")
    shot(page, "acceptance-8-counter")
    page.get_by_role("button", name="Charge the bill").click()
    page.wait_for_url("**/counter/bills/**")
    receipt = page.locator("main")
    expect(receipt).to_contain_text("8.00")
    expect(receipt).to_contain_text("2.2")
    expect(receipt).to_contain_text("5.1")
    shot(page, "acceptance-9-receipt")


def test_a_hospital_runs_its_card_from_the_first_applicant_on(
    town: Town, open_page: Callable[..., Page], shot: Callable[..., Path], complaints: list[str]
) -> None:
    desk = open_page(language="en")
    town.sign_in(desk, "east")
    member = _admit(desk, town.base, shot)
    desk.goto(f"{town.base}/t/east/admin/members/{member}")
    expect(desk.locator("main")).to_contain_text("10.00")

    phone = open_page(phone=True, language="en")
    _pay_online(phone, town, shot)
    desk.reload()
    expect(desk.locator("main")).to_contain_text("Active")

    _charge_ultrasound(desk, town, shot)
    phone.goto(f"{town.base}/t/east/my/")
    shot(phone, "acceptance-10-card", whole=False)
    expect(phone.locator("main")).to_contain_text("8")
    phone.goto(f"{town.base}/t/east/my/statement")
    expect(phone.locator("main")).to_contain_text("5.1")
    shot(phone, "acceptance-11-statement")

    other = open_page(language="en")
    town.sign_in(other, "west")
    receipt = desk.url.removeprefix(f"{town.base}/t/east")
    for path in (f"/admin/members/{member}", f"/admin/counter?person={member}", receipt):
        answer = other.goto(f"{town.base}/t/west{path}")
        assert answer is not None
        assert answer.status == 404, path
    answer = desk.goto(f"{town.base}/t/west/admin/members/{member}")
    assert answer is not None
    assert "/sign-in" in desk.url, "a sign-in of one institution opened another"
    complaints[:] = [each for each in complaints if "404" not in each]
