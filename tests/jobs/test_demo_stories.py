"""Several sample institutions are told at once: the same story, and nothing half done."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from charterhouse.commands.common import Failure
from charterhouse.commands.demonstration import stories
from charterhouse.config import Config
from charterhouse.desk import members
from charterhouse.desk.folder import TenantFolder, read_folder
from charterhouse.records import tables as t
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

UNTIL = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
INSTITUTION = """
slug: {slug}
name: {{zh: 水云示例医院{slug}, en: Shuiyun {slug}}}
charter: {{code: gynecology.vip-card}}
prices: [{{item: swab, zh: 拭子, en: Swab, category: exam, price: 12.34}}]
staff:
  - {{login: {slug}mei, name: 梅一, role: owner, password: a-long-password}}
  - {{login: {slug}lan, name: 兰二, role: cashier, password: a-long-password}}
sample:
  seed: 1
  members: {members}
  days: 40
  plots:
    - plot: joins
      who: new
      share: 1
      steps:
        - join: {{path: ordinary}}
    - plot: a visit
      who: member
      per_hundred: 600
      steps:
        - spend: {{lines: $lines}}
"""


def _folders(place: Path, count: int, size: int) -> list[TenantFolder]:
    made = []
    for number in range(count):
        slug = f"shuiyun{number}"
        (place / slug).mkdir()
        told = INSTITUTION.format(slug=slug, members=size + number)
        (place / slug / "tenant.yaml").write_text(told, "utf-8")
        made.append(read_folder(place / slug))
    return made


@contextmanager
def _opened(config: Config) -> Iterator[Catalogue]:
    catalogue = open_catalogue(config)
    try:
        yield catalogue
    finally:
        catalogue.installation.stores.close()


def _told(config: Config) -> dict[str, Any]:
    """What can be told of each institution apart from ids, which are drawn."""
    events = select(t.event.c.verb, t.event.c.at, t.event.c.key).order_by(t.event.c.at)
    found = {}
    with _opened(config) as catalogue:
        for tenant in catalogue.list("active"):
            with tenant_scope(tenant), unit() as opened:
                people = [(row.name, row.status, row.points) for row in members.walk()]
                told = [tuple(row) for row in opened.connection.execute(events)]
            found[tenant.slug] = (sorted(people), told)
    return found


def _config(place: Path) -> Config:
    return Config(data_dir=place, master_key=b"a" * 32)


def test_how_many_are_told_at_once_changes_nothing(tmp_path: Path) -> None:
    folders = _folders(tmp_path, 3, 6)
    one, several = _config(tmp_path / "one"), _config(tmp_path / "several")
    stories.tell(one, folders, workers=1, until=UNTIL)
    stories.tell(several, folders, workers=3, until=UNTIL)
    told = _told(one)
    assert set(told) == {folder.slug for folder in folders}
    assert all(len(people) >= 6 and len(events) > 30 for people, events in told.values())
    assert _told(several) == told


def test_one_that_is_ended_leaves_nothing_and_is_told_by_the_next_start(tmp_path: Path) -> None:
    folders, config = _folders(tmp_path, 2, 400), _config(tmp_path / "var")
    asked = 0

    def ending() -> bool:
        nonlocal asked
        asked += 1
        # By then both have begun, and neither is near its end.
        return any((config.data_dir / "tenants").glob("*/*.db-wal")) and asked > 3

    with pytest.raises(stories.StoppedError):
        stories.tell(config, folders, workers=2, until=UNTIL, ending=ending)
    assert not multiprocessing.active_children()
    assert _told(config) == {}
    stories.tell(config, folders, 5, workers=2, until=UNTIL)
    assert set(_told(config)) == {"shuiyun0", "shuiyun1"}


def test_a_process_that_is_killed_is_named(tmp_path: Path) -> None:
    folders, config = _folders(tmp_path, 1, 400), _config(tmp_path / "var")

    def kill() -> bool:
        if any((config.data_dir / "tenants").glob("*/*.db-wal")):
            for child in multiprocessing.active_children():
                child.kill()
        return False

    # A shell's background jobs begin with this signal ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(Failure, match=r"shuiyun0 was ended\. Start again"):
            stories.tell(config, folders, until=UNTIL, ending=kill)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert _told(config) == {}
