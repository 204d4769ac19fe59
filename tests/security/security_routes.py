"""The routes of the sites as attackers walk them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from charterhouse.config import Config
from charterhouse.web.app import create_app
from charterhouse.web.permissions import access_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from charterhouse.web.permissions import Access

__all__ = ["Route", "all_routes"]

# Placeholders that name no thing of an institution but a kind of thing.
KINDS = frozenset({"slug", "code", "kind", "purpose", "action", "state", "page"})


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one rule of the url map.

    Attributes:
        names: Of its placeholders.
        access: What it says of who may call it.
    """

    method: str
    rule: str
    endpoint: str
    names: tuple[str, ...]
    access: Access

    @property
    def area(self) -> str:
        """Whose it is: ``admin``, ``my``, ``api``, ``hooks`` or "" for the front door."""
        return self.rule.strip("/").partition("/")[0]

    @property
    def names_a_thing(self) -> bool:
        """Whether its address holds the id of something that belongs to an institution."""
        return bool(set(self.names) - KINDS)

    def path(self, ids: Mapping[str, Any]) -> str:
        """Return an address of it."""
        return re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda found: str(ids[found[1]]), self.rule)


def all_routes(folder: Path) -> list[Route]:
    """Return every route of the sites, by rule and method."""
    app = create_app(Config(data_dir=folder, master_key=bytes(32)))
    found = []
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            access = access_of(app.view_functions[rule.endpoint], method)
            assert access is not None, rule
            names = tuple(re.findall(r"<(?:[^:<>]+:)?(\w+)>", rule.rule))
            found.append(Route(method, rule.rule, rule.endpoint, names, access))
    return sorted(found, key=lambda route: (route.rule, route.method))
