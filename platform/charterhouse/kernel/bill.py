"""Bills and their refunds while they are decided: typed, with declared writers.

`Bill.lines[].net` and `.clause` are written by the kernel from `PriceLine`;
`denied` by `Deny`; `earned` by clauses that earn; tender parts by clauses of
the phase `settle`. A bill becomes a document when its decision is complete.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from charterhouse.kernel.decision import Document
from charterhouse.kernel.kinds import Line
from charterhouse.kernel.money import divide_half_up
from charterhouse.kernel.vocabulary import Refund, Spend


class Earned(NamedTuple):
    """What a clause gave for a bill, and the mark by which a refund counts anew."""

    unit: str
    owner: str
    quantity: int
    mark: Any = None


class Part(NamedTuple):
    """A line of a bill as earning clauses see it: what it is, and its net amount in fen."""

    item: str
    category: str
    department: str
    net: int


@dataclass(slots=True)
class PricedLine:
    """A bill line with its net price in fen and the clause that made it."""

    line: Line
    base: int
    net: int
    clause: str = ""
    free: int = 0

    @classmethod
    def of(cls, line: Line) -> PricedLine:
        """The line at its activity price, else list price, times quantity."""
        base = (line.price if line.offer is None else line.offer) * line.quantity
        return cls(line, base, base)

    @property
    def charged(self) -> int:
        """The units that are not free."""
        return self.line.quantity - self.free

    @property
    def listed(self) -> int:
        """The list price of the charged units, in fen."""
        return self.line.price * self.charged

    def waive(self, units: int) -> None:
        """Let units cost nothing."""
        self.free += units
        unit = self.line.price if self.line.offer is None else self.line.offer
        self.base = self.net = unit * self.charged


@dataclass(slots=True)
class Bill:
    """A bill at hand. Amounts are fen.

    Attributes:
        subject: whose bill it is.
        denied: (reason, clause) for each right that is not there; empty: full rights.
        third_party: what insurance or others cover, at most the total.
        earned: clause → what it gave.
        taken: source of a tender → the parts of lots that gave it.
        uses: benefits used up by free lines, with the parts of lots that gave them.
        referrer: who introduced its person: named by the bill, or known from before.
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
    taken: dict[str, list[list[Any]]] = field(default_factory=dict)
    referrer: str | None = None
    uses: list[list[Any]] = field(default_factory=list)
    _total: int | None = None

    def tender(self, source: str, amount: int, parts: list[list[Any]]) -> None:
        """Settle fen from a source, and keep which lots gave it."""
        if source == "stored_value":
            self.from_stored_value += amount
        elif source == "credit":
            self.from_credit += amount
        else:
            self.from_points += amount
        self.taken.setdefault(source, []).extend(parts)

    @classmethod
    def of(cls, body: Spend) -> Bill:
        """The bill of an event; an amount alone is one line of category treatment."""
        lines = body.lines or (Line(item="treatment", price=body.amount or 0),)
        subject = body.member or body.person or ""
        priced = [PricedLine.of(line) for line in lines]
        return cls(body, subject, priced, referrer=body.referred_by)

    @property
    def entitled(self) -> bool:
        """Whether the card gives its rights on this bill."""
        return not self.denied

    def sum_up(self) -> None:
        """The prices are final: keep their sum, and what others cover of it."""
        self._total = sum([line.net for line in self.lines])
        self.third_party = min(self.body.third_party, self._total)

    @property
    def total(self) -> int:
        """The net amount after all price rules."""
        return sum([line.net for line in self.lines]) if self._total is None else self._total

    @property
    def paid(self) -> int:
        """What is paid for the member: the total without what others cover."""
        return self.total - self.third_party

    @property
    def money(self) -> int:
        """What is really paid in money, stored value included: not by credit or points."""
        return self.paid - self.from_credit - self.from_points

    @property
    def parts(self) -> tuple[Part, ...]:
        """The lines as earning clauses see them."""
        return tuple(
            Part(x.line.item, x.line.category, x.line.department or "", x.net) for x in self.lines
        )

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
            "referrer": self.referrer,
        }  # fmt: skip

    def content(self, figures: dict[str, Any], at: str, day: str) -> dict[str, Any]:
        """The bill, with its figures, as the content of a document."""
        return {
            **figures,
            "at": at,
            "day": day,
            "method": self.body.method or "cash",
            "paid": self.paid,
            "money": self.money,
            "refunded": 0,
            "taken": self.taken,
            "uses": self.uses,
            "visit": self.body.visit,
            "episode": self.body.episode,
            "departments": [x.line.department for x in self.lines],
            "earned": {clause: list(earned) for clause, earned in self.earned.items()},
        }


@dataclass(slots=True)
class RefundOf:
    """A refund at hand, of a bill or a payment. Amounts are fen.

    Attributes:
        original: the document that is refunded.
        amount: what is given back now.
        left: what of the original remains paid afterwards.
        money_left: what of it remains paid in money; money is given back first.
        parts_left: the lines that remain of a bill, for what is earned line by line.
        earned: what clauses gave for it, to be rewritten by the recount.
    """

    original: Document
    amount: int
    left: int
    money_left: int
    parts_left: tuple[Part, ...]
    earned: dict[str, Earned]

    @classmethod
    def of(cls, body: Refund, original: Document) -> RefundOf:
        """The refund of an event; without amount or lines all that is left.

        Lines are given back at what was charged for them.

        Raises:
            LookupError: a line is not on the bill.
        """
        content = original.content
        left = content["paid"] - content["refunded"]
        amount = body.amount
        if amount is None and body.lines:
            amount = sum(_charged(line, content.get("priced", ())) for line in body.lines)
        amount = left if amount is None else amount
        earned = {k: Earned(*v) for k, v in content.get("earned", {}).items()}
        money = max(0, content.get("money", content["paid"]) - content["refunded"] - amount)
        parts = _parts_left(body, content, left - amount)
        return cls(original, amount, left - amount, money, parts, earned)


def _parts_left(body: Refund, content: Mapping[str, Any], left: int) -> tuple[Part, ...]:
    """The lines that remain: those given back are gone, an amount is taken from all alike."""
    priced = content.get("priced", ())
    kept = content.get("kept") or [row[5] for row in priced]
    departments = content.get("departments") or [None] * len(priced)
    nets = list(kept)
    if body.lines and body.amount is None:
        for line in body.lines:
            index = _row_of(line, priced)
            nets[index] = max(0, nets[index] - _charged(line, priced))
    elif sum(nets):
        whole = sum(nets)
        # What others cover is not given back: it stays on the lines.
        stays = max(0, left) + content.get("third_party", 0)
        nets = [net * min(stays, whole) // whole for net in nets]
    return tuple(
        Part(row[0], row[1], department or "", net)
        for row, department, net in zip(priced, departments, nets, strict=True)
    )


def _row_of(line: Line, priced: Sequence[list[Any]]) -> int:
    rows = [i for i, row in enumerate(priced) if row[0] == line.item and line.quantity <= row[4]]
    if not rows:
        raise LookupError(line.item)
    return next((i for i in rows if priced[i][2:4] == [line.price, line.offer]), rows[0])


def _charged(line: Line, priced: Sequence[list[Any]]) -> int:
    """What a bill charged for a line, or for its share of a larger quantity."""
    row = priced[_row_of(line, priced)]
    return divide_half_up(row[5] * line.quantity, row[4])
