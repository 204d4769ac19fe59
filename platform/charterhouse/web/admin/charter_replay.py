"""Trying an amendment out: the last year replayed with the new figures, before it is announced."""

from __future__ import annotations

import json
from contextvars import copy_context
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask import Response, request, stream_template

from charterhouse.desk.errors import DeskError
from charterhouse.desk.local import now_here
from charterhouse.desk.replays import Asked, Bounds, Replaying
from charterhouse.kernel.blame import PAID
from charterhouse.kernel.difference import Difference, Mover
from charterhouse.plugins.errors import PluginError
from charterhouse.tenancy.scope import current_tenant, tenant_scope
from charterhouse.web.admin.terms import unit_name
from charterhouse.web.admin.words import code_label, reason_text
from charterhouse.web.i18n import gettext, lazy_gettext, money_text, number_text
from charterhouse.web.labels import status_label
from charterhouse.web.long_work import long_work
from charterhouse.web.permissions import require

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from flask import Flask

    from charterhouse.tenancy.tenant import Tenant

__all__ = ["register"]

BOUNDS = Bounds(events=100_000, seconds=60)
"""What a page may take; more is for the command."""

_YEAR = timedelta(days=365)
_MARKS = 50
_POINTS = "points"

_NAMES = {
    "events": lazy_gettext("Events"),
    "accepted": lazy_gettext("Events accepted"),
    "points_given": lazy_gettext("Points given"),
    "discounts": lazy_gettext("Discounts given"),
    "listed": lazy_gettext("List price of all bills"),
    "net": lazy_gettext("Charged for all bills"),
    "paid": lazy_gettext("Paid by members"),
}
_IN_FEN = frozenset({"discounts", "listed", "net", "paid"})
_PROBLEMS = {
    "too_many_events": lazy_gettext(
        "Too much has happened to be replayed on a page. Ask whoever runs the platform for a replay."
    ),
    "replay_too_long": lazy_gettext(
        "The replay took too long for a page. Ask whoever runs the platform for a replay."
    ),
    "configuration": lazy_gettext("The figures contradict each other, or an earlier amendment."),
}


class _Watched:
    """A replay that a page shows while it goes on: the page is sent mark by mark."""

    def __init__(self, going: Replaying) -> None:
        self._going = going
        self.found: Difference | None = None
        self.problem = ""

    def marks(self) -> Iterator[str]:
        """One sign for each fiftieth of the events."""
        sent = 0
        try:
            for done, total in self._going.steps():
                wanted = done * _MARKS // total
                if wanted > sent:
                    yield "▮" * (wanted - sent)
                    sent = wanted
        except DeskError as error:
            # The page has begun: its status can no longer say that something is wrong.
            known = _PROBLEMS.get(error.code)
            self.problem = str(known or error.message)
            return
        except PluginError:
            self.problem = gettext("The charter cannot decide at present. Try again later.")
            return
        yield "▮" * (_MARKS - sent)
        self.found = self._going.found

    def rows(self) -> list[tuple[str, str, str, str]]:
        """The figures that differ: name, now, then, difference."""
        found = self.found
        if found is None:
            return []
        return [_row(path, was, now) for path, was, now in found.rows() if was != now]


def _row(path: tuple[str, ...], was: int, now: int) -> tuple[str, str, str, str]:
    fen = path[0] in _IN_FEN or (path[0] == "liabilities" and path[1] != _POINTS)
    if fen:
        return _name(path), money_text(was), money_text(now), money_text(now - was, sign=True)
    sign = "+" if now > was else "−"
    return _name(path), number_text(was), number_text(now), f"{sign}{number_text(abs(now - was))}"


def _name(path: tuple[str, ...]) -> str:
    if path[0] == "members":
        tier = code_label(path[1]) or gettext("Without a tier")
        return str(
            gettext("Members: %(tier)s, %(status)s", tier=tier, status=status_label(path[2]))
        )
    if path[0] == "liabilities":
        return str(gettext("Held by members: %(unit)s", unit=unit_name(path[1])))
    if path[0] == "refusals":
        reason = reason_text(path[1])
        return str(gettext("Refused: %(reason)s", reason=reason)) + (
            f" § {path[2]}" if path[2] else ""
        )
    return str(_NAMES[path[0]])


def _measure(name: str) -> str:
    return str(_NAMES[PAID]) if name == PAID else unit_name(name)


def _value(measure: str, value: int) -> str:
    return str(number_text(value) if measure == _POINTS else money_text(value))


def _state(what: str, code: str) -> str:
    if what == "status":
        return status_label(code) if code != "none" else str(gettext("No member"))
    return code_label(code) or str(gettext("none"))


def _shown(each: Mover) -> str:
    return each.card_no or each.ref


@require("charter.write")
@long_work
def replay() -> Response:
    """Replay the last year with the figures of an amendment that is being prepared."""
    settings = _changes()
    since = (now_here() - _YEAR).date()
    watched = _Watched(Replaying(Asked(settings, since=since), BOUNDS))
    page = stream_template(
        "admin/charter/replay.html",
        watched=watched,
        since=since,
        kept={name: request.form.get(name, "") for name in ("changes", "effective", "note", "key")},
        measure=_measure,
        value=_value,
        state=_state,
        shown=_shown,
    )
    # A proxy that collects the page first would show no progress.
    headers = {"X-Accel-Buffering": "no", "Content-Type": "text/html; charset=utf-8"}
    return Response(_apart(_within(current_tenant(), page)), headers=headers)


def _within(tenant: Tenant, page: Iterator[str]) -> Generator[str]:
    """The parts of a page, made in the tenant's scope: the request's own ends before they are."""
    with tenant_scope(tenant):
        yield from page


def _apart(page: Generator[str]) -> Iterator[str]:
    """The parts of a page, made in a context of their own.

    Between two parts a page holds request, tenant and unit open. Whoever goes away in the middle
    leaves them so until the page is closed, which may be while something else is at work.
    """
    context = copy_context()
    try:
        while (part := context.run(next, page, None)) is not None:
            yield part
    finally:
        context.run(page.close)


def _changes() -> dict[str, Any]:
    try:
        changes = json.loads(request.form.get("changes", ""), parse_float=Decimal)
    except (ValueError, RecursionError):
        changes = None
    if not isinstance(changes, dict) or not changes:
        raise DeskError("the changes cannot be read: begin anew", field="changes")
    return changes


def register(app: Flask) -> None:
    """Add the page."""
    app.add_url_rule(
        "/admin/charter/figures/replay", "admin.charter_replay", replay, methods=["POST"]
    )
