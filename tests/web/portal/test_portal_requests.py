"""Services on the member's phone: what may be asked for, asking, the promised time, giving up."""

from __future__ import annotations

import html
import io
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from sqlalchemy import select
from tests.web.requests_charter import CODE, install

from charterhouse import clock
from charterhouse.desk import access, asking
from charterhouse.desk.errors import DeskError
from charterhouse.desk.files import LIMIT, check, of_person, of_request
from charterhouse.desk.member_file import file
from charterhouse.desk.request_file import request_file
from charterhouse.desk.requests import Filters, listed
from charterhouse.records.tables import audit
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.web.app import create_app
from charterhouse.web.auth.session import sign_in
from charterhouse.web.permissions import public
from charterhouse.web.portal.base import load_member

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from tests.web.conftest import Clinic
    from werkzeug.test import TestResponse

    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue import Catalogue


def _photo() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), (20, 90, 90)).save(kept, "PNG")
    return kept.getvalue()


PNG = _photo()
GREEN = "green-channel.three-services"


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

    def __init__(self, app: Flask, ref: str, slug: str = "clinic") -> None:
        self.ref = ref
        self.slug = slug
        self.client: FlaskClient = app.test_client()
        self.client.get(f"/t/{slug}/test-member/{ref}")

    def get(self, path: str, status: int = 200, language: str = "en") -> str:
        answer = self.client.get(f"/t/{self.slug}/my{path}?lang={language}")
        assert answer.status_code == status, answer.text[-2000:]
        return answer.text

    def send(self, path: str, at: str, status: int = 303, **form: Any) -> str:
        """Send the form of a page, with the token and key that it holds."""
        page = self.get(at)
        own = dict(re.findall(r'name="(csrf_token|key)" value="([^"]+)"', page))
        data = {**own, **{name.replace("__", "."): value for name, value in form.items()}}
        answer = self.client.post(f"/t/{self.slug}/my{path}?lang=en", data=data)
        assert answer.status_code == status, answer.text[-2000:]
        return answer.location or answer.text

    def ask(self, service: str, status: int = 303, **form: Any) -> str:
        """Ask for a service, without looking at the check page."""
        return self.send(
            f"/services/{service}", f"/services/{service}", status, step="send", **form
        )

    def check(self, service: str, status: int = 200, **form: Any) -> str:
        """Fill the form in and go to the check page."""
        return self.send(
            f"/services/{service}", f"/services/{service}", status, step="check", **form
        )


@pytest.fixture(name="phone_of")
def _phone_of(settings: Config, catalogue: Catalogue) -> Callable[..., Phone]:
    app = create_app(
        settings,
        directory=catalogue,
        areas=("charterhouse.web.portal", "charterhouse.web.api", _door),
    )
    app.testing = True
    return lambda ref, slug="clinic": Phone(app, ref, slug)


@pytest.fixture(name="house")
def _house(make_clinic: Callable[..., Clinic], monkeypatch: pytest.MonkeyPatch) -> Clinic:
    install(monkeypatch)
    return make_clinic(CODE, {})


@pytest.fixture(name="phones")
def _phones(house: Clinic, phone_of: Callable[..., Phone]) -> tuple[Phone, Phone]:
    """The phones of two members."""
    refs = [
        house.enter(name, phone=number)
        for name, number in (("王秀英", "13800138000"), ("李建国", "13900139000"))
    ]
    for ref in refs:
        house.tell("join", member=ref)
    return phone_of(refs[0]), phone_of(refs[1])


@pytest.fixture(name="insured")
def _insured(make_clinic: Callable[..., Clinic], phone_of: Callable[..., Phone]) -> Phone:
    """Somebody with a policy of a green channel, since the beginning of 2026."""
    house = make_clinic(GREEN, {})
    ref = house.enter("王秀英", phone="13800138000", born="1970-01-01")
    house.tell("policy", member=ref, id="P-2026-77", effective="2026-01-01", until="2026-12-31")
    phone = phone_of(ref)
    phone.house = house  # type: ignore[attr-defined]  # the tests tell further events to it
    return phone


