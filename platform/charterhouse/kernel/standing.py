"""A person's standing under a charter: what the next decision needs, and nothing of the past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, NamedTuple, Protocol

from charterhouse.kernel.ledger import Lot, Lots, total

STATUSES = (
    "none", "applied", "approved", "active", "suspended", "lapsed", "withdrawing", "ended",
    "rejected",
)  # fmt: skip
HOUSE = "~house"
"""The institution itself as a subject: its stock, places, lists and dues; never a member."""

TIES = "ties"
"""The fact that names persons who take part in every event of a member: {sponsor: ref …}."""

PREPAYMENT = "top_up"
"""Under which a prepayment is owed; a `top_up` pays it."""

CARDS = ("none", "active", "lost", "void", "expired")


class Debt(NamedTuple):
    """What a member owes for one thing: fen, and the clause by which."""

    amount: int
    clause: str


@dataclass(slots=True)
class Standing:
    """The state of one person. Values inside are frozen and replaced whole.

    Attributes:
        ref: the person.
        status, card: of `STATUSES` and `CARDS`.
        kind, tier: codes of the charter.
        since: first day of the running or last membership.
        term_start, valid_until: first and last day of the term.
        card_no: the number of the present card.
        born: date of birth if known.
        traits: other facts known of the person (sex …).
        owed: purpose → Debt.
        lots: account → lots.
        records: kind → count in the member's file.
        facts: clause-owned facts by name; JSON values.
        moved: (moment, ref) for each time the whole account went to another holder.
        done: advanced up to this moment.
        wake: the next moment at which time does something by itself.
    """

    ref: str
    status: str = "none"
    kind: str = ""
    tier: str = ""
    card: str = "none"
    card_no: str = ""
    since: date | None = None
    term_start: date | None = None
    valid_until: date | None = None
    born: date | None = None
    traits: dict[str, Any] = field(default_factory=dict)
    owed: dict[str, Debt] = field(default_factory=dict)
    lots: dict[str, Lots] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    moved: tuple[tuple[str, str], ...] = ()
    done: datetime | None = None
    wake: datetime | None = None

    def copy(self) -> Standing:
        """An independent copy; the frozen values inside are shared."""
        return Standing(
            self.ref, self.status, self.kind, self.tier, self.card, self.card_no,
            self.since, self.term_start, self.valid_until, self.born,
            dict(self.traits), dict(self.owed), dict(self.lots), dict(self.records),
            dict(self.facts), self.moved, self.done, self.wake,
        )  # fmt: skip

    def balance(self, account: str) -> int:
        """The sum of the lots of an account."""
        return total(self.lots.get(account, ()))

    @property
    def members(self) -> int:
        """How many persons the membership covers: the heads last counted of a group."""
        return int(self.facts.get("members", 0))

    @property
    def owes(self) -> int:
        """All that is owed, in fen."""
        return sum(debt.amount for debt in self.owed.values())


class Holders(Protocol):
    """Where standings are found."""

    def standing(self, ref: str) -> Standing:
        """The standing of a person."""
        ...


def is_active(standing: Standing, day: date, kinds: frozenset[str] | None = None) -> bool:
    """Whether a membership is active and in its term on a day, and of one of the kinds."""
    within = standing.valid_until is None or standing.valid_until >= day
    return standing.status == "active" and within and (kinds is None or standing.kind in kinds)


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None


def dump(standing: Standing) -> dict[str, Any]:
    """The standing as plain JSON values; what is empty is left out."""
    raw = {
        "status": standing.status,
        "kind": standing.kind,
        "tier": standing.tier,
        "card": standing.card,
        "card_no": standing.card_no,
        "since": _iso(standing.since),
        "term_start": _iso(standing.term_start),
        "valid_until": _iso(standing.valid_until),
        "born": _iso(standing.born),
        "traits": standing.traits,
        "owed": {code: list(debt) for code, debt in standing.owed.items()},
        "lots": {
            account: [[lot.key, lot.amount, lot.cls, _iso(lot.expires), lot.clause] for lot in lots]
            for account, lots in standing.lots.items()
            if lots
        },
        "records": standing.records,
        "facts": standing.facts,
        "moved": [list(move) for move in standing.moved],
        "done": _iso(standing.done),
        "wake": _iso(standing.wake),
    }
    return {name: value for name, value in raw.items() if value}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def load(ref: str, raw: Mapping[str, Any], zone: tzinfo | None) -> Standing:
    """The inverse of `dump`; moments come back in the tenant's zone."""

    def moment(text: str | None) -> datetime | None:
        return datetime.fromisoformat(text).astimezone(zone) if text else None

    return Standing(
        ref=ref,
        status=raw.get("status", "none"),
        kind=raw.get("kind", ""),
        tier=raw.get("tier", ""),
        card=raw.get("card", "none"),
        card_no=raw.get("card_no", ""),
        since=_day(raw.get("since")),
        term_start=_day(raw.get("term_start")),
        valid_until=_day(raw.get("valid_until")),
        born=_day(raw.get("born")),
        traits=dict(raw.get("traits", {})),
        owed={code: Debt(*debt) for code, debt in raw.get("owed", {}).items()},
        lots={
            account: tuple(Lot(k, a, c, moment(e), n) for k, a, c, e, n in lots)
            for account, lots in raw.get("lots", {}).items()
        },
        records=dict(raw.get("records", {})),
        facts=dict(raw.get("facts", {})),
        moved=tuple((moment, to) for moment, to in raw.get("moved", ())),
        done=moment(raw.get("done")),
        wake=moment(raw.get("wake")),
    )


def holder_today(view: Holders, ref: str, since: datetime) -> str:
    """Who holds today the account that was a person's at a moment.

    What was earned or redeemed before a transfer belongs to the account that moved.
    """
    for moment, to in view.standing(ref).moved:
        moved = datetime.fromisoformat(moment)
        if moved >= since:
            return holder_today(view, to, moved + timedelta(microseconds=1))
    return ref
