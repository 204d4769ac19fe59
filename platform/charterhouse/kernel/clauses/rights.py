"""Rights: may this person use the membership at all; and what the charter does not offer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

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
_BY_CARD = {
    "lost": ("card_lost", "lost"),
    "void": ("card_void", "void"),
    "expired": ("expired", "expired"),
}

NEED_RIGHTS = frozenset({"spend", "redeem", "use", "award", "transfer_card"})
"""The events that need rights, as a rule."""

OLD_CARD = "old-card"
"""Shown instead of the card: a number that a new one has replaced."""

CARD_ON_BILLS: Mapping[str, Mapping[str, str]] = {"spend": {"card": "card_missing"}}
"""What must be shown where: the card at a bill, as a rule."""


RESTING = "resting"
"""The fact that a membership is suspended while its status says that it is left or has lapsed."""


def no_membership(standing: Standing) -> tuple[str, str] | None:
    """Why there is no running membership: (reason code, reason name of the clause), or None."""
    if standing.status == "active":
        return None
    if standing.status == "withdrawing":
        return _BY_STATUS["suspended"] if standing.facts.get(RESTING) else None
    return _BY_STATUS.get(standing.status, ("not_active", "none"))


def lost_right(standing: Standing) -> tuple[str, str] | None:
    """Why a standing gives no rights: (reason code, reason name of the clause), or None."""
    return no_membership(standing) or _BY_CARD.get(standing.card)


class Rights(Clause):
    """Only the holder of an active membership with a usable card has rights.

    On a bill the right is denied and the bill charged at its base price; any
    other event is refused. Numbers by reason: `expired`, `lost`, `void`,
    `ended`, `suspended`, `none`, `lending`, what is not shown (`card`, `id`, `code`), and
    `old` (a number that has been replaced is shown instead of the card); by verb (`use`,
    `redeem` …) for whoever has no rights there; and `price` (what they pay).

    Args:
        verbs: the events that need rights.
        shown: verb → what must be shown there → the reason without it.
        flag, record: raised and written when the card is held out for somebody else on a
            bill; "" for nothing. `record` is the flag unless named.
        lent: verb → reason with which an event for another person is refused; on a bill
            it denies the right. A verb that is not named may be for others.
        shared: kinds whose card serves several persons (a group).
    """

    def __init__(
        self, number: str, *, verbs: frozenset[str] = NEED_RIGHTS,
        shown: Mapping[str, Mapping[str, str]] = CARD_ON_BILLS,
        flag: str = "lending", record: str = "",
        lent: Mapping[str, str] | None = None, shared: frozenset[str] = frozenset(),
        **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.shared = shared
        self.verbs = verbs
        self.shown = shown
        self.flag = flag
        self.record = record or flag
        self.lent = (
            dict.fromkeys(("spend", "redeem", "use"), "wrong_person") if lent is None else lent
        )

    def bound(self) -> Iterable[Binding]:
        """Only the events that need rights or something shown."""
        verbs = self.verbs | self.shown.keys() | {"spend"}
        return [b for b in self.bindings if b.trigger in verbs]

    @on("spend", "redeem", "use", "award", "transfer_card", "upgrade", "book", "request",
        "take_part", "refer", "cash_out", "top_up", phase=RIGHTS)  # fmt: skip
    def holder(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse or deny without an active membership and a usable card."""
        lost = lost_right(d.of_member) if d.body.verb in self.verbs else None
        if lost:
            number = self.by_reason.get(d.body.verb) or self.of(lost[1])
            yield fx.Deny(lost[0], number=number)

    @on("spend", "redeem", "use", phase=RIGHTS, rank=60)
    def own(self, d: Draft) -> Iterator[fx.Effect]:
        """What must be shown is shown, held out by the holder for the holder."""
        held_out = d.bill is None or d.bill.entitled
        for thing, reason in self.shown.get(d.body.verb, {}).items():
            if thing in d.body.shown:
                continue
            if thing == "card" and OLD_CARD in d.body.shown:
                yield fx.Deny("card_void", number=self.by_reason.get("old") or self.of("void"))
            else:
                yield fx.Deny(reason, number=self.of(thing))
            # Without identity a card is still held out; without the card there is none.
            held_out = held_out and thing != "card"
        reason_lent = self.lent.get(d.body.verb)
        if not reason_lent or not held_out or not _lent(d) or d.of_member.kind in self.shared:
            return
        yield fx.Deny(reason_lent, number=self.of("lending"))
        if d.bill is not None and self.flag:
            yield fx.Raise("flag", self.flag, d.member, number=self.of("lending"))
            yield fx.Note(d.member, self.record, number=self.of("lending"))

    @on("spend", phase=PRICE, rank=90)
    def base_price(self, d: Draft) -> Iterator[fx.Effect]:
        """Without the right every line costs its activity price, else its list price."""
        if d.bill and not d.bill.entitled:
            number = self.by_reason.get("price", "")
            for index, line in enumerate(d.bill.lines):
                yield fx.PriceLine(index, line.base, number=number)

    def decides(self) -> Iterable[str]:
        """See `Clause.decides`."""
        return ("rights",)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        if "card" not in self.shown.get("spend", {}):
            return {
                self.number: (
                    "会员资格有效期间享受会员权益；没有有效会员资格的，按活动价（无活动价按原价）收费，不享受任何权益。",
                    "Rights are given while the membership is active. Without one a bill is charged at "
                    "the activity price, else the list price, and there is no benefit.",
                )
            }
        return {
            self.number: (
                "就诊前出示会员卡方可享受会员权益；未出示或已无权益（到期、挂失、作废、终止）时，"
                "按活动价（无活动价按原价）收费，不享受任何权益。",
                "Rights are given only if the card is shown before the consultation. Shown later or "
                "not at all, or without rights (expired, lost, void, ended), a bill is charged at "
                "the activity price, else the list price, and there is no benefit.",
            )
        }


def _lent(d: Draft) -> bool:
    others = {getattr(d.body, "presented_by", None), getattr(d.body, "for_", None)}
    return bool(others - {None, d.member})


class NotOffered(Clause):
    """Events that the charter excludes, each with its reason code."""

    def __init__(self, number: str, verbs: dict[str, str]) -> None:
        super().__init__(number)
        self.verbs = verbs

    def bound(self) -> Iterable[Binding]:
        """Only the events excluded here: what no clause speaks of, the kernel refuses."""
        return [b for b in self.bindings if b.trigger in self.verbs or b.trigger == "bring_in"]

    @on("top_up", "cash_out", "withdraw", "renew", "upgrade", "suspend", "resume", "deregister",
        "grant", "transfer_card", "redeem", "award", "report_loss", "reissue_card",
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
