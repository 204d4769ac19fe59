"""The ledger: lots are taken soonest first, never below zero, and everything sums to zero."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from charterhouse.kernel.errors import CharterError
from charterhouse.kernel.ledger import (
    HELD,
    Lot,
    Posting,
    add,
    check_sums,
    lot_key,
    take,
    take_lot,
    total,
)

SOON = datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
LATE = datetime(2027, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))


def _lot(cls: str, amount: int, expires: datetime | None = None) -> Lot:
    return Lot(lot_key(cls, expires), amount, cls, expires)


def test_lots_stand_in_the_order_of_their_expiry_and_merge_when_alike() -> None:
    lots = add(add(add((), _lot("gift", 5)), _lot("earned", 7, LATE)), _lot("earned", 3, SOON))
    lots = add(lots, _lot("earned", 4, SOON))

    assert [(lot.cls, lot.amount, lot.expires) for lot in lots] == [
        ("earned", 7, SOON), ("earned", 7, LATE), ("gift", 5, None),
    ]  # fmt: skip
    assert total(lots) == 19


def test_the_soonest_is_taken_first_and_empty_lots_go() -> None:
    lots = add(add((), _lot("gift", 5)), _lot("earned", 7, SOON))

    left, taken = take(lots, 9)

    assert [(lot.cls, lot.amount) for lot in taken] == [("earned", 7), ("gift", 2)]
    assert [(lot.cls, lot.amount) for lot in left] == [("gift", 3)]
    assert take(lots, 12)[0] == ()
    assert take(lots, 0) == (lots, [])


def test_nothing_is_taken_that_is_not_there() -> None:
    lots = add((), _lot("gift", 5))

    with pytest.raises(CharterError, match="balance of 5 cannot give 6"):
        take(lots, 6)
    with pytest.raises(CharterError, match="cannot give 6"):
        take_lot(lots, "gift", 6)
    with pytest.raises(CharterError, match="'earned' cannot give 1"):
        take_lot(lots, "earned", 1)
    assert take_lot(lots, "gift", 5) == ((), lots[0])


@pytest.mark.parametrize(
    ("amounts", "wrong"),
    [((5, -4), "do not sum"), ((5, 0, -5), "without amount"), ((5,), "do not sum")],
)
def test_postings_that_do_not_sum_to_zero_are_refused(amounts: tuple[int, ...], wrong: str) -> None:
    with pytest.raises(CharterError, match=wrong):
        check_sums(Posting("li", "points", amount, "", "5.1") for amount in amounts)


def test_each_unit_sums_by_itself_and_a_hold_is_of_the_same_unit() -> None:
    check_sums([Posting("li", "points", -5, "", "1"), Posting("li", "points" + HELD, 5, "", "1")])
    with pytest.raises(CharterError, match="do not sum"):
        check_sums([Posting("li", "points", -5, "", "1"), Posting("li", "credit", 5, "", "1")])
    with pytest.raises(CharterError, match="without amount or clause"):
        check_sums([Posting("li", "points", -5, "", ""), Posting("@x", "points", 5, "", "1")])
    assert Posting("@till:cash", "money", 1, "", "1").of_house