def said(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def main(page: str) -> str:
    """What the middle of a page says, without its marks."""
    return said(page.split("<main", 1)[-1].split("</main>", 1)[0])


def ids(house: Clinic) -> list[str]:
    with tenant_scope(house.tenant):
        return [row.id for row in listed(Filters()).rows]


def asked(phone: Phone, service: str = "specialist", **form: Any) -> str:
    return phone.ask(service, **form).rpartition("/")[2]


# What I have.


def test_services_say_what_is_left_and_what_is_needed(phones: tuple[Phone, Phone]) -> None:
    page = said(phones[0].get("/services"))
    assert "Specialist" in page
    assert "2 left" in page
    assert "Papers Claim form, Diagnosis report" in page
    assert "Time to arrange: within 5 working days after all papers are there" in page
    assert "/my/services" in phones[0].get("/")
    assert "材料 申请表, 诊断报告" in said(phones[0].get("/services", language="zh"))


def test_a_policy_is_shown_and_its_services_with_their_term(insured: Phone) -> None:
    page = main(insured.get("/services"))
    assert "P-2026-77" in page
    assert "1 Jan 2026 to 31 Dec 2026" in page
    assert "1 left, until 31 Dec 2026" in page
    assert "within 48 hours after you ask" in page


def test_without_points_the_bar_has_services_and_the_card_no_points(
    insured: Phone, make_clinic: Callable[..., Clinic], phone_of: Callable[..., Phone]
) -> None:
    page = insured.get("/")
    assert "Points" not in said(page)
    assert "ch-card-face-number" not in page, "there is no card number to show"
    assert page.count("/my/services") == 2, "in the bar and as a tile"
    statement = said(insured.get("/statement"))
    assert "Saved" in statement
    assert "Points" not in statement
    other = make_clinic("gynecology.vip-card", {}, "women")
    ref = other.enter("李建国", phone="13900139000")
    page = phone_of(ref, "women").get("/")
    assert "/my/services" not in page
    assert "Points" in said(page)


def test_waiting_says_from_when(insured: Phone) -> None:
    house = insured.house  # type: ignore[attr-defined]  # put there by the fixture
    ref = house.enter("赵桂兰", phone="13700137000", born="1980-01-01")
    house.tell("policy", member=ref, id="p2", effective="2026-02-20", waiting_days=30)
    phone = Phone(insured.client.application, ref)
    page = main(phone.get("/services"))
    assert "The waiting period is not over yet. You can ask from 22 Mar 2026 ." in page
    assert "/my/services/admission" not in phone.get("/services")
    with clock.use_clock(clock.FixedClock(datetime(2026, 3, 22, 1, tzinfo=UTC))):
        assert "/my/services/admission" in Phone(insured.client.application, ref).get("/services")


def test_a_missing_diagnosis_and_a_lapsed_policy_are_named(insured: Phone) -> None:
    house = insured.house  # type: ignore[attr-defined]  # put there by the fixture
    page = main(insured.get("/services"))
    assert "No diagnosis that it needs is on file." in page
    house.tell("policy_change", policy="P-2026-77", to="lapsed")
    page = main(insured.get("/services"))
    assert "Your policy or membership rests at present." in page
    assert "Ask for it" not in page


# Asking.


def test_the_check_page_tells_what_will_happen_and_keeps_nothing(
    phones: tuple[Phone, Phone], house: Clinic
) -> None:
    page = main(phones[0].check("specialist", note="mornings only"))
    assert "One use of “Specialist” is reserved" in page
    assert "1 left after it" in page
    assert "Papers are still missing" in page
    assert "mornings only" in page
    assert ids(house) == []


def test_the_promised_time_of_the_check_page_is_that_of_the_request(insured: Phone) -> None:
    page = main(insured.check("expert-outpatient", consent="1", hospital="First hospital"))
    assert "4 Mar 2026 10:00" in page
    assert "11 Mar 2026" in page
    assert "First hospital" in page
    request_id = asked(insured, "expert-outpatient", consent="1", hospital="First hospital")
    page = main(insured.get(f"/requests/{request_id}"))
    assert "4 Mar 2026 10:00" in page
    assert "11 Mar 2026" in page
    assert "First hospital" in page
    assert "4 Mar 2026 10:00" in main(insured.get("/")), "on the first page too"


def test_without_consent_nothing_is_sent_and_nothing_typed_is_lost(insured: Phone) -> None:
    for step in ("check", "send"):
        page = insured.send(
            "/services/expert-outpatient", "/services/expert-outpatient", 422,
            step=step, hospital="First hospital", note="please by phone",
        )  # fmt: skip
        assert "Your consent is needed" in main(page)
        assert 'href="#f-consent"' in page
        assert 'value="First hospital"' in page
        assert "please by phone" in page
    assert ids(insured.house) == []  # type: ignore[attr-defined]  # put there by the fixture


def test_changing_something_brings_the_form_back_filled_in(insured: Phone) -> None:
    page = insured.send(
        "/services/expert-outpatient", "/services/expert-outpatient", 200,
        step="edit", note="please by phone", consent="1",
    )  # fmt: skip
    assert "please by phone" in page
    assert re.search(r'name="consent"[^>]* checked', page)


def test_a_member_asks_and_sees_the_promised_time(
    phones: tuple[Phone, Phone], house: Clinic
) -> None:
    request_id = asked(phones[0])
    page = said(phones[0].get(f"/requests/{request_id}"))
    assert "Missing" in page
    assert "What is promised" not in page, "no promise before the papers are there"
    house.tell("supply", request=request_id, documents={"claim-form": 1, "report": 1})
    page = said(phones[0].get(f"/requests/{request_id}"))
    assert "Missing" not in page
    assert "What is promised" in page
    assert "9 Mar 2026" in page
    assert "It is being reviewed." in page
    assert "One use of “Specialist” is reserved." in page
    assert "1 left" in said(phones[0].get("/services"))


def test_a_form_sent_twice_asks_once(phones: tuple[Phone, Phone], house: Clinic) -> None:
    page = phones[0].get("/services/specialist")
    form = dict(re.findall(r'name="(csrf_token|key)" value="([^"]+)"', page))
    for note in ("", "", "other words"):
        answer = phones[0].client.post(
            "/t/clinic/my/services/specialist", data={**form, "step": "send", "note": note}
        )
        assert answer.status_code == 303
        assert "/my/requests/" in answer.location
    assert len(ids(house)) == 1


def test_what_is_used_up_cannot_be_asked_for(phones: tuple[Phone, Phone]) -> None:
    for _ in range(2):
        asked(phones[0])
    page = phones[0].get("/services")
    assert "/my/services/specialist" not in page
    assert "It is used up for this period." in main(page)
    page = phones[0].get("/services/specialist")
    assert "data-once" not in page.split("<main")[-1].split("</main>")[0]


# Papers.


def test_photographs_of_the_check_page_go_with_the_request(
    phones: tuple[Phone, Phone], house: Clinic
) -> None:
    page = phones[0].send(
        "/services/specialist", "/services/specialist", 200, step="paper", code="report",
        note="mornings only", file=(io.BytesIO(PNG), "a.png"),
    )  # fmt: skip
    assert 'name="given" value="report"' in page
    assert "mornings only" in page, "what was typed goes along"
    assert "Papers are still missing" in main(page)
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    request_id = asked(phones[0], given=["report", "claim-form"], key=key[1])
    with tenant_scope(house.tenant):
        file = request_file(request_id)
    assert file.content["documents"] == {"report": 1}, "only what was really handed in counts"
    assert [len(paper.files) for paper in file.papers if paper.code == "report"] == [1]


def test_a_missing_paper_is_photographed_later(phones: tuple[Phone, Phone], house: Clinic) -> None:
    request_id = asked(phones[0])
    here = f"/requests/{request_id}"
    for code in ("claim-form", "report"):
        phones[0].send(f"{here}/papers", here, code=code, file=(io.BytesIO(PNG), "a.png"))
    page = phones[0].get(here)
    assert "9 Mar 2026" in main(page), "the papers are complete and the clock runs"
    link = re.search(r"/my(/papers/\d+)", page)
    assert link is not None
    answer = phones[0].client.get(f"/t/clinic/my{link[1]}")
    assert answer.data == check(PNG).data
    assert answer.headers["Cache-Control"] == "no-store"
    assert f"/my{link[1]}/thumbnail" in page
    for path in (link[1], f"{link[1]}/thumbnail"):
        phones[1].get(path, status=404)
    with tenant_scope(house.tenant), unit() as opened:
        assert len(of_request(request_id)) == 2
        actions = [row.action for row in opened.connection.execute(select(audit.c.action))]
    assert actions.count("file.open") == 1


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        pytest.param(b"", "choose a file", id="nothing"),
        pytest.param(b"<html>", "must be a photo (JPEG, PNG, WebP, HEIC) or a PDF file", id="type"),
    ],
)
def test_a_file_that_is_not_taken_is_said_beside_its_paper(
    data: bytes, problem: str, phones: tuple[Phone, Phone], house: Clinic
) -> None:
    request_id = asked(phones[0])
    here = f"/requests/{request_id}"
    for path, at, more in (
        (f"{here}/papers", here, {}),
        ("/services/specialist", "/services/specialist", {"step": "paper", "note": "by phone"}),
    ):
        page = phones[0].send(path, at, 422, code="report", file=(io.BytesIO(data), "a"), **more)
        assert f"</svg>{problem}" in re.sub(r"\s+", " ", page)
    assert "by phone" in page, "nothing typed is lost"
    with tenant_scope(house.tenant):
        assert request_file(request_id).content["documents"] == {}


