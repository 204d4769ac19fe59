"""Conduct: sanctions, incidents and changes of personal details."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import EARN, FOLLOW, GRADE, GUARD, RIGHTS, Clause, Text, on
from charterhouse.kernel.clauses.leaving import end_membership, is_suspended, suspend
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import POINTS, positive

BLOCKED = "blocked"
"""The fact that keeps what a sanction takes away without ending the membership."""

BANNED = "banned"
"""The fact that a membership was ended by a sanction."""


class Sanctions(Clause):
    """Measures by a sanction order with reason, and approver where one is needed.

    Numbers by reason: `reason`, `approver`.

    Args:
        measures: those that the charter knows.
        approval: the detail of an application by which management readmits somebody whose
            membership was ended; "" admits anybody again.
        approver: reason with which an order without approver is refused; "" needs none. With
            "incomplete" the order names all that lacks, its reason too.
    """

    def __init__(
        self, number: str, *, measures: frozenset[str], approval: str = "",
        approver: str = "reason_missing", **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.measures = measures
        self.approval = approval
        self.approver = approver

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"sanction.measures": self.measures}

    @on("sanction", phase=GUARD)
    def ordered(self, d: Draft) -> Iterator[fx.Effect]:
        """A running membership, known measures, a reason and an approver."""
        if d.of_member.status not in ("active", "suspended", "withdrawing"):
            yield fx.Refuse("expired" if d.of_member.status == "lapsed" else "not_active")
        if not d.body.measures or not set(d.body.measures) <= self.measures:
            yield fx.Refuse("not_included", "sanction.measures")
        if not d.body.reason.strip():
            yield self.lacking("reason", "reason_missing")
        if self.approver and not (d.body.approver or "").strip():
            yield self.lacking("approver", self.approver)

    def lacking(self, name: str, reason: str) -> fx.Effect:
        """What is refused without a reason or an approver; or named among what lacks."""
        if self.approver == "incomplete":
            return fx.Lack(name, number=self.of(name))
        return fx.Refuse(reason, f"sanction.{name}", number=self.of(name))

    @on("sanction", phase=EARN)
    def cancel_points(self, d: Draft) -> Iterator[fx.Effect]:
        """Cancelled points are void for good."""
        if "cancel_points" in d.body.measures:
            points = positive(d.of_member.lots.get(POINTS, ()))
            yield fx.Debit(d.member, POINTS, points, "@cancelled")

    @on("sanction", phase=GRADE)
    def act(self, d: Draft) -> Iterator[fx.Effect]:
        """End or suspend the membership, take the card, refuse redemption."""
        yield fx.Cite("sanction")
        if "refuse_redemption" in d.body.measures:
            yield fx.Keep(d.member, BLOCKED, ["redeem"])
        if "take_card" in d.body.measures:
            yield fx.Change(d.member, {"card": "void"})
        if "suspend" in d.body.measures and not is_suspended(d.of_member):
            yield suspend(d.of_member)
        if "end_membership" in d.body.measures:
            yield from end_membership(d, d.member, "sanction")
            if self.approval:
                yield fx.Keep(d.member, BANNED, value=True)

    @on("redeem", phase=RIGHTS, rank=70)
    def blocked(self, d: Draft) -> Iterator[fx.Effect]:
        """Redemption stays refused."""
        if "redeem" in d.of_member.facts.get(BLOCKED, ()):
            yield fx.Refuse("not_redeemable")

    @on("apply", "bring_in", phase=GUARD, rank=15)
    def readmission(self, d: Draft) -> Iterator[fx.Effect]:
        """After an end by sanction a new membership needs management's approval."""
        approved = (d.body.details or {}).get(self.approval) is True
        if d.of_member.facts.get(BANNED) and not approved:
            yield fx.Refuse("not_eligible", f"{d.body.verb}.details.{self.approval}")

    @on("transfer_card", phase=GUARD, rank=15)
    def no_way_around(self, d: Draft) -> Iterator[fx.Effect]:
        """Nor does a transfer give one to somebody who was sanctioned."""
        if d.standing(d.body.to).facts.get(BANNED):
            yield fx.Refuse("not_eligible", "transfer_card.to")

    @on("activated", phase=FOLLOW)
    def start_anew(self, d: Draft, _happening: object) -> Iterator[fx.Effect]:
        """A membership approved anew is free of the former sanction."""
        for fact in (BANNED, BLOCKED):
            if d.of_member.facts.get(fact):
                yield fx.Keep(d.member, fact, None)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "会员滥用会员卡、违反章程或提供虚假信息的，医院可收回会员卡、终止会员资格、取消积分或拒绝兑换，"
                "可单独或合并适用；被取消的积分永久作废，不予礼品或补偿；因处分终止资格者再次办卡须经管理部门批准。",
                "Abuse, breach of the charter, improper information: the hospital may take back the "
                "card, end the membership, cancel the points or refuse redemption, singly or "
                "together, by an order with reason and approver. Cancelled points are void for good. "
                "After an end by sanction a new card needs management's approval.",
            )
        }


