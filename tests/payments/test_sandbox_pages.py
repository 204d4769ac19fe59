"""The hosted page as a payer sees it."""

from __future__ import annotations

import re
from typing import Any

import pytest

ENGLISH = {"Accept-Language": "en-GB,en;q=0.8"}


def text(browser: Any, address: str, **headers: str) -> str:
    answer = browser.get(address, headers=headers)
    assert answer.status_code == 200
    body: str = answer.get_data(as_text=True)
    return body


def test_the_page_tells_what_to_pay_to_whom_and_until_when(
    browser: Any, create: Any, state: Any
) -> None:
    state.add_account("acct_1Q", "North & South clinic")
    session = create(stripe_account="acct_1Q")
    page = text(browser, f"/pay/{session.id}", **ENGLISH)

    assert "¥199.00" in page
    assert "North &amp; South clinic" in page
    assert "Membership service" in page
    assert re.search(r"Please pay within 3[12] minutes", page)
    assert "Test mode: no money moves" in page


@pytest.mark.parametrize(
    ("passed", "told"),
    [(0, "within 23 hours"), (82_860, "within 59 minutes"), (86_350, "a minute")],
)
def test_the_time_left_is_told_in_words(
    browser: Any,
    create: Any,
    session_params: dict[str, Any],
    state: Any,
    passed: int,
    told: str,
) -> None:
    session_params["expires_at"] = state.clock.now() + 86_390
    session = create()
    state.put_clock_forward(passed)
    assert told in text(browser, f"/pay/{session.id}", **ENGLISH)


def test_the_language_comes_from_the_address_the_session_or_the_browser(
    browser: Any, create: Any, session_params: dict[str, Any]
) -> None:
    plain = f"/pay/{create().id}"
    assert 'lang="zh-CN"' in text(browser, plain)
    assert 'lang="en"' in text(browser, plain, **ENGLISH)
    assert "选择支付方式" in text(browser, f"{plain}?lang=zh", **ENGLISH)
    session_params["locale"] = "zh"
    assert "选择支付方式" in text(browser, f"/pay/{create().id}", **ENGLISH)
    assert "Choose how to pay" in text(browser, f"/pay/{create().id}?lang=en")


@pytest.mark.parametrize("method", ["alipay", "wechat_pay"])
def test_wallets_show_a_code_and_four_ways_on(browser: Any, create: Any, method: str) -> None:
    page = text(browser, f"/pay/{create().id}?method={method}", **ENGLISH)

    assert "<svg" in page
    assert re.findall(r'name="action" value="(\w+)"', page) == ["pay", "fail", "late", "abandon"]
    assert f'name="method" value="{method}"' in page


def test_the_card_form_takes_only_test_cards(browser: Any, create: Any, act: Any) -> None:
    session = create()
    page = text(browser, f"/pay/{session.id}", **ENGLISH)
    assert re.findall(r'name="action" value="(\w+)"', page) == ["pay", "fail", "abandon"]
    refused = act(session.id, "pay", "card", "1234")
    assert "Only test card numbers" in text(browser, refused.location, **ENGLISH)
    declined = act(session.id, "pay", "card", "4000000000000002")
    assert 'role="alert"' in text(browser, declined.location)


def test_giving_up_leads_back_and_leaves_the_session_open(
    browser: Any, create: Any, act: Any, client: Any
) -> None:
    session = create()
    answer = act(session.id, "abandon")
    assert (answer.status_code, answer.location) == (303, "https://north.example/back")
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_a_finished_page_takes_no_second_payment(
    browser: Any, create: Any, act: Any, client: Any
) -> None:
    session = create()
    act(session.id)
    again = act(session.id)

    assert again.status_code == 303
    page = text(browser, again.location, **ENGLISH)
    assert "Payment complete" in page
    assert f'href="https://north.example/done?session={session.id}"' in page
    assert "<form" not in page
    assert len(client.v1.charges.list().data) == 1


def test_an_expired_page_says_so(browser: Any, create: Any, act: Any, state: Any) -> None:
    session = create()
    state.put_clock_forward(2_000)
    page = text(browser, f"/pay/{session.id}", **ENGLISH)
    assert "has expired" in page
    assert "<form" not in page
    assert act(session.id).location.startswith("/pay/")


def test_an_unknown_page_is_a_404_in_the_readers_language(browser: Any) -> None:
    for address in ("/pay/cs_test_a1none", "/pay/none"):
        answer = browser.get(address, headers=ENGLISH)
        assert answer.status_code == 404
        assert "no such payment page" in answer.get_data(as_text=True)
        assert browser.post(address, data={"action": "pay"}).status_code == 404


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"action": "steal", "method": "alipay"},
        {"action": "pay", "method": "shells"},
        {"action": "late", "method": "card"},
    ],
)
def test_an_unknown_action_changes_nothing(
    browser: Any, create: Any, client: Any, form: dict[str, str]
) -> None:
    session = create()
    assert browser.post(f"/pay/{session.id}", data=form).status_code == 400
    assert client.v1.checkout.sessions.retrieve(session.id).payment_intent is None
    assert client.v1.events.list().data == []


def test_nothing_runs_in_the_browser_and_forms_lead_to_the_merchant_only(
    browser: Any, create: Any
) -> None:
    for method in ("card", "alipay"):
        answer = browser.get(f"/pay/{create().id}?method={method}")
        page = answer.get_data(as_text=True)
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", page)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self' https://north.example" in policy
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_style_sheet_is_served_and_works_below_a_prefix(browser: Any, create: Any) -> None:
    page = text(browser, f"/pay/{create().id}")
    found = re.search(r'href="([^"]+\.css)"', page)
    assert found is not None
    with browser.get(found.group(1)) as sheet:
        assert sheet.mimetype == "text/css"

    mounted = browser.get(
        f"/pay/{create().id}", environ_overrides={"SCRIPT_NAME": "/sandbox"}
    ).get_data(as_text=True)
    assert 'href="/sandbox/pay-assets/pay.css"' in mounted
    assert 'action="/sandbox/pay/cs_test_' in mounted


def test_what_the_merchant_writes_is_escaped(
    browser: Any, create: Any, session_params: dict[str, Any]
) -> None:
    data = session_params["line_items"][0]["price_data"]["product_data"]
    data["name"] = "<script>alert(1)</script>"
    assert "<script" not in text(browser, f"/pay/{create().id}")
