"""Services on the member's phone: what may be asked for, asking, the promised time, giving up."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest
from tests.web.requests_charter import CODE, install

from charterhouse.desk.request_file import request_file
from charterhouse.desk.requests import Filters, listed
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.web.app import create_app
from charterhouse.web.auth.session import sign_in
from charterhouse.web.permissions import public
from charterhouse.web.portal.base import load_member

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from tests.web.conftest import Clinic

    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue import Catalogue


def _door(app: Flask) -> None:
    def enter(number: int) -> str:
        found = load_member(number)
        assert found is not None
        sign_in(found)
        return ""

    guarded = public(reason="Signs the test's member in.")(enter)
    app.add_url_rule("/test-member/<int:number>", "test.member", guarded)


class Phone:
    """The browser of a member."""

    def __init__(self, app: Flask, ref: str) -> None:
        self.client: FlaskClient = app.test_client()
        self.client.get(f"/t/clinic/test-member/{ref}")

    def get(self, path: str, status: int = 200, language: str = "en") -> str:
        answer = self.client.get(f"/t/clinic/my{path}?lang={language}")
        assert answer.status_code == status, answer.text[-2000:]
        return answer.text

    def send(self, path: str, at: str, status: int = 303, **form: str) -> str:
        """Send the form of a page, with the token and key that it holds."""
        page = self.get(at)
        own = dict(re.findall(r'name="(csrf_token|key)" value="([^"]+)"', page))
        answer = self.client.post(f"/t/clinic/my{path}?lang=en", data={**own, **form})
        assert answer.status_code == status, answer.text[-2000:]
        return answer.location or answer.text


@pytest.fixture(name="house")
def _house(make_clinic: Callable[..., Clinic], monkeypatch: pytest.MonkeyPatch) -> Clinic:
    install(monkeypatch)
    return make_clinic(CODE, {})


@pytest.fixture(name="phones")
def _phones(house: Clinic, settings: Config, catalogue: Catalogue) -> tuple[Phone, Phone]:
    """The phones of two members."""
    app = create_app(
        settings, directory=catalogue, areas=("charterhouse.web.portal", _door)
    )  # fmt: skip
    app.testing = True
    refs = [house.enter(name, phone=phone) for name, phone in
            (("王秀英", "13800138000"), ("李建国", "13900139000"))]  # fmt: skip
    for ref in refs:
        house.tell("join", member=ref)
    return Phone(app, refs[0]), Phone(app, refs[1])


def said(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def ids(house: Clinic) -> list[str]:
    with tenant_scope(house.tenant):
        return [row.id for row in listed(Filters()).rows]


def asked(phone: Phone, house: Clinic) -> str:
    before = set(ids(house))
    phone.send("/services/specialist", "/services/specialist")
    return next(iter(set(ids(house)) - before))


def test_services_say_what_is_left_and_what_is_needed(phones: tuple[Phone, Phone]) -> None:
    page = said(phones[0].get("/services"))
    assert "Specialist" in page
    assert "2 left" in page
    assert "Needed: Claim form, Diagnosis report" in page
    assert "/my/services" in phones[0].get("/")
    assert "所需材料：申请表, 诊断报告" in said(phones[0].get("/services", language="zh"))


def test_a_member_asks_and_sees_the_promised_time(
    phones: tuple[Phone, Phone], house: Clinic
) -> None:
    request_id = asked(phones[0], house)
    page = said(phones[0].get(f"/requests/{request_id}"))
    assert "Still needed" in page
    assert "What is promised" not in page, "no promise before the papers are there"
    house.tell("supply", request=request_id, documents={"claim-form": 1, "report": 1})
    page = said(phones[0].get(f"/requests/{request_id}"))
    assert "Still needed" not in page
    assert "What is promised" in page
    assert "9 Mar 2026" in page
    assert "One use of “Specialist” is reserved." in page
    assert "1 left" in said(phones[0].get("/services"))


def test_a_form_sent_twice_asks_once(phones: tuple[Phone, Phone], house: Clinic) -> None:
    page = phones[0].get("/services/specialist")
    form = dict(re.findall(r'name="(csrf_token|key)" value="([^"]+)"', page))
    for _ in range(2):
        answer = phones[0].client.post("/t/clinic/my/services/specialist", data=form)
        assert answer.status_code == 303
    assert len(ids(house)) == 1


def test_giving_up_says_its_cost_and_returns_the_use(
    phones: tuple[Phone, Phone], house: Clinic
) -> None:
    request_id = asked(phones[0], house)
    here = f"/requests/{request_id}"
    assert "Cancelling costs nothing: the use of “Specialist” returns to you." in said(
        phones[0].get(here)
    )
    phones[0].send(f"{here}/cancel", here)
    page = said(phones[0].get(here))
    assert "Cancelled" in page
    assert "The use of “Specialist” has returned." in page
    assert "2 left" in said(phones[0].get("/services"))


def test_giving_up_what_is_arranged_costs_a_use(phones: tuple[Phone, Phone], house: Clinic) -> None:
    request_id = asked(phones[0], house)
    told: list[tuple[str, dict[str, Any]]] = [
        ("supply", {"documents": {"claim-form": 1, "report": 1}}),
        ("decide", {"outcome": "approved"}),
        ("progress", {"step": "contacted"}),
        ("progress", {"step": "arranged", "details": {"hospital": "first"}}),
    ]
    for verb, fields in told:
        house.tell(verb, request=request_id, **fields)
    here = f"/requests/{request_id}"
    assert "Cancelling costs one use of “Specialist”" in said(phones[0].get(here))
    phones[0].send(f"{here}/cancel", here)
    with tenant_scope(house.tenant):
        assert request_file(request_id).quota == "consumed"


def test_what_is_used_up_cannot_be_asked_for(phones: tuple[Phone, Phone], house: Clinic) -> None:
    for _ in range(2):
        asked(phones[0], house)
    page = phones[0].get("/services")
    assert "/my/services/specialist" not in page
    page = phones[0].get("/services/specialist")
    assert "data-once" not in page.split("<main")[-1].split("</main>")[0]


def test_others_requests_are_not_there(phones: tuple[Phone, Phone], house: Clinic) -> None:
    request_id = asked(phones[0], house)
    phones[1].get(f"/requests/{request_id}", status=404)
    phones[1].send(f"/requests/{request_id}/cancel", "/services/specialist", 404)
    phones[1].get("/services/unknown", status=404)
    with tenant_scope(house.tenant):
        assert request_file(request_id).open


def test_a_key_of_somebody_else_takes_nothing_over(
    phones: tuple[Phone, Phone], house: Clinic
) -> None:
    page = phones[0].get("/services/complaint")
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    phones[0].send("/services/complaint", "/services/complaint", key=key[1])
    owner = ids(house)
    answer = phones[1].send("/services/complaint", "/services/complaint", 422, key=key[1])
    assert "/my/requests/" not in answer.split("<main")[-1]
    assert ids(house) == owner
