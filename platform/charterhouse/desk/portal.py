"""What a member sees of their own membership: card, what is owed, points, benefits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import bindparam, func, select

from charterhouse.desk.audit import note
from charterhouse.desk.decisions import outcome_of
from charterhouse.desk.errors import DeskError, NotFoundError
from charterhouse.desk.intake import quote
from charterhouse.desk.local import now_here
from charterhouse.desk.member_file import Balance, BenefitLeft, LotLeft, MemberFile, file
from charterhouse.desk.people import Person, find_people, find_person, get_person
from charterhouse.desk.words import Words, program_now, words
from charterhouse.kernel.charter import Clause, Text
from charterhouse.kernel.clauses.benefits import Quota, calendar_year
from charterhouse.kernel.clauses.conditions import on_birthday
from charterhouse.kernel.clauses.entitlements import PolicyQuota
from charterhouse.kernel.ledger import POINTS, SPEND_TOTAL, STORED_VALUE
from charterhouse.kernel.periods import birthday_in
from charterhouse.kernel.standing import Standing
from charterhouse.plugins.errors import CharterUnavailableError
from charterhouse.records.tables import audit
from charterhouse.tenancy.store import prepared, unit
from charterhouse.tenancy.vault import blind_index

EVERYWHERE = "member.sign_out_everywhere"
_NO_VALUE = frozenset({"not_included", "tier_too_low", "not_eligible"})
"""Reasons that refuse a top-up of any amount."""

_LAST_OUT = prepared(
    select(func.max(audit.c.seq).label("seq")).where(
        audit.c.subject == bindparam("whose"), audit.c.action == EVERYWHERE
    )
)


@dataclass(frozen=True, slots=True)
class Benefit:
    """A benefit in plain words.

    Attributes:
        remaining: uses left now; None without limit.
        text: of the clause.
        until: last day on which what is left can be used.
        next_day: the next day on which it can be used, for what is open on certain days only.
    """

    code: str
    label: Text
    remaining: int | None
    clause: str
    text: Text
    until: date | None = None
    next_day: date | None = None


@dataclass(frozen=True, slots=True)
class Lapse:
    """A part of a balance and the last day on which it can be used."""

    amount: int
    day: date


@dataclass(frozen=True, slots=True)
class Way:
    """Something that the member may ask for now, and what it costs. `price` is fen.

    Attributes:
        verb: `renew` or `upgrade`.
        tier: to which one rises; "" for a renewal.
        until: the last valid day afterwards, where it changes.
    """

    verb: str
    tier: str
    price: int
    points: int
    clause: str
    until: str = ""


_MEMBERS = frozenset({"active", "suspended", "lapsed", "withdrawing", "ended"})


@dataclass(frozen=True, slots=True)
class Home:
    """What the first page shows. Amounts are fen.

    Attributes:
        stored_value: None where this charter has none.
        lapse: the points that are lost first.
        ways: renewal and upgrade with their prices.
        can_top_up: whether value can be stored on the card.
        can_join: whether the charter has members at all, and not points for everybody.
        has_points: whether points of this charter buy anything, or some are there.
    """

    file: MemberFile
    words: Words
    points: int
    stored_value: int | None
    lapse: Lapse | None
    benefits: tuple[Benefit, ...]
    ways: tuple[Way, ...] = ()
    can_top_up: bool = False
    can_join: bool = True
    has_points: bool = True

    @property
    def standing(self) -> Standing:
        """As of now."""
        return self.file.standing

    @property
    def is_member(self) -> bool:
        """Whether there is, or was, a membership; an applicant has none yet."""
        return self.standing.card != "none" or self.standing.status in _MEMBERS

    @property
    def balances(self) -> tuple[Balance, ...]:
        """What the person holds beside what the card shows: credit, deposit, dividends …."""
        return tuple(
            each
            for each in self.file.balances
            if each.account not in (POINTS, SPEND_TOTAL, "lifetime_points")
            and (each.amount or each.held)
            and not (each.account == STORED_VALUE and self.is_member and _plain(each))
        )


def _plain(balance: Balance) -> bool:
    """Whether there is nothing to say of a balance but its amount."""
    return not balance.held and not any(lot.expires for lot in balance.lots)


def home(ref: str) -> Home:
    """The first page of a person.

    Raises:
        NotFoundError: no such person.
        CharterUnavailableError: the tenant's charter is not installed.
    """
    with unit():
        found, said = file(ref), words()
        held = {balance.account: balance for balance in found.balances}
        points = held.get(POINTS)
        stored = held.get(STORED_VALUE)
        return Home(
            file=found,
            words=said,
            points=points.amount if points else 0,
            stored_value=stored.amount if stored else None,
            lapse=first_lapse(points.lots if points else ()),
            benefits=_benefits(found, said),
            ways=ways(found),
            can_join=not program_now().verbs.keys().isdisjoint(("apply", "join")),
            can_top_up=_takes_value(found.standing),
            has_points=has_points() or bool(points and points.amount),
        )


def _takes_value(standing: Standing) -> bool:
    """Whether the charter lets this member store value; how much it wants is said when asked."""
    if "top_up" not in program_now().verbs or standing.status != "active":
        return False
    told = {"member": standing.ref, "amount": "1.00", "channel": "online"}
    try:
        refused = quote("top_up", told, actor=f"member:{standing.ref}").refusal
    except DeskError:
        return False
    return refused is None or refused["code"] not in _NO_VALUE


def has_points() -> bool:
    """Whether the charter gives points or takes them for something; also while it is unavailable."""
    try:
        return not program_now().verbs.keys().isdisjoint(("redeem", "award"))
    except (CharterUnavailableError, LookupError):
        return True


def ways(found: MemberFile) -> tuple[Way, ...]:
    """Renewal and the tiers above, as far as the charter would accept them now."""
    standing, program = found.standing, program_now()
    if standing.status not in ("active", "lapsed", "suspended"):
        return ()
    asked: list[tuple[str, dict[str, str]]] = []
    if "renew" in program.verbs:
        asked.append(("renew", {}))
    if "upgrade" in program.verbs:
        above = [t for t in program.tiers if program.rank(t) > program.rank(standing.tier)]
        asked += [("upgrade", {"to": tier}) for tier in above]
    tried = [_way(verb, {"member": found.ref, **more}, standing) for verb, more in asked]
    return tuple(way for way in tried if way is not None)


def _way(verb: str, raw: dict[str, str], standing: Standing) -> Way | None:
    try:
        answer = quote(verb, raw, actor=f"member:{standing.ref}")
    except DeskError:
        return None
    if not answer.accepted:
        return None
    outcome = outcome_of({"trace": answer.trace})
    owed = sum(e.about["amount"] for e in outcome.trace if e.did == "owe")
    until = (answer.after or {}).get("valid_until") or ""
    same = standing.valid_until is not None and until == standing.valid_until.isoformat()
    return Way(
        verb,
        raw.get("to", ""),
        outcome.taken + owed,
        -min(outcome.moved(POINTS, standing.ref) or 0, 0),
        next(iter(outcome.clauses), ""),
        "" if same else until,
    )


def last_day(lot: LotLeft) -> date | None:
    """The last day on which a lot can be used."""
    return (lot.expires - timedelta(microseconds=1)).date() if lot.expires else None


def first_lapse(lots: tuple[LotLeft, ...]) -> Lapse | None:
    """What of a balance is lost first, and the last day on which it can be used."""
    days = sorted(day for lot in lots if (day := last_day(lot)))
    if not days:
        return None
    return Lapse(sum(lot.amount for lot in lots if last_day(lot) == days[0]), days[0])


def _benefits(found: MemberFile, said: Words) -> tuple[Benefit, ...]:
    if not found.benefits:
        return ()
    clauses = program_now().variant(found.standing.tier).benefits
    made = [
        _benefit(left, clauses[left.code], found.standing, said)
        for left in found.benefits
        if left.included
    ]
    return tuple(sorted(made, key=lambda one: (one.next_day is None, one.remaining is None)))


def _benefit(left: BenefitLeft, clause: Clause, standing: Standing, said: Words) -> Benefit:
    today = now_here().date()
    until, day = standing.valid_until, None
    if isinstance(clause, PolicyQuota):
        until = clause.until(standing, today) or until
    elif isinstance(clause, Quota) and clause.window is on_birthday:
        until, day = None, _next_birthday(standing, today, used=not left.remaining)
    elif isinstance(clause, Quota) and clause.period is calendar_year:
        year_end = date(today.year, 12, 31)
        until = min(year_end, until) if until else year_end
    return Benefit(
        code=left.code,
        label=said.label(left.code),
        remaining=left.remaining,
        clause=left.clause,
        text=said.clause(left.clause),
        until=until,
        next_day=day,
    )


def _next_birthday(standing: Standing, today: date, *, used: bool) -> date | None:
    if standing.born is None:
        return None
    for year in (today.year, today.year + 1):
        day = birthday_in(standing.born, year)
        if day > today or (day == today and not used):
            return day
    return None


def household(ref: str) -> tuple[Person, ...]:
    """Everybody who has this person's phone, this person first.

    Raises:
        NotFoundError: no such person.
    """
    own = get_person(ref)
    if not own.phone:
        return (own,)
    others = sorted(set(find_people("phone", own.phone)) - {ref})
    found = (find_person(other) for other in others)
    return (own, *(person for person in found if person is not None))


def stamp(ref: str) -> str:
    """What changes when all sign-ins of a person end: a sign-out everywhere, another phone.

    Raises:
        NotFoundError: no such person.
    """
    person = get_person(ref)
    with unit() as opened:
        last = opened.execute(_LAST_OUT, {"whose": ref}).scalar() or 0
    return f"{last}.{blind_index('portal phone', person.phone or '-')[:10]}"


def sign_out_everywhere(ref: str) -> None:
    """End all sign-ins of a person, on every device."""
    note(EVERYWHERE, subject=ref, actor=f"member:{ref}")


def switch_to(ref: str, other: str) -> Person:
    """Another person with the same phone.

    Raises:
        NotFoundError: there is no such person, or with another phone.
    """
    found = next((one for one in household(ref) if one.ref == other), None)
    if found is None:
        raise NotFoundError("there is no such person with your phone")
    return found
