"""Events tried on a world at the end of a stream, without leaving a trace there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from charterhouse.kernel.bodies import Body
from charterhouse.kernel.decision import Decision
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.program import Program
from charterhouse.kernel.standing import HOUSE
from charterhouse.kernel.vocabulary import Dispute, GiveBack, Redeem, Refund, Spend, Use
from charterhouse.testkit.knowledge import Knowledge
from charterhouse.testkit.telling import fork

PROBE = "probe"
_TEMPLATES = 3
_PEOPLE = 3


def active(world: MemoryWorld, program: Program) -> list[str]:
    """Some members with a running membership of a tier that the charter still has."""
    tiers = {"", *program.codes.get("tier", ())}
    running = (
        ref for ref, s in world.standings.items() if s.status == "active" and s.tier in tiers
    )
    return sorted(ref for ref in running if ref != HOUSE)[:_PEOPLE]


def attempt(world: MemoryWorld, body: Body, at: datetime) -> Decision | None:
    """What an event comes to in a world; None where it is refused."""
    decision = world.submit(body, at).decision
    return decision if decision.accepted else None


def bills(known: Knowledge, ref: str) -> Iterator[Spend]:
    """Bills of a member: a plain one, and some that look like those of the scenarios."""
    yield Spend(id=PROBE, member=ref, amount=12_345)
    for template in known.templates.get("spend", ())[:: max(1, _every(known, "spend"))]:
        body = template.body
        if isinstance(body, Spend) and body.member:
            yield replace(
                body, id=PROBE, member=ref, person=None, presented_by=None, for_=None,
                referred_by=None, episode=None,
            )  # fmt: skip


def _every(known: Knowledge, verb: str) -> int:
    return len(known.templates.get(verb, ())) // _TEMPLATES


def uses(known: Knowledge, ref: str, benefit: str, quantity: int) -> Use:
    """A use of a benefit, as a scenario uses it where one does."""
    plain = Use(id=PROBE, member=ref, benefit=benefit, quantity=quantity)
    for template in known.templates.get("use", ()):
        body = template.body
        if isinstance(body, Use) and body.benefit == benefit:
            return replace(
                body, id=PROBE, member=ref, quantity=quantity, presented_by=None, for_=None
            )
    return plain


def balances(world: MemoryWorld) -> dict[str, Any]:
    """What a reversal must restore: balances, quotas, tier, status and last valid day."""
    found: dict[str, Any] = {}
    for ref, each in world.standings.items():
        found.update({f"{ref} {account}": each.balance(account) for account in each.lots})
        found[f"{ref} tier"] = each.tier
        found[f"{ref} status"] = each.status
        found[f"{ref} valid_until"] = each.valid_until
    return {key: value for key, value in found.items() if value not in (0, "", None)}


def changed(one: dict[str, Any], other: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What differs between two such tables: before and after."""
    keys = one.keys() | other.keys()
    return {k: (one.get(k), other.get(k)) for k in sorted(keys) if one.get(k) != other.get(k)}


def redemptions(known: Knowledge, ref: str) -> Iterator[Redeem]:
    """Redemptions of a member: of a few points, and some like those of the scenarios."""
    yield Redeem(id=PROBE, member=ref, points=1)
    for template in known.templates.get("redeem", ())[:: max(1, _every(known, "redeem"))]:
        body = template.body
        if isinstance(body, Redeem):
            yield replace(body, id=PROBE, member=ref, presented_by=None, for_=None)


def undone(
    world: MemoryWorld, body: Body, back: Iterable[Body], at: datetime
) -> dict[str, tuple[Any, Any]] | None:
    """What differs once an event was done and taken back; None where either is refused.

    Of the steps back those that are refused are passed over; the last must be accepted.
    """
    twin = fork(world)
    before = balances(twin)
    if attempt(twin, body, at) is None:
        return None
    accepted = [attempt(twin, step, at) is not None for step in back]
    return changed(before, balances(twin)) if accepted and accepted[-1] else None


def ways_back(known: Knowledge, body: Body) -> Iterator[tuple[Body, ...]]:
    """How an event is wholly taken back: at once, in two parts, or after an objection."""
    if isinstance(body, Spend):
        yield (Refund(of=PROBE),)
        yield (Refund(of=PROBE, amount=49), Refund(of=PROBE))
    elif isinstance(body, Use):
        yield (GiveBack(of=PROBE),)
    else:
        for reason in known.codes("give_back", "reason"):
            yield (GiveBack(of=PROBE, reason=reason),)
            yield (Dispute(of=PROBE), GiveBack(of=PROBE, reason=reason))


__all__ = [
    "PROBE", "active", "attempt", "balances", "bills", "changed", "redemptions",
    "undone", "uses", "ways_back",
]  # fmt: skip
