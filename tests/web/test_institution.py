"""The institution's settings: names, contact, colour, branches, and how payments stand."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from charterhouse.desk.branches import find_branch
from charterhouse.desk.institution import all_branches, branches, branding, contact, keep_branding
from charterhouse.payments.house import payment_state
from charterhouse.tenancy.installation import Installation
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.web.accents import ACCENTS, nearest

if TYPE_CHECKING:
    from tests.web.conftest import Clinic

SETTINGS = "/admin/settings"
BRANCH = {"code": "north", "zh": "北院", "en": "North house", "phone": "0000-600 0300"}


def test_names_are_changed_everywhere_at_once(clinic: Clinic) -> None:
    clinic.post(f"{SETTINGS}/names", {"name_zh": "新名医院", "name_en": "New Name Hospital"})

    assert "New Name Hospital" in clinic.get(SETTINGS)
    assert "新名医院" in clinic.get("/admin/", language="zh")
    assert "names" in clinic.get("/admin/audit")


def test_what_is_missing_is_said_beside_its_field(clinic: Clinic) -> None:
    page = clinic.post(f"{SETTINGS}/names", {"name_zh": "", "name_en": "Only English"}, status=422)
    assert 'href="#f-name_zh"' in page.text
    assert 'value="Only English"' in page.text
    bad = {"phone": "call us", "email": "x@example.org", "address": ""}
    page = clinic.post(f"{SETTINGS}/contact", bad, status=422)
    assert 'href="#f-phone"' in page.text
    page = clinic.post(f"{SETTINGS}/look", {"accent": "pink"}, status=422)
    assert 'href="#f-accent"' in page.text
    clinic.post(f"{SETTINGS}/nonsense", {}, status=404)


def test_contact_and_colour_are_kept(clinic: Clinic) -> None:
    clinic.post(
        f"{SETTINGS}/contact", {"phone": "0000-123", "email": "a@example.org", "address": "路1号"}
    )
    clinic.post(f"{SETTINGS}/look", {"short_zh": "示例", "short_en": "Ex", "accent": "plum"})

    with tenant_scope(clinic.tenant):
        assert (contact().phone, contact().address) == ("0000-123", "路1号")
        assert (branding().short_zh, branding().accent) == ("示例", ACCENTS["plum"])
    assert 'data-accent="plum"' in clinic.get("/admin/")


def test_a_finer_colour_outlives_a_change_of_the_short_name(clinic: Clinic) -> None:
    with tenant_scope(clinic.tenant):
        keep_branding(replace(branding(), accent="#9d4b6c"))
    clinic.post(f"{SETTINGS}/look", {"short_zh": "示例", "short_en": "", "accent": "plum"})

    with tenant_scope(clinic.tenant):
        assert branding().accent == "#9d4b6c"


@pytest.mark.parametrize(
    ("colour", "name"), [("#0f766e", "teal"), ("#9d4b6c", "plum"), ("#2233aa", "indigo")]
)
def test_a_colour_is_shown_by_the_nearest_that_is_readable(colour: str, name: str) -> None:
    assert nearest(colour) == name


def test_a_branch_is_opened_changed_closed_and_opened_again(clinic: Clinic) -> None:
    clinic.post(f"{SETTINGS}/branches/new", BRANCH)
    clinic.post(f"{SETTINGS}/branches/north", {**BRANCH, "code": "other", "en": "North wing"})
    with tenant_scope(clinic.tenant):
        assert [(each.code, each.en) for each in branches()] == [("north", "North wing")]

    clinic.post(f"{SETTINGS}/branches/north/close", {})
    with tenant_scope(clinic.tenant):
        assert branches() == ()
        assert find_branch("north").closed
    assert "Closed" in clinic.get(SETTINGS)
    # A change of a closed branch does not open it.
    clinic.post(f"{SETTINGS}/branches/north", {**BRANCH, "en": "Old north"})
    with tenant_scope(clinic.tenant):
        assert [(each.en, each.closed) for each in all_branches()] == [("Old north", True)]

    clinic.post(f"{SETTINGS}/branches/north/open", {})
    with tenant_scope(clinic.tenant):
        assert len(branches()) == 1
    clinic.post(f"{SETTINGS}/branches/north/burn", {}, status=404)


def test_the_code_of_a_branch_is_never_given_twice(clinic: Clinic) -> None:
    clinic.post(f"{SETTINGS}/branches/new", BRANCH)
    clinic.post(f"{SETTINGS}/branches/north/close", {})
    page = clinic.post(f"{SETTINGS}/branches/new", BRANCH, status=422)
    assert 'href="#f-code"' in page.text
    page = clinic.post(f"{SETTINGS}/branches/new", {**BRANCH, "code": "No rth"}, status=422)
    assert 'href="#f-code"' in page.text
    clinic.get(f"{SETTINGS}/branches/south", status=404)


def test_a_closed_branch_keeps_its_name_but_is_not_offered(clinic: Clinic) -> None:
    for code, name in (("north", "North house"), ("south", "South house"), ("east", "East house")):
        clinic.post(f"{SETTINGS}/branches/new", {**BRANCH, "code": code, "en": name})
    ref = clinic.enter("王秀英", born="1990-05-05")
    event = clinic.tell("join", member=ref, branch="north").event_id
    clinic.post(f"{SETTINGS}/branches/north/close", {})

    counter = clinic.get(f"/admin/counter?person={ref}")
    assert "South house" in counter
    assert "North house" not in counter
    answer = clinic.browser("owner").get(f"/t/clinic/admin/events/{event}")
    assert "North house" in clinic.get(answer.location.removeprefix("/t/clinic"))
    assert "North house" not in clinic.get("/admin/staff/new")


def test_reading_and_writing_are_rights_of_their_own(clinic: Clinic) -> None:
    text = clinic.get(SETTINGS, role="auditor")
    assert "Save the changes" not in text
    assert re.search(r"<fieldset[^>]*disabled", text)
    clinic.post(f"{SETTINGS}/names", {"name_zh": "x", "name_en": "y"}, role="auditor", status=403)
    clinic.post(f"{SETTINGS}/branches/new", BRANCH, role="auditor", status=403)
    clinic.get(SETTINGS, role="cashier", status=403)


def test_the_setup_guide_leads_to_the_settings(clinic: Clinic) -> None:
    assert clinic.get("/admin/").count('href="/t/clinic/admin/settings"') >= 2


def test_payments_are_told_without_their_key(clinic: Clinic) -> None:
    assert "Members cannot pay online" in clinic.get(SETTINGS)
    installation = clinic.tenant.installation
    key = "sk_live_0123456789"
    for base, key_, mode in (
        ("", key, "live"), ("", key.replace("live", "test"), "test"),
        ("http://127.0.0.1:9", key, "sandbox"),
    ):  # fmt: skip
        config = replace(installation.config, stripe_key=key_, stripe_api_base=base)
        there = replace(clinic.tenant, installation=Installation(config))
        with tenant_scope(there):
            state = payment_state()
            assert (state.gateway, state.mode, state.noticed) == ("stripe", mode, False)
            assert key_ not in repr(state)
        there.installation.stores.close()
