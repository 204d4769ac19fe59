from __future__ import annotations

import base64
import stat
from typing import TYPE_CHECKING

import pytest

from charterhouse.config import Config, ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(name="folder", autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHARTERHOUSE_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("CHARTERHOUSE_MASTER_KEY", raising=False)
    return tmp_path / "var"


def test_a_missing_master_key_is_made_once_for_the_owner_only(folder: Path) -> None:
    first, again = Config.from_env(), Config.from_env()

    assert first.master_key == again.master_key
    assert len(first.master_key) == 32
    assert stat.S_IMODE((folder / "master.key").stat().st_mode) == 0o600
    assert [file.name for file in folder.iterdir()] == ["master.key"]


def test_a_key_file_open_to_others_is_refused(folder: Path) -> None:
    Config.from_env()
    (folder / "master.key").chmod(0o644)

    with pytest.raises(ConfigError, match="chmod 600"):
        Config.from_env()


@pytest.fixture(name="printing")
def _printing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Has the master key printed by a script, as a key service's own program is called."""

    def print_by(script: str) -> None:
        path = tmp_path / "fetch key"
        path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        path.chmod(0o700)
        monkeypatch.setenv("CHARTERHOUSE_MASTER_KEY_COMMAND", f"'{path}' {path.stat().st_ino}")

    return print_by


def test_a_command_prints_the_master_key(
    folder: Path, printing: Callable[[str], None], tmp_path: Path
) -> None:
    keys = [base64.urlsafe_b64encode(bytes([each]) * 32).decode() for each in (1, 2)]
    (tmp_path / "sealed").write_text("\n".join(keys), "ascii")
    printing(f'echo asked >> "{tmp_path}/asked"; cat "{tmp_path}/sealed"')

    config = Config.from_env()

    assert (config.master_key, config.master_key_old) == (b"\x01" * 32, b"\x02" * 32)
    assert not folder.exists(), "no key of the folder's own is made"
    assert Config.from_env() == config
    assert (tmp_path / "asked").read_text("ascii") == "asked\n", "once for a process"


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("echo s3cret; exit 3", "ended with 3"),
        ("true", "it printed 0"),
        ("echo s3cret s3cret s3cret", "it printed 3"),
        ("echo s3cret", "32 bytes"),
        ("printf 's\\303\\251cret'", "does not"),
    ],
)
def test_a_command_that_prints_no_key_is_told(
    printing: Callable[[str], None], script: str, problem: str
) -> None:
    printing(script)

    with pytest.raises(ConfigError, match=problem) as refused:
        Config.from_env()

    assert "s3cret" not in str(refused.value)


def test_a_command_is_missing_or_one_too_many(
    printing: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    printing("true")
    monkeypatch.setenv("CHARTERHOUSE_MASTER_KEY", base64.urlsafe_b64encode(bytes(32)).decode())
    with pytest.raises(ConfigError, match="twice"):
        Config.from_env()
    monkeypatch.delenv("CHARTERHOUSE_MASTER_KEY")
    monkeypatch.setenv("CHARTERHOUSE_MASTER_KEY_COMMAND", str(tmp_path / "nowhere"))
    with pytest.raises(ConfigError, match="FileNotFoundError"):
        Config.from_env()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MASTER_KEY", "short"),
        ("MASTER_KEY", "not base64 at all é"),
        ("MAX_BODY_BYTES", "many"),
        ("MAX_BODY_BYTES", "0"),
        ("DEMO", "perhaps"),
    ],
)
def test_malformed_variables_are_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"CHARTERHOUSE_{name}", value)

    with pytest.raises(ConfigError) as caught:
        Config.from_env()

    assert caught.value.code == "config_invalid"


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    key = bytes(range(32))
    monkeypatch.setenv("CHARTERHOUSE_MASTER_KEY", base64.urlsafe_b64encode(key).decode())
    monkeypatch.setenv("CHARTERHOUSE_BASE_HOST", "Charter.Example")
    monkeypatch.setenv("CHARTERHOUSE_DEMO", "true")

    config = Config.from_env()

    assert (config.master_key, config.base_host, config.demo) == (key, "charter.example", True)


def test_secrets_stay_out_of_the_text_and_differ_by_purpose(tmp_path: Path) -> None:
    config = Config(tmp_path, b"k" * 32, stripe_key="sk_hidden", stripe_webhook_secret="wh_hidden")

    assert "hidden" not in repr(config)
    assert "kkkk" not in repr(config)
    assert len({config.secret, config.derive("a"), config.derive("b"), config.master_key}) == 4
