"""What only key-account service knows: ranked classes, those named, their figures and checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRADE, GRANT, GUARD, Clause, on
from charterhouse.kernel.clauses.benefits import Quota
from charterhouse.kernel.clauses.conditions import belongs, detail
from charterhouse.kernel.clauses.referrals import OUTCOMES
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.draft import Draft, View
from charterhouse.kernel.errors import EventError
from charterhouse.kernel.ledger import SPEND_TOTAL, right
from charterhouse.kernel.money import parse_fen
from charterhouse.kernel.periods import day_start, notice_end
from charterhouse.kernel.problems import Problem, Said
from charterhouse.kernel.standing import HOUSE, Standing
from charterhouse.kernel.vocabulary import Body, Record

GENERAL, ORDINARY, MAIN, POTENTIAL, KEY = CLASSES = (
    "general", "ordinary", "main", "potential-key", "key",
)  # fmt: skip
SUPERVISOR = "supervisor"
SPECIALIST, CAMPAIGN, PROFILES, CLASSIFIED = "specialist", "campaign-plan", "profiles", "classified"
"""Facts: a customer's specialist and campaign plan; the house's profiles and last classification."""

_FIVE = 5


def of_everybody(kind: str, body: Body, view: View) -> Iterable[str]:
    """All customers, for a record of a kind; memberships here have no last day."""
    concerns = isinstance(body, Record) and body.kind == kind
    return view.active_refs(date.min) if concerns else ()


def customers(d: Draft) -> list[Standing]:
    """All customers whom the event touches, in the order of their refs."""
    return [d.standing(ref) for ref in sorted(d.active_refs())]


class Criteria(Clause):
    """The figures of a customer that are shown and not weighed.

    Numbers by reason: `items`, `referral`, `campaign`, `granted`.

    Args:
        benefit: for each person referred by a key account who came.
        came: outcomes of such a referral.
    """

    first, items, people = "first_consumption", "items", "referred"

    def __init__(self, number: str, *, benefit: str, came: Iterable[str], **numbers: str) -> None:
        super().__init__(number, **numbers)
        self.benefit = benefit
        self.came = frozenset(came)

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"refer.outcome": OUTCOMES}

    @on("spend", phase=FOLLOW)
    def consumed(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep the first day, and how often each item was taken."""
        if d.bill is None or not d.bill.entitled:
            return
        facts = d.of_member.facts
        if self.first not in facts:
            yield fx.Keep(d.member, self.first, d.event.day.isoformat())
        taken = dict(facts.get(self.items, {}))
        for line in d.bill.lines:
            if line.line.item:
                taken[line.line.item] = taken.get(line.line.item, 0) + 1
        if taken != facts.get(self.items, {}):
            yield fx.Keep(d.member, self.items, taken, number=self.of("items"))

    @on("refer", phase=GUARD)
    def by_customer(self, d: Draft) -> Iterator[fx.Effect]:
        """Only customers refer."""
        if d.of_member.status != "active":
            yield fx.Refuse("not_active", number=self.of("referral"))

    @on("refer", phase=GRANT)
    def referred(self, d: Draft) -> Iterator[fx.Effect]:
        """Each is recorded; a key account gets a benefit, once for each person who came."""
        yield fx.Note(d.member, "referral", number=self.of("referral"))
        known = d.of_member.facts.get(self.people, [])
        person, own = d.body.person, d.body.person == d.member
        counts = d.of_member.tier == KEY and d.body.outcome in self.came
        if counts and not own and person not in known:
            number = self.of("granted")
            yield fx.Keep(d.member, self.people, [*known, person], number=number)
            unit = right(self.benefit)
            yield fx.Credit(d.member, unit, 1, "referral", against="@rights", number=number)

    @on("take_part", phase=FOLLOW, rank=60)
    def took_part(self, d: Draft) -> Iterator[fx.Effect]:
        """It is on file."""
        yield fx.Note(d.member, "campaign", number=self.of("campaign"))


class WhileInTier(Quota):
    """A benefit that was granted, usable only while the member is of certain tiers."""

    def has(self, standing: Standing) -> bool:
        """By tier alone; what was granted is kept meanwhile."""
        return belongs(standing, self.only)


class Classes(Tiers):
    """The classes; whatever was said of somebody who comes in, he begins with the lowest."""

    @on("apply", "bring_in", phase=GRADE, rank=10)
    def give(self, d: Draft) -> Iterator[fx.Effect]:
        """The lowest class."""
        yield fx.Change(d.member, {"tier": self.default})


