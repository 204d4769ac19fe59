"""Services that ask what is wanted of a list: it is chosen by its name, and asks for what it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.web.portal.test_portal_requests import Phone, _phone_of, main, said

from charterhouse.desk.request_file import request_file
from charterhouse.desk.requests import services
from charterhouse.plugins.registry import registry
from charterhouse.tenancy.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Clinic

__all__ = ["_phone_of"]

CHARTER = "insurer-vip.five-tier"


@pytest.fixture(name="house")
def _house(make_clinic: Callable[..., Clinic]) -> Clinic:
    return make_clinic(CHARTER, dict(registry().charter(CHARTER).example))


@pytest.fixture(name="insured")
def _insured(house: Clinic, phone_of: Callable[..., Phone]) -> Phone:
    """Somebody of the first tier: it has the domestic rescue and no other."""
    ref = house.enter("王秀英", phone="13800138000", born="1980-01-01")
    house.tell("policy", member=ref, id="p1", effective="2026-01-01", channel="agency",
               premium="5000.00")  # fmt: skip
    return phone_of(ref)


def test_a_service_of_several_items_is_open_to_who_has_it(insured: Phone) -> None:
    page = main(insured.get("/services"))
    first, _, second = page.partition("1 service that is not open to you")
    assert "Domestic rescue" in first
    assert "Ask for it" in first
    assert "International rescue" in second
    assert "Ask for it" not in second


def test_staff_filter_by_what_is_offered_and_by_nothing_else(house: Clinic) -> None:
    with tenant_scope(house.tenant):
        assert sorted(services()) == ["domestic-rescue", "international-rescue"]


def test_the_item_is_chosen_by_its_name(insured: Phone, house: Clinic) -> None:
    form = insured.get("/services/domestic-rescue")
    assert '<option value="phone-consulting">' in form
    assert "phone-consulting" not in said(form)
    refused = insured.check("domestic-rescue", 422)
    assert 'id="f-details.item"' in refused

    checked = main(insured.check("domestic-rescue", details__item="phone-consulting"))
    assert "phone-consulting" not in checked
    request_id = insured.ask("domestic-rescue", details__item="phone-consulting")
    request_id = request_id.rpartition("/")[2]
    with tenant_scope(house.tenant):
        assert request_file(request_id).content["details"] == {"item": "phone-consulting"}
    assert "phone-consulting" not in main(insured.get(f"/requests/{request_id}"))


def test_an_item_asks_for_what_only_it_needs(insured: Phone) -> None:
    plain = insured.get("/services/domestic-rescue")
    assert "Needed for “Item of the rescue”: Guarantee of in-patient costs." in main(plain)
    form = insured.check("domestic-rescue", 422, details__item="cost-guarantee")
    assert 'name="details.payment_security"' in form
    assert '<option value="family">' in form

    told: dict[str, Any] = {
        "details__item": "cost-guarantee",
        "details__payment_security": "family",
    }
    assert "/requests/" in insured.ask("domestic-rescue", **told)


def test_nothing_is_told_that_the_form_does_not_ask_for(insured: Phone, house: Clinic) -> None:
    told: dict[str, Any] = {
        "details__item": "phone-consulting",
        "details__admitted_on": "2026-01-01",
        "details__x": "1",
    }
    request_id = insured.ask("domestic-rescue", **told).rpartition("/")[2]
    with tenant_scope(house.tenant):
        assert set(request_file(request_id).content["details"]) == {"item"}


def test_what_a_member_knows_of_it_is_told_in_its_form_and_read_back(
    insured: Phone, house: Clinic
) -> None:
    told: dict[str, Any] = {
        "details__item": "emergency-transfer",
        "details__place": "mainland",
        "details__distance_km": "160.5",
        "details__trip_started": "2026-02-20",
    }
    form = insured.get("/services/domestic-rescue")
    for name in ("item", "place", "distance_km", "trip_started"):
        assert f'name="details.{name}"' in form
    checked = main(insured.check("domestic-rescue", **told))
    for text in ("Place of the event", "Mainland China", "160.5", "20 Feb 2026"):
        assert text in checked

    request_id = insured.ask("domestic-rescue", **told).rpartition("/")[2]
    with tenant_scope(house.tenant):
        assert request_file(request_id).content["details"] == {
            "item": "emergency-transfer", "place": "mainland", "distance_km": "160.5",
            "trip_started": "2026-02-20",
        }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("distance_km", "far away", "Enter a number, such as 160 or 12.5."),
        ("trip_started", "yesterday", "Enter a day, such as 2026-03-01."),
        ("place", "the-moon", "Choose one of the list."),
        ("item", "", "Fill this in."),
    ],
)
def test_what_is_not_of_its_form_is_said_beside_its_field(
    insured: Phone, name: str, value: str, problem: str
) -> None:
    told: dict[str, Any] = {"details__item": "emergency-transfer", f"details__{name}": value}
    page = insured.check("domestic-rescue", 422, **told)
    assert f'id="f-details.{name}-error"' in page
    assert problem in main(page)


def test_a_place_that_the_rescue_does_not_cover_is_refused_beside_its_field(
    insured: Phone,
) -> None:
    told: dict[str, Any] = {"details__item": "emergency-transfer", "details__place": "abroad"}
    page = insured.check("domestic-rescue", 422, **told)
    assert 'id="f-details.place-error"' in page
