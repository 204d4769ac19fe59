"""Admission at the desk: nobody twice, nothing missing unsaid, and a card at the end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from charterhouse.desk import admission, members
from charterhouse.desk.people import get_person
from charterhouse.tenancy.scope import tenant_scope

if TYPE_CHECKING:
    from tests.web.conftest import Clinic

ID_NUMBER = "11010519491231002X"
PAPERS = {"documents.application-form": "1", "documents.id-copy": "1"}


def card_number(clinic: Clinic, ref: str) -> str:
    with tenant_scope(clinic.tenant):
        return members.file(ref).standing.card_no


def status(clinic: Clinic, ref: str) -> str:
    with tenant_scope(clinic.tenant):
        return members.file(ref).standing.status


def key_in(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def new_person(clinic: Clinic, **fields: str) -> str:
    sent = clinic.post("/admin/admission", {"name": "王秀英", **fields}, role="cashier")
    found = re.search(r"/admission/(\d+)$", sent.location)
    assert found is not None
    return found[1]


def test_a_new_person_is_read_from_the_id_number(clinic: Clinic) -> None:
    ref = new_person(clinic, phone="13800138000", id_number=ID_NUMBER)
    with tenant_scope(clinic.tenant):
        person = get_person(ref)
    assert (str(person.born), person.sex) == ("1949-12-31", "female")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"id_number": "110105194912310021"}, "check its digits"),
        ({"phone": "12"}, "phone number"),
        ({"born": "2090-01-01"}, "in the past"),
        ({"name": ""}, "enter the name"),
    ],
)
def test_wrong_entries_are_named_beside_their_field(
    clinic: Clinic, fields: dict[str, str], words: str
) -> None:
    page = clinic.post("/admin/admission?lang=en", {"name": "王秀英", **fields}, status=422).text
    assert words in page
    assert 'aria-invalid="true"' in page
    assert "None</div>" not in page


def test_nobody_is_entered_twice_by_mistake(clinic: Clinic) -> None:
    first = clinic.enter("王秀英", phone="13800138000")
    twin = {"name": "王秀兰", "phone": "13800138000"}
    page = clinic.post("/admin/admission?lang=en", twin, status=422).text
    assert f"/admin/admission/{first}" in page
    clinic.post("/admin/admission", {**twin, "sure": "1"})
    known = clinic.enter("李建国", id_number=ID_NUMBER)
    same = {"name": "李建国", "id_number": ID_NUMBER, "sure": "1"}
    page = clinic.post("/admin/admission?lang=en", same, status=422).text
    assert "on file" in page
    assert known in page


def test_each_way_in_says_what_it_costs_and_where_it_is_open(clinic: Clinic) -> None:
    ref = clinic.enter("王秀英")
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", clinic.get(f"/admin/admission/{ref}")))
    assert "Ordinary application Charity donation ¥10.00" in page
    assert "Only: On site" in page
    assert "Blood donor free of charge" in page
    assert "Priority application, free of charge: members of an alliance merchant" in page


def test_what_is_missing_is_named_while_papers_are_ticked(clinic: Clinic) -> None:
    ref = clinic.enter("王秀英")
    where = f"/admin/admission/{ref}/lacking?lang=en"
    remote = {"path": "blood-donor", "channel": "wechat", "documents.application-form": "1"}
    page = clinic.post(where, remote, status=200).text
    for name in ("Photo of the ID card", "Blood-donation certificate", "Postal address"):
        assert name in page
    assert "Application form" not in page
    full = {
        **remote, "documents.id-photo": "1", "documents.donor-certificate": "2",
        "form.home_address": "示例路 1 号",
    }  # fmt: skip
    assert (
        "Everything that the charter asks for is here" in clinic.post(where, full, status=200).text
    )


def test_the_application_form_fills_the_file_and_prints(clinic: Clinic) -> None:
    ref = clinic.enter("王秀英", phone="13800138000")
    sent = {
        **PAPERS, "path": "ordinary", "form.education": "本科", "form.telephone": "13900139000",
        "form.contact.0.name": "李建国", "form.contact.1.phone": "13700137000",
        "form.charities": "甲会\n乙会",
    }  # fmt: skip
    answer = clinic.post(f"/admin/admission/{ref}/papers", sent, role="cashier")
    assert "doc=application-form:1&doc=id-copy:1" in answer.location.replace("%3A", ":")
    with tenant_scope(clinic.tenant):
        person = get_person(ref)
    assert person.phone == "+8613900139000"
    assert person.more["charities"] == ["甲会", "乙会"]
    assert person.more["contact"] == [{"name": "李建国"}, {"phone": "13700137000"}]
    page = clinic.get(f"/admin/admission/{ref}/form")
    for text in ("Sample Clinic", "本科", "李建国", "13700137000", "甲会<br>乙会"):
        assert text in page
    wrong = clinic.post(
        f"/admin/admission/{ref}/papers?lang=en", {**sent, "form.telephone": "1"}, status=422
    )
    assert "phone number" in wrong.text


def review(ref: str, **more: str) -> str:
    named = {"path": "ordinary", "channel": "on-site", **more}
    query = "&".join(f"{name}={code}" for name, code in named.items())
    return f"/admin/admission/{ref}/review?{query}&doc=application-form:1&doc=id-copy:1"


def test_from_the_review_to_the_payment_and_the_card(clinic: Clinic) -> None:
    ref = clinic.enter("王秀英")
    page = clinic.get(review(ref, tier="supreme-gold"))
    assert "¥10.00" in page
    assert "Nothing has happened yet" in page
    assert status(clinic, ref) == "none"
    form = {
        "path": "ordinary", "channel": "on-site", "tier": "supreme-gold", "then": "approve",
        "doc": ["application-form:1", "id-copy:1"], "key": key_in(page),
    }  # fmt: skip
    where = f"/admin/admission/{ref}/review"
    assert "has not been accepted" in clinic.post(f"{where}?lang=en", form, status=422).text
    form["key"] = key_in(clinic.get(review(ref)))
    sent = clinic.post(where, {**form, "consent": "1"})
    assert sent.location.endswith(f"/admin/members/{ref}/pay")
    page = clinic.get(f"/admin/members/{ref}/pay")
    pay = {"for": "donation", "method": "cash", "key": key_in(page)}
    paid = clinic.post(f"/admin/members/{ref}/pay", pay)
    assert paid.location.endswith(f"/admin/admission/{ref}/done")
    assert card_number(clinic, ref) in clinic.get(f"/admin/admission/{ref}/done")
    again = clinic.post(f"/admin/members/{ref}/pay?lang=en", pay, status=422)
    assert "not owed any more" in again.text


def test_a_card_payment_needs_the_number_of_its_slip(clinic: Clinic) -> None:
    ref = clinic.enter("王秀英")
    clinic.tell(
        "apply", member=ref, documents={"application-form": 1, "id-copy": 1}, path="ordinary"
    )
    clinic.tell("approve", member=ref)
    where = f"/admin/members/{ref}/pay?lang=en"
    pay = {"for": "donation", "method": "card", "key": "k-1"}
    assert "number printed on the slip" in clinic.post(where, pay, status=422).text
    clinic.post(where, {**pay, "slip": "0042", "key": "k-2"})
    assert "Slip 0042" in clinic.get(f"/admin/members/{ref}")


def test_who_may_not_approve_hands_in_for_review(clinic: Clinic) -> None:
    ref = clinic.enter("王秀英")
    page = clinic.get(review(ref), role="cashier")
    assert "Hand in and approve" not in page
    form = {
        "path": "ordinary", "channel": "on-site", "then": "approve", "consent": "1",
        "doc": ["application-form:1", "id-copy:1"], "key": key_in(page),
    }  # fmt: skip
    sent = clinic.post(f"/admin/admission/{ref}/review", form, role="cashier")
    assert sent.location.endswith("/admin/admission/queue")
    assert status(clinic, ref) == "applied"
    assert "王秀英" in clinic.get("/admin/admission/queue", role="cashier")
    clinic.post(
        f"/admin/admission/{ref}/decide", {"outcome": "approve"}, role="cashier", status=403
    )
    done = clinic.post(f"/admin/admission/{ref}/decide", {"outcome": "approve", "key": "k"})
    assert done.location.endswith(f"/admin/members/{ref}/pay")


def test_a_rejection_needs_a_reason(clinic: Clinic) -> None:
    ref = clinic.enter("王秀英")
    papers = {"application-form": 1, "id-copy": 1}
    clinic.tell("apply", member=ref, documents=papers, path="ordinary")
    where = f"/admin/admission/{ref}/decide"
    clinic.post(where, {"outcome": "reject", "key": "k"})
    assert status(clinic, ref) == "applied"
    clinic.post(where, {"outcome": "reject", "key": "k", "reason": "材料不清"})
    assert status(clinic, ref) == "rejected"
    assert "材料不清" in clinic.get(f"/admin/members/{ref}")


def test_a_review_shows_what_stands_in_the_way_with_its_clause(clinic: Clinic) -> None:
    ref = clinic.enter("王秀英")
    page = clinic.get(review(ref, channel="wechat"))
    assert "The conditions are not met" in page
    assert "#clause-4.2.2" in page


def test_a_banned_person_is_admitted_only_with_managements_approval(clinic: Clinic) -> None:
    ref = clinic.enter("王秀英")
    clinic.tell("join", member=ref, path="blood-donor")
    clinic.tell("sanction", member=ref, measures=["end_membership"], reason="转借", approver="院长")
    page = clinic.get(review(ref))
    assert 'name="grant" value="management_approval"' in page
    form = {
        "path": "ordinary", "channel": "on-site", "then": "wait", "consent": "1",
        "doc": ["application-form:1", "id-copy:1"], "grant": "management_approval", "key": "k",
    }  # fmt: skip
    clinic.post(f"/admin/admission/{ref}/review", form)
    assert status(clinic, ref) == "applied"


def test_a_member_is_not_admitted_again(clinic: Clinic) -> None:
    ref = clinic.enter("王秀英")
    clinic.tell("join", member=ref, path="blood-donor")
    client = clinic.browser("owner")
    for page in ("", "/papers"):
        answer = client.get(f"/t/clinic/admin/admission/{ref}{page}")
        assert answer.location.endswith(f"/admin/members/{ref}")


def test_paths_and_papers_come_from_the_charter(clinic: Clinic) -> None:
    ref = clinic.enter("王秀英")
    with tenant_scope(clinic.tenant):
        offered = admission.options(ref, actor="system")
    paths = {each.code: each for each in offered.paths}
    assert [debt.amount for debt in paths["ordinary"].owed] == [1000]
    assert paths["ordinary"].channels == ("on-site",)
    assert paths["alliance"].owed == ()
    assert offered.defaults == {
        "tier": "vip", "kind": "individual", "path": "ordinary", "channel": "on-site",
    }  # fmt: skip
