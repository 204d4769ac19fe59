"""What must hold for every story that can be told to the VIP member card, beyond the test kit."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

from hypothesis import assume, event, given
from hypothesis import strategies as st

from charterhouse.kernel.events import parse_body
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.scenario.orders import shuffled
from charterhouse.kernel.standing import HOUSE
from charterhouse.testkit import Stream, knowledge_of, new_world, streams, tell, write
from charterhouse.testkit.probes import balances
from charterhouse_gynecology.vip_card import VipCard

STREAMS = streams(VipCard)
SHORT_STREAMS = streams(VipCard, longest=15)

Lots = dict[tuple[str, str, str], int]


def _lots(world: MemoryWorld) -> Lots:
    return {
        (ref, account, lot.key): lot.amount
        for ref, standing in world.standings.items()
        for account, lots in standing.lots.items()
        for lot in lots
    }


REACHED = {
    "statuses": {"applied", "approved", "active", "lapsed", "ended", "rejected"},
    "cards": {"active", "lost", "void", "expired", "none"},
    "accepted": {
        "join", "apply", "approve", "reject", "pay", "spend", "refund", "redeem", "dispute",
        "give_back", "use", "report_loss", "reissue_card", "sanction", "transfer_card", "award",
        "amend", "incident", "bring_in", "change_details", "visit", "due",
    },
    "refused": {
        "already_member", "incomplete", "insufficient", "card_lost", "expired",
        "not_active", "order_violation", "reason_missing", "notice_too_short", "configuration",
        "unknown", "not_refundable", "quota_used", "not_eligible", "not_redeemable", "card_void",
        "too_late",
    },
}  # fmt: skip


def test_the_streams_reach_what_the_charter_knows() -> None:
    seen: dict[str, set[str]] = {name: set() for name in REACHED}
    known = knowledge_of(VipCard)
    for seed in range(150):
        for decision in write(known, Random(seed)).world.decisions:  # noqa: S311 - no secret
            if decision.refusal:
                seen["refused"].add(decision.refusal.code)
            else:
                seen["accepted"].add(decision.event.verb)
            for standing in decision.standings.values():
                seen["statuses"].add(standing.status)
                seen["cards"].add(standing.card)

    for name, wanted in REACHED.items():
        assert wanted <= seen[name], name


@given(STREAMS, st.randoms(use_true_random=False))
def test_the_order_of_the_clauses_decides_nothing(stream: Stream, chance: Random) -> None:
    other = shuffled(VipCard(), chance)

    assert tell(VipCard(), stream)[0].decisions == tell(other, stream)[0].decisions


def _tell(world: MemoryWorld, at: datetime, *events: tuple[str, dict[str, Any]]) -> None:
    for verb, raw in events:
        assert world.submit(parse_body(verb, raw, world.zone), at).decision.accepted, verb


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


@given(st.data())
def test_a_bill_refunded_whole_at_once_leaves_no_trace_in_the_balances(data: st.DataObject) -> None:
    stream = data.draw(SHORT_STREAMS)
    world, _ = tell(VipCard(), stream)
    at = stream.end
    world.advance(at)
    before = _lots(world)
    fen = data.draw(st.integers(1, 50_000))
    bill = {"id": "the-bill", "member": "an", "referred_by": "ci", "amount": _yuan(fen)}
    paid = world.submit(parse_body("spend", bill, world.zone), at)
    assume(paid.decision.figures["to_pay"] > 0)
    event("with points" if _lots(world) != before else "without points")

    for part in _parts(data, paid.decision.figures["to_pay"]):
        _tell(world, at, ("refund", {"of": "the-bill", "amount": _yuan(part)}))

    assert _lots(world) == before


def _parts(data: st.DataObject, whole: int) -> list[int]:
    cuts = sorted({0, whole, *data.draw(st.lists(st.integers(0, whole), max_size=3))})
    return [b - a for a, b in itertools.pairwise(cuts)]


@given(SHORT_STREAMS, st.integers(1, 60), st.data())
def test_points_of_an_upheld_objection_go_back_where_they_came_from(
    stream: Stream, opening: int, data: st.DataObject
) -> None:
    world, _ = tell(VipCard(), stream)
    # The settings of a story may give no points at all.
    _tell(world, stream.end, ("bring_in", {"member": "rich", "points": opening}))
    _tell(world, stream.end, ("award", {"member": "rich", "points": 30}))
    before = _lots(world)
    points = data.draw(st.integers(1, world.standing("rich").balance("points")))

    _tell(
        world,
        stream.end,
        ("redeem", {"id": "the-gift", "member": "rich", "points": points}),
        ("dispute", {"of": "the-gift"}),
        ("give_back", {"of": "the-gift", "reason": "objection-upheld"}),
    )

    assert _lots(world) == before


@given(STREAMS)
def test_strangers_in_between_change_nothing(stream: Stream) -> None:
    moments = [each for each in stream.moments if each.body and each.body.verb != "amend"]
    assume(moments)
    stream = stream.only(moments)
    mixed = new_world(VipCard(), stream)
    for number, each in enumerate(moments):
        mixed.advance(each.at)
        mixed.submit(
            parse_body("bring_in", {"member": f"x{number}", "points": 5}, mixed.zone), each.at
        )
        assert each.body is not None
        mixed.submit(each.body, each.at)
        bill = {"id": f"x{number}", "member": f"x{number}", "amount": "88.00"}
        mixed.submit(parse_body("spend", bill, mixed.zone), each.at)
    alone, _ = tell(VipCard(), stream)

    for ref, standing in alone.standings.items():
        if ref == HOUSE:
            continue
        # Only the serial of the card comes from the world as a whole.
        assert replace(mixed.standings[ref], card_no="") == replace(standing, card_no="")
    assert balances(alone).items() <= balances(mixed).items()
