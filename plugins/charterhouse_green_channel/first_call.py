"""The admission service whose limits run from the first call: of two green channels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import fields, validate

from charterhouse.kernel.charter import Clause
from charterhouse.kernel.clauses.paper_rules import PaperRule
from charterhouse.kernel.clauses.services import (
    CLOSED,
    Count,
    Limit,
    Paper,
    Service,
    Step,
    Then,
    asked,
    asked_or_said,
    cited,
    task,
    unless,
)
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.settings import SettingValues, meta
from charterhouse_green_channel.common import BOOKED, booking, service

TOLD = "result-told"
SLIP, PHOTO = "admission-slip", "notice-photo"
SHOWN = ("name", "id_number", "insurance_card_number", "registration_number")
ELECTRONIC = asked_or_said(slip="electronic")


def free_until(clause: str) -> fields.String:
    """The step before which cancelling is free."""
    return fields.String(
        load_default=BOOKED, validate=validate.OneOf((TOLD, BOOKED, CLOSED)),
        metadata=meta("此步骤前可免费取消", "Free cancellation before", "", clause, "cancel"),
    )  # fmt: skip


def told_within(hours: int, clause: str, **more: Any) -> Limit:
    """The result is told within some hours of the first call; a confirmed booking tells it."""
    return Limit("told", until=(TOLD, BOOKED), amount=hours, unit="hours", clause=clause, **more)


def admission(
    s: SettingValues, *, clause: str, photo: str, electronic: str, told: str,
    limit: str, calls: str, numbers: Mapping[str, str], opening: tuple[Then, ...] = (),
) -> Service:  # fmt: skip
    """The admission: slip and photo, two limits from the first call, two call-backs.

    Args:
        s: the settings.
        clause: the number of the service.
        photo: that of the photo.
        electronic: that of an electronic slip.
        told: that of the first deadline.
        limit: that of the second.
        calls: that of the call-backs.
        numbers: of the other reasons.
        opening: what else the first call brings about.
    """
    return service(
        "admission", clause=clause, numbers=numbers, opening=opening,
        papers=(
            SLIP,
            Paper(PHOTO, when=unless(asked(slip="electronic")), waived=electronic, clause=photo),
        ),
        count=Count("admission", forfeits=(s.cancel_free_until,)),
        steps=(Step(TOLD, limit, then=(cited("result", told),)), booking()),
        limits=(
            told_within(s.result_hours, told),
            Limit("visit", until=CLOSED, amount=s.admission_days, unit="working_days",
                  clause=limit),
        ),
        closing={"served": (task("call-back-care", calls), task("call-back-satisfaction", calls))},
    )  # fmt: skip


def slip_rules(paper: str, electronic: str) -> list[Clause]:
    """What a slip must show on paper, and be when it is electronic."""
    return [
        PaperRule(paper, papers={SLIP}, services={"admission"}, lacks=_not_shown),
        PaperRule(electronic, papers={SLIP}, services={"admission"}, wrong=_not_queued),
    ]


def _not_shown(d: Draft, content: Mapping[str, Any]) -> Iterator[str]:
    """The fields that a paper slip does not show; nothing said means all are there."""
    shown = (d.body.details or {}).get("slip_fields")
    if shown is None or ELECTRONIC(d, content):
        return
    listed = shown if isinstance(shown, list) else [shown]
    yield from (name for name in SHOWN if name not in listed)


def _not_queued(d: Draft, content: Mapping[str, Any]) -> bool:
    """An electronic notice that is not visibly queued in the hospital's system."""
    return ELECTRONIC(d, content) and (d.body.details or {}).get("visibly_queued") is False


__all__ = ["TOLD", "admission", "free_until", "slip_rules", "told_within"]
