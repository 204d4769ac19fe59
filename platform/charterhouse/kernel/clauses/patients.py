"""Patients: a register that turns nobody away, identity later, care first, and their class."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import (
    FOLLOW,
    GRADE,
    GUARD,
    RIGHTS,
    Binding,
    Clause,
    Text,
    on,
)
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.services import OPEN
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.standing import HOUSE, Standing

IDENTITY = "identity_pending"
"""The fact that somebody's identity is still to be checked."""

Effects = Iterator[fx.Effect]


class OnRegister(Clause):
    """Events speak of those who are on the register; others are refused, bills too.

    Args:
        verbs: the events.
    """

    def __init__(self, number: str, verbs: Collection[str]) -> None:
        super().__init__(number)
        self.verbs = frozenset(verbs)

    def bound(self) -> Iterable[Binding]:
        """Only the events that the charter has."""
        return [b for b in self.bindings if b.trigger in self.verbs]

    @on("request", "use", "book", "grant", "change_details", "diagnose", "record", "spend",
        phase=RIGHTS, rank=10)  # fmt: skip
    def registered(self, d: Draft) -> Effects:
        """Refuse what concerns somebody else; what concerns nobody passes."""
        if d.member and d.of_member.status != "active":
            yield fx.Refuse("not_active", f"{d.body.verb}.member")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "尚未登记的人员不予办理。",
                "For somebody who is not on the register nothing is done.",
            )
        }


def identity_pending(standing: Standing) -> bool:
    """Whether somebody's identity is still to be checked."""
    return bool(standing.facts.get(IDENTITY))


class Identity(Clause):
    """A paper proves who somebody is; without it care goes on, and it is checked later.

    Args:
        paper: any admission without a word on papers had it.
        step: of any request, with which it is checked.
        flag, task: raised while it is pending.
    """

    def __init__(
        self, number: str, *, paper: str = "id-document", step: str = "identity-checked",
        flag: str = "identity-pending", task: str = "check-identity",
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.paper = paper
        self.step = step
        self.flag = flag
        self.task = task

    @on("apply", phase=FOLLOW, rank=40)
    def arrive(self, d: Draft) -> Effects:
        """It was shown, or is to be checked."""
        papers = d.body.documents
        if (d.compound and papers is None) or (papers or {}).get(self.paper):
            return
        yield fx.Keep(d.member, IDENTITY, value=True)
        yield fx.Raise("flag", self.flag, d.member)
        yield fx.Raise("task", self.task, d.member)

    @on("progress", phase=FOLLOW, rank=40)
    def check_it(self, d: Draft) -> Effects:
        """It is checked."""
        if d.body.step == self.step and identity_pending(d.of_member):
            yield fx.Keep(d.member, IDENTITY, None)
            yield fx.Finish(d.member, self.flag)
            yield fx.Finish(d.member, self.task)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "未出示身份证件的照常诊治，事后核对身份。",
                "Without a paper care goes on all the same, and the identity is checked later.",
            )
        }


class NotTurnedAway(Clause):
    """A running request is neither refused nor given up by those who have to serve it.

    Args:
        services: that are served to the end.
        by: who may not give them up.
    """

    def __init__(
        self, number: str, services: Iterable[str], *,
        by: Collection[str] = ("hospital", "provider"),
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.services = frozenset(services)
        self.by = frozenset(by)

    @on("decide", "cancel", phase=GUARD, rank=40)
    def served(self, d: Draft) -> Effects:
        """Refuse to refuse."""
        request = d.subject
        if request is None or request.content.get("service") not in self.services:
            return
        turned = d.body.outcome != "approved" if d.body.verb == "decide" else d.body.by in self.by
        if turned and request.content["status"] in OPEN:
            yield fx.Refuse("order_violation", f"{d.body.verb}.request")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "首诊负责，不得以任何理由拒绝或推诿。",
                "Whoever sees a patient first is responsible; nobody is refused or passed on.",
            )
        }


def _change(d: Draft, tier: str) -> Effects:
    if d.of_member.tier != tier:
        yield fx.Change(d.member, {"tier": tier})
        yield fx.Announce("tier_changed", d.member)


class ClassByStep(Clause):
    """A step of any request tells the class of its patient; the last one counts.

    Args:
        step: with the class in its detail `name`.
        classes: that there are; another one gives none.
        anew: services with whose request a patient is of the class `first` again.
    """

    def __init__(
        self, number: str, step: str, name: str, *, classes: Collection[str], first: str,
        anew: Collection[str] = (),
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.step = step
        self.name = name
        self.classes = classes
        self.first = first
        self.anew = anew

    @on("progress", phase=GRADE)
    def told(self, d: Draft) -> Effects:
        """The class is told."""
        level = detail(d.body, self.name)
        if d.body.step == self.step and level in self.classes:
            yield from _change(d, level)

    @on("request", phase=GRADE)
    def begin(self, d: Draft) -> Effects:
        """It is not known yet."""
        if d.body.service in self.anew:
            yield fx.Cite("class")
            yield from _change(d, self.first)


GREEN = "class_requests"
"""The fact that keeps the open requests that give a person a class."""


class ClassWhileOpen(Clause):
    """A patient is of a class while a request of certain services is open.

    Args:
        tier, otherwise: the class then, and else.
        services: that give it.
    """

    def __init__(
        self, number: str, tier: str, *, otherwise: str, services: Collection[str]
    ) -> None:
        super().__init__(number)
        self.tier = tier
        self.otherwise = otherwise
        self.services = services

    @on("request", phase=GRADE)
    def begin(self, d: Draft) -> Effects:
        """The first one gives it."""
        if d.body.service in self.services:
            kept = d.of_member.facts.get(GREEN, [])
            yield fx.Keep(d.member, GREEN, [*kept, d.body.id])
            yield from _change(d, self.tier)

    @on("cancel", "close", phase=GRADE)
    def end(self, d: Draft) -> Effects:
        """With the last one it ends."""
        kept = d.of_member.facts.get(GREEN, [])
        if d.body.request in kept:
            left = [each for each in kept if each != d.body.request]
            yield fx.Keep(d.member, GREEN, left or None)
            if not left:
                yield from _change(d, self.otherwise)


class CompleteCheck(Clause):
    """What has to be at hand is checked; where something lacks it is replenished.

    Args:
        kind: of the record, whose detail `complete` tells.
        task: for what lacks.
    """

    def __init__(self, number: str, kind: str, *, task: str = "replenish") -> None:
        super().__init__(number)
        self.kind = kind
        self.task = task

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": (self.kind,)}

    @on("record", phase=GUARD, rank=30)
    def answered(self, d: Draft) -> Effects:
        """Complete, or not."""
        if d.body.kind == self.kind and not isinstance(detail(d.body, "complete"), bool):
            yield fx.Lack("complete")

    @on("record", phase=FOLLOW, rank=40)
    def look(self, d: Draft) -> Effects:
        """One task for whatever lacks; nothing lacks: it is done."""
        if d.body.kind != self.kind:
            return
        yield fx.Cite(self.kind)
        if detail(d.body, "complete"):
            yield fx.Finish(HOUSE, self.task)
        else:
            yield fx.Raise("task", self.task, HOUSE, about={"kind": self.kind})

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "抢救设备和药品齐备完好，定期检查登记；不齐备的予以补充。",
                "Equipment and drugs are complete and intact; checks are recorded, and what lacks is "
                "replenished.",
            )
        }


__all__ = [
    "IDENTITY", "ClassByStep", "ClassWhileOpen", "CompleteCheck", "Identity",
    "NotTurnedAway", "OnRegister", "identity_pending",
]  # fmt: skip