def test_a_file_that_is_too_large_leaves_no_trace(
    phones: tuple[Phone, Phone], house: Clinic
) -> None:
    request_id = asked(phones[0])
    with tenant_scope(house.tenant):
        large = b"%PDF-" + bytes(LIMIT)
        with pytest.raises(DeskError, match="at most 5 MB"):
            asking.hand_in(phones[0].ref, request_id, "report", large, key="k" * 20)
        file = request_file(request_id)
        assert file.content["documents"] == {}
        assert of_person(phones[0].ref) == []


def test_papers_go_only_to_ones_own_request_and_where_they_are_asked(
    phones: tuple[Phone, Phone],
) -> None:
    request_id = asked(phones[0])
    here = f"/requests/{request_id}"
    phones[1].send(f"{here}/papers", "/services/specialist", 404, code="report",
                   file=(io.BytesIO(PNG), "a.png"))  # fmt: skip
    phones[0].send(f"{here}/papers", here, 404, code="strange",
                   file=(io.BytesIO(PNG), "a.png"))  # fmt: skip


# My requests.


def test_a_late_promise_is_said_to_be_late(phones: tuple[Phone, Phone], house: Clinic) -> None:
    request_id = asked(phones[0], "complaint")
    assert "late" not in main(phones[0].get(f"/requests/{request_id}"))
    house.time.set(house.time.now() + timedelta(hours=31))
    page = main(phones[0].get(f"/requests/{request_id}"))
    assert "This is later than promised" in page
    assert "late by 6 hours" in page
    assert "late" in main(phones[0].get("/requests"))