class Incidents(Clause):
    """Incidents are recorded in the member's file; some raise a task.

    Args:
        kinds: kind → task, or "".
        flag: raised with each; "" for none.
        record: written with each; "" for none.
    """

    def __init__(
        self, number: str, kinds: Mapping[str, str], *, flag: str = "", record: str = "incident"
    ) -> None:
        super().__init__(number)
        self.kinds = kinds
        self.flag = flag
        self.record_kind = record

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"incident.kind": self.kinds}

    @on("incident", phase=GUARD, rank=10)
    def of_member(self, d: Draft) -> Iterator[fx.Effect]:
        """There must be somebody's file to record it in."""
        if d.body.kind in self.kinds and d.of_member.status == "none":
            yield fx.Refuse("not_active")

    @on("incident", phase=FOLLOW)
    def record(self, d: Draft) -> Iterator[fx.Effect]:
        """Record it, and raise its flag and its task."""
        if d.body.kind not in self.kinds:
            return
        if self.record_kind:
            yield fx.Note(d.member, self.record_kind)
        if self.flag:
            yield fx.Raise("flag", self.flag, d.member)
        task = self.kinds[d.body.kind]
        if task:
            yield fx.Raise("task", task, d.member, due=d.event.day)


class Claim(Clause):
    """An incident of one kind with an amount opens a claim; the membership stays as it is.

    Beside `Incidents`, which makes the kind known.

    Args:
        kind: of the incident.
        task, record: raised and written with it.
    """

    def __init__(self, number: str, kind: str, *, task: str, record: str = "claim") -> None:
        super().__init__(number)
        self.kind = kind
        self.task = task
        self.record = record

    @on("incident", phase=FOLLOW, rank=60)
    def open(self, d: Draft) -> Iterator[fx.Effect]:
        """Claim the amount."""
        if d.body.kind == self.kind and d.body.amount:
            yield fx.Raise("task", self.task, d.member, about={"amount": d.body.amount})
            yield fx.Note(d.member, self.record)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "造成财产损失的，依法承担赔偿责任，由本院登记并追偿；会员资格不因此自动变更。",
                "Damage to property is claimed by law; it does not by itself change the membership.",
            )
        }


class DetailsChanged(Clause):
    """Changed personal data are registered.

    Args:
        shown: what must be shown → the reason without it; the ID as a rule.
        record: written into the file with it; "" for none.
    """

    def __init__(
        self, number: str, *, shown: Mapping[str, str] | None = None,
        record: str = "details-changed",
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.shown = {"id": "id_missing"} if shown is None else shown
        self.record = record

    @on("change_details", phase=GUARD)
    def identified(self, d: Draft) -> Iterator[fx.Effect]:
        """A membership, and what must be shown."""
        if d.of_member.status in ("none", "rejected", "ended"):
            yield fx.Refuse("not_active")
        for thing, reason in self.shown.items():
            if thing not in d.body.shown:
                yield fx.Refuse(reason, "change_details.shown")

    @on("change_details", phase=FOLLOW)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """Record that they changed."""
        yield fx.Cite("details changed")
        if self.record:
            yield fx.Note(d.member, self.record)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "会员资料有变更的，应及时登记。",
                "Changed personal data are registered at once.",
            )
        }
