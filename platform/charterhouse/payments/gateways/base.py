"""What every payment gateway is to the rest of the house.

Two kinds exist. A *hosted* gateway (`Gateway`) sends the payer to a page of its own and
tells the outcome later, so its answers are only ever a state to be compared with what was
asked for. A *counter* gateway (`CounterGateway`) records money that a member of staff has
already taken. Amounts are integer fen throughout, times are aware.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from charterhouse.payments.gateways.errors import GatewayRequestError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

PaymentStatus = Literal["open", "processing", "paid", "failed", "expired", "canceled"]
RefundStatus = Literal["pending", "succeeded", "failed", "canceled"]
RefundReason = Literal["duplicate", "requested_by_customer"]
Locale = Literal["auto", "zh", "en"]


def _demand(condition: bool, name: str, message: str) -> None:  # noqa: FBT001 - a predicate reads as the first word of a sentence
    if not condition:
        raise GatewayRequestError(message, field=name)


@dataclass(frozen=True, kw_only=True)
class CheckoutRequest:
    """One hosted checkout, for one payment attempt.

    Args:
        reference: The attempt's id; comes back in `PaymentState.reference`.
        amount: What is to be paid, in fen, above zero.
        currency: ISO code in small letters.
        title: What the payer reads on the page. Neutral: never a service that
            reveals a condition.
        success_url: Where the payer returns after paying; `{CHECKOUT_SESSION_ID}` in it
            is replaced by the session's id.
        cancel_url: Where the payer returns after giving up.
        expires_at: When the page stops taking money (aware).
        idempotency_key: The same for every repetition of this very call.
        account: The merchant of record's own account at the gateway, or None.
        locale: Language of the hosted page.

    Raises:
        GatewayRequestError: A field is unusable; `field` names it.
    """

    reference: str
    amount: int
    title: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    idempotency_key: str
    currency: str = "cny"
    account: str | None = None
    locale: Locale = "auto"

    def __post_init__(self) -> None:
        _demand(self.amount > 0, "amount", "Ask for an amount above zero (in fen).")
        _demand(bool(self.reference), "reference", "Give the attempt's id as reference.")
        _demand(bool(self.title.strip()), "title", "Give the page a title.")
        _demand(
            self.currency.islower() and len(self.currency) == 3,
            "currency",
            "Write the currency as three small letters, such as cny.",
        )
        _demand(
            self.expires_at.tzinfo is not None, "expires_at", "Give expires_at with a time zone."
        )
        _demand(bool(self.idempotency_key), "idempotency_key", "Give an idempotency key.")


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """A hosted page that waits for the payer."""

    session_id: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class PaymentState:
    """What the gateway says of one payment now.

    `amount`, `currency` and `reference` are for comparing with what was asked for; a
    difference must be quarantined, never fulfilled. Amounts are fen.

    Args:
        status: `paid` only when the money has been received in full.
        amount: What was asked for.
        received: What has arrived (0 until paid).
        refunded: What has been given back or is on the way back.
        currency: ISO code in small letters.
        reference: The attempt's id as the gateway kept it, None when it has none.
        session_id: The hosted session, None for counter payments.
        payment_id: The business object at the gateway, the base of effect keys; None
            before the payer has tried to pay.
        method: `card`, `alipay`, `wechat_pay`, `cash` …; None before anything was paid.
        paid_at: When the money arrived.
        account: The account asked.
        failure_code: Why the last try failed, in the gateway's words.
        fee: What the gateway kept, None while unknown.
    """

    status: PaymentStatus
    amount: int
    currency: str
    reference: str | None
    received: int = 0
    refunded: int = 0
    session_id: str | None = None
    payment_id: str | None = None
    method: str | None = None
    paid_at: datetime | None = None
    account: str | None = None
    failure_code: str | None = None
    fee: int | None = None


@dataclass(frozen=True, kw_only=True)
class RefundRequest:
    """Give back a part of one payment, by its original channel.

    Args:
        payment_id: `PaymentState.payment_id`.
        amount: How much, in fen, above zero.
        reference: Our refund's id; comes back in `RefundState.reference`.
        idempotency_key: The same for every repetition of this very call.
        account: The account that took the payment, or None.
        reason: Why, in the gateway's vocabulary.

    Raises:
        GatewayRequestError: A field is unusable; `field` names it.
    """

    payment_id: str
    amount: int
    reference: str
    idempotency_key: str
    account: str | None = None
    reason: RefundReason = "requested_by_customer"

    def __post_init__(self) -> None:
        _demand(self.amount > 0, "amount", "Give back an amount above zero (in fen).")
        _demand(bool(self.payment_id), "payment_id", "Say which payment to refund.")
        _demand(bool(self.reference), "reference", "Give the refund's id as reference.")
        _demand(bool(self.idempotency_key), "idempotency_key", "Give an idempotency key.")


@dataclass(frozen=True, kw_only=True)
class RefundState:
    """What the gateway says of one refund now. `pending` is accepted, not done."""

    refund_id: str
    status: RefundStatus
    amount: int
    currency: str
    payment_id: str | None
    reference: str | None = None
    failure_code: str | None = None
    account: str | None = None


@dataclass(frozen=True, kw_only=True)
class GatewayEvent:
    """A verified notice that something changed: a reason to look, not a fact to book.

    Args:
        id: The notice's own id, for the inbox.
        account: The connected account it came from; None for the platform's own.
        type: The gateway's word for what happened.
        object_id: The object to retrieve.
        created: When it happened.
        session_id: The hosted session concerned, when the notice is about one.
        payment_id: The payment concerned, as far as the notice says.
    """

    id: str
    account: str | None
    type: str
    object_id: str
    created: datetime
    session_id: str | None = None
    payment_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Movement:
    """One line of the gateway's own book, for reconciliation. Amounts are signed fen."""

    id: str
    type: str
    amount: int
    fee: int
    net: int
    currency: str
    created: datetime
    source_id: str | None = None
    payment_id: str | None = None
    reference: str | None = None
    account: str | None = None


