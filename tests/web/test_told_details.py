"""What is told with a request or a step: labelled fields, each checked beside it."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest

from charterhouse.desk.request_file import request_file
from charterhouse.desk.request_moves import moves
from charterhouse.plugins.registry import registry
from charterhouse.tenancy.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Clinic

RESCUE, DESK, EMERGENCY = (
    "insurer-vip.five-tier", "service-desk.handbook", "emergency.outpatient-critical",
)  # fmt: skip
TOLD = "told.domestic-rescue"


def said(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def house_of(make: Callable[..., Clinic], charter: str) -> tuple[Clinic, str]:
    house = make(charter, dict(registry().charter(charter).example))
    return house, house.enter("王秀英", phone="13800138000", born="1980-01-01")


@pytest.fixture(name="insured")
def _insured(make_clinic: Callable[..., Clinic]) -> tuple[Clinic, str]:
    """Somebody of the first tier of an insurer's programme."""
    house, ref = house_of(make_clinic, RESCUE)
    house.tell("policy", member=ref, id="p1", effective="2026-01-01", channel="agency",
               premium="5000.00")  # fmt: skip
    return house, ref


def opened(house: Clinic, ref: str, status: int, step: str = "preview", **told: str) -> str:
    fields = {
        "step": step, "id": "R1", "service": "domestic-rescue", "consent": "1",
        **{f"{TOLD}.{name}": value for name, value in told.items()},
    }  # fmt: skip
    answer = house.post(f"/admin/members/{ref}/do/request?lang=en", fields, status=status)
    return str(answer.text)


def kept(house: Clinic, request_id: str) -> dict[str, Any]:
    with tenant_scope(house.tenant):
        return dict(request_file(request_id).content["details"])


def test_opening_a_request_asks_for_the_details_of_each_service(
    insured: tuple[Clinic, str],
) -> None:
    house, ref = insured
    page = house.get(f"/admin/members/{ref}/do/request")
    for name in ("item", "place", "distance_km", "trip_started", "admitted_on"):
        assert f'name="{TOLD}.{name}"' in page
    assert 'name="told.international-rescue.place"' in page
    assert "Distance from the registered address (km)" in said(page)
    # Lines of one's own are left for what nothing declares.
    assert re.search(r"<details class=.ch-more.><summary>Further details", page)

    chinese = house.get(f"/admin/members/{ref}/do/request", language="zh")
    assert "距登记地址（公里）" in said(chinese)


def test_a_request_keeps_what_was_told_and_its_preview_reads_it_back(
    insured: tuple[Clinic, str],
) -> None:
    house, ref = insured
    told = {"item": "emergency-transfer", "place": "mainland", "distance_km": "160.5",
            "trip_started": "2026-02-20"}  # fmt: skip
    review = said(opened(house, ref, 200, **told))
    assert "Mainland China" in review
    assert "160.5" in review
    opened(house, ref, 303, "confirm", **told)
    assert kept(house, "R1") == told


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("item", "", "Fill this in."),
        ("place", "the-moon", "Choose one of the list."),
        ("distance_km", "far", "Enter a number, such as 160 or 12.5."),
        ("trip_started", "soon", "Enter a day, such as 2026-03-01."),
        ("place", "abroad", "The charter does not include this"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    insured: tuple[Clinic, str], name: str, value: str, problem: str
) -> None:
    house, ref = insured
    page = opened(house, ref, 422, **{"item": "emergency-transfer", name: value})
    where = page.index(f'id="f-{TOLD}.{name}-error"')
    assert problem in said(page[where : where + 900])


def test_what_belongs_to_another_choice_is_not_told(insured: tuple[Clinic, str]) -> None:
    house, ref = insured
    told = {"item": "phone-consulting", "admitted_on": "2026-02-20", "child_born": "no day"}
    opened(house, ref, 303, "confirm", **told)
    assert kept(house, "R1") == {"item": "phone-consulting"}


