"""What only the VIP scheme by purchase, points or agreement has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRADE, GUARD, Clause, Text, on
from charterhouse.kernel.clauses.admission import applied_kind
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.flow import APPLICATION
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import POINTS

RECORDED = ("apply", "approve", "reject", "pay", "use")


class Ways(Clause):
    """Each kind of membership has its own ways in; the first one holds where none is named.

    Args:
        ways: kind → paths.
    """

    def __init__(self, number: str, ways: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__(number)
        self.ways = ways

    def codes(self) -> Mapping[str, tuple[str, ...]]:
        """See `Clause.codes`."""
        return {"path": tuple(path for paths in self.ways.values() for path in paths)}

    @on("apply", phase=GUARD, rank=22)
    def own(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse a way that is not this kind's."""
        if d.body.path and d.body.path not in self.ways[applied_kind(d)]:
            yield fx.Refuse("not_eligible", "apply.path")

    @on("apply", phase=GRADE, rank=22)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """The way of the application, named or not."""
        way = d.body.path or self.ways[d.of_member.kind][0]
        yield fx.Keep(d.member, APPLICATION, {**d.of_member.facts[APPLICATION], "path": way})


class PointsForMembership(Clause):
    """Enough points, at application and at approval, open the membership.

    Args:
        needed: points.
        spent: whether they are deducted at the approval.
    """

    def __init__(self, number: str, *, needed: int, spent: bool) -> None:
        super().__init__(number)
        self.needed = needed
        self.spent = spent

    @on("apply", phase=GUARD, rank=35)
    def enough(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse an application without them."""
        if d.body.path == "points" and d.of_member.balance(POINTS) < self.needed:
            yield fx.Refuse("insufficient", "apply.path")

    @on("approve", phase=GUARD, rank=20)
    def still(self, d: Draft) -> Iterator[fx.Effect]:
        """And an approval when they have gone since."""
        if self._by_points(d) and d.of_member.balance(POINTS) < self.needed:
            yield fx.Refuse("insufficient")

    @on("approve", phase=GRADE, rank=25)
    def take(self, d: Draft) -> Iterator[fx.Effect]:
        """Deduct them, where they are exchanged."""
        if self._by_points(d):
            yield fx.Cite("points")
            if self.spent:
                yield fx.Debit(d.member, POINTS, self.needed, "@redeemed")

    def _by_points(self, d: Draft) -> bool:
        return bool(d.of_member.facts.get(APPLICATION, {}).get("path") == "points")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        zh = "批准时扣除" if self.spent else "仅作条件，不扣除"
        en = "deducted at the approval" if self.spent else "kept: they are a threshold only"
        return {
            self.number: (
                f"积分入会：申请时和批准时积分均不少于{self.needed}分，{zh}，批准即生效。",
                f"By points: at least {self.needed} points at application and still at approval, {en}; "
                "active at the approval.",
            )
        }


class ReportsOf(Clause):
    """A group sees the report of one of its persons only with that person's consent.

    Args:
        benefit: the viewing of a report.
    """

    def __init__(self, number: str, benefit: str) -> None:
        super().__init__(number)
        self.benefit = benefit

    @on("use", phase=GUARD, rank=40)
    def consented(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse a report of somebody else, or of a group's person without consent."""
        other = d.body.for_ not in (None, d.member)
        if d.body.benefit != self.benefit or not other:
            return
        if d.of_member.kind != "group":
            yield fx.Refuse("wrong_person", "use.for")
        elif detail(d.body, "consent") is not True:
            yield fx.Refuse("consent_missing", "use.details.consent")
        else:
            yield fx.Cite("consent given")


class Operations(Clause):
    """Every action leaves one record in the VIP file; refused ones, bills and bookings do not."""

    @on(*RECORDED, phase=FOLLOW, rank=90)
    def note(self, d: Draft) -> Iterator[fx.Effect]:
        """One record for one action."""
        yield fx.Note(d.member, "operation")
