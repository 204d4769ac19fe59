"""A real Chromium against the real application.

Fixtures for every browser test: ``serve`` starts an application and gives its address,
``open_page`` opens a page of a given kind and fails the test at its end for whatever the
browser complained about, ``check_axe`` looks for what keeps people out, ``shot`` keeps a
picture in ``tests/browser/shots/``.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser

HERE = Path(__file__).parent
SHOTS = HERE / "shots"
AXE = HERE.parent.parent / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--font-render-hinting=none",
]
PATIENCE = 30_000
"""Milliseconds: a busy machine is slow, and slowness is not what these tests look for."""
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1360, "height": 900}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)
            # A browser that leaves a page early leaves the server with an asset half sent; the
            # server's thread lets the file go later, in the middle of some other test.
            for forgiven in ("ResourceWarning", "pytest.PytestUnraisableExceptionWarning"):
                item.add_marker(pytest.mark.filterwarnings(f"ignore::{forgiven}"))


@pytest.fixture(name="chromium", scope="session")
def _chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        reason = "Chromium is missing: run `make browser`."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(name="serve")
def _serve() -> Iterator[Callable[[Flask], str]]:
    """Start applications on free ports; they end with the test."""
    running = []

    def serve(app: Flask) -> str:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server, thread in running:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()


class Complaints(list[str]):
    """What the browser complained about: console errors, broken scripts, policy violations."""

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.append(f"script: {error}"))
        page.on("console", self._console)
        page.on("requestfailed", lambda request: self._failed(request.url, request.failure or ""))

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.append(f"{message.type}: {message.text}")

    def _failed(self, url: str, reason: str) -> None:
        if "ERR_ABORTED" not in reason:
            self.append(f"request: {url} {reason}")


@pytest.fixture(name="complaints")
def _complaints() -> Complaints:
    """A test that provokes a complaint takes it out of this list."""
    return Complaints()


@pytest.fixture(name="open_page")
def _open_page(chromium: Browser, complaints: Complaints) -> Iterator[Callable[..., Page]]:
    """Open an empty page: ``open_page(phone=True, dark=True, language="en", scripts=False)``."""
    contexts = []

    def open_page(
        *, phone: bool = False, dark: bool = False, language: str = "zh", scripts: bool = True
    ) -> Page:
        context = chromium.new_context(
            viewport=PHONE if phone else DESKTOP,
            device_scale_factor=2 if phone else 1,
            has_touch=phone,
            color_scheme="dark" if dark else "light",
            locale="zh-CN" if language == "zh" else "en-GB",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        complaints.watch(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture(name="shot")
def _shot() -> Callable[..., Path]:
    """Keep a picture of the whole page, or with ``whole=False`` of what the screen shows."""

    def shot(page: Page, name: str, *, whole: bool = True) -> Path:
        SHOTS.mkdir(exist_ok=True)
        path = SHOTS / f"{name}.png"
        page.screenshot(path=path, full_page=whole)
        return path

    return shot


@pytest.fixture(name="check_axe")
def _check_axe() -> Callable[[Page], None]:
    """Fail with a readable list when axe finds a violation of WCAG 2.2 AA."""

    def check(page: Page) -> None:
        # The policy of the page forbids foreign scripts; the debugger's door does not ask it.
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(
            """() => axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa",
                 "wcag22aa", "best-practice"]})"""
        )
        lines = [
            f"{each['id']} ({each['impact']}): {each['help']}\n    "
            + "\n    ".join(node["html"][:200] for node in each["nodes"][:3])
            for each in found["violations"]
        ]
        assert not lines, f"{page.url}\n" + "\n".join(lines)

    return check


@pytest.fixture(name="no_sideways")
def _no_sideways() -> Callable[[Page], None]:
    """Fail when the page is wider than the screen."""

    def check(page: Page) -> None:
        wide, screen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= screen, f"{page.url} is {wide} wide on a screen of {screen}"

    return check
