"""The charter's pages: the document, its versions, and the form that amends its figures."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from charterhouse.desk.charter_form import SettingsForm
from charterhouse.desk.charters import marked
from charterhouse.desk.words import program_now
from charterhouse.tenancy.scope import tenant_scope

if TYPE_CHECKING:
    from tests.web.conftest import Clinic


def said(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def shown(clinic: Clinic) -> dict[str, str]:
    """The form as a browser would send it, unchanged."""
    page = clinic.get("/admin/charter/figures")
    form = page[page.index("<form method") :]
    fields = {
        name: html.unescape(value)
        for name, value in re.findall(r'<input[^>]* name="([\w-]+)"[^>]* value="([^"]*)"', form)
    }
    fields |= {
        name: html.unescape(text)
        for name, text in re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>([^<]*)</textarea>', form)
    }
    for name, body in re.findall(
        r'<select[^>]* name="([\w-]+)"[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', body)
        fields[name] = chosen[1] if chosen else ""
    fields.pop("csrf_token", None)
    return fields


def changes_of(page: str) -> dict[str, object]:
    found = re.search(r'name="changes" value="([^"]*)"', page)
    assert found is not None
    changes: dict[str, object] = json.loads(html.unescape(found[1]))
    return changes


def preview(clinic: Clinic, **changed: str) -> str:
    form = shown(clinic) | changed | {"do": "preview"}
    return clinic.post("/admin/charter/figures?lang=en", form, status=200).text


def save(clinic: Clinic, page: str, effective: str, key: str = "k1", status: int = 303) -> str:
    form = {"changes": json.dumps(changes_of(page)), "effective": effective, "key": key}
    answer = clinic.post(
        "/admin/charter/figures/save?lang=en", form | {"do": "save"}, status=status
    )
    return answer.text


def test_the_document_has_an_anchor_for_every_clause_in_both_languages(clinic: Clinic) -> None:
    page = clinic.get("/admin/charter?both=1", role="cashier")
    with tenant_scope(clinic.tenant):
        numbers = program_now().numbers
    for number in numbers:
        assert f'id="clause-{number}"' in page
    assert "折上折" in page
    assert "Discount on the discount" in page


def test_an_unchanged_form_changes_nothing(clinic: Clinic) -> None:
    assert "Nothing was changed" in preview(clinic)


def test_a_change_is_shown_in_figures_and_wording_with_the_earliest_day(clinic: Clinic) -> None:
    page = preview(clinic, reissue_fee="8", price_factor="0.75")

    assert changes_of(page) == {"reissue_fee": "8", "price_factor": "0.75"}
    assert "¥5.00 ¥8.00" in said(page)
    assert re.search(r"<del>5\.00</del>.*<ins>8\.00</ins>", page, re.DOTALL)
    assert "9 Mar 2026 at the earliest" in said(page)


def test_an_amendment_is_announced_pending_and_then_in_force(clinic: Clinic) -> None:
    page = preview(clinic, reissue_fee="8")
    save(clinic, page, "2026-03-09")

    pending = said(clinic.get("/admin/charter"))
    assert "A new version takes effect on 9 Mar 2026" in pending
    assert "5.00 yuan each time" in pending
    compared = said(clinic.get("/admin/charter/versions"))
    assert "Announced" in compared
    assert "8.00" in compared
    clinic.time.set(clinic.time.now() + timedelta(days=7))
    assert "8.00 yuan each time" in said(clinic.get("/admin/charter", role="cashier"))
    assert "not in force" in said(clinic.get("/admin/charter?version=1", role="cashier"))
    clinic.get("/admin/charter?version=9", role="cashier", status=404)


def test_a_notice_too_short_is_refused_beside_the_day(clinic: Clinic) -> None:
    page = save(clinic, preview(clinic, reissue_fee="8"), "2026-03-08", status=200)

    assert "The notice is too short" in said(page)
    assert 'href="#f-effective"' in page
    assert "announced 7 days before" in said(page)
    assert "Version 2" not in clinic.get("/admin/charter/versions")


def test_the_same_amendment_sent_twice_is_one(clinic: Clinic) -> None:
    page = preview(clinic, reissue_fee="8")
    save(clinic, page, "2026-03-09")
    save(clinic, page, "2026-03-09")

    assert "Version 3" not in clinic.get("/admin/charter/versions")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("reissue_fee", "5.001", "Enter an amount in yuan"),
        ("reissue_fee", "-1", "Enter an amount in yuan"),
        ("price_factor", "1.2", "between 0 and 1"),
        ("term_years", "3.5", "Enter a whole number"),
        ("term_years", "0", "Enter a whole number from 1 to 20"),
        ("referral_scope", "never", "Choose one of the list"),
        ("hotline", "x" * 41, "0 to 40 characters"),
        ("gifts-0-value", "", "Fill in every cell"),
        ("gifts-0-key", "BAD KEY", "small letters"),
        ("gifts-1-key", "umbrella", "two rows"),
        ("default_card_type", "gold", "Choose one of the list"),
    ],
)
def test_what_is_not_valid_is_said_at_its_field(
    clinic: Clinic, name: str, value: str, message: str
) -> None:
    changed = {name: value}
    if name == "gifts-1-key":
        changed = {"gifts-0-key": "umbrella", "gifts-1-key": "umbrella"}
    page = preview(clinic, **changed)
    setting = name.partition("-")[0]

    fault = re.search(rf'id="f-{setting}-error"[^>]*>(.*?)</div>', page, re.DOTALL)
    assert fault is not None, said(page)[:3000]
    assert message in said(fault[1])


def test_tables_take_rows_and_overrides_of_a_tier(clinic: Clinic) -> None:
    page = preview(
        clinic,
        **{
            "gifts-2-key": "towel", "gifts-2-value": "50", "type_overrides-0-tier": "charity",
            "type_overrides-0-setting": "reissue_fee", "type_overrides-0-figure": "0",
        },
    )  # fmt: skip

    assert changes_of(page) == {
        "gifts": {"umbrella": 100, "tea-set": 900, "towel": 50},
        "type_overrides": {"charity": {"reissue_fee": "0"}},
    }


def test_rows_are_added_and_removed_without_scripts(clinic: Clinic) -> None:
    form = shown(clinic)
    more = clinic.post("/admin/charter/figures", form | {"do": "add:gifts"}, status=200).text
    assert 'name="gifts-2-key"' in more
    less = clinic.post("/admin/charter/figures", form | {"do": "remove:gifts:0"}, status=200).text
    assert re.findall(r'name="gifts-\d-key" value="([^"]*)"', less) == ["umbrella"]


def test_back_from_the_preview_the_form_holds_the_new_figures(clinic: Clinic) -> None:
    changes = changes_of(preview(clinic, reissue_fee="8"))
    form = {"do": "edit", "changes": json.dumps(changes)}
    page = clinic.post("/admin/charter/figures", form, status=200).text

    assert re.search(r'name="reissue_fee"[^>]* value="8.00"', page)


def test_only_those_who_may_amend_see_the_form(clinic: Clinic) -> None:
    clinic.get("/admin/charter/figures", role="cashier", status=403)
    clinic.post("/admin/charter/figures/save", {}, role="cashier", status=403)


def test_every_setting_of_the_schema_has_a_kind_that_the_form_knows(clinic: Clinic) -> None:
    with tenant_scope(clinic.tenant):
        program = program_now()
    form = SettingsForm(program)

    assert [each.name for each in form.settings] == list(program.charter.Settings().fields)
    assert "json" not in {each.kind for each in form.settings}


def test_only_the_words_that_differ_are_marked() -> None:
    old, new = marked("补卡5.00元/次", "补卡12.50元/次")
    assert [part for part, differs in old if differs] == ["5.00"]
    assert [part for part, differs in new if differs] == ["12.50"]
    assert "".join(part for part, _ in new) == "补卡12.50元/次"
