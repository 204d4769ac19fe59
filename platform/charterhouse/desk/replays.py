"""Replays: what a changed charter would have made of everything that really happened."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
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
        DeskError: see `Replaying.steps`.
        CharterUnavailableError: a charter is not installed.
        CharterMissingError: the tenant has adopted no charter yet.
    """
    going = Replaying(asked, bounds or Bounds())
    for done, total in going.steps():
        progress(done, total)
    return going.found


class Replaying:
    """A replay that goes on step by step, for whoever shows how far it is.

    Attributes:
        found: the difference, when all steps are done.
    """

    found: Difference

    def __init__(self, asked: Asked, bounds: Bounds) -> None:
        self._asked = asked
        self._bounds = bounds
        self._until = 0.0

    def steps(self) -> Iterator[tuple[int, int]]:
        """Go on, and tell now and then how many events of how many are decided.

        Raises:
            DeskError: `configuration`, naming the setting that is not valid; `too_many_events` and
                `replay_too_long` by the bounds.
            CharterUnavailableError, CharterMissingError: see `replay`.
        """
        self._until = time.monotonic() + self._bounds.seconds
        # The store's own limit is for statements that hang, and comes after ours.
        with unit(seconds=2 * self._bounds.seconds + 60) as opened:
            total = count_events(opened)
            most = self._bounds.events
            if most is not None and total > most:
                raise DeskError(
                    f"{total} events are more than the {most} that can be replayed here: "
                    "use `charterhouse replay`",
                    code="too_many_events",
                )
            try:
                yield from self._run(opened, total)
            except SettingsError as error:
                raise _invalid(error) from None

    def _run(self, opened: Unit, total: int) -> Iterator[tuple[int, int]]:
        since = day_start(self._asked.since, current_tenant().zone) if self._asked.since else None
        change = _change(opened, self._asked, since)
        both = Replay(first_book(opened), change, since=since, founded=house_founded(opened))
        for number, event in enumerate(events_of(opened), start=1):
            both.tell(event)
            if number % _STEP == 0 or number == total:
                yield number, total
                self._mind_the_time(number, total)
        until = max(now_here(), last_moment(opened) or now_here())
        both.finish(until)
        if change is not None:
            self.found = both.difference()
        else:
            run = both.before
            self.found = compare(recorded(opened, since, until), run.ended(), faults=run.faults)

    def _mind_the_time(self, number: int, total: int) -> None:
        if time.monotonic() > self._until:
            raise DeskError(
                f"{number} of {total} events took all the time there is here: "
                "use `charterhouse replay`",
                code="replay_too_long",
            )


def _change(opened: Unit, asked: Asked, since: datetime | None) -> Change | None:
    if not asked.changed:
        return None
    settings = _plain(asked.settings or {})
    if asked.charter:
        other = registry().charter(asked.charter)
        book = Book(other, [Version(1, None, {**other.example, **settings})])
        book.at(now_here())
        return lambda _live: book
    # Everything announced so far is checked at once, not after half of the events.
    overlaid(load_book(opened), settings, since)
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


__all__ = ["Asked", "Bounds", "Progress", "Replaying", "replay", "replay_tenant"]
