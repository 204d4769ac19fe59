"""The doctor of one's own: assigned by record, replaced, and awaited where membership needs one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRADE, GUARD, Clause, Text, on
from charterhouse.kernel.clauses.conditions import belongs, detail
from charterhouse.kernel.clauses.rights import no_membership
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.standing import Standing
from charterhouse.kernel.vocabulary import Body, Record

DOCTOR = "doctor"
"""The fact (and the detail of the record) that keeps a member's doctor."""


def without_doctor(standing: Standing) -> bool:
    """Whether somebody has no doctor yet: what an `Activation` may await."""
    return not standing.facts.get(DOCTOR)


class DoctorOfOnesOwn(Clause):
    """A member has one doctor at a time, assigned by a record that names the doctor.

    Numbers by reason: `only` (the tier or kind has none), `ask` (the task).

    Args:
        assigned: the kind of `record` that assigns one.
        replaced: the kind that replaces the present one, without which a second assignment is
            refused; "" lets the last assignment count.
        record: written into the file with each; the kind of the record unless named.
        task: raised when a doctor is to be assigned; the assignment closes it. "" for none.
        awaited: the membership waits for the doctor: the task comes with the approval, and a
            whole admission (`join`) includes the assignment.
        only: tiers or kinds that have one; None for all.
    """

    def __init__(
        self, number: str, *, assigned: str = "doctor-assigned", replaced: str = "",
        record: str = "", task: str = "", awaited: bool = False,
        only: Collection[str] | None = None, **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.assigned = assigned
        self.replaced = replaced
        self.record = record
        self.task = task
        self.awaited = awaited
        self.only = only

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": [kind for kind in (self.assigned, self.replaced) if kind]}

    def concerns(self, d: Draft) -> bool:
        """Whether the record is about a doctor."""
        return d.body.kind == self.assigned or bool(self.replaced and d.body.kind == self.replaced)

    @on("record", phase=GUARD, rank=10)
    def allowed(self, d: Draft) -> Iterator[fx.Effect]:
        """For a member (or whose membership awaits it), by name, and in its order."""
        if not self.concerns(d):
            return
        if not d.body.member:
            yield fx.Refuse("incomplete", "record.member")
            return
        standing = d.of_member
        lost = no_membership(standing)
        if lost and not (self.awaited and standing.status == "approved"):
            yield fx.Refuse(lost[0], number=self.of(lost[1]))
        elif not belongs(standing, self.only):
            yield fx.Refuse("not_included", number=self.of("only"))
        elif not str(detail(d.body, DOCTOR) or "").strip():
            yield fx.Lack(DOCTOR)
        elif self.replaced and (d.body.kind == self.replaced) == without_doctor(standing):
            yield fx.Refuse("order_violation", "record.kind")

    @on("record", phase=GRADE, rank=20)
    def assign(self, d: Draft) -> Iterator[fx.Effect]:
        """The last one counts; what waited for it goes on."""
        if not self.concerns(d):
            return
        yield fx.Keep(d.member, DOCTOR, str(detail(d.body, DOCTOR)))
        yield fx.Note(d.member, self.record or d.body.kind)
        if self.task:
            yield fx.Finish(d.member, self.task)
        if d.of_member.status == "approved":
            yield fx.Announce("completed", d.member)

    @on("approved", phase=GRADE, rank=10)
    def anew(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """A new membership begins without the doctor of one that has lapsed."""
        if not without_doctor(d.standing(happening.member)):
            yield fx.Keep(happening.member, DOCTOR, None)

    @on("approved", "activated", phase=FOLLOW)
    def ask(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Somebody is to be assigned."""
        standing = d.standing(happening.member)
        wanted = happening.fact == ("approved" if self.awaited else "activated")
        if self.task and wanted and without_doctor(standing) and belongs(standing, self.only):
            yield fx.Raise("task", self.task, happening.member, number=self.of("ask"))

    @on("tier_changed", phase=FOLLOW)
    def by_tier(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """A tier with a doctor asks for one, a tier without one ends it."""
        standing = d.standing(happening.member)
        if not belongs(standing, self.only):
            if not without_doctor(standing):
                yield fx.Keep(happening.member, DOCTOR, None)
        elif self.only is not None and self.task and without_doctor(standing):
            yield fx.Raise("task", self.task, happening.member, number=self.of("ask"))

    def joins(self, draft: Draft) -> Iterator[Body]:
        """See `Clause.joins`."""
        if self.awaited and without_doctor(draft.of_member):
            body = draft.body
            yield Record(
                kind=self.assigned, member=draft.member, by=body.by, branch=body.branch,
                details={DOCTOR: "-"},
            )  # fmt: skip

    @on("ended", phase=FOLLOW)
    def end(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """It ends with the membership."""
        if not without_doctor(d.standing(happening.member)):
            yield fx.Keep(happening.member, DOCTOR, None)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        zh = "更换须另行登记" if self.replaced else "可重新指派，以最近一次为准"
        en = "a change is recorded as one" if self.replaced else "the last assignment counts"
        return {
            self.number: (
                f"每位会员同一时间有一名专属医生，由医院指派并登记；{zh}。",
                f"Each member has one doctor of their own at a time, assigned by the hospital and "
                f"recorded; {en}.",
            )
        }


__all__ = ["DOCTOR", "DoctorOfOnesOwn", "without_doctor"]
