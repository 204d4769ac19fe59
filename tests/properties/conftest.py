"""Generated streams of events for the VIP member card, and a way to tell them to a world."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from charterhouse.kernel.decision import Outcome
from charterhouse.kernel.events import parse_body
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.periods import birthday_in
from charterhouse.kernel.vocabulary import Body
from charterhouse_gynecology.vip_card import MEASURES, VipCard

settings.register_profile(
    "ci",
    # The same examples in every run: a change fails, not a throw of the dice.
    derandomize=True,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "thorough", settings.get_profile("ci"), max_examples=1000, derandomize=False
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

ZONE = ZoneInfo("Asia/Shanghai")
PEOPLE: Mapping[str, date] = {
    "an": date(1990, 7, 8), "bo": date(1992, 2, 29), "ci": date(1970, 1, 1), "du": date(2001, 12, 31),
}  # fmt: skip
SETTINGS: Mapping[str, Any] = {
    "gifts": {"thermos": 30},
    "excluded_items": ["serum"],
    "type_overrides": {
        "charity": {"price_factor": "0.70", "referral_percent": 20, "term_years": 1}
    },
}


@dataclass(frozen=True)
class Told:
    """One event of a stream: when, which verb, and its fields as JSON gives them."""

    at: datetime
    verb: str
    fields: Mapping[str, Any]

    @property
    def body(self) -> Body:
        return parse_body(self.verb, self.fields, ZONE)


def make_world(charter: VipCard | None = None) -> MemoryWorld:
    """A world that knows the people of the streams."""
    world = MemoryWorld(charter or VipCard(), SETTINGS, ZONE)
    for ref, born in PEOPLE.items():
        world.introduce(ref, {"born": born})
    return world


PAPERS = ("authorisation", "id-document", "application-form", "id-copy")
DAY = 86_400
GAPS = (0, 0, 1, 600, 600, 3600, DAY // 2, DAY, DAY, DAY, 3 * DAY, 4 * DAY, 8 * DAY, 45 * DAY)


class Author:
    """Writes the next event of a story, looking at what the story has led to."""

    def __init__(self, chance: Random, world: MemoryWorld, at: datetime, number: int) -> None:
        self.chance = chance
        self.world = world
        self.at = at
        self.number = number

    def pick(self, *choices: Any) -> Any:
        return self.chance.choice(choices)

    def person(self, *statuses: str) -> str:
        """Somebody, by preference of a status or card that makes the event possible."""
        fitting = [
            ref
            for ref in PEOPLE
            if {self.world.standing(ref).status, self.world.standing(ref).card} & set(statuses)
        ]
        return str(self.pick(*(fitting * 8), *PEOPLE))

    def document(self, kind: str) -> str:
        known = [d.id for d in self.world.documents.values() if d.kind == kind]
        return str(self.pick(*(known[-4:] * 8), "none"))

    def yuan(self) -> str:
        fen = self.pick(self.chance.randint(0, 30_000), self.pick(1, 49, 50, 51, 62, 63, 100))
        return f"{fen // 100}.{fen % 100:02d}"

    # One method a verb; the name of the method is the verb.

    def join(self) -> dict[str, Any]:
        raw: dict[str, Any] = {"member": self.person("none", "lapsed", "ended")}
        raw["path"] = self.pick("ordinary", "ordinary", "old-patient", "blood-donor")
        raw["tier"] = self.pick("vip", "charity", "supreme-gold")
        if raw["path"] != "ordinary":
            raw["channel"] = self.pick("on-site", "qq")
        if self.pick(True, False):
            raw["details"] = {"management_approval": True, "address": "1 Hill Road"}
        return raw

    def apply(self) -> dict[str, Any]:
        papers = {"application-form": 1, "id-copy": self.pick(1, 1, 0)}
        return {"member": self.person("none", "lapsed", "ended"), "documents": papers}

    def approve(self) -> dict[str, Any]:
        raw: dict[str, Any] = {"member": self.person("applied"), "by": "reviewer"}
        if self.pick(True, False):
            raw["tier"] = "charity"
        return raw

    def reject(self) -> dict[str, Any]:
        return {"member": self.person("applied"), "reason": "illegible"}

    def pay(self) -> dict[str, Any]:
        owing = [(r, p, d) for r in PEOPLE for p, d in self.world.standing(r).owed.items()]
        if not owing:
            return {"member": self.person("active"), "for": "donation", "amount": self.yuan()}
        ref, purpose, debt = self.pick(*owing)
        amount = self.pick(debt.amount, debt.amount, debt.amount + 1)
        return {"member": ref, "for": purpose, "amount": f"{amount // 100}.{amount % 100:02d}",
                "id": f"p{self.number}"}  # fmt: skip

    def bring_in(self) -> dict[str, Any]:
        until = self.at.date() + timedelta(days=self.pick(-1, 0, 20, 400, 400, 800, 800))
        return {
            "member": self.person("none", "lapsed"),
            "points": self.chance.randint(0, 500),
            "spend_total": self.yuan(),
            "tier": self.pick("vip", "charity"),
            "valid_until": until.isoformat(),
        }

    def spend(self) -> dict[str, Any]:
        items = [self.pick("scan", "serum", "registration") for _ in range(self.pick(0, 1, 2, 3))]
        raw: dict[str, Any] = {"id": f"b{self.number}", "member": self.person("active")}
        if items:
            raw["lines"] = [
                {"item": item, "category": item if item == "registration" else "exam",
                 "price": self.yuan(), "quantity": self.pick(1, 3)}
                for item in items
            ]  # fmt: skip
        else:
            raw["amount"] = self.yuan()
        if self.pick(True, False, False):
            raw["referred_by"] = self.person("active")
        if self.pick(True, False, False, False):
            raw["third_party"] = self.yuan()
        raw["shown"] = self.pick(["card", "id"], ["card", "id"], ["card"], [])
        if self.pick(True, False, False, False, False):
            raw["for"] = self.pick(*PEOPLE)
        return raw

    def refund(self) -> dict[str, Any]:
        raw: dict[str, Any] = {"of": self.document(self.pick("bill", "bill", "bill", "payment"))}
        document = self.world.document(raw["of"])
        if document is None or self.pick(True, False):
            return raw
        left = document.content["paid"] - document.content["refunded"]
        fen = self.chance.randint(1, max(1, left + 1))
        return {**raw, "amount": f"{fen // 100}.{fen % 100:02d}"}

    def award(self) -> dict[str, Any]:
        kind = self.pick("gift", "interaction")
        raw = {"member": self.person("active"), "points": self.chance.randint(1, 200)}
        return {**raw, "kind": kind, "reason": self.pick("printed in June", "")}

    def redeem(self) -> dict[str, Any]:
        ref = self.person("active")
        balance = self.world.standing(ref).balance("points")
        raw: dict[str, Any] = {"id": f"r{self.number}", "member": ref}
        if self.pick(True, False):
            return {**raw, "item": "thermos", "quantity": self.pick(1, 2)}
        return {**raw, "points": self.chance.randint(1, balance + 1)}

    def dispute(self) -> dict[str, Any]:
        return {"of": self.document("redemption")}

    def give_back(self) -> dict[str, Any]:
        kind = self.pick("redemption", "use")
        return {
            "of": self.document(kind),
            "reason": self.pick("objection-upheld", "objection-upheld", "unwanted"),
        }

    def use(self) -> dict[str, Any]:
        benefit = self.pick("yearly-gift", "birthday-check", "lucky-draw")
        raw = {"id": f"u{self.number}", "member": self.person("active"), "benefit": benefit}
        return {**raw, "quantity": self.pick(1, 1, 2)}

    def report_loss(self) -> dict[str, Any]:
        occurred = self.at - timedelta(hours=self.pick(0, 24, 25))
        return {"member": self.person("active"), "occurred_at": occurred.isoformat()}

    def reissue_card(self) -> dict[str, Any]:
        return {"member": self.person("lost", "void")}

    def incident(self) -> dict[str, Any]:
        ref = self.person("lost", "active")
        of = self.document("redemption")
        return {"member": ref, "kind": "card-misuse", "details": {"redeem": of}}

    def sanction(self) -> dict[str, Any]:
        measures = self.chance.sample(sorted(MEASURES), self.pick(1, 1, 2, 4))
        raw = {"member": self.person("active"), "measures": measures, "reason": "abuse"}
        return {**raw, "approver": "management"}

    def transfer_card(self) -> dict[str, Any]:
        target = self.person("none", "lapsed", "ended")
        papers = dict.fromkeys(PAPERS[self.pick(0, 0, 1) :], 1)
        return {"member": self.person("active"), "to": target, "documents": papers}

    def change_details(self) -> dict[str, Any]:
        return {"member": self.person("active"), "changes": {"telephone": "new"}}

    def visit(self) -> dict[str, Any]:
        return {"person": self.person("none"), "kind": "outpatient"}

    def withdraw(self) -> dict[str, Any]:
        return {"member": self.person("active")}

    def amend(self) -> dict[str, Any]:
        today = self.at.date()
        effective = today + timedelta(days=self.pick(7, 8, 60, 6))
        changed = self.pick(
            {"price_factor": "0.90"}, {"points_per_yuan": 2}, {"card_expiring_days": 60},
            {"dispute_days": 10}, {"reissue_fee": "0.00"}, {"price_factor": "1.10"},
        )  # fmt: skip
        return {
            "announced": today.isoformat(),
            "effective": effective.isoformat(),
            "settings": changed,
        }


VERBS = (
    "join", "join", "join", "bring_in", "bring_in", "apply", "approve", "reject", "pay", "pay",
    "spend", "spend", "spend", "spend", "refund", "refund", "award", "redeem", "redeem", "dispute",
    "give_back", "use", "use", "report_loss", "reissue_card", "incident", "sanction",
    "transfer_card", "change_details", "visit", "withdraw", "amend",
)  # fmt: skip


BY_STANDING = {
    "applied": ("approve", "reject"), "approved": ("pay",), "lost": ("reissue_card", "incident", "pay"),
    "void": ("reissue_card", "pay"), "none": ("join", "bring_in"), "lapsed": ("join",),
    "active": ("redeem", "spend", "report_loss", "award", "transfer_card"),
}  # fmt: skip
BY_DOCUMENT = {
    "redemption": ("dispute", "give_back"), "use": ("give_back",), "bill": ("refund",),
}  # fmt: skip


def _inviting(world: MemoryWorld) -> list[str]:
    """Verbs that the state of the story invites."""
    standings = [world.standing(ref) for ref in PEOPLE]
    states = {s.status for s in standings} | {s.card for s in standings}
    kinds = {document.kind for document in world.documents.values()}
    return [v for s, verbs in BY_STANDING.items() if s in states for v in verbs] + [
        v for k, verbs in BY_DOCUMENT.items() if k in kinds for v in verbs
    ]


def _later(chance: Random, at: datetime) -> datetime:
    gap = chance.choice([*GAPS, *GAPS, 400 * DAY, "year", "birthday"])
    if gap == "year":
        return datetime(at.year, 12, 31, 23, 59, 59, tzinfo=ZONE)
    if gap == "birthday":
        born = chance.choice(list(PEOPLE.values()))
        days = [birthday_in(born, year) for year in (at.year, at.year + 1)]
        moments = [datetime(d.year, d.month, d.day, 9, tzinfo=ZONE) for d in days]
        return next(moment for moment in moments if moment >= at)
    return at + timedelta(seconds=gap)


def write(chance: Random, longest: int = 30) -> list[Told]:
    """A story of up to `longest` events, most of them possible, over several years."""
    world = make_world()
    at = datetime(2025, 3, 1, 10, tzinfo=ZONE)
    told: list[Told] = []
    for number in range(chance.randint(1, longest)):
        at = _later(chance, at)
        verb = "bring_in" if number == 0 else chance.choice([*VERBS, *(_inviting(world) * 4)])
        raw = getattr(Author(chance, world, at, number), verb)()
        told.append(Told(at, verb, raw))
        world.advance(at)
        world.submit(told[-1].body, at)
    return told


def streams(longest: int = 30) -> st.SearchStrategy[list[Told]]:
    """Stories as a strategy; their chances shrink like any other draw."""
    return st.randoms(use_true_random=False).map(lambda chance: write(chance, longest))


def tell(told: list[Told], charter: VipCard | None = None) -> tuple[MemoryWorld, list[Outcome]]:
    """Tell a stream to a new world."""
    world = make_world(charter)
    outcomes: list[Outcome] = []
    for each in told:
        world.advance(each.at)
        outcomes.append(world.submit(each.body, each.at))
    return world, outcomes


@pytest.fixture(scope="session", name="streams")
def _streams() -> Callable[..., st.SearchStrategy[list[Told]]]:
    return streams


@pytest.fixture(scope="session", name="tell")
def _tell() -> Callable[..., tuple[MemoryWorld, list[Outcome]]]:
    return tell


@pytest.fixture(scope="session", name="make_world")
def _make_world() -> Callable[..., MemoryWorld]:
    return make_world


@pytest.fixture(scope="session", name="write")
def _write() -> Callable[..., list[Told]]:
    return write