def test_giving_up_says_its_cost_and_returns_the_use(
    phones: tuple[Phone, Phone], house: Clinic
) -> None:
    request_id = asked(phones[0])
    here = f"/requests/{request_id}"
    assert "Cancelling costs nothing: the use of “Specialist” returns to you." in said(
        phones[0].get(here)
    )
    phones[0].send(f"{here}/cancel", here, reason="found another doctor")
    page = said(phones[0].get(here))
    assert "Cancelled" in page
    assert "The use of “Specialist” has returned." in page
    assert "found another doctor" in page
    assert "2 left" in said(phones[0].get("/services"))


def test_giving_up_what_is_arranged_costs_a_use(phones: tuple[Phone, Phone], house: Clinic) -> None:
    request_id = asked(phones[0])
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


def test_nobody_is_asked_how_it_was_where_the_charter_does_not(
    phones: tuple[Phone, Phone], house: Clinic
) -> None:
    request_id = asked(phones[0], "complaint")
    house.tell("close", request=request_id, outcome="served")
    assert "How was it?" not in main(phones[0].get(f"/requests/{request_id}"))
    phones[0].send(f"/requests/{request_id}/opinion", "/services/specialist", 404,
                   answer="satisfied")  # fmt: skip


# Whose.


def test_others_requests_are_not_there(phones: tuple[Phone, Phone], house: Clinic) -> None:
    request_id = asked(phones[0])
    phones[1].get(f"/requests/{request_id}", status=404)
    for what in ("cancel", "opinion"):
        phones[1].send(f"/requests/{request_id}/{what}", "/services/specialist", 404)
    phones[1].get("/services/unknown", status=404)
    phones[1].send("/services/specialist", "/services/specialist", 404, step="send",
                   person=phones[0].ref)  # fmt: skip
    with tenant_scope(house.tenant):
        assert request_file(request_id).open


