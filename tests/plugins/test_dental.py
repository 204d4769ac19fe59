"""Money of dental charters that no story sees: income recognised month by month, reports."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from charterhouse.kernel.events import parse_body
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.report import Entry
from charterhouse.plugins.registry import registry

ZONE = ZoneInfo("Asia/Shanghai")


class Clinic:
    """A clinic under a charter, told what happens and asked for its house accounts."""

    def __init__(self, code: str, settings: dict[str, object] | None = None) -> None:
        self.charter = registry().charter(code)
        self.world = MemoryWorld(self.charter, {**self.charter.example, **(settings or {})}, ZONE)

    def tell(self, at: str, verb: str, **fields: object) -> None:
        moment = datetime.fromisoformat(at).replace(tzinfo=ZONE)
        self.world.advance(moment)
        outcome = self.world.submit(parse_body(verb, fields, ZONE), moment)
        assert outcome.decision.accepted, outcome.decision.refusal

    def accounts(self, until: str) -> dict[str, int]:
        self.world.advance(datetime.fromisoformat(until).replace(tzinfo=ZONE))
        sums: Counter[str] = Counter()
        for decision in self.world.decisions:
            for posting in decision.postings:
                if posting.account == "money":
                    sums[posting.owner] += posting.amount
        return {owner: amount for owner, amount in sums.items() if amount}

    def entries(self) -> list[Entry]:
        return [
            Entry(
                each.at.date(), each.event.verb, getattr(each.event.body, "member", "") or "",
                {"slot": getattr(each.event.body, "slot", None)}, each.figures, each.happenings,
                each.postings, each.raised,
            )
            for each in self.world.decisions
            if each.accepted
        ]  # fmt: skip

    def report(self, code: str) -> dict[str, int]:
        report = next(each for each in self.charter.reports if each.code == code)
        settings = self.world.book.at(self.world.decisions[-1].at).settings
        return {row.code: row.value for row in report.fold(self.entries(), settings)}


def _framework(fee: object, months: int = 3) -> Clinic:
    rows = {
        "tier-a": {"fee": fee, "term_months": months},
        "tier-b": {"fee": 600, "term_months": months},
        "tier-c": {"fee": 900, "term_months": months},
    }
    return Clinic("dental.tier-framework", {"tiers": rows})


@pytest.mark.parametrize(
    ("until", "recognised"),
    [
        ("2024-02-29 23:59", 0),
        ("2024-03-01 00:00", 3333),
        ("2024-03-31 00:00", 6666),
        ("2024-04-30 23:59", 6666),
        ("2024-05-01 00:00", 10000),
        ("2025-05-01 00:00", 10000),
    ],
)
def test_a_fee_is_recognised_when_each_month_is_over(until: str, recognised: int) -> None:
    clinic = _framework("100.00")
    clinic.tell("2024-01-31 10:00", "join", member="li", tier="tier-a")

    accounts = clinic.accounts(until)

    assert accounts["@till:cash"] == 10000
    assert -accounts.get("@recognised:tier-a", 0) == recognised
    assert -accounts.get("@deferred:tier-a", 0) == 10000 - recognised


def test_rounding_never_recognises_more_than_came_in() -> None:
    clinic = _framework("0.06", months=12)
    clinic.tell("2024-01-10 10:00", "join", member="li", tier="tier-a")

    assert clinic.accounts("2024-08-10 00:00")["@recognised:tier-a"] == -6
    assert clinic.accounts("2025-01-10 00:00")["@recognised:tier-a"] == -6


def test_a_difference_is_spread_over_the_months_that_remain() -> None:
    clinic = _framework("300.00")
    clinic.tell("2024-01-10 10:00", "join", member="li", tier="tier-a")
    clinic.tell("2024-02-10 10:00", "upgrade", member="li", to="tier-b")

    accounts = clinic.accounts("2024-03-10 00:00")
    assert -accounts["@recognised:tier-a"] == 20000
    assert -accounts["@recognised:tier-b"] == 15000
    accounts = clinic.accounts("2024-04-10 00:00")
    assert -accounts["@recognised:tier-b"] == 30000
    assert "@deferred:tier-a" not in accounts
    assert "@deferred:tier-b" not in accounts


def test_a_term_paid_ahead_is_deferred_until_its_own_months() -> None:
    clinic = _framework("300.00")
    clinic.tell("2024-01-10 10:00", "join", member="li", tier="tier-a")
    clinic.tell("2024-01-11 10:00", "renew", member="li")

    assert -clinic.accounts("2024-04-10 00:00")["@deferred:tier-a"] == 30000
    assert -clinic.accounts("2024-05-10 00:00")["@recognised:tier-a"] == 40000


def test_the_report_of_income_tells_cash_and_recognised_by_tier() -> None:
    clinic = _framework("300.00")
    clinic.tell("2024-01-10 10:00", "join", member="li", tier="tier-a")
    clinic.tell("2024-01-10 10:00", "join", member="wu", tier="tier-b")
    clinic.tell("2024-01-10 10:00", "book", id="k1", member="wu", what="treatment",
                slot="2024-03-01 09:00")  # fmt: skip
    clinic.tell("2024-01-10 10:00", "book", id="k2", member="li", what="treatment",
                slot="2024-01-20 09:00")  # fmt: skip
    clinic.accounts("2024-02-10 00:00")

    told = clinic.report("income")

    assert told["cash"] == 90000
    assert told["cash.tier-a"] == 30000
    assert told["recognised.tier-b"] == 20000
    assert told["deferred"] == 60000
    assert told["bookings.later"] == 1


def test_the_report_of_fixed_prices_tells_fees_uses_and_savings() -> None:
    clinic = Clinic("dental.fixed-price-term", {"included_services": {"oral-check": 2}})
    clinic.tell("2024-01-10 10:00", "join", member="li")
    clinic.tell("2024-01-11 10:00", "spend", member="li", lines=[
        {"item": "scaling", "price": 200}, {"item": "oral-check", "price": 80},
    ])  # fmt: skip
    clinic.tell("2024-01-11 11:00", "spend", person="wu", lines=[{"item": "scaling", "price": 200}])
    clinic.tell("2024-01-12 10:00", "use", member="li", benefit="oral-check")

    told = clinic.report("monthly")

    assert told["members.activated"] == 1
    assert told["fees"] == 60000
    assert told["uses.oral-check"] == 2
    assert told["saved"] == 16000
    assert told["saved.li"] == 16000


def test_the_report_of_four_levels_tells_fees_by_level_and_repairs() -> None:
    clinic = Clinic("dental.four-tier-fee", {"term_months": 12})
    clinic.tell("2024-01-10 10:00", "join", member="li", tier="silver")
    clinic.tell("2024-01-10 10:00", "renew", member="li")
    clinic.tell("2024-01-11 10:00", "upgrade", member="li", to="gold")
    clinic.tell("2024-01-12 10:00", "visit", person="wu", kind="outpatient")
    clinic.tell("2024-01-12 10:00", "apply", member="wu", tier="diamond",
                documents={"registration-form": 1})  # fmt: skip
    clinic.tell("2024-01-12 10:00", "pay", member="wu", amount=2000, **{"for": "fee"})
    clinic.tell("2024-01-13 10:00", "spend", member="li", episode="e1",
                lines=[{"item": "crown", "price": 1000}])  # fmt: skip
    clinic.tell("2024-01-14 10:00", "spend", member="li", episode="e1",
                lines=[{"item": "guarantee-repair", "price": 100}])  # fmt: skip

    told = clinic.report("monthly")

    assert told["fees.silver"] == 60000
    assert told["fees.gold"] == 50000
    assert told["fees.diamond"] == 200000
    assert told["fees"] == 310000
    assert told["guarantee"] == 1
    assert told["saved"] == 20000
