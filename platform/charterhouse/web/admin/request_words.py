"""How requests are spoken of: the time that is left, their states, who works on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from charterhouse import clock
from charterhouse.desk.requests import COUNTED
from charterhouse.web.admin.words import actor_text, code_label
from charterhouse.web.i18n import gettext, number_text, span_text

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask

__all__ = ["Left", "count_text", "init_app", "staff_name", "time_left"]

_SOON = 24 * 3600
"""From so many seconds before it a deadline is near."""


class Left(NamedTuple):
    """The time that is left, in words, with the tone that goes with them."""

    text: str
    tone: str


def time_left(due_at: datetime | None) -> Left | None:
    """Return how long there is until a deadline has passed, or since; None without one."""
    if due_at is None:
        return None
    delta = due_at - clock.now()
    seconds = delta.total_seconds()
    if seconds <= 0:
        return Left(gettext("Overdue by %(time)s", time=span_text(delta)), "bad")
    left = gettext("%(time)s left", time=span_text(delta))
    return Left(left, "wait" if seconds <= _SOON else "busy")


def staff_name(staff_id: int) -> str:
    """Return the name of who works on something; empty for nobody."""
    return actor_text(f"staff:{staff_id}") if staff_id else ""


def count_text(number: int) -> str:
    """Return a count that may have stopped at its limit."""
    return f"{number_text(number)}+" if number >= COUNTED else number_text(number)


def init_app(app: Flask) -> None:
    """Give the templates these functions."""
    app.jinja_env.globals.update(time_left=time_left, staff_name=staff_name)
    app.jinja_env.filters["code_pair"] = _pair


def _pair(code: str) -> tuple[str, str]:
    """Return a code as an option of a choice."""
    return code, code_label(code)
