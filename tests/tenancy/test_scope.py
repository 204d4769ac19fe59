from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from charterhouse.tenancy import errors
from charterhouse.tenancy.scope import current_tenant, find_tenant, tenant_scope
from charterhouse.tenancy.store import current_unit, unit

if TYPE_CHECKING:
    from charterhouse.tenancy.tenant import Tenant


def test_nothing_is_reached_without_a_tenant() -> None:
    assert find_tenant() is None
    with pytest.raises(errors.NoTenantError):
        current_tenant()
    with pytest.raises(errors.NoTenantError), unit():
        pass
    with pytest.raises(errors.NoTenantError):
        current_unit()


def test_scopes_nest_and_return(north: Tenant, south: Tenant) -> None:
    with tenant_scope(north):
        with tenant_scope(south):
            assert current_tenant() is south
        assert current_tenant() is north
    assert find_tenant() is None


def test_an_error_ends_the_scope(north: Tenant) -> None:
    with pytest.raises(KeyError), tenant_scope(north):
        raise KeyError
    assert find_tenant() is None


def test_no_other_tenant_under_an_open_unit(north: Tenant, south: Tenant) -> None:
    with tenant_scope(north), unit():
        with pytest.raises(errors.TenantSwitchError), tenant_scope(south):
            pass
        with tenant_scope(north), unit():
            pass


def test_a_thread_has_no_tenant_of_its_own(north: Tenant) -> None:
    seen: list[object] = []
    with tenant_scope(north):
        thread = threading.Thread(target=lambda: seen.append(find_tenant()))
        thread.start()
        thread.join()

    assert seen == [None]


def test_two_tenants_see_their_own_rows_only(north: Tenant, south: Tenant) -> None:
    for tenant in (north, south):
        with tenant_scope(tenant), unit(write=True) as work:
            work.connection.execute(
                text("INSERT INTO note VALUES (1, :text)"), {"text": tenant.slug}
            )

    for tenant in (north, south):
        with tenant_scope(tenant), unit() as work:
            found = work.connection.execute(text("SELECT id, text FROM note")).all()
        assert found == [(1, tenant.slug)]
