"""A walk over the pages of services of sample institutions: nobody reads a code that has a name."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from charterhouse.desk import terms
from charterhouse.desk.applying import Options, apply_folder
from charterhouse.desk.folder import read_folder
from charterhouse.desk.request_file import request_file
from charterhouse.desk.requests import Filters, listed, services
from charterhouse.desk.staff import get_staff, list_staff
from charterhouse.desk.words import words
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.web.admin.account import principal_of
from charterhouse.web.app import create_app
from charterhouse.web.auth.session import sign_in
from charterhouse.web.permissions import public
from charterhouse.web.portal.base import enter

if TYPE_CHECKING:
    from flask import Flask

    from charterhouse.config import Config
    from charterhouse.desk.requests import Row
    from charterhouse.tenancy.catalogue import Catalogue

TENANTS: Final = Path(__file__).parents[2] / "tenants"
SAMPLES: Final = ("shuangyeqiao", "yinliaoting", "luyingwan", "yefengling")
STAFF: Final = (
    "/admin/requests", "/admin/requests?layout=board", "/admin/requests?view=over", "/admin/my-day",
    "/admin/tasks", "/admin/services", "/admin/reports/service-requests",
    "/admin/reports/service-deadlines",
)  # fmt: skip
SPOKEN: Final = ("title", "aria-label", "placeholder", "alt")
CODE: Final = re.compile(r"(?<![\w/.@=-])[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*(?![\w/@=-])")


class _Texts(HTMLParser):
    """What a page says to who sees or hears it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style", "code")
        self.found += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style", "code")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


def _door(app: Flask) -> None:
    def staff(number: int) -> str:
        sign_in(principal_of(get_staff(number)))
        return ""

    def member(ref: str) -> str:
        enter(ref)
        return ""

    guarded = public(reason="Signs the test's people in.")
    app.add_url_rule("/test-staff/<int:number>", "test.staff", guarded(staff))
    app.add_url_rule("/test-member/<ref>", "test.member", guarded(member))


def _of_each_kind(rows: list[Row]) -> list[Row]:
    """One request of every service in every state."""
    return list({(row.service, row.status): row for row in rows}.values())


def _raw(language: str, code: str, names: dict[str, tuple[str, str]]) -> bool:
    """Whether a word is a code that has a name; English words that are codes too are joined ones."""
    chinese, english = names.get(code, (code, code))
    if language == "zh":
        return chinese != code
    # "Operating room" is written with a hyphen before a noun.
    compound = english.lower().replace(" ", "-").startswith(code)
    return ("-" in code or "_" in code) and not compound


@pytest.mark.parametrize("slug", SAMPLES)
def test_no_code_is_read_that_has_a_name(slug: str, settings: Config, catalogue: Catalogue) -> None:
    apply_folder(catalogue, read_folder(TENANTS / slug), Options(12, enrolled=True))
    tenant = catalogue.by_slug(slug)
    assert tenant is not None
    with tenant_scope(tenant):
        owner = next(each.id for each in list_staff() if each.role == "owner")
        rows = _of_each_kind([*listed(Filters()).rows, *listed(Filters(over=True)).rows])
        names = {**terms.LABELS, **words().labels}
        asked = services()
    assert len(rows) > 3
    areas = ("charterhouse.web.admin", "charterhouse.web.portal", _door)
    client = create_app(settings, directory=catalogue, areas=areas).test_client()
    mine = rows[0].member
    walks = {
        f"/test-staff/{owner}": [*STAFF, *(f"/admin/requests/{row.id}" for row in rows)],
        f"/test-member/{mine}": ["/my/", "/my/services", "/my/requests",
                                 *(f"/my/services/{code}" for code in asked)],
        **{f"/test-member/{row.member}?{row.id}": [f"/my/requests/{row.id}"] for row in rows},
    }  # fmt: skip
    wrong: dict[str, list[str]] = {}
    for door, paths in walks.items():
        client.get(f"/t/{slug}{door}")
        for path, language in product(paths, ("zh", "en")):
            where = f"{path}{'&' if '?' in path else '?'}lang={language}"
            answer = client.get(f"/t/{slug}{where}")
            if answer.status_code == 404 and path.startswith("/my/services/"):
                continue  # Not a service of this member's tier.
            assert answer.status_code == 200, path
            texts = _Texts()
            texts.feed(answer.text)
            read = {code for text in texts.found for code in CODE.findall(text)}
            codes = sorted(code for code in read if _raw(language, code, names))
            if codes:
                wrong[where] = codes
    assert not wrong


def test_each_yes_of_a_request_names_its_clause(catalogue: Catalogue) -> None:
    apply_folder(catalogue, read_folder(TENANTS / "shuangyeqiao"), Options(12, enrolled=True))
    tenant = catalogue.by_slug("shuangyeqiao")
    assert tenant is not None
    with tenant_scope(tenant):
        rows = [*listed(Filters()).rows, *listed(Filters(over=True)).rows]
        checks = [check for row in rows for check in request_file(row.id).checks]

    assert {"policy", "waiting", "diagnosis"} <= {check.code for check in checks}
    assert {check.clause for check in checks if check.code == "policy"} == {"G2"}
