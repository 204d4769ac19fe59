"""Requests in great number: pages of the list, a sweep of deadlines, working-day arithmetic."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import holidays
from sqlalchemy import insert, select

from charterhouse import clock
from charterhouse.commands.benchmark.measures import Measure, Slice, beside
from charterhouse.commands.benchmark.workload import TENANTS, Workload
from charterhouse.config import Config
from charterhouse.desk.folder import read_folder
from charterhouse.desk.requests import Filters, count, listed
from charterhouse.jobs.clock import BATCH, DueClock
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.program import Program
from charterhouse.kernel.workdays import WorkCalendar
from charterhouse.plugins.registry import registry
from charterhouse.records import sealing
from charterhouse.records import tables as t
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import prepared, unit
from charterhouse.tenancy.tenant import Tenant

FEW, MANY = 1_000, 100_000
"""Open requests of the house that is measured and of the one beside it."""

DAYS = 10

_CHUNK = 2_000
_ADD = {
    table.name: prepared(insert(table)) for table in (t.standing, t.document, t.request)
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Original:
    """A member with an open request whose deadline is still to come, as rows to be copied."""

    standing: dict[str, Any]
    documents: list[dict[str, Any]]
    requests: list[dict[str, Any]]


def measure(_workload: Workload, place: Path, slices: int, size: int) -> list[Measure]:
    """A sample institution that promises services, with few and with many open requests."""
    asking = Workload(read_folder(_most_limits()))
    catalogue, tenant = asking.settle_in(place / "few")
    catalogue.installation.stores.close()
    shutil.copytree(place / "few", place / "many")
    master_key = tenant.installation.config.master_key
    houses = {}
    for name, number in (("few", FEW), ("many", MANY)):
        opened = open_catalogue(Config(data_dir=place / name, master_key=master_key))
        houses[name] = opened.get(tenant.id)
        with tenant_scope(houses[name]):
            _multiply(number)
    found = [*_pages(houses, slices, size), *_sweeps(houses, slices), _working_days(slices)]
    for house in houses.values():
        house.installation.stores.close()
    return found


def _most_limits() -> Path:
    """The sample institution with most limits in working days: its requests stay open for long."""

    def limits(folder: Path) -> int:
        charter = registry().charter(read_folder(folder).charter)
        return sum(
            limit.unit == "working_days"
            for clause in Program(charter, charter.example).clauses
            if isinstance(clause, Services)
            for service in clause.services.values()
            for limit in service.limits
        )

    return max((path.parent for path in sorted(TENANTS.glob("*/tenant.yaml"))), key=limits)


def _multiply(number: int) -> None:
    """Give a house so many members more, each with the open requests of one that it has."""
    with unit() as opened:
        original = _original(opened.connection)
    for first in range(0, number, _CHUNK):
        with unit(write=True, seconds=600) as opened:
            rows: dict[str, list[dict[str, Any]]] = {"standing": [], "document": [], "request": []}
            for copy in range(first, min(first + _CHUNK, number)):
                _copy(original, f"{copy:08d}", rows)
            for table, each in rows.items():
                opened.execute_many(_ADD[table], each)


def _original(connection: Any) -> Original:
    waiting = (
        select(t.request.c.member)
        .join(t.standing, t.standing.c.ref == t.request.c.member)
        .where(t.request.c.open == 1, t.standing.c.wake.is_not(None), t.request.c.due_at > clock.now())
        .group_by(t.request.c.member)
    )  # fmt: skip
    ref = min(connection.execute(waiting).scalars())

    def rows(table: Any, condition: Any) -> list[dict[str, Any]]:
        return [dict(row._mapping) for row in connection.execute(select(table).where(condition))]  # noqa: SLF001 - SQLAlchemy's own name

    (standing,) = rows(t.standing, t.standing.c.ref == ref)
    standing["sealed"] = sealing.STANDING.open(ref, standing["sealed"])
    documents = rows(t.document, t.document.c.member == ref)
    for each in documents:
        each["sealed"] = sealing.DOCUMENT.open(each["id"], each["sealed"])
    requests = rows(t.request, (t.request.c.member == ref) & (t.request.c.open == 1))
    return Original(standing, documents, requests)


def _copy(original: Original, mark: str, rows: dict[str, list[dict[str, Any]]]) -> None:
    own = original.standing["ref"]
    names = {own: mark, **{each["id"]: f"{each['id']}-{mark}" for each in original.documents}}
    sealed = _renamed(original.standing["sealed"], names)
    rows["standing"].append(
        {**original.standing, "ref": mark, "sealed": sealing.STANDING.seal(mark, sealed)}
    )
    for each in original.documents:
        id_ = names[each["id"]]
        content = sealing.DOCUMENT.seal(id_, _renamed(each["sealed"], names))
        rows["document"].append({**each, "id": id_, "member": mark, "sealed": content})
    for each in original.requests:
        rows["request"].append({**each, "id": names[each["id"]], "member": mark, "staff_id": None})


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """A JSON value in which persons and documents have other names."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, list):
        return [_renamed(each, names) for each in value]
    if isinstance(value, dict):
        return {names.get(key, key): _renamed(each, names) for key, each in value.items()}
    return value


