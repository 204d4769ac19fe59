"""Introductions: recorded before the new person joins, and rewarded once for each person.

What is recorded stands with the new person: who introduced them, and whether the reward is given
or has lapsed. Until then the introducer takes part in the new person's events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import EARN, GRADE, GRANT, GUARD, Clause, Text, on
from charterhouse.kernel.clauses.admission import RUNNING
from charterhouse.kernel.clauses.leaving import forfeited_since
from charterhouse.kernel.clauses.rights import no_membership
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import FEN_UNITS, positive
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.standing import TIES, Standing

INTRODUCED = "introduced"
"""The fact that keeps who introduced a person: {by, day}, and `done` when that is settled."""

_TIE = "introducer"

Rewards = Mapping[str, int]
"""Unit of the ledger → how much of it."""


def words_of(rewards: Rewards) -> Text:
    """What a reward is, in both languages."""
    zh, en = [], []
    for unit, amount in rewards.items():
        money = unit in FEN_UNITS
        zh.append(f"抵用金{show_fen(amount)}元" if money else f"{amount}分")
        en.append(f"a credit of {show_fen(amount)} yuan" if money else f"{amount} points")
    return "、".join(zh) or "无", " and ".join(en) or "nothing"


def pending(standing: Standing) -> dict[str, Any] | None:
    """The introduction of a person for which nothing has been given yet."""
    kept: dict[str, Any] | None = standing.facts.get(INTRODUCED)
    return kept if kept and not kept.get("done") else None


def _tied(standing: Standing, introducer: str | None) -> fx.Keep:
    ties = {name: ref for name, ref in standing.facts.get(TIES, {}).items() if name != _TIE}
    if introducer is not None:
        ties[_TIE] = introducer
    return fx.Keep(standing.ref, TIES, ties or None)


def _settled(standing: Standing, kept: Mapping[str, Any], **how: Any) -> Iterator[fx.Effect]:
    yield fx.Keep(standing.ref, INTRODUCED, {**kept, "done": True, **how})
    yield _tied(standing, None)


class Introductions(Clause):
    """A member introduces a person: recorded at the desk, or named in the application.

    The first record of a person counts. Numbers by reason: `refused` (oneself, a member, somebody
    recorded before), `outcome`, `none` (the introducer is no member).

    Args:
        outcomes: of `refer` that count.
        others: reason with which another outcome is refused; "" records it, without effect.
        again: reason with which a person recorded before is refused; "" records it likewise.
        running: statuses of a person who is no new one.
        named: whether the sponsor of an application introduces.
        record: written into the introducer's file for each person.
    """

    def __init__(
        self, number: str, *, outcomes: Iterable[str] = ("registered",),
        others: str = "not_included", again: str = "order_violation",
        running: frozenset[str] = RUNNING, named: bool = True, record: str = "referral",
        **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.outcomes = frozenset(outcomes)
        self.others = others
        self.again = again
        self.running = running
        self.named = named
        self.record = record

    @on("refer", phase=GUARD, rank=20)
    def allowed(self, d: Draft) -> Iterator[fx.Effect]:
        """By a member, of a new person, not recorded before, with an outcome that counts."""
        lost = no_membership(d.of_member)
        if lost:
            yield fx.Refuse(lost[0], number=self.of("none"))
        if d.body.person == d.member:
            yield fx.Refuse("not_eligible", "refer.person", number=self.of("refused"))
        if d.body.outcome not in self.outcomes:
            if self.others:
                yield fx.Refuse(self.others, "refer.outcome", number=self.of("outcome"))
            return
        person = d.standing(d.body.person)
        if person.status in self.running:
            yield fx.Refuse("already_member", "refer.person", number=self.of("refused"))
        elif person.facts.get(INTRODUCED) and self.again:
            yield fx.Refuse(self.again, "refer.person", number=self.of("refused"))

    @on("refer", phase=GRADE, rank=20)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """The record that counts, or one without effect."""
        person = d.standing(d.body.person)
        if d.body.outcome in self.outcomes and not person.facts.get(INTRODUCED):
            yield from self._keep(d, d.member, person)
        else:
            yield fx.Cite("recorded")

    @on("apply", phase=GUARD, rank=16)
    def not_oneself(self, d: Draft) -> Iterator[fx.Effect]:
        """Nobody is their own sponsor."""
        if self.named and d.body.sponsor == d.member:
            yield fx.Refuse("not_eligible", "apply.sponsor", number=self.of("refused"))

    @on("apply", phase=GRADE, rank=12)
    def keep_sponsor(self, d: Draft) -> Iterator[fx.Effect]:
        """The sponsor of the application, where nobody was recorded before."""
        standing, sponsor = d.of_member, d.body.sponsor
        if not self.named or sponsor is None or standing.facts.get(INTRODUCED):
            return
        if standing.status not in self.running and not no_membership(d.standing(sponsor)):
            yield from self._keep(d, sponsor, standing)

    def _keep(self, d: Draft, by: str, person: Standing) -> Iterator[fx.Effect]:
        yield fx.Keep(person.ref, INTRODUCED, {"by": by, "day": d.event.day.isoformat()})
        yield _tied(person, by)
        if self.record:
            yield fx.Note(by, self.record)
        yield fx.Announce("introduced", person.ref)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "会员介绍新人，须在其入会前登记，或由其在申请中注明介绍人；先登记者为准。不得介绍自己、已是会员者或已登记的人。",
                "A member introduces a new person: recorded before that person joins, or named as "
                "sponsor in the application; the first record counts. Nobody introduces themselves, "
                "a member, or somebody recorded before.",
            )
        }


class Reward(Clause):
    """Base of rewards for an introducer who is an active member on the day; else it lapses.

    Args:
        rewards: what the introducer gets.
        notice: told to the introducer; "" for none.
    """

    def __init__(self, number: str, rewards: Rewards, *, notice: str = "", **numbers: str) -> None:
        super().__init__(number, **numbers)
        self.rewards = rewards
        self.notice = notice

    def introducer(self, d: Draft, kept: Mapping[str, Any]) -> str | None:
        """Who gets it, if anybody."""
        by = str(kept["by"])
        return by if no_membership(d.standing(by)) is None else None

    def credit(self, d: Draft, member: str) -> Iterator[fx.Effect]:
        """Give it for a person, or let it lapse."""
        standing = d.standing(member)
        kept = pending(standing)
        if kept is None:
            return
        by = self.introducer(d, kept)
        yield from _settled(standing, kept)
        if by is None:
            return
        if by != d.member:
            d.figures["referrer"] = by
        for unit, amount in self.rewards.items():
            yield fx.Credit(by, unit, amount, "referral")
        yield from self.tell(by)

    def tell(self, by: str) -> Iterator[fx.Effect]:
        """The introducer learns of it."""
        if self.notice:
            yield fx.Raise("notice", self.notice, by)


class RewardAtActivation(Reward):
    """The reward comes when the membership of the new person becomes active."""

    @on("activated", phase=GRANT, rank=50)
    def give(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Give it, or let it lapse."""
        yield from self.credit(d, happening.member)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        zh, en = words_of(self.rewards)
        return {
            self.number: (
                f"被介绍人成为会员时，介绍人当日为有效会员的，得{zh}，每人一次。",
                f"When the new person's membership becomes active the introducer, if an active member "
                f"then, gets {en}, once per person.",
            )
        }


