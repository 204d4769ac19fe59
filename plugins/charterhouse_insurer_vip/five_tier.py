"""VIP programme with five tiers (贵宾五级卡) as a list of its values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any, ClassVar

from charterhouse.kernel.charter import Clause, Text
from charterhouse.kernel.clauses.cards import Loss, Reissue
from charterhouse.kernel.clauses.entitlements import Insured
from charterhouse.kernel.clauses.hours import Closed, Hours
from charterhouse.kernel.clauses.insurance import Policies
from charterhouse.kernel.clauses.relatives import Relatives, Shared
from charterhouse.kernel.clauses.service_parts import cited, flag
from charterhouse.kernel.clauses.services import Bar, Count, Service, asked
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.settings import SettingValues
from charterhouse_insurer_vip import details, rescue
from charterhouse_insurer_vip import five_tier_texts as texts
from charterhouse_insurer_vip.common import COVER, Common, InsurerVip
from charterhouse_insurer_vip.five_tier_clauses import (
    DIAMOND,
    GOLD,
    HEALTH,
    PLATINUM,
    SILVER,
    TIERS,
    CardOfMember,
    CheckUp,
    PremiumTiers,
    RelativesTier,
    TierEvents,
    TierQuota,
    VisitorOfStay,
    first_policy_year,
)
from charterhouse_insurer_vip.five_tier_settings import FiveTierSettings
from charterhouse_insurer_vip.five_tier_texts import DOMESTIC_ITEMS, MEDICAL_ITEMS, TRAVEL_ITEMS
from charterhouse_insurer_vip.labels import SERVICES

SECURITIES = ("card", "family")
DOMESTIC, ABROAD = RESCUE = ("domestic-rescue", "international-rescue")
PHONE, CHECK, EVENTS, COURTESY = "phone-doctor", "health-check", "member-events", "global-courtesy"
HIGH = (PLATINUM, DIAMOND)
VISIT, GUARANTEE, CHILD = "relative-visit", "cost-guarantee", "child-return"
CUSTOMER, CENTRE = "cost-by-customer", "cost-by-centre"
PAYERS: Mapping[str, Mapping[str, str]] = {
    "6.3": {"visit-and-admission-help": CUSTOMER},
    "6.4": {GUARANTEE: CUSTOMER},
    "6.5": {"medicine-delivery": CUSTOMER},
    "6.9": {CHILD: CENTRE},
    "6.10": {VISIT: CENTRE},
    "6.12": {"relative-aftermath": CENTRE},
    "7.1": dict.fromkeys(
        ("baggage", "lost-passport", "rearrange-travel", "companion-hotel", "interpretation"),
        CUSTOMER,
    ),
    "7.2": dict.fromkeys((GUARANTEE, "medicine-delivery", VISIT, "visitor-lodging"), CUSTOMER),
}
"""Number → item → who pays, where the document names it; 6 is domestic, 7 international."""


class FiveTier(InsurerVip):
    """A card by the sum of annualised premiums: rescue, phone doctor, check-ups, events."""

    code = "insurer-vip.five-tier"
    name = ("保险公司贵宾五级卡", "Insurer's VIP programme with five tiers")
    Settings = FiveTierSettings
    details = details.FIVE_TIER
    heading = texts.HEADINGS
    labels = texts.LABELS
    example: ClassVar = {"phone_doctor_from": "08:00", "phone_doctor_until": "20:00"}

    def common(self, s: SettingValues) -> Common:
        """See `InsurerVip.common`."""
        return Common(
            numbers={
                "tier": "1.2", "fall": "1.4", **dict.fromkeys(("lapsed", "surrendered", "expired"), "1.3"),
            },
            used=(PHONE, CHECK, COURTESY), included="3.1", persons="",
            policies={
                "thresholds": {
                    SILVER: s.silver_from, GOLD: s.gold_from, HEALTH: s.health_gold_from,
                    PLATINUM: s.platinum_from, DIAMOND: s.diamond_from,
                },
            },
        )  # fmt: skip

    def insurance(self, numbers: Mapping[str, Any], common: Common) -> Policies:
        """See `InsurerVip.insurance`."""
        return PremiumTiers("G1", COVER, **common.policies, **numbers)

    def services(self, s: SettingValues) -> list[Service]:
        """See `InsurerVip.services`."""
        near = (
            Bar("not_included", rescue.outside_mainland, "5.4", "details.place"),
            Bar("distance_limit", rescue.nearer_than(s.distance_km), "5.4", "details.distance_km"),
            Bar(
                "duration_limit",
                rescue.away_longer_than(s.trip_days),
                "5.4",
                "details.trip_started",
            ),
            Bar("incomplete", rescue.without_day(CHILD, "child_born"), "5.6", "child_born"),
            Bar("age_limit", rescue.of_age(CHILD, 18), "6.9", "details.child_born"),
        )
        far = (Bar("not_included", rescue.inside_mainland, "5.4", "details.place"),)
        return [
            _rescue(DOMESTIC, s, near, {item: told[0] for item, told in DOMESTIC_ITEMS.items()}),
            _rescue(
                ABROAD,
                s,
                far,
                {**dict.fromkeys(TRAVEL_ITEMS, "7.1"), **dict.fromkeys(MEDICAL_ITEMS, "7.2")},
            ),
        ]

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `InsurerVip.rules`."""
        below = s.relative_age_below
        months = {
            HEALTH: s.check_up_months, PLATINUM: s.check_up_months,
            DIAMOND: s.check_up_months_diamond,
        }  # fmt: skip
        return [
            _unlimited(DOMESTIC, TIERS),
            _unlimited(ABROAD, TIERS[1:]),
            _unlimited(PHONE, TIERS[1:], at_once=True),
            _unlimited(COURTESY, (DIAMOND,), at_once=True),
            TierEvents("3.1", EVENTS, tiers=HIGH, none="2.1", status="G2", over="1.3", part="3.4"),
            Hours("3.2", PHONE, closed=(outside(s.phone_doctor_from, s.phone_doctor_until),)),
            Insured("3.2", services=(PHONE, COURTESY)),
            CheckUp("3.3", CHECK, months=months, tier="3.1", none="2.1"),
            Relatives(
                "4.1", most=s.relatives_max, age=lambda years: years < below, tiers=HIGH,
                replaces=s.relative_changes_per_year, period=first_policy_year, tier="4.1",
                full="4.1", relation="4.2", aged="4.2", replaced="4.3",
            ),
            Shared("4.2", services=RESCUE, reason="wrong_person", unnamed="4.1", replaced="4.3"),
            RelativesTier("4.4", services=RESCUE, tiers=HIGH),
            VisitorOfStay("6.10", service=DOMESTIC, item=VISIT),
            CardOfMember("8.1"),
            Loss("8.1", shown={}),
            Reissue("8.1", amount=s.reissue_fee, damaged=True),
        ]  # fmt: skip

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `InsurerVip.words`."""
        return texts.words(s)


def _unlimited(benefit: str, tiers: tuple[str, ...], *, at_once: bool = False) -> TierQuota:
    return TierQuota("3.1", benefit, cover=COVER, tiers=tiers, at_once=at_once, none="2.1")


def _rescue(code: str, s: SettingValues, own: tuple[Bar, ...], items: Mapping[str, str]) -> Service:
    """A rescue: its items with their numbers, what each of them needs, and who pays."""
    bars = (
        Bar("not_included", rescue.other_item(items), "5.6", "details.item"),
        Bar("incomplete", rescue.unknown_birth, "5.3", "born"),
        Bar("age_limit", rescue.too_old(s.insured_age_max, s.relative_age_below), "5.3", "member"),
        *own,
        Bar("incomplete", rescue.unsecured(GUARANTEE, SECURITIES), "5.6",
            "payment_security"),
        Bar("incomplete", rescue.without_day(VISIT, "admitted_on"), "5.6", "admitted_on"),
        Bar("duration_limit", rescue.stay_not_over(VISIT, s.visit_after_days),
            items[VISIT], "details.admitted_on"),
    )  # fmt: skip
    speaking = (cited(item, number, when=asked(item=item)) for item, number in items.items())
    flags = (
        flag(payer, number, when=asked(item=item))
        for number, payers in PAYERS.items() if number in items.values()
        for item, payer in payers.items()
    )  # fmt: skip
    return Service(
        code, "5.6", name=SERVICES[code], who="insured", quota=Count(code), refuses=bars,
        numbers={"quota": "5.6", "close": "5.6"}, opening=(*speaking, *flags),
        choices={"item": tuple(items), "payment_security": SECURITIES},
    )  # fmt: skip


def outside(from_: str, until: str) -> Closed:
    """Outside a daily window, both of whose minutes are included; it may go over midnight."""
    first, last = time.fromisoformat(from_), time.fromisoformat(until)

    def closed(d: Draft) -> bool:
        now = d.event.happened.astimezone(d.now.tzinfo).time().replace(second=0, microsecond=0)
        if first <= last:
            return not first <= now <= last
        return last < now < first

    return closed


__all__ = ["FiveTier"]