def test_requests_of_another_house_are_not_there(
    phones: tuple[Phone, Phone], make_clinic: Callable[..., Clinic], phone_of: Callable[..., Phone]
) -> None:
    request_id = asked(phones[0])
    other = make_clinic(CODE, {}, "other")
    ref = other.enter("赵桂兰", phone="13800138000")
    other.tell("join", member=ref)
    phone_of(ref, "other").get(f"/requests/{request_id}", status=404)


def test_a_key_of_somebody_else_takes_nothing_over(
    phones: tuple[Phone, Phone], house: Clinic
) -> None:
    page = phones[0].get("/services/complaint")
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    phones[0].ask("complaint", key=key[1])
    before = ids(house)
    phones[1].ask("complaint", 404, key=key[1])
    assert ids(house) == before


def test_the_api_takes_the_same_request(house: Clinic, phones: tuple[Phone, Phone]) -> None:
    """An app of the house's own asks by the API; deciding needs a right more."""

    def tell(permissions: tuple[str, ...], event: dict[str, Any]) -> TestResponse:
        with tenant_scope(house.tenant):
            token = access.create_key("app", permissions, actor="test").token
        return phones[0].client.application.test_client().post(
            "/t/clinic/api/v1/events", json=event, headers={"Authorization": f"Bearer {token}"}
        )  # fmt: skip

    papers = {"claim-form": 1, "report": 1}
    body = {"id": "app-1", "member": phones[0].ref, "service": "specialist", "documents": papers}
    told = tell(("events.write",), {"request": body})
    assert told.status_code == 201, told.text
    assert {"1.3", "1.7"} <= {each["number"] for each in (told.json or {})["clauses"]}
    page = phones[0].get("/requests")
    assert "app-1" in page
    assert "Promised by 9 Mar 2026" in main(page)
    decision = {"decide": {"request": "app-1", "outcome": "approved"}}
    assert tell(("events.write",), decision).status_code == 403
    assert tell(("events.write", "approvals.decide"), decision).status_code == 201


def test_a_member_says_once_how_it_was_where_the_charter_asks(
    make_clinic: Callable[..., Clinic], phone_of: Callable[..., Phone]
) -> None:
    house = make_clinic("service-desk.execution", {"survey_months": 6})
    ref = house.enter("王秀英", phone="13800138000")
    house.tell("request", id="p1", member=ref, service="problem")
    phone, here = phone_of(ref), "/requests/p1"
    assert "How was it?" not in main(phone.get(here)), "not while it is open"
    house.tell("progress", request="p1", step="analysed", details={"solved_at_once": True})
    house.tell("progress", request="p1", step="solved")
    house.tell("close", request="p1", outcome="served")
    assert "How was it?" in main(phone.get(here))
    phone.send(f"{here}/opinion", here, 422, answer="splendid")
    phone.send(f"{here}/opinion", here, answer="unsatisfied")
    with tenant_scope(house.tenant):
        open_tasks = {each.code for each in file(ref).open_items}
    assert "follow-up-unsatisfied" in open_tasks
    assert "How was it?" not in main(phone.get(here))
    phone.send(f"{here}/opinion", "/profile", 404, answer="satisfied")
