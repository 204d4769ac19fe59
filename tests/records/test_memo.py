"""What a process remembers of charters: bounded, apart by installation, never what was undone."""

from __future__ import annotations

import gc
import shutil
import weakref
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from records_story import CHARTER, KEY, ZONE, tell

from charterhouse.clock import FixedClock, use_clock
from charterhouse.config import Config
from charterhouse.desk.words import words
from charterhouse.records.books import adopt, load_book
from charterhouse.records.memo import Memo
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.installation import Installation
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant

AT = "2026-02-01 09:00"
SPEND: dict[str, Any] = {"member": "wu", "amount": "100.00"}


class UndoneError(Exception):
    """Raised by tests to roll a unit back."""


def amend(fee: str) -> None:
    raw = {"announced": "2026-02-01", "effective": "2026-02-20", "settings": {"reissue_fee": fee}}
    assert tell(AT, "amend", raw).outcome["refusal"] is None


def amend_in_vain(fee: str) -> None:
    with unit(write=True):
        amend(fee)
        # The next event of the unit and its words read the version just written.
        tell(AT, "spend", {**SPEND, "id": "u1"})
        assert f"{fee} yuan" in spoken(2)
        raise UndoneError


def fee() -> int:
    with unit() as opened:
        return int(load_book(opened).versions[-1].settings["reissue_fee"].replace(".", ""))


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day} 12:00").replace(tzinfo=ZONE)


def spoken(number: int) -> str:
    return " ".join(english for _, english in words(number).clauses.values())


def test_an_amendment_that_was_undone_is_not_remembered(north: Tenant) -> None:
    with tenant_scope(north):
        before = words(1)
        with pytest.raises(UndoneError):
            amend_in_vain("7.00")
        assert words(2).clauses == {}
        amend("9.00")
        assert fee() == 900
        assert "9.00 yuan" in spoken(2)
        assert "7.00 yuan" not in spoken(2)
        assert words(1) is before


def test_words_are_read_once_and_tell_the_version_in_force(north: Tenant) -> None:
    with tenant_scope(north):
        amend("9.00")
        with use_clock(FixedClock(noon("2026-02-19"))):
            assert words().version == 1
            assert words() is words(1)
        with use_clock(FixedClock(noon("2026-02-20"))):
            assert words().version == 2
            assert words() is words(2)


def test_copies_of_an_installation_go_different_ways(
    catalogue: Catalogue, north: Tenant, tmp_path: Path
) -> None:
    catalogue.installation.stores.close()
    shutil.copytree(tmp_path / "copy", tmp_path / "second")
    second = open_catalogue(Config(data_dir=tmp_path / "second", master_key=KEY))
    for tenant, amount in ((north, "7.00"), (second.get(north.id), "9.00")):
        with tenant_scope(tenant):
            amend(amount)
            assert f"{amount} yuan" in spoken(2)
            assert fee() == int(amount.replace(".", ""))
    second.installation.stores.close()


def test_a_memo_forgets_what_rested_longest_and_installations_that_are_gone(
    north: Tenant, tmp_path: Path
) -> None:
    memo: Memo[int, str] = Memo(2)
    memo.put(north, 1, "one")
    memo.put(north, 2, "two")
    assert memo.get(north, 1) == "one"
    memo.put(north, 3, "three")
    assert [memo.get(north, number) for number in (1, 2, 3)] == ["one", None, "three"]

    other = Installation(Config(data_dir=tmp_path / "other", master_key=KEY))
    guest = replace(north, installation=other)
    assert memo.get(guest, 1) is None
    memo.put(guest, 1, "else")
    assert (memo.get(north, 1), memo.get(guest, 1)) == ("one", "else")
    other.stores.close()
    gone = weakref.ref(other)
    del other, guest
    gc.collect()
    assert gone() is None


def test_institutions_with_the_same_settings_share_what_is_compiled(
    catalogue: Catalogue, north: Tenant
) -> None:
    with tenant_scope(north), unit() as opened:
        first = load_book(opened)
    made = []
    for slug, settings in (("south", first.first.settings), ("west", {"reissue_fee": "8.00"})):

        def seed(_tenant: Tenant, settings: Any = settings) -> None:
            with unit(write=True) as opened:
                adopt(opened, CHARTER, dict(settings), actor="test")

        tenant = create_tenant(
            catalogue, slug=slug, name_zh=slug, name_en=slug, charter=CHARTER,
            timezone="Asia/Shanghai", seed=seed,
        )  # fmt: skip
        with tenant_scope(tenant), unit() as opened:
            made.append(load_book(opened))
    south, west = made

    assert south is not first
    assert south.at(noon("2026-02-01")) is first.at(noon("2026-02-01"))
    assert west.at(noon("2026-02-01")) is not first.at(noon("2026-02-01"))
    with tenant_scope(north), use_clock(FixedClock(noon("2026-02-01"))):
        amend("7.00")
        assert fee() == 700
    assert south.at(noon("2026-03-01")).raw == first.first.settings
