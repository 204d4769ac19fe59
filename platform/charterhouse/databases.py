"""Where the databases of an installation are, when its tenants are not all in files."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

__all__ = ["MAIN", "Databases"]

MAIN = "main"
"""The cell of the address without a name."""

_CONNECTIONS = 10
_DEDICATED = 10
_URL = re.compile(r"(?:CHARTERHOUSE_)?DATABASE_URL\Z|CHARTERHOUSE_DATABASE_URL_([A-Z][A-Z0-9_]*)\Z")
_POOL = re.compile(r"CHARTERHOUSE_DATABASE_POOL_URL(?:_([A-Z][A-Z0-9_]*))?\Z")
_SCHEME = re.compile(r"postgres(?:ql)?(?:\+psycopg)?://")
_CATALOGUE = "CHARTERHOUSE_CATALOGUE"
_FILE = "file"


@dataclass(frozen=True, slots=True)
class Databases:
    """The cells that are PostgreSQL databases, by name.

    Attributes:
        urls: Addresses of their owners, who make and change stores.
        pool_urls: Addresses under which units connect, where a pooler stands in between, or
            where a process that only serves is not given the owner's.
        connections: How many connections a process opens to one cell at most.
        catalogue_url: Address of the owner of the catalogue's database; empty for a process that
            only serves, and for a catalogue in a file.
        catalogue_serving_url: Where the catalogue is read and changed, whose login is put in; empty
            for a catalogue in a file.
        dedicated: How many dedicated tenants of a cell keep connections in a process, two each.

    Raises:
        ValueError: An address is of another kind of database.
    """

    urls: Mapping[str, str] = field(default_factory=dict, repr=False)
    pool_urls: Mapping[str, str] = field(default_factory=dict, repr=False)
    connections: int = _CONNECTIONS
    catalogue_url: str = field(default="", repr=False)
    catalogue_serving_url: str = field(default="", repr=False)
    dedicated: int = _DEDICATED

    def __post_init__(self) -> None:
        for name in self.names:
            for url in (self.urls.get(name), self.pool_urls.get(name)):
                if url is not None and not _SCHEME.match(url):
                    raise ValueError(
                        f"The address of cell {name} must begin with postgresql://; tenants in "
                        "files need no address."
                    )
        if self.connections < 1:
            raise ValueError("A cell needs at least one connection.")
        if self.dedicated < 1:
            raise ValueError("At least one dedicated tenant keeps its connections.")
        for url in (self.catalogue_url, self.catalogue_serving_url):
            if url and not _SCHEME.match(url):
                raise ValueError(f"{_CATALOGUE} is 'file', or an address like postgresql://….")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the cells, sorted."""
        return tuple(sorted(self.urls.keys() | self.pool_urls.keys()))

    @classmethod
    def from_env(cls, variables: Mapping[str, str] = os.environ) -> Self:
        """Read ``DATABASE_URL`` and its kin; ``…_EAST`` is the address of the cell ``east``.

        The catalogue is in the database of the address without a name, where there is one, unless
        ``CHARTERHOUSE_CATALOGUE`` says ``file`` or names another.

        Raises:
            ValueError: An address or a number is malformed.
        """
        urls: dict[str, str] = {}
        pools: dict[str, str] = {}
        # The longer name of the same address comes later and wins.
        for variable, value in sorted(variables.items(), key=lambda item: len(item[0])):
            for pattern, found in ((_URL, urls), (_POOL, pools)):
                match = pattern.match(variable)
                if match is not None and value:
                    found[_cell(match.group(1))] = value
        number = _number(variables, "CHARTERHOUSE_DATABASE_CONNECTIONS", _CONNECTIONS)
        dedicated = _number(variables, "CHARTERHOUSE_DATABASE_DEDICATED", _DEDICATED)
        owner, serving = _catalogue(variables.get(_CATALOGUE, ""), urls, pools)
        return cls(urls, pools, number, owner, serving, dedicated)


def _number(variables: Mapping[str, str], name: str, usual: int) -> int:
    given = variables.get(name, str(usual))
    if not given.isdecimal():
        raise ValueError(f"{name} must be a number.")
    return int(given)


def _cell(suffix: str | None) -> str:
    return MAIN if suffix is None else suffix.lower().replace("_", "-")


def _catalogue(given: str, urls: Mapping[str, str], pools: Mapping[str, str]) -> tuple[str, str]:
    """Where the catalogue is: its owner's address, and that under which it is read."""
    if given == _FILE:
        return "", ""
    if given:
        # An address without a user is that of a process which only serves.
        return given if urlsplit(given).username else "", given
    owner = urls.get(MAIN, "")
    return owner, owner or pools.get(MAIN, "")
