"""What only the examination and orthodontic memberships have: both at once, and two queues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRADE, GRANT, GUARD, PRICE, Clause, on
from charterhouse.kernel.clauses.benefits import FreeLines
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.registers import own_id
from charterhouse.kernel.draft import Draft

EXAM, ORTHODONTIC, BOTH = "exam", "orthodontic", "exam-orthodontic"
_LABEL = 80


def is_member(d: Draft) -> bool:
    """Whether somebody holds a membership already."""
    return d.of_member.status == "active"


def marked(d: Draft) -> bool:
    """The bill asks for the birthday gift."""
    return detail(d.body, "birthday_gift") is True


class TwoMemberships(Clause):
    """Two memberships without an order; who holds one and applies for the other holds both."""

    @on("apply", "bring_in", phase=GUARD, rank=10)
    def each_once(self, d: Draft) -> Iterator[fx.Effect]:
        """One of the two is named, and is not held yet."""
        if d.body.verb == "bring_in":
            if is_member(d):
                yield fx.Refuse("already_member")
            return
        if d.body.tier == BOTH:
            yield fx.Refuse("unknown", "apply.tier")
        elif is_member(d) and d.body.tier and d.of_member.tier in (d.body.tier, BOTH):
            yield fx.Refuse("already_member")

    @on("apply", phase=GRADE, rank=15)
    def both(self, d: Draft) -> Iterator[fx.Effect]:
        """The other one is added."""
        if is_member(d):
            yield fx.Change(d.member, {"tier": BOTH})
            yield fx.Announce("tier_changed", d.member, "joined")


class Complaints(Clause):
    """A complaint goes to the queue of its person: members have their own.

    Args:
        special, general: the tasks.
    """

    touches: ClassVar[Mapping[str, tuple[str, ...]]] = {"record": ("details.person",)}

    def __init__(self, number: str, *, special: str, general: str) -> None:
        super().__init__(number)
        self.special = special
        self.general = general

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": ("complaint",)}

    def person(self, d: Draft) -> str:
        """Who complains."""
        said = detail(d.body, "person")
        return said if isinstance(said, str) else d.body.member or ""

    @on("record", phase=GUARD, rank=10)
    def named(self, d: Draft) -> Iterator[fx.Effect]:
        """Somebody complains."""
        if d.body.kind == "complaint" and not 0 < len(self.person(d)) <= _LABEL:
            yield fx.Refuse("incomplete", "record.details.person")

    @on("record", phase=FOLLOW, rank=20)
    def queue(self, d: Draft) -> Iterator[fx.Effect]:
        """Raise the task of the queue; a member's complaint is kept in the file."""
        if d.body.kind != "complaint":
            return
        person = self.person(d)
        of_member = d.peek(person).status == "active"
        about = {"person": person, "text": str(detail(d.body, "text") or "")}
        yield fx.Raise("task", self.special if of_member else self.general, person, about=about)
        if of_member:
            yield fx.Note(person, "complaint")


class FreeOnBirthday(FreeLines):
    """The birthday gift as one unit of an item; a refund of its bill does not bring it back."""

    def _key(self, bill: str) -> str:
        return own_id("gift", self.quota.benefit, bill)

    @on("spend", phase=PRICE, rank=5)
    def free(self, d: Draft) -> Iterator[fx.Effect]:
        """Waive it, and keep that it was taken."""
        taken = False
        for effect in super().free(d):
            taken = True
            yield effect
        if taken:
            key = self._key(d.body.id or f"bill-{d.event.id}")
            yield fx.Put("gift", key, d.member, {"at": d.now.isoformat(), "tier": d.program.tier})

    @on("refund", phase=GRANT, rank=60)
    def kept(self, d: Draft) -> Iterator[fx.Effect]:
        """It stays taken."""
        if d.refund is not None and d.document(self._key(d.refund.original.id)) is not None:
            yield fx.Cite("kept")
