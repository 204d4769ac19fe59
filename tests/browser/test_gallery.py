"""Every piece of the sites in a real browser: desktop and phone, light and dark, both languages."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from charterhouse.config import Config
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from playwright.sync_api import Page
    from tests.browser.conftest import Complaints

KINDS = [
    pytest.param(
        {"phone": phone, "dark": dark, "language": language}, id=f"{name}-{shade}-{language}"
    )
    for phone, name in ((False, "desktop"), (True, "phone"))
    for dark, shade, language in ((False, "light", "zh"), (True, "dark", "en"))
]
ADMIN = ["admin/", "admin/members", "admin/members/7000000000000001", "admin/form"]


def _register() -> Callable[[Flask], None]:
    path = Path(__file__).parent / "gallery" / "pages.py"
    spec = importlib.util.spec_from_file_location("gallery_pages", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    register: Callable[[Flask], None] = module.register
    return register


@pytest.fixture(name="site")
def _site(tmp_path: Path, serve: Callable[[Flask], str]) -> str:
    settings = Config(data_dir=tmp_path, master_key=bytes(range(32)), demo=True)
    catalogue = open_catalogue(settings)
    made = catalogue.create(
        slug="dongcheng", name_zh="东城口腔医院", name_en="East City Dental", charter="sample"
    )
    catalogue.set_status(made.id, "active")
    app = create_app(settings, directory=catalogue, areas=(_register(),))
    return f"{serve(app)}/t/dongcheng/"


def _settle(page: Page) -> None:
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("address", ADMIN)
def test_admin_pages_are_whole_and_open_to_all(
    address: str,
    kind: dict[str, bool | str],
    site: str,
    open_page: Callable[..., Page],
    shot: Callable[..., Path],
    check_axe: Callable[[Page], None],
    no_sideways: Callable[[Page], None],
) -> None:
    page = open_page(**kind)
    page.goto(f"{site}admin/enter")
    page.goto(f"{site}{address}")
    _settle(page)
    name = address.strip("/").replace("/", "-")
    shot(page, f"gallery-{name}-{'phone' if kind['phone'] else 'desktop'}-{kind['language']}")
    no_sideways(page)
    check_axe(page)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("address", ["my/", "admin/sign-in?expired=1", "nowhere"])
def test_other_frames_are_whole_and_open_to_all(
    address: str,
    kind: dict[str, bool | str],
    site: str,
    open_page: Callable[..., Page],
    shot: Callable[..., Path],
    check_axe: Callable[[Page], None],
    no_sideways: Callable[[Page], None],
    complaints: Complaints,
) -> None:
    page = open_page(**kind)
    page.goto(f"{site}my/enter")
    page.goto(f"{site}{address}")
    _settle(page)
    name = address.partition("?")[0].strip("/").replace("/", "-")
    shot(page, f"gallery-{name}-{'phone' if kind['phone'] else 'desktop'}-{kind['language']}")
    no_sideways(page)
    check_axe(page)
    if address == "nowhere":
        complaints[:] = [each for each in complaints if "404" not in each]


def test_large_type_makes_text_larger_and_is_kept(
    site: str, open_page: Callable[..., Page], shot: Callable[..., Path]
) -> None:
    page = open_page(phone=True)
    page.goto(f"{site}my/enter")
    size = "parseFloat(getComputedStyle(document.body).fontSize)"
    before = page.evaluate(size)
    page.click("a[href*='type=large']")
    page.goto(f"{site}my/")
    shot(page, "gallery-my-large")

    assert page.evaluate(size) > before * 1.15


def test_targets_on_the_phone_are_large_enough(site: str, open_page: Callable[..., Page]) -> None:
    page = open_page(phone=True)
    page.goto(f"{site}my/enter")
    sizes = page.eval_on_selector_all(
        ".ch-bar a, .ch-icon-button, .ch-tile, .btn",
        "all => all.filter(e => e.offsetParent).map(e => [e.offsetWidth, e.offsetHeight])",
    )

    assert sizes
    assert min(min(pair) for pair in sizes) >= 44


def test_charts_are_drawn_and_have_their_table(site: str, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto(f"{site}admin/enter")
    page.wait_for_selector(".ch-chart-box.is-drawn svg path", state="attached")

    expect(page.locator(".ch-chart-box svg")).to_have_count(4)
    page.locator(".ch-chart-table summary").first.click()
    expect(page.locator(".ch-chart-table").first).to_contain_text("¥2,700.00")
    page.locator(".ch-chart-box").first.hover(position={"x": 200, "y": 100})


def test_pages_read_and_send_without_scripts(site: str, open_page: Callable[..., Page]) -> None:
    page = open_page(scripts=False, phone=True)
    page.goto(f"{site}admin/enter")
    page.click("button[popovertarget=side]")
    page.click("#side a:has-text('设置')")
    page.fill("#f-fee", "-1")
    page.click("button[type=submit]:has-text('保存设置')")
    expect(page.locator("[data-error-summary]")).to_be_visible()
    expect(page.locator("#f-fee-error")).to_be_visible()

    page.fill("#f-fee", "5")
    page.click("button[type=submit]:has-text('保存设置')")
    expect(page.locator(".ch-notice").first).to_be_visible()


def test_htmx_gets_and_posts_with_the_token(
    site: str, open_page: Callable[..., Page], complaints: Complaints
) -> None:
    page = open_page()
    page.goto(f"{site}admin/enter")
    page.goto(f"{site}admin/form")
    page.click("#get-part")
    page.wait_for_selector("#slot:has-text('换好了')")
    page.click("#post-part")
    page.wait_for_selector("#slot:has-text('已提交')")

    page.click("#get-broken")
    page.wait_for_selector("#toasts [data-notice=error]")
    assert "secret" not in page.content()
    assert "已提交" in page.inner_text("#slot")
    complaints[:] = [each for each in complaints if "500" not in each]


def test_the_palette_finds_people_and_returns_the_focus(
    site: str, open_page: Callable[..., Page], shot: Callable[..., Path]
) -> None:
    page = open_page()
    page.goto(f"{site}admin/enter")
    page.focus(".ch-search input")
    page.keyboard.press("Control+k")
    page.keyboard.type("王")
    page.wait_for_selector("#palette [role=option]:has-text('王秀英')")
    shot(page, "gallery-palette", whole=False)
    page.keyboard.press("Escape")
    expect(page.locator(".ch-search input")).to_be_focused()

    page.keyboard.press("Control+k")
    page.keyboard.type("李")
    page.wait_for_selector("#palette [role=option]:has-text('李建国')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/members/1")


def test_shortcuts_walk_lists_and_rest_while_typing(
    site: str, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(f"{site}admin/enter")
    page.goto(f"{site}admin/members")
    page.keyboard.press("j")
    page.keyboard.press("j")
    active = "document.activeElement.closest('tr')?.dataset.href"
    assert page.evaluate(active).endswith("2")

    page.keyboard.press("f")
    expect(page.locator("#f-q")).to_be_focused()
    page.keyboard.type("jk?")
    expect(page.locator("#f-q")).to_have_value("jk?")

    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.check("input[data-select-page]")
    expect(page.locator("[data-selection-count]")).to_have_text("8")


def test_the_counter_adds_whole_fen(site: str, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto(f"{site}admin/enter")
    page.goto(f"{site}admin/form")
    expect(page.locator("[data-lines-total]")).to_have_text("¥241.00")

    page.press("[data-line-last]", "Enter")
    page.locator("[data-line-price]").nth(1).fill("0.29")
    page.locator("[data-line-quantity]").nth(1).fill("3")
    expect(page.locator("[data-lines-total]")).to_have_text("¥241.87")
    names = page.eval_on_selector_all("[data-line-price]", "all => all.map(e => e.name)")
    assert names == ["lines-0-price", "lines-1-price"]


def test_the_theme_changes_without_a_reload_and_is_kept(
    site: str, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(f"{site}admin/enter")
    page.click(".ch-top-end details.ch-menu >> nth=0 >> summary")
    page.click("[data-set-theme=dark]")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")

    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_a_dialog_wants_the_name_and_gives_the_focus_back(
    site: str, open_page: Callable[..., Page], shot: Callable[..., Path]
) -> None:
    page = open_page()
    page.goto(f"{site}admin/enter")
    page.goto(f"{site}admin/members/7000000000000001")
    page.click("[data-dialog='#end']")
    shot(page, "gallery-dialog", whole=False)
    sure = page.locator("#end [data-confirmed]")
    expect(sure).to_be_disabled()
    page.fill("#end-name", "王秀英")
    expect(sure).to_be_enabled()

    page.keyboard.press("Escape")
    expect(page.locator("[data-dialog='#end']")).to_be_focused()
