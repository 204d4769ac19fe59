"""Rights: may this person use the membership at all; and what the charter does not offer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import (
    FOLLOW,
    GUARD,
    PRICE,
    RIGHTS,
    Binding,
    Clause,
    Text,
    on,
)
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.standing import Standing

_BY_STATUS = {
    "lapsed": ("expired", "expired"),
    "suspended": ("suspended", "suspended"),
    "ended": ("not_active", "ended"),
}
_BY_CARD = {"lost": ("card_lost", "lost"), "void": ("card_void", "void")}


def lost_right(standing: Standing) -> tuple[str, str] | None:
    """Why a standing gives no rights: (reason code, reason name of the clause), or None."""
    if standing.status != "active":
        return _BY_STATUS.get(standing.status, ("not_active", "none"))
    return _BY_CARD.get(standing.card)


class Rights(Clause):
    """Only the holder of an active membership with a usable card has rights.

    On a bill the right is denied and the bill charged at its base price; any
    other event is refused. Numbers by reason: `expired`, `lost`, `void`,
    `ended`, `lending`, `suspended`.

    Args:
        verbs: the events that need a usable card, beside bills.
        card_at: event → whether the card itself must be shown there.
    """

    def __init__(self, number: str, *, flag: str = "lending", **numbers: str) -> None:
        super().__init__(number, **numbers)
        self.flag = flag

    @on("spend", "redeem", "use", "award", "transfer_card", phase=RIGHTS)
    def holder(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse or deny without an active membership and a usable card."""
        lost = lost_right(d.of_member)
        if lost:
            yield fx.Deny(lost[0], number=self.of(lost[1]))

    @on("spend", phase=RIGHTS, rank=60)
    def shown(self, d: Draft) -> Iterator[fx.Effect]:
        """A bill needs the card beforehand, held out by the holder for the holder."""
        if "card" not in d.body.shown:
            yield fx.Deny("card_missing")
        elif self._lent(d) and d.bill and d.bill.entitled:
            yield fx.Deny("wrong_person", number=self.of("lending"))
            yield fx.Raise("flag", self.flag, d.member, number=self.of("lending"))
            yield fx.Note(d.member, self.flag, number=self.of("lending"))

    @on("redeem", "use", phase=RIGHTS, rank=60)
    def own(self, d: Draft) -> Iterator[fx.Effect]:
        """Nobody else uses the card."""
        if self._lent(d):
            yield fx.Deny("wrong_person", number=self.of("lending"))

    def _lent(self, d: Draft) -> bool:
        others = {getattr(d.body, "presented_by", None), getattr(d.body, "for_", None)}
        return bool(others - {None, d.member})

    @on("spend", phase=PRICE, rank=90)
    def base_price(self, d: Draft) -> Iterator[fx.Effect]:
        """Without the right every line costs its activity price, else its list price."""
        if d.bill and not d.bill.entitled:
            for index, line in enumerate(d.bill.lines):
                yield fx.PriceLine(index, line.base)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "就诊前出示会员卡方可享受会员权益；未出示或已无权益（到期、挂失、作废、终止）时，"
                "按活动价（无活动价按原价）收费，收取挂号费，不计积分，也不计入累计消费。",
                "Rights are given only if the card is shown before the consultation. Shown later or "
                "not at all, or without rights (expired, lost, void, ended), a bill is charged at "
                "the activity price, else the list price; the registration fee is charged, and "
                "neither points nor cumulative consumption are counted.",
            )
        }


class NotOffered(Clause):
    """Events that the charter excludes, each with its reason code."""

    def __init__(self, number: str, verbs: dict[str, str]) -> None:
        super().__init__(number)
        self.verbs = verbs

    def bound(self) -> Iterable[Binding]:
        """Only the events excluded here: what no clause speaks of, the kernel refuses."""
        return [b for b in self.bindings if b.trigger in self.verbs or b.trigger == "bring_in"]

    @on("top_up", "cash_out", "withdraw", "renew", "upgrade", "suspend", "resume", "deregister",
        phase=RIGHTS, rank=10)  # fmt: skip
    def exclude(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse what the charter does not offer."""
        yield fx.Refuse(self.verbs[d.body.verb])

    @on("bring_in", phase=GUARD)
    def no_opening_value(self, d: Draft) -> Iterator[fx.Effect]:
        """A charter without stored value takes over none."""
        if d.body.stored_value and "top_up" in self.verbs:
            yield fx.Refuse(self.verbs["top_up"], "bring_in.stored_value")


class Statement(Clause):
    """A rule that asks nothing of the system: text of the document."""

    def __init__(self, number: str, zh: str, en: str) -> None:
        super().__init__(number)
        self.says(zh, en)


class Visits(Clause):
    """Remembers that a person has been treated here, with or without a card."""

    fact = "seen"

    @on("visit", "spend", phase=FOLLOW)
    def remember(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep the first visit."""
        if not d.of_member.facts.get(self.fact):
            yield fx.Keep(d.member, self.fact, value=True)

    @on("activated", phase=FOLLOW)
    def known_patient(self, d: Draft, _happening: object) -> Iterator[fx.Effect]:
        """An application as former patient, or opening consumption, tells of earlier visits."""
        application = d.of_member.facts.get("application", {})
        earlier = application.get("path") in self.paths or getattr(d.body, "spend_total", None)
        if earlier and not d.of_member.facts.get(self.fact):
            yield fx.Keep(d.member, self.fact, value=True)

    def __init__(self, number: str, *, paths: frozenset[str]) -> None:
        super().__init__(number)
        self.paths = paths