class Gateway(Protocol):
    """A gateway with a hosted page. Every method raises `GatewayError` and nothing else."""

    @property
    def name(self) -> str:
        """The word by which orders and URLs name this gateway."""
        ...

    def create_checkout(self, request: CheckoutRequest) -> Checkout:
        """Open a hosted page. Repeating the call with the same key opens no second one."""
        ...

    def retrieve(self, session_id: str, *, account: str | None = None) -> PaymentState:
        """Ask for the state of a hosted session and of the payment behind it."""
        ...

    def retrieve_payment(self, payment_id: str, *, account: str | None = None) -> PaymentState:
        """Ask for the state of a payment by its own id."""
        ...

    def expire(self, session_id: str, *, account: str | None = None) -> PaymentState:
        """Close a hosted page. Answers the state found when it was no longer open."""
        ...

    def refund(self, request: RefundRequest) -> RefundState:
        """Ask for a refund. The answer may be `pending`."""
        ...

    def retrieve_refund(self, refund_id: str, *, account: str | None = None) -> RefundState:
        """Ask for the state of a refund."""
        ...

    def movements(
        self, since: datetime, until: datetime, *, account: str | None = None
    ) -> Iterator[Movement]:
        """List the gateway's book from `since` (included) to `until` (excluded)."""
        ...

    def parse_webhook(self, raw: bytes, signature: str | None) -> GatewayEvent:
        """Verify and read a notice.

        Args:
            raw: The body exactly as received.
            signature: The signature header, None when it was missing.

        Raises:
            WebhookSignatureError: The notice is not from the gateway, or is stale.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Tender:
    """Money taken at the counter.

    Args:
        reference: The attempt's id.
        amount: What was taken, in fen.
        kind: `cash`, `card`, `transfer`, `wechat_pay` or `alipay`, of `desk.terms.METHODS`.
        drawer: The till or terminal that holds the money.
        cashier: Who took it.
        taken_at: When (aware).
        slip: The number on the terminal's slip or the bank's advice; None for cash.
        approver: A second person, for large amounts.
        currency: ISO code in small letters.
    """

    reference: str
    amount: int
    kind: str
    drawer: str
    cashier: str
    taken_at: datetime
    slip: str | None = None
    approver: str | None = None
    currency: str = "cny"


@dataclass(frozen=True, kw_only=True)
class Payout:
    """Money given back at the counter, against a receipt.

    Args:
        payment_id: The receipt of the payment it goes back to, or a hosted payment whose
            own channel has closed.
        reference: Our refund's id.
        amount: What was given, in fen.
        kind: As in `Tender`.
        drawer: The till it came from.
        cashier: Who gave it.
        given_at: When (aware).
        approver: A second person, for large amounts.
        currency: ISO code in small letters.
    """

    payment_id: str
    reference: str
    amount: int
    kind: str
    drawer: str
    cashier: str
    given_at: datetime
    approver: str | None = None
    currency: str = "cny"


class CounterGateway(Protocol):
    """A gateway for money in staff's hands: done at once, or refused."""

    @property
    def name(self) -> str:
        """The word by which orders name this gateway."""
        ...

    def take(self, tender: Tender) -> PaymentState:
        """Record money taken; the state is `paid` and `payment_id` is the receipt."""
        ...

    def give(self, payout: Payout) -> RefundState:
        """Record money given back; the state is `succeeded`."""
        ...
