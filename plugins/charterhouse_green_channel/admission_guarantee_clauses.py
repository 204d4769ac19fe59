"""What only the payment guarantee knows: the insurer's money at the hospital, from deposit on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRANT, GUARD, Clause, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.decision import Document
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.errors import EventError
from charterhouse.kernel.ledger import lot_key
from charterhouse.kernel.money import parse_fen

SERVICE = "payment-guarantee"
PAID, TOPPED_UP, DISCHARGED = "deposit-paid", "topped-up", "discharged"
DIFFERENCE = "difference"
_DEPOSITS = "@hospital-deposits"


class Guarantee(Clause):
    """What the insurer has paid to the hospital is kept as a deposit until it is settled.

    Numbers by reason: `settled` (at discharge).

    Args:
        limit: fen of deposit and top-ups of one stay; 0 for none.
        advance: whether the insurer settles the whole bill, and what is not insured is owed.
    """

    def __init__(self, number: str, *, limit: int, advance: bool, **numbers: str) -> None:
        super().__init__(number, **numbers)
        self.limit = limit
        self.advance = advance

    @staticmethod
    def _request(d: Draft, *steps: str) -> Document | None:
        """The request of a guarantee, at one of some steps."""
        request = d.subject
        if request is None or request.content.get("service") != SERVICE:
            return None
        return request if d.body.step in steps else None

    @on("progress", phase=GUARD, rank=60)
    def sound(self, d: Draft) -> Iterator[fx.Effect]:
        """Amounts are amounts, within the limit, and what is covered is part of the whole."""
        if self._request(d, PAID, TOPPED_UP):
            amount = _amount(d, "amount")
            if amount is None or amount == 0:
                yield fx.Lack("amount")
                return
            held = self._held(d)
            if self.limit and held + amount > self.limit:
                yield fx.Refuse("insufficient", "progress.details.amount")
        elif self._request(d, DISCHARGED):
            total, covered = _amount(d, "total"), _amount(d, "covered")
            for name, amount in (("total", total), ("covered", covered)):
                if amount is None:
                    yield fx.Lack(name)
            if total is not None and covered is not None and covered > total:
                number = self.of("settled")
                yield fx.Refuse("not_eligible", "progress.details.covered", number=number)

    def _held(self, d: Draft) -> int:
        """What the insurer has at the hospital for this stay."""
        key = lot_key(d.subject.id if d.subject else "", None)
        lots = d.of_member.lots.get("deposit", ())
        return sum(lot.amount for lot in lots if lot.key == key)

    @on("progress", phase=GRANT, rank=60)
    def pay(self, d: Draft) -> Iterator[fx.Effect]:
        """The deposit grows; at discharge it is settled, and an advance is owed back in part."""
        request = self._request(d, PAID, TOPPED_UP)
        if request is not None:
            amount = _amount(d, "amount") or 0
            yield fx.Credit(d.member, "deposit", amount, request.id, against=_DEPOSITS)
            return
        request = self._request(d, DISCHARGED)
        if request is None:
            return
        number = self.of("settled")
        held = self._held(d)
        if held:
            key = lot_key(request.id, None)
            yield fx.DebitLot(d.member, "deposit", key, held, _DEPOSITS, number=number)
        rest = (_amount(d, "total") or 0) - (_amount(d, "covered") or 0)
        if self.advance and rest > 0:
            before = d.of_member.owed.get(DIFFERENCE)
            owed = rest + (before.amount if before else 0)
            yield fx.Owe(d.member, DIFFERENCE, owed, number=number)
        else:
            yield fx.Cite("settled", number=number)


def _amount(d: Draft, name: str) -> int | None:
    try:
        return parse_fen(detail(d.body, name))
    except EventError:
        return None


def discharge_day(d: Draft, _content: Mapping[str, Any]) -> date:
    """The day of discharge that a notice names."""
    return date.fromisoformat(str(detail(d.body, "discharge_on")))


def notice_too_short(d: Draft, content: Mapping[str, Any]) -> bool:
    """A notice that is not given at least one day before, or names no day."""
    if detail(d.body, "discharge_on") is None:
        return False
    try:
        return d.event.day > discharge_day(d, content) - timedelta(days=1)
    except ValueError:
        return True


__all__ = [
    "DIFFERENCE", "DISCHARGED", "PAID", "SERVICE", "TOPPED_UP", "Guarantee", "discharge_day",
    "notice_too_short",
]  # fmt: skip