class Classification(Clause):
    """Ranks all customers by what they paid, and gives each a class.

    Numbers by reason: a class; `specialist` (its task), `analysis` (the next one).

    Args:
        shares: class → percent of all customers, the highest class first; the first class has at
            least one customer.
        months: after which the next one falls due.
    """

    of_house = True
    shares = frozenset({"record"})

    def __init__(
        self, number: str, shares: Mapping[str, Decimal], *, months: int, **numbers: str
    ) -> None:
        super().__init__(number, **numbers)
        self.percents = shares
        self.months = months

    def check(self) -> Iterable[Problem]:
        """See `Clause.check`."""
        if sum(self.percents.values()) > 100:
            yield (
                "ordinary_percent",
                Said(
                    "各类占比合计不得超过100",
                    "the shares of the classes must not exceed 100 together",
                ),
            )

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": ("classification",)}

    def reaches(self, body: Body, view: View) -> Iterable[str]:
        """See `Clause.reaches`."""
        return of_everybody("classification", body, view)

    def borders(self, amounts: list[int]) -> dict[str, int]:
        """Class → the least amount in it: that of the last customer within its ranks.

        Args:
            amounts: of all customers in fen, the highest first.
        """
        found, percent = {}, Decimal(0)
        for place, (tier, share) in enumerate(self.percents.items()):
            percent += share
            rank = int(percent * len(amounts) // 100)
            rank = max(1, rank) if place == 0 else rank
            if 0 < rank <= len(amounts):
                found[tier] = amounts[rank - 1]
        return found

    @on("record", phase=GUARD, rank=10)
    def allowed(self, d: Draft) -> Iterator[fx.Effect]:
        """By the supervisor."""
        if d.body.kind == "classification" and d.body.by != SUPERVISOR:
            yield fx.Refuse("wrong_person", "record.by")

    @on("record", phase=GRADE, rank=20)
    def classify(self, d: Draft) -> Iterator[fx.Effect]:
        """Give every customer a class; plans of the time before are done with."""
        if d.body.kind != "classification":
            return
        everybody = customers(d)
        amounts = {each.ref: each.balance(SPEND_TOTAL) for each in everybody}
        borders = self.borders(sorted(amounts.values(), reverse=True))
        yield fx.Keep(HOUSE, CLASSIFIED, d.event.day.isoformat())
        turnover: dict[str, int] = {}
        for each in everybody:
            tier = self._class(each, amounts[each.ref], borders)
            turnover[tier] = turnover.get(tier, 0) + amounts[each.ref]
            yield from self._give(each, tier)
        for tier, amount in turnover.items():
            yield fx.Show(f"turnover/{tier}", amount)

    def _class(self, each: Standing, amount: int, borders: Mapping[str, int]) -> str:
        earned = (tier for tier, least in borders.items() if amount and amount >= least)
        tier = next(earned, GENERAL)
        return POTENTIAL if each.tier == POTENTIAL and tier != KEY else tier

    def _give(self, each: Standing, tier: str) -> Iterator[fx.Effect]:
        if CAMPAIGN in each.facts:
            yield fx.Keep(each.ref, CAMPAIGN, None)
        if tier != each.tier:
            yield fx.Change(each.ref, {"tier": tier}, number=self.of(tier))
            yield fx.Announce("tier_changed", each.ref)
        if tier == KEY and not each.facts.get(SPECIALIST):
            number = self.of("specialist")
            yield fx.Raise("task", "assign-specialist", each.ref, number=number)

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """00:00 of the day on which the next one falls due."""
        kept = standing.facts.get(CLASSIFIED)
        if not kept:
            return None
        moment = day_start(notice_end(date.fromisoformat(kept), self.months), after.tzinfo)
        return moment if moment > after else None

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """The figures are to be analysed."""
        day, number = draft.now.date(), self.of("analysis")
        yield fx.Raise("task", "classification-due", member, due=day, number=number)


class NamedClass(Clause):
    """The supervisor names potential key accounts, and takes the name back again."""

    @on("grant", phase=GUARD, rank=20)
    def allowed(self, d: Draft) -> Iterator[fx.Effect]:
        """By the supervisor, for a customer who is not key; never the class of key accounts."""
        standing, tier = d.of_member, d.body.tier
        if d.body.by != SUPERVISOR:
            yield fx.Refuse("wrong_person", "grant.by")
        if standing.status != "active":
            yield fx.Refuse("not_active", "grant.member")
        classes = {tier, standing.tier}
        if KEY in classes or POTENTIAL not in classes:
            yield fx.Refuse("not_eligible", "grant.tier")

    @on("grant", phase=GRADE, rank=20)
    def give(self, d: Draft) -> Iterator[fx.Effect]:
        """It holds until the next classification, or longer."""
        if d.body.tier != d.of_member.tier:
            yield fx.Change(d.member, {"tier": d.body.tier})
            yield fx.Announce("tier_changed", d.member, "granted")
        else:
            yield fx.Cite("class")


class ClassProfile(Clause):
    """The profile of a class names its five most frequent needs and five pain points."""

    shares = frozenset({"record"})

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": ("class-profile",)}

    @on("record", phase=GUARD, rank=10)
    def complete(self, d: Draft) -> Iterator[fx.Effect]:
        """Five of either, of a class that there is."""
        if d.body.kind != "class-profile":
            return
        tier = detail(d.body, "class")
        if tier is None:
            yield fx.Lack("class")
        elif tier not in CLASSES:
            yield fx.Refuse("unknown", "record.details.class")
        for name in ("needs", "pains"):
            told = detail(d.body, name)
            if not isinstance(told, list | tuple) or len(told) != _FIVE:
                yield fx.Lack(name)

    @on("record", phase=GRADE, rank=20)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """The class has its profile."""
        if d.body.kind != "class-profile":
            return
        kept = d.standing(HOUSE).facts.get(PROFILES, [])
        tier = str(detail(d.body, "class"))
        if tier in kept:
            yield fx.Cite("profile")
        else:
            yield fx.Keep(HOUSE, PROFILES, sorted([*kept, tier]))


class CampaignPlan(Clause):
    """A campaign of his or her own for a customer; it counts until the next classification."""

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": (CAMPAIGN,)}

    @on("record", phase=GUARD, rank=10)
    def of_customer(self, d: Draft) -> Iterator[fx.Effect]:
        """It names a customer."""
        if d.body.kind != CAMPAIGN:
            return
        if not d.member:
            yield fx.Lack("member")
        elif d.of_member.status != "active":
            yield fx.Refuse("not_active", "record.member")

    @on("record", phase=GRADE, rank=30)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep that there is one."""
        if d.body.kind == CAMPAIGN:
            yield fx.Keep(d.member, CAMPAIGN, d.event.day.isoformat())


class WinBack(Clause):
    """What it cost to win a customer back."""

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": ("win-back",)}

    @on("record", phase=GUARD, rank=10)
    def complete(self, d: Draft) -> Iterator[fx.Effect]:
        """Who, and at which cost."""
        if d.body.kind != "win-back":
            return
        if not d.member:
            yield fx.Lack("member")
        elif d.of_member.status != "active":
            yield fx.Refuse("not_active", "record.member")
        if cost_of(detail(d.body, "cost")) is None:
            yield fx.Lack("cost")

    @on("record", phase=FOLLOW)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """It is on file."""
        if d.body.kind == "win-back":
            yield fx.Note(d.member, "win-back")


def cost_of(value: object) -> int | None:
    """An amount among details, in fen; None for what is none."""
    try:
        return parse_fen(value)
    except EventError:
        return None


class Specialist(Clause):
    """Each key account has one specialist, named among the customer's details."""

    @on("change_details", phase=GRADE)
    def assign(self, d: Draft) -> Iterator[fx.Effect]:
        """The last one named counts; nobody named leaves the customer without."""
        if SPECIALIST not in d.body.changes:
            return
        named = str(d.body.changes[SPECIALIST] or "").strip()
        yield fx.Keep(d.member, SPECIALIST, named or None)
        if named:
            yield fx.Finish(d.member, "assign-specialist")


class DataCheck(Clause):
    """Goes through the key accounts and the classes, and tells what they lack."""

    shares = frozenset({"record"})

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": ("data-check",)}

    def reaches(self, body: Body, view: View) -> Iterable[str]:
        """See `Clause.reaches`."""
        return of_everybody("data-check", body, view)

    @on("record", phase=FOLLOW)
    def go_through(self, d: Draft) -> Iterator[fx.Effect]:
        """Flag customers without specialist or plan, and classes without profile."""
        if d.body.kind != "data-check":
            return
        yield fx.Cite("data check")
        everybody = customers(d)
        for each in everybody:
            if each.tier == KEY and not each.facts.get(SPECIALIST):
                yield fx.Raise("flag", "specialist-missing", each.ref)
            if each.tier == KEY and CAMPAIGN not in each.facts:
                yield fx.Raise("flag", "campaign-missing", each.ref)
        held = {each.tier for each in everybody} - {*d.standing(HOUSE).facts.get(PROFILES, ())}
        if held:
            about = {"classes": [tier for tier in CLASSES if tier in held]}
            yield fx.Raise("flag", "profile-missing", HOUSE, about=about)


__all__ = [
    "CAMPAIGN", "GENERAL", "KEY", "MAIN", "ORDINARY", "POTENTIAL", "CampaignPlan",
    "ClassProfile", "Classes", "Classification", "Criteria", "DataCheck", "NamedClass", "Specialist",
    "WhileInTier", "WinBack", "cost_of",
]  # fmt: skip
