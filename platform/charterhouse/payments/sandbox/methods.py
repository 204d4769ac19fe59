"""The payment methods on the hosted page, and the cards that the sandbox knows."""

from __future__ import annotations

from dataclasses import dataclass

DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Method:
    """How one payment method behaves.

    Args:
        code: The API's word.
        charge_prefix: Card charges are `ch_`, all others `py_`.
        refund_prefix: Likewise.
        fee_basis_points: The rate kept by the gateway; made up, but plausible.
        fee_fixed: Fen kept besides.
        refund_days: For how long refunds are taken, None without limit.
        slow_refund: Whether a refund is only accepted at first.
    """

    code: str
    charge_prefix: str = "py_3"
    refund_prefix: str = "pyr_1"
    fee_basis_points: int = 220
    fee_fixed: int = 0
    refund_days: int | None = None
    slow_refund: bool = True

    def fee(self, amount: int) -> int:
        """Compute what the gateway keeps of an amount (both fen), rounded half up."""
        return (amount * self.fee_basis_points + 5_000) // 10_000 + self.fee_fixed


METHODS = {
    method.code: method
    for method in (
        # docs.stripe.com/refunds: card refunds are submitted at once.
        Method(
            code="card",
            charge_prefix="ch_3",
            refund_prefix="re_3",
            fee_basis_points=340,
            fee_fixed=200,
            slow_refund=False,
        ),
        # docs.stripe.com/payments/alipay: refunds within 90 days, no disputes.
        Method(code="alipay", refund_days=90),
        # docs.stripe.com/payments/wechat-pay: refunds within 180 days, no disputes.
        Method(code="wechat_pay", refund_days=180),
    )
}


@dataclass(frozen=True)
class Card:
    """A test card (docs.stripe.com/testing): what it does and how it looks."""

    brand: str
    code: str | None = None
    decline_code: str | None = None
    disputed: bool = False


CARDS = {
    "4242424242424242": Card("visa"),
    "5555555555554444": Card("mastercard"),
    "4000000000000002": Card("visa", "card_declined", "generic_decline"),
    "4000000000009995": Card("visa", "card_declined", "insufficient_funds"),
    "4000000000000069": Card("visa", "expired_card"),
    "4000000000000259": Card("visa", disputed=True),
}
