"""How services and requests are spoken of to members: why not now, what is promised, what is next."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from charterhouse import clock
from charterhouse.desk.words import words
from charterhouse.kernel.clauses.cases import read_deadline
from charterhouse.kernel.clauses.services import (
    APPROVED,
    ASKED,
    COMPLETE,
    SUPPLIED,
    passed_at,
)
from charterhouse.kernel.reasons import REASONS
from charterhouse.web.i18n import (
    current_timezone,
    gettext,
    lazy_gettext,
    lazy_pgettext,
    ngettext,
    pick,
    span_text,
)
from charterhouse.web.labels import register_status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask

    from charterhouse.desk.offers import Promise
    from charterhouse.desk.request_file import Clock, RequestFile

__all__ = ["Stage", "Stages", "init_app", "next_text", "promise_text", "stages", "why_text"]

_WHY: Final = {
    "waiting_period": lazy_gettext("The waiting period is not over yet."),
    "too_early": lazy_gettext("It is too early for this."),
    "not_active": lazy_gettext("No policy or membership of yours is in force."),
    "expired": lazy_gettext("Your term is over."),
    "suspended": lazy_gettext("Your policy or membership rests at present."),
    "outstanding_premium": lazy_gettext("A premium has not been paid yet."),
    "quota_used": lazy_gettext("It is used up for this period."),
    "not_diagnosed": lazy_gettext(
        "No diagnosis that it needs is on file. Send us yours, or ask at the service desk."
    ),
    "not_eligible": lazy_gettext("Its conditions are not met."),
    "not_included": lazy_gettext("It is not part of what you have."),
    "tier_too_low": lazy_gettext("Members of a higher tier have it."),
    "wrong_person": lazy_gettext("It cannot be asked for by or for this person."),
    "order_violation": lazy_gettext("Another service has to come first."),
    "consent_missing": lazy_gettext("Your consent is needed: tick the box if you agree."),
    "not_in_network": lazy_gettext("This hospital is not in the network."),
    "too_late": lazy_gettext("It is too late for this."),
}
"""Why something cannot be asked for, in words for members; the rest as the vocabulary says it."""

_SINCE: Final = {
    ASKED: lazy_gettext("after you ask"),
    SUPPLIED: lazy_gettext("after papers come in"),
    COMPLETE: lazy_gettext("after all papers are there"),
    APPROVED: lazy_gettext("after it is approved"),
}

_NEXT: Final = {
    "received": lazy_gettext("We have your request and are working on it."),
    "incomplete": lazy_gettext("Send the missing papers, so that we can go on."),
    "approved": lazy_gettext("It is approved. We are arranging it and tell you time and place."),
    "arranged": lazy_gettext("It is arranged. If you cannot come, cancel in time."),
    "refused": lazy_gettext("It was not approved. The service desk tells you why."),
    "served": lazy_gettext("The service was given."),
    "cancelled": lazy_gettext("It was cancelled."),
    "closed": lazy_gettext("It is closed."),
}
_REVIEWED: Final = lazy_gettext("We have your request. It is being reviewed.")


class Stage(NamedTuple):
    """One stage on a request's way, in words."""

    code: str
    text: str


class Stages(NamedTuple):
    """The way of a request; `current` counts from 1 and lies behind the last when all is done."""

    stages: tuple[Stage, ...]
    current: int


def why_text(code: str) -> str:
    """Return why something cannot be done, in plain words."""
    said = _WHY.get(code)
    return str(said) if said is not None else pick(*REASONS[code])


def _span(amount: int, unit: str) -> str:
    if unit == "minutes":
        return str(ngettext("within %(num)s minute", "within %(num)s minutes", amount))
    if unit == "hours":
        return str(ngettext("within %(num)s hour", "within %(num)s hours", amount))
    if unit == "days":
        return str(ngettext("within %(num)s day", "within %(num)s days", amount))
    return str(ngettext("within %(num)s working day", "within %(num)s working days", amount))


def promise_text(promise: Promise) -> str:
    """Return a deadline in words: how long after what."""
    since = _SINCE.get(promise.since)
    begin = str(since) if since is not None else pick(*words().label(promise.since))
    return str(gettext("%(span)s %(since)s", span=_span(promise.amount, promise.unit), since=begin))


def late_text(each: Clock) -> str:
    """Return by how long a deadline has passed; empty while it has not."""
    return span_text(clock.now() - each.passes) if each.passes <= clock.now() else ""


def deadline_of(text: str) -> date | datetime:
    """Return a deadline as a request keeps it: a day, or a moment."""
    return read_deadline(text, current_timezone())


def has_passed(falls: date | datetime) -> bool:
    """Return whether a deadline has passed."""
    return passed_at(falls, current_timezone()) <= clock.now()


def is_moment(value: Any) -> bool:
    """Return whether a deadline is a moment, and not the end of a day."""
    return isinstance(value, datetime)


def next_text(file: RequestFile) -> str:
    """Return what happens next with a request, in one sentence."""
    service = file.service
    if file.status == "received" and service is not None and service.review:
        return str(_REVIEWED)
    if file.status == "closed" and file.outcome:
        return pick(*words().of("close.outcome", file.outcome))
    return str(_NEXT.get(file.status, ""))


def stages(file: RequestFile) -> Stages | None:
    """Return the way of a request that is under way or was served; None of one that ended else."""
    service = file.service
    if service is None or file.status in ("refused", "cancelled", "closed"):
        return None
    done = {step.code for step in file.steps if not step.undone}
    fixing = {step.code for step in service.steps if step.status == "arranged"}
    served = file.status == "served"
    way: list[tuple[Stage, bool]] = [
        (Stage("asked", pick_stage("asked")), True),
    ]
    if service.papers:
        way.append((Stage("papers", pick_stage("papers")), not file.content["lacking"]))
    if service.review:
        way.append((Stage("approved", pick_stage("approved")), "approved" in done))
    if fixing:
        arranged = file.status == "arranged" or bool(fixing & done)
        way.append((Stage("arranged", pick_stage("arranged")), arranged))
    way.append((Stage("served", pick_stage("served")), served))
    return Stages(tuple(stage for stage, _ in way), _reached(ok or served for _, ok in way))


def _reached(done: Iterable[bool]) -> int:
    """The place of the first stage that is not done, counted from 1."""
    place = 1
    for ok in done:
        if not ok:
            return place
        place += 1
    return place


_STAGES: Final = {
    "asked": lazy_pgettext("stage", "Asked"),
    "papers": lazy_pgettext("stage", "Papers"),
    "approved": lazy_pgettext("stage", "Review"),
    "arranged": lazy_pgettext("stage", "Arranged"),
    "served": lazy_pgettext("stage", "Done"),
}


def pick_stage(code: str) -> str:
    """Return the word for a stage."""
    return str(_STAGES[code])


def init_app(app: Flask) -> None:
    """Give the templates these words, and the states of requests and policies theirs."""
    app.jinja_env.globals.update(
        why_text=why_text, promise_text=promise_text, late_text=late_text, is_moment=is_moment,
        next_text=next_text, request_stages=stages, deadline_of=deadline_of, has_passed=has_passed,
    )  # fmt: skip
    for state, tone, label in (
        ("received", "busy", lazy_pgettext("status", "Received")),
        ("incomplete", "wait", lazy_pgettext("status", "Incomplete")),
        ("arranged", "busy", lazy_pgettext("status", "Arranged")),
        ("served", "good", lazy_pgettext("status", "Served")),
        ("surrendered", "off", lazy_pgettext("status", "Surrendered")),
    ):
        register_status(state, tone, label)
