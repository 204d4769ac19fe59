"""Tenant folders: read strictly, applied once, and lived in by sample people."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from charterhouse.config import Config
from charterhouse.desk import institution
from charterhouse.desk.access import find_staff, list_staff
from charterhouse.desk.applying import Applied, Options, apply_folder
from charterhouse.desk.folder import FolderError, read_folder
from charterhouse.desk.people import find_person
from charterhouse.desk.verifying import verify_tenant
from charterhouse.records import tables as t
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

SAMPLES = Path(__file__).resolve().parents[2] / "tenants"
UNTIL = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)

SMALL = """
slug: shuiyun
name: {zh: 水云示例医院, en: Shuiyun Sample Hospital}
branding: {short_zh: 水云, accent: "#123abc"}
branches: [{code: east, zh: 东院, en: East}]
charter: {code: gynecology.vip-card, settings: {reissue_fee: 6.50, gifts: {cup: 20}}}
prices: [{item: swab, zh: 拭子, en: Swab, category: exam, price: 12.34, offer: 9.90}]
staff: [{login: mei, name: 梅一, role: owner, password: a-long-password}]
sample:
  seed: 1
  members: 4
  days: 60
  plots:
    - plot: joins
      who: new
      share: 1
      steps:
        - join: {path: ordinary}
          as: mei
    - plot: a visit
      who: member
      per_hundred: 300
      steps:
        - spend: {lines: $lines}
