"""What must hold for every story that can be told to the VIP member card."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hypothesis import assume, event, given
from hypothesis import strategies as st

from charterhouse.kernel.decision import Decision, Document
from charterhouse.kernel.events import dump_body, load_body, parse_body
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.scenario.orders import shuffled
from charterhouse.kernel.standing import Standing, dump, load
from charterhouse_gynecology.vip_card import VipCard


def _frozen(world: MemoryWorld) -> str:
    """Everything that a world keeps, as text."""
    standings = {ref: dump(standing) for ref, standing in world.standings.items()}
    documents = {d.id: [d.kind, d.member, d.content] for d in world.documents.values()}
    return json.dumps([standings, documents], sort_keys=True, ensure_ascii=False)


def _postings(decisions: Iterable[Decision]) -> dict[tuple[str, str, str], int]:
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for decision in decisions:
        for posting in decision.postings:
            sums[posting.owner, posting.account, posting.lot] += posting.amount
    return {key: amount for key, amount in sums.items() if amount}


def _lots(world: MemoryWorld) -> dict[tuple[str, str, str], int]:
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


def test_the_streams_reach_what_the_charter_knows(write: Any, tell: Any) -> None:
    seen: dict[str, set[str]] = {name: set() for name in REACHED}
    for seed in range(300):
        world, _ = tell(write(Random(seed)))  # noqa: S311 - a story, no secret
        for decision in world.decisions:
            kind = "accepted" if decision.accepted else "refused"
            seen[kind].add(decision.event.verb if decision.accepted else decision.refusal.code)
            for standing in decision.standings.values():
                seen["statuses"].add(standing.status)
                seen["cards"].add(standing.card)

    for name, wanted in REACHED.items():
        assert wanted <= seen[name], name


@given(st.data())
def test_postings_sum_to_zero_and_balances_are_their_sum(
    streams: Any, tell: Any, data: st.DataObject
) -> None:
    world, _ = tell(data.draw(streams()))

    for decision in world.decisions:
        sums: dict[str, int] = defaultdict(int)
        for posting in decision.postings:
            sums[posting.unit] += posting.amount
        assert not any(sums.values())
    of_members = {k: v for k, v in _postings(world.decisions).items() if not k[0].startswith("@")}
    assert of_members == _lots(world)
    assert all(amount > 0 for amount in _lots(world).values())


@given(st.data())
def test_every_effect_names_a_clause_of_the_charter(
    streams: Any, tell: Any, data: st.DataObject
) -> None:
    world, _ = tell(data.draw(streams()))
    numbers = world.book.first and world.book.at(world.decisions[-1].at).numbers

    for decision in world.decisions:
        named = {posting.clause for posting in decision.postings} | decision.clauses
        assert named - {""} <= numbers


@given(st.data())
def test_the_same_stream_gives_the_same_world(streams: Any, tell: Any, data: st.DataObject) -> None:
    stream = data.draw(streams())

    one, other = tell(stream)[0], tell(stream)[0]

    assert one.decisions == other.decisions
    assert _frozen(one) == _frozen(other)


@given(st.data())
def test_the_order_of_the_clauses_decides_nothing(
    streams: Any, tell: Any, data: st.DataObject
) -> None:
    stream = data.draw(streams())
    other = shuffled(VipCard(), data.draw(st.randoms(use_true_random=False)))

    assert tell(stream)[0].decisions == tell(stream, other)[0].decisions


@given(st.data())
def test_time_in_one_step_is_time_in_many(streams: Any, tell: Any, data: st.DataObject) -> None:
    stream = data.draw(streams())
    one, many = tell(stream)[0], tell(stream)[0]
    start = stream[-1].at
    days = data.draw(st.integers(1, 1500))
    stops = data.draw(st.lists(st.integers(0, days * 86_400), max_size=12))

    one.advance(start + timedelta(days=days))
    for seconds in sorted({*stops, days * 86_400}):
        many.advance(start + timedelta(seconds=seconds))

    assert _frozen(one) == _frozen(many)
    order = lambda d: (d.at, sorted(d.standings))  # noqa: E731 - dues of different members commute
    assert sorted(one.decisions, key=order) == sorted(many.decisions, key=order)


@given(st.data())
def test_looking_in_between_changes_nothing(
    streams: Any, tell: Any, make_world: Any, data: st.DataObject
) -> None:
    stream = data.draw(streams())
    plain, _ = tell(stream)
    watched = make_world()
    last: datetime | None = None
    for each in stream:
        if last is not None and each.at > last:
            watched.advance(last + (each.at - last) / 2)
        last = each.at
        watched.submit(each.body, each.at)
        watched.advance(each.at)
    plain.advance(stream[-1].at)

    assert _frozen(plain) == _frozen(watched)


@given(st.data())
def test_a_quote_changes_nothing_and_is_what_the_decision_says(
    streams: Any, make_world: Any, data: st.DataObject
) -> None:
    world = make_world()
    for each in data.draw(streams()):
        before = _frozen(world)
        body = each.body
        quoted = world.quote(body, each.at)
        assert _frozen(world) == before
        assert body == each.body
        decided = world.submit(body, each.at)
        assert quoted.passed == decided.passed
        for name in ("refusal", "postings", "raised", "noted", "happenings", "version"):
            assert getattr(quoted.decision, name) == getattr(decided.decision, name)
        assert quoted.decision.figures == decided.decision.figures


@given(st.data())
def test_a_refused_event_changes_nothing(
    streams: Any, make_world: Any, data: st.DataObject
) -> None:
    world = make_world()
    for each in data.draw(streams()):
        world.advance(each.at)
        before, versions = _frozen(world), world.book.versions
        outcome = world.submit(each.body, each.at)
        if outcome.decision.accepted:
            continue
        event(f"refused {outcome.decision.refusal.code}")
        assert _frozen(world) == before
        assert world.book.versions == versions
        assert not outcome.decision.postings
        assert not outcome.decision.raised


class Forgetful(MemoryWorld):
    """A world that keeps everything as JSON text, as a store does."""

    def _keep(self, decision: Decision) -> None:
        super()._keep(decision)
        for ref, standing in list(self.standings.items()):
            self.standings[ref] = self._through_json(ref, standing)
        for doc_id, each in list(self.documents.items()):
            content = json.loads(json.dumps(each.content))
            self.documents[doc_id] = Document(each.kind, each.id, each.member, content)

    def _through_json(self, ref: str, standing: Standing) -> Standing:
        return load(ref, json.loads(json.dumps(dump(standing))), self.zone)


@given(st.data())
def test_a_world_kept_as_json_decides_the_same(
    streams: Any, tell: Any, make_world: Any, data: st.DataObject
) -> None:
    stream = data.draw(streams())
    plain, _ = tell(stream)
    kept = make_world()
    forgetful = Forgetful(VipCard(), kept.book.first.settings, kept.zone)
    forgetful.people = kept.people
    for each in stream:
        body = load_body(each.verb, json.loads(json.dumps(dump_body(each.body))))
        assert body == each.body
        forgetful.advance(each.at)
        forgetful.submit(body, each.at)

    assert forgetful.standings == plain.standings
    assert forgetful.decisions == plain.decisions


@given(st.data())
def test_a_bill_refunded_whole_at_once_leaves_no_trace_in_the_balances(
    streams: Any, tell: Any, data: st.DataObject
) -> None:
    stream = data.draw(streams(15))
    world, _ = tell(stream)
    at = stream[-1].at
    world.advance(at)
    before = _lots(world)
    fen = data.draw(st.integers(1, 50_000))
    bill = {
        "id": "the-bill", "member": data.draw(st.sampled_from(["an", "bo"])),
        "referred_by": "ci", "amount": f"{fen // 100}.{fen % 100:02d}",
    }  # fmt: skip
    paid = world.submit(parse_body("spend", bill, world.zone), at)
    assume(paid.decision.figures["to_pay"] > 0)
    event("with points" if _lots(world) != before else "without points")
    for part in _parts(data, paid.decision.figures["to_pay"]):
        refund = {"of": "the-bill", "amount": f"{part // 100}.{part % 100:02d}"}
        assert world.submit(parse_body("refund", refund, world.zone), at).decision.accepted

    assert _lots(world) == before


def _parts(data: st.DataObject, whole: int) -> list[int]:
    cuts = sorted({0, whole, *data.draw(st.lists(st.integers(0, whole), max_size=3))})
    return [b - a for a, b in itertools.pairwise(cuts)]


@given(st.data())
def test_points_of_an_upheld_objection_go_back_where_they_came_from(
    streams: Any, tell: Any, data: st.DataObject
) -> None:
    stream = data.draw(streams(10))
    world, _ = tell(stream)
    at = stream[-1].at
    opening = data.draw(st.integers(1, 60))
    for verb, raw in (
        ("bring_in", {"member": "rich", "points": opening}),
        ("spend", {"id": "the-bill", "member": "rich", "amount": "50.00"}),
        ("award", {"member": "rich", "points": 30}),
    ):
        assert world.submit(parse_body(verb, raw, world.zone), at).decision.accepted
    before = _lots(world)
    points = data.draw(st.integers(1, world.standing("rich").balance("points")))
    for verb, raw in (
        ("redeem", {"id": "the-gift", "member": "rich", "points": points}),
        ("dispute", {"of": "the-gift"}),
        ("give_back", {"of": "the-gift", "reason": "objection-upheld"}),
    ):
        assert world.submit(parse_body(verb, raw, world.zone), at).decision.accepted

    assert _lots(world) == before


@given(st.data())
def test_more_spent_never_gives_fewer_points(streams: Any, tell: Any, data: st.DataObject) -> None:
    stream = data.draw(streams(15))
    world, _ = tell(stream)
    at = stream[-1].at
    less, more = sorted(data.draw(st.tuples(st.integers(0, 90_000), st.integers(0, 90_000))))
    raw = {"id": "the-bill", "member": data.draw(st.sampled_from(["an", "bo", "ci"])),
           "referred_by": "du"}  # fmt: skip

    def quoted(fen: int) -> list[int]:
        body = parse_body("spend", {**raw, "amount": f"{fen // 100}.{fen % 100:02d}"}, world.zone)
        decision = world.quote(body, at).decision
        accounts = ("points", "spend_total")
        owners = (raw["member"], "du")
        earned = [decision.change_of(owner, a) for owner in owners for a in accounts]
        return [decision.figures["due"], *earned]

    assert all(a <= b for a, b in zip(quoted(less), quoted(more), strict=True))


@given(st.data())
def test_strangers_in_between_change_nothing(
    streams: Any, tell: Any, make_world: Any, data: st.DataObject
) -> None:
    stream = [e for e in data.draw(streams()) if e.verb != "amend"]
    assume(stream)
    mixed = make_world()
    for number, each in enumerate(stream):
        mixed.advance(each.at)
        join = {"member": f"x{number}", "path": "old-patient"}
        bill = {"id": f"x{number}", "member": f"x{number}", "amount": "88.00"}
        mixed.submit(parse_body("join", join, mixed.zone), each.at)
        mixed.submit(each.body, each.at)
        mixed.submit(parse_body("spend", bill, mixed.zone), each.at)
    alone, _ = tell(stream)

    for ref, standing in alone.standings.items():
        # Only the serial of the card comes from the world as a whole.
        assert replace(mixed.standings[ref], card_no="") == replace(standing, card_no="")
