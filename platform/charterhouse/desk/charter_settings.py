"""Amending the charter's figures: what would change, from when, and the event that does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from charterhouse.desk.charter_entry import Flat, Problem, Reader
from charterhouse.desk.charter_form import Setting, SettingsForm
from charterhouse.desk.charters import Difference, differences
from charterhouse.desk.errors import DeskError
from charterhouse.desk.intake import Answer, quote, submit
from charterhouse.desk.local import now_here
from charterhouse.kernel.document import texts_of
from charterhouse.kernel.errors import SettingsError
from charterhouse.kernel.periods import day_start
from charterhouse.kernel.program import Book
from charterhouse.kernel.settings import read_settings
from charterhouse.records.books import load_book
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import unit

_LONGEST_NOTICE = 1024


@dataclass(frozen=True, slots=True)
class Base:
    """From where an amendment starts.

    Attributes:
        form: the schema's form.
        shown: setting → its present value as the form shows it.
        pending: days on which versions announced earlier come into force.
    """

    form: SettingsForm
    shown: dict[str, Any]
    pending: list[datetime]


@dataclass(frozen=True, slots=True)
class Change:
    """One figure that an amendment changes, both values as the form shows them."""

    setting: Setting
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Preview:
    """What an amendment would do.

    Attributes:
        changes: figures, old → new.
        wording: clauses that read otherwise then.
        announced: the day of announcement.
        earliest: the first day that the charter's notice allows; None when no day is accepted.
        effective: the day that was asked for, or the earliest.
        refusal: why the charter would refuse that day, or None.
        problem: when the settings contradict each other.
    """

    changes: list[Change]
    wording: list[Difference]
    announced: date
    earliest: date | None
    effective: date
    refusal: Mapping[str, Any] | None
    problem: Problem | None = None


def base() -> Base:
    """The form with the figures that hold after everything announced so far.

    Raises:
        CharterUnavailableError: no plugin offers the tenant's charter.
        LookupError: no charter was adopted.
    """
    with unit() as opened:
        book = load_book(opened)
    moment = _last(book)
    program = book.at(moment)
    form = SettingsForm(program)
    now = now_here()
    return Base(
        form, form.shown(vars(program.settings)), [e for e in book.effects if e and e > now]
    )


def changed(flat: Flat, form: SettingsForm) -> tuple[dict[str, Any], list[Problem]]:
    """The settings that were entered differently from those in force, and what is wrong.

    Returns:
        Settings in raw form, as an `amend` event takes them; and `Problem`s.
    """
    reader = Reader(form)
    entered = reader.read(flat)
    if entered.problems:
        return {}, entered.problems
    with unit() as opened:
        book = load_book(opened)
    raw = book.raw_at(_last(book))
    schema = book.charter.Settings
    before = vars(read_settings(schema, raw))
    after = vars(read_settings(schema, {**raw, **entered.raw}))
    settings = {n: v for n, v in entered.raw.items() if before[n] != after[n]}
    problem = reader.check({**raw, **settings}) if settings else None
    return ({}, [problem]) if problem else (settings, [])


def preview(settings: Mapping[str, Any], *, effective: date | None, actor: str) -> Preview:
    """What an amendment announced today would change, and whether its day is accepted.

    Raises:
        DeskError: nothing changes.
    """
    if not settings:
        raise DeskError("nothing was changed", field="settings", code="nothing_changed")
    announced = now_here().date()
    with unit() as opened:
        book = load_book(opened)
        earliest = _earliest(settings, announced, actor)
        day = effective or earliest or announced
        refusal = _asked(settings, announced, day, actor).refusal
        return _shown(book, settings, announced, earliest, day, refusal)


def amend(
    settings: Mapping[str, Any], *, effective: date, actor: str, key: str, note: str = ""
) -> Answer:
    """Announce today a new version that takes effect on a day.

    Raises:
        DeskError: the settings cannot be read.
        ConflictError, UnavailableError: see `intake.submit`.
    """
    raw = _event(settings, now_here().date(), effective) | {"by": actor}
    if note:
        raw["note"] = note
    return submit("amend", raw, actor=actor, key=key)


def _shown(
    book: Book, settings: Mapping[str, Any], announced: date, earliest: date | None, day: date,
    refusal: Mapping[str, Any] | None,
) -> Preview:  # fmt: skip
    moment = max(day_start(day, current_tenant().zone), now_here())
    before = book.at(_last(book))
    form = SettingsForm(before)
    old = form.shown(vars(before.settings))
    try:
        after = book.with_version(moment, settings).at(moment)
    except SettingsError as error:
        new = form.shown(vars(read_settings(book.charter.Settings, {**before.raw, **settings})))
        problem = Reader(form).problem_at(error.field, error.message)
        return Preview(_changes(form, old, new), [], announced, None, day, refusal, problem)
    new = SettingsForm(after).shown(vars(after.settings))
    wording = differences(texts_of(book.at(moment)), texts_of(after))
    return Preview(_changes(form, old, new), wording, announced, earliest, day, refusal)


def _changes(form: SettingsForm, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    return [
        Change(each, old[each.name], new[each.name])
        for each in form.settings
        if old[each.name] != new[each.name]
    ]


def _earliest(settings: Mapping[str, Any], announced: date, actor: str) -> date | None:
    """The first day whose notice is long enough, found by asking the charter itself."""

    def enough(days: int) -> bool:
        refusal = _asked(settings, announced, announced + timedelta(days), actor).refusal
        return refusal is None or refusal["code"] != "notice_too_short"

    low, high = -1, 0
    while not enough(high):
        low, high = high, max(1, high * 2)
        if high > _LONGEST_NOTICE:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return announced + timedelta(high)


def _asked(settings: Mapping[str, Any], announced: date, effective: date, actor: str) -> Answer:
    return quote("amend", _event(settings, announced, effective), actor=actor)


def _event(settings: Mapping[str, Any], announced: date, effective: date) -> dict[str, Any]:
    return {
        "announced": announced.isoformat(),
        "effective": effective.isoformat(),
        "settings": dict(settings),
    }


def _last(book: Book) -> datetime:
    """A moment at which every version announced so far is in force."""
    now = now_here()
    return max([now, *(e for e in book.effects if e is not None)])
