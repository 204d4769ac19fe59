"""The closed list of what a clause can ask for. The kernel executes; a clause never does.

`member` is a person's ref. `number` names a clause number of the speaking
clause where it carries several; by default its first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(slots=True, kw_only=True)
class Effect:
    """What all effects share."""

    number: str = ""


@dataclass(slots=True)
class Credit(Effect):
    """Add to a member's account from a house account; the lot's expiry by the charter's rule."""

    member: str
    unit: str
    amount: int
    cls: str = ""
    expires: datetime | None = None
    against: str = "@issued"


@dataclass(slots=True)
class Debit(Effect):
    """Take from a member's account, soonest to expire first, to a house account.

    With `short` the account may fall below nothing; without it the balance must suffice.
    """

    member: str
    unit: str
    amount: int
    against: str = "@issued"
    short: bool = False


@dataclass(slots=True)
class DebitLot(Effect):
    """Take from one named lot of a member's account to a house account."""

    member: str
    unit: str
    lot: str
    amount: int
    against: str = "@issued"


@dataclass(slots=True)
class Restore(Effect):
    """Put back parts into the lots they came from; a lot that has expired takes nothing."""

    member: str
    unit: str
    parts: tuple[tuple[str, int, str, str | None, str], ...]
    against: str = "@issued"


@dataclass(slots=True)
class Move(Effect):
    """Move between two accounts of one unit of a member, lots kept: a hold, or its release.

    What is moved to `ledger.held(unit)` can no longer be spent, and expires as before. A hold is
    captured by a `Debit` of the held account.
    """

    member: str
    source: str
    target: str
    amount: int


@dataclass(slots=True)
class MoveAll(Effect):
    """Move every account of one member to another, lots kept."""

    member: str
    to: str


@dataclass(slots=True)
class Transfer(Effect):
    """Move house money between two house accounts, in fen."""

    source: str
    target: str
    amount: int


@dataclass(slots=True)
class Change(Effect):
    """Set fields of a member's standing."""

    member: str
    values: dict[str, Any]


@dataclass(slots=True)
class Owe(Effect):
    """The member must pay this, in fen, to go on."""

    member: str
    purpose: str
    amount: int


@dataclass(slots=True)
class Settled(Effect):
    """What was owed is paid (or waived)."""

    member: str
    purpose: str


@dataclass(slots=True)
class GiveBack(Effect):
    """Money to be given back to the payer, in fen: by the till, or to the account named."""

    amount: int
    method: str = ""
    account: str = ""


@dataclass(slots=True)
class PayOut(Effect):
    """Fen paid out to the member in cash, from a house account that owed them."""

    amount: int
    account: str
    method: str = ""


@dataclass(slots=True)
class Keep(Effect):
    """Keep a clause-owned fact of a member; None forgets it."""

    member: str
    name: str
    value: Any


@dataclass(slots=True)
class Put(Effect):
    """Create or replace a document (bill, payment, redemption, use, request …)."""

    kind: str
    id: str
    member: str
    content: dict[str, Any]


@dataclass(slots=True)
class Note(Effect):
    """Count a record in the member's file; a negative quantity takes back what is kept no more."""

    member: str
    kind: str
    quantity: int = 1


@dataclass(slots=True)
class Raise(Effect):
    """A task, notice or flag for people."""

    sort: str
    code: str
    member: str
    due: date | None = None
    about: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Finish(Effect):
    """The member's open tasks and flags of a code are done: those raised about the same things."""

    member: str
    task: str
    about: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Announce(Effect):
    """Something that other clauses act on in the phases to come; with its cause."""

    fact: str
    member: str
    cause: str = ""


@dataclass(slots=True)
class PriceLine(Effect):
    """Propose the net price of a bill line in fen; the lowest proposal wins."""

    line: int
    amount: int


@dataclass(slots=True)
class Waive(Effect):
    """Some units of a bill line cost nothing; price rules see the other units only.

    To be yielded in the phase `price` before the rank of every price rule (below 10).
    """

    line: int
    units: int


@dataclass(slots=True)
class Taken(Effect):
    """The bill keeps what it used of a benefit, so that its refund can bring that back."""

    benefit: str
    parts: dict[str, Any]


@dataclass(slots=True)
class Deduct(Effect):
    """Take fen off the net price of a line after the price rules (a coupon, a cash discount)."""

    line: int
    amount: int


@dataclass(slots=True)
class Tender(Effect):
    """Settle a part of the bill, in fen, from `stored_value`, `credit` or `points`.

    `quantity` is what it takes from that account, where it does not count fen.
    """

    source: str
    amount: int
    quantity: int | None = None


@dataclass(slots=True)
class Earn(Effect):
    """What a clause gives for the bill at hand: it is credited and kept by the bill.

    `mark` is kept with it (a multiplier, a day's factor), so that a refund counts anew as then.
    `referral` tells that the owner gets it for having introduced the person of the bill.
    """

    key: str
    owner: str
    unit: str
    amount: int
    cls: str = ""
    mark: Any = None
    referral: bool = False


@dataclass(slots=True)
class Deny(Effect):
    """The right is not there: a bill goes on without it, any other event is refused."""

    reason: str


@dataclass(slots=True)
class Lack(Effect):
    """A document or detail is missing; all that lack are named in one refusal."""

    code: str


@dataclass(slots=True)
class Refuse(Effect):
    """The event is refused for this reason code; nothing changes."""

    reason: str
    field: str = ""


@dataclass(slots=True)
class Cite(Effect):
    """The clause speaks without any other effect (a right confirmed, a price base)."""

    about: str = ""


@dataclass(slots=True)
class Amendment(Effect):
    """A new version of the charter: settings that change from a moment on."""

    effective: datetime
    announced: date
    settings: dict[str, Any]


@dataclass(slots=True)
class Show(Effect):
    """Add fen to a figure of the outcome, such as `donation`."""

    figure: str
    amount: int


@dataclass(slots=True)
class Under(Effect):
    """The policy by which what is asked for is served; later clauses count by it."""

    policy: str


FACTS = (
    "applied", "approved", "rejected", "paid", "topped_up", "activated", "tier_changed",
    "term_began", "renewed", "withdrawing", "lapsed", "ended", "reissued", "transferred", "used",
    "redeemed", "introduced", "granted", "completed", "regrouped",
)  # fmt: skip
"""What clauses may announce; extended by the clause that announces it first."""

CAUSES = (
    "", "joined", "legacy", "granted", "transferred", "renewed", "upgraded", "spent", "refunded",
    "sanction", "withdrawn", "deregistered", "term",
)  # fmt: skip
"""Why it happened."""
