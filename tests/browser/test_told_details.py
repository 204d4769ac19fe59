"""What is told with a request and a step, in a real browser: fields that follow what was chosen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from tests.browser.test_requests_portal import House, _enter

from charterhouse.config import Config
from charterhouse.desk.intake import submit
from charterhouse.desk.people import create_person
from charterhouse.desk.request_file import request_file
from charterhouse.desk.staff import create_staff
from charterhouse.plugins.registry import registry
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

RESCUE, DESK = "insurer-vip.five-tier", "service-desk.handbook"


@pytest.fixture(name="open_house")
def _open_house(tmp_path: Path, serve: Callable[[Flask], str]) -> Iterator[Callable[..., House]]:
    settings = Config(data_dir=tmp_path, master_key=bytes(range(32)))
    catalogue = open_catalogue(settings)

    def make(charter: str, *told: tuple[str, dict[str, Any]]) -> House:
        tenant = create_tenant(
            catalogue, slug="clinic", name_zh="示例医院", name_en="Sample Clinic", charter=charter
        )
        with tenant_scope(tenant):
            with unit(write=True) as opened:
                adopt(opened, charter, dict(registry().charter(charter).example), actor="test")
            staff = create_staff("chen", "陈晓岚", "a long password", "owner", enrolled=True).staff
            person = {"name": "王秀英", "phone": "13800138000", "born": "1980-01-01"}
            ref = create_person(person).ref
            for verb, fields in told:
                answer = submit(verb, {**fields, "member": ref}, actor="system")
                assert answer.accepted, answer.refusal
        areas = ("charterhouse.web.admin", "charterhouse.web.portal", _enter)
        app = create_app(settings, directory=catalogue, areas=areas)
        return House(tenant, f"{serve(app)}/t/clinic/", staff.id, ref)

    yield make
    catalogue.installation.stores.close()


def _policy() -> tuple[str, dict[str, Any]]:
    start = (datetime.now(UTC) - timedelta(days=60)).date().isoformat()
    return "policy", {"id": "P-77", "effective": start, "channel": "agency", "premium": "5000.00"}


def test_a_member_tells_what_the_item_of_a_rescue_needs(
    open_house: Callable[..., House],
    open_page: Callable[..., Page],
    shot: Callable[[Page, str], Path],
    check_axe: Callable[[Page], None],
    no_sideways: Callable[[Page], None],
    complaints: list[str],
) -> None:
    house = open_house(RESCUE, _policy())
    page = open_page(phone=True, language="en")
    house.open(page, "my/services/domestic-rescue")
    security = page.get_by_label("Payment security")
    expect(security).to_be_hidden()
    page.get_by_label("Item of the rescue").select_option("cost-guarantee")
    expect(security).to_be_visible()
    security.select_option("family")
    page.get_by_label("Place of the event").select_option("mainland")
    page.get_by_label("Distance from the registered address (km)").fill("far")
    shot(page, "told-ask-phone-en")
    no_sideways(page)
    check_axe(page)
    page.get_by_role("button", name="Next: look at it once more").click()
    expect(page.locator("[id='f-details.distance_km-error']")).to_contain_text("Enter a number")
    complaints[:] = [each for each in complaints if "status of 422" not in each]
    shot(page, "told-ask-errors-phone-en")
    page.get_by_label("Distance from the registered address (km)").fill("160")
    page.get_by_role("button", name="Next: look at it once more").click()
    expect(page.get_by_text("Mainland China")).to_be_visible()
    shot(page, "told-check-phone-en")
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_text("Your request is with us.")).to_be_visible()
    with tenant_scope(house.tenant):
        assert request_file(page.url.rpartition("/")[2]).content["details"] == {
            "item": "cost-guarantee", "payment_security": "family", "place": "mainland",
            "distance_km": "160",
        }  # fmt: skip


def test_staff_open_a_request_and_see_only_the_details_of_its_service(
    open_house: Callable[..., House],
    open_page: Callable[..., Page],
    shot: Callable[[Page, str], Path],
    check_axe: Callable[[Page], None],
    no_sideways: Callable[[Page], None],
) -> None:
    house = open_house(RESCUE, _policy())
    page = open_page(language="zh")
    house.open(page, f"admin/members/{house.member}/do/request")
    groups = page.locator("fieldset.ch-told")
    expect(groups.locator("visible=true")).to_have_count(0)
    page.get_by_label("国内救援").check()
    shown = page.locator("fieldset.ch-told:visible")
    expect(shown).to_have_count(1)
    shown.get_by_label("救援项目").select_option("relative-visit")
    expect(shown.get_by_label("入院日期")).to_be_visible()
    shown.get_by_label("救援项目").select_option("emergency-transfer")
    expect(shown.get_by_label("入院日期")).to_be_hidden()
    shown.get_by_label("距登记地址（公里）").fill("300")
    shot(page, "told-open-desktop-zh")
    no_sideways(page)
    check_axe(page)
    page.get_by_role("button", name="查看变化").click()
    expect(page.get_by_text("300")).to_be_visible()


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desktop"])
def test_a_step_is_recorded_by_its_own_fields(
    phone: bool,  # noqa: FBT001 - a parameter of the test, named by its ids
    open_house: Callable[..., House],
    open_page: Callable[..., Page],
    shot: Callable[[Page, str], Path],
    check_axe: Callable[[Page], None],
    no_sideways: Callable[[Page], None],
    complaints: list[str],
) -> None:
    asked = {"id": "r1", "service": "complaint", "channel": "phone", "by": "agent"}
    house = open_house(DESK, ("request", asked))
    page = open_page(phone=phone, language="en")
    house.open(page, "admin/requests/r1")
    part = page.locator("details", has=page.locator("#s-loss-assessed-claim"))
    part.locator("summary").first.click()
    part.get_by_label("Claim").fill("a lot")
    part.get_by_label("Proved loss").fill("180")
    part.get_by_label("Own error").select_option("yes")
    shot(page, f"told-step-{'phone' if phone else 'desktop'}-en")
    no_sideways(page)
    check_axe(page)
    part.get_by_role("button", name="Record").click()
    expect(page.locator("[id='f-details.claim-error']")).to_contain_text("Enter an amount in yuan")
    complaints[:] = [each for each in complaints if "status of 422" not in each]
    shot(page, f"told-step-errors-{'phone' if phone else 'desktop'}-en")
    page.locator("[id='f-details.claim']").fill("300.50")
    page.locator("form", has=page.locator("[id='f-details.claim']")).get_by_role(
        "button", name="Record"
    ).click()
    expect(page.locator("#next")).to_be_visible()
    with tenant_scope(house.tenant):
        steps = request_file("r1").steps
    assert steps[0].details == {"claim": "300.50", "loss": "180", "own_error": True}
