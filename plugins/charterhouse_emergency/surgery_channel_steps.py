"""The steps of the surgery channel: rooms, the decision, the way into the operation and the ward."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.services import Bar, Condition, Ends, Step, last_said, said, task
from charterhouse.kernel.draft import Draft
from charterhouse_emergency.common import none_of, step

RESCUE, SURGERY = CHANNEL = ("rescue", "emergency-surgery")
ROOM = ("in-rescue-room", "in-operating-room")
LEVELS = ("physician", "attending", "associate-chief", "chief")
NOTICE = ("name", "age", "sex", "diagnosis", "operation", "anaesthesia", "team", "notifier")
HANDS = {"from": ("emergency-nurse", "specialist"), "to": ("or-nurse", "anaesthetist")}
HEAD, MANAGEMENT = "department-head", ("medical-affairs", "vice-president", "duty-officer")
DISPUTED, DECIDED = "transfer-disputed", "transfer-decided"


def no_level(d: Draft, _content: Mapping[str, Any]) -> bool:
    """The decision is by nobody at physician level or above."""
    return detail(d.body, "level") not in LEVELS


def empty(name: str) -> Condition:
    """A detail is an empty list."""
    return lambda d, _content: detail(d.body, name) == []


def absent(side: str, role: str) -> Condition:
    """Somebody was not there on one side of a hand-over."""

    def holds(d: Draft, _content: Mapping[str, Any]) -> bool:
        given = detail(d.body, side)
        return not isinstance(given, list) or role not in given

    return holds


def disputed(_d: Draft, content: Mapping[str, Any]) -> bool:
    """The ward is disputed, and nobody has decided since."""
    rows = [row[0] for row in content["steps"] if row[0] in (DISPUTED, DECIDED)]
    return bool(rows) and rows[-1] == DISPUTED


def other_ward(d: Draft, content: Mapping[str, Any]) -> bool:
    """The patient goes to another department than the decided one."""
    decided = last_said(content, DECIDED, "department")
    return decided is not None and none_of(detail(d.body, "department"), (decided,))


def unknown_recipient(d: Draft, _content: Mapping[str, Any]) -> bool:
    """The report goes to somebody else than the four."""
    return none_of(detail(d.body, "to"), (HEAD, *MANAGEMENT))


def report_steps() -> tuple[Step, ...]:
    """Rooms, resuscitation, calls, reports and what families are told."""
    return (
        *(step(code, "1") for code in ROOM),
        step("cpr-started", "3", closes=("start-cpr",)),
        step("staff-paged", "7"),
        step("rescue-ended", "9"),
        step("family-informed", "8.6"),
        step(
            "reported", "10", details=("to",), keeps=("to",),
            bars=(Bar("wrong_person", unknown_recipient, field="details.to"),),
            closes=(
                Ends("report-department-head", said(to=HEAD)),
                Ends("report-management", said(to=MANAGEMENT)),
            ),
        ),
        step("called", "E7"),
    )  # fmt: skip


def surgery_steps() -> tuple[Step, ...]:
    """From the decision to the ward, in their order."""
    hands = ((side, role) for side, roles in HANDS.items() for role in roles)
    return (
        step(
            "surgery-decided", "7", bars=(Bar("wrong_person", no_level, field="details.level"),)
        ),
        step(
            "or-notified", "8.1", after=("surgery-decided",), details=NOTICE, asks="8.1",
            bars=tuple(Bar("incomplete", empty(name), field=name) for name in NOTICE),
        ),
        step("orders-written", "8.2", after=("surgery-decided",)),
        step("exams-done", "8.2", after=("surgery-decided",)),
        step("orders-done", "8.3", after=("orders-written",)),
        step("anaesthetist-called", "8.4", after=("or-notified",)),
        step("anaesthetist-ready", "8.4", after=("anaesthetist-called",)),
        step(
            "handed-over", "8.5",
            bars=tuple(Bar("incomplete", absent(*hand), field=hand[1]) for hand in hands),
        ),
        step("surgery-started", "8.5", after=("handed-over",)),
        step("surgery-done", "8.5", after=("surgery-started",)),
        step(DISPUTED, "8.7", then=(task("decide-ward", "8.7"),)),
        step(
            DECIDED, "8.7", by=("medical-affairs",), details=("department",),
            closes=("decide-ward",),
        ),
        step(
            "transferred", "8.7", after=("surgery-done",), details=("department",),
            bars=(
                Bar("order_violation", disputed),
                Bar("not_eligible", other_ward, field="details.department"),
            ),
        ),
    )  # fmt: skip


__all__ = [
    "CHANNEL", "HANDS", "HEAD", "LEVELS", "MANAGEMENT", "RESCUE", "ROOM", "SURGERY", "disputed", "other_ward",
    "report_steps", "surgery_steps",
]  # fmt: skip
