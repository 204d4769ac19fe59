"""The verbs of admission, money, loyalty, membership and card."""

from __future__ import annotations

from dataclasses import dataclass

from charterhouse.kernel.bodies import Body, MemberBody
from charterhouse.kernel.kinds import (
    Code,
    Codes,
    Count,
    Day,
    Details,
    Fen,
    Label,
    Lines,
    Moment,
    Notified,
    Papers,
    Positive,
    PositiveFen,
    Ref,
    TenderField,
    Text,
    YesNo,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply(MemberBody):
    """An application; the charter says what is missing."""

    verb = "apply"
    kind: Code | None = None
    tier: Code | None = None
    path: Code | None = None
    documents: Papers | None = None
    sponsor: Ref | None = None
    headcount: Positive | None = None
    origin: Code | None = None
    consent: YesNo = True
    details: Details | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Apply):
    """A whole admission in one step: application, approval and payment of what is due."""

    verb = "join"
    fee: Fen | None = None
    top_up: Fen | None = None
    premium: Fen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve(MemberBody):
    """The reviewer accepts the application."""

    verb = "approve"
    reason: Text | None = None
    tier: Code | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(Approve):
    """The reviewer declines the application."""

    verb = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant(MemberBody):
    """Status given directly by a leader."""

    verb = "grant"
    either = (("by",),)
    tier: Code
    reason: Text | None = None
    details: Details | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BringIn(MemberBody):
    """A legacy member with opening figures (fen, points, last valid day)."""

    verb = "bring_in"
    points: Count | None = None
    spend_total: Fen | None = None
    tier: Code | None = None
    stored_value: Fen | None = None
    valid_until: Day | None = None
    details: Details | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay(MemberBody):
    """Money in for something owed, in fen."""

    verb = "pay"
    id: Label | None = None
    for_: Code
    amount: Fen
    method: Code | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp(MemberBody):
    """Stored value in, in fen."""

    verb = "top_up"
    id: Label | None = None
    amount: PositiveFen
    method: Code | None = None
    presented_by: Label | None = None
    upgrade: YesNo = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend(Body):
    """A bill of the hospital: priced, paid and recorded."""

    verb = "spend"
    either = (("member", "person"), ("lines", "amount"))
    id: Label | None = None
    member: Ref | None = None
    person: Ref | None = None
    lines: Lines | None = None
    amount: Fen | None = None
    visit: Code | None = None
    first_visit: YesNo | None = None
    shown: Codes = ("card", "id")
    presented_by: Label | None = None
    referred_by: Ref | None = None
    for_: Label | None = None
    episode: Label | None = None
    third_party: Fen = 0
    tender: TenderField | None = None
    method: Code | None = None
    details: Details | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(Body):
    """Takes back a bill or payment, or part of it, with all that it earned."""

    verb = "refund"
    of: Label
    amount: PositiveFen | None = None
    lines: Lines | None = None
    method: Code | None = None
    reason: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CashOut(MemberBody):
    """Stored value or credit asked back as cash, in fen."""

    verb = "cash_out"
    amount: PositiveFen


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Body):
    """A completed visit, stay or session without a bill in this system."""

    verb = "visit"
    either = (("member", "person"),)
    member: Ref | None = None
    person: Ref | None = None
    kind: Code
    count: Positive = 1
    details: Details | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refer(MemberBody):
    """An introduction that came true."""

    verb = "refer"
    person: Ref
    outcome: Code


@dataclass(frozen=True, slots=True, kw_only=True)
class TakePart(MemberBody):
    """An activity attended or a prize won."""

    verb = "take_part"
    activity: Code
    result: Code = "took_part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Award(MemberBody):
    """Points given by staff."""

    verb = "award"
    points: Positive
    kind: Code = "gift"
    reason: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeem(MemberBody):
    """Points for goods or services."""

    verb = "redeem"
    either = (("item", "points"),)
    id: Label | None = None
    item: Code | None = None
    points: Positive | None = None
    quantity: Positive = 1
    shown: Codes = ("card", "id")
    presented_by: Label | None = None
    for_: Label | None = None
    details: Details | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute(Body):
    """An objection to a redemption."""

    verb = "dispute"
    of: Label
    reason: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Use(MemberBody):
    """A benefit or quota consumed."""

    verb = "use"
    id: Label | None = None
    benefit: Code
    quantity: Positive = 1
    for_: Label | None = None
    shown: Codes = ("card", "id")
    presented_by: Label | None = None
    at_home: YesNo = False
    details: Details | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveBack(Body):
    """A use or redemption undone before it was enjoyed, or after an objection."""

    verb = "give_back"
    of: Label
    reason: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Renew(MemberBody):
    """The next term; without `fee` exactly what is due is paid."""

    verb = "renew"
    fee: Fen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade(MemberBody):
    """Asked for by the member, with the difference."""

    verb = "upgrade"
    to: Code
    amount: Fen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(MemberBody):
    """The member leaves."""

    verb = "withdraw"
    form: Code | None = None
    effective: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend(MemberBody):
    """The membership rests."""

    verb = "suspend"
    reason: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Suspend):
    """The membership goes on."""

    verb = "resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deregister(Suspend):
    """Ended by the institution, for example as long unused."""

    verb = "deregister"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sanction(MemberBody):
    """Measures against a breach of the charter."""

    verb = "sanction"
    measures: Codes
    reason: Text
    approver: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident(MemberBody):
    """Recorded; a sanction needs its own decision."""

    verb = "incident"
    kind: Code
    amount: Fen | None = None
    details: Details | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLoss(MemberBody):
    """The card is blocked."""

    verb = "report_loss"
    shown: Codes = ("card", "id")
    occurred_at: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReissueCard(MemberBody):
    """A new card number."""

    verb = "reissue_card"
    changes: Details | None = None
    shown: Codes = ("card", "id")
    reason: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferCard(MemberBody):
    """A formal change of holder; `to` introduces its person."""

    verb = "transfer_card"
    to: Ref
    documents: Papers | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDetails(MemberBody):
    """Personal data that changed."""

    verb = "change_details"
    changes: Details
    shown: Codes = ("card", "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Amend(Body):
    """A new version of the charter: settings merged over those in force."""

    verb = "amend"
    announced: Day
    effective: Day
    settings: Details
    notified: Notified | None = None
