"""What only the points of a maternity hospital have: points for care, referrals, activities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import EARN, FOLLOW, GUARD, Clause, Text, on
from charterhouse.kernel.clauses.earning import Earner
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import POINTS

FIRST_VISIT = "first_visit"
"""The fact that keeps the day of a person's first completed visit."""

REFERRED = "referred_by"
"""The fact that keeps who referred a person."""

REFERRALS = "referrals"
"""The fact that counts a person's successful referrals of a points year: [year, count]."""


class VisitPoints(Earner):
    """Points for a completed visit by its kind, told as a visit or as the bill that names it.

    A bill that is refunded in full takes them back within the points year; a part does not.

    Args:
        points: kind of visit → points each time.
    """

    within_year = True
    short = True

    def __init__(self, number: str, points: Mapping[str, int]) -> None:
        super().__init__(number)
        self.points = points

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"visit.kind": tuple(self.points)}

    def owner(self, d: Draft) -> str | None:
        """The person of the bill, where it names its visit."""
        return d.member if d.body.visit in self.points else None

    def mark(self, d: Draft, owner: str) -> Any:
        """The points of the visit."""
        return self.points[d.body.visit]

    def amount(self, paid: int, mark: Any = None) -> int:
        """All of them as long as anything stays paid."""
        return int(mark) if paid > 0 else 0

    @on("spend", phase=EARN, rank=30)
    def earn(self, d: Draft) -> Iterator[fx.Effect]:
        """Points by the visit, whoever pays the bill."""
        owner = self.owner(d)
        if owner is not None:
            mark = self.mark(d, owner)
            yield fx.Earn(self.key, owner, self.unit, mark, self.cls, mark)

    @on("visit", phase=EARN)
    def visited(self, d: Draft) -> Iterator[fx.Effect]:
        """Points for each of the visits told."""
        yield fx.Credit(d.member, POINTS, self.points[d.body.kind] * d.body.count, self.cls)

    @on("spend", "visit", phase=FOLLOW)
    def seen(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep the day of the first visit: who has had one is no new patient."""
        visit = d.body.kind if d.body.verb == "visit" else d.body.visit
        if visit and FIRST_VISIT not in d.of_member.facts:
            yield fx.Keep(d.member, FIRST_VISIT, d.event.day.isoformat())

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        p = {kind: self.points.get(kind, 0) for kind in
             ("outpatient", "specialist", "inpatient", "rehabilitation", "exam")}  # fmt: skip
        return {
            self.number: (
                f"就诊积分（每次，与金额无关）：普通门诊{p['outpatient']}分、专家门诊{p['specialist']}分、"
                f"住院治疗{p['inpatient']}分、产后康复{p['rehabilitation']}分、体检{p['exam']}分；完成后记入，"
                "住院于出院时记入出院年度；已有账单的就诊以账单记一次，未注明就诊的账单不积分。",
                f"Points for care, each time and never by the amount: outpatient {p['outpatient']}, "
                f"specialist {p['specialist']}, hospital stay {p['inpatient']}, rehabilitation "
                f"{p['rehabilitation']}, examination {p['exam']}. Credited when completed, a stay at "
                "discharge. A visit that has its bill is entered once, as the bill; a bill without "
                "visit earns nothing.",
            )
        }


class ReferralPoints(Clause):
    """Points for new patients: each of the first few of a points year, once per person.

    Numbers by reason: `new` (somebody seen before), `once` (referred before, or oneself),
    `earns`.

    Args:
        points: for each.
        limit: how many of a points year earn.
        beyond: whether further ones earn too.
    """

    def __init__(
        self, number: str, *, points: int, limit: int, beyond: bool, **numbers: str
    ) -> None:
        super().__init__(number, **numbers)
        self.points = points
        self.limit = limit
        self.beyond = beyond

    @on("refer", phase=GUARD)
    def counts(self, d: Draft) -> Iterator[fx.Effect]:
        """Not oneself, nobody seen before the day, nobody twice."""
        if d.body.person == d.member:
            yield fx.Refuse("not_eligible", "refer.person", number=self.of("once"))
        if d.body.outcome != "visited":
            return
        person = d.standing(d.body.person)
        if person.facts.get(REFERRED):
            yield fx.Refuse("not_eligible", "refer.person", number=self.of("once"))
        first = person.facts.get(FIRST_VISIT)
        if first and date.fromisoformat(first) < d.event.day:
            yield fx.Refuse("not_eligible", "refer.person", number=self.of("new"))

    @on("refer", phase=EARN)
    def reward(self, d: Draft) -> Iterator[fx.Effect]:
        """Credit the points of a referral that came true, up to the limit of the year."""
        yield fx.Note(d.member, "referral", number=self.number)
        if d.body.outcome != "visited":
            return
        year, count = d.of_member.facts.get(REFERRALS, (d.event.day.year, 0))
        count = count if year == d.event.day.year else 0
        yield fx.Keep(d.body.person, REFERRED, d.member, number=self.of("once"))
        yield fx.Keep(d.member, REFERRALS, [d.event.day.year, count + 1])
        if count < self.limit or self.beyond:
            yield fx.Credit(d.member, POINTS, self.points, "referral", number=self.of("earns"))

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        over_zh = "超出部分继续积分" if self.beyond else f"第{self.limit + 1}次起不再积分"
        over_en = "further ones earn too" if self.beyond else "further ones earn nothing"
        return {
            self.number: (
                "推荐成功以被推荐的亲友首次完成就诊为准；推荐日之前已就诊者不是新患者，不予受理。",
                "A referral succeeds with the referred person's first completed visit; whoever had a "
                "visit before the day of the referral is not new and is refused.",
            ),
            self.of("earns"): (
                f"每个积分年度前{self.limit}次成功推荐各得{self.points}分，{over_zh}；新的积分年度重新计数。",
                f"Each of the first {self.limit} successful referrals of a points year earns "
                f"{self.points} points; {over_en}. The count starts anew with the points year.",
            ),
            self.of("once"): (
                "每位被推荐人只计一次、只归一位推荐人；不得推荐自己。",
                "Each referred person counts once and for one referrer; nobody refers themselves.",
            ),
        }


class ActivityPoints(Clause):
    """Points for taking part and for prizes, each result once per person and activity.

    Args:
        points: result → points.
        both: whether a prize comes on top of the point for taking part.
    """

    def __init__(self, number: str, points: Mapping[str, int], *, both: bool) -> None:
        super().__init__(number)
        self.points = points
        self.both = both

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"take_part.result": tuple(self.points)}

    @on("take_part", phase=EARN)
    def reward(self, d: Draft) -> Iterator[fx.Effect]:
        """Credit what has not been credited for this activity yet."""
        key = f"activity:{d.member}:{d.body.activity}"
        document = d.document(key)
        given = list(document.content["results"]) if document else []
        due = [d.body.result]
        if self.both and d.body.result != "took_part":
            due.insert(0, "took_part")
        fresh = [result for result in due if result not in given]
        yield fx.Credit(d.member, POINTS, sum(self.points.get(r, 0) for r in fresh), "activity")
        if fresh:
            yield fx.Put("activity", key, d.member, {
                "activity": d.body.activity, "results": [*given, *fresh],
                "at": d.now.isoformat(),
            })  # fmt: skip

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        p = {r: self.points.get(r, 0) for r in
             ("took_part", "excellent", "third", "second", "first")}  # fmt: skip
        zh = "奖项积分在参与积分之外另计" if self.both else "获奖只计奖项积分"
        en = "a prize comes on top of taking part" if self.both else "a prize stands alone"
        return {
            self.number: (
                f"活动积分：参与{p['took_part']}分、优秀奖{p['excellent']}分、三等奖{p['third']}分、"
                f"二等奖{p['second']}分、一等奖{p['first']}分；{zh}，参与积分每项活动计一次。",
                f"Activities: taking part {p['took_part']}, excellence prize {p['excellent']}, third "
                f"{p['third']}, second {p['second']}, first {p['first']} points; {en}. Taking part "
                "counts once per activity.",
            )
        }
