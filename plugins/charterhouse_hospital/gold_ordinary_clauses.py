"""What only the gold and ordinary cards have: cash off a stay, check-ups by list, rewards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import EARN, GUARD, PRICE, RIGHTS, Clause, Text, on
from charterhouse.kernel.clauses.conditions import ByTier, Lines, detail
from charterhouse.kernel.clauses.flow import APPLICATION
from charterhouse.kernel.clauses.tender import CreditTender
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import CREDIT
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.periods import day_start, first_invalid_day
from charterhouse.kernel.problems import Problem, Said
from charterhouse.kernel.standing import Standing

CASH_BASE = Lines(categories={"treatment", "surgery", "ward", "nursing", "consultation"})
"""The lines from which cash is taken off and which credit pays."""

INTRODUCED = "introduced_by"


class CashOff(Clause):
    """A fixed amount off a treatment episode or stay, from the first of its lines on.

    What a bill does not use up remains for later bills of the same episode only.

    Args:
        kind: names the document that keeps what is left of an episode.
    """

    kind = "cash-discount"

    def amount(self, d: Draft) -> int:
        """The fen of this person's episode; 0 where there is none."""
        raise NotImplementedError

    @on("spend", phase=PRICE, rank=96)
    def take_off(self, d: Draft) -> Iterator[fx.Effect]:
        """Take it off the lines, never below 0.00."""
        amount = self.amount(d)
        if d.bill is None or not amount:
            return
        key = f"{self.kind}:{d.member}:{d.body.episode}" if d.body.episode else ""
        kept = d.document(key) if key else None
        left = int(kept.content["left"]) if kept else amount
        for index, line in enumerate(d.bill.lines):
            part = min(left, line.net) if CASH_BASE.has(line.line) else 0
            if part:
                yield fx.Deduct(index, part)
                left -= part
        if key:
            at = d.now.isoformat()
            yield fx.Put(self.kind, key, d.member, {"left": left, "at": at})
            bill = d.body.id or f"bill-{d.event.id}"
            off = (int(kept.content["left"]) if kept else amount) - left
            yield fx.Put(
                f"{self.kind}-off", f"{self.kind}-off:{bill}", d.member,
                {"episode": key, "amount": off, "at": at},
            )  # fmt: skip

    @on("refund", phase=EARN, rank=60)
    def bring_back(self, d: Draft) -> Iterator[fx.Effect]:
        """A bill taken back whole leaves what it used up to the other bills of its episode."""
        if d.refund is None or d.refund.left:
            return
        taken = d.document(f"{self.kind}-off:{d.refund.original.id}")
        kept = d.document(taken.content["episode"]) if taken else None
        if taken is not None and kept is not None:
            left = int(kept.content["left"]) + int(taken.content["amount"])
            yield fx.Put(self.kind, kept.id, kept.member, {**kept.content, "left": left})


class CashDiscount(CashOff):
    """The card's cash discount on a treatment or a stay.

    Args:
        amounts: tier → fen.
    """

    def __init__(self, number: str, amounts: Mapping[str, int]) -> None:
        super().__init__(number)
        self.amounts = amounts

    def amount(self, d: Draft) -> int:
        """By the card, where it gives its rights."""
        entitled = d.bill is not None and d.bill.entitled
        return self.amounts.get(d.of_member.tier, 0) if entitled else 0


class IntroducedDiscount(CashOff):
    """An inpatient introduced by an ordinary member has an amount off the stay.

    Args:
        off: fen.
    """

    kind = "introduced-discount"

    def __init__(self, number: str, *, off: int) -> None:
        super().__init__(number)
        self.off = off

    def amount(self, d: Draft) -> int:
        """For a stay that names the member who introduced the patient."""
        referrer = d.body.referred_by
        if d.body.visit != "inpatient" or referrer in (None, d.member):
            return 0
        standing = d.standing(referrer)
        return self.off if (standing.status, standing.tier) == ("active", "ordinary") else 0


class Introductions(Clause):
    """What a member gets for an inpatient introduced: by the event alone, once per person.

    Numbers by reason: tier → number, `off` (a reward that is switched off).

    Args:
        rewards: tier → fen of credit; a tier without one earns nothing.
    """

    def __init__(self, number: str, rewards: ByTier[int], **numbers: str) -> None:
        super().__init__(number, **numbers)
        self.rewards = rewards

    @on("refer", phase=GUARD)
    def other(self, d: Draft) -> Iterator[fx.Effect]:
        """Nobody introduces themselves."""
        if d.body.person == d.member:
            yield fx.Refuse("not_eligible", "refer.person")

    @on("refer", phase=EARN)
    def reward(self, d: Draft) -> Iterator[fx.Effect]:
        """Credit the reward of the card, or only record the introduction."""
        yield fx.Note(d.member, "introduction")
        if d.body.outcome != "admitted" or d.standing(d.body.person).facts.get(INTRODUCED):
            return
        yield fx.Keep(d.body.person, INTRODUCED, d.member)
        reward = self.rewards.get(d.of_member.tier, 0)
        if reward:
            number = self.of(d.of_member.tier)
            yield fx.Credit(d.member, CREDIT, reward, "reward", number=number)
        else:
            yield fx.Cite("switched off", number=self.of("off"))


