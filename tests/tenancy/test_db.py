from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import BigInteger, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from charterhouse.tenancy import errors
from charterhouse.tenancy.db import db, init_app
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charterhouse.tenancy.tenant import Tenant


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "note"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    text: Mapped[str]


@pytest.fixture(autouse=True)
def _app_context() -> Iterator[None]:
    app = Flask(__name__)
    init_app(app)
    with app.app_context():
        yield


def test_a_session_needs_a_tenant_and_a_unit(north: Tenant) -> None:
    with pytest.raises(errors.NoTenantError):
        db.session.get(Note, 1)
    with tenant_scope(north), pytest.raises(errors.UnitError):
        db.session.get(Note, 1)


def test_the_session_is_the_units(north: Tenant) -> None:
    with tenant_scope(north), unit(write=True) as work:
        db.session.add(Note(id=1, text="a"))
        assert db.session() is work.session
        db.session.remove()
        assert db.paginate(select(Note)).total == 1
    with tenant_scope(north), unit():
        assert db.session.get_one(Note, 1).text == "a"


def test_one_application_context_never_mixes_tenants(north: Tenant, south: Tenant) -> None:
    for tenant in (north, south):
        with tenant_scope(tenant), unit(write=True):
            db.session.add(Note(id=1, text=tenant.slug))

    for tenant in (north, south):
        with tenant_scope(tenant), unit():
            assert db.session.get_one(Note, 1).text == tenant.slug
