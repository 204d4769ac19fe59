"""What the demonstration prints at its start fits a terminal and can be clicked."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console

from charterhouse.commands.demonstration import house, telling
from charterhouse.config import Config
from charterhouse.desk.samples.showcase import Somebody
from charterhouse.tenancy.provision import open_catalogue

WIDTH = 100
SITE = "http://localhost:8000"


def _guests(place: Path) -> list[house.Guest]:
    catalogue = open_catalogue(Config(data_dir=place, master_key=b"a" * 32))
    somebody = Somebody("梅一", "+8615400000000", ("至尊金卡会员", "Supreme gold member"), 0, 0)
    found = []
    for folder in house.read_folders(house.TENANTS):
        tenant = catalogue.create(
            slug=folder.slug, name_zh=folder.name_zh, name_en=folder.name_en, charter=folder.charter
        )
        found.append(house.Guest(tenant, folder.staff, (somebody, somebody)))
    catalogue.installation.stores.close()
    return found


def test_every_institution_is_told_in_five_lines_that_fit(tmp_path: Path) -> None:
    guests = _guests(tmp_path / "var")
    # Rich folds what is too long, so it is given more than there is.
    printed = io.StringIO()
    console = Console(file=printed, width=3 * WIDTH)
    telling.greet(console, guests, SITE, "http://127.0.0.1:8899")
    lines = printed.getvalue().splitlines()
    assert [line for line in lines if cell_len(line) > WIDTH] == []
    for guest in guests:
        [first] = [n for n, line in enumerate(lines) if line.startswith(guest.tenant.name_zh)]
        block = lines[first : first + 5]
        assert lines[first + 5] == ""
        assert guest.tenant.name_en in block[0]
        assert f"{SITE}/t/{guest.tenant.slug}/admin/ " in block[1]
        assert guest.staff[0].password in block[1]
        for entry in guest.staff:
            assert entry.role in block[2]
            assert f" {entry.login}" in block[2]
        assert block[3].endswith(f"{SITE}/t/{guest.tenant.slug}/my/")
        assert block[4].count("15400000000 至尊金卡会员") == 2
    assert "demo-code LOGIN" in printed.getvalue()


def test_passwords_that_differ_stand_beside_their_logins(tmp_path: Path) -> None:
    guest = _guests(tmp_path / "var")[0]
    first, *others = guest.staff
    entry = replace(first, password="another-password")
    printed = io.StringIO()
    changed = house.Guest(guest.tenant, (entry, *others), guest.members)
    telling.greet(Console(file=printed, width=200), [changed], SITE, "")
    assert f"{first.login} (another-password)" in printed.getvalue()
    assert f"{others[0].login} ({others[0].password})" in printed.getvalue()


def test_a_port_that_is_taken_is_named_with_the_way_to_choose_another() -> None:
    printed = io.StringIO()
    telling.moved(Console(file=printed, width=WIDTH), 8000, 8001)
    lines = printed.getvalue().splitlines()
    assert [line for line in lines if cell_len(line) > WIDTH] == []
    assert "Port 8000 is taken, so the sites are at 8001." in lines[1]
    assert lines[1].endswith("make demo PORT=9000")


def test_an_institution_that_somebody_suspended_or_closed_is_left_out(tmp_path: Path) -> None:
    _guests(tmp_path / "var")
    catalogue = open_catalogue(Config(data_dir=tmp_path / "var", master_key=b"a" * 32))
    folders = house.read_folders(house.TENANTS)
    for number, folder in enumerate(folders):
        tenant = catalogue.by_slug(folder.slug)
        assert tenant is not None
        for status in ("active", ("suspended", "deleting", "active")[min(number, 2)]):
            catalogue.set_status(tenant.id, status)

    left = [folder.slug for _, folder in house.open_ones(catalogue, folders)]

    catalogue.installation.stores.close()
    assert left == [folder.slug for folder in folders[2:]]