class CashRules(Clause):
    """Dividend and cash reward need an approval on record while they are on.

    Args:
        switches: setting → whether it is on.
        approval: the approval on record.
    """

    def __init__(self, number: str, *, switches: Mapping[str, bool], approval: str) -> None:
        super().__init__(number)
        self.switches = switches
        self.approval = approval

    def check(self) -> Iterable[Problem]:
        """See `Clause.check`."""
        if any(self.switches.values()) and not self.approval.strip():
            yield (
                "cash_rules_approval",
                Said(
                    "现金规则启用时须写明批准文件",
                    "must name the approval of the cash rules that are on",
                ),
            )


class Dividend(Clause):
    """An amount for each completed card year of a tier, while the card is active.

    Args:
        tier: that receives it.
        amount: fen.
        enabled: whether it is in use.
    """

    def __init__(self, number: str, *, tier: str, amount: int, enabled: bool) -> None:
        super().__init__(number)
        self.tier = tier
        self.amount = amount if enabled else 0

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The first moment of the next card year."""
        if not self.amount or standing.status != "active" or standing.tier != self.tier:
            return None
        if standing.since is None:
            return None
        years = max(1, after.year - standing.since.year)
        for count in (years, years + 1):
            day = first_invalid_day(standing.since, 12 * count)
            if day_start(day, after.tzinfo) > after:
                return day_start(day, after.tzinfo)
        return None

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Credit it."""
        yield fx.Credit(member, "dividends", self.amount, against="@dividends")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        if not self.amount:
            return {self.number: ("年度红利：未启用。", "Yearly dividend: not in use.")}
        yuan = show_fen(self.amount)
        return {
            self.number: (
                f"金卡每满一个卡年，会员卡有效的，计入现金红利{yuan}元。",
                f"Gold: {yuan} yuan in cash for each completed card year, while the card is active.",
            )
        }


class StayBefore(Clause):
    """A card taken during a stay has its rights from the next visit on, not for that stay.

    Args:
        tier: whose card is taken so.
    """

    def __init__(self, number: str, *, tier: str) -> None:
        super().__init__(number)
        self.tier = tier

    @on("spend", phase=RIGHTS, rank=70)
    def not_yet(self, d: Draft) -> Iterator[fx.Effect]:
        """Deny the right on bills of the episode that the application named."""
        details = d.of_member.facts.get(APPLICATION, {}).get("details", {})
        if (
            d.of_member.tier == self.tier
            and d.body.episode
            and details.get("episode") == d.body.episode
        ):
            yield fx.Deny("too_early")


class CheckedItems(Clause):
    """A check-up consists of the card's own items.

    Args:
        benefit: the check-up.
        items: tier → items.
    """

    def __init__(self, number: str, benefit: str, items: Mapping[str, list[str]]) -> None:
        super().__init__(number)
        self.benefit = benefit
        self.items = items

    @on("use", phase=GUARD, rank=28)
    def listed(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse an item that is not on the list; without items the whole list is meant."""
        if d.body.benefit != self.benefit:
            return
        asked = detail(d.body, "items") or []
        if not isinstance(asked, list | tuple) or not set(asked) <= set(
            self.items.get(d.of_member.tier, ())
        ):
            yield fx.Refuse("not_included", "use.details.items")


class Fasting(Clause):
    """A snack belongs to an examination on an empty stomach."""

    @on("use", phase=GUARD, rank=28)
    def fasting(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse it otherwise."""
        if d.body.benefit == "snack" and detail(d.body, "fasting") is not True:
            yield fx.Refuse("not_eligible", "use.details.fasting")


class TreatmentCredit(CreditTender):
    """Credit of the ordinary card pays treatment and hospital charges, as far as it is asked for."""

    def needed(self, d: Draft) -> int:
        """Only the lines of the cash rules can be paid by it."""
        if d.bill is None or d.of_member.tier != "ordinary":
            return 0
        base = sum(line.net for line in d.bill.lines if CASH_BASE.has(line.line))
        return min(base, d.bill.to_pay)
