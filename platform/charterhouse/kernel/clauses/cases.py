"""A request in work: the content of its document, moved on by what happens to it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from charterhouse.kernel.clauses.conditions import detail, is_given
from charterhouse.kernel.clauses.services import (
    APPROVED,
    ASKED,
    CLOSED,
    COMPLETE,
    OPEN,
    SUPPLIED,
    Condition,
    Limit,
    Need,
    Paper,
    Service,
    passed_at,
)
from charterhouse.kernel.decision import Document
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.workdays import WorkCalendar

UNDONE = "undone"
"""Marks a step that no longer counts as done; it stays on the request's file."""

_RUNNING = ("open", "overdue")


def limit_of(key: str) -> str:
    """The code of the limit of which a deadline is one: of several of a code each has a number."""
    return key.partition("#")[0]


def read_deadline(text: str, zone: tzinfo | None) -> date | datetime:
    """A deadline as a request keeps it: a day, or a moment in the tenant's zone."""
    if len(text) == len("2025-03-01"):
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).astimezone(zone)


class Case:
    """The content of a request, changed step by step; nothing of it is shared with the past.

    The content holds: service, status, tier and person at opening, for, by, at, event, details,
    documents, lacking (papers), steps ([code, moment, by], and "undone"), said (step → its last
    details), values (step.detail → what was ever said), limits (key → [deadline, state], state of
    open, overdue, done, late; with a third entry what one of several is about), flags, quota and the parts that it took, closed; and, for
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
        case = cls(body.id, d.member, service, {
            "service": service.code, "status": "received",
            "tier": d.of_member.tier, "for": body.for_, "by": body.by, "channel": body.channel,
            "at": d.now.isoformat(), "event": d.event.id, "details": dict(body.details or {}),
            "hospital": dict(body.hospital or {}), "documents": {}, "lacking": [],
            "steps": [], "limits": {}, "flags": [], "quota": "", "parts": {},
        })  # fmt: skip
        if d.policy:
            case.raw["policy"] = d.policy
        case.take(d, body.documents or {})
        if case.raw["lacking"]:
            case.raw["status"] = "incomplete"
        return case

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
    def asks_for(self) -> tuple[Paper, ...]:
        """The documents that it needs: those of its service, and those that it lists itself."""
        listed = self.raw["details"].get(self.service.listed) if self.service.listed else None
        own = listed if isinstance(listed, list) else []
        return (*self.service.asks_for, *(Paper(str(code)) for code in dict.fromkeys(own)))

    @property
    def flags(self) -> list[str]:
        """The flags that it carries."""
        flags: list[str] = self.raw["flags"]
        return flags

    def did(self, code: str) -> bool:
        """Whether a step was done, or the papers are complete, or it was approved."""
        if code == COMPLETE:
            return self.complete
        return any(done[0] == code and done[-1] != UNDONE for done in self.raw["steps"])

    def undo(self, codes: Collection[str]) -> None:
        """Steps no longer count as done, nor do deadlines run that they started."""
        if not codes:
            return
        self.raw["steps"] = [
            [*done, UNDONE] if done[0] in codes and done[-1] != UNDONE else done
            for done in self.raw["steps"]
        ]
        for limit in self.service.limits:
            kept = self.raw["limits"].get(limit.code)
            if any(start in codes for start in limit.starts) and kept and kept[1] in _RUNNING:
                del self.raw["limits"][limit.code]

    def undone(self, d: Draft) -> list[str]:
        """What closing still needs, in the order of the service's list."""
        return [
            need.code
            for need in self.service.needed
            if need.when(d, self.raw) and not self._settled(d, need)
        ]

    def _settled(self, d: Draft, need: Need) -> bool:
        if need.met is not None:
            return need.met(d, self.raw)
        return any(self.did(step) for step in need.steps)

    def take(self, d: Draft, documents: Mapping[str, Any]) -> None:
        """Take papers handed in, as far as they count; what was there stays."""
        strange = {paper.code for paper in self.uncounted(d, documents)}
        given = {code: copies for code, copies in documents.items() if copies}
        given = {code: copies for code, copies in given.items() if code not in strange}
        self.raw["documents"] = {**self.raw["documents"], **given}
        self.raw["details"] = {**self.raw["details"], **(getattr(d.body, "details", None) or {})}
        self._look(d)

    def reject(self, d: Draft, code: str) -> None:
        """A paper handed in no longer counts."""
        there = self.raw["documents"]
        self.raw["documents"] = {kept: copies for kept, copies in there.items() if kept != code}
        self._look(d)
        if self.raw["lacking"] and self.status == "received":
            self.raw["status"] = "incomplete"

    def _look(self, d: Draft) -> None:
        """Which papers are lacking."""
        there = self.raw["documents"]
        self.raw["lacking"] = [
            paper.code
            for paper in self.asks_for
            if paper.when(d, self.raw) and not any(there.get(code) for code in paper.codes)
        ]

    def uncounted(self, d: Draft, documents: Mapping[str, Any]) -> list[Paper]:
        """The papers handed in that do not count."""
        return [
            paper
            for paper in self.asks_for
            if documents.get(paper.code) and not paper.counts(d, self.raw)
        ]

    def flag(self, code: str) -> None:
        """Put a flag on it."""
        if code not in self.flags:
            self.flags.append(code)

    def unflag(self, code: str) -> None:
        """Take a flag off."""
        if code in self.flags:
            self.flags.remove(code)

    def happened(
        self, d: Draft, what: str, calendar: WorkCalendar, start: datetime | None = None
    ) -> tuple[list[Limit], list[Limit]]:
        """Something happened that may end and start deadlines.

        Returns those for which it was late, and those that start: now, or where they are to be
        counted from a later moment, from `start`.
        """
        step = self.service.step(what)
        counts = step is None or step.counts(d, self.raw)
        if what not in (ASKED, SUPPLIED, COMPLETE, CLOSED):
            row = [what, d.now.isoformat(), d.body.by]
            self.raw["steps"].append(row if counts else [*row, UNDONE])
            details = getattr(d.body, "details", None)
            if details:
                self.raw["said"] = {**self.raw.get("said", {}), what: dict(details)}
            for name in step.keeps if step else ():
                self._remember(f"{what}.{name}", (details or {}).get(name))
        if not counts:
            return [], []
        late = [limit for limit in self.service.limits if self._end(d, limit, what)]
        begun = [
            limit
            for limit in self.service.limits
            if what in limit.starts and self._begin(d, limit, calendar, start or d.now)
        ]
        return late, begun

    def _remember(self, name: str, value: Any) -> None:
        kept = self.raw.get("values", {})
        there = kept.get(name, [])
        if value is not None and value not in there:
            self.raw["values"] = {**kept, name: [*there, value]}

    def running(self, limit: Limit, about: str | None = None) -> str:
        """The key of what still runs of a limit, the oldest first; "" for nothing.

        Args:
            limit: of the service.
            about: of several that run, only one about this; None for any.
        """
        for own, key, kept in self._kept():
            if own is limit and kept[1] in _RUNNING and about in (None, *kept[2:]):
                return key
        return ""

    def _kept(self) -> Iterator[tuple[Limit, str, list[str]]]:
        """Deadlines begun, in the order of the service's list, those of one code as they began."""
        order = {limit.code: (place, limit) for place, limit in enumerate(self.service.limits)}
        rows = [
            (order[limit_of(key)][0], int(key.partition("#")[2] or 0), key)
            for key in self.raw["limits"]
            if limit_of(key) in order
        ]
        for place, _, key in sorted(rows):
            yield self.service.limits[place], key, self.raw["limits"][key]

    def restart(self, d: Draft, codes: Collection[str], calendar: WorkCalendar) -> None:
        """Deadlines start anew, from now."""
        for limit in self.service.limits:
            if limit.code in codes:
                falls = limit.falls(d.now, calendar)
                self.raw["limits"][limit.code] = [falls.isoformat(), "open"]

    def _end(self, d: Draft, limit: Limit, what: str) -> bool:
        key = self.running(limit, about_of(d, limit)) if what in limit.ends else ""
        if not key:
            return False
        kept = self.raw["limits"][key]
        late = bool(kept[0]) and d.now >= passed_at(
            read_deadline(kept[0], d.now.tzinfo), d.now.tzinfo
        )
        kept[1] = "late" if late else "done"
        return late

    def _begin(self, d: Draft, limit: Limit, calendar: WorkCalendar, start: datetime) -> bool:
        if limit.each:
            return self._begin_one(d, limit, calendar, start)
        kept = self.raw["limits"].get(limit.code)
        again = limit.renews or (limit.repeats and kept is not None and kept[1] not in _RUNNING)
        if kept is not None and not again:
            return False
        # What ends a deadline ends it for good; one that repeats is ended anew each time.
        once = not (limit.repeats or limit.renews)
        ended = [end for end in limit.ends if end == APPROVED or once]
        if any(self.did(end) for end in ended if end != COMPLETE):
            return False
        if not limit.when(d, self.raw):
            return False
        falls = limit.on(d, self.raw) if limit.on else limit.falls(start, calendar)
        self.raw["limits"][limit.code] = [falls.isoformat(), "open"]
        return True

    def _begin_one(self, d: Draft, limit: Limit, calendar: WorkCalendar, start: datetime) -> bool:
        if not limit.when(d, self.raw):
            return False
        number = 1 + sum(own is limit for own, *_ in self._kept())
        falls = ""
        if limit.timed:
            falls = (
                limit.on(d, self.raw) if limit.on else limit.falls(start, calendar)
            ).isoformat()
        about = about_of(d, limit) or ""
        self.raw["limits"][f"{limit.code}#{number}"] = [falls, "open", about]
        return limit.timed

    def pass_by(self, now: datetime) -> list[Limit]:
        """Mark the deadlines that pass at a moment; returns them."""
        passing = []
        for limit, _, kept in self._kept():
            if kept[1] != "open" or not kept[0] or self.passes(kept, now.tzinfo) > now:
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
        moments = [self.passes(kept, zone) for *_, kept in self._kept()
                   if kept[1] == "open" and kept[0]]  # fmt: skip
        return min(moments, default=None)

    def finish(self, status: str, now: datetime) -> None:
        """The request is over."""
        self.raw["status"] = status
        self.raw["closed"] = now.isoformat()

    def content(self, d: Draft) -> dict[str, Any]:
        """What its document keeps, with what people look at."""
        still = self.deadlines(d.now.tzinfo)
        missing = list(self.raw["lacking"])
        if self.service.lists_missing and self.is_open:
            missing += self.undone(d)
        first = self.first(d.now.tzinfo)
        return {
            **self.raw,
            "missing": missing if self.is_open else [],
            "deadlines": {code: falls.isoformat() for code, falls in still.items()},
            "deadline": still[first].isoformat() if first else None,
        }

    def deadlines(self, zone: tzinfo | None) -> dict[str, date | datetime]:
        """The deadlines still to be kept, by their keys; none when it is over."""
        if not self.is_open:
            return {}
        return {
            key: read_deadline(kept[0], zone)
            for _, key, kept in self._kept()
            if kept[1] in _RUNNING and kept[0]
        }

    def first(self, zone: tzinfo | None) -> str:
        """The key of the deadline that comes first; "" for none."""
        still = self.deadlines(zone)
        return min(still, key=lambda code: passed_at(still[code], zone), default="")

    def limit(self, code: str) -> Limit | None:
        """A deadline of the service by its code or key."""
        wanted = limit_of(code)
        return next((limit for limit in self.service.limits if limit.code == wanted), None)

    def holds(self, d: Draft, condition: Condition) -> bool:
        """Whether a condition holds for it."""
        return condition(d, self.raw)


def about_of(d: Draft, limit: Limit) -> str | None:
    """What the event says that one of several deadlines is about; None where it needs no word."""
    if not limit.by:
        return None
    value = detail(d.body, limit.by)
    return str(value) if is_given(value) else ""


__all__ = ["APPROVED", "Case", "about_of", "limit_of", "read_deadline"]
