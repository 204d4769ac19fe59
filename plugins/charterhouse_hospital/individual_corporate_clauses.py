"""What only the membership of persons and organisations has: proofs, and a fee that is late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRADE, GUARD, Clause, Text, on
from charterhouse.kernel.clauses.terms import Renewal, Term
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.standing import Standing
from charterhouse.kernel.vocabulary import Body, Record

PROOF = "proof"
"""The fact that the card or certificate has been issued."""

FEE_LATE = "fee_late"
"""The fact that a membership rests because its fee was not paid in time."""


def without_proof(standing: Standing) -> bool:
    """Whether the card or certificate is still to be issued."""
    return not standing.facts.get(PROOF)


class Issue(Clause):
    """The issue of card or certificate is the last step of admission, after the fee.

    Args:
        proofs: kind of membership → kind of `record` that issues its proof.
    """

    def __init__(self, number: str, proofs: Mapping[str, str]) -> None:
        super().__init__(number)
        self.proofs = proofs

    def codes(self) -> Mapping[str, tuple[str, ...]]:
        """See `Clause.codes`."""
        return {"record.kind": tuple(self.proofs.values())}

    @on("record", phase=GUARD)
    def in_order(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse it before the fee is paid, and the proof of the other kind."""
        if not d.body.member:
            yield fx.Refuse("incomplete", "record.member")
            return
        standing = d.of_member
        if standing.status != "approved" or standing.owed:
            yield fx.Refuse("order_violation", "record.kind")
        elif self.proofs.get(standing.kind) != d.body.kind:
            yield fx.Refuse("not_eligible", "record.kind")

    @on("record", phase=GRADE)
    def issue(self, d: Draft) -> Iterator[fx.Effect]:
        """The membership begins."""
        yield fx.Keep(d.member, PROOF, value=True)
        yield fx.Note(d.member, d.body.kind)
        yield fx.Announce("completed", d.member)

    @on("ended", phase=FOLLOW)
    def forget(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """A later membership has a proof of its own."""
        if not without_proof(d.standing(happening.member)):
            yield fx.Keep(happening.member, PROOF, None)

    def joins(self, draft: Draft) -> Iterator[Body]:
        """See `Clause.joins`."""
        standing = draft.of_member
        if standing.status == "approved" and not standing.owed:
            yield Record(kind=self.proofs[standing.kind], member=draft.member)


class FeeTerm(Term):
    """A term at whose end the membership rests until its fee is paid."""

    def _lapse(self, d: Draft, member: str) -> Iterator[fx.Effect]:
        if d.standing(member).status == "active":
            number = self.of("lapse")
            yield fx.Change(member, {"status": "suspended"}, number=number)
            yield fx.Keep(member, FEE_LATE, value=True, number=number)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {}


class FeePaid(Renewal):
    """Paying the fee restores the benefits; the terms follow each other without a gap."""

    @on("renew", phase=GRADE, rank=30)
    def restore(self, d: Draft) -> Iterator[fx.Effect]:
        """Active again as soon as the term paid for reaches today."""
        standing = d.of_member
        until = standing.valid_until
        if standing.facts.get(FEE_LATE) and until is not None and until >= d.now.date():
            yield fx.Keep(d.member, FEE_LATE, None)
            if standing.status == "suspended":
                yield fx.Change(d.member, {"status": "active"})

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {}
