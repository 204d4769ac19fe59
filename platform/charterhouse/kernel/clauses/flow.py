"""The course of an admission: filed, reviewed, granted, brought in, active."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRADE, GUARD, Clause, Text, on
from charterhouse.kernel.clauses.admission import RUNNING, applied_kind
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.periods import day_start
from charterhouse.kernel.standing import Standing
from charterhouse.kernel.workdays import WorkCalendar

APPLICATION = "application"
"""The fact that keeps an application: {path, channel, documents, details, day, sponsor, origin}."""


class Application(Clause):
    """An application is filed; without a review it is approved at once.

    Args:
        kinds: the kinds that may be applied for, or kind → number of its clause.
        default: of an application that names none; "" where one must be named. A member taken
            over may name it, and what else was chosen, in the details.
        review: whether somebody decides on it.
        unless: a condition under which it is no new membership (a further one of a member).
    """

    def __init__(
        self, number: str, *, kinds: Iterable[str] = ("individual",), default: str = "individual",
        review: bool = False, unless: Callable[[Draft], bool] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(number, **(kinds if isinstance(kinds, Mapping) else {}))
        self.kinds = tuple(kinds)
        self.default = default
        self.review = review
        self.unless = unless

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"apply.kind": self.kinds, "join.kind": self.kinds}

    def defaults(self) -> Mapping[str, str]:
        """See `Clause.defaults`."""
        return {"kind": self.default} if self.default else {}

    @on("apply", "bring_in", phase=GUARD, rank=16)
    def named(self, d: Draft) -> Iterator[fx.Effect]:
        """A kind must be named where there is no default, and be one of these."""
        legacy = d.body.verb == "bring_in"
        kind = detail(d.body, "kind") if legacy else d.body.kind
        if kind is None and not self.default:
            yield fx.Lack("kind")
        elif legacy and kind is not None and kind not in self.kinds:
            yield fx.Refuse("unknown", "bring_in.details.kind")

    @on("bring_in", phase=GRADE, rank=15)
    def take_over(self, d: Draft) -> Iterator[fx.Effect]:
        """What a legacy member had chosen is on file."""
        details = d.body.details or {}
        if details.get("kind"):
            yield fx.Change(d.member, {"kind": details["kind"]})
        if details:
            yield fx.Keep(d.member, APPLICATION, {
                "path": "", "channel": "on-site", "documents": {}, "details": details,
                "day": d.event.day.isoformat(),
            })  # fmt: skip

    @on("apply", phase=GRADE, rank=20)
    def file(self, d: Draft) -> Iterator[fx.Effect]:
        """The application is on file."""
        if self.unless is not None and self.unless(d):
            return
        body = d.body
        kind = applied_kind(d)
        application: dict[str, Any] = {
            "path": body.path or d.program.defaults().get("path", ""),
            "channel": body.channel or d.program.defaults().get("channel", "on-site"),
            "documents": body.documents or {},
            "details": body.details or {},
            "day": d.event.day.isoformat(),
        }
        for name in ("sponsor", "origin"):
            if getattr(body, name):
                application[name] = getattr(body, name)
        yield fx.Change(d.member, {"status": "applied", "kind": kind}, number=self.of(kind))
        yield fx.Keep(d.member, APPLICATION, application)
        yield fx.Announce("applied", d.member)
        if not self.review:
            yield fx.Change(d.member, {"status": "approved"})
            yield fx.Announce("approved", d.member)

    def decides(self) -> Iterable[str]:
        """See `Clause.decides`."""
        return ("application",)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        zh, en = ("经审核批准", "after review") if self.review else ("无需审核", "without a review")
        return {
            self.number: (
                f"入会须提出申请，材料齐全的申请{zh}后按章程办理。",
                f"Membership begins with an application; a complete one is accepted {en}.",
            )
        }


class Review(Clause):
    """A reviewer approves or rejects what was applied for.

    Numbers by reason: `reason` (a rejection says why), `told` (the notice).

    Args:
        reason_needed: whether a rejection must say why.
        notice: told to the applicant with either result; "" for none.
    """

    def __init__(
        self, number: str, *, reason_needed: bool = False, notice: str = "", **numbers: str
    ) -> None:
        super().__init__(number, **numbers)
        self.reason_needed = reason_needed
        self.notice = notice

    @on("approve", "reject", phase=GUARD, rank=10)
    def applied(self, d: Draft) -> Iterator[fx.Effect]:
        """There must be an application waiting."""
        if d.of_member.status != "applied":
            yield fx.Refuse("order_violation")

    @on("reject", phase=GUARD, rank=20)
    def explained(self, d: Draft) -> Iterator[fx.Effect]:
        """A rejection may need its reason."""
        if self.reason_needed and not (d.body.reason or "").strip():
            yield fx.Refuse("reason_missing", "reject.reason", number=self.of("reason"))

    @on("approve", phase=GRADE, rank=20)
    def approve(self, d: Draft) -> Iterator[fx.Effect]:
        """Approve."""
        yield fx.Change(d.member, {"status": "approved"})
        yield fx.Announce("approved", d.member)

    @on("reject", phase=GRADE, rank=20)
    def reject(self, d: Draft) -> Iterator[fx.Effect]:
        """Reject; nothing is owed any more."""
        yield fx.Change(d.member, {"status": "rejected"})
        for purpose in list(d.of_member.owed):
            yield fx.Settled(d.member, purpose)
        yield fx.Announce("rejected", d.member)

    @on("approve", "reject", phase=FOLLOW)
    def tell(self, d: Draft) -> Iterator[fx.Effect]:
        """The applicant is told the result."""
        if self.notice:
            yield fx.Raise("notice", self.notice, d.member, number=self.of("told"))

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "申请由医院审核，审核结果为批准或不予批准。",
                "An application is reviewed and approved or rejected.",
            )
        }


class ReviewDeadline(Clause):
    """A flag when an application waits for longer than some working days.

    Args:
        working_days: the application's day does not count.
        flag: raised at 00:00 of the day after the last one.
    """

    def __init__(
        self, number: str, *, working_days: int, flag: str = "review-overdue",
        calendar: WorkCalendar | None = None,
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.working_days = working_days
        self.flag = flag
        self.calendar = calendar or WorkCalendar()

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The first moment after the last working day in time."""
        if standing.status != "applied":
            return None
        filed = datetime.fromisoformat(standing.facts[APPLICATION]["day"]).date()
        last = self.calendar.after(filed, self.working_days)
        moment = day_start(last + timedelta(days=1), after.tzinfo)
        return moment if moment > after else None

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Raise the flag; nothing is decided by the lapse of time."""
        yield fx.Raise("flag", self.flag, member)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                f"申请须在{self.working_days}个工作日内审核；逾期予以提示，不因逾期自动作出决定。",
                f"An application is reviewed within {self.working_days} working days; past that it "
                "is flagged, and nothing is decided by the lapse of time.",
            )
        }


class Activation(Clause):
    """The membership becomes active when approved and nothing is owed or awaited.

    Numbers by reason: `legacy` (a member taken over goes through no formalities).

    Args:
        card: whether a card is issued with it.
        awaits: whether something else is still to come (an assignment, a card to be issued);
            whoever does it announces `completed`.
        beside: purposes that are owed beside the membership and do not hold it up.
    """

    def __init__(
        self, number: str, *, card: bool = True,
        awaits: Callable[[Standing], bool] | None = None, beside: Collection[str] = (),
        **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.card = card
        self.beside = frozenset(beside)
        self.awaits = awaits

    @on("approved", "paid", "topped_up", "completed", phase=GRADE, rank=90)
    def activate(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Activate, and issue the card."""
        standing = d.standing(happening.member)
        if standing.status != "approved" or standing.owed.keys() - self.beside:
            return
        if self.awaits is None or not self.awaits(standing):
            yield fx.Change(happening.member, self.issued(d))
            yield fx.Announce("activated", happening.member, "joined")

    @on("bring_in", phase=GRADE, rank=90)
    def take_over(self, d: Draft) -> Iterator[fx.Effect]:
        """A legacy member is active at once."""
        kind = d.of_member.kind or d.program.defaults().get("kind", "individual")
        values = {**self.issued(d), "kind": kind}
        yield fx.Change(d.member, values, number=self.of("legacy"))
        yield fx.Announce("activated", d.member, "legacy")

    def issued(self, d: Draft) -> dict[str, object]:
        """What an active membership begins with."""
        values: dict[str, object] = {"status": "active", "since": d.event.day}
        return {**values, "card": "active", "card_no": d.event.serial} if self.card else values

    def decides(self) -> Iterable[str]:
        """See `Clause.decides`."""
        return ("activation",)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "申请获准且应缴款项缴清之日起成为会员。",
                "The membership begins on the day on which the application is approved and "
                "everything due is paid.",
            )
        }


