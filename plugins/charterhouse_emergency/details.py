"""What is told with the requests and steps of emergency departments, and in which form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from charterhouse.kernel.clauses.service_details import Detail


def _staff(code: str, kind: str = "text", **more: Any) -> Detail:
    """Something that is for the staff to tell."""
    return Detail(code, kind, member=False, **more)


def called_in(*steps: str) -> tuple[Detail, ...]:
    """The department that is called and arrives."""
    return tuple(_staff("department", step=each) for each in steps)


def handed_over() -> tuple[Detail, ...]:
    """To whom a patient is handed over, and how the patient is."""
    return _staff("to", step="handed-over"), _staff("condition", step="handed-over")


def outpatient_critical(
    classes: tuple[str, ...], means: tuple[str, ...], moving: tuple[str, ...]
) -> tuple[Detail, ...]:
    """Of the out-patient measures: triage, transport, hand-over."""
    return (
        _staff("exam", services=("escorted-exam",)),
        _staff("department", services=("escorted-exam",)),
        _staff("to", services=("transport",)),
        _staff("level", "choice", step="risk-assessed", among=classes, required=True),
        _staff("means", "choice", services=moving, step="transport-chosen", among=means),
        _staff("means", services=("triage",), step="transport-chosen"),
        *handed_over(),
        _staff("to", step="result-returned"),
    )


def rescue_system(
    conditions: Iterable[str], forms: tuple[str, ...], notices: tuple[str, ...],
    recipients: tuple[str, ...],
) -> tuple[Detail, ...]:  # fmt: skip
    """Of the rescue: the state at the opening, orders, notices, reports."""
    return (
        _staff("condition", "choice", among=tuple(conditions)),
        _staff("vital_signs", "choice", among=("stable", "unstable")),
        _staff("danger", "yes_no"), _staff("registered", "yes_no"), _staff("paid", "yes_no"),
        _staff("arrival"),
        _staff("what", step="order-given"),
        _staff("form", "choice", step="order-given", among=forms, required=True),
        _staff("what", step="invasive-procedure"),
        _staff("kind", "choice", step="notice-given", among=notices),
        _staff("recipient", step="notice-given"),
        _staff("to", "choice", step="reported", among=recipients),
        _staff("content", step="reported"),
        _staff("reachable", "yes_no", step="family-informed"),
        *called_in("consultation-called", "consultant-arrived"),
    )  # fmt: skip


SEVERE = (
    *called_in("department-called", "department-arrived"),
    *handed_over(),
    _staff("result", step="result-recorded"),
    _staff(
        "answer", "choice", step="satisfaction-recorded",
        among=("satisfied", "unsatisfied", "not-possible"),
    ),
)  # fmt: skip


def surgery_channel(
    channel: tuple[str, ...], conditions: tuple[str, ...], special: Iterable[str],
    levels: tuple[str, ...], recipients: tuple[str, ...], hands: Mapping[str, tuple[str, ...]],
) -> tuple[Detail, ...]:  # fmt: skip
    """Of the surgery channel: the state at the opening, the notice, the hand-over, the ward."""
    notice = "or-notified"
    return (
        _staff("condition", "choice", services=channel, among=conditions),
        _staff("critical", "yes_no", services=channel),
        _staff("special", "choices", services=channel, among=tuple(sorted(special))),
        _staff("funds", "choice", services=channel, among=("lacking",)),
        _staff("to", "choice", step="reported", among=recipients),
        _staff("level", "choice", step="surgery-decided", among=levels, required=True),
        _staff("name", step=notice), _staff("age", "whole", step=notice),
        _staff("sex", "choice", step=notice, among=("f", "m")), _staff("diagnosis", step=notice),
        _staff("operation", step=notice), _staff("anaesthesia", step=notice),
        _staff("team", "list", step=notice), _staff("notifier", step=notice),
        *(
            _staff(side, "choices", step="handed-over", among=roles, required=True)
            for side, roles in hands.items()
        ),
        *called_in(
            "consultation-called", "consultant-arrived", "transfer-decided", "transferred"
        ),
    )  # fmt: skip


__all__ = [
    "SEVERE", "called_in", "handed_over", "outpatient_critical", "rescue_system",
    "surgery_channel",
]  # fmt: skip
