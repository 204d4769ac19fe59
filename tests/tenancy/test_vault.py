from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from charterhouse.tenancy import errors
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.vault import EncryptedStr, KeyRing, blind_index

if TYPE_CHECKING:
    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

name = EncryptedStr("person", "name")
NAME = "王小明"


def test_a_sealed_value_opens_in_its_place(north: Tenant) -> None:
    with tenant_scope(north):
        first, second = name.encrypt(7, NAME), name.encrypt(7, NAME)

        assert name.decrypt(7, first) == name.decrypt(7, second) == NAME
    assert first != second
    assert first.startswith("v1.")
    assert NAME not in first


def test_a_sealed_value_opens_nowhere_else(north: Tenant, south: Tenant) -> None:
    with tenant_scope(north):
        sealed = name.encrypt(7, NAME)
        for other, row in (
            (name, 8),
            (EncryptedStr("person", "phone"), 7),
            (EncryptedStr("staff", "name"), 7),
        ):
            with pytest.raises(errors.SealError):
                other.decrypt(row, sealed)
    with tenant_scope(south), pytest.raises(errors.SealError):
        name.decrypt(7, sealed)


@pytest.mark.parametrize("damage", ["", "plain text", "v1.", "v0.AAAA", "v1.AAAA", "v1.A"])
def test_what_was_never_sealed_does_not_open(north: Tenant, damage: str) -> None:
    with tenant_scope(north), pytest.raises(errors.SealError):
        name.decrypt(7, damage)


def test_an_altered_value_does_not_open(north: Tenant) -> None:
    with tenant_scope(north):
        sealed = name.encrypt(7, NAME)
        middle = len(sealed) // 2
        other = "A" if sealed[middle] != "A" else "B"
        with pytest.raises(errors.SealError):
            name.decrypt(7, sealed[:middle] + other + sealed[middle + 1 :])


def test_a_key_of_another_tenant_does_not_unwrap(north: Tenant, south: Tenant) -> None:
    thief = replace(south, keys=north.keys)
    with tenant_scope(thief), pytest.raises(errors.SealError, match=r"master\.key"):
        name.encrypt(7, NAME)


def test_even_a_shared_key_opens_nothing_of_another_tenant(north: Tenant, south: Tenant) -> None:
    with tenant_scope(north):
        sealed = name.encrypt(7, NAME)
    known = north.installation.keyring._unwrapped
    known[south.id, "data", 1] = known[north.id, "data", 1]

    with tenant_scope(south), pytest.raises(errors.SealError):
        name.decrypt(7, sealed)


def test_another_master_key_opens_nothing(config: Config, north: Tenant) -> None:
    ring = KeyRing(replace(config, master_key=b"x" * 32))
    with pytest.raises(errors.SealError, match=r"master\.key"):
        ring.key(north, "data", 1)


def test_a_new_key_leaves_old_values_readable(catalogue: Catalogue, north: Tenant) -> None:
    with tenant_scope(north):
        old, index = name.encrypt(7, NAME), blind_index("phone", "13800000000")

    renewed = catalogue.add_data_key(north.id)

    with tenant_scope(renewed):
        new = name.encrypt(7, name.decrypt(7, old))
        assert new.startswith("v2.")
        assert name.decrypt(7, new) == NAME
        assert (name.outdated(old), name.outdated(new)) == (True, False)
        assert blind_index("phone", "13800000000") == index


def test_keys_survive_a_restart_and_are_stored_wrapped(config: Config, north: Tenant) -> None:
    with tenant_scope(north):
        sealed = name.encrypt(7, NAME)
    again = open_catalogue(config).get(north.id)

    with tenant_scope(again):
        assert name.decrypt(7, sealed) == NAME
    stored = (config.data_dir / "catalogue.db").read_bytes()
    for key in north.keys:
        assert north.installation.keyring.key(north, key.purpose, key.version) not in stored


def test_a_blind_index_finds_equal_texts_only(north: Tenant, south: Tenant) -> None:
    with tenant_scope(north):
        index = blind_index("id_number", "11010519491231002X")
        assert blind_index("id_number", " 11010519491231002ｘ ") == index
        assert blind_index("phone", "11010519491231002X") != index
        assert blind_index("id_number", "110105194912310021") != index
    with tenant_scope(south):
        assert blind_index("id_number", "11010519491231002X") != index
    assert len(index) == 43


def test_the_vault_needs_a_tenant() -> None:
    for call in (lambda: name.encrypt(1, "x"), lambda: blind_index("phone", "1")):
        with pytest.raises(errors.NoTenantError):
            call()


def test_a_tenant_shows_no_keys(north: Tenant) -> None:
    assert "wrapped" not in repr(north)
    assert "wrapped" not in repr(north.keys)