"""


@pytest.fixture(name="directory")
def _directory(tmp_path: Path) -> Iterator[Catalogue]:
    opened = open_catalogue(Config(data_dir=tmp_path / "var", master_key=b"a" * 32))
    yield opened
    opened.installation.stores.close()


Write = Callable[..., Path]


@pytest.fixture(name="write")
def _write(tmp_path: Path) -> Write:
    def write(old: str = "", new: str = "") -> Path:
        assert old in SMALL
        folder = tmp_path / "folder"
        folder.mkdir(exist_ok=True)
        (folder / "tenant.yaml").write_text(SMALL.replace(old, new) if old else SMALL, "utf-8")
        return folder

    return write


def apply(directory: Catalogue, folder: Path, **more: Any) -> Applied:
    return apply_folder(directory, read_folder(folder), Options(until=UNTIL, **more))


def rows(table: Any) -> int:
    with unit() as opened:
        return int(opened.connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_everything_in_the_folder_is_there_afterwards(directory: Catalogue, write: Write) -> None:
    applied = apply(directory, write())
    assert applied.created
    assert applied.tenant.status == "active"
    with tenant_scope(applied.tenant):
        assert [b.zh for b in institution.branches()] == ["东院"]
        assert institution.branding().accent == "#123abc"
        [item] = institution.price_list()
        assert (item.price, item.offer) == (1234, 990)
        account = find_staff("mei")
        assert account is not None
        assert (account.name, account.role, account.enrolled) == ("梅一", "owner", False)
        with unit() as opened:
            kept = opened.connection.execute(select(t.version.c.settings)).scalar_one()
        assert kept == {"reissue_fee": "6.50", "gifts": {"cup": 20}}
        assert rows(t.event) == applied.story.events if applied.story else False


def test_applying_again_changes_nothing(directory: Catalogue, write: Write) -> None:
    first = apply(directory, write())
    with tenant_scope(first.tenant):
        before = [rows(table) for table in t.metadata.sorted_tables]
    again = apply(directory, write())
    assert (again.created, again.changes, again.kept, again.story) == (False, [], [], None)
    with tenant_scope(again.tenant):
        assert [rows(table) for table in t.metadata.sorted_tables] == before


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("水云示例医院", "水云新名医院", "name_zh: changed"),
        ("#123abc", "#abc123", "branding: kept"),
        ("price: 12.34", "price: 12.35", "prices: kept"),
        ("role: owner,", "role: owner, branch: east,", "staff mei: changed"),
        (
            "branches:",
            "hosts: [club.shuiyun.example]\nbranches:",
            "host club.shuiyun.example: added",
        ),
    ],
)
def test_what_may_change_is_brought_to_the_folder(
    directory: Catalogue, write: Write, old: str, new: str, change: str
) -> None:
    apply(directory, write())
    assert apply(directory, write(old, new)).changes == [change]
    assert apply(directory, write(old, new)).changes == []


def test_settings_that_members_were_promised_stay(directory: Catalogue, write: Write) -> None:
    apply(directory, write())
    again = apply(directory, write("reissue_fee: 6.50", "reissue_fee: 9.00"))
    assert again.changes == []
    assert again.kept[0].startswith("charter settings reissue_fee: stay as adopted")


def test_how_a_tenant_is_kept_apart_is_chosen_when_it_is_made(
    directory: Catalogue, write: Write
) -> None:
    slug = "slug: shuiyun\n"
    made = apply(directory, write(slug, f"{slug}isolation: dedicated\n"))
    again = apply(directory, write())

    assert made.tenant.isolation == again.tenant.isolation == "dedicated"
    assert again.kept == ["isolation: stays dedicated; pooled needs a new tenant"]
    with pytest.raises(FolderError, match="pooled, dedicated"):
        read_folder(write(slug, f"{slug}isolation: alone\n"))


def test_a_call_that_broke_off_is_finished_by_the_next(directory: Catalogue, write: Write) -> None:
    def stop(told: int, _expected: int) -> None:
        if told > 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply(directory, write(), progress=stop)
    broken = directory.by_slug("shuiyun")
    assert broken is not None
    assert broken.status == "provisioning"
    with tenant_scope(broken):
        assert rows(t.person) == rows(t.event) == rows(t.staff) == 0
    applied = apply(directory, write())
    assert applied.created
    assert applied.story is not None
    assert verify_tenant(applied.tenant).differences == []


def test_sample_people_stay_out_of_a_tenant_that_lives(directory: Catalogue, write: Write) -> None:
    first = apply(directory, write(), members=0)
    assert first.story is None
    with tenant_scope(first.tenant):
        assert rows(t.event) == 0
    assert apply(directory, write()).story is not None, "nothing had happened yet"
    assert apply(directory, write("members: 4", "members: 9")).story is None


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("slug: shuiyun", "slug: Shui Yun", 2, "slug"),
        ("slug: shuiyun", "slog: shuiyun", 2, "slog"),
        ("zh: 东院, ", "", 5, "branches.0.zh"),
        ("price: 12.34", "price: 12.345", 7, "prices.0.price"),
        ("price: 12.34", "price: -1", 7, "prices.0.price"),
        ("price: 12.34", "price: yes", 7, "quotes"),
        ("reissue_fee: 6.50", "reissue_fees: 6.50", 6, "charter.settings.reissue_fees"),
        ("reissue_fee: 6.50", "reissue_fee: -1", 6, "charter.settings.reissue_fee"),
        ("gifts: {cup: 20}", "gifts: {cup: 0}", 6, "charter.settings.gifts"),
        ("gynecology.vip-card", "gynecology.no-card", 6, "charter.code"),
        ('"#123abc"', "blue", 4, "branding.accent"),
        ("role: owner,", "role: owner, branch: west,", 8, "staff.0.branch"),
        ("a-long-password", "short", 8, "staff.0.password"),
        ("members: 4", "members: 4.5", 11, "sample.members"),
        ("share: 1", "share: 1\n      times: 2", 14, "exactly one of"),
        ("join: {path: ordinary}", "joyn: {path: ordinary}", 18, "joyn"),
        ("join: {path: ordinary}", "join: {pfad: ordinary}", 18, "pfad"),
        ("join: {path: ordinary}", "join: {path: ordinary}\n          after: soon", 18, "soon"),
        ("who: member", "who: nobody", 21, "sample.plots.1.who"),
        ("spend: {lines", "renew: {fee", 24, "is no verb of this charter"),
        ("path: ordinary", "path: sideways", 18, "sideways is unknown to this charter; known: "),
        ("path: ordinary", "path: {one_of: [ordinary, up]}", 18, "up is unknown"),
        ("who: member", "who: member\n      status: [asleep]", 22, "sample.plots.1.status"),
        ("share: 1", "share: 1\n      tier: [vip]", 17, "is asked of members only"),
        (
            "days: 60",
            "days: 60\n  items: {cotton: {medical: true}}",
            13,
            "no item of the price list",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(
    write: Write, old: str, new: str, line: int, told: str
) -> None:
    with pytest.raises(FolderError) as caught:
        read_folder(write(old, new))
    assert f"tenant.yaml:{line}" in caught.value.field, caught.value.field
    assert told in f"{caught.value.field} {caught.value.message}"


def test_a_folder_without_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"there is no tenant\.yaml"):
        read_folder(tmp_path)


@pytest.mark.parametrize("slug", ["tinghewu", "qiyueting"])
def test_the_sample_institutions_show_something_everywhere(directory: Catalogue, slug: str) -> None:
    folder = read_folder(SAMPLES / slug)
    applied = apply_folder(directory, folder, Options(members=16, until=UNTIL))
    story = applied.story
    assert story is not None
    verbs = (
        "apply approve reject join bring_in pay spend refund visit take_part award redeem dispute "
        "give_back use sanction incident report_loss reissue_card transfer_card change_details amend"
    )
    assert set(verbs.split()) <= story.accepted.keys()
    assert {"apply", "redeem", "dispute"} <= story.refused.keys()
    with tenant_scope(applied.tenant), unit() as opened:
        run = opened.connection.execute
        statuses = set(run(select(t.standing.c.status)).scalars())
        assert {"active", "applied", "approved", "lapsed", "ended", "rejected"} <= statuses
        tiers = set(run(select(t.standing.c.tier).where(t.standing.c.status == "active")).scalars())
        assert len(tiers) == 4
        tasks = select(t.item.c.code).where(t.item.c.sort == "task")
        assert "mail-card" in set(run(tasks).scalars())
        last = run(select(func.max(t.event.c.at))).scalar_one()
        first = run(select(func.min(t.event.c.at))).scalar_one()
        assert last <= UNTIL
        assert UNTIL - last < timedelta(days=3)
        assert UNTIL - first > timedelta(days=600)
        assert not set(run(select(t.outbox.c.state)).scalars()) - {"sent"}
    assert verify_tenant(applied.tenant).differences == []


def test_the_same_seed_and_moment_tell_the_same_story(tmp_path: Path, write: Write) -> None:
    told = []
    for name in ("one", "two"):
        directory = open_catalogue(Config(data_dir=tmp_path / name, master_key=b"b" * 32))
        applied = apply(directory, write())
        with tenant_scope(applied.tenant), unit() as opened:
            refs = opened.connection.execute(select(t.person.c.id).order_by(t.person.c.id))
            people = [find_person(str(ref)) for ref in refs.scalars()]
            moments = list(opened.connection.execute(select(t.event.c.at)).scalars())
        told.append(([(p.name, p.id_number) for p in people if p], moments))
        directory.installation.stores.close()
    assert told[0] == told[1]


def test_nobody_real_can_be_meant(directory: Catalogue, write: Write) -> None:
    applied = apply(directory, write(), members=30)
    with tenant_scope(applied.tenant), unit() as opened:
        for ref in opened.connection.execute(select(t.person.c.id)).scalars():
            person = find_person(str(ref))
            assert person is not None
            assert person.phone.startswith("+861540"), "no operator has this range"
            assert person.id_number[2:6] == "0000", "no person has a whole province's code"


def test_the_command_tells_what_it_did(tmp_path: Path, write: Write) -> None:
    environment = {**os.environ, "CHARTERHOUSE_DATA_DIR": str(tmp_path / "cli")}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "charterhouse", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    first = json.loads(run("tenant", "apply", str(write()), "--json").stdout)
    assert first["created"]
    assert first["sample"]["people"] > 0
    assert run("tenant", "apply", str(write())).stdout == "shuiyun: nothing to change\n"
    [listed] = json.loads(run("tenant", "list", "--json").stdout)
    assert (listed["slug"], listed["status"]) == ("shuiyun", "active")
    assert run("verify", "--tenant", "shuiyun").returncode == 0
    unknown = run("verify", "--tenant", "nowhere")
    assert unknown.returncode == 2
    assert unknown.stderr == "Error: There is no tenant 'nowhere'; there are: shuiyun.\n"
    wrong = run("tenant", "apply", str(write("role: owner", "role: king")))
    assert wrong.returncode == 1
    assert wrong.stderr.endswith("there is no role king.\n")


def test_staff_of_a_demonstration_need_no_enrolment(directory: Catalogue, write: Write) -> None:
    applied = apply(directory, write(), enrolled=True)
    with tenant_scope(applied.tenant):
        assert all(account.enrolled for account in list_staff())
