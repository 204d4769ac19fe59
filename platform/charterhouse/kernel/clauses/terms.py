"""Terms: how long a membership runs, how it is renewed, and when it lapses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRADE, GRANT, GUARD, SETTLE, Clause, Text, on
from charterhouse.kernel.clauses.conditions import (
    ByDetail,
    ByKind,
    ByTier,
    detail,
    figure,
    figures_of,
)
from charterhouse.kernel.clauses.quota_periods import YEAR_START
from charterhouse.kernel.clauses.rights import RESTING
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.periods import ONE_DAY, day_start, last_valid_day
from charterhouse.kernel.standing import Standing

Fees = int | ByTier[int] | ByKind[int] | ByDetail
"""Fen; by tier, kind or a choice of the application where they differ (in a table: `PerHead`)."""

Months = int | ByTier[int] | ByKind[int] | ByDetail
"""Months of a term; 0 for no end; by tier, kind or a choice of the application."""

FEES = "fees"
"""The fact that sums up the membership fees paid for the term that is to begin, in fen."""

TERMS = "terms"
"""The fact that keeps the running term and those paid in advance: [[start, last day, fen]]."""


LOST = "lost_before"
"""The fact that the card was reported lost when the term ran out."""


def terms_of(standing: Standing) -> list[tuple[date, date, int]]:
    """The running term and those paid in advance: first day, last day, fee in fen."""
    return [
        (date.fromisoformat(start), date.fromisoformat(until), fee)
        for start, until, fee in standing.facts.get(TERMS, ())
    ]


class Term(Clause):
    """A term of months from the day of activation; then the membership lapses.

    Numbers by reason: `lapse`.

    Args:
        months: 0 for a membership without end.
        statuses: in which the end of the term lapses the membership.
    """

    due_rank = 40

    def __init__(self, number: str, *, months: Months, **numbers: str) -> None:
        super().__init__(number, **numbers)
        self.months = months

    def months_for(self, d: Draft, member: str) -> int:
        """The months of this member's term."""
        return figure(self.months, d.standing(member)) or 0

    def last_day(self, d: Draft, member: str, start: date) -> date | None:
        """The last valid day of a term that starts on a day; None without end."""
        months = self.months_for(d, member)
        return last_valid_day(start, months) if months else None

    @on("activated", phase=GRANT, rank=10)
    def begin(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Set the first and the last valid day; a legacy member keeps the last one stated."""
        member, start = happening.member, d.event.day
        if YEAR_START in d.standing(member).facts:
            yield fx.Keep(member, YEAR_START, None)
        until = getattr(d.body, "valid_until", None) if happening.cause == "legacy" else None
        if until is None:
            until = self.last_day(d, member, start)
        yield from self.set(d, member, start, until, happening.cause)
        if until is not None and until < d.now.date():
            yield from self._lapse(d, member)

    def set(
        self, d: Draft, member: str, start: date, until: date | None, cause: str
    ) -> Iterator[fx.Effect]:
        """A term begins on a day; what was paid for it is its fee."""
        facts = d.standing(member).facts
        yield fx.Change(member, {"term_start": start, "valid_until": until})
        row = [[start.isoformat(), until.isoformat(), facts.get(FEES, 0)]] if until else None
        yield fx.Keep(member, TERMS, row)
        if until and FEES in facts:
            yield fx.Keep(member, FEES, None)
        for kept in sorted({RESTING, LOST} & facts.keys()):
            yield fx.Keep(member, kept, None)
        yield fx.Announce("term_began", member, cause)

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The first moment after the last valid day."""
        if standing.status not in ("active", "suspended", "withdrawing"):
            return None
        if standing.valid_until is None:
            return None
        moment = day_start(standing.valid_until + ONE_DAY, after.tzinfo)
        return moment if moment > after else None

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """The membership lapses; what was owed for its card is owed no longer."""
        if draft.standing(member).status == "withdrawing":
            # Whoever is leaving stays so until the exit day, without rights.
            yield fx.Change(member, {"card": "expired"}, number=self.of("lapse"))
            return
        yield from self._lapse(draft, member)

    def _lapse(self, d: Draft, member: str) -> Iterator[fx.Effect]:
        standing = d.standing(member)
        if standing.status == "suspended":
            # It goes on resting when it is renewed.
            yield fx.Keep(member, RESTING, value=True, number=self.of("lapse"))
        if standing.card == "lost":
            yield fx.Keep(member, LOST, value=True, number=self.of("lapse"))
        card = "expired" if standing.card in ("active", "lost") else standing.card
        yield fx.Change(member, {"status": "lapsed", "card": card}, number=self.of("lapse"))
        for purpose in list(standing.owed):
            yield fx.Settled(member, purpose, number=self.of("lapse"))
        yield fx.Announce("lapsed", member, "term")

    def decides(self) -> Iterable[str]:
        """See `Clause.decides`."""
        return ("the term",)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        months = [m for m in figures_of(self.months) if m is not None]
        if not any(months):
            return {self.number: ("会员资格长期有效。", "The membership has no end of validity.")}
        zh = "、".join(str(m) for m in months)
        en = ", ".join(str(m) for m in months)
        return {
            self.number: (
                f"会员资格自生效之日起{zh}个月内有效，到期后不再享受任何权益。",
                f"The membership runs for {en} months from the day on which it becomes active; "
                "after its last day there are no rights.",
            )
        }


class AgreedTerm(Term):
    """A membership that lasts as long as an agreement says, and goes on when it is renewed.

    Numbers by reason: `lapse`, `incomplete`, `ended`.

    Args:
        detail: of the application, which names the last day of the agreement.
        origins: of application that rest on an agreement; others have no end.
        renewed: kind of `record` by which a renewal is told, with the detail `until`.
        ends: whether the membership ends with the agreement at all.
    """

    def __init__(
        self, number: str, *, detail: str, origins: Collection[str], renewed: str,
        ends: bool = True, **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, months=0, **numbers)
        self.detail = detail
        self.origins = origins
        self.renewed = renewed
        self.ends = ends

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": {self.renewed}}

    def last_day(self, d: Draft, member: str, start: date) -> date | None:
        """The last day that the application named."""
        application = d.standing(member).facts.get("application", {})
        if not self.ends or application.get("origin") not in self.origins:
            return None
        return _day(application["details"].get(self.detail))

    @on("apply", phase=GUARD, rank=31)
    def stated(self, d: Draft) -> Iterator[fx.Effect]:
        """The last day must be one, and still to come."""
        if d.body.origin not in self.origins or detail(d.body, self.detail) is None:
            return
        until = _day(detail(d.body, self.detail))
        if until is None:
            yield fx.Lack(self.detail, number=self.of("incomplete"))
        elif self.ends and until < d.event.day:
            yield fx.Refuse("expired", f"apply.details.{self.detail}")

    @on("record", phase=GUARD, rank=20)
    def renewable(self, d: Draft) -> Iterator[fx.Effect]:
        """Of a member who has an agreement, and until a later day."""
        if d.body.kind != self.renewed:
            return
        standing = d.standing(d.member) if d.member else Standing("")
        if standing.status not in ("active", "suspended", "lapsed"):
            yield fx.Refuse("not_active", "record.member", number=self.of("ended"))
        until = _day(detail(d.body, "until"))
        if until is None:
            yield fx.Lack("until")
        elif standing.valid_until is None and self.ends:
            yield fx.Refuse("not_included", "record.member")
        elif standing.valid_until is not None and until <= standing.valid_until:
            yield fx.Refuse("order_violation", "record.details.until")

    @on("record", phase=GRADE, rank=20)
    def renew(self, d: Draft) -> Iterator[fx.Effect]:
        """It goes on until the new day, at once."""
        until = _day(detail(d.body, "until")) if d.body.kind == self.renewed else None
        if until is None:
            return
        if not self.ends:
            yield fx.Cite("renewed")
            return
        standing = d.of_member
        values: dict[str, Any] = {"valid_until": until}
        if standing.status == "lapsed" and until >= d.now.date():
            values["status"] = "suspended" if standing.facts.get(RESTING) else "active"
            if standing.facts.get(RESTING):
                yield fx.Keep(d.member, RESTING, None)
        yield fx.Change(d.member, values)
        yield fx.Announce("renewed", d.member, "renewed")

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The first moment after the last day, where it ends anything."""
        return super().next_due(standing, after) if self.ends else None

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        if not self.ends:
            return {
                self.number: ("会员资格不随协议终止。", "The end of an agreement ends nothing.")
            }
        return {
            self.number: (
                "会员资格有效至协议约定的最后一日，协议续签的，即时恢复或延续。",
                "The membership runs until the last day of the agreement; a renewal of the agreement "
                "lets it go on, or begin again, at once.",
            )
        }


class EndsOnRecord(Clause):
    """A recorded fact ends the term at once: the membership lapses.

    Args:
        record: kind of the record.
        kinds: of membership that end by it; None for all.
    """

    def __init__(self, number: str, record: str, *, kinds: Collection[str] | None = None) -> None:
        super().__init__(number)
        self.record = record
        self.kinds = kinds

    @on("record", phase=GRADE, rank=30)
    def end(self, d: Draft) -> Iterator[fx.Effect]:
        """Lapse now; a term paid ahead is not begun."""
        standing = d.of_member
        ends = self.kinds is None or standing.kind in self.kinds
        if d.body.kind != self.record or not ends or standing.status != "active":
            return
        card = "expired" if standing.card in ("active", "lost") else standing.card
        yield fx.Change(d.member, {"status": "lapsed", "card": card})
        yield fx.Keep(d.member, TERMS, None)
        yield fx.Announce("lapsed", d.member, "term")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "所购项目完成的，会员资格即时终止。",
                "The membership ends at once when what it is for is completed.",
            )
        }


class TermOnRise(Clause):
    """A rise to a higher tier starts a new term on its day; terms renewed ahead follow it.

    Args:
        months: of the new term.
    """

    def __init__(self, number: str, *, months: Months) -> None:
        super().__init__(number)
        self.months = months

    @on("tier_changed", phase=GRANT, rank=20)
    def restart(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Put the new term in the place of the running one."""
        member, standing = happening.member, d.standing(happening.member)
        months = figure(self.months, standing)
        if happening.cause not in _RISES or standing.valid_until is None or not months:
            return
        start, rows = d.event.day, []
        for fee in [fee for *_, fee in standing.facts.get(TERMS, ())] or [0]:
            until = last_valid_day(start, months)
            rows.append([start.isoformat(), until.isoformat(), fee])
            start = until + ONE_DAY
        yield fx.Change(member, {"term_start": d.event.day, "valid_until": until})
        yield fx.Keep(member, TERMS, rows)
        yield fx.Announce("term_began", member, happening.cause)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "升级的，自升级之日起重新计算会员期限。",
                "A rise to a higher tier starts a new term on its day.",
            )
        }


