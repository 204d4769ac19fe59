"""What the sandbox asks of a request before it does anything."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from charterhouse.payments.gateways.stripe import SandboxHTTPClient
from charterhouse.payments.sandbox.checks import check
from charterhouse.payments.sandbox.errors import ApiError
from charterhouse.payments.sandbox.forms import nested


def change(params: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    spot: Any = params
    *heads, last = path.split(".")
    for head in heads:
        spot = spot[int(head)] if head.isdigit() else spot[head]
    if value is None:
        del spot[last]
    else:
        spot[last] = value
    return params


@pytest.mark.parametrize(
    ("path", "value", "code", "param"),
    [
        ("payment_method_types", ["card"], "parameter_unknown", "payment_method_types"),
        ("colour", "red", "parameter_unknown", "colour"),
        (
            "line_items.0.price_data.colour",
            "red",
            "parameter_unknown",
            "line_items[0][price_data][colour]",
        ),
        ("mode", None, "parameter_missing", "mode"),
        ("mode", "gift", None, "mode"),
        ("mode", "subscription", None, "mode"),
        ("line_items", None, "parameter_missing", "line_items"),
        ("line_items.0.quantity", None, "parameter_missing", "line_items[0][quantity]"),
        ("line_items.0.quantity", "two", "parameter_invalid_integer", "line_items[0][quantity]"),
        ("line_items.0.quantity", 0, "parameter_invalid_integer", "line_items[0][quantity]"),
        (
            "line_items.0.price_data.currency",
            None,
            "parameter_missing",
            "line_items[0][price_data][currency]",
        ),
        ("line_items.0.price_data.currency", "usd", None, "line_items[0][price_data][currency]"),
        (
            "line_items.0.price_data.unit_amount",
            399,
            "amount_too_small",
            "line_items[0][price_data][unit_amount]",
        ),
        (
            "line_items.0.price_data.unit_amount",
            100_000_000,
            "amount_too_large",
            "line_items[0][price_data][unit_amount]",
        ),
        (
            "line_items.0.price_data.unit_amount",
            "199.5",
            "parameter_invalid_integer",
            "line_items[0][price_data][unit_amount]",
        ),
        (
            "line_items.0.price_data.product_data",
            {"description": "x"},
            "parameter_missing",
            "line_items[0][price_data][product_data][name]",
        ),
        (
            "line_items.0.price_data.recurring",
            {"interval": "month"},
            None,
            "line_items[0][price_data][recurring]",
        ),
        ("success_url", None, "parameter_missing", "success_url"),
        ("success_url", "north.example/done", "url_invalid", "success_url"),
        ("success_url", "javascript:alert(1)", "url_invalid", "success_url"),
        ("cancel_url", "", "parameter_invalid_empty", "cancel_url"),
        ("allow_promotion_codes", "maybe", None, "allow_promotion_codes"),
        ("metadata", {"k": "v" * 501}, None, "metadata[k]"),
        ("metadata", {f"k{number}": "v" for number in range(51)}, None, "metadata"),
        ("metadata", "text", None, "metadata"),
        ("client_reference_id", "x" * 201, None, "client_reference_id"),
        ("locale", "tlh", None, "locale"),
        ("ui_mode", "elements", None, "ui_mode"),
    ],
)
def test_an_unusable_parameter_is_refused_by_name(
    client: stripe.StripeClient,
    session_params: dict[str, Any],
    path: str,
    value: Any,
    code: str | None,
    param: str,
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.checkout.sessions.create(change(session_params, path, value))

    assert (caught.value.http_status, caught.value.code, caught.value.param) == (400, code, param)


@pytest.mark.parametrize(("seconds", "fine"), [(1_800, True), (1_790, False), (86_500, False)])
def test_a_session_lives_from_half_an_hour_to_a_day(
    client: stripe.StripeClient,
    session_params: dict[str, Any],
    state: Any,
    seconds: int,
    *,
    fine: bool,
) -> None:
    # One second of slack for a clock that strikes during the test.
    session_params["expires_at"] = state.clock.now() + seconds + (1 if fine else 0)
    if fine:
        client.v1.checkout.sessions.create(session_params)
        return
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.checkout.sessions.create(session_params)
    assert caught.value.param == "expires_at"


def test_the_types_of_the_client_are_what_is_checked() -> None:
    refund = {"amount": "5", "metadata": ""}
    assert check(stripe.params.RefundCreateParams, refund) == {"amount": 5, "metadata": ""}
    assert check(stripe.params.EventListParams, {"created": "12"}) == {"created": 12}
    assert check(stripe.params.EventListParams, {"created": {"gte": "12"}}) == {
        "created": {"gte": 12}
    }
    with pytest.raises(ApiError) as caught:
        check(stripe.params.EventListParams, {"created": {"since": "12"}})
    assert caught.value.param == "created[since]"
    with pytest.raises(ApiError) as caught:
        check(stripe.params.RefundCreateParams, {"reason": "boredom"})
    assert caught.value.param == "reason"


def test_options_of_the_client_are_no_parameters() -> None:
    with pytest.raises(ApiError) as caught:
        check(stripe.params.RefundCreateParams, {"api_key": "x"})
    assert caught.value.code == "parameter_unknown"


def test_bracketed_names_are_read_into_groups_and_lists() -> None:
    pairs = [("a[0][b]", "1"), ("a[1][b]", "2"), ("c[d]", "3"), ("e[]", "4"), ("e[]", "5")]

    assert nested(pairs) == {
        "a": [{"b": "1"}, {"b": "2"}],
        "c": {"d": "3"},
        "e": ["4", "5"],
    }


@pytest.mark.parametrize(
    "pairs",
    [
        [("a", "1"), ("a[b]", "2")],
        [("a[b]", "1"), ("a", "2")],
        [("a[b", "1")],
        [("[a]", "1")],
        [("a" + "[b]" * 50, "1")],
    ],
)
def test_a_malformed_name_is_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(ApiError):
        nested(pairs)


@pytest.mark.parametrize("key", ["sk_test_wrong", "sk_live_1234567890abcdef"])
def test_another_key_is_a_401_in_the_shape_of_the_api(app: Any, key: str) -> None:
    client = stripe.StripeClient(key, http_client=SandboxHTTPClient(app), max_network_retries=0)

    with pytest.raises(stripe.AuthenticationError) as caught:
        client.v1.events.list()

    assert caught.value.http_status == 401
    assert caught.value.error is not None
    assert caught.value.error.type == "invalid_request_error"
    assert key not in str(caught.value)


def test_no_key_and_basic_authentication(browser: Any, state: Any) -> None:
    assert browser.get("/v1/events").status_code == 401
    assert browser.get("/v1/events", auth=(state.api_key, "")).status_code == 200
    broken = {"Authorization": "Basic !!!"}
    assert browser.get("/v1/events", headers=broken).status_code == 401


def test_another_api_version_is_refused(app: Any, state: Any) -> None:
    client = stripe.StripeClient(
        state.api_key, http_client=SandboxHTTPClient(app), stripe_version="2022-11-15"
    )
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.events.list()


def test_an_unknown_account_is_forbidden(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.PermissionError) as caught:
        client.v1.events.list({}, {"stripe_account": "acct_unknown"})
    assert caught.value.http_status == 403


def test_an_unmodelled_call_says_so(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.customers.create({"name": "x"})
    assert caught.value.http_status == 404
    assert "does not know" in str(caught.value)


def test_every_answer_carries_a_request_id(browser: Any, state: Any) -> None:
    answer = browser.get("/v1/events", headers={"Authorization": f"Bearer {state.api_key}"})
    assert answer.headers["Request-Id"].startswith("req_")
    assert answer.headers["Stripe-Version"] == "2026-10-28.endive"


def test_the_clock_of_the_tests_is_the_real_one_plus_an_offset(state: Any) -> None:
    before = state.clock.now()
    state.put_clock_forward(3_600)
    assert 3_600 <= state.clock.now() - before <= 3_602
    assert abs(before - datetime.now(UTC).timestamp()) < 5
    with pytest.raises(ValueError, match="forward"):
        state.put_clock_forward(-1)
