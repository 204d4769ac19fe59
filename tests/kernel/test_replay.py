"""Two charters side by side: what differs, by which clause, and nothing where nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import EARN, GRADE, GUARD, Charter, Clause, on
from charterhouse.kernel.decision import Document
from charterhouse.kernel.difference import Difference, Move
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.errors import SettingsError
from charterhouse.kernel.events import Event, parse_body
from charterhouse.kernel.overlay import overlaid
from charterhouse.kernel.program import Book, Version
from charterhouse.kernel.replay import BROKEN, Replay
from charterhouse.kernel.scenario.orders import rearranged
from charterhouse.kernel.shelf import Shelf
from charterhouse.kernel.standing import HOUSE, Standing
from charterhouse_gynecology.vip_card import VipCard

ZONE = ZoneInfo("Asia/Shanghai")
END = datetime(2025, 12, 1, 9, tzinfo=ZONE)

Row = tuple[str, str, dict[str, Any]]

STORY: tuple[Row, ...] = (
    ("2025-03-01 10:00", "join", {"member": "li", "path": "ordinary"}),
    ("2025-03-01 11:00", "join", {"member": "wu", "path": "ordinary"}),
    ("2025-03-02 09:00", "spend", {"id": "b1", "member": "li", "amount": "500.00"}),
    ("2025-03-03 09:00", "spend", {"id": "b2", "member": "wu", "amount": "100.00"}),
    ("2025-03-04 09:00", "award", {"member": "wu", "points": 30, "reason": "walk"}),
    ("2025-03-05 09:00", "amend", {"announced": "2025-03-05", "effective": "2025-05-01",
                                   "settings": {"price_factor": "0.90"}}),
    ("2025-06-01 09:00", "spend", {"id": "b3", "member": "li", "amount": "200.00"}),
    ("2025-06-02 09:00", "refund", {"of": "b1", "amount": "50.00"}),
    ("2025-06-03 09:00", "redeem", {"id": "r1", "member": "li", "points": 420}),
    ("2025-06-04 09:00", "redeem", {"id": "r2", "member": "wu", "points": 9000}),
)  # fmt: skip
"""Accepted and refused events, an amendment, and a refund of what was decided before it."""


def events(rows: Iterable[Row] = STORY) -> Iterator[Event]:
    for number, (at, verb, raw) in enumerate(rows, start=1):
        moment = datetime.fromisoformat(at).replace(tzinfo=ZONE)
        people = {"li": {"born": date(1990, 7, 8)}} if verb == "join" else {}
        body = parse_body(verb, raw, ZONE)
        yield Event(number, moment, body, serial=f"C{number:06d}", people=people)


def book_of(charter: Charter | None = None, settings: Mapping[str, Any] | None = None) -> Book:
    return Book(charter or VipCard(), [Version(1, None, dict(settings or {}))])


def replayed(
    over: Mapping[str, Any],
    *,
    rows: Iterable[Row] = STORY,
    charter: Charter | None = None,
    since: datetime | None = None,
) -> Replay:
    both = Replay(book_of(charter), lambda live: overlaid(live, over, since), since=since)
    for event in events(rows):
        both.tell(event)
    both.finish(END)
    return both


def differing(found: Difference) -> dict[tuple[str, ...], tuple[int, int]]:
    return {path: (was, now) for path, was, now in found.rows() if was != now}


def test_an_unchanged_charter_makes_no_difference() -> None:
    found = replayed({}).difference()

    assert found.empty
    assert found.before.accepted == 9
    assert found.before.refusals == {("insufficient", "5.5"): 1}
    assert found.before.members == {"vip": {"active": 2}}
    # 500, 100 and 200 yuan: 0.80 twice, and 0.90 by the amendment.
    assert (found.before.listed, found.before.discounts) == (80_000, 12_000 + 2_000)


def test_a_price_factor_holds_on_top_of_the_amendment() -> None:
    found = replayed({"price_factor": "0.50"}).difference()

    assert found.after.discounts == 40_000
    assert not found.empty
    paid = found.movers["paid"]
    assert (paid.count, paid.lose) == (2, ())
    assert [(m.ref, m.before - m.after, m.clause) for m in paid.gain] == [
        ("li", 15_000 + 8_000, "2.2"),
        ("wu", 3_000, "2.2"),
    ]


def test_points_lost_are_told_with_their_clause() -> None:
    found = replayed({"points_per_yuan": 0}).difference()

    points = found.movers["points"]
    assert points.gain == ()
    assert {(m.ref, m.before, m.after, m.clause) for m in points.lose} >= {("wu", 110, 30, "5.1")}
    assert found.after.liabilities["points"] < found.before.liabilities["points"]


def test_what_the_changed_charter_refuses_is_laid_at_the_refusing_clause() -> None:
    found = replayed({"points_per_yuan": 0}).difference()

    assert found.otherwise == 1, "the redemption of 420 points"
    assert found.after.refusals == {("insufficient", "5.5"): 2}
    found = replayed({"price_factor": "0.40"}).difference()
    (li,) = (m for m in found.movers["points"].gain if m.ref == "li")
    assert (li.clause, li.reason) == ("5.5", "insufficient"), "what she could not redeem is left"


def test_only_what_came_since_differs() -> None:
    since = datetime(2025, 6, 1, tzinfo=ZONE)
    both = replayed({"price_factor": "0.50", "points_per_yuan": 3}, since=since)
    found = both.difference()

    assert (found.before.events, found.before.listed) == (4, 20_000)
    assert (found.before.discounts, found.after.discounts) == (2_000, 10_000)
    assert both.after is not None
    # The bill of March is counted anew by the figures of March: one point a yuan.
    assert both.after.document("b1") == both.before.document("b1")
    kept = both.after.document("b1")
    assert kept is not None
    assert kept.content["refunded"] == 5_000
    assert replayed({}, since=since).difference().empty


def test_a_day_after_the_last_event_leaves_nothing_to_differ() -> None:
    since = datetime(2025, 11, 1, tzinfo=ZONE)
    found = replayed({"price_factor": "0.50"}, since=since).difference()

    assert found.empty
    assert found.before.events == 0
    assert found.before.members == {"vip": {"active": 2}}


@pytest.mark.parametrize(
    ("over", "field"),
    [({"nonsense": 1}, "nonsense"), ({"points_per_yuan": -1}, "points_per_yuan")],
)
def test_invalid_settings_name_their_field(over: Mapping[str, Any], field: str) -> None:
    with pytest.raises(SettingsError) as raised:
        overlaid(book_of(), over, None)
    assert raised.value.field == field


def test_settings_are_checked_with_those_of_every_version() -> None:
    effective = datetime(2025, 5, 1, tzinfo=ZONE)
    amended = book_of().with_version(effective, {"type_overrides": {"vip": {"term_years": 2}}})

    overlaid(amended, {"term_years": 4}, None)
    with pytest.raises(SettingsError) as raised:
        overlaid(amended, {"type_overrides": {"nobody": {}}}, effective)
    assert raised.value.field == "type_overrides.nobody"


def test_a_difference_survives_json() -> None:
    found = replayed({"price_factor": "0.40"}).difference()

    assert found.movers
    assert Difference.load(json.loads(json.dumps(found.dump()))) == found


def test_cards_keep_their_numbers_and_one_copy_of_each_document_is_kept() -> None:
    both = replayed({"points_per_yuan": 2})

    assert both.after is not None
    assert {s.card_no for s in both.after.standings.values()} == {"C000001", "C000002"}
    after, before = both.after.documents, both.before.documents
    assert len(after) == len(before) > 4
    assert after._kept["r1"] is before._kept["r1"], "what both made alike"
    assert after.get("b1") != before.get("b1"), "it earned twice as much"


def test_a_shelf_gives_back_what_was_put_on_it() -> None:
    plain = Document(
        "bill", "b1", "li", {"at": "2025-03-01", "lines": [[1, None, "会员"]], "t": (1,)}
    )
    # Never a value of a document, but no reason to lose it.
    odd = Document("bill", "b2", "li", {"day": date(2025, 3, 1)})
    shelf, other = Shelf(), Shelf()
    shelf.put([plain, odd])

    assert shelf.get("b1") == plain
    assert type(shelf.get("b1").content["t"]) is tuple  # type: ignore[union-attr]  # it is there
    assert shelf.get("b2") == odd
    assert shelf.get("b3") is None
    assert not other.share(shelf, "b1"), "only one has it"
    other.put([plain._replace(content=dict(plain.content)), odd._replace(member="wu")])
    assert other.share(shelf, "b1")
    assert not other.share(shelf, "b2")
    assert other.get("b2") == odd._replace(member="wu")
    copied = shelf.copy()
    copied.put([odd._replace(id="b3")])
    assert (len(copied), len(shelf)) == (3, 2)


class Ladder(Clause):
    """A single bill of some size raises the tier."""

    def __init__(self, number: str, *, at: int) -> None:
        super().__init__(number)
        self.at = at

    @on("spend", phase=GRADE)
    def rise(self, d: Draft) -> Iterator[fx.Effect]:
        if d.bill is not None and d.bill.total >= self.at:
            yield fx.Change(d.member, {"tier": "supreme-gold"})


class DailyList(Clause):
    """A list that the institution makes each morning; after so many no points are given by hand."""

    of_house = True
    shares = frozenset({"award"})

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        nine = datetime.combine(after.date(), time(9), after.tzinfo)
        return nine if nine > after else nine + timedelta(days=1)

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        lists = draft.standing(member).facts.get("lists", 0)
        yield fx.Keep(member, "lists", lists + 1)

    @on("award", phase=GUARD)
    def enough(self, d: Draft) -> Iterator[fx.Effect]:
        if d.standing(HOUSE).facts.get("lists", 0) >= 2:
            yield fx.Refuse("full", "award.points")


class OnlyOne(Clause):
    """There is room for one member."""

    @on("apply", phase=GUARD)
    def room(self, d: Draft) -> Iterator[fx.Effect]:
        if d.active_members() >= 1:
            yield fx.Refuse("full", "apply.member")


class Brittle(Clause):
    """Breaks on a large bill."""

    @on("spend", phase=EARN)
    def break_off(self, d: Draft) -> Iterator[fx.Effect]:
        if d.bill is not None and d.bill.total > 30_000:
            raise KeyError("12 Lake Road")
        yield fx.Cite()


def with_clauses(*more: Clause) -> Charter:
    return rearranged(VipCard(), lambda clauses: [*clauses, *more])


def test_a_tier_reached_no_more_is_told_with_the_clause_that_gave_it() -> None:
    ladder = with_clauses(Ladder("9.1", at=30_000))
    found = replayed({"price_factor": "0.50"}, charter=ladder).difference()

    move = Move("tier", "supreme-gold", "vip", "9.1", "", 1, ("li",))
    assert found.moves == (move,)
    assert differing(found)["members", "supreme-gold", "active"] == (1, 0)


def test_who_finds_no_room_is_no_member() -> None:
    narrow = book_of(with_clauses(OnlyOne("9.4")))
    both = Replay(book_of(), lambda _live: narrow)
    for event in events():
        both.tell(event)
    both.finish(END)
    found = both.difference()

    assert Move("status", "active", "none", "9.4", "full", 1, ("wu",)) in found.moves
    assert found.after.members == {"vip": {"active": 1}}


def test_a_charter_that_breaks_counts_instead_of_crashing() -> None:
    other = book_of(with_clauses(Brittle("9.2")))
    both = Replay(book_of(), lambda _live: other)
    for event in events():
        both.tell(event)
    both.finish(END)
    found = both.difference()

    assert found.after.refusals[BROKEN, ""] == 1
    assert len(found.faults) == 1
    assert "event 3 (spend): KeyError in test_replay.py" in found.faults[0]
    assert "Lake" not in found.faults[0], "a defect's text may hold anything"


def test_the_institution_has_its_own_days_and_is_no_member() -> None:
    rows = [*STORY, *((f"2025-06-0{n} 10:00", "award", {"member": "wu", "points": 5, "reason": "x"})
                      for n in range(5, 8))]  # fmt: skip
    charter = with_clauses(DailyList("9.3"))
    both = replayed({}, charter=charter, rows=rows)

    found = both.difference()
    assert found.empty
    # Founded by the first award in March: by June there are many lists.
    assert found.before.refusals["full", "9.3"] == 3
    assert both.before.standings[HOUSE].facts["lists"] > 200
    assert found.before.members == {"vip": {"active": 2}}


def test_the_institution_is_founded_when_the_clock_did_it() -> None:
    charter = with_clauses(DailyList("9.3"))
    alone = Replay(book_of(charter), founded=datetime(2025, 3, 1, 8, tzinfo=ZONE))
    for event in events():
        alone.tell(event)
    alone.finish(END)

    assert alone.before.tally.refusals["full", "9.3"] == 1, "two lists before 4 March"
    with pytest.raises(ValueError, match="nothing to compare"):
        alone.difference()
