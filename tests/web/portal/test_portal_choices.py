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
    assert "details.payment_security" not in plain
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
        "details__place": "abroad",
        "details__x": "1",
    }
    request_id = insured.ask("domestic-rescue", **told).rpartition("/")[2]
    with tenant_scope(house.tenant):
        assert set(request_file(request_id).content["details"]) == {"item"}
