"""What only the VIP reception knows: levels by grounds, who approves, gifts of a stay and their cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRADE, GRANT, GUARD, SETTLE, Clause, on
from charterhouse.kernel.clauses.benefits import Offer
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.errors import EventError
from charterhouse.kernel.ledger import right
from charterhouse.kernel.money import parse_fen
from charterhouse.kernel.standing import Standing
from charterhouse_service_desk.vip_reception_levels import (
    BIG_SPENDER,
    GIFTS,
    GROUNDS,
    LEVELS,
    NEWSPAPER,
    NEWSPAPER_PRICES,
    RANKS,
    RECEPTION,
    SUBSTITUTED,
    SUBSTITUTES,
)

HELD, STAY = "grounds", "stay"
"""Facts: the grounds of a guest's level; the stay that is open: {id, gifts, newspaper (fen)}."""

FIGURES = "S5"
"""The rule by which figures are checked."""


def fen_of(value: Any) -> int | None:
    """An amount among the details, in fen; None where it is none."""
    try:
        return parse_fen(value)
    except EventError:
        return None


def welcome_is_optional(d: Draft, content: Mapping[str, Any]) -> bool:
    """The guest has level B, and for big spending alone."""
    grounds = d.of_member.facts.get(HELD, ())
    return content["tier"] == "b" and [g for g in grounds if GROUNDS[g] == "b"] == [BIG_SPENDER]


def stays_already(d: Draft, _content: Mapping[str, Any]) -> bool:
    """A stay of the guest is open."""
    return STAY in d.of_member.facts


def _of_reception(d: Draft) -> bool:
    return d.subject is not None and d.subject.content.get("service") == RECEPTION


class Levels(Clause):
    """The level of a guest is the highest that the grounds of the application give.

    A lower one may be asked for. Numbers by reason: the levels.
    """

    def __init__(self, number: str, **rows: str) -> None:
        super().__init__(number, **rows)

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"tier": LEVELS, "path": GROUNDS}

    def unknowns(self) -> Mapping[str, str]:
        """See `Clause.unknowns`."""
        return {"tier": self.number, "path": self.number}

    def tiers_in_order(self) -> Iterable[str]:
        """See `Clause.tiers_in_order`."""
        return LEVELS

    def explains(self) -> Mapping[str, str]:
        """See `Clause.explains`."""
        return {ground: self.of(level) for ground, level in GROUNDS.items()}

    @staticmethod
    def _grounds(d: Draft) -> list[str]:
        """The grounds of an application, as it names them."""
        more = detail(d.body, "grounds") or []
        named = [d.body.path, *(more if isinstance(more, list) else [more])]
        return list(dict.fromkeys(str(ground) for ground in named if ground))

    @staticmethod
    def _highest(grounds: Iterable[str]) -> str:
        return max((GROUNDS[ground] for ground in grounds), key=LEVELS.index)

    @on("apply", phase=GUARD, rank=20)
    def eligible(self, d: Draft) -> Iterator[fx.Effect]:
        """There is a ground that is known, and it gives what is asked for."""
        grounds = self._grounds(d)
        if not grounds:
            yield fx.Lack("path")
            return
        if any(ground not in GROUNDS for ground in grounds):
            yield fx.Refuse("unknown", "apply.details.grounds")
        wanted = d.body.tier
        if wanted and LEVELS.index(wanted) > LEVELS.index(self._highest(grounds)):
            yield fx.Refuse("not_eligible", "apply.tier")

    @on("apply", phase=GRADE, rank=10)
    def give(self, d: Draft) -> Iterator[fx.Effect]:
        """Give the level, by the row of its ground."""
        grounds = self._grounds(d)
        highest = self._highest(grounds)
        level = d.body.tier or highest
        yield fx.Change(d.member, {"tier": level}, number=self.of(level))
        yield fx.Cite("ground", number=self.of(highest))
        yield fx.Keep(d.member, HELD, grounds)

    def decides(self) -> Iterable[str]:
        """See `Clause.decides`."""
        return ("the tier of an application",)


