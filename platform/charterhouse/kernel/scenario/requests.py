"""Comparing requests and queues with what a story expects of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, Protocol

from charterhouse.kernel import vocabulary as v
from charterhouse.kernel.clauses.queues import queue_of
from charterhouse.kernel.clauses.waiting import waiting_for, work_order
from charterhouse.kernel.decision import Document
from charterhouse.kernel.kinds import read_moment
from charterhouse.kernel.program import Book
from charterhouse.kernel.standing import Standing


class Kept(Protocol):
    """What is read of a world."""

    @property
    def book(self) -> Book:
        """The charter's versions so far."""
        ...

    def standing(self, ref: str) -> Standing:
        """A person's standing."""
        ...

    def document(self, doc_id: str) -> Document | None:
        """A document by id."""
        ...

    def requests(self) -> list[Document]:
        """Every request, open or over."""
        ...


def subject_of(body: v.Body | None, expect: Mapping[str, Any], world: Kept) -> str:
    """The member of the request or policy of which a step speaks; without a verb, its `expect`."""
    named = getattr(body, "request", None) or getattr(body, "policy", None)
    if body is None:
        named = next(iter(expect.get("request", {})), None)
    document = world.document(named) if named else None
    return document.member if document else ""


def differences(
    expected: Mapping[str, Mapping[str, Any]], world: Kept, zone: tzinfo | None
) -> dict[str, Any]:
    """What of the expected requests is otherwise: id → what is there; empty when all holds."""
    wrong: dict[str, Any] = {}
    for id_, wanted in expected.items():
        document = world.document(id_)
        if document is None or document.kind != "request":
            wrong[id_] = "no such request"
            continue
        content = document.content
        bad = {
            k: content.get(k) for k, value in wanted.items() if not _holds(k, value, content, zone)
        }
        if bad:
            wrong[id_] = bad
    return wrong


def _holds(key: str, wanted: Any, content: Mapping[str, Any], zone: tzinfo | None) -> bool:
    got = content.get(key)
    if key == "flags":
        return set(wanted) <= set(got or ())
    if key == "missing":
        return set(wanted) == set(got or ())
    if key == "deadline":
        return _same_time(wanted, got, zone)
    if key == "deadlines":
        return all(_same_time(when, (got or {}).get(code), zone) for code, when in wanted.items())
    return bool((wanted or "") == (got or ""))


def _same_time(wanted: str | None, got: str | None, zone: tzinfo | None) -> bool:
    """A day is a day and a moment a moment; a limit of days has no hour."""
    if wanted is None or got is None or (len(wanted) == len(got) == len("2025-03-01")):
        return wanted == got
    if len(wanted) == len("2025-03-01"):
        return False
    return read_moment(wanted, "deadline", zone) == datetime.fromisoformat(got)


def lacking(body: v.Body | None, world: Kept) -> list[str]:
    """What the request of an accepted step still lacks."""
    id_ = body.id if isinstance(body, v.Request) else getattr(body, "request", None)
    document = world.document(id_) if id_ else None
    return list(document.content.get("missing", ())) if document else []


def queue_at(body: v.Body | None, world: Kept, now: datetime) -> list[str]:
    """The persons who wait for the slot of a step; without one, for all that has no slot.

    Where requests wait to be worked off, those of the step's service; without one, of all.
    """
    program = world.book.at(now)
    rule = work_order(program)
    if rule is not None:
        service = _service_of(body, world)
        kept = world.requests()
        named = rule.services if service is None else (service,)
        return [
            each.member for code in named for each in waiting_for(rule, kept, code, world.standing)
        ]
    places = [(what, "") for what in sorted(program.codes.get("book.what", ()))]
    if isinstance(body, v.Book):
        places = [(body.what, body.slot or "")]
    elif isinstance(body, v.RequestBody):
        document = world.document(body.request)
        if document is not None and document.kind == "booking":
            places = [(document.content["what"], document.content["slot"])]
    return [
        entry.person for what, slot in places for entry in queue_of(program, world, what, slot, now)
    ]


def _service_of(body: v.Body | None, world: Kept) -> str | None:
    if isinstance(body, v.Request):
        return body.service
    document = world.document(body.request) if isinstance(body, v.RequestBody) else None
    return str(document.content["service"]) if document and document.kind == "request" else None


__all__ = ["differences", "lacking", "queue_at", "subject_of"]
