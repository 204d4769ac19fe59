from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from charterhouse.cli import main
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from life_house import House


@pytest.fixture(name="run")
def _run(house: House, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """A command on the installation of the house; gives what it printed."""
    config = house.catalogue.installation.config
    monkeypatch.setenv("CHARTERHOUSE_DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("CHARTERHOUSE_MASTER_KEY", "YSBsaWZlJ3NhIGxpZmUnc2EgbGlmZSdzYSBsaWZlJ3M")

    def run(*words: Any, code: int = 0, answer: str | None = None) -> str:
        result = CliRunner().invoke(main, ["tenant", *map(str, words)], input=answer)
        assert result.exit_code == code, (result.output, result.exception)
        house.catalogue._next_poll = 0.0
        return result.stdout if code == 0 else result.output

    return run


def test_backup_and_restore_tell_what_they_did(
    house: House, run: Callable[..., str], tmp_path: Path
) -> None:
    told = json.loads(run("backup", "north", "--to", tmp_path, "--json"))
    assert told["file"].endswith(".backup")
    assert told["rows"] > 100
    store = house.tenant.store_id

    assert "Nothing was done" in run("restore", told["file"], answer="n\n", code=1)
    restored = json.loads(run("restore", told["file"], "--yes", "--json"))

    assert restored["rows"] == told["rows"]
    assert restored["verified"]["events"] == 7
    assert house.tenant.store_id != store
    assert "0 stores removed, 1 resting" in run("tidy")


@pytest.mark.parametrize(
    ("command", "ending"), [(["backup"], "backup"), (["export", "--yes"], "tar.gz")]
)
def test_a_folder_that_is_missing_is_made(
    run: Callable[..., str], tmp_path: Path, command: list[str], ending: str
) -> None:
    folder = tmp_path / "kept" / "daily"

    for _ in range(2):
        told = json.loads(run(*command, "north", "--to", folder, "--json"))
        assert Path(told["file"]).parent == folder
        Path(told["file"]).unlink()
    named = tmp_path / "other" / f"one.{ending}"
    assert json.loads(run(*command, "north", "--to", named, "--json"))["file"] == str(named)
    assert "a file that ends in" in run(*command, "north", "--to", named / "in", code=1)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_tenant_is_suspended_and_resumed(house: House, run: Callable[..., str]) -> None:
    assert run("suspend", "north", "--reason", "unpaid") == "north is suspended\n"
    assert house.tenant.status == "suspended"
    assert run("resume", "north") == "north is active\n"
    with tenant_scope(house.tenant), unit(write=True):
        pass


def test_what_was_never_finished_is_not_opened(house: House, run: Callable[..., str]) -> None:
    house.catalogue.create(slug="south", name_zh="南方", name_en="South", charter="sample.other")
    assert "import" in run("resume", "south", code=1)
    south = house.catalogue.by_slug("south")
    assert south is not None
    assert south.status == "provisioning", "an import killed half way would be in use"


def test_limits_are_set_and_shown(house: House, run: Callable[..., str]) -> None:
    assert "the defaults" in run("limit", "north")
    assert run("limit", "north", "keep_books_days=30", "unit_seconds=20") == (
        "north: keep_books_days=30, unit_seconds=20\n"
    )
    assert run("limit", "north", "unit_seconds=") == "north: keep_books_days=30\n"
    assert dict(house.tenant.limits) == {"keep_books_days": 30}
    assert "whole numbers" in run("limit", "north", "unit_seconds=soon", code=1)
    assert "whole numbers" in run("limit", "north", "nothing=1", code=1)


def test_errors_are_told_in_one_sentence(run: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "x").write_text("no backup")
    assert "no sealed file" in run("restore", tmp_path / "x", "--yes", code=1)
    assert "There is no tenant 'west'" in run("backup", "west", code=1)
    assert "no cell moon" in run("move", "north", "moon", code=1)
    assert "in local already" in run("move", "north", "local", code=1)


def test_what_the_system_refuses_is_told_without_a_traceback(
    house: House, run: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nowhere = run("backup", "north", "--to", "/proc/north.backup", code=1)
    assert nowhere.startswith("Error: /proc/.north.backup.charterhouse-part: No such file")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    told = run("backup", "north", "--to", tmp_path / "x.backup", code=1)
    assert told == "Error: No space left on device. Make room, then run the same command again.\n"
    assert list(tmp_path.glob("*.backup")) == []


def test_a_tenant_is_exported_imported_closed_and_erased(
    house: House, run: Callable[..., str], tmp_path: Path
) -> None:
    told = json.loads(run("export", "north", "--to", tmp_path / "x.tar.gz", "--yes", "--json"))
    imported = json.loads(run("import", told["file"], "--slug", "south", "--json"))
    assert (imported["tenant"], imported["rows"]) == ("south", told["rows"])
    assert "close it first" in run("erase", "south", "--yes", code=1)
    run("close", "south", "--yes")
    assert "30 days later" in run("erase", "south", "--yes", code=1)
    assert "Nothing was done" in run("erase", "south", "--now", answer="n\n", code=1)

    erased = json.loads(run("erase", "south", "--now", "--yes", "--json"))

    assert erased["books"]["differences"] == []
    assert "south is erased" in run("erase", "south", "--yes")
    assert house.tenant.status == "active"


def test_keys_are_renewed_and_wrapped_anew(
    house: House, run: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = json.loads(run("renew-key", "north", "--drop-older", "--json"))
    assert told["version"] == 2
    assert [key.version for key in house.tenant.keys if key.purpose == "data"] == [2]
    assert "0 of 1 tenants" in run("rewrap-keys")
    assert "no file of keys" in run("rewrap-keys", "--new-key", code=1)
    monkeypatch.setenv("CHARTERHOUSE_KEY_WRAPPER", f"file:{tmp_path / 'keys'}")
    assert "1 of 1 tenants" in run("rewrap-keys")
    assert "1 of 1 tenants" in run("rewrap-keys", "--new-key")
    assert "0 of 1 tenants" in run("rewrap-keys")
