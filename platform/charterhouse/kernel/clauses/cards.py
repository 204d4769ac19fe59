"""Cards: loss, reissue, transfer, mailing and misuse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import (
    GRADE,
    GUARD,
    SETTLE,
    Clause,
    Requirement,
    Text,
    on,
)
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.fees import Fee
from charterhouse.kernel.clauses.flow import APPLICATION
from charterhouse.kernel.clauses.redemptions import restore
from charterhouse.kernel.clauses.rights import lost_right
from charterhouse.kernel.decision import Document, Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.money import show_fen

LOSS = "loss"
"""The fact that keeps the last loss report: {reported, occurred, in_time}."""

REISSUE, LOSS_REPORT = "reissue", "loss_report"
"""Purposes of payments for a card."""

CARRIERS = "carriers"
"""The detail that chooses carriers, and the fact that keeps those handed out."""


class Loss(Clause):
    """A lost card is reported and blocked at once; late reports move the risk only.

    Numbers by reason: `expired`, `none`, `ended`, `id` and whatever else must be shown.

    Args:
        hours: within which a loss is to be reported; None sets no time.
        shown: what must be shown → the reason without it.
    """

    def __init__(
        self, number: str, *, hours: int | None = None, shown: Mapping[str, str] | None = None,
        **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.hours = hours
        self.shown = {"id": "id_missing"} if shown is None else shown

    @on("report_loss", phase=GUARD)
    def allowed(self, d: Draft) -> Iterator[fx.Effect]:
        """With what must be shown, for a card that is in use; also while it rests."""
        lost = lost_right(d.of_member)
        if lost and lost[0] in ("expired", "not_active"):
            yield fx.Refuse(lost[0], number=self.of(lost[1]))
        if d.of_member.card != "active":
            yield fx.Refuse("order_violation")
        for thing, reason in self.shown.items():
            if thing not in d.body.shown:
                yield fx.Refuse(reason, "report_loss.shown", number=self.of(thing))
        if d.body.occurred_at and d.body.occurred_at > d.now:
            yield fx.Refuse("too_early", "report_loss.occurred_at")

    @on("report_loss", phase=GRADE)
    def block(self, d: Draft) -> Iterator[fx.Effect]:
        """Block the card and keep whether the report was in time."""
        occurred = d.body.occurred_at
        hours = None if self.hours is None else timedelta(hours=self.hours)
        in_time = occurred is None or hours is None or d.now - occurred <= hours
        yield fx.Change(d.member, {"card": "lost"})
        yield fx.Keep(d.member, LOSS, {
            "reported": d.now.isoformat(),
            "occurred": occurred.isoformat() if occurred else None,
            "in_time": in_time,
        })  # fmt: skip
        if REISSUE in d.of_member.owed:
            # The damaged card that was to be replaced is gone: another number follows the loss.
            yield fx.Settled(d.member, REISSUE)


class LossFee(Fee):
    """A fee for the report of a loss, owed with the report."""

    def __init__(self, number: str, *, amount: int, **numbers: str) -> None:
        super().__init__(number, amount=amount, purpose=LOSS_REPORT, instalments=False, **numbers)
        self.fee = amount

    @on("report_loss", phase=GRADE, rank=60)
    def owe(self, d: Draft) -> Iterator[fx.Effect]:
        """It is owed from the report on."""
        if self.fee:
            yield fx.Owe(d.member, self.purpose, self.fee)


class Reissue(Fee):
    """A new number for a fee after a loss report; the old number is void for good.

    Numbers by reason: `identity` (name and ID number cannot change), what is not shown (`id`).

    Args:
        fixed: details that cannot change at a reissue.
        shown: what must be shown → the reason without it.
        hours: within which a loss is reported, for the text; 0 for no time.
        damaged: whether a card that is not reported is replaced too, as damaged.
        after: purpose of a payment that pays for a lost card and must have been made.
    """

    def __init__(
        self, number: str, *, amount: int, fixed: frozenset[str] = frozenset(), hours: int = 0,
        damaged: bool = False, after: str = "", shown: Mapping[str, str] | None = None,
        **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, amount=amount, purpose=REISSUE, instalments=False, **numbers)
        self.fee = amount
        self.fixed = fixed
        self.shown = shown or {}
        self.hours = hours
        self.damaged = damaged
        self.after = after

    @on("reissue_card", phase=GUARD)
    def allowed(self, d: Draft) -> Iterator[fx.Effect]:
        """Only for a running membership whose card is lost or was taken back."""
        lost = lost_right(d.of_member)
        if lost and lost[0] in ("expired", "suspended", "not_active"):
            yield fx.Refuse(lost[0], number=self.of(lost[1]))
        if not lost and not self.damaged:
            yield fx.Refuse("order_violation")
        if self.after in d.of_member.owed:
            yield fx.Refuse("fee_short", "reissue_card.member")
        if self.fixed & (d.body.changes or {}).keys():
            yield fx.Refuse("not_transferable", "reissue_card.changes", number=self.of("identity"))
        for thing, reason in self.shown.items():
            if thing not in d.body.shown:
                yield fx.Refuse(reason, "reissue_card.shown", number=self.of(thing))

    @on("reissue_card", phase=GRADE)
    def owe(self, d: Draft) -> Iterator[fx.Effect]:
        """The fee is owed; a free or paid reissue is done at once."""
        paid = self.after and d.of_member.card != "active"
        if self.fee and not paid:
            yield fx.Owe(d.member, self.purpose, self.fee)
        else:
            yield from self._renumber(d, d.member)

    @on("paid", phase=GRADE, rank=20)
    def paid(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """The fee makes the new number active."""
        if d.body.for_ == self.purpose:
            yield from self._renumber(d, happening.member)

    def _renumber(self, d: Draft, member: str) -> Iterator[fx.Effect]:
        yield fx.Change(member, {"card": "active", "card_no": d.event.serial})
        yield fx.Announce("reissued", member)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        if self.hours:
            return {
                self.number: (
                    f"挂失与补卡：遗失会员卡须在{self.hours}小时内凭有效身份证件到总台挂失，未及时挂失造成的损失由会员自负；"
                    f"挂失后可即时补卡，每次工本费{show_fen(self.fee)}元；累计消费和积分转入新卡，旧卡号作废。",
                    f"Loss and reissue: the holder reports the loss at the main service desk with a "
                    f"valid ID within {self.hours} hours; damage caused by a late report is the "
                    f"member's. After the report the card is reissued for {show_fen(self.fee)} yuan "
                    "each time; cumulative consumption and points move to the new card, the old "
                    "number is void.",
                )
            }
        return {
            self.number: (
                f"会员卡遗失须及时挂失，自挂失至新卡生效不享受任何权益；补卡每次{show_fen(self.fee)}元，"
                "账户、等级和有效期转入新卡，旧卡号作废。",
                f"A loss is reported promptly; from the report to the new number there are no rights. "
                f"A new card costs {show_fen(self.fee)} yuan each time and takes over account, tier "
                "and term; the old number is void.",
            )
        }


class Carriers(Clause):
    """The carriers of a card that an applicant chooses: one or several, all of one account.

    Args:
        known: the carriers; the first is that of an application that chooses none.
    """

    def __init__(self, number: str, known: Sequence[str]) -> None:
        super().__init__(number)
        self.known = tuple(known)

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"apply.details.carriers": self.known}

    @on("apply", phase=GUARD, rank=32)
    def chosen(self, d: Draft) -> Iterator[fx.Effect]:
        """At least one, and none that there is not."""
        wanted = detail(d.body, CARRIERS)
        if wanted is None:
            return
        if not isinstance(wanted, list) or not wanted:
            yield fx.Lack(CARRIERS)
        elif not set(map(str, wanted)) <= set(self.known):
            yield fx.Refuse("unknown", "apply.details.carriers")

    @on("activated", phase=GRADE, rank=95)
    def hand_out(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Keep which were handed out."""
        application = d.standing(happening.member).facts.get(APPLICATION, {})
        wanted = application.get("details", {}).get(CARRIERS) or [self.known[0]]
        yield fx.Keep(happening.member, CARRIERS, sorted(set(wanted)))