_RISES = frozenset({"spent", "upgraded", "granted"})
"""Causes of a rise within a running membership; a refund, an admission and a renewal are none."""


def _day(value: Any) -> date | None:
    """A day told in a detail, if it is one."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


class Renewal(Clause):
    """The next term for its fee: in time it follows the running one, later it starts anew.

    Numbers by reason: `short`, `ended`; kind, for a fee that is too small.

    Args:
        fee: of the next term in fen; 0 for free.
        months: of the next term.
        gapless: a late renewal follows the old term without a gap, one payment for each term
            missed, instead of starting on the day of payment.
        late: whether a lapsed membership can be renewed at all.
        purpose: of the payment.
        new_year: whether a late one begins a membership year of its own too.
    """

    due_rank = 30
    runs = frozenset({"active", "suspended", "withdrawing"})
    """The statuses in which a term paid in advance begins."""

    def __init__(
        self, number: str, *, fee: Fees, months: Months, gapless: bool = False, late: bool = True,
        purpose: str = "fee", new_year: bool = False, **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.new_year = new_year
        self.fee = fee
        self.months = months
        self.gapless = gapless
        self.late = late
        self.purpose = purpose

    def fee_for(self, d: Draft) -> int:
        """What the next term costs this member, in fen."""
        return figure(self.fee, d.of_member) or 0

    def months_for(self, d: Draft) -> int:
        """How long the next term is."""
        return figure(self.months, d.of_member) or 0

    def renewable(self, d: Draft) -> bool:
        """Whether there is a term to go on from."""
        statuses = {"active", "suspended", "lapsed"} if self.late else {"active", "suspended"}
        return d.of_member.status in statuses

    @on("renew", phase=GUARD, rank=20)
    def allowed(self, d: Draft) -> Iterator[fx.Effect]:
        """A membership with a term, and its whole fee."""
        if not self.renewable(d):
            reason = "expired" if d.of_member.status == "lapsed" else "not_active"
            yield fx.Refuse(reason, number=self.of("ended"))
        elif d.of_member.valid_until is None or not self.months_for(d):
            yield fx.Refuse("not_included", number=self.of("ended"))
        elif d.body.fee is not None and d.body.fee < self.fee_for(d):
            number = self.by_reason.get(d.of_member.kind) or self.of("short")
            yield fx.Refuse("fee_short", "renew.fee", number=number)
        elif d.body.fee is not None and d.body.fee > self.fee_for(d):
            yield fx.Refuse("order_violation", "renew.fee", number=self.of("short"))

    @on("renew", phase=SETTLE, rank=20)
    def pay(self, d: Draft) -> Iterator[fx.Effect]:
        """The fee comes in."""
        paid = self.fee_for(d)
        if paid:
            yield fx.Transfer(f"@{self.purpose}", "@till:cash", paid)
            yield fx.Put("payment", f"renew-{d.event.id}", d.member, {
                "for": self.purpose, "paid": paid, "refunded": 0, "method": "cash",
                "at": d.now.isoformat(), "tier": d.of_member.tier,
            })  # fmt: skip

    @on("renew", phase=GRADE, rank=20)
    def extend(self, d: Draft) -> Iterator[fx.Effect]:
        """The next term: after the running one, or from today."""
        standing = d.of_member
        last = standing.valid_until
        if last is None:
            return
        running = last >= d.now.date() or self.gapless
        start = last + ONE_DAY if running else d.event.day
        until = last_valid_day(start, self.months_for(d))
        kept = list(standing.facts.get(TERMS, ())) if running else []
        row: list[Any] = [start.isoformat(), until.isoformat(), self.fee_for(d)]
        values: dict[str, Any] = {"valid_until": until}
        if self.new_year and not running:
            yield fx.Keep(d.member, YEAR_START, start.isoformat())
        if start <= d.now.date():
            kept, values["term_start"] = [], start
        yield fx.Keep(d.member, TERMS, [*kept, row])
        if until >= d.now.date() and standing.status == "lapsed":
            values["status"] = "suspended" if standing.facts.get(RESTING) else "active"
            if standing.card == "expired":
                values["card"] = "lost" if standing.facts.get(LOST) else "active"
            for fact in sorted({RESTING, LOST} & standing.facts.keys()):
                yield fx.Keep(d.member, fact, None)
        yield fx.Change(d.member, values)
        yield fx.Announce("renewed", d.member, "renewed")
        if "term_start" in values:
            yield fx.Announce("term_began", d.member, "renewed")

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The beginning of a term paid in advance."""
        if standing.status not in self.runs:
            return None
        rows = standing.facts.get(TERMS, ())
        if len(rows) < 2:
            return None
        moment = day_start(date.fromisoformat(rows[1][0]), after.tzinfo)
        return moment if moment > after else None

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """The next term begins."""
        rows = draft.standing(member).facts.get(TERMS, ())[1:]
        yield fx.Keep(member, TERMS, list(rows))
        yield fx.Change(member, {"term_start": date.fromisoformat(rows[0][0])})
        yield fx.Announce("term_began", member, "renewed")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        fees = [f for f in figures_of(self.fee) if f]
        zh = f"，续费{'、'.join(show_fen(f) for f in fees)}元" if fees else "，不收费"
        en = f" for {', '.join(show_fen(f) for f in fees)} yuan" if fees else " free of charge"
        late_zh = (
            "逾期续期的，新一期与上一期衔接" if self.gapless else "逾期续期的，新一期自续期之日起算"
        )
        late_en = (
            "a late renewal follows the old term without a gap"
            if self.gapless
            else "a late one starts a term on its own day"
        )
        return {
            self.number: (
                f"有效期内可续期{zh}，新一期自原有效期届满次日起算；{late_zh}。",
                f"The membership is renewed{en}: in time, the next term starts the day after the "
                f"last valid day; {late_en}.",
            )
        }


__all__ = [
    "FEES", "TERMS", "AgreedTerm", "EndsOnRecord", "Fees", "Months", "Renewal", "Term", "TermOnRise", "terms_of",
]  # fmt: skip
