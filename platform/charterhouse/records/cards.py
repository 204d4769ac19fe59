"""Card numbers: twelve random digits with a check digit, so that a slip of the finger shows."""

from __future__ import annotations

import secrets

from stdnum import luhn


def new_card_number() -> str:
    """A fresh number. Its uniqueness is the register's primary key."""
    digits = f"8{secrets.randbelow(10**10):010d}"
    return str(digits + luhn.calc_check_digit(digits))


def is_card_number(text: str) -> bool:
    """Whether a text has the form and check digit of a card number."""
    return len(text) == 12 and text.isdigit() and bool(luhn.is_valid(text))
