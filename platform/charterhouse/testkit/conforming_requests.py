"""Conformance: whatever can be asked for can be worked off, and no request stays open for ever."""

from __future__ import annotations

from collections.abc import Iterator

from charterhouse.kernel.clauses.casework import Casework
from charterhouse.kernel.clauses.services import (
    APPROVED,
    ASKED,
    CLOSED,
    COMPLETE,
    OPEN,
    OUTCOMES,
    REFUSED,
    SUPPLIED,
    Service,
    Step,
)
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.program import Program
from charterhouse.kernel.vocabulary import Body, Cancel, Close, Decide
from charterhouse.testkit.demanding import demand
from charterhouse.testkit.probes import attempt
from charterhouse.testkit.suite import Suite
from charterhouse.testkit.telling import fork
from charterhouse.testkit.writing import Written

SIDES = ("provider", "hospital", "customer", "member")
_REQUESTS = 6


class Endings(Suite):
    """P20."""

    def test_p20_every_state_of_a_request_can_be_reached_and_left(self) -> None:
        """Steps, needs, deadlines and ends of each service, by what may come before what."""
        self.due("P20")
        program = self.known.program
        for service in services_of(program):
            wrong = list(dead_ends(service, frozenset(program.verbs)))
            demand(not wrong, f"{service.code}: {'; '.join(wrong)}")

    def test_p20_whatever_is_open_can_be_ended(self) -> None:
        """An open request of any stream is decided, closed or given up by somebody at its end."""

        def check(written: Written) -> None:
            world, at = fork(written.world), written.stream.end
            world.advance(at)
            for request in _open_requests(world)[:_REQUESTS]:
                verbs = world.book.at(at).verbs
                ways = [body for body in ways_out(request) if body.verb in verbs]
                ended = any(_ends(world, body, request, written) for body in ways)
                demand(ended, f"request {request} is open, and nothing ends it")

        self.each("P20", check)


def services_of(program: Program) -> Iterator[Service]:
    """Every service that can be asked for."""
    for clause in program.clauses:
        if isinstance(clause, Casework):
            yield from clause.services.values()


def dead_ends(service: Service, verbs: frozenset[str]) -> Iterator[str]:
    """What of a service can never happen, in words.

    Args:
        service: of a charter.
        verbs: that some clause of the charter is bound to.
    """
    there = _reached(service, verbs)
    for step in service.steps:
        if step.code not in there:
            yield f"the step {step.code!r} can never be done"
    for need in service.needed:
        if need.steps and not there & set(need.steps):
            yield f"nothing settles the need {need.code!r}"
    for limit in service.limits:
        if not there & set(limit.starts):
            yield f"the deadline {limit.code!r} never starts"
        elif not there & set(limit.ends):
            yield f"the deadline {limit.code!r} is never met"
    yield from _waits(service, verbs, there)


def _waits(service: Service, verbs: frozenset[str], there: set[str]) -> Iterator[str]:
    """States in which it waits for what cannot come."""
    if service.papers and service.papers_later and "supply" not in verbs:
        yield "papers may come later, and none can be handed in"
    if service.review and not there & {APPROVED, REFUSED}:
        yield "it waits for a decision that nobody can make"
    if CLOSED not in there:
        yield "it is never served"


def _reached(service: Service, verbs: frozenset[str]) -> set[str]:
    """The steps that can be done, and the marks that can be met, some time."""
    there = {ASKED, COMPLETE}
    there |= {SUPPLIED} if service.papers or service.listed or "supply" in verbs else set()
    flags = {then.code for then in service.opening if then.sort == "flag"}
    flags |= {"overdue"} if service.limits else set()
    while True:
        more = {step.code for step in service.steps if _possible(service, step, there, flags)}
        more = more if "progress" in verbs else set()
        if _decidable(service, there) and "decide" in verbs:
            more |= {APPROVED, REFUSED}
            flags |= {then.code for then in service.approved if then.sort == "flag"}
        if "close" in verbs or any(step.ends for step in service.steps if step.code in more):
            more.add(CLOSED)
        if more <= there:
            return there
        there |= more
        for step in service.steps:
            if step.code in there:
                flags |= {*step.sets, *(then.code for then in step.then if then.sort == "flag")}


def _decidable(service: Service, there: set[str]) -> bool:
    reviewed = service.review or service.optional_review
    return reviewed and all(before.code in there for before in service.decided_after)


def _possible(service: Service, step: Step, there: set[str], flags: set[str]) -> bool:
    if step.after_close and CLOSED not in there:
        return False
    if step.needs_flag and step.needs_flag not in flags:
        return False
    owed = [limit for limit in service.limits if limit.each and step.code in limit.ends]
    started = all(there & set(limit.starts) for limit in owed)
    return started and all(before.code in there for before in step.before)


def _open_requests(world: MemoryWorld) -> list[str]:
    return sorted(
        each.id
        for each in world.documents.values()
        if each.kind == "request" and each.content["status"] in OPEN
    )


def ways_out(request: str) -> Iterator[Body]:
    """How a request may be ended, whoever has to say so."""
    for side in SIDES:
        yield Cancel(request=request, by=side)
    for outcome in reversed(OUTCOMES):
        yield Close(request=request, outcome=outcome)
    yield Decide(request=request, outcome="refused", reason="-")
    for side in SIDES:
        yield Decide(request=request, outcome="refused", reason="-", by=side)


def _ends(world: MemoryWorld, body: Body, request: str, written: Written) -> bool:
    twin = fork(world)
    if attempt(twin, body, written.stream.end) is None:
        return False
    return twin.documents[request].content["status"] not in OPEN


__all__ = ["Endings", "dead_ends", "services_of", "ways_out"]
