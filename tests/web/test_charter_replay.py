"""An amendment is tried out on what has happened before it is announced."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from charterhouse.desk import replays
from charterhouse.desk.replays import Bounds
from charterhouse.web.admin import charter_replay

if TYPE_CHECKING:
    from tests.web.conftest import Clinic

PATH = "/admin/charter/figures/replay"


def said(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def tried(clinic: Clinic, changes: Any, *, language: str = "en") -> str:
    form = {"changes": json.dumps(changes), "effective": "2026-04-01", "note": "why", "key": "k"}
    return clinic.post(f"{PATH}?lang={language}", form, status=200).text


@pytest.fixture(name="ref")
def _ref(clinic: Clinic) -> str:
    """A member with a bill of the day and one of long ago."""
    clinic.time.set(datetime(2024, 6, 3, 2, tzinfo=UTC))
    ref = clinic.enter("沈一一", born="1990-07-08")
    clinic.tell("join", member=ref, path="ordinary")
    clinic.tell("spend", id="old", member=ref, amount="1000.00")
    clinic.time.set(datetime(2026, 3, 2, 2, tzinfo=UTC))
    clinic.tell("spend", id="new", member=ref, amount="200.00")
    return ref


def test_a_changed_factor_is_told_with_clause_and_member(clinic: Clinic, ref: str) -> None:
    page = tried(clinic, {"price_factor": "0.50"})
    text = said(page)

    assert "Discounts given ¥40.00 ¥100.00 +¥60.00" in text, "the bill of 2024 is too old"
    assert "▮" * 50 in re.sub(r"\s", "", text)
    assert f"/admin/members/{ref}" in page
    assert "#clause-2.2" in page
    assert "沈一一" not in page, "people are told by their cards"
    assert "The replay was not finished" not in text


def test_the_amendment_goes_on_where_it_was_left(clinic: Clinic, ref: str) -> None:
    page = tried(clinic, {"price_factor": "0.50"})
    form = {
        name: html.unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
        if name != "csrf_token"
    }
    assert json.loads(form["changes"]) == {"price_factor": "0.50"}
    back = clinic.post("/admin/charter/figures/save?lang=en", form | {"do": "check"}, status=200)
    assert 'value="2026-04-01"' in back.text
    assert "why" in back.text
    assert f'formaction="/t/clinic{PATH}"' in back.text, "the way here"
    assert "Version 2" not in clinic.get("/admin/charter/versions"), "nothing was announced"


def test_what_changes_nothing_is_said_in_both_languages(clinic: Clinic, ref: str) -> None:
    assert "Nothing would have been different" in tried(clinic, {"reissue_fee": "9.00"})
    assert "没有任何差别" in tried(clinic, {"reissue_fee": "9.00"}, language="zh")


def test_the_page_is_sent_while_the_replay_goes_on(
    clinic: Clinic, ref: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replays, "_STEP", 1)
    client = clinic.browser("owner")
    token = client.get("/t/clinic/test-token").text
    form = {"csrf_token": token, "changes": '{"price_factor": "0.50"}'}
    answer = client.post(f"/t/clinic{PATH}?lang=en", data=form, buffered=False)
    parts = [part.decode() for part in answer.iter_encoded()]

    assert len([part for part in parts if "▮" in part]) == 3, "one for each event"
    assert "".join(parts).count("▮") == 50
    # Whoever goes away in the middle leaves nothing open behind.
    gone = client.post(f"/t/clinic{PATH}?lang=en", data=form, buffered=False)
    next(iter(gone.iter_encoded()))
    assert clinic.get("/admin/charter/versions")
    gone.close()
    assert "Discounts given" in tried(clinic, {"price_factor": "0.50"})


def test_too_much_is_said_beside_the_bar(
    clinic: Clinic, ref: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charter_replay, "BOUNDS", Bounds(events=2, seconds=60))
    text = said(tried(clinic, {"price_factor": "0.50"}))

    assert "The replay was not finished Too much has happened" in text
    assert "Discounts" not in text


def test_figures_that_do_not_hold_are_said(clinic: Clinic, ref: str) -> None:
    assert "contradict each other" in said(tried(clinic, {"price_factor": "7"}))


@pytest.mark.parametrize("changes", ["", "[1]", "{", "{}"])
def test_changes_that_cannot_be_read_are_refused(clinic: Clinic, changes: str) -> None:
    assert clinic.post(PATH, {"changes": changes}, status=422)


def test_only_who_may_amend_may_try(clinic: Clinic) -> None:
    clinic.post(PATH, {"changes": '{"price_factor": "0.50"}'}, role="cashier", status=403)
