"""What lies in the data folder, in logs and in messages: for its owner, and unreadable."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from charterhouse.config import Config, ConfigError
from charterhouse.desk import access
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.web.logs import configure_logging


def opened_to_others(folder: Path) -> list[str]:
    found = []
    for path in (folder, *folder.rglob("*")):
        if path.name.startswith("template-") or path.name == ".template.lock":
            continue  # An empty schema, the same for everybody.
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            found.append(str(path))
    return found


def test_an_installation_is_its_owners_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.umask(0o022)
    try:
        folder = tmp_path / "var"
        monkeypatch.setenv("CHARTERHOUSE_DATA_DIR", str(folder))
        catalogue = open_catalogue(Config.from_env())
        tenant = create_tenant(catalogue, slug="north", name_zh="北", name_en="North",
                               charter="gynecology.vip-card")  # fmt: skip
        with tenant_scope(tenant):
            access.request_code("13800138000")
            access.create_staff("owner-1", "甲", "a long password", "owner", actor="test")
        assert opened_to_others(folder) == []
        catalogue.installation.stores.close()
    finally:
        os.umask(before)
    key = folder / "master.key"
    key.chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        Config.from_env()


def test_personal_data_lie_in_no_file_readably(world: Any) -> None:
    world.catalogue.installation.stores.close()
    raw = b"".join(path.read_bytes() for path in world.folder.rglob("*") if path.is_file())
    for house in (world.east, world.west):
        for secret in house.secrets[:-1]:
            assert secret.encode() not in raw, secret
        assert house.token.encode() not in raw
    assert b"a long password" not in raw
    assert b"a scan of nobody" not in raw
    assert b"gynecology.vip-card" in raw, "otherwise this test reads the wrong files"


def test_logs_tell_nothing_of_people(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(console=False)
    world.app.testing = False
    browser, owner = world.anybody(world.east), world.staff(world.east)
    browser.post("/my/sign-in", {"phone": "13800138000"})
    browser.post("/my/sign-in/code", {"code": "123456"})
    browser.post("/admin/sign-in", {"login": "owner-1", "password": "a long wrong password"})
    owner.get("/admin/members?q=东方泄漏甲")
    owner.post("/admin/admission", {"name": "甲", "id_number": "11010519491231002X"})
    world.app.test_client().get(
        "/t/east/api/v1/charter", headers={"Authorization": "Bearer ch_secret_of_this_test"}
    )
    told = capsys.readouterr().err

    for secret in (
        *world.east.secrets[:-1],
        "123456",
        "a long wrong password",
        "ch_secret_of_this_test",
    ):
        assert secret not in told
    for line in told.splitlines():
        assert json.loads(line)


def test_values_of_the_configuration_are_not_printed(shared: Any) -> None:
    shown = repr(shared.catalogue.installation.config)
    for secret in ("sk_test_of_nobody", "whsec_of_nobody", "\\x00\\x01\\x02"):
        assert secret not in shown


@pytest.mark.parametrize(
    "more",
    [
        {"public_url": "https://club.example.org"},
        {"public_url": "http://10.0.0.5:8000"},
        {"stripe_key": "sk_live_x"},
        {"stripe_key": "rk_live_x"},
    ],
)
def test_a_demonstration_refuses_to_run_in_earnest(shared: Any, more: dict[str, Any]) -> None:
    settings = replace(shared.catalogue.installation.config, stripe_key="", demo=True)
    with pytest.raises(ConfigError) as refused:
        replace(settings, **more)
    assert refused.value.field == "CHARTERHOUSE_DEMO"
    assert replace(settings, **more, demo=False).demo is False


def test_cookies_are_kept_from_scripts_and_plain_connections(shared: Any) -> None:
    settings = replace(shared.catalogue.installation.config, public_url="https://club.example.org")
    from charterhouse.web.app import create_app

    app = create_app(settings, directory=shared.catalogue)
    answer = app.test_client().get("/t/east/admin/sign-in", headers={"Host": "club.example.org"})
    cookies = answer.headers.getlist("Set-Cookie")

    assert cookies
    assert answer.headers["Strict-Transport-Security"]
    for cookie in cookies:
        assert "Secure" in cookie
        assert "SameSite=Lax" in cookie
    session = next(each for each in cookies if each.startswith("charterhouse_session"))
    assert "HttpOnly" in session
    assert "Path=/t/east/" in session
