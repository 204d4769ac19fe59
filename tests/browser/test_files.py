"""Files of papers in a real browser: uploading with progress, thumbnails, and looking at one."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from playwright.sync_api import expect

from charterhouse.config import Config
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
    from playwright.sync_api import FilePayload, Page


@dataclass
class Site:
    """A served tenant with one member."""

    address: str
    enter: str
    wang: str


def _enter(app: Flask) -> None:
    def enter(number: int) -> str:
        sign_in(principal_of(get_staff(number)))
        return '<!doctype html><title>in</title><link rel="icon" href="data:,">'

    guarded = public(reason="Signs the test's member of staff in.")(enter)
    app.add_url_rule("/test-enter/<int:number>", "test.enter", guarded)


def _photo(name: str, shade: int) -> FilePayload:
    kept = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").rotate(shade).save(kept, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": kept.getvalue()}


@pytest.fixture(name="site")
def _site(tmp_path: Path, serve: Callable[[Flask], str]) -> Iterator[Site]:
    settings = Config(data_dir=tmp_path, master_key=bytes(range(32)))
    catalogue = open_catalogue(settings)
    tenant = create_tenant(
        catalogue, slug="clinic", name_zh="静安诊所", name_en="Jing'an Clinic",
        charter="gynecology.vip-card",
    )  # fmt: skip
    with tenant_scope(tenant):
        with unit(write=True) as opened:
            adopt(opened, tenant.charter, {}, actor="test")
        staff = create_staff("owner-1", "周敏", "a long password", "owner", enrolled=True)
        wang = create_person({"name": "王秀英", "phone": "13800138000"}).ref
    app = create_app(settings, directory=catalogue)
    _enter(app)
    yield Site(serve(app), f"/t/clinic/test-enter/{staff.staff.id}", wang)
    catalogue.installation.stores.close()


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_photos_are_sent_with_progress_and_looked_at(
    site: Site,
    open_page: Callable[..., Page],
    check_axe: Callable[[Page], None],
    no_sideways: Callable[[Page], None],
    shot: Callable[..., Path],
    phone: bool,  # noqa: FBT001 - pytest gives it by name
) -> None:
    page = open_page(phone=phone)
    name = "phone" if phone else "desktop"
    page.goto(f"{site.address}{site.enter}")
    page.goto(f"{site.address}/t/clinic/admin/members/{site.wang}/files")
    page.locator("#f-code").select_option("id-copy")
    page.locator("#f-file").set_input_files([_photo("front.jpg", 10), _photo("back.jpg", 100)])
    page.locator("[data-primary]").click()

    expect(page.locator(".ch-file img")).to_have_count(2)
    page.wait_for_load_state("networkidle")
    for picture in page.locator(".ch-file img").all():
        assert picture.evaluate("each => each.naturalWidth") > 0
    check_axe(page)
    no_sideways(page)
    shot(page, f"files-{name}-1-list")

    page.locator(".ch-file a").first.click()
    whole = page.locator(".ch-file-whole")
    expect(whole).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert whole.evaluate("each => each.naturalWidth") > 0
    check_axe(page)
    no_sideways(page)
    shot(page, f"files-{name}-2-one")


def test_without_scripts_the_form_sends_all_at_once(
    site: Site, open_page: Callable[..., Page]
) -> None:
    page = open_page(scripts=False)
    page.goto(f"{site.address}{site.enter}")
    page.goto(f"{site.address}/t/clinic/admin/members/{site.wang}/files")
    page.locator("#f-code").select_option("id-copy")
    page.locator("#f-file").set_input_files([_photo("front.jpg", 10), _photo("back.jpg", 100)])
    page.locator("[data-primary]").click()
    expect(page.locator(".ch-file img")).to_have_count(2)


def test_what_is_too_large_is_said_beside_its_name(
    site: Site, open_page: Callable[..., Page], shot: Callable[..., Path]
) -> None:
    page = open_page()
    page.goto(f"{site.address}{site.enter}")
    page.goto(f"{site.address}/t/clinic/admin/members/{site.wang}/files")
    page.locator("#f-code").select_option("id-copy")
    large: FilePayload = {
        "name": "large.jpg", "mimeType": "image/jpeg", "buffer": bytes(5 * 1024 * 1024 + 1),
    }  # fmt: skip
    page.locator("#f-file").set_input_files([_photo("front.jpg", 10), large])
    page.locator("[data-primary]").click()
    expect(page.locator(".ch-upload-row.is-good")).to_contain_text("front.jpg")
    expect(page.locator(".ch-upload-row.is-bad")).to_contain_text("5 MB")
    shot(page, "files-desktop-3-refused")
