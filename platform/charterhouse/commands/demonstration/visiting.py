"""A visitor who signs in and follows every link, to see that no page of the sample fails."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from pathlib import Path
from time import perf_counter
from typing import Any

from charterhouse.commands.common import Failure
from charterhouse.desk.channels import OUTBOX

_SECONDS = 60
_DIGITS = re.compile(r"\d{6}")
# The same list with another filter, order or page is the same page.
_VARIABLE = re.compile(r"\d{3,}")
_LEAVES = ("/sign-out", "/export", "/unmask", "/language", "/theme")


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: its status, where it was found in the end, and its text."""

    status: int
    url: str
    text: str


@dataclass(slots=True)
class Visit:
    """What a visitor saw.

    Attributes:
        seen: how many pages.
        slowest: seconds and address of the page that took longest.
        failed: those that did not answer with 200, with their status.
    """

    seen: int = 0
    slowest: tuple[float, str] = (0.0, "")
    failed: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Finds the links of a page and the hidden fields and target of its first post form."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.action: str | None = None
        self.hidden: dict[str, str] = {}
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See `HTMLParser`."""
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given and "download" not in given:
            self.links.append(given["href"])
        elif tag == "form" and given.get("method", "").lower() == "post" and self.action is None:
            self.action = given.get("action", "")
            self._inside = True
        elif tag == "input" and self._inside and given.get("type") == "hidden":
            self.hidden[given.get("name", "")] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """See `HTMLParser`."""
        if tag == "form":
            self._inside = False


class Visitor:
    """A browser without a screen, for one tenant.

    Args:
        home: the tenant's address, without a slash at its end.
    """

    def __init__(self, home: str) -> None:
        self._home = home
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, url: str) -> Page:
        """Fetch a page, following redirects."""
        return self._open(urllib.request.Request(url))  # noqa: S310 - our own address

    def send(self, page: Page, **fields: str) -> Page:
        """Fill in the page's form and send it.

        Raises:
            Failure: it has none.
        """
        reader = _read(page)
        if reader.action is None:
            raise Failure(f"{page.url} has no form.")
        body = urllib.parse.urlencode({**reader.hidden, **fields}).encode()
        target = urllib.parse.urljoin(page.url, reader.action or page.url)
        return self._open(urllib.request.Request(target, data=body))  # noqa: S310 - our own address

    def _open(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=_SECONDS) as answer:
                return _page(answer)
        except urllib.error.HTTPError as error:
            with error:
                return _page(error)
        except urllib.error.URLError as error:
            raise Failure(f"{request.full_url} does not answer: {error.reason}") from error

    def sign_in_staff(self, login: str, password: str, code: str) -> Page:
        """Sign in to the staff site.

        Raises:
            Failure: it does not lead in.
        """
        asked = self.send(self.get(f"{self._home}/admin/sign-in"), login=login, password=password)
        return self._inside(self.send(asked, code=code), login)

    def sign_in_member(self, phone: str, data: Path) -> Page:
        """Sign in to the member portal with the code that the console channel wrote.

        Raises:
            Failure: it does not lead in.
        """
        asked = self.send(self.get(f"{self._home}/my/sign-in"), phone=phone)
        log = data / OUTBOX
        lines = log.read_text("utf-8").splitlines() if log.exists() else []
        texts = [line.split("\t")[-1] for line in lines if f"\tcode\t{phone}\t" in line]
        found = _DIGITS.search(texts[-1]) if texts else None
        if found is None:
            raise Failure(f"No code was sent to {phone}.")
        return self._inside(self.send(asked, code=found[0]), phone)

    def _inside(self, page: Page, who: str) -> Page:
        if page.status != 200 or "sign-in" in page.url:
            raise Failure(f"{who} cannot sign in: {page.status} {page.url}")
        return page

    def walk(self, start: Page, most: int) -> Visit:
        """Follow the links of the tenant's own pages, each kind of page once."""
        visit = Visit(seen=1)
        known = {_kind(start.url)}
        waiting = list(self._links(start))
        while waiting and visit.seen < most:
            url = waiting.pop(0)
            if _kind(url) in known:
                continue
            known.add(_kind(url))
            began = perf_counter()
            page = self.get(url)
            visit.slowest = max(visit.slowest, (perf_counter() - began, url))
            visit.seen += 1
            if page.status != 200:
                visit.failed.append(f"{page.status} {url}")
            waiting.extend(self._links(page))
        return visit

    def _links(self, page: Page) -> Iterator[str]:
        for link in _read(page).links:
            url = urllib.parse.urljoin(page.url, link).partition("#")[0]
            path = urllib.parse.urlsplit(url).path
            if url.startswith(f"{self._home}/") and not any(leaf in path for leaf in _LEAVES):
                yield url


def _page(answer: Any) -> Page:
    kind = answer.headers.get_content_type()
    text = answer.read().decode("utf-8", "replace") if kind == "text/html" else ""
    return Page(int(answer.status), answer.url, text)


def _read(page: Page) -> _Reader:
    reader = _Reader()
    reader.feed(page.text)
    return reader


def _kind(url: str) -> str:
    return _VARIABLE.sub("#", urllib.parse.urlsplit(url).path)
