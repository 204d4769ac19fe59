"""Actions on a member: previewed, told once, refused with reason and clause."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest

from charterhouse.desk import members
from charterhouse.desk.people import get_person
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.web.admin.action_specs import ACTIONS

if TYPE_CHECKING:
    from tests.web.conftest import Clinic

    from charterhouse.kernel.standing import Standing


@pytest.fixture(name="wang")
def _wang(clinic: Clinic) -> str:
    ref = clinic.enter("王秀英", phone="13800138000", born="1990-07-08")
    clinic.tell("join", member=ref, path="blood-donor")
    clinic.tell("award", member=ref, points=350, kind="gift")
    return ref


def standing(clinic: Clinic, ref: str) -> Standing:
    with tenant_scope(clinic.tenant):
        return members.file(ref).standing


def said(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", page)))


def act(
    clinic: Clinic,
    ref: str,
    slug: str,
    data: dict[str, Any],
    *,
    confirm: str = "",
    role: str = "owner",
) -> str:
    """Preview and confirm an action; return the words of the preview."""
    where = f"/admin/members/{ref}/do/{slug}?lang=en"
    page = clinic.post(where, {**data, "step": "preview"}, role, 200).text
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None, said(page)
    clinic.post(where, {**data, "step": "confirm", "key": key[1], "confirm": confirm}, role)
    return said(page)


def refused(clinic: Clinic, ref: str, slug: str, data: dict[str, Any]) -> str:
    where = f"/admin/members/{ref}/do/{slug}?lang=en"
    return said(clinic.post(where, {**data, "step": "preview"}, status=422).text)


def test_a_preview_tells_before_and_after_and_changes_nothing(clinic: Clinic, wang: str) -> None:
    where = f"/admin/members/{wang}/do/redeem?lang=en"
    data = {"item": "umbrella", "quantity": "1", "shown": ["card"], "step": "preview"}
    page = said(clinic.post(where, data, status=200).text)
    assert "Points 350 →becomes 250 (−100) §Clause 5.7" in page
    assert standing(clinic, wang).balance("points") == 350


def test_a_confirmed_redemption_is_told_once(clinic: Clinic, wang: str) -> None:
    where = f"/admin/members/{wang}/do/redeem"
    data = {"item": "umbrella", "shown": ["card"], "step": "confirm", "key": "one"}
    for _ in range(3):
        clinic.post(where, data)
    assert standing(clinic, wang).balance("points") == 250


def test_points_are_redeemed_by_number_or_by_gift(clinic: Clinic, wang: str) -> None:
    assert "350 →becomes 230" in act(
        clinic, wang, "redeem", {"item": "", "points": "120", "shown": ["card"]}
    )
    form = clinic.get(f"/admin/members/{wang}/do/redeem")
    assert "Umbrella · 100 points" in form
    assert "670 points are lacking" in form


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"item": "umbrella"}, "The card was not shown §Clause 7A.7 Points are redeemed for gifts"),
        ({"points": "9000", "shown": ["card"]}, "The balance is not sufficient §Clause 5.5"),
        ({"points": "many", "shown": ["card"]}, "must be a whole number"),
        ({"item": "", "shown": ["card"]}, "needs one of item, points"),
    ],
)
def test_refusals_tell_reason_clause_and_text(
    clinic: Clinic, wang: str, data: dict[str, Any], words: str
) -> None:
    page = refused(clinic, wang, "redeem", data)
    assert words in page
    assert " None " not in page


def test_loss_and_reissue_lead_to_the_payment_and_a_new_number(clinic: Clinic, wang: str) -> None:
    old = standing(clinic, wang).card_no
    assert "The ID document was not shown" in refused(clinic, wang, "report-loss", {})
    data = {"shown": ["id"], "occurred_at": "2026-03-02T09:30"}
    assert "Card Active →becomes Reported lost" in act(clinic, wang, "report-loss", data)
    assert standing(clinic, wang).card == "lost"
    page = act(clinic, wang, "reissue-card", {"shown": ["id"], "reason": "遗失"})
    assert "Owed: Reissue fee ¥5.00" in page
    where = f"/admin/members/{wang}/pay"
    clinic.post(where, {"for": "reissue", "method": "cash", "key": "k"})
    now = standing(clinic, wang)
    assert now.card == "active"
    assert now.card_no not in ("", old)
    assert "Void" in clinic.get(f"/admin/members/{wang}")


def test_a_loss_in_the_future_is_refused_beside_its_field(clinic: Clinic, wang: str) -> None:
    page = refused(
        clinic, wang, "report-loss", {"shown": ["id"], "occurred_at": "2026-03-05T09:30"}
    )
    assert "Clause 3.4" in page


def test_a_transfer_asks_for_every_paper_and_the_name(clinic: Clinic, wang: str) -> None:
    heir = clinic.enter("李建国", phone="13900139000")
    found = clinic.get(f"/admin/members/{wang}/do/transfer-card?q=ljg")
    assert f"to={heir}" in found
    data: dict[str, Any] = {"to": heir, "documents.authorisation": "1"}
    page = refused(clinic, wang, "transfer-card", data)
    assert "Missing: Holder's ID card, Application form, Copy of the ID card" in page
    data |= {f"documents.{code}": "1" for code in ("id-document", "application-form", "id-copy")}
    where = f"/admin/members/{wang}/do/transfer-card?lang=en"
    clinic.post(where, {**data, "step": "confirm", "key": "k", "confirm": "somebody"}, status=200)
    assert standing(clinic, wang).status == "active"
    act(clinic, wang, "transfer-card", data, confirm="王秀英")
    assert standing(clinic, wang).status == "ended"
    assert standing(clinic, heir).balance("points") == 350


def test_a_new_holder_may_be_entered_on_the_way(clinic: Clinic, wang: str) -> None:
    sent = clinic.post(f"/admin/admission?then={wang}", {"name": "张丽华"})
    assert re.search(rf"/admin/members/{wang}/do/transfer-card\?to=\d+$", sent.location)


def test_an_award_that_needs_a_reason_says_so(clinic: Clinic, wang: str) -> None:
    data = {"kind": "interaction", "points": "30"}
    assert "Clause 5.4" in refused(clinic, wang, "award", data)
    act(clinic, wang, "award", {**data, "reason": "院刊第 3 期"})
    assert standing(clinic, wang).balance("points") == 380


def test_benefits_offered_are_those_left(clinic: Clinic, wang: str) -> None:
    form = clinic.get(f"/admin/members/{wang}/do/use")
    assert 'value="yearly-gift"' in form
    assert 'value="birthday-check"' not in form
    act(clinic, wang, "use", {"benefit": "yearly-gift", "quantity": "1", "shown": ["card"]})
    assert 'value="yearly-gift"' not in clinic.get(f"/admin/members/{wang}/do/use")


def test_an_upheld_objection_gives_the_points_back(clinic: Clinic, wang: str) -> None:
    clinic.tell("redeem", id="r1", member=wang, item="umbrella")
    page = refused(clinic, wang, "give-back", {"of": "r1", "reason": "objection-upheld"})
    assert "Another step has to come first" in page
    act(clinic, wang, "dispute", {"of": "r1", "reason": "未领取"})
    assert "objection raised" in clinic.get(f"/admin/members/{wang}/do/give-back")
    act(clinic, wang, "give-back", {"of": "r1", "reason": "objection-upheld"})
    assert standing(clinic, wang).balance("points") == 350


def test_a_refund_shows_the_money_and_the_points(clinic: Clinic, wang: str) -> None:
    line = {"item": "us", "category": "exam", "price": "100"}
    clinic.tell("spend", id="b1", member=wang, lines=[line])
    page = act(clinic, wang, "refund", {"of": "b1", "amount": "30.00", "reason": "退检"})
    assert "Given back¥30.00" in page
    assert "Points 430 →becomes 400 (−30)" in page
    assert "Cumulative consumption ¥80.00 →becomes ¥50.00" in page
    assert standing(clinic, wang).balance("points") == 400
    wrong = refused(clinic, wang, "refund", {"of": "b1", "amount": "1.234"})
    assert "two decimals" in wrong


def test_one_members_bill_is_not_refunded_on_anothers_page(clinic: Clinic, wang: str) -> None:
    other = clinic.enter("李建国")
    clinic.tell("join", member=other, path="blood-donor")
    line = {"item": "us", "category": "exam", "price": "100"}
    clinic.tell("spend", id="b1", member=other, lines=[line])
    for step in ("preview", "confirm"):
        data = {"of": "b1", "step": step, "key": "k"}
        page = clinic.post(f"/admin/members/{wang}/do/refund?lang=en", data, status=422)
        assert "no such bill" in page.text
    assert standing(clinic, other).balance("points") == 80


def test_a_sanction_needs_measures_reason_approver_and_the_name(clinic: Clinic, wang: str) -> None:
    data: dict[str, Any] = {"measures": ["cancel_points", "take_card"], "reason": "转借"}
    assert "Clause 7B.6" in refused(clinic, wang, "sanction", data)
    data["approver"] = "院长"
    page = act(clinic, wang, "sanction", data, confirm="王秀英")
    assert "Points 350 →becomes 0" in page
    now = standing(clinic, wang)
    assert (now.balance("points"), now.card) == (0, "void")


def test_incidents_name_the_redemption_that_was_misused(clinic: Clinic, wang: str) -> None:
    clinic.tell("redeem", id="r1", member=wang, item="umbrella")
    clinic.tell("report_loss", member=wang)
    data = {"kind": "card-misuse", "details.redeem": "r1", "note": "他人冒用"}
    act(clinic, wang, "incident", data)
    assert standing(clinic, wang).balance("points") == 350
    assert "他人冒用" in clinic.get(f"/admin/members/{wang}")


def test_details_change_only_with_the_id_and_only_if_they_are_right(
    clinic: Clinic, wang: str
) -> None:
    data = {"changes.phone": "13900139000", "changes.name": ""}
    assert "The ID document was not shown" in refused(clinic, wang, "change-details", data)
    with tenant_scope(clinic.tenant):
        assert get_person(wang).phone == "+8613800138000"
    act(clinic, wang, "change-details", {**data, "shown": ["id"]})
    with tenant_scope(clinic.tenant):
        person = get_person(wang)
    assert (person.phone, person.name) == ("+8613900139000", "王秀英")
    where = f"/admin/members/{wang}/do/change-details?lang=en"
    wrong = {"changes.phone": "12", "shown": ["id"], "step": "confirm", "key": "k"}
    assert "phone number" in said(clinic.post(where, wrong, status=422).text)


def test_actions_need_their_own_right(clinic: Clinic, wang: str) -> None:
    clinic.get(f"/admin/members/{wang}/do/sanction", role="cashier", status=403)
    clinic.get(f"/admin/members/{wang}/do/redeem", role="cashier")
    clinic.get(f"/admin/members/{wang}/do/nonsense", status=404)
    clinic.get("/admin/members/1/do/redeem", status=404)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_form_opens_in_both_languages(clinic: Clinic, wang: str, language: str) -> None:
    for slug in ACTIONS:
        clinic.get(f"/admin/members/{wang}/do/{slug}", language=language)
