"""The member portal: what members see and do, made for the phone."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from charterhouse.desk.portal import has_points
from charterhouse.desk.requests import services as _services
from charterhouse.plugins.errors import CharterUnavailableError
from charterhouse.web.auth.session import register_loader, register_sign_in
from charterhouse.web.errors import map_error
from charterhouse.web.i18n import lazy_pgettext
from charterhouse.web.labels import register_status
from charterhouse.web.navigation import NavItem, add_nav
from charterhouse.web.portal import service_words
from charterhouse.web.portal.base import labels_of, load_member, portal, said
from charterhouse.web.values import value_text

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["PAGES", "register"]

PAGES = (
    "signin", "home", "money", "pay", "services", "requests", "charter", "account", "install",
)  # fmt: skip
"""Modules of this package; importing one adds its routes to the blueprint."""


def has_services() -> bool:
    """Whether the charter has services to ask for."""
    return bool(_services())


def register(app: Flask) -> None:
    """Add the pages of the portal."""
    for name in PAGES:
        import_module(f"{__name__}.{name}")
    app.register_blueprint(portal)
    app.jinja_env.globals.setdefault("said", said)
    app.jinja_env.filters.setdefault("labels_of", labels_of)
    app.jinja_env.filters.setdefault("value_text", value_text)
    service_words.init_app(app)
    register_loader(app, "member", load_member)
    register_sign_in(app, "member", "portal.sign_in")
    add_nav(
        app,
        "portal",
        NavItem("portal.home", lazy_pgettext("portal", "Card"), icon="id-badge-2", order=10),
        NavItem(
            "portal.points",
            lazy_pgettext("portal", "Points"),
            icon="star",
            order=20,
            shown=has_points,
        ),
        NavItem(
            "portal.services",
            lazy_pgettext("portal", "Services"),
            icon="headset",
            order=25,
            prefix="portal.service",
            # The bar has four places: beside points, services are a tile of the first page.
            shown=lambda: has_services() and not has_points(),
        ),
        NavItem(
            "portal.statement",
            lazy_pgettext("portal", "Statement"),
            icon="receipt-2",
            order=30,
            prefix="portal.receipt",
        ),
        NavItem("portal.profile", lazy_pgettext("portal", "Me"), icon="user", order=40),
    )
    map_error(app, CharterUnavailableError, 503)
    register_status("quarantined", "wait", lazy_pgettext("status", "Being checked"))
    register_status("refunding", "busy", lazy_pgettext("status", "On its way back"))
    register_status("refund_failed", "bad", lazy_pgettext("status", "Could not be returned"))
    register_status("applied", "wait", lazy_pgettext("status", "To be reviewed"))
    register_status("lapsed", "off", lazy_pgettext("status", "Term over"))
    register_status("void", "off", lazy_pgettext("status", "Void"))
    register_status("withdrawing", "wait", lazy_pgettext("status", "Leaving"))
