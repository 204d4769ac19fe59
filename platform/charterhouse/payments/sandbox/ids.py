"""Object ids with the prefixes by which people recognise them (docs.stripe.com/api)."""

from __future__ import annotations

import secrets
import string

_LETTERS = string.digits + string.ascii_letters

PREFIXES = {
    "balance_transaction": "txn_1",
    "charge": "ch_3",
    "checkout.session": "cs_test_a1",
    "dispute": "du_1",
    "event": "evt_1",
    "item": "li_1",
    "payment_intent": "pi_3",
    "payment_method": "pm_1",
    "price": "price_1",
    "product": "prod_",
    "refund": "re_3",
    "request": "req_",
    "webhook_endpoint": "we_1",
    "webhook_secret": "whsec_",
}


def new_id(kind: str, *, length: int = 23) -> str:
    """Make an id for an object of this kind."""
    return prefixed(PREFIXES[kind], length=length)


def prefixed(prefix: str, *, length: int = 23) -> str:
    """Make an id with a prefix of its own."""
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(length))