class Approvers(Clause):
    """A level is approved, or refused, by its own roles and by any higher authority.

    Beside `Review`. A whole admission contains the approval by the level's own role unless it
    names another one.
    """

    @on("approve", "reject", phase=GUARD, rank=20)
    def authorised(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse a lower or another role, nobody, and a level that was not applied for."""
        level = d.of_member.tier
        own = d.compound and d.body.by is None
        needed = LEVELS.index(level) + 1 if level in LEVELS else 0
        if not own and RANKS.get(d.body.by or "", 0) < needed:
            yield fx.Refuse("wrong_person", f"{d.body.verb}.by")
        if d.body.tier not in (None, level):
            yield fx.Refuse("not_eligible", f"{d.body.verb}.tier")


class Gifts(Offer):
    """The opening of a reception puts a set of gifts at disposal, each once, until the stay ends.

    Numbers by reason: `foreign` (what foreign guests get instead), `cost` (prices and costs).

    Args:
        costs: what a substitute costs, in fen; None where it is not set.
    """

    def __init__(self, number: str, *, costs: Mapping[str, int | None], **numbers: str) -> None:
        super().__init__(number, **numbers)
        self.costs = {code: cost for gifts in GIFTS.values() for code, cost in gifts.items()}
        self.substitutes = costs
        self.benefits = (*self.costs, *SUBSTITUTES)

    @staticmethod
    def is_foreign(standing: Standing) -> bool:
        """Whether the guest applied as a foreigner."""
        details: Mapping[str, Any] = standing.facts.get("application", {}).get("details", {})
        return details.get("foreign") is True

    def set_of(self, standing: Standing, newspaper: int) -> dict[str, int | None]:
        """The gifts of a guest's level with their cost in fen; None where it is not set."""
        level = standing.tier
        own: dict[str, int | None] = dict(GIFTS.get(level, {}))
        if NEWSPAPER in own:
            own[NEWSPAPER] = newspaper
        replaced = SUBSTITUTED.get(level)
        if replaced and self.is_foreign(standing):
            del own[replaced]
            own.update(self.substitutes)
        return own

    def has(self, standing: Standing) -> bool:
        """The stay decides, not the tier."""
        return True

    def remaining(self, standing: Standing, now: datetime, benefit: str) -> int | None:
        """What of the set is not in the room yet."""
        return standing.balance(right(benefit))

    @on("request", phase=GUARD, rank=60)
    def costed(self, d: Draft) -> Iterator[fx.Effect]:
        """The price of the newspaper is in its range, and the cost that of the set."""
        if d.body.service != RECEPTION:
            return
        number = self.of("cost")
        price, cost = detail(d.body, NEWSPAPER), detail(d.body, "cost")
        least, most = NEWSPAPER_PRICES.get(d.of_member.tier, (1, 0))
        paid = 0 if price is None else fen_of(price)
        if price is not None and (paid is None or not least <= paid <= most):
            yield fx.Refuse("not_eligible", f"request.details.{NEWSPAPER}", number=number)
        if price is not None or cost is not None:
            yield fx.Cite("cost", number=number)
        if cost is None:
            return
        costs = self.set_of(d.of_member, paid or 0).values()
        if None in costs:
            yield fx.Refuse("configuration", "request.details.cost", number=number)
        elif fen_of(cost) != sum(each or 0 for each in costs):
            yield fx.Refuse("not_eligible", "request.details.cost", number=FIGURES)
        else:
            yield fx.Cite("cost", number=FIGURES)

    @on("request", phase=GRANT, rank=60)
    def put_out(self, d: Draft) -> Iterator[fx.Effect]:
        """The set is at disposal."""
        if d.body.service != RECEPTION:
            return
        level, price = d.of_member.tier, fen_of(detail(d.body, NEWSPAPER)) or 0
        gifts = list(self.set_of(d.of_member, price))
        yield fx.Keep(d.member, STAY, {"id": d.body.id, "gifts": gifts, "newspaper": price})
        for gift in gifts:
            number = self.of("foreign") if gift in SUBSTITUTES else self.number
            yield fx.Credit(d.member, right(gift), 1, level, against="@rights", number=number)

    @on("use", phase=GUARD, rank=30)
    def there(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse what is not of the stay, and what is in the room already."""
        stay = d.of_member.facts.get(STAY)
        if stay is None or d.body.benefit not in stay["gifts"]:
            yield fx.Refuse("not_included", "use.benefit")
        elif d.of_member.balance(right(d.body.benefit)) < d.body.quantity:
            yield fx.Refuse("quota_used", "use.benefit")

    @on("use", phase=SETTLE, rank=30)
    def use(self, d: Draft) -> Iterator[fx.Effect]:
        """Put it into the room, with its cost."""
        benefit, stay = d.body.benefit, d.of_member.facts[STAY]
        yield fx.Debit(d.member, right(benefit), d.body.quantity, "@uses")
        yield fx.Put("use", d.body.id or f"use-{d.event.id}", d.member, {
            "benefit": benefit, "quantity": d.body.quantity, "parts": [],
            "at": d.now.isoformat(), "tier": d.program.tier, "stay": stay["id"],
        })  # fmt: skip
        cost = self.set_of(d.of_member, stay["newspaper"]).get(benefit)
        if cost:
            yield fx.Show("gift_cost", cost, number=self.of("cost"))
        yield fx.Announce("used", d.member)

    @on("close", "cancel", phase=FOLLOW, rank=60)
    def lapse(self, d: Draft) -> Iterator[fx.Effect]:
        """What is not used lapses with the stay."""
        stay = d.of_member.facts.get(STAY) if _of_reception(d) else None
        if stay is None:
            return
        for gift in stay["gifts"]:
            yield fx.Debit(d.member, right(gift), d.of_member.balance(right(gift)), "@rights")
        yield fx.Keep(d.member, STAY, None)


__all__ = ["HELD", "STAY", "Approvers", "Gifts", "Levels", "stays_already", "welcome_is_optional"]
