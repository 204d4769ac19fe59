"""The verbs: one frozen dataclass for each thing that can happen to a member.

The fields, their meaning and which are required follow the event vocabulary
(`docs/events.md`). `events.py` builds its strict reader from these classes, and
the API its schemas.
"""

from __future__ import annotations

from charterhouse.kernel.bodies import Body, MemberBody
from charterhouse.kernel.member_verbs import (
    Amend,
    Apply,
    Approve,
    Award,
    BringIn,
    CashOut,
    ChangeDetails,
    Deregister,
    Dispute,
    GiveBack,
    Grant,
    Incident,
    Join,
    Pay,
    Redeem,
    Refer,
    Refund,
    ReissueCard,
    Reject,
    Renew,
    ReportLoss,
    Resume,
    Sanction,
    Spend,
    Suspend,
    TakePart,
    TopUp,
    TransferCard,
    Upgrade,
    Use,
    Visit,
    Withdraw,
)
from charterhouse.kernel.service_verbs import (
    Book,
    Cancel,
    Close,
    Decide,
    Diagnose,
    NameRelative,
    PayPremium,
    Policy,
    PolicyChange,
    Progress,
    Record,
    Request,
    Supply,
)

VERBS: dict[str, type[Body]] = {
    cls.verb: cls
    for cls in (
        Apply, Approve, Reject, Join, Grant, BringIn,
        Pay, TopUp, Spend, Refund, CashOut,
        Visit, Refer, TakePart, Award, Redeem, Dispute, Use, GiveBack,
        Renew, Upgrade, Withdraw, Suspend, Resume, Sanction, Incident,
        ReportLoss, ReissueCard, TransferCard, Deregister, ChangeDetails, Amend,
        Policy, PayPremium, PolicyChange, NameRelative, Diagnose,
        Request, Supply, Decide, Progress, Cancel, Close, Book, Record,
    )
}  # fmt: skip
"""Every verb of the vocabulary by its name."""

__all__ = [
    "VERBS",
    "Amend",
    "Apply",
    "Approve",
    "Award",
    "Body",
    "Book",
    "BringIn",
    "Cancel",
    "CashOut",
    "ChangeDetails",
    "Close",
    "Decide",
    "Deregister",
    "Diagnose",
    "Dispute",
    "GiveBack",
    "Grant",
    "Incident",
    "Join",
    "MemberBody",
    "NameRelative",
    "Pay",
    "PayPremium",
    "Policy",
    "PolicyChange",
    "Progress",
    "Record",
    "Redeem",
    "Refer",
    "Refund",
    "ReissueCard",
    "Reject",
    "Renew",
    "ReportLoss",
    "Request",
    "Resume",
    "Sanction",
    "Spend",
    "Supply",
    "Suspend",
    "TakePart",
    "TopUp",
    "TransferCard",
    "Upgrade",
    "Use",
    "Visit",
    "Withdraw",
]
