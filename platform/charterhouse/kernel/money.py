"""Money is an integer number of fen; a rate is a ratio of integers; nothing is a float."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from charterhouse.kernel.errors import EventError

LIMIT_FEN = 10**13  # 100 billion yuan: beyond this an amount is a mistake.
_LIMIT = LIMIT_FEN // 100
_PLAIN = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", re.ASCII)


def parse_fen(value: object, *, field: str = "amount", signed: bool = False) -> int:
    """Read an amount in yuan (at most two decimals) as fen.

    Args:
        value: an int, a Decimal or a decimal text in yuan. A float is refused,
            because it has already lost what was written.
        field: named in the error.
        signed: whether a negative amount is meaningful here.

    Raises:
        EventError: not a decimal number, more than two decimals, negative or too large.
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise EventError("must be an amount in yuan such as 12.50", field=field)
    if isinstance(value, str) and not _PLAIN.fullmatch(value):
        raise EventError("must be an amount in yuan such as 12.50", field=field)
    yuan = Decimal(value)
    if not yuan.is_finite():
        raise EventError("must be a finite amount in yuan", field=field)
    # Comparisons are exact, while arithmetic on thirty digits rounds and on 1e-999999 gives 0.
    if not -_LIMIT < yuan < _LIMIT:
        raise EventError("is too large", field=field)
    if _has_part_of_fen(yuan):
        raise EventError("has more than two decimals", field=field)
    if yuan < 0 and not signed:
        raise EventError("must not be negative", field=field)
    return int(yuan * 100)


def _has_part_of_fen(yuan: Decimal) -> bool:
    _, digits, exponent = yuan.as_tuple()
    beyond = -2 - int(exponent)
    return beyond > 0 and any(digits[-beyond:])


def show_fen(fen: int) -> str:
    """Write fen as yuan with two decimals: 800 is "8.00", -5 is "-0.05"."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def divide_half_up(numerator: int, denominator: int) -> int:
    """Divide a non-negative by a positive integer; half and more rounds up."""
    return (2 * numerator + denominator) // (2 * denominator)


@dataclass(frozen=True, slots=True)
class Ratio:
    """An exact rate such as 0.80, kept as numerator over denominator."""

    numerator: int
    denominator: int

    @classmethod
    @lru_cache(maxsize=512)
    def of(cls, value: Decimal) -> Ratio:
        """The exact ratio of a finite Decimal."""
        numerator, denominator = value.as_integer_ratio()
        return cls(numerator, denominator)

    @classmethod
    def percent(cls, value: Decimal | int) -> Ratio:
        """The ratio of a percentage: 15 is 15/100."""
        return cls.of(Decimal(value) / 100)

    def half_up(self, quantity: int) -> int:
        """This share of a non-negative integer, half rounded up."""
        return divide_half_up(quantity * self.numerator, self.denominator)
