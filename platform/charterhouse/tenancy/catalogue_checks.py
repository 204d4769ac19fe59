"""What the catalogue takes for a name, a host, a limit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from charterhouse.tenancy import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["check_fields", "check_host", "check_slug"]

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?\Z")
_HOST = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}\Z"
)
_RESERVED = frozenset({"admin", "api", "assets", "console", "hooks", "my", "static", "t", "www"})
_LIMITS = frozenset(
    {
        "keep_books_days",
        "max_store_mib",
        "requests_at_once",
        "requests_burst",
        "requests_second",
        "unit_seconds",
    }
)


def check_slug(slug: str) -> None:
    """Refuse a slug that cannot stand in an address.

    Raises:
        CatalogueError: It is malformed or reserved.
    """
    if not _SLUG.match(slug) or slug in _RESERVED:
        raise errors.CatalogueError(
            "An address is 1 to 40 lower-case letters, digits and hyphens, begins and ends with "
            "a letter or digit, and is none of the platform's own.",
            field="slug",
        )


def check_host(host: str, base_host: str) -> str:
    """Return ``host`` in lower case, when it can be an institution's own.

    Raises:
        CatalogueError: It is malformed or below the platform's own.
    """
    name = host.lower().rstrip(".")
    if not _HOST.match(name) or name == base_host or name.endswith(f".{base_host}"):
        raise errors.CatalogueError(
            f"{host} must be a host name of the institution's own.", field="host"
        )
    return name


def check_fields(fields: Mapping[str, Any]) -> None:
    """Refuse values which a tenant's columns cannot have; other fields are not looked at.

    Raises:
        CatalogueError: ``field`` names the one at fault.
    """
    for name in ("name_zh", "name_en", "charter"):
        if name in fields and not fields[name].strip():
            raise errors.CatalogueError(f"A tenant needs a {name}.", field=name)
    if "isolation" in fields and fields["isolation"] not in {"pooled", "dedicated"}:
        raise errors.CatalogueError("Isolation is pooled or dedicated.", field="isolation")
    if "timezone" in fields:
        try:
            ZoneInfo(fields["timezone"])
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise errors.CatalogueError(
                f"{fields['timezone']} is no time zone: use a name such as Asia/Shanghai.",
                field="timezone",
            ) from error
    for name, value in fields.get("limits", {}).items():
        if (
            name not in _LIMITS
            or isinstance(value, bool)
            or not isinstance(value, int)
            or value < 1
        ):
            raise errors.CatalogueError(
                f"Limits are {', '.join(sorted(_LIMITS))}: positive whole numbers.",
                field="limits",
            )
