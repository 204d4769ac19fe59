"""Signing in, accounts and keys in a real browser: desktop and phone, light and dark, zh and en."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyotp
import pytest
from playwright.sync_api import expect

from charterhouse import clock
from charterhouse.config import Config
from charterhouse.desk import access
from charterhouse.desk.institution import Branch, keep_branches
from charterhouse.records.books import adopt
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.web.admin import signin
from charterhouse.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask
    from playwright.sync_api import Page

    from charterhouse.tenancy.tenant import Tenant

PASSWORD = "a long password"
KINDS = [
    pytest.param({"phone": phone, "dark": dark, "language": language}, id=f"{name}-{language}")
    for phone, dark, language, name in (
        (False, False, "zh", "desktop-light"),
        (True, True, "zh", "phone-dark"),
        (False, True, "en", "desktop-dark"),
        (True, False, "en", "phone-light"),
    )
]


@pytest.fixture(name="house")
def _house(tmp_path: Path) -> Tenant:
    catalogue = open_catalogue(Config(data_dir=tmp_path, master_key=bytes(range(32))))
    made = create_tenant(
        catalogue,
        slug="dongcheng",
        name_zh="东城妇科医院",
        name_en="East City Gynaecology",
        charter="gynecology.vip-card",
    )
    with tenant_scope(made):
        with unit(write=True) as opened:
            adopt(opened, made.charter, {}, actor="test")
        keep_branches((Branch("main", "总院", "Main house"), Branch("north", "北院", "North")))
        access.create_staff("bob", "鲍勃", PASSWORD, "cashier", "north")
        access.create_key("门诊系统", ["events.write", "events.read", "members.read"], actor="t")
    return made


@pytest.fixture(name="ann")
def _ann(house: Tenant) -> access.Enrolment:
    with tenant_scope(house):
        return access.create_staff("ann", "安娜", PASSWORD, "owner")


@pytest.fixture(name="site")
def _site(house: Tenant, serve: Callable[[Flask], str]) -> str:
    catalogue = open_catalogue(house.installation.config)
    areas = ("charterhouse.web.api", signin.register)
    app = create_app(house.installation.config, directory=catalogue, areas=areas)
    return f"{serve(app)}/t/dongcheng"


def _sign_in(page: Page, site: str, ann: access.Enrolment) -> None:
    page.goto(f"{site}/admin/sign-in?next=/t/dongcheng/admin/staff")
    page.locator("#f-login").fill("ann")
    page.locator("#f-password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code")
    page.locator("#f-code").fill(pyotp.TOTP(ann.secret).at(clock.now()))
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/staff")


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_owner_signs_in_and_lets_others_in(
    site: str,
    ann: access.Enrolment,
    kind: dict[str, object],
    open_page: Callable[..., Page],
    check_axe: Callable[[Page], None],
    no_sideways: Callable[[Page], None],
    shot: Callable[..., Path],
    request: pytest.FixtureRequest,
) -> None:
    page = open_page(**kind)
    name = request.node.callspec.id

    def look(what: str) -> None:
        page.wait_for_load_state("networkidle")
        shot(page, f"access-{name}-{what}")
        no_sideways(page)
        check_axe(page)

    page.goto(f"{site}/admin/sign-in")
    look("1-password")
    page.locator("#f-login").fill("ann")
    page.locator("#f-password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code")
    look("2-enrol")
    page.locator("#f-code").fill(pyotp.TOTP(ann.secret).at(clock.now()))
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/account")
    look("3-account")
    for number, path in enumerate(
        ("staff", "staff/new", f"staff/{ann.staff.id}", "keys", "keys/new"), start=4
    ):
        page.goto(f"{site}/admin/{path}")
        look(f"{number}-{path.replace('/', '-').replace(str(ann.staff.id), 'one')}")
    page.locator("#f-name").fill("检验系统")
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".ch-token code")).to_contain_text("ch_")
    look("9-key")
    page.goto(f"{site}/api/docs")
    page.locator("#post-api-v1-events > summary").click()
    page.locator("#verb-spend > summary").click()
    look("10-docs")


def test_a_key_is_ended_by_typing_its_name(
    site: str, ann: access.Enrolment, house: Tenant, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    _sign_in(page, site, ann)
    page.goto(f"{site}/admin/keys")
    page.locator("tbody button[data-dialog]").click()
    page.locator("dialog[open] input[name=confirm]").fill("门诊系统")
    page.locator("dialog[open] [data-confirmed]").click()
    expect(page.locator(".ch-notice-success")).to_be_visible()
    with tenant_scope(house):
        assert not access.list_keys()[0].active


def test_all_works_without_scripts(
    site: str, ann: access.Enrolment, open_page: Callable[..., Page]
) -> None:
    page = open_page(scripts=False)
    _sign_in(page, site, ann)
    page.goto(f"{site}/admin/staff/new")
    page.locator("#f-name").fill("伊芙")
    page.locator("#f-login").fill("eve")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main code").nth(0)).to_have_text("eve")
