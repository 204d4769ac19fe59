"""Papers on the page of a request: kept for it, seen by the right role and branch, each look noted."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
from PIL import Image
from tests.web.requests_charter import CODE, install

from charterhouse.desk import files
from charterhouse.desk.asking import ask
from charterhouse.desk.branches import add_branch
from charterhouse.desk.errors import NotFoundError
from charterhouse.desk.offers import Asked
from charterhouse.desk.people import create_person
from charterhouse.desk.request_file import request_file
from charterhouse.desk.staff import create_staff
from charterhouse.desk.trail import trail
from charterhouse.tenancy.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from tests.web.conftest import Clinic
    from werkzeug.test import TestResponse


def scan(shade: int = 0) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, 90, 90)).save(kept, "PNG")
    return kept.getvalue()


def pdf() -> bytes:
    made = pikepdf.new()
    page = made.add_blank_page(page_size=(300, 400))
    page.Contents = made.make_stream(b"1 0 0 rg 0 0 300 400 re f")
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


@pytest.fixture(name="house")
def _house(make_clinic: Callable[..., Clinic], monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """A house with two branches and a member whose request was opened at the east one."""
    install(monkeypatch)
    house = make_clinic(CODE, {})
    with tenant_scope(house.tenant):
        for code in ("east", "west"):
            add_branch({"code": code, "zh": code, "en": code}, actor="test")
    ref = house.enter("王秀英", phone="13800138000")
    house.tell("join", member=ref)
    house.tell("request", id="r1", member=ref, service="specialist", branch="east")
    return house


@pytest.fixture(name="ref")
def _ref(house: Clinic) -> str:
    with tenant_scope(house.tenant):
        return request_file("r1").person.ref


def put(
    house: Clinic, code: str, *sent: bytes, status: int = 303, role: str = "service-desk"
) -> TestResponse:
    parts = [(io.BytesIO(data), "x") for data in sent]
    fields: dict[str, Any] = {"code": code, "file": parts, "key": "k1"}
    return house.post("/admin/requests/r1/papers", fields, status=status, role=role)


def kept_of(house: Clinic) -> list[files.Kept]:
    with tenant_scope(house.tenant):
        return files.of_request("r1")


def limited(house: Clinic, branch: str) -> FlaskClient:
    """The browser of a reviewer of one branch."""
    with tenant_scope(house.tenant):
        made = create_staff(
            f"reviewer-{branch}", "审核员", "a long password", "reviewer", branch=branch,
            enrolled=True,
        )  # fmt: skip
    client = house.app.test_client()
    client.get(f"/t/clinic/test-enter/{made.staff.id}")
    return client


def test_a_paper_that_lacked_counts_and_its_files_are_those_of_the_request(
    house: Clinic, ref: str
) -> None:
    put(house, "claim-form", scan(), scan(50), pdf())

    newest, second, first = kept_of(house)
    assert [each.request for each in (first, second, newest)] == ["r1"] * 3
    assert (first.type, newest.type) == ("image/png", "application/pdf")
    with tenant_scope(house.tenant):
        file = request_file("r1")
        paper = next(each for each in file.papers if each.code == "claim-form")
        told = [entry.verb for entry in file.story]
    assert (paper.there, len(paper.files)) == (True, 3)
    assert told == ["supply", "request"], "one event, however many files"
    put(house, "claim-form", scan(90))
    assert len(kept_of(house)) == 4


def test_what_is_refused_leaves_nothing_and_is_told_beside_the_field(house: Clinic) -> None:
    page = put(house, "report", b"<script>", status=422).text
    assert 'id="f-file-error"' in page
    assert re.search(r'<details class="ch-more" open><summary>添加扫描件或照片', page)
    put(house, "passport-of-a-cat", scan(), status=404)
    put(house, "report", scan(), status=403, role="auditor")
    put(house, "report", scan(), status=403, role="reviewer")
    assert kept_of(house) == []
    with tenant_scope(house.tenant):
        assert not any(paper.there for paper in request_file("r1").papers)


def test_a_program_is_told_in_json(house: Clinic) -> None:
    client = house.browser("service-desk")
    for data, status, word in ((scan(), 200, "kept"), (b"nothing known", 422, "file_type")):
        answer = client.post(
            "/t/clinic/admin/requests/r1/papers",
            data={
                "csrf_token": client.get("/t/clinic/test-token").text, "code": "report",
                "file": (io.BytesIO(data), "x"), "key": "k",
            },
            headers={"Accept": "application/json"},
        )  # fmt: skip
        assert answer.status_code == status
        assert word in answer.text


def test_who_may_look_sees_thumbnails_which_is_noted_once_and_others_see_signs(
    house: Clinic, ref: str
) -> None:
    put(house, "report", scan(), pdf())
    newest, first = kept_of(house)
    here = f"/admin/members/{ref}/files"

    plain = house.get("/admin/requests/r1", role="service-desk")
    assert f"{here}/" not in plain
    shown = house.get("/admin/requests/r1", role="reviewer")

    for kept in (newest, first):
        assert f"{here}/{kept.id}/thumbnail" in shown
        for way in ("", "/look", "/thumbnail", "/page"):
            house.get(f"{here}/{kept.id}{way}", role="service-desk", status=403)
    assert f"{here}/{newest.id}/page" in house.get(f"{here}/{newest.id}/look", role="reviewer")
    house.get(f"{here}/{first.id}/page", role="reviewer", status=404)
    drawn = house.browser("reviewer").get(f"/t/clinic{here}/{newest.id}/page")
    assert drawn.mimetype == "image/jpeg"
    assert drawn.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    with Image.open(io.BytesIO(drawn.data)) as picture:
        assert picture.size == (1050, 1400)
    with tenant_scope(house.tenant):
        done = [each.action for each in trail(ref).entries if each.action.startswith("file.")]
    assert done == ["file.open", "file.list", "file.add", "file.add"]


def test_who_belongs_to_another_branch_sees_no_paper_of_the_request(
    house: Clinic, ref: str
) -> None:
    put(house, "report", pdf())
    (kept,) = kept_of(house)
    one = f"/t/clinic/admin/members/{ref}/files/{kept.id}"
    west, east = limited(house, "west"), limited(house, "east")

    for way in ("", "/look", "/thumbnail", "/page"):
        refused = west.get(f"{one}{way}")
        assert (refused.status_code, west.get(f"{one}{way}").data[:5] == b"%PDF-") == (403, False)
        assert east.get(f"{one}{way}").status_code == 200, way
    token = west.get("/t/clinic/test-token").text
    assert west.post(f"{one}/remove", data={"csrf_token": token}).status_code == 403
    for page in ("/t/clinic/admin/requests/r1", f"/t/clinic/admin/members/{ref}/files"):
        assert f"{kept.id}/thumbnail" not in west.get(page).text
        assert f"{kept.id}/thumbnail" in east.get(page).text
    with tenant_scope(house.tenant):
        noted = {each.actor for each in trail(ref).entries if each.action.startswith("file.")}
        assert files.of_request("r1") == [kept]
    assert len(noted) == 2, "who added it and who saw it; who saw nothing is not noted"


def test_what_is_of_no_request_or_of_no_branch_is_for_all_branches(house: Clinic, ref: str) -> None:
    house.tell("request", id="r2", member=ref, service="specialist")
    with tenant_scope(house.tenant):
        kept = [
            files.add(ref, "report", scan(shade), actor="test", request=request)
            for shade, request in ((1, ""), (2, "r2"))
        ]
    west = limited(house, "west")
    for each in kept:
        assert west.get(f"/t/clinic/admin/members/{ref}/files/{each.id}").status_code == 200


def test_a_file_of_one_request_is_not_shown_for_another(house: Clinic, ref: str) -> None:
    house.tell("request", id="r2", member=ref, service="specialist", branch="east")
    with tenant_scope(house.tenant):
        files.add(ref, "report", scan(1), actor="test", request="r1")
        free = files.add(ref, "report", scan(2), actor="test")
        own = files.add(ref, "report", scan(3), actor="test", request="r2")
        other = create_person({"name": "李建国"}).ref
        with pytest.raises(NotFoundError):
            files.add(other, "report", scan(4), actor="test", request="r1")
        with pytest.raises(NotFoundError):
            files.bind(other, [int(free.id)], "r1")
        shown = next(each for each in request_file("r2").papers if each.code == "report").files
    assert [each.id for each in shown] == [own.id, free.id]


def test_papers_kept_while_asking_become_those_of_the_request(house: Clinic, ref: str) -> None:
    with tenant_scope(house.tenant):
        form = files.add(ref, "claim-form", scan(1), actor=f"member:{ref}")
        spare = files.add(ref, "report", scan(2), actor=f"member:{ref}")
        asked = Asked({}, documents={"claim-form": 1})
        request_id, answer = ask(ref, "specialist", asked, key="k" * 20)
        again, repeated = ask(ref, "specialist", asked, key="k" * 20)
        assert answer.accepted
        assert (again, repeated.repeated) == (request_id, True)
        assert [each.id for each in files.of_request(request_id)] == [form.id]
        assert files.get(ref, int(spare.id)).request == ""
