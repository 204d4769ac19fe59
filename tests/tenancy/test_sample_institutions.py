"""The sample institutions: one of every type, told through the door, true in every record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from charterhouse.config import Config
from charterhouse.desk import files, members, requests
from charterhouse.desk.applying import Options, apply_folder
from charterhouse.desk.folder import TenantFolder, read_folder
from charterhouse.desk.replays import Asked, replay
from charterhouse.desk.samples.days import Days
from charterhouse.desk.samples.showcase import some_members
from charterhouse.desk.verifying import verify_tenant
from charterhouse.kernel.standing import HOUSE
from charterhouse.plugins.registry import registry
from charterhouse.records import tables as t
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

PLACE = Path(__file__).resolve().parents[2] / "tenants"
SLUGS = sorted(path.parent.name for path in PLACE.glob("*/tenant.yaml"))
TYPES = {
    "aesthetic", "clinic", "dental", "emergency", "exam-center", "green-channel", "gynecology",
    "hospital", "insurer-vip", "maternity", "service-desk", "specialist",
}  # fmt: skip
NEVER = 9999
UNTIL = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)

# Of each institution something that only its charter has: verbs, and what is raised.
SPECIAL = {
    "bailitan": ({"name_relative", "book", "progress", "decide"}, {"new-members-to-marketing"}),
    "chuqingyu": ({"top_up", "redeem", "use", "withdraw"}, set()),
    "shiyuetai": ({"top_up", "upgrade", "sanction"}, set()),
    "songjiandu": ({"top_up", "cash_out", "refer", "request"}, set()),
    "luyingwan": ({"request", "progress", "record", "amend"}, {"late", "follow-up-unsatisfied"}),
    "shuangyeqiao": (
        {"policy", "policy_change", "diagnose", "supply", "decide", "cancel"},
        {"service-summary", "escalate-overdue"},
    ),
    "yefengling": ({"request", "progress", "close"}, {"late", "debt", "report-management"}),
    "yinliaoting": (
        {"policy", "name_relative", "take_part", "report_loss", "policy_change"},
        {"cost-by-customer"},
    ),
    "wangchenling": ({"record", "suspend", "resume", "visit"}, {"contract-ending"}),
    "yanyuxiang": ({"renew", "grant", "refer", "reissue_card"}, {"lending"}),
    "zhaoyingxi": ({"renew", "upgrade", "withdraw", "suspend"}, set()),
}


@pytest.fixture(name="directory")
def _directory(tmp_path: Path) -> Iterator[Catalogue]:
    opened = open_catalogue(Config(data_dir=tmp_path / "var", master_key=b"a" * 32))
    yield opened
    opened.installation.stores.close()


def folders() -> list[TenantFolder]:
    return [read_folder(PLACE / slug) for slug in SLUGS]


def test_there_is_one_of_every_type_and_nothing_is_shared() -> None:
    read = folders()
    shown = {each.charter.partition(".")[0] for each in read}
    assert shown == TYPES
    installed = {code.partition(".")[0] for code in registry().charters}
    assert installed - shown <= {"key-accounts"}, "a type of institution has no sample"
    for what in ("name_zh", "name_en"):
        assert len({getattr(each, what) for each in read}) == len(read)
    logins = Counter(entry.login for each in read for entry in each.staff)
    assert set(logins.values()) == {1}, "a code is asked for by the login alone"
    assert all(each.branches and each.staff and each.sample for each in read)


def codes_raised() -> set[str]:
    with unit() as opened:
        return set(opened.connection.execute(select(t.item.c.code)).scalars())


@pytest.mark.parametrize("slug", SLUGS)
def test_every_sample_comes_out_again(directory: Catalogue, slug: str) -> None:
    folder = read_folder(PLACE / slug)
    applied = apply_folder(directory, folder, Options(members=40, until=UNTIL))
    story = applied.story
    assert story is not None
    assert folder.sample is not None
    assert story.events > 200
    assert story.refused.total() < 0.05 * story.events, story.refused
    played = story.ended | story.broken | story.unplayed
    assert len(played) > 0.9 * len(folder.sample.plots), "few are still going on at the end"
    verbs, raised = SPECIAL.get(slug, (set(), set()))
    assert verbs <= story.accepted.keys()
    assert verify_tenant(applied.tenant).differences == []
    with tenant_scope(applied.tenant):
        assert raised <= codes_raised()
        assert replay(Asked()).empty
        shown = some_members(2)
        assert len(shown) == 2
        assert all(each.phone.startswith("+861540") for each in shown)
        assert HOUSE not in {row.ref for row in members.walk()}
        staff_has_worked()


def staff_has_worked() -> None:
    """What the past raised was done by staff in its time; what is open is of the last days."""
    moments = select(t.item.c.at, t.item.c.due, t.item.c.done_at, t.item.c.done_by, t.item.c.state)
    raised = moments.where(t.item.c.sort.in_(("task", "flag")))
    with unit() as opened:
        items = opened.connection.execute(raised).all()
        asked = select(t.request.c.opened_at).where(t.request.c.open == 1)
        since = opened.connection.execute(asked).scalars().all()
    waiting = [one for one in items if one.state == "open"]
    assert all(UNTIL - one.at < timedelta(days=14) for one in waiting if one.due is None)
    assert all(one.due >= "2026-11-11" for one in waiting if one.due)
    done = [one for one in items if one.state == "done"]
    assert all(one.done_at and one.at <= one.done_at <= UNTIL for one in done)
    assert len(waiting) <= max(40, 0.1 * len(items))
    assert {one.done_by.partition(":")[0] for one in done if one.done_by} <= {"staff"}
    assert all(UNTIL - at < timedelta(days=31) for at in since)


def test_papers_of_the_last_days_have_pictures(directory: Catalogue) -> None:
    applied = apply_folder(directory, read_folder(PLACE / "shuangyeqiao"), Options(until=UNTIL))
    with tenant_scope(applied.tenant):
        shown = [
            row for row in requests.listed(requests.Filters(), size=40).rows if not row.missing
        ]
        assert len(shown) > 15
        for row in shown:
            kept = files.of_request(row.id)
            assert "diagnosis-proof" in {one.code for one in kept}
            assert all(one.pictured and one.at == row.opened_at for one in kept)
        content, data = files.open_(kept[0].ref, int(kept[0].id), actor="system")
        assert content.type == "image/jpeg"
        assert data.startswith(b"\xff\xd8")
        assert files.thumbnail(kept[0].ref, int(kept[0].id)).startswith(b"\xff\xd8")
    assert verify_tenant(applied.tenant).differences == []


@pytest.mark.parametrize(
    ("slug", "statuses", "late"),
    [
        ("shuangyeqiao", {"received", "incomplete", "approved", "arranged"}, True),
        ("luyingwan", {"received"}, True),
        ("yefengling", {"received"}, True),
        ("yinliaoting", {"received"}, False),
    ],
)
def test_there_is_work_on_the_last_day(
    directory: Catalogue, slug: str, statuses: set[str], *, late: bool
) -> None:
    applied = apply_folder(directory, read_folder(PLACE / slug), Options(until=UNTIL))
    query = select(t.request).where(t.request.c.open == 1)
    with tenant_scope(applied.tenant), unit() as opened:
        rows = opened.connection.execute(query).all()
    assert 15 <= len(rows) <= 40
    assert {row.status for row in rows} == statuses
    assert len({row.staff_id for row in rows if row.staff_id}) > 1
    limited = [row.due_at for row in rows if row.due_at.year < NEVER]
    assert any(due < UNTIL for due in limited) == late
    assert any(due > UNTIL for due in limited) == late


def test_the_same_folder_tells_nothing_twice(directory: Catalogue) -> None:
    folder = read_folder(PLACE / "bailitan")
    options = Options(members=4, until=UNTIL)
    first = apply_folder(directory, folder, options)
    with tenant_scope(first.tenant), unit() as opened:
        query = select(t.standing.c.status).where(t.standing.c.ref == HOUSE)
        assert opened.connection.execute(query).scalars().all() == ["none"]
    again = apply_folder(directory, folder, options)
    assert (again.created, again.changes, again.story) == (False, [], None)


def seeded(number: int) -> Random:
    return Random(number)  # noqa: S311 - a story, no secret


def drawn() -> list[date]:
    days = Days(seeded(3), date(2026, 6, 30), 364, UTC)
    return [days.draw(None, early=False).date() for _ in range(6000)]


def test_hospitals_are_busy_on_working_days() -> None:
    by_weekday = Counter(day.weekday() for day in drawn())
    workdays = sum(by_weekday[day] for day in range(5)) / 5
    assert by_weekday[6] < 0.7 * workdays
    assert by_weekday[5] < 0.85 * workdays
    holiday = Counter(drawn())
    assert sum(holiday[date(2025, 10, day)] for day in range(1, 8)) < 7 * 6000 / 365 * 0.7
    moments = [
        Days(seeded(n), date(2026, 6, 30), 30, UTC).draw((2, 5), early=True) for n in range(50)
    ]
    assert {moment.date() for moment in moments} <= {date(2026, 6, day) for day in range(25, 29)}
    assert {8 <= moment.hour < 18 for moment in moments} == {True}