def _pages(houses: dict[str, Tenant], slices: int, size: int) -> Iterator[Measure]:
    """The first page of the list by next deadline, all of it and filtered, and its counts."""
    with tenant_scope(houses["few"]):
        one = listed(Filters()).rows[0]
    looks: dict[str, Callable[[], object]] = {
        "the first page": lambda: listed(Filters()),
        "of a state and a service": lambda: listed(Filters(status=one.status, service=one.service)),
        "the count of a view": lambda: count(Filters(overdue=True)),
    }
    for name, look in looks.items():
        pieces = {
            house: [_within(tenant, look, max(1, size // 10))] * slices
            for house, tenant in houses.items()
        }
        yield beside(
            f"requests: {name}, {MANY:,} open", pieces["many"],
            f"the same with {FEW:,}", pieces["few"], "ratio 1 means that their number costs nothing",
        )  # fmt: skip


def _within(tenant: Tenant, look: Callable[[], object], times: int) -> Slice:
    def run() -> int:
        with tenant_scope(tenant):
            for _ in range(times):
                look()
        return times

    return run


def _sweeps(houses: dict[str, Tenant], slices: int) -> Iterator[Measure]:
    """The clock while nothing is due, and in the moment in which deadlines of all pass."""
    with tenant_scope(houses["few"]), unit() as opened:
        own = select(t.standing.c.wake).where(t.standing.c.ref == f"{0:08d}")
        wake: datetime = opened.connection.execute(own).scalar_one()
    rounds = min(slices, FEW // BATCH)
    for name, at in (
        ("a look while nothing is due", wake - timedelta(seconds=1)),
        (f"batches of {BATCH} that are due", wake),
    ):
        # What is due before is none of the copies': the house's own members go first.
        for tenant in houses.values():
            _tick_all(tenant, wake - timedelta(seconds=1))
        pieces = {house: [_ticking(tenant, at)] * rounds for house, tenant in houses.items()}
        yield beside(
            f"deadlines: {name}, {MANY:,} open", pieces["many"],
            f"the same with {FEW:,}", pieces["few"], "ratio 1 means that their number costs nothing",
        )  # fmt: skip


def _tick_all(tenant: Tenant, at: datetime) -> None:
    sweeping = DueClock()
    with clock.use_clock(clock.FixedClock(at)):
        while sweeping.tick(tenant):
            pass


def _ticking(tenant: Tenant, at: datetime) -> Slice:
    sweeping = DueClock()

    def run() -> int:
        with clock.use_clock(clock.FixedClock(at)):
            return max(1, sweeping.tick(tenant))

    return run


def _working_days(slices: int) -> Measure:
    """Ten working days after each day of five years, beside counting with the library's calendar."""
    days = [date(2022, 1, 1) + timedelta(days=number) for number in range(5 * 365)]
    calendar = WorkCalendar()
    library = holidays.country_holidays("CN", years=range(2022, 2028))

    def ours() -> int:
        for day in days:
            calendar.after(day, DAYS)
        return len(days)

    def naive() -> int:
        for day in days:
            left, current = DAYS, day
            while left:
                current += timedelta(days=1)
                left -= library.is_working_day(current)
        return len(days)

    return beside(
        f"working days: {DAYS} after a day", [ours] * slices,
        "a count day by day with the library's calendar", [naive] * slices,
        "below 1 means faster than the count",
    )  # fmt: skip


__all__ = ["measure"]
