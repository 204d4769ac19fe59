"""Answers have every key that the API documents, whatever the object's state."""

from __future__ import annotations

from typing import Any

import pytest
import stripe
import stripe.checkout

KEYS = {
    "checkout.session": """
        id object adaptive_pricing after_expiration allow_promotion_codes amount_subtotal
        amount_total automatic_tax billing_address_collection cancel_url client_reference_id
        client_secret collected_information consent consent_collection created currency
        currency_conversion custom_fields custom_text customer customer_account
        customer_creation customer_details customer_email discounts expires_at
        integration_identifier invoice invoice_creation livemode locale managed_payments
        metadata mode origin_context payment_intent payment_link payment_method_collection
        payment_method_configuration_details payment_method_options payment_method_types
        payment_status permissions phone_number_collection recovered_from
        saved_payment_method_options setup_intent shipping_address_collection shipping_cost
        shipping_options status submit_type subscription success_url total_details ui_mode
        url wallet_options
    """,
    "payment_intent": """
        id object amount amount_capturable amount_details amount_received application
        application_fee_amount automatic_payment_methods canceled_at cancellation_reason
        capture_method client_secret confirmation_method created currency customer
        customer_account description excluded_payment_method_types last_payment_error
        latest_charge livemode managed_payments metadata next_action on_behalf_of
        payment_method payment_method_configuration_details payment_method_options
        payment_method_types processing receipt_email review setup_future_usage shipping
        source statement_descriptor statement_descriptor_suffix status transfer_data
        transfer_group
    """,
    "charge": """
        id object amount amount_captured amount_refunded application application_fee
        application_fee_amount balance_transaction billing_details
        calculated_statement_descriptor captured created currency customer description
        disputed failure_balance_transaction failure_code failure_message fraud_details
        livemode metadata on_behalf_of outcome paid payment_intent payment_method
        payment_method_details receipt_email receipt_number receipt_url refunded review
        shipping source source_transfer statement_descriptor statement_descriptor_suffix
        status transfer_data transfer_group
    """,
    "balance_transaction": """
        id object amount available_on balance_type created currency description
        exchange_rate fee fee_details net reporting_category source status type
    """,
    "refund": """
        id object amount balance_transaction charge created currency customer
        customer_account destination_details metadata payment_intent payment_method reason
        receipt_number source_transfer_reversal status transfer_reversal
    """,
    "dispute": """
        id object amount balance_transactions charge created currency
        enhanced_eligibility_types evidence evidence_details is_charge_refundable livemode
        metadata payment_intent payment_method_details reason status
    """,
    "event": """
        id object api_version created data livemode pending_webhooks request type
    """,
    "webhook_endpoint": """
        id object api_version application created description enabled_events livemode
        metadata status url
    """,
}
CLASSES: dict[str, Any] = {
    "checkout.session": stripe.checkout.Session,
    "payment_intent": stripe.PaymentIntent,
    "charge": stripe.Charge,
    "balance_transaction": stripe.BalanceTransaction,
    "refund": stripe.Refund,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "webhook_endpoint": stripe.WebhookEndpoint,
}


@pytest.fixture
def answers(
    client: stripe.StripeClient, create: Any, act: Any, state: Any
) -> dict[str, list[dict[str, Any]]]:
    """Every kind of object in many states, as the API lists them."""
    state.add_endpoint("https://house.example/hook")
    create()
    act(create().id, "fail", "wechat_pay")
    act(create().id, "late", "wechat_pay")
    act(create().id, "pay", "alipay")
    act(create().id, "pay", "card", "4242424242424242")
    act(create().id, "pay", "card", "4000000000000259")
    client.v1.checkout.sessions.expire(create().id)
    for charge in client.v1.charges.list().data:
        if charge.paid and not charge.disputed:
            client.v1.refunds.create({"charge": charge.id})
    v1 = client.v1
    pages: dict[str, Any] = {
        "checkout.session": v1.checkout.sessions,
        "payment_intent": v1.payment_intents,
        "charge": v1.charges,
        "balance_transaction": v1.balance_transactions,
        "refund": v1.refunds,
        "dispute": v1.disputes,
        "event": v1.events,
        "webhook_endpoint": v1.webhook_endpoints,
    }
    return {
        kind: [one.to_dict() for one in service.list({"limit": 100}).data]
        for kind, service in pages.items()
    }


def test_every_documented_key_is_there(answers: dict[str, list[dict[str, Any]]]) -> None:
    for kind, found in answers.items():
        assert found
        for one in found:
            assert set(KEYS[kind].split()) - one.keys() == set(), kind


def test_no_key_is_made_up(answers: dict[str, list[dict[str, Any]]]) -> None:
    for kind, found in answers.items():
        known = set(CLASSES[kind].__annotations__) | set(KEYS[kind].split())
        for one in found:
            assert one.keys() - known == set(), kind
            assert one["object"] == kind


def test_ids_have_the_prefixes_that_people_know(
    answers: dict[str, list[dict[str, Any]]],
) -> None:
    prefixes = {
        "checkout.session": ("cs_test_",),
        "payment_intent": ("pi_",),
        "charge": ("ch_", "py_"),
        "balance_transaction": ("txn_",),
        "refund": ("re_", "pyr_"),
        "dispute": ("du_",),
        "event": ("evt_",),
        "webhook_endpoint": ("we_",),
    }
    for kind, found in answers.items():
        assert all(one["id"].startswith(prefixes[kind]) for one in found)
        assert {
            prefix
            for prefix in prefixes[kind]
            if any(one["id"].startswith(prefix) for one in found)
        } == set(prefixes[kind])


def test_events_carry_snapshots_without_notes(answers: dict[str, list[dict[str, Any]]]) -> None:
    for event in answers["event"]:
        subject = event["data"]["object"]
        assert set(KEYS[subject["object"]].split()) - subject.keys() == set()
        assert not [key for key in subject if key.startswith("_")]
        assert event["api_version"] == "2026-10-28.endive"
