from __future__ import annotations

import base64
import stat
from typing import TYPE_CHECKING

import pytest

from charterhouse.config import Config, ConfigError

if TYPE_CHECKING:
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