class MemberByVisit(Clause):
    """Membership arises by itself with the first registered visit, directly after it.

    Args:
        tier: of those who become members so.
        statuses: in which a visit makes a member.
        card: whether a card is issued with it.
    """

    def __init__(
        self, number: str, *, tier: str,
        statuses: frozenset[str] = frozenset({"none", "ended", "rejected"}), card: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.tier = tier
        self.statuses = statuses
        self.card = card

    @on("spend", "visit", phase=GRADE, rank=30)
    def arise(self, d: Draft) -> Iterator[fx.Effect]:
        """Make a member of whoever is none."""
        if not d.member or d.of_member.status not in self.statuses:
            return
        values: dict[str, Any] = {
            "status": "active", "since": d.event.day, "tier": self.tier,
            "kind": d.program.defaults().get("kind", "individual"),
        }  # fmt: skip
        if self.card:
            values |= {"card": "active", "card_no": d.event.serial}
        yield fx.Change(d.member, values)
        yield fx.Announce("activated", d.member, "joined")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "首次登记的就诊（首张账单或完成的就诊）之后即自动成为会员，免费，无需表格和同意。",
                "Membership arises by itself directly after the first registered visit (first bill or "
                "completed visit), free of charge, without form or consent.",
            )
        }


class GrantedTier(Clause):
    """A tier given directly, to a member or to somebody who becomes one by it.

    It is a floor: what the member reaches otherwise counts where it is higher.
    Numbers by reason: `person`, `reason`.

    Args:
        by: roles that may give it; None for anybody on the staff.
        reason_needed: whether the reason must be said.
        admits: whether a person who is no member becomes one.
        reached: the tier that a member has otherwise (of a `Ladder`), where what is given may
            also be lower than the present tier.
        notice: told to a member who rises by it; "" for none.
    """

    def __init__(
        self, number: str, *, by: frozenset[str] | None = None, reason_needed: bool = False,
        admits: bool = True, card: bool = True,
        reached: Callable[[Standing], str] | None = None, notice: str = "", **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.by = by
        self.reason_needed = reason_needed
        self.admits = admits
        self.card = card
        self.reached = reached
        self.notice = notice

    @on("grant", phase=GUARD, rank=20)
    def allowed(self, d: Draft) -> Iterator[fx.Effect]:
        """By whom, why and to whom."""
        if self.by is not None and d.body.by not in self.by:
            yield fx.Refuse("wrong_person", "grant.by", number=self.of("person"))
        if self.reason_needed and not (d.body.reason or "").strip():
            yield fx.Refuse("reason_missing", "grant.reason", number=self.of("reason"))
        if d.of_member.status not in RUNNING and not self.admits:
            yield fx.Refuse("not_active")

    @on("grant", phase=GRADE, rank=20)
    def give(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep the floor, and admit whoever is no member."""
        yield fx.Keep(d.member, GRANTED, d.body.tier)
        standing = d.of_member
        if standing.status not in RUNNING:
            values: dict[str, Any] = {"status": "active", "since": d.event.day,
                                      "tier": d.body.tier,
                                      "kind": d.program.defaults().get("kind", "individual")}  # fmt: skip
            if self.card:
                values |= {"card": "active", "card_no": d.event.serial}
            yield fx.Change(d.member, values)
            yield fx.Announce("activated", d.member, "granted")
        else:
            yield from self._change(d, standing)
        if standing.status in RUNNING:
            yield fx.Announce("granted", d.member, "granted")

    def _change(self, d: Draft, standing: Standing) -> Iterator[fx.Effect]:
        rank = d.program.rank
        least = self.reached(standing) if self.reached else standing.tier
        tier, before = max(d.body.tier, least, key=rank), standing.tier
        if tier == before:
            return
        yield fx.Change(d.member, {"tier": tier})
        yield fx.Announce("tier_changed", d.member, "granted")
        if self.notice and rank(tier) > rank(before):
            yield fx.Raise("notice", self.notice, d.member)

    @on("ended", phase=FOLLOW)
    def forget(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """What was granted ends with the membership."""
        if d.standing(happening.member).facts.get(GRANTED):
            yield fx.Keep(happening.member, GRANTED, None)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "医院可直接授予会员等级；会员另行达到更高等级的，从高。",
                "A tier may be given directly; where the member reaches a higher one otherwise, "
                "the higher counts.",
            )
        }


GRANTED = "granted_tier"
"""The fact that keeps the tier given directly or brought in."""


class MailedCard(Clause):
    """A card for a remote applicant is mailed to the address given."""

    def __init__(self, number: str, *, remote: frozenset[str], task: str = "mail-card") -> None:
        super().__init__(number)
        self.remote = remote
        self.task = task

    @on("activated", phase=FOLLOW)
    def mail(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Ask for the mailing."""
        application = d.standing(happening.member).facts.get(APPLICATION, {})
        if happening.cause == "joined" and application.get("channel") in self.remote:
            yield fx.Raise("task", self.task, happening.member, due=d.event.day)


__all__ = [
    "APPLICATION", "GRANTED", "Activation", "Application", "GrantedTier", "MailedCard",
    "MemberByVisit", "Review", "ReviewDeadline",
]  # fmt: skip