class TransferOfCard(Clause):
    """A formal change of holder with the holder's papers: the whole account moves."""

    def __init__(self, number: str, *, papers: tuple[str, ...]) -> None:
        super().__init__(number)
        self.papers = papers

    def requirements(
        self, verb: str, *, path: str | None = None, channel: str | None = None
    ) -> Iterator[Requirement]:
        """See `Clause.requirements`."""
        if verb == "transfer_card":
            for code in self.papers:
                yield Requirement(code, "document", self.number)

    @on("transfer_card", phase=GUARD, rank=30)
    def complete(self, d: Draft) -> Iterator[fx.Effect]:
        """Name every paper that lacks."""
        for code in self.papers:
            if not (d.body.documents or {}).get(code):
                yield fx.Lack(code)

    @on("transfer_card", phase=GRADE)
    def change_holder(self, d: Draft) -> Iterator[fx.Effect]:
        """Term, tier, balances, uses and what clauses keep go to the new holder."""
        old = d.of_member
        yield fx.Change(d.body.to, {
            "status": "active", "kind": old.kind, "tier": old.tier, "card": "active",
            "card_no": old.card_no, "since": d.event.day, "term_start": old.term_start,
            "valid_until": old.valid_until,
        })  # fmt: skip
        for name in ("application", LOSS, "blocked"):
            if old.facts.get(name):
                yield fx.Keep(d.body.to, name, old.facts[name])
        yield fx.MoveAll(d.member, d.body.to)
        yield fx.Change(d.member, {"status": "ended", "card": "none", "card_no": ""})
        for purpose in list(old.owed):
            yield fx.Settled(d.member, purpose)
        yield fx.Announce("transferred", d.body.to, "transferred")
        yield fx.Announce("ended", d.member, "transferred")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "一人一卡，卡号由主管部门统一编制，须与本人身份证件同时使用，每次使用均核对持卡人身份。"
                "会员卡须凭持卡人书面授权及其身份证件方可办理转让，受让人须另交申请表及身份证复印件且未持有会员卡；"
                "账户整体转移，原持卡人会员资格终止。",
                "One person, one card; numbers are given by the department in charge; the card is "
                "valid only together with the holder's own ID, and identity is checked at every use. "
                "A card is transferred only with the holder's written authorisation and ID card; the "
                "new holder hands in form and ID copy and must hold no card. The whole account "
                "moves; the former holder's membership ends.",
            )
        }