class RewardAtReport(Reward):
    """The reward comes with the record itself, where its outcome tells that it came true."""

    @on("introduced", phase=GRANT, rank=50)
    def give(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Give it, or let it lapse."""
        yield from self.credit(d, happening.member)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        zh, en = words_of(self.rewards)
        return {
            self.number: (
                f"每成功介绍一人，介绍人得{zh}，每人一次。",
                f"For each introduction that comes true the introducer gets {en}, once per person.",
            )
        }


class RewardAtFirstBill(Reward):
    """The reward comes with the first bill of the new member on which money is really paid.

    Numbers by reason: `back` (a full refund of that bill takes it back).

    Args:
        short: units whose balance may fall below nothing when it is taken back; of the others
            what is left is taken.
    """

    def __init__(
        self, number: str, rewards: Rewards, *, notice: str = "", short: tuple[str, ...] = (),
        **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, rewards, notice=notice, **numbers)
        self.short = short

    @on("spend", phase=EARN, rank=40)
    def give(self, d: Draft) -> Iterator[fx.Effect]:
        """Give it, or let it lapse."""
        if d.bill is None or not d.bill.entitled or d.bill.money <= 0:
            return
        standing = d.of_member
        kept = pending(standing)
        if kept is None:
            return
        by = self.introducer(d, kept)
        bill = d.body.id or f"bill-{d.event.id}"
        yield from _settled(standing, kept, **({"bill": bill} if by else {}))
        if by is None:
            return
        for unit, amount in self.rewards.items():
            yield fx.Earn(f"{self.number}:{unit}", by, unit, amount, "referral", referral=True)
        yield from self.tell(by)

    @on("refund", phase=EARN, rank=60)
    def take_back(self, d: Draft) -> Iterator[fx.Effect]:
        """A full refund of that bill takes it back; the next paid bill makes it due again."""
        refund = d.refund
        if refund is None or refund.left or refund.original.kind != "bill":
            return
        ref = d.holder(refund.original.member, refund.original)
        kept = d.standing(ref).facts.get(INTRODUCED)
        if not kept or kept.get("bill") != refund.original.id:
            return
        number = self.of("back")
        for key, earned in refund.earned.items():
            if key.startswith(f"{self.number}:"):
                owner = d.standing(d.holder(earned.owner, refund.original))
                bill = refund.original.content
                yield from self._from(owner, earned.unit, earned.quantity, bill, number)
        yield fx.Keep(ref, INTRODUCED, {"by": kept["by"], "day": kept["day"]}, number=number)
        yield _tied(d.standing(ref), kept["by"])

    def _from(
        self, owner: Standing, unit: str, quantity: int, bill: Mapping[str, Any], number: str
    ) -> Iterator[fx.Effect]:
        if owner.status == "ended" or forfeited_since(owner, unit, bill):
            return
        if unit in self.short:
            yield fx.Debit(owner.ref, unit, quantity, short=True, number=number)
        else:
            left = min(quantity, positive(owner.lots.get(unit, ())))
            yield fx.Debit(owner.ref, unit, left, number=number)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        zh, en = words_of(self.rewards)
        return {
            self.number: (
                f"被介绍人成为会员且首次实际付款时，介绍人当日为有效会员的，得{zh}，每人一次。",
                f"With the first bill that the new member really pays the introducer, if an active "
                f"member then, gets {en}, once per person.",
            )
        }


__all__ = [
    "INTRODUCED", "Introductions", "Reward", "RewardAtActivation", "RewardAtFirstBill",
    "RewardAtReport", "pending", "words_of",
]  # fmt: skip
