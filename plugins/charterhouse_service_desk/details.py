"""What is told with the requests and steps of service desks, and in which form."""

from __future__ import annotations

from typing import Any

from charterhouse.kernel.clauses.service_details import Detail


def _staff(code: str, kind: str = "text", **more: Any) -> Detail:
    """Something that is for the staff to tell."""
    return Detail(code, kind, member=False, **more)


_PROMISED = ("problem", "complaint", "after-sales")

EXECUTION = (
    _staff("complex", "yes_no", services=("enquiry",)),
    _staff("assignee", services=("enquiry",), when={"complex": ("True",)}, required=True),
    _staff("assignee", step="marked-complex"),
    Detail("product", services=("after-sales",)),
    _staff("solved_at_once", "yes_no", services=_PROMISED, step="analysed"),
    _staff(
        "expected_by", "moment", services=_PROMISED, step="analysed",
        when={"solved_at_once": ("False",)}, required=True,
    ),
    _staff("expected_by", "moment", services=_PROMISED, step="postponed"),
)  # fmt: skip

GUIDES = (
    Detail("floor", services=("escort",)),
    Detail("emergency", "yes_no", services=("journey",)),
    _staff("to", services=("escort",), step="handed-over"),
)

_ANSWERED = ("question", "complaint")

HANDBOOK = (
    Detail("content", services=("complaint",)),
    Detail("model", services=("order",)),
    Detail("quantity", "whole", services=("order",)),
    Detail("price", "amount", services=("order",)),
    Detail("place", services=("order",)),
    Detail("installation", "yes_no", services=("order",)),
    _staff("timetable", "moment", services=_ANSWERED, step="replied"),
    _staff("timetable", "moment", services=_ANSWERED, step="timetable-given"),
    _staff("claim", "amount", services=("complaint",), step="loss-assessed"),
    _staff("loss", "amount", services=("complaint",), step="loss-assessed"),
    _staff("own_error", "yes_no", services=("complaint",), step="loss-assessed"),
    _staff("place", services=("order",), step="delivered"),
)


def operations(classes: tuple[str, ...]) -> tuple[Detail, ...]:
    """Of the operations: what is told at a reception, papers, the class of a problem."""
    return (
        _staff("need", step="need-recorded"), _staff("papers", "list", step="papers-told"),
        _staff("duration", step="time-estimated"), _staff("fee", "amount", step="fee-told"),
        _staff("papers", "list", services=("data",)),
        _staff("paper", step="paper-rejected"), _staff("reason", step="paper-rejected"),
        _staff("class", "choice", services=("problem",), among=classes),
        _staff("priority", "whole", services=("problem",)),
        _staff("cause", step="cause-found"),
    )  # fmt: skip


RECEPTION = (_staff("newspaper", "amount"), _staff("cost", "amount"))

__all__ = ["EXECUTION", "GUIDES", "HANDBOOK", "RECEPTION", "operations"]
