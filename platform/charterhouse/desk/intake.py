"""Intake: the one way in for events, from the API, the sites, the worker and imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from charterhouse import clock
from charterhouse.desk.errors import ConflictError, DeskError, NotFoundError, UnavailableError
from charterhouse.desk.people import facts_of, is_person, is_ref
from charterhouse.kernel.decision import Decision
from charterhouse.kernel.errors import CharterError, EventError
from charterhouse.kernel.events import PERSON_FIELDS, parse_body
from charterhouse.kernel.kinds import read_moment
from charterhouse.kernel.reasons import REASONS
from charterhouse.kernel.vocabulary import Body
from charterhouse.plugins.errors import CharterUnavailableError
from charterhouse.records.commit import outcome_of
from charterhouse.records.door import Door, Kept, Told
from charterhouse.records.errors import IdempotencyError
from charterhouse.tenancy.errors import ConstraintError
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import unit

_log = structlog.get_logger(__name__)

KEY_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an event. Amounts in `figures` and `after` are fen.

    Attributes:
        event_id: "" for a quote.
        accepted: whether it had its effects.
        refusal: code, clause, missing, field; None when accepted.
        figures: due, lines, priced, to_pay, refund, donation … as the charter decided.
        trace: entries of clause, phase, what it did and with which figures.
        raised: tasks, notices and flags (sort, code, member, clause).
        after: the member's status, tier, card, points, owed … afterwards.
        version: number of the charter's version that decided.
        repeated: whether this is the kept answer to an event told before.
    """

    event_id: str
    accepted: bool
    refusal: Mapping[str, Any] | None
    figures: Mapping[str, Any]
    trace: list[list[Any]]
    raised: list[list[str]]
    after: Mapping[str, Any] | None
    version: int
    repeated: bool = False

    @property
    def clauses(self) -> list[str]:
        """The clauses that the decision cites, in order, each once."""
        cited = [entry[0] for entry in self.trace]
        if self.refusal and self.refusal["clause"]:
            cited.append(self.refusal["clause"])
        return list(dict.fromkeys(cited))

    def reason(self, language: str) -> str:
        """Why it was refused, in words; "" when accepted."""
        if self.refusal is None:
            return ""
        zh, en = REASONS[self.refusal["code"]]
        return zh if language.startswith("zh") else en


def _answer(event_id: str, outcome: Mapping[str, Any], version: int, *, repeated: bool) -> Answer:
    return Answer(
        event_id=event_id,
        accepted=outcome["refusal"] is None,
        refusal=outcome["refusal"],
        figures=outcome["figures"],
        trace=[list(entry) for entry in outcome["trace"]],
        raised=[list(entry) for entry in outcome["raised"]],
        after=outcome["after"],
        version=version,
        repeated=repeated,
    )


def read_body(verb: str, raw: Any) -> Body:
    """Read a verb's fields, and check that the persons named exist.

    Raises:
        DeskError: unknown verb or field, wrong value (`invalid_event`), unknown person
            (`member_unknown`).
    """
    try:
        body = parse_body(verb, raw, current_tenant().zone)
    except EventError as error:
        raise DeskError(error.message, field=error.field, code=error.code) from None
    for name in PERSON_FIELDS[verb]:
        ref = getattr(body, name)
        if ref and not is_person(ref):
            raise DeskError(
                "there is no such person", field=f"{verb}.{name.rstrip('_')}", code="member_unknown"
            )
    return body


def submit(
    verb: str,
    raw: Mapping[str, Any],
    *,
    actor: str,
    key: str | None = None,
    occurred_at: Any = None,
) -> Answer:
    """Tell an event: decided and kept in one transaction, with its effects or as refused.

    Args:
        verb: of the vocabulary.
        raw: its fields as JSON gave them (decimals as `Decimal`, amounts in yuan).
        actor: who tells it: `staff:<id>`, `member:<ref>`, `api:<id>`, `system`.
        key: idempotency key; a retry with the same event gets the same answer.
        occurred_at: when it happened, if earlier than now.

    Raises:
        DeskError: the event cannot be read.
        ConflictError: the key was used for another event.
        UnavailableError: the charter is not available or failed; nothing is kept.
    """
    if key is not None and not 1 <= len(key) <= KEY_LIMIT:
        raise DeskError(f"must have 1 to {KEY_LIMIT} characters", field="Idempotency-Key")
    with unit(write=True):
        told = _told(read_body(verb, raw), actor, key, occurred_at)
        kept = _tell(told)
    return _answer(str(kept.event_id), kept.outcome, kept.version, repeated=kept.repeated)


def _tell(told: Told) -> Kept:
    try:
        with unit(write=True) as opened:
            return Door(opened).tell(told)
    except IdempotencyError as error:
        raise ConflictError(error.message, field=error.field, code=error.code) from None
    except CharterUnavailableError as error:
        raise UnavailableError(error.message, code=error.code) from None
    except CharterError as error:
        _log.exception("charter_failed", verb=told.body.verb)
        raise UnavailableError(
            "the charter could not decide this event; nothing was kept", code="charter_failed"
        ) from error
    except ConstraintError as error:
        raise ConflictError("it was told at the same time by somebody else: try again") from error


def kept_answer(event_id: str) -> Answer:
    """The answer that an event got when it was told.

    Raises:
        NotFoundError: no such event in this tenant.
        UnavailableError: the charter is not available.
    """
    kept = None
    if is_ref(event_id):
        try:
            with unit() as opened:
                kept = Door(opened).kept(int(event_id))
        except CharterUnavailableError as error:
            raise UnavailableError(error.message, code=error.code) from None
    if kept is None:
        raise NotFoundError("there is no such event", code="event_unknown")
    return _answer(event_id, kept.outcome, kept.version, repeated=True)


def quote(verb: str, raw: Mapping[str, Any], *, actor: str) -> Answer:
    """Decide an event and keep nothing: the same code, the same figures.

    Raises:
        The same as `submit`.
    """
    return foresee(verb, raw, actor=actor)[0]


def foresee(
    verb: str, raw: Mapping[str, Any], *, actor: str, at: datetime | None = None
) -> tuple[Answer, Decision]:
    """Decide an event and keep nothing; with the answer, the decision with all that it would put.

    Args:
        verb: of the vocabulary.
        raw: its fields as JSON gave them.
        actor: who would tell it.
        at: a later moment, as if it were told then; now without one.

    Raises:
        The same as `submit`.
    """
    with unit() as opened:
        told = _told(read_body(verb, raw), actor, None, None)
        if at is not None:
            told = replace(told, at=max(at, told.at))
        try:
            door = Door(opened)
            outcome = door.quote(told)
        except CharterUnavailableError as error:
            raise UnavailableError(error.message, code=error.code) from None
        except CharterError as error:
            _log.exception("charter_failed", verb=verb)
            raise UnavailableError(
                "the charter could not decide this", code="charter_failed"
            ) from error
        version = door.version_at(told.at)
    decision = outcome.decision
    return _answer("", outcome_of(decision), version, repeated=False), decision


def _told(body: Body, actor: str, key: str | None, occurred_at: Any) -> Told:
    zone = current_tenant().zone
    at = clock.now().astimezone(zone)
    occurred: datetime | None = None
    if occurred_at is not None:
        try:
            occurred = read_moment(occurred_at, "occurred_at", zone)
        except EventError as error:
            raise DeskError(error.message, field=error.field, code=error.code) from None
        if occurred > at:
            raise DeskError("must not be in the future", field="occurred_at")
    return Told(body, at, actor, key, occurred, facts_of)
