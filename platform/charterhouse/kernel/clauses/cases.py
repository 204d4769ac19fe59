"""A request in work: the content of its document, moved on by what happens to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from charterhouse.kernel.clauses.services import (
    APPROVED,
    ASKED,
    CLOSED,
    COMPLETE,
    OPEN,
    Condition,
    Limit,
    Service,
    passed_at,
)
from charterhouse.kernel.decision import Document
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.workdays import WorkCalendar


def read_deadline(text: str, zone: tzinfo | None) -> date | datetime:
    """A deadline as a request keeps it: a day, or a moment in the tenant's zone."""
    if len(text) == len("2025-03-01"):
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).astimezone(zone)


class Case:
    """The content of a request, changed step by step; nothing of it is shared with the past.

    The content holds: service, status, tier and person at opening, for, by, at, details,
    documents, lacking (papers), steps ([code, moment, by]), limits (code → [deadline, state],
    state of open, overdue, done, late), flags, quota and the parts that it took, closed; and, for
    those who show it, missing, deadline and deadlines.
    """

    def __init__(self, id_: str, member: str, service: Service, content: Mapping[str, Any]) -> None:
        self.id = id_
        self.member = member
        self.service = service
        self.raw: dict[str, Any] = {
            **content,
            "documents": dict(content["documents"]),
            "lacking": list(content["lacking"]),
            "steps": list(content["steps"]),
            "limits": {code: list(kept) for code, kept in content["limits"].items()},
            "flags": list(content["flags"]),
        }

    @classmethod
    def opened(cls, service: Service, d: Draft) -> Case:
        """A new request."""
        body = d.body
        papers = dict(body.documents or {})
        lacking = [paper for paper in service.papers if not papers.get(paper)]
        return cls(body.id, d.member, service, {
            "service": service.code, "status": "incomplete" if lacking else "received",
            "tier": d.of_member.tier, "for": body.for_, "by": body.by, "channel": body.channel,
            "at": d.now.isoformat(), "details": dict(body.details or {}),
            "hospital": dict(body.hospital or {}), "documents": papers, "lacking": lacking,
            "steps": [], "limits": {}, "flags": [], "quota": "", "parts": {},
        })  # fmt: skip

    @classmethod
    def of(cls, service: Service, document: Document) -> Case:
        """A request as its document keeps it."""
        return cls(document.id, document.member, service, document.content)

    @property
    def status(self) -> str:
        """The state of the request."""
        return str(self.raw["status"])

    @property
    def is_open(self) -> bool:
        """Whether something can still be done."""
        return self.status in OPEN

    @property
    def complete(self) -> bool:
        """Whether every paper is there."""
        return not self.raw["lacking"]

    @property
    def flags(self) -> list[str]:
        """The flags that it carries."""
        flags: list[str] = self.raw["flags"]
        return flags

    def did(self, code: str) -> bool:
        """Whether a step was done, or the papers are complete, or it was approved."""
        if code == COMPLETE:
            return self.complete
        return any(done[0] == code for done in self.raw["steps"])

    def undone(self, d: Draft) -> list[str]:
        """What closing still needs, in the order of the service's list."""
        return [
            need.code
            for need in self.service.needed
            if need.when(d, self.raw) and not any(self.did(step) for step in need.steps)
        ]

    def supply(self, documents: Mapping[str, Any]) -> None:
        """Take papers handed in later."""
        self.raw["documents"].update(documents)
        self.raw["lacking"] = [code for code in self.raw["lacking"] if not documents.get(code)]

    def flag(self, code: str) -> None:
        """Put a flag on it."""
        if code not in self.flags:
            self.flags.append(code)

    def unflag(self, code: str) -> None:
        """Take a flag off."""
        if code in self.flags:
            self.flags.remove(code)

    def happened(self, d: Draft, what: str, calendar: WorkCalendar) -> list[Limit]:
        """Something happened that may end and start deadlines; returns those it was late for."""
        if what not in (ASKED, COMPLETE, CLOSED):
            self.raw["steps"].append([what, d.now.isoformat(), d.body.by])
        late = [limit for limit in self.service.limits if self._end(d, limit, what)]
        for limit in self.service.limits:
            if limit.start == what and limit.code not in self.raw["limits"]:
                self._begin(d, limit, calendar)
        return late

    def _end(self, d: Draft, limit: Limit, what: str) -> bool:
        kept = self.raw["limits"].get(limit.code)
        if kept is None or what not in limit.ends or kept[1] not in ("open", "overdue"):
            return False
        late = d.now >= passed_at(read_deadline(kept[0], d.now.tzinfo), d.now.tzinfo)
        kept[1] = "late" if late else "done"
        return late

    def _begin(self, d: Draft, limit: Limit, calendar: WorkCalendar) -> None:
        if any(self.did(end) for end in limit.ends if end != COMPLETE):
            return
        if limit.when(d, self.raw):
            falls = limit.falls(d.now, calendar)
            self.raw["limits"][limit.code] = [falls.isoformat(), "open"]

    def pass_by(self, now: datetime) -> list[Limit]:
        """Mark the deadlines that pass at a moment; returns them."""
        passing = []
        for limit in self.service.limits:
            kept = self.raw["limits"].get(limit.code)
            if kept is None or kept[1] != "open" or self.passes(kept, now.tzinfo) > now:
                continue
            kept[1] = "overdue"
            passing.append(limit)
        return passing

    @staticmethod
    def passes(kept: list[str], zone: tzinfo | None) -> datetime:
        """When a kept deadline has passed."""
        return passed_at(read_deadline(kept[0], zone), zone)

    def next_moment(self, zone: tzinfo | None) -> datetime | None:
        """The next moment at which a deadline passes undone."""
        if not self.is_open:
            return None
        moments = [self.passes(kept, zone) for kept in self.raw["limits"].values()
                   if kept[1] == "open"]  # fmt: skip
        return min(moments, default=None)

    def finish(self, status: str, now: datetime) -> None:
        """The request is over."""
        self.raw["status"] = status
        self.raw["closed"] = now.isoformat()

    def content(self, d: Draft) -> dict[str, Any]:
        """What its document keeps, with what people look at."""
        still = dict(self._deadlines(d.now.tzinfo)) if self.is_open else {}
        missing = list(self.raw["lacking"])
        if self.service.lists_missing and self.is_open:
            missing += self.undone(d)
        first = min(still.values(), key=lambda kept: passed_at(kept, d.now.tzinfo), default=None)
        return {
            **self.raw,
            "missing": missing if self.is_open else [],
            "deadlines": {code: falls.isoformat() for code, falls in still.items()},
            "deadline": first.isoformat() if first else None,
        }

    def _deadlines(self, zone: tzinfo | None) -> Iterator[tuple[str, date | datetime]]:
        for code, (falls, state) in self.raw["limits"].items():
            if state in ("open", "overdue"):
                yield code, read_deadline(falls, zone)

    def holds(self, d: Draft, condition: Condition) -> bool:
        """Whether a condition holds for it."""
        return condition(d, self.raw)


__all__ = ["APPROVED", "Case", "read_deadline"]
