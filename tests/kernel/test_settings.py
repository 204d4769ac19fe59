"""Settings are read strictly, and versions of them hold from their day on."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from charterhouse.kernel.errors import CharterError, SettingsError
from charterhouse.kernel.events import parse_body
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.program import Book, Program, Version
from charterhouse.kernel.scenario.orders import rearranged
from charterhouse_gynecology.vip_card import VipCard

ZONE = ZoneInfo("Asia/Shanghai")


def _at(day: int, month: int = 4) -> datetime:
    return datetime(2025, month, day, tzinfo=ZONE)


def test_defaults_are_those_of_the_specification() -> None:
    s = Program(VipCard(), {}).settings

    assert (s.default_card_type, s.price_factor, s.referral_scope) == (
        "vip",
        Decimal("0.80"),
        "first_visit",
    )
    assert (s.donation_per_card, s.ordinary_donation, s.reissue_fee) == (1000, 1000, 500)
    assert (s.term_years, s.points_per_yuan, s.referral_percent) == (3, 1, 15)
    assert (s.loss_report_hours, s.dispute_days, s.notice_days, s.yearly_gifts) == (24, 3, 7, 1)
    assert (s.card_expiring_days, s.points_reset_days) == (30, 30)
    assert (s.gifts, s.excluded_items, s.type_overrides) == ({}, [], {})
    with pytest.raises(AttributeError, match="no setting 'colour'"):
        _ = s.colour


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unknown": ({"colour": "red"}, "colour"),
    "float": ({"price_factor": 0.8}, "price_factor"),
    "above one": ({"price_factor": "1.01"}, "price_factor"),
    "below zero": ({"price_factor": Decimal("-0.01")}, "price_factor"),
    "no number": ({"price_factor": "NaN"}, "price_factor"),
    "true": ({"price_factor": True}, "price_factor"),
    "float amount": ({"reissue_fee": 5.0}, "reissue_fee"),
    "three decimals": ({"reissue_fee": "5.005"}, "reissue_fee"),
    "negative amount": ({"donation_per_card": "-1"}, "donation_per_card"),
    "half a year": ({"term_years": Decimal("1.5")}, "term_years"),
    "years as text": ({"term_years": "3"}, "term_years"),
    "no years": ({"term_years": 0}, "term_years"),
    "true years": ({"term_years": True}, "term_years"),
    "tier": ({"default_card_type": "platinum"}, "default_card_type"),
    "choice": ({"referral_scope": "always"}, "referral_scope"),
    "item": ({"excluded_items": ["serum", "Not An Item"]}, "excluded_items.1"),
    "items as text": ({"excluded_items": "serum"}, "excluded_items"),
    "gift": ({"gifts": {"thermos": 0}}, "gifts.thermos.value"),
    "gift as a float": ({"gifts": {"thermos": 1.0}}, "gifts.thermos.value"),
    "override of no tier": ({"type_overrides": {"platinum": {}}}, "type_overrides.platinum"),
    "override as text": ({"type_overrides": {"vip": "x"}}, "type_overrides.vip.value"),
    "override": ({"type_overrides": {"vip": {"term_years": 0}}}, "type_overrides.vip.term_years"),
    "unknown override": ({"type_overrides": {"vip": {"colour": 1}}}, "type_overrides.vip.colour"),
    "override of overrides": (
        {"type_overrides": {"vip": {"type_overrides": {}}}}, "type_overrides.vip.type_overrides",
    ),
    "override of the default": (
        {"type_overrides": {"vip": {"default_card_type": "vip"}}},
        "type_overrides.vip.default_card_type",
    ),
    "null": ({"reissue_fee": None}, "reissue_fee"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_settings_that_are_not_valid_name_the_field(case: str) -> None:
    raw, field = WRONG[case]

    with pytest.raises(SettingsError) as refused:
        Program(VipCard(), raw)

    assert refused.value.code == "configuration"
    assert refused.value.field == field


def test_two_clauses_for_one_benefit_clash_at_load() -> None:
    twice = rearranged(VipCard(), lambda clauses: clauses + clauses)

    with pytest.raises(CharterError, match="two clauses offer"):
        Program(twice, {})


def test_versions_hold_from_their_moment_in_the_order_of_their_effect() -> None:
    book = Book(VipCard(), [Version(1, None, {"reissue_fee": "6"})])
    book = book.with_version(_at(20), {"price_factor": "0.90", "reissue_fee": "7"})
    book = book.with_version(_at(10), {"price_factor": "0.70"})

    factors = [book.at(_at(day)).settings.price_factor for day in (9, 10, 19, 20)]
    assert factors == [Decimal("0.80"), Decimal("0.70"), Decimal("0.70"), Decimal("0.90")]
    assert [book.at(_at(day)).settings.reissue_fee for day in (9, 19, 20)] == [600, 600, 700]
    assert book.raw_at(_at(10)) == {"reissue_fee": "6", "price_factor": "0.70"}
    assert [book.next_change(_at(day)) for day in (9, 10, 20)] == [_at(10), _at(20), None]
    assert [v.number for v in book.versions] == [1, 3, 2]


def test_a_change_that_only_fails_together_with_a_later_one_is_refused() -> None:
    book = Book(VipCard(), [Version(1, None, {})])
    book = book.with_version(_at(20), {"type_overrides": {"vip": {"term_years": 1}}})

    problem = book.problem_with(_at(10), {"default_card_type": "platinum"})

    assert problem is not None
    assert problem.field == "default_card_type"
    assert book.problem_with(_at(10), {"price_factor": "0.5"}) is None
    assert len(book.versions) == 2


def test_an_amendment_names_the_field_of_what_is_wrong() -> None:
    world = MemoryWorld(VipCard(), {}, ZONE)
    raw = {"announced": "2025-04-01", "effective": "2025-04-08",
           "settings": {"type_overrides": {"charity": {"reissue_fee": "-1"}}}}  # fmt: skip

    refusal = world.submit(parse_body("amend", raw, ZONE), _at(1)).decision.refusal

    assert refusal is not None
    assert (refusal.code, refusal.clause) == ("configuration", "7B.7")
    assert refusal.field == "amend.settings.type_overrides.charity.reissue_fee"
    assert len(world.book.versions) == 1


def test_a_new_version_moves_what_is_due() -> None:
    world = MemoryWorld(VipCard(), {}, ZONE)
    bring_in = {"member": "li", "valid_until": "2025-09-30"}
    world.submit(parse_body("bring_in", bring_in, ZONE), _at(1))
    amend = {
        "announced": "2025-04-01",
        "effective": "2025-04-08",
        "settings": {"card_expiring_days": 100},
    }
    world.submit(parse_body("amend", amend, ZONE), _at(1))

    passed = world.advance(_at(30, 9))

    notices = [(d.at.date().isoformat(), r.code) for d in passed for r in d.raised]
    assert notices == [("2025-06-22", "card-expiring")]
