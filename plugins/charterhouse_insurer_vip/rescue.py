"""Conditions of a rescue on trips: items, places, ages, distance, length of the trip."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from charterhouse.kernel.clauses.relatives import relatives_of
from charterhouse.kernel.clauses.services import Condition
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.periods import age_on

MAINLAND = "mainland"


def _told(content: Mapping[str, Any], name: str) -> Any:
    return content["details"].get(name)


def read_km(value: Any) -> Decimal | None:
    """A distance among details, in kilometres; None for what is none."""
    if isinstance(value, bool):
        return None
    try:
        read = Decimal(str(value))
    except InvalidOperation:
        return None
    return read if read.is_finite() else None


def read_day(value: Any) -> date | None:
    """A day among details; None for what is none."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def other_item(items: Collection[str]) -> Condition:
    """The item asked for is none of these."""
    return lambda _d, content: _told(content, "item") not in items


def outside_mainland(_d: Draft, content: Mapping[str, Any]) -> bool:
    """The event is elsewhere than in the mainland; one that does not say fits."""
    return _told(content, "place") not in (None, MAINLAND)


def unborn(d: Draft, _content: Mapping[str, Any]) -> bool:
    """The birth date of the insured is not on file."""
    return d.of_member.born is None


def older_than(years: int) -> Condition:
    """The insured is older than so many years."""

    def older(d: Draft, _content: Mapping[str, Any]) -> bool:
        born = d.of_member.born
        return born is not None and age_on(born, d.event.day) > years

    return older


def nearer_than(km: Decimal) -> Condition:
    """The event is not more than a distance away; one that does not say fits."""

    def near(_d: Draft, content: Mapping[str, Any]) -> bool:
        told = _told(content, "distance_km")
        if told is None:
            return False
        read = read_km(told)
        return read is None or read <= km

    return near


def away_longer_than(days: int) -> Condition:
    """The trip lasts longer than so many days, the day of departure being the first."""

    def long(d: Draft, content: Mapping[str, Any]) -> bool:
        told = _told(content, "trip_started")
        if told is None:
            return False
        started = read_day(told)
        return started is None or (d.event.day - started).days + 1 > days

    return long


def unsecured(item: str, kinds: Collection[str]) -> Condition:
    """An item that needs payment security is asked for without it."""

    def without(_d: Draft, content: Mapping[str, Any]) -> bool:
        return _told(content, "item") == item and _told(content, "payment_security") not in kinds

    return without


def inside_mainland(_d: Draft, content: Mapping[str, Any]) -> bool:
    """The event is in the mainland; one that does not say fits."""
    return bool(_told(content, "place") == MAINLAND)


def _born(d: Draft, content: Mapping[str, Any]) -> date | None:
    person = content["for"]
    if person in (None, d.member):
        return d.of_member.born
    relative = relatives_of(d.of_member).get(person)
    return relative.born if relative else None


def unknown_birth(d: Draft, content: Mapping[str, Any]) -> bool:
    """The birth date of the person served is not on file."""
    return _born(d, content) is None


def too_old(years: int, below: int) -> Condition:
    """The insured is older than so many years, or a relative not below so many."""

    def old(d: Draft, content: Mapping[str, Any]) -> bool:
        born = _born(d, content)
        if born is None:
            return False
        age = age_on(born, d.event.day)
        return age > years if content["for"] in (None, d.member) else age >= below

    return old


def without_day(item: str, name: str) -> Condition:
    """An item that needs a day among the details is asked for without it."""

    def without(_d: Draft, content: Mapping[str, Any]) -> bool:
        return _told(content, "item") == item and read_day(_told(content, name)) is None

    return without


def of_age(item: str, years: int) -> Condition:
    """The child of whom an item speaks is no child any more."""

    def grown(d: Draft, content: Mapping[str, Any]) -> bool:
        born = read_day(_told(content, "child_born"))
        known = _told(content, "item") == item and born is not None
        return known and born is not None and age_on(born, d.event.day) >= years

    return grown


def stay_not_over(item: str, days: int) -> Condition:
    """The stay of which an item speaks has not lasted more than so many days."""

    def short(d: Draft, content: Mapping[str, Any]) -> bool:
        since = read_day(_told(content, "admitted_on"))
        if _told(content, "item") != item or since is None:
            return False
        return (d.event.day - since).days <= days

    return short


__all__ = [
    "away_longer_than", "inside_mainland", "nearer_than", "of_age", "older_than", "other_item",
    "outside_mainland", "read_day", "read_km", "stay_not_over", "too_old", "unborn",
    "unknown_birth", "unsecured", "without_day",
]  # fmt: skip
