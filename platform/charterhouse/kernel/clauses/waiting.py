"""Requests that wait to be worked off, the most urgent first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, Clause, Text, on
from charterhouse.kernel.clauses.services import OPEN
from charterhouse.kernel.decision import Document
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.program import Program


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

    def key(self, content: Mapping[str, Any]) -> tuple[int, int, datetime, int]:
        """By what a request is ranked among those of its service."""
        rank = content["details"].get(self.priority)
        ranked = isinstance(rank, int) and not isinstance(rank, bool)
        since = datetime.fromisoformat(content["at"])
        # Requests of one moment wait in the order of their events, whose ids grow.
        opened = int(content.get("event", 0))
        return (0, rank, since, opened) if ranked else (1, 0, since, opened)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "未办结的申请按优先级处理（1最先），同级的先到先办；办结、取消或已解决的不再排队。",
                "Open requests are worked off by priority (1 first), equal ones in the order of "
                "their opening; what is closed, cancelled or solved no longer waits.",
            )
        }


def work_order(program: Program) -> WorkOrder | None:
    """The rule by which requests of a charter wait, if it has one."""
    return next((clause for clause in program.clauses if isinstance(clause, WorkOrder)), None)


def waiting_for(rule: WorkOrder, requests: Iterable[Document], service: str) -> list[Document]:
    """The requests of a service that wait, the first to be worked off first.

    Args:
        rule: by which they wait.
        requests: documents of requests, in any order.
        service: its code.
    """
    found = [
        request
        for request in requests
        if request.content["service"] == service and rule.waits(request.content)
    ]
    return sorted(found, key=lambda request: rule.key(request.content))


__all__ = ["WorkOrder", "waiting_for", "work_order"]