def test_the_hospital_of_a_request_and_of_a_diagnosis_is_told_in_fields(
    make_clinic: Callable[..., Clinic],
) -> None:
    house, ref = house_of(make_clinic, "green-channel.three-services")
    house.tell("policy", member=ref, id="p1", effective="2025-01-01")
    do = f"/admin/members/{ref}/do"
    found = {"step": "confirm", "condition": "malignant-tumour", "certainty": "confirmed",
             "hospital.grade": "4", "hospital.public": "yes"}  # fmt: skip
    page = house.post(f"{do}/diagnose?lang=en", found, status=422).text
    assert 'id="f-hospital.grade-error"' in page
    review = house.post(
        f"{do}/diagnose?lang=en", {**found, "step": "preview", "hospital.grade": "3a"}, status=200
    )
    assert "Hospital · Public" in said(review.text)
    house.post(f"{do}/diagnose", {**found, "hospital.grade": "3a"}, status=303)
    asked = {"step": "confirm", "id": "R1", "service": "expert-outpatient", "consent": "1",
             "hospital.name": "First", "hospital.in_network": "no"}  # fmt: skip
    page = house.post(f"{do}/request?lang=en", asked, status=422).text
    assert 'id="f-hospital.in_network-error"' in page
    house.post(f"{do}/request", {**asked, "hospital.in_network": "yes"}, status=303)
    with tenant_scope(house.tenant):
        file = request_file("R1")
    assert file.content["hospital"] == {"name": "First", "in_network": True}
    assert ("network", True, "G14") in {(each.code, each.met, each.clause) for each in file.checks}
    assert "Hospital of the network" in said(house.get("/admin/requests/R1"))


def step(house: Clinic, code: str, status: int = 303, **told: Any) -> str:
    fields = {"choice": code, **{f"details.{name}": value for name, value in told.items()}}
    return str(house.post("/admin/requests/r1/step?lang=en", fields, status=status).text)


@pytest.fixture(name="complaint")
def _complaint(make_clinic: Callable[..., Clinic]) -> Clinic:
    house, ref = house_of(make_clinic, DESK)
    house.tell("request", id="r1", member=ref, service="complaint", channel="phone", by="agent")
    return house


def test_a_step_has_its_own_fields_and_keeps_them_typed(complaint: Clinic) -> None:
    page = complaint.get("/admin/requests/r1")
    assert re.search(r'<select class="form-select" id="s-loss-assessed-own_error"', page)
    assert 'id="s-timetable-given-timetable" name="details.timetable" type="datetime-local"' in page

    step(complaint, "loss-assessed", claim="1,300.50", loss="180", own_error="yes")
    step(complaint, "timetable-given", timetable="2026-03-05T12:00")
    with tenant_scope(complaint.tenant):
        done = {each.code: each.details for each in request_file("r1").steps}
    assert done["loss-assessed"] == {"claim": "1300.50", "loss": "180", "own_error": True}
    assert done["timetable-given"] == {"timetable": "2026-03-05 12:00"}


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("claim", "a lot", "Enter an amount in yuan, such as 12.50."),
        ("loss", "1.005", "Enter an amount in yuan, such as 12.50."),
        ("own_error", "perhaps", "Choose one of the list."),
        ("own_error", "", "Fill this in."),
    ],
)
def test_a_step_that_is_filled_in_wrongly_comes_back_open(
    complaint: Clinic, name: str, value: str, problem: str
) -> None:
    told = {"claim": "300", "loss": "180", "own_error": "yes", name: value}
    page = step(complaint, "loss-assessed", 422, **told)
    where = page.index(f'id="f-details.{name}-error"')
    assert problem in said(page[where : where + 900])
    assert 'name="details.claim" type="text" value="' + told["claim"] in page
    assert re.search(
        r'<details class="ch-more" open><summary>[^<]*</summary>\s*<form[^>]*/step"', page
    )
    with tenant_scope(complaint.tenant):
        assert request_file("r1").steps == ()


def test_a_step_whose_level_has_to_be_chosen_is_offered(make_clinic: Callable[..., Clinic]) -> None:
    house, ref = house_of(make_clinic, EMERGENCY)
    house.tell("join", member=ref)
    house.tell("request", id="r1", member=ref, service="triage")
    with tenant_scope(house.tenant):
        found = moves(request_file("r1"), actor="staff:1")
    assert "risk-assessed" in {move.code for move in found if move.allowed}
    assert '<option value="urgent">Urgent patient</option>' in house.get("/admin/requests/r1")
    step(house, "risk-assessed", 422)
    step(house, "risk-assessed", level="urgent")


def test_a_step_on_the_members_page_asks_for_the_same(complaint: Clinic) -> None:
    with tenant_scope(complaint.tenant):
        ref = request_file("r1").person.ref
    path = f"/admin/members/{ref}/do/progress"
    assert 'name="told.loss-assessed.own_error"' in complaint.get(path)
    fields = {"step": "confirm", "request": "r1", "work-step": "loss-assessed",
              "told.loss-assessed.claim": "300", "told.loss-assessed.loss": "180"}  # fmt: skip
    page = complaint.post(f"{path}?lang=en", fields, status=422).text
    assert 'id="f-told.loss-assessed.own_error-error"' in page
    complaint.post(path, {**fields, "told.loss-assessed.own_error": "no"}, status=303)
    with tenant_scope(complaint.tenant):
        assert request_file("r1").steps[0].details["own_error"] is False
