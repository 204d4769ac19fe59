"""The menus: each area of the sites, and each plugin, adds its entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import current_app, request, url_for

from charterhouse.web.permissions import PERMISSIONS, may

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

__all__ = ["NavItem", "add_nav", "init_app", "nav_groups", "url_if"]


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of a menu.

    Attributes:
        endpoint: Where it leads.
        label: A lazy text.
        icon: Name of an icon.
        group: Heading under which it stands, a lazy text; empty for none.
        permission: Shown only to those who hold it; empty for all.
        order: Smaller stands first.
        prefix: Endpoints beginning so count as this entry too; the endpoint itself by default.
        shown: Asked at each request whether it stands in the menu; always without it.
    """

    endpoint: str
    label: Any
    icon: str
    group: Any = ""
    permission: str = ""
    order: int = 100
    prefix: str = ""
    shown: Callable[[], bool] | None = None

    @property
    def current(self) -> bool:
        """Whether the present page belongs to this entry."""
        here = request.endpoint or ""
        return here == self.endpoint or bool(self.prefix and here.startswith(self.prefix))

    @property
    def url(self) -> str:
        """Its address."""
        return url_for(self.endpoint)


def add_nav(app: Flask, menu: str, *items: NavItem) -> None:
    """Add entries to a menu: ``admin``, ``portal`` (its first four are the bar) or ``console``.

    Raises:
        KeyError: An entry names a permission that is not registered.
    """
    for item in items:
        if item.permission:
            PERMISSIONS[item.permission]
    entries = app.extensions["charterhouse.nav"].setdefault(menu, [])
    entries.extend(items)
    entries.sort(key=lambda item: item.order)


def nav_groups(menu: str) -> list[tuple[str, list[NavItem]]]:
    """Return the entries of a menu that the reader may open, by group, in order."""
    groups: dict[str, list[NavItem]] = {}
    for item in current_app.extensions["charterhouse.nav"].get(menu, []):
        if (not item.permission or may(item.permission)) and (item.shown is None or item.shown()):
            groups.setdefault(str(item.group), []).append(item)
    return list(groups.items())


def url_if(endpoint: str, **values: Any) -> str:
    """Return the address of an endpoint, or an empty text when this site has no such page."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""


def init_app(app: Flask) -> None:
    """Give the templates ``nav_groups()`` and ``url_if()``."""
    app.extensions["charterhouse.nav"] = {}
    app.jinja_env.globals.update(nav_groups=nav_groups, url_if=url_if)
