"""Requests: what takes more than a moment is asked for, worked off in steps, and closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRANT, GUARD, RIGHTS, Text, on
from charterhouse.kernel.clauses.benefits import Offer
from charterhouse.kernel.clauses.cases import Case, about_of
from charterhouse.kernel.clauses.casework import Casework, Effects
from charterhouse.kernel.clauses.conditions import belongs, detail
from charterhouse.kernel.clauses.hours import ServiceHours
from charterhouse.kernel.clauses.rights import lost_right, no_membership
from charterhouse.kernel.clauses.service_details import Detail
from charterhouse.kernel.clauses.services import (
    APPROVED,
    ASKED,
    CLOSED,
    COMPLETE,
    REFUSED,
    SUPPLIED,
    Again,
    Service,
    Step,
    Then,
)
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.errors import CharterError
from charterhouse.kernel.workdays import WorkCalendar

CUSTOMERS = frozenset({"customer", "member"})
"""Who cancels on the member's side."""


_NEEDED = {
    "members": lost_right, "registered": no_membership, "insured": None, "anybody": None,
}  # fmt: skip
"""Who may ask → what takes the right to."""


class Services(Casework):
    """Services that are asked for with a request, worked off in steps and closed.

    Numbers by reason, for every service that does not say its own: who may ask (`none`,
    `expired`, `suspended`, `ended`, `lost`, `void`), papers, consent, tier, by, for, details,
    open, over, step, close, decide, cancel, quota, limit; `unknown` refuses services and steps that
    there are not, `unknown_step` steps where another number does.

    Args:
        services: what can be asked for.
        calendar: of the working days of deadlines.
        labels: the charter's words for services, papers and steps.
        details: what is told with a request, a step or the decision, and in which form.
        hours: what begins with a request outside of them begins at the next opening (number by
            reason: `outside`).
    """

    def __init__(
        self, number: str, *services: Service, calendar: WorkCalendar | None = None,
        labels: Mapping[str, Text] | None = None, hours: ServiceHours | None = None,
        details: Iterable[Detail] = (), **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(
            number, *services, calendar=calendar, labels=labels, hours=hours, details=details,
            **numbers,
        )  # fmt: skip

    # Asking.

    @on("request", phase=RIGHTS, rank=55)
    def may_ask(self, d: Draft) -> Effects:
        """Members with rights, unless the service is for anybody."""
        service = self.services.get(d.body.service)
        needs = _NEEDED[service.who] if service else None
        lost = needs(d.of_member) if needs else None
        if service and lost:
            number = service.numbers.get(lost[1]) or self.of(lost[1])
            yield fx.Refuse(lost[0], "request.member", number=number)

    @on("request", phase=GUARD)
    def eligible(self, d: Draft) -> Effects:
        """Tier, benefit, role, person, consent, details, papers and quota."""
        service = self.services.get(d.body.service)
        if service is None:
            return
        yield from self._by_tier(d, service)
        yield from self._by_benefit(d, service)
        if service.by and d.body.by not in service.by:
            yield fx.Refuse("wrong_person", "request.by", number=self.speaker(service, "by"))
        if service.for_others and d.body.for_ not in (None, d.member):
            number = self.speaker(service, "for")
            yield fx.Refuse(service.for_others, "request.for", number=number)
        case = Case.opened(service, d)
        if service.consent and not d.body.consent and case.holds(d, service.consent):
            number = self.speaker(service, "consent")
            yield fx.Refuse("consent_missing", "request.consent", number=number)
        yield from self.lacks(d, service.details, self.speaker(service, "details"))
        for bar in service.refuses:
            if case.holds(d, bar.when):
                number = bar.clause or self.speaker(service, "open")
                if bar.reason == "incomplete":
                    yield fx.Lack(bar.field, number=number)
                    continue
                yield fx.Refuse(bar.reason, f"request.{bar.field or 'service'}", number=number)
        if not service.papers_later:
            for paper in case.raw["lacking"]:
                yield fx.Lack(paper, number=self.speaker(service, "papers"))

    def _by_tier(self, d: Draft, service: Service) -> Effects:
        if belongs(d.of_member, service.tiers):
            return
        rank = d.program.rank
        higher = any(rank(tier) > rank(d.of_member.tier) for tier in service.tiers or ())
        reason = service.otherwise or ("tier_too_low" if higher else "not_included")
        yield fx.Refuse(reason, "request.service", number=self.speaker(service, "tier"))

    def _by_benefit(self, d: Draft, service: Service) -> Effects:
        wanted = service.quota.benefit if service.quota else service.benefit
        if not wanted or d.policy:
            # What a policy serves was counted when it was chosen.
            return
        offer = d.program.benefits.get(wanted)
        if offer is None:
            raise CharterError(f"nobody offers {wanted!r}")
        if isinstance(offer, Offer) and not offer.has(d.of_member):
            refusal = offer.refusal(d)
            number = service.numbers.get("tier") or self.by_reason.get("tier") or refusal.number
            yield replace(refusal, field="request.service", number=number)
        if offer.remaining(d.of_member, d.now, wanted) == 0:
            number = self.speaker(service, "quota")
            yield fx.Refuse("quota_used", "request.service", number=number)

    @on("request", phase=GRANT)
    def open(self, d: Draft) -> Effects:
        """Open it: papers, quota, deadlines, and what opening brings."""
        service = self.services.get(d.body.service)
        if service is None:
            return
        case = Case.opened(service, d)
        if service.quota:
            case.raw["parts"] = yield from self.reserve(d, service.quota.benefit)
            case.raw["quota"] = "reserved"
            yield from self.stated(service, "quota")
        yield from self._papers(d, case)
        start = self.start(d)
        if start != d.now:
            yield from self.stated(service, "outside")
        yield from self.moved(d, case, ASKED, start)
        if case.raw["documents"]:
            yield from self.moved(d, case, SUPPLIED, start)
        if case.complete:
            yield from self.moved(d, case, COMPLETE, start)
        yield from self.brings(d, case, service.opening, "open")
        yield from self.keep(d, case, "open")

    def _papers(self, d: Draft, case: Case) -> Effects:
        """The clauses that set its papers speak: of all, of those waived, of those that miss."""
        if not case.asks_for:
            return
        yield from self.stated(case.service, "papers")
        if not case.complete:
            yield from self.stated(case.service, "incomplete")
        for paper in case.asks_for:
            if paper.waived and not paper.when(d, case.raw):
                yield fx.Cite(paper.code, number=paper.waived)
        yield from self._uncounted(d, case)

    def _uncounted(self, d: Draft, case: Case) -> Effects:
        for paper in case.uncounted(d, d.body.documents or {}):
            yield fx.Cite(paper.code, number=self.speaker(case.service, "papers", paper.clause))

    # Working on it.

    def _over(self, d: Draft, case: Case) -> fx.Refuse:
        number = self.speaker(case.service, "over")
        return fx.Refuse(case.service.over, f"{d.body.verb}.request", number=number)

    @on("supply", "cancel", phase=GUARD)
    def still_open(self, d: Draft) -> Effects:
        """Only what is open takes papers or is given up."""
        case = self.case(d)
        if case and not case.is_open:
            yield self._over(d, case)

    @on("supply", phase=GRANT)
    def take_papers(self, d: Draft) -> Effects:
        """Papers handed in later; the last one completes it."""
        case = self.case(d)
        if case is None:
            return
        lacked = not case.complete
        case.take(d, d.body.documents)
        yield from self._uncounted(d, case)
        yield from self.moved(d, case, SUPPLIED)
        if lacked and case.complete:
            if case.status == "incomplete":
                case.raw["status"] = "received"
            yield from self.moved(d, case, COMPLETE)
        yield from self.keep(d, case, "papers")

    @on("decide", phase=GUARD)
    def may_decide(self, d: Draft) -> Effects:
        """Once, by whom it is for, when what comes before is done."""
        case = self.case(d)
        if case is None:
            return
        if not case.is_open:
            yield self._over(d, case)
        service, number = case.service, self.speaker(case.service, "decide")
        if not (service.review or service.optional_review) or _decided(case):
            yield fx.Refuse("order_violation", "decide.request", number=number)
        if service.decide_by and d.body.by not in service.decide_by:
            yield fx.Refuse("wrong_person", "decide.by", number=number)
        if service.verdict:
            yield from self._decided_after(d, case, number)
        if d.body.outcome != "approved":
            if service.reason_needed and not (d.body.reason or "").strip():
                yield fx.Refuse("reason_missing", "decide.reason", number=number)
            return
        if not case.complete:
            papers = self._lacking(service)
            yield fx.Refuse("document_missing", "decide.request", number=papers)
        yield from self._decided_after(d, case, number)

    def _decided_after(self, d: Draft, case: Case, number: str) -> Effects:
        for before in case.service.decided_after:
            if not case.did(before.code):
                yield fx.Refuse(before.reason, "decide.request", number=before.clause or number)

    def _lacking(self, service: Service) -> str:
        """The number that refuses what papers are lacking for."""
        stated = service.numbers.get("lacking") or self.by_reason.get("lacking")
        return stated or self.speaker(service, "papers")

    @on("decide", phase=GRANT)
    def decide(self, d: Draft) -> Effects:
        """Approve, or refuse and end it."""
        case = self.case(d)
        if case is None:
            return
        if d.body.outcome == "approved":
            if case.status == "received" and not case.service.verdict:
                case.raw["status"] = "approved"
            yield from self.moved(d, case, APPROVED)
            yield from self.brings(d, case, case.service.approved, "decide")
        elif case.service.verdict:
            yield from self.moved(d, case, REFUSED)
            yield from self.stated(case.service, "refused")
        else:
            case.finish("refused", d.now)
            yield from self.stated(case.service, "refused")
            yield from self.release(d, case)
        yield from self.keep(d, case, "decide")

    @on("progress", phase=GUARD)
    def may_step(self, d: Draft) -> Effects:
        """A step that the service knows, in its order, by whom it is for, with its details."""
        case = self.case(d)
        if case is None:
            return
        step = case.service.step(d.body.step)
        if step is None:
            if not case.is_open:
                yield self._over(d, case)
            unknown = self.by_reason.get("unknown_step") or self.by_reason.get("unknown", "")
            d.refuse("unknown", unknown, field="progress.step")
            return
        number = self.speaker(case.service, "step", step.clause)
        yield from self._in_time(d, case, step, number)
        yield from self._before(case, step, number)
        yield from self._called_for(d, case, step)
        flagged = not step.needs_flag or step.needs_flag in case.flags
        if not flagged or (step.once and case.did(step.code)):
            yield fx.Refuse("order_violation", "progress.step", number=number)
        if step.by and d.body.by not in step.by:
            yield fx.Refuse("wrong_person", "progress.by", number=number)
        yield from self.lacks(d, step.details, step.asks or number)
        for bar in step.bars:
            if not case.holds(d, bar.when):
                continue
            if bar.reason == "incomplete":
                yield fx.Lack(bar.field, number=bar.clause or number)
            else:
                field = f"progress.{bar.field or 'step'}"
                yield fx.Refuse(bar.reason, field, number=bar.clause or number)

    def _before(self, case: Case, step: Step, number: str) -> Effects:
        for before in step.before:
            if case.did(before.code):
                continue
            if before.code == COMPLETE:
                papers = before.clause or self._lacking(case.service)
                yield fx.Refuse("document_missing", "progress.request", number=papers)
            yield fx.Refuse(before.reason, "progress.step", number=before.clause or number)

    def _called_for(self, d: Draft, case: Case, step: Step) -> Effects:
        """What settles one of several needs one that is open; without a word of which it lacks."""
        for limit in case.service.limits:
            about = about_of(d, limit)
            settles = limit.each and step.code in limit.ends and about != ""
            if settles and not case.running(limit, about):
                number = self.speaker(case.service, "limit", limit.clause)
                yield fx.Refuse("order_violation", "progress.step", number=number)

    def _in_time(self, d: Draft, case: Case, step: Step, number: str) -> Effects:
        if step.any_time:
            return
        if step.after_close and case.status != "served":
            yield fx.Refuse("order_violation", "progress.step", number=number)
        if not step.after_close and not case.is_open:
            yield self._over(d, case)

    @on("progress", phase=GRANT)
    def step_done(self, d: Draft) -> Effects:
        """The step is done: flags come and go, tasks close, the state moves on."""
        case = self.case(d)
        step = case.service.step(d.body.step) if case else None
        if case is None or step is None:
            return
        yield from self.moved(d, case, step.code)
        case.undo(step.undoes)
        if step.status:
            case.raw["status"] = step.status
        number = self.speaker(case.service, "step", step.clause)
        about = {"request": case.id}
        for each in step.flags_off:
            if each.code in case.flags and case.holds(d, each.when):
                case.unflag(each.code)
                yield fx.Finish(d.member, each.code, about, number=number)
        sets = [Then("flag", code, step.clause, when) for code, when in step.sets.items()]
        yield from self.brings(d, case, (*sets, *step.then), "step", step.clause)
        for each in step.tasks_off:
            if case.holds(d, each.when):
                yield fx.Finish(d.member, each.code, about, number=number)
        if step.rejects:
            case.reject(d, str(detail(d.body, step.rejects)))
        if step.ends:
            yield from self._end(d, case, step.ends)
        yield from self.keep(d, case, "step", step.clause)

    # Its end.

    @on("cancel", phase=GUARD, rank=60)
    def not_fixed(self, d: Draft) -> Effects:
        """What is fixed the member cannot give up any more."""
        case = self.case(d)
        if case is None or d.body.by not in CUSTOMERS:
            return
        if any(case.did(code) for code in case.service.fixed_after):
            stated = case.service.numbers.get("too_late") or self.by_reason.get("too_late")
            number = stated or self.speaker(case.service, "cancel")
            yield fx.Refuse("too_late", "cancel.request", number=number)

    @on("cancel", phase=GRANT)
    def cancel(self, d: Draft) -> Effects:
        """Given up: by the member the rule of the service holds, else what it took returns."""
        case = self.case(d)
        if case is None:
            return
        forfeited = d.body.by in CUSTOMERS and self._forfeits(d, case)
        case.finish("cancelled", d.now)
        if forfeited:
            self.consume(case)
        else:
            yield from self.stated(case.service, "freed")
            yield from self.release(d, case)
        if d.body.by not in CUSTOMERS:
            yield from self.stated(case.service, "others")
        yield from self.keep(d, case, "cancel")

    @staticmethod
    def _forfeits(d: Draft, case: Case) -> bool:
        """Whether the member's own cancellation counts as a use."""
        rule = case.service.quota
        if rule is None:
            return False
        if case.raw["quota"] == "consumed" or rule.cancelled == "consumed":
            return True
        late = any(case.did(step) for step in rule.forfeits)
        return late and not (rule.free and case.holds(d, rule.free))

    @on("close", phase=GUARD)
    def may_close(self, d: Draft) -> Effects:
        """Everything that closing needs is done."""
        case = self.case(d)
        if case is None:
            return
        if not case.is_open:
            yield self._over(d, case)
        service = case.service
        if d.body.outcome in service.needs_for:
            yield from self._unfinished(d, case, self.speaker(service, "close"))

    def _unfinished(self, d: Draft, case: Case, number: str) -> Effects:
        service = case.service
        barred = [code for code in service.bars if code in case.flags]
        lacking: Iterable[str] = (*case.undone(d), *barred)
        if service.unfinished != "incomplete":
            if lacking:
                yield fx.Refuse(service.unfinished, "close.request", number=number)
            return
        if service.lists_missing and not case.complete:
            yield fx.Refuse("document_missing", "close.request", number=number)
        for code in lacking:
            yield fx.Lack(code, number=number)

    @on("close", phase=GRANT)
    def close(self, d: Draft) -> Effects:
        """Served, or closed without; the quota follows the outcome."""
        case = self.case(d)
        if case is None:
            return
        outcome, again = d.body.outcome, case.service.again
        yield from self.stated(case.service, outcome)
        if again and outcome == "failed" and all(case.did(code) for code in again.after):
            yield from self._arrange_anew(d, case, again)
            return
        yield from self._end(d, case, outcome)
        yield from self.keep(d, case, "close")

    def _end(self, d: Draft, case: Case, outcome: str) -> Effects:
        rule = case.service.quota
        yield from self.moved(d, case, CLOSED)
        case.finish("served" if outcome == "served" else "closed", d.now)
        case.raw["outcome"] = outcome
        if outcome == "served" or (outcome == "no_show" and rule and rule.no_show == "consumed"):
            self.consume(case)
        else:
            yield from self.release(d, case)
        yield from self.brings(d, case, case.service.closing.get(outcome, ()), "close")

    def _arrange_anew(self, d: Draft, case: Case, again: Again) -> Effects:
        """It goes on: what was arranged no longer counts, and the same use with it."""
        case.undo(again.undoes)
        case.raw["status"] = again.status
        case.restart(d, again.restarts, self.calendar)
        yield from self.brings(d, case, again.then, "close")
        yield from self.keep(d, case, "close")


def _decided(case: Case) -> bool:
    return case.did(APPROVED) or case.did(REFUSED)


__all__ = ["CUSTOMERS", "Services"]
