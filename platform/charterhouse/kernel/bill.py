"""Bills and their refunds while they are decided: typed, with declared writers.

`Bill.lines[].net` and `.clause` are written by the kernel from `PriceLine`;
`denied` by `Deny`; `earned` by clauses that earn; tender parts by clauses of
the phase `settle`. A bill becomes a document when its decision is complete.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from charterhouse.kernel.decision import Document
from charterhouse.kernel.kinds import Line
from charterhouse.kernel.money import divide_half_up
from charterhouse.kernel.vocabulary import Refund, Spend

Earned = tuple[str, str, int]
"""Unit, owner and quantity that a clause gave for a bill."""


@dataclass(slots=True)
class PricedLine:
    """A bill line with its net price in fen and the clause that made it."""

    line: Line
    base: int
    net: int
    clause: str = ""

    @classmethod
    def of(cls, line: Line) -> PricedLine:
        """The line at its activity price, else list price, times quantity."""
        base = (line.price if line.offer is None else line.offer) * line.quantity
        return cls(line, base, base)


@dataclass(slots=True)
class Bill:
    """A bill at hand. Amounts are fen.

    Attributes:
        subject: whose bill it is.
        denied: (reason, clause) for each right that is not there; empty: full rights.
        third_party: what insurance or others cover, at most the total.
        earned: clause → what it gave.
    """

    body: Spend
    subject: str
    lines: list[PricedLine]
    denied: list[tuple[str, str]] = field(default_factory=list)
    third_party: int = 0
    from_stored_value: int = 0
    from_credit: int = 0
    from_points: int = 0
    earned: dict[str, Earned] = field(default_factory=dict)

    @classmethod
    def of(cls, body: Spend) -> Bill:
        """The bill of an event; an amount alone is one line of category treatment."""
        lines = body.lines or (Line(item="treatment", price=body.amount or 0),)
        subject = body.member or body.person or ""
        return cls(body, subject, [PricedLine.of(line) for line in lines])

    @property
    def entitled(self) -> bool:
        """Whether the card gives its rights on this bill."""
        return not self.denied

    @property
    def total(self) -> int:
        """The net amount after all price rules."""
        return sum(line.net for line in self.lines)

    @property
    def paid(self) -> int:
        """What is really paid for the member: the total without what others cover."""
        return self.total - self.third_party

    @property
    def to_pay(self) -> int:
        """What is left for the member's other tender."""
        return self.paid - self.from_stored_value - self.from_credit - self.from_points

    def figures(self) -> dict[str, Any]:
        """The figures of the outcome."""
        return {
            "due": self.total,
            "lines": [line.net for line in self.lines],
            "priced": [
                [x.line.item, x.line.category, x.line.price, x.line.offer, x.line.quantity, x.net,
                 x.clause]
                for x in self.lines
            ],
            "entitled": self.entitled,
            "third_party": self.third_party,
            "from_stored_value": self.from_stored_value,
            "from_credit": self.from_credit,
            "from_points": self.from_points,
            "to_pay": self.to_pay,
            "referrer": self.body.referred_by,
        }  # fmt: skip

    def content(self, figures: dict[str, Any], at: str, day: str) -> dict[str, Any]:
        """The bill, with its figures, as the content of a document."""
        return {
            **figures,
            "at": at,
            "day": day,
            "method": self.body.method or "cash",
            "paid": self.paid,
            "refunded": 0,
            "earned": {clause: list(earned) for clause, earned in self.earned.items()},
        }


@dataclass(slots=True)
class RefundOf:
    """A refund at hand, of a bill or a payment. Amounts are fen.

    Attributes:
        original: the document that is refunded.
        amount: what is given back now.
        left: what of the original remains paid afterwards.
        earned: what clauses gave for it, to be rewritten by the recount.
    """

    original: Document
    amount: int
    left: int
    earned: dict[str, Earned]

    @classmethod
    def of(cls, body: Refund, original: Document) -> RefundOf:
        """The refund of an event; without amount or lines all that is left.

        Lines are given back at what was charged for them.

        Raises:
            LookupError: a line is not on the bill.
        """
        left = original.content["paid"] - original.content["refunded"]
        amount = body.amount
        if amount is None and body.lines:
            priced = original.content.get("priced", ())
            amount = sum(_charged(line, priced) for line in body.lines)
        amount = left if amount is None else amount
        earned = {k: (v[0], v[1], v[2]) for k, v in original.content.get("earned", {}).items()}
        return cls(original, amount, left - amount, earned)


def _charged(line: Line, priced: Iterable[list[Any]]) -> int:
    """What a bill charged for a line, or for its share of a larger quantity."""
    rows = [row for row in priced if row[0] == line.item and line.quantity <= row[4]]
    if not rows:
        raise LookupError(line.item)
    row = next((row for row in rows if row[2:4] == [line.price, line.offer]), rows[0])
    return divide_half_up(row[5] * line.quantity, row[4])
