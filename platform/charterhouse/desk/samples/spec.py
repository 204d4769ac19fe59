"""What a tenant folder says of its sample data: how many people, and which stories happen.

A plot is a short story of events that happens to somebody at some time. Its
fields are those of the vocabulary, with a few values that are filled in when
it is told (`charterhouse.desk.samples.values`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from charterhouse.kernel.errors import ScenarioError
from charterhouse.kernel.events import FIELDS
from charterhouse.kernel.vocabulary import VERBS

NEW, MEMBER, HOUSE = WHO = ("new", "member", "house")
"""To whom a plot happens: somebody new, a member with a usable card, the institution."""

_DURATION = re.compile(r"(\d{1,4})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_STEP_EXTRAS = frozenset({"after", "as", "to"})


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a plot.

    Attributes:
        verb: of the vocabulary.
        fields: its fields, with values to fill in.
        after: how long after the step before it.
        actor: login of the staff who tells it, `member`, or "" for anybody's.
        to: logins, one of whom the request that it opens is assigned to; empty for nobody.
    """

    verb: str
    fields: Mapping[str, Any]
    after: timedelta
    actor: str
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plot:
    """A short story.

    Attributes:
        name: for the report.
        who: of `WHO`.
        share: for `new`: its weight among the ways into membership; 0 otherwise.
        per_hundred: how often for every hundred members, over the whole time.
        times: how often in all, whatever the number of members.
        birthday: whether it begins on the member's birthday.
        days_ago: between how many days before the end it begins, or None for any time.
        ago: how long before the end it begins at the least and most, at any time of the day; or
            None.
        has: account → least balance that the member must have.
        status, tier, kind: only members with one of these; any tier and kind when empty, and
            those whose card gives rights when no status is named.
        owes: only members who owe something for this, if not empty.
        ages: only members between these ages, both included, or None.
        ends_within: only members whose term ends within so many days or has ended; 0 for any.
        steps: the events.
    """

    name: str
    who: str
    share: int
    per_hundred: int
    times: int
    birthday: bool
    days_ago: tuple[int, int] | None
    ago: tuple[timedelta, timedelta] | None
    has: Mapping[str, int]
    status: frozenset[str]
    tier: frozenset[str]
    kind: frozenset[str]
    owes: str
    ages: tuple[int, int] | None
    ends_within: int
    steps: tuple[Step, ...]

    def count(self, members: int) -> int:
        """How often it happens among so many members: at least once."""
        return self.times or max(1, round(self.per_hundred * members / 100))


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample data of a tenant.

    Attributes:
        seed: from which everything is drawn; the same seed and day give the same story.
        members: how many people become members.
        days: over how many days, up to the end.
        until: the last day, or None for the day on which it is told.
        items: item of the price list → what bills say of it besides (department, medical).
        plots: the stories.
    """

    seed: int
    members: int
    days: int
    until: date | None
    items: Mapping[str, Mapping[str, Any]]
    plots: tuple[Plot, ...]


def read_step(raw: Any, line: int) -> Step:
    """Read a step: one verb with its fields, `after`, `as` and `to`.

    Raises:
        ScenarioError: it cannot be read; `field` is the line.
    """
    if not isinstance(raw, Mapping):
        raise ScenarioError("a step must be a table", field=str(line))
    line = getattr(raw, "line", line)
    verbs = [key for key in raw if key in VERBS]
    unknown = [key for key in raw if key not in VERBS and key not in _STEP_EXTRAS]
    if unknown:
        raise ScenarioError(f"{unknown[0]!r} is unknown in a step", field=str(line))
    if len(verbs) != 1:
        raise ScenarioError("a step has exactly one verb", field=str(line))
    verb = verbs[0]
    fields = raw[verb] or {}
    if not isinstance(fields, Mapping):
        raise ScenarioError(f"{verb} must be a table of fields", field=str(line))
    for name in fields:
        if name not in FIELDS[verb]:
            raise ScenarioError(f"{verb} has no field {name!r}", field=str(line))
    after = duration(raw.get("after", "0m"), line)
    return Step(verb, dict(fields), after, str(raw.get("as", "")), _logins(raw, verb, line))


def _logins(raw: Mapping[str, Any], verb: str, line: int) -> tuple[str, ...]:
    to = raw.get("to", [])
    if "to" in raw and (verb != "request" or not to):
        raise ScenarioError("to is a login, or several, and goes with request", field=str(line))
    return tuple(str(login) for login in (to if isinstance(to, list | tuple) else [to]))


def duration(raw: Any, line: int) -> timedelta:
    """Read a duration such as 20m, 6h or 3d.

    Raises:
        ScenarioError: it is none; `field` is the line.
    """
    found = _DURATION.fullmatch(raw) if isinstance(raw, str) else None
    if found is None:
        raise ScenarioError(f"{raw!r} is no duration such as 20m, 6h or 3d", field=str(line))
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
