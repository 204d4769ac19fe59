"""Services at a glance, reports, kept views and the call list in a real browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.browser.test_requests import House, _house

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

__all__ = ["_house"]

PAGES = {
    "glance": "admin/services",
    "behind": "admin/services/requests?which=missed",
    "deadlines": "admin/reports/service-deadlines",
    "requests": "admin/reports/service-requests",
    "reports": "admin/reports",
    "tasks": "admin/tasks",
    "tasks-done": "admin/tasks?view=done",
}


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param({"phone": False, "dark": False, "language": "zh"}, id="desktop-light-zh"),
        pytest.param({"phone": True, "dark": True, "language": "en"}, id="phone-dark-en"),
    ],
)
def test_pages_are_whole_and_open_to_all(
    kind: dict[str, bool | str],
    house: House,
    open_page: Callable[..., Page],
    shot: Callable[[Page, str], Path],
    check_axe: Callable[[Page], None],
    no_sideways: Callable[[Page], None],
) -> None:
    page = open_page(**kind)
    for name, path in PAGES.items():
        house.open(page, path)
        if "ch-chart-box" in page.content():
            expect(page.locator(".ch-chart-box svg").first).to_be_visible()
        shot(page, f"services-{name}-{'phone' if kind['phone'] else 'desktop'}-{kind['language']}")
        no_sideways(page)
        check_axe(page)


def test_a_view_is_kept_changed_and_deleted(
    house: House,
    open_page: Callable[..., Page],
    shot: Callable[[Page, str], Path],
    check_axe: Callable[[Page], None],
    no_sideways: Callable[[Page], None],
) -> None:
    page = open_page(language="en", phone=True)
    house.open(page, "admin/requests?service=complaint")
    page.get_by_text("Save as a view").click()
    page.get_by_label("Name of the view").fill("Complaints")
    page.get_by_label("Everybody sees it").check()
    shot(page, "services-view-new-phone-en")
    check_axe(page)
    page.get_by_role("button", name="Keep this view").click()

    tab = page.get_by_role("link", name=re.compile(r"^Complaints\s*2$"))
    expect(tab).to_have_attribute("aria-current", "page")
    page.get_by_label("State", exact=True).select_option("approved")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.get_by_text("changed", exact=True)).to_be_visible()
    shot(page, "services-view-changed-phone-en")
    no_sideways(page)
    check_axe(page)
    page.get_by_role("link", name="Discard the changes").click()
    expect(page.get_by_text("changed", exact=True)).to_have_count(0)
    page.get_by_label("Rename or delete the view").click()
    page.get_by_role("button", name="Delete the view").click()
    expect(tab).to_have_count(0)
