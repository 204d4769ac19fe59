"""Replays: what a changed charter would have made of everything that really happened."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from charterhouse.desk.errors import DeskError
from charterhouse.desk.local import now_here
from charterhouse.kernel.difference import Difference, compare
from charterhouse.kernel.errors import EventError, SettingsError
from charterhouse.kernel.kinds import to_plain
from charterhouse.kernel.overlay import overlaid
from charterhouse.kernel.periods import day_start
from charterhouse.kernel.program import Book, Version
from charterhouse.kernel.replay import Change, Replay
from charterhouse.plugins.registry import registry
from charterhouse.records.books import load_book
from charterhouse.records.replaying import (
    count_events,
    events_of,
    first_book,
    house_founded,
    last_moment,
    recorded,
)
from charterhouse.tenancy.scope import current_tenant, tenant_scope
from charterhouse.tenancy.store import Unit, unit
from charterhouse.tenancy.tenant import Tenant

Progress = Callable[[int, int], None]

_SECONDS = 24 * 3600.0
_STEP = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be replayed.

    Attributes:
        settings: raw settings that hold on top of every version, merged by key as an amendment's;
            with `charter` over that charter's sample figures.
        charter: code of another installed charter, or "" for the tenant's own.
        since: the day from whose beginning on the changed charter decides; None for all.
    """

    settings: Mapping[str, Any] | None = None
    charter: str = ""
    since: date | None = None

    @property
    def changed(self) -> bool:
        """Whether anything but the live charter is asked for."""
        return bool(self.charter) or self.settings is not None


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a replay may take.

    Attributes:
        events: more events than these are not replayed; None for any number.
        seconds: after so long it is given up.
    """

    events: int | None = None
    seconds: float = _SECONDS


def replay(
    asked: Asked,
    *,
    bounds: Bounds | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Difference:
    """Decide every event of the tenant in scope anew, in memory, and tell what differs.

    A changed charter is compared with the live one, decided anew beside it. The live charter
    alone is compared with what is on record, so that any difference is a defect.

    Args:
        asked: what is to be changed, and since when.
        bounds: how much it may take.
        progress: called with (events decided, events in all).

    Raises:
        DeskError: `configuration`, naming the setting that is not valid; `too_many_events` and
            `replay_too_long` by the bounds.
        CharterUnavailableError: a charter is not installed.
        CharterMissingError: the tenant has adopted no charter yet.
    """
    limits = bounds or Bounds()
    with unit(seconds=limits.seconds) as opened:
        total = count_events(opened)
        if limits.events is not None and total > limits.events:
            raise DeskError(
                f"{total} events are more than the {limits.events} that can be replayed here: "
                "use `charterhouse replay`",
                code="too_many_events",
            )
        return _Task(opened, asked, limits, total, progress).run()


class _Task:
    """One replay in an open unit."""

    def __init__(
        self, opened: Unit, asked: Asked, limits: Bounds, total: int, progress: Progress
    ) -> None:
        self._unit = opened
        self._asked = asked
        self._limits = limits
        self._total = total
        self._progress = progress
        self._since = day_start(asked.since, current_tenant().zone) if asked.since else None

    def run(self) -> Difference:
        try:
            change = self._change()
            both = Replay(
                first_book(self._unit),
                change,
                since=self._since,
                founded=house_founded(self._unit),
            )
            self._tell(both)
        except SettingsError as error:
            raise _invalid(error) from None
        until = self._end()
        both.finish(until)
        if change is not None:
            return both.difference()
        return compare(
            recorded(self._unit, self._since, until),
            both.before.ended(),
            faults=both.before.faults,
        )

    def _tell(self, both: Replay) -> None:
        began = time.monotonic()
        for number, event in enumerate(events_of(self._unit), start=1):
            both.tell(event)
            if number % _STEP == 0 or number == self._total:
                self._progress(number, self._total)
                if time.monotonic() - began > self._limits.seconds:
                    raise DeskError(
                        f"{number} of {self._total} events took all the time there is here: "
                        "use `charterhouse replay`",
                        code="replay_too_long",
                    )

    def _end(self) -> datetime:
        return max(now_here(), last_moment(self._unit) or now_here())

    def _change(self) -> Change | None:
        asked, since = self._asked, self._since
        if not asked.changed:
            return None
        settings = _plain(asked.settings or {})
        if asked.charter:
            other = registry().charter(asked.charter)
            book = Book(other, [Version(1, None, {**other.example, **settings})])
            book.at(now_here())
            return lambda _live: book
        # Everything announced so far is checked at once, not after half of the events.
        overlaid(load_book(self._unit), settings, since)
        return lambda live: overlaid(live, settings, since)


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    try:
        plain: dict[str, Any] = to_plain(settings, "settings")
    except EventError as error:
        raise DeskError(error.message, field=error.field, code="configuration") from None
    return plain


def _invalid(error: SettingsError) -> DeskError:
    return DeskError(error.message, field=f"settings.{error.field}", code="configuration")


def replay_tenant(tenant: Tenant, asked: Asked, progress: Progress) -> Difference:
    """Replay the events of a tenant without bounds; see `replay`."""
    with tenant_scope(tenant):
        return replay(asked, progress=progress)


__all__ = ["Asked", "Bounds", "Progress", "replay", "replay_tenant"]
