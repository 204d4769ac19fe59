"""Disclosures: personal data leave the house only as far as an open request needs them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GUARD, Clause, Text, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.services import OPEN
from charterhouse.kernel.draft import Draft

DISCLOSURE = "disclosure"
RECIPIENTS = ("provider", "hospital", "laboratory")


class Disclosures(Clause):
    """A disclosure names an open request of the member, and goes to those who work on it.

    Args:
        recipients: the kinds of recipients; None for a log of what goes outside, to anybody.
    """

    def __init__(self, number: str, *, recipients: Collection[str] | None = RECIPIENTS) -> None:
        super().__init__(number)
        self.recipients = None if recipients is None else frozenset(recipients)

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": (DISCLOSURE,)}

    @on("record", phase=GUARD, rank=20)
    def needed(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse one that no open request needs, or that goes to somebody else."""
        if d.body.kind != DISCLOSURE:
            return
        if not d.member:
            yield fx.Lack("member")
            return
        if self.recipients is None:
            return
        if detail(d.body, "recipient_type") not in self.recipients:
            yield fx.Refuse("not_eligible", "record.details.recipient_type")
        named = detail(d.body, "request")
        request = d.document(named) if isinstance(named, str) and named else None
        if (
            request is None
            or request.kind != "request"
            or request.member != d.member
            or request.content["status"] not in OPEN
        ):
            yield fx.Refuse("not_eligible", "record.details.request")
        for name in ("recipient", "purpose"):
            if not detail(d.body, name):
                yield fx.Lack(name)

    @on("record", phase=FOLLOW)
    def log(self, d: Draft) -> Iterator[fx.Effect]:
        """It is written into the member's file."""
        if d.body.kind == DISCLOSURE:
            yield fx.Note(d.member, DISCLOSURE)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        if self.recipients is None:
            return {
                self.number: (
                    "对外提供个人信息的，每次均予登记。",
                    "Every disclosure of personal data outside is logged.",
                )
            }
        return {
            self.number: (
                "个人和医疗信息仅在办理中的申请需要时提供给服务机构、医院或检验机构，每次提供均予记录。",
                "Personal and medical data go to the provider, hospitals or laboratories only as far as "
                "an open request needs them, and every disclosure is logged.",
            )
        }


__all__ = ["DISCLOSURE", "RECIPIENTS", "Disclosures"]
