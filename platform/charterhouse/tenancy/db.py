"""Flask-SQLAlchemy for back-office pages, bound to the open unit. Only this module knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import scoped_session, sessionmaker

from charterhouse.tenancy.store import current_unit
from charterhouse.tenancy.unit import UnitSession

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["db", "init_app"]


class _OpenUnit:
    """A session registry that keeps no sessions: the open unit has the only one."""

    def __call__(self) -> UnitSession:
        return current_unit().session

    def has(self) -> bool:
        """Tell Flask-SQLAlchemy that there is nothing to remove: the unit closes its session."""
        return False

    def clear(self) -> None:
        """Do nothing, for the same reason."""


class _TenantSQLAlchemy(SQLAlchemy):
    """``db.session`` is the session of the open unit; without a tenant or unit it raises.

    Flask-SQLAlchemy's own session lives as long as the application context, in which several
    tenants may follow each other: it would hand out one tenant's objects to the next.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        scoped = scoped_session(sessionmaker(class_=UnitSession))
        scoped.registry = cast("Any", _OpenUnit())
        self.session = cast("Any", scoped)


db = _TenantSQLAlchemy(session_options={"class_": UnitSession})


def init_app(app: Flask) -> None:
    """Register ``db`` with the application."""
    # Flask-SQLAlchemy insists on an address; no connection to it is ever made.
    app.config.setdefault("SQLALCHEMY_DATABASE_URI", "sqlite://")
    db.init_app(app)
