"""A small house for the tests of requests, bookings and queues: anybody enters with a tier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from marshmallow import Schema

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRADE, Charter, Clause, on
from charterhouse.kernel.decision import Decision
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.events import parse_body
from charterhouse.kernel.memory import MemoryWorld

ZONE = ZoneInfo("Asia/Shanghai")
TIERS = ("silver", "gold", "vip")


class Enter(Clause):
    """Who joins is active at once, at the tier that is named; who leaves is not."""

    def codes(self) -> Mapping[str, Iterable[str]]:
        return {"tier": TIERS}

    def tiers_in_order(self) -> Iterable[str]:
        return TIERS

    @on("apply", phase=GRADE)
    def enter(self, d: Draft) -> Iterator[fx.Effect]:
        tier = d.body.tier or "silver"
        since = d.now.date()
        yield fx.Change(d.member, {"status": "active", "tier": tier, "since": since})

    @on("withdraw", phase=GRADE)
    def leave(self, d: Draft) -> Iterator[fx.Effect]:
        yield fx.Change(d.member, {"status": "ended"})

    @on("take_part", phase=GRADE)
    def attend(self, d: Draft) -> Iterator[fx.Effect]:
        yield fx.Cite("took part")


class House(Charter):
    """A charter of the clauses that a test gives it."""

    code = "test.services"
    name = ("服务", "Services")
    Settings = Schema
    given: ClassVar[tuple[Clause, ...]] = ()

    def clauses(self, s: Any) -> list[Clause]:
        return [Enter("1").says("入会即生效。", "Active at once."), *self.given]


class Story:
    """Tells events to a world, in Chinese time."""

    def __init__(self, *clauses: Clause) -> None:
        charter = type("Told", (House,), {"given": clauses})()
        self.world = MemoryWorld(charter, {}, ZONE)

    def tell(self, at: str, verb: str, **fields: Any) -> Decision:
        """Submit an event; `for_` stands for the field `for`."""
        raw = {name.rstrip("_"): value for name, value in fields.items()}
        moment = datetime.fromisoformat(at).replace(tzinfo=ZONE)
        self.world.advance(moment)
        return self.world.submit(parse_body(verb, raw, ZONE), moment).decision

    def refused(self, at: str, verb: str, **fields: Any) -> tuple[str, str]:
        """The reason and the clause of a refusal; ("", "") when it was accepted."""
        refusal = self.tell(at, verb, **fields).refusal
        return (refusal.code, refusal.clause) if refusal else ("", "")

    def wait(self, at: str) -> list[Decision]:
        """Let time pass."""
        return self.world.advance(datetime.fromisoformat(at).replace(tzinfo=ZONE))

    def content(self, doc_id: str) -> Mapping[str, Any]:
        """What a document holds."""
        document = self.world.document(doc_id)
        assert document is not None
        return document.content
