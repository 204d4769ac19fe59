"""Requests that wait: to be worked off, the most urgent first, or to be called, class by class."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, Clause, Text, on
from charterhouse.kernel.clauses.services import OPEN
from charterhouse.kernel.decision import Document, Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.program import Program
from charterhouse.kernel.standing import Standing

StandingOf = Callable[[str], Standing]
"""The standing of a person."""


class WorkOrder(Clause):
    """Open requests of a service are worked off by priority, then in the order of their opening.

    Args:
        services: whose requests wait, in the order in which they are looked at.
        priority: the detail of a request that ranks it; the lowest number comes first, and what
            has none last.
        solved: steps after which a request no longer waits.
    """

    def __init__(
        self, number: str, services: Iterable[str], *, priority: str = "priority",
        solved: Collection[str] = ("solved",),
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.services = tuple(services)
        self.priority = priority
        self.solved = frozenset(solved)

    @on("request", phase=FOLLOW, rank=80)
    def placed(self, d: Draft) -> Iterator[fx.Effect]:
        """Its place among those that wait is by this clause."""
        if d.body.service in self.services:
            yield fx.Cite("order of work")

    def waits(self, content: Mapping[str, Any]) -> bool:
        """Whether a request still waits."""
        done = {row[0] for row in content["steps"]}
        return content["status"] in OPEN and not done & self.solved

    def key(self, content: Mapping[str, Any], _standing: Standing) -> tuple[Any, ...]:
        """By what a request of somebody is ranked among those of its service."""
        rank = content["details"].get(self.priority)
        ranked = isinstance(rank, int) and not isinstance(rank, bool)
        return (0, rank, *_opened(content)) if ranked else (1, 0, *_opened(content))

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "未办结的申请按优先级处理（1最先），同级的先到先办；办结、取消或已解决的不再排队。",
                "Open requests are worked off by priority (1 first), equal ones in the order of "
                "their opening; what is closed, cancelled or solved no longer waits.",
            )
        }


def _opened(content: Mapping[str, Any]) -> tuple[datetime, int]:
    """Since when a request waits; those of one moment in the order of their events, whose ids grow."""
    return datetime.fromisoformat(content["at"]), int(content.get("event", 0))


Among = Callable[[Standing], bool]
"""Whether somebody is of a class of those who wait."""

PLACES = "places"
"""The fact that keeps a person's classes: service → [rank, since, event that gave it]."""


class CallOrder(WorkOrder):
    """Who waits is called class by class, each in the order of waiting in that class.

    Whoever changes class while waiting stands behind those of the new class who already wait.

    Args:
        queues: service → its classes, the first to be called first; everybody else comes last.
            A service that is not named has no queue.
        called: steps with which a request leaves the queue.
    """

    def __init__(
        self, number: str, queues: Mapping[str, Sequence[Among]], *,
        called: Collection[str] = ("called",),
    ) -> None:  # fmt: skip
        super().__init__(number, queues, solved=called)
        self.queues = queues

    def rank(self, service: str, standing: Standing) -> int:
        """The class of somebody in a queue: 0 is called first."""
        classes = self.queues[service]
        return next((i for i, among in enumerate(classes) if among(standing)), len(classes))

    @on("activated", "tier_changed", "regrouped", phase=FOLLOW, rank=90)
    def settle(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Whoever is of another class now waits in it from now."""
        standing = d.standing(happening.member)
        before = standing.facts.get(PLACES, {})
        places = dict(before)
        for service, classes in self.queues.items():
            rank = self.rank(service, standing)
            if rank != before.get(service, (len(classes),))[0]:
                places[service] = [rank, d.now.isoformat(), d.event.id]
        if places != before:
            yield fx.Keep(happening.member, PLACES, places)

    def key(self, content: Mapping[str, Any], standing: Standing) -> tuple[Any, ...]:
        """See `WorkOrder.key`."""
        service, opened = content["service"], _opened(content)
        since = opened
        kept = standing.facts.get(PLACES, {}).get(service)
        if kept is not None:
            since = max(opened, (datetime.fromisoformat(kept[1]), kept[2]))
        return (self.rank(service, standing), *since, *opened)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "按类别叫号，同类的按在该类别中等候的先后；等候中类别改变的，排在新类别已在等候者之后。",
                "Those who wait are called class by class, each in the order of waiting in it; whoever "
                "changes class while waiting stands behind those of the new class who already wait.",
            )
        }


def work_order(program: Program) -> WorkOrder | None:
    """The rule by which requests of a charter wait, if it has one."""
    return next((clause for clause in program.clauses if isinstance(clause, WorkOrder)), None)


def waiting_for(
    rule: WorkOrder, requests: Iterable[Document], service: str, standing_of: StandingOf
) -> list[Document]:
    """The requests of a service that wait, the first one first; none of a service without a queue.

    Args:
        rule: by which they wait.
        requests: documents of requests, in any order.
        service: its code.
        standing_of: the standings of now.
    """
    if service not in rule.services:
        return []
    found = [
        request
        for request in requests
        if request.content["service"] == service and rule.waits(request.content)
    ]
    return sorted(found, key=lambda each: rule.key(each.content, standing_of(each.member)))


__all__ = ["PLACES", "Among", "CallOrder", "WorkOrder", "waiting_for", "work_order"]
