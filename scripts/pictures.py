# ruff: noqa: INP001 - a script, run by its path
"""Make the pictures of the documents from a running demonstration.

Start one by ``charterhouse demo`` with an empty data folder, then run
``.venv/bin/python scripts/pictures.py``. Each picture is a page as people see it, quantised to
256 colours where ``pngquant`` is installed.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT: Final = Path(__file__).resolve().parent.parent
TARGET: Final = ROOT / "docs" / "images"
LIMIT: Final = 250_000
ARGUMENTS: Final = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"]
DESKTOP: Final = {"width": 1360, "height": 900}
PHONE: Final = {"width": 390, "height": 844}
LOOKED_AT: Final = 12
SERVICES: Final = {"green-channel", "insurer-vip", "emergency", "service-desk"}
"""Types whose charters are about services; of the others members have most to show."""

LINES: Final = (
    ("Registration", "1"),
    ("Pelvic ultrasound", "1"),
    ("HPV typing", "1"),
    ("Iron tablets", "2"),
)
"""Of the price list of the sample institution, with their quantities."""


class Visit:
    """A browser at one institution of a demonstration."""

    def __init__(self, browser: Browser, address: str, viewport: dict[str, int]) -> None:
        self.address = address
        context = browser.new_context(
            viewport={"width": viewport["width"], "height": viewport["height"]},
            has_touch=viewport is PHONE,
            locale="en-GB",
            reduced_motion="reduce",
        )
        self.page: Page = context.new_page()

    def open(self, path: str) -> Page:
        """Open a page of the institution in English."""
        self.page.goto(f"{self.address}{path}{'&' if '?' in path else '?'}lang=en")
        return self.page

    def shoot(self, name: str, *, height: int = 0) -> None:
        """Keep what the screen shows, without the band of demonstrations."""
        page = self.page
        page.wait_for_load_state("networkidle")
        if height:
            page.set_viewport_size({"width": page.viewport_size["width"], "height": height})  # type: ignore[index]  # set above
        page.evaluate("document.querySelector('.ch-band')?.remove()")
        page.evaluate("document.activeElement?.blur()")
        page.evaluate("scrollTo(0, 0)")
        page.mouse.move(0, 0)
        page.wait_for_timeout(400)
        path = TARGET / f"{name}.png"
        page.screenshot(path=path)
        _squeeze(path)
        size = path.stat().st_size
        sys.stdout.write(f"{path.relative_to(ROOT)}: {size // 1000} kB\n")
        if size > LIMIT:
            raise SystemExit(f"{path} is too large for a document.")


def _squeeze(path: Path) -> None:
    tool = shutil.which("pngquant")
    if tool:
        command = [
            tool,
            "--force",
            "--skip-if-larger",
            "--strip",
            "--output",
            str(path),
            "256",
            str(path),
        ]
        subprocess.run(command, check=False)  # noqa: S603 - fixed arguments; 98 means "larger"


def _code(login: str, slug: str) -> str:
    command = [str(ROOT / ".venv/bin/charterhouse"), "demo-code", login, "--tenant", slug]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - fixed arguments
    return told.split()[0]


def _sign_in(visit: Visit, login: str, password: str, slug: str) -> None:
    page = visit.open("/admin/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")
    page.fill("[name=code]", _code(login, slug))
    page.click("main button[type=submit]")
    page.wait_for_load_state()
    if "/sign-in" in page.url:
        raise SystemExit("The code was refused: is CHARTERHOUSE_DATA_DIR the demonstration's?")


def _holder(visit: Visit) -> str:
    """The path of the member with the most points whose card gives its rights."""
    page = visit.open("/admin/members?view=active&sort=-points")
    found: list[str] = re.findall(r"/admin/members/(\d+)", page.content())
    for ref in dict.fromkeys(found):
        if visit.open(f"/admin/counter?person={ref}").locator(".ch-rights.is-yes").count():
            return ref
    raise SystemExit("The demonstration has no member with a valid card.")


def _counter(visit: Visit, ref: str) -> None:
    page = visit.open(f"/admin/counter?person={ref}")
    for number, (item, quantity) in enumerate(LINES):
        if not page.locator(f"[name=lines-{number}-item]").count():
            page.click("[data-add-line]")
        page.fill(f"[name=lines-{number}-item]", item)
        page.press(f"[name=lines-{number}-item]", "Tab")
        page.fill(f"[name=lines-{number}-quantity]", quantity)
    page.check("[name=method][value=wechat_pay]")
    page.locator(f".ch-quote-lines li:nth-child({len(LINES)})").wait_for()
    visit.shoot("counter", height=1040)


def _phone_of(visit: Visit, ref: str) -> str:
    page = visit.open(f"/admin/members/{ref}")
    page.get_by_role("button", name="Show in full").click()
    shown = page.locator("#identity").filter(has_text=re.compile(r"1\d{10}"))
    shown.wait_for()
    found = re.search(r"1\d{10}", shown.inner_text())
    return found[0] if found else ""


def _portal(visit: Visit, phone: str) -> None:
    page = visit.open("/my/sign-in")
    page.fill("[name=phone]", phone)
    page.click("main button[type=submit]")
    page.wait_for_url("**/sign-in/code*")
    sent = re.search(r"\b\d{6}\b", page.locator("main").inner_text())
    if sent is None:
        raise SystemExit("The page shows no code: is this a demonstration?")
    page.fill("[name=code]", sent[0])
    page.click("main button[type=submit]")
    visit.open("/my/")
    visit.shoot("portal", height=930)


def _institutions(browser: Browser, address: str) -> None:
    """One picture for each type of institution, of its sample institution.

    The page of a member, or of a request where the institution's charter is about services.
    """
    done: set[str] = set()
    for path in sorted((ROOT / "tenants").glob("*/tenant.yaml")):
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        slug, kind = told["slug"], told["plugins"][0].replace("_", "-")
        if kind in done:
            continue
        done.add(kind)
        owner = next(staff for staff in told["staff"] if staff["role"] == "owner")
        desk = Visit(browser, f"{address}/t/{slug}", DESKTOP)
        _sign_in(desk, owner["login"], owner["password"], slug)
        desk.open(_liveliest(desk, services=kind in SERVICES))
        desk.shoot(f"institutions/{kind}", height=980)


def _liveliest(visit: Visit, *, services: bool) -> str:
    """The page of a request or member that has most to show; members where nobody asks."""
    lists = ["/admin/members?view=active", "/admin/members"]
    if services:
        lists = ["/admin/requests", *lists]
    for path in lists:
        section = path.partition("?")[0]
        found = re.findall(rf"({section}/[A-Z]*\d+)[\"?#]", visit.open(path).content())
        pages = list(dict.fromkeys(found))[:LOOKED_AT]
        told = {page: len(visit.open(page).inner_text("main")) for page in pages}
        if told:
            return max(told, key=told.__getitem__)
    raise SystemExit(f"There is nobody in {visit.address}: is this a demonstration?")


def main() -> None:
    """Make all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="http://localhost:8000")
    parser.add_argument("--tenant", default="tinghewu")
    parser.add_argument("--login", default="shen")
    parser.add_argument("--password", default="lotus-cove-2026")
    parser.add_argument("--institutions", action="store_true", help="only those of the types")
    asked = parser.parse_args()
    (TARGET / "institutions").mkdir(parents=True, exist_ok=True)
    address = f"{asked.address}/t/{asked.tenant}"
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        _institutions(browser, asked.address)
        if asked.institutions:
            browser.close()
            return
        desk = Visit(browser, address, DESKTOP)
        _sign_in(desk, asked.login, asked.password, asked.tenant)
        ref = _holder(desk)
        _counter(desk, ref)
        phone = _phone_of(desk, ref)
        desk.open(f"/admin/members/{ref}")
        desk.shoot("member", height=780)
        _portal(Visit(browser, address, PHONE), phone)
        browser.close()


if __name__ == "__main__":
    main()