class CardMisuse(Clause):
    """Points misused on a lost card come back if the loss was reported in time."""

    kind = "card-misuse"

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"incident.details": {"redeem"}}

    @on("incident", phase=GUARD)
    def known(self, d: Draft) -> Iterator[fx.Effect]:
        """The redemption named must be one of this member's."""
        if d.body.kind == self.kind and self._redemption(d) is None:
            yield fx.Refuse("unknown", "incident.details.redeem")

    @on("incident", phase=SETTLE)
    def give_back(self, d: Draft) -> Iterator[fx.Effect]:
        """Restore what was redeemed between a loss and its timely report."""
        document = self._redemption(d) if d.body.kind == self.kind else None
        if document is None or document.content.get("given_back"):
            return
        loss = d.of_member.facts.get(LOSS)
        if loss and loss["in_time"] and self._meanwhile(document, loss):
            yield from restore(document, d.member, self.number)
        else:
            yield fx.Cite("borne by the member")

    def _redemption(self, d: Draft) -> Document | None:
        doc_id = (d.body.details or {}).get("redeem")
        document = d.document(doc_id) if isinstance(doc_id, str) else None
        if (
            document is None
            or document.kind != "redemption"
            or d.holder(document.member, document) != d.member
        ):
            return None
        return document

    def _meanwhile(self, document: Document, loss: dict[str, str]) -> bool:
        at = datetime.fromisoformat(document.content["at"])
        if at > datetime.fromisoformat(loss["reported"]):
            return False
        return not loss["occurred"] or at >= datetime.fromisoformat(loss["occurred"])


__all__ = [
    "LOSS", "LOSS_REPORT", "CardMisuse", "Carriers", "Loss", "LossFee", "Reissue",
    "TransferOfCard",
]  # fmt: skip
