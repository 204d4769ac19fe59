"""What stands before Flask: a reference for each request, and the tenant it belongs to.

The tenant comes from the exact host or from the first path segment ``/t/<slug>``, which is
moved to ``SCRIPT_NAME`` so that addresses and cookie paths follow by themselves. No header
that a client may choose freely, the forwarded ones included, ever selects a tenant.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from charterhouse.tenancy.tenant import Tenant

__all__ = [
    "FOREIGN_SESSION",
    "MOUNT",
    "REFERENCE",
    "REFUSAL",
    "TENANT",
    "Directory",
    "ReferenceMiddleware",
    "Refusal",
    "TenantMiddleware",
    "new_reference",
]

TENANT: Final = "charterhouse.tenant"
REFUSAL: Final = "charterhouse.refusal"
MOUNT: Final = "charterhouse.mount"
FOREIGN_SESSION: Final = "charterhouse.foreign_session"
REFERENCE: Final = "charterhouse.reference"

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REQUEST_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]{{2,45}}\]")
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


class Directory(Protocol):
    """Who knows the tenants: the catalogue."""

    def by_slug(self, slug: str) -> Tenant | None:
        """Return the tenant of a slug."""
        ...

    def by_host(self, host: str) -> Tenant | None:
        """Return the tenant that answers at a host: its own, or ``<slug>.<base host>``."""
        ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request goes to nobody.

    Attributes:
        status: The HTTP status of the answer.
        code: Stable, for programs.
    """

    status: HTTPStatus
    code: str


_UNKNOWN = Refusal(HTTPStatus.NOT_FOUND, "tenant_unknown")
_SUSPENDED = Refusal(HTTPStatus.FORBIDDEN, "tenant_suspended")
_CLOSED = Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "tenant_migration_failed")
_MOVING = Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "tenant_moving")
_BAD_HOST = Refusal(HTTPStatus.BAD_REQUEST, "host_malformed")


def new_reference() -> str:
    """Return a reference such as ``7F3K2-M9QXA``: 50 random bits, easy to say on the phone."""
    # One question to the system's randomness, and not ten at every request.
    bits = secrets.randbits(50)
    text = "".join(_ALPHABET[bits >> place & 31] for place in range(0, 50, 5))
    return f"{text[:5]}-{text[5:]}"


class ReferenceMiddleware:
    """Give every request a reference and every answer its header ``X-Request-ID``.

    A request that brings a proper ``X-Request-ID`` keeps it: 8 to 64 letters, digits, dots,
    dashes and underscores, with a letter among them.

    Args:
        application: What is called next.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        given = environ.get("HTTP_X_REQUEST_ID", "")
        # A proxy in front has named the request already; nothing else may come into the log.
        reference = given if _REQUEST_ID.fullmatch(given) else new_reference()
        environ[REFERENCE] = reference

        def start(
            status: str, headers: list[tuple[str, str]], *rest: object
        ) -> object:  # The WSGI signature leaves the third argument open.
            return start_response(status, [*headers, ("X-Request-ID", reference)], *rest)  # type: ignore[arg-type]  # exc_info is passed on as it came

        return self._application(environ, start)  # type: ignore[arg-type]  # start only adds a header


class TenantMiddleware:
    """Find the tenant of a request and move its path segment into ``SCRIPT_NAME``.

    Leaves the ``Tenant`` (or None for the platform's own pages) under ``TENANT``, a
    ``Refusal`` under ``REFUSAL`` when there is nothing to reach, and under ``MOUNT`` the path
    below which the platform itself is mounted.

    Args:
        application: The Flask application's WSGI callable.
        directory: Who knows the tenants.
        base_host: The platform's own host, below which tenants answer.
        public_url: Where the platform itself is reached.
    """

    def __init__(
        self,
        application: WSGIApplication,
        directory: Directory,
        *,
        base_host: str,
        public_url: str,
    ) -> None:
        self._application = application
        self._directory = directory
        self._base_host = base = base_host.lower()
        hosts = {base, (urlsplit(public_url).hostname or base).lower()}
        if hosts & _LOCAL_NAMES:
            hosts |= _LOCAL_NAMES
        self._platform_hosts = frozenset(hosts)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        environ[MOUNT] = environ.get("SCRIPT_NAME", "")
        if _lacks_slash(environ.get("PATH_INFO", "")):
            # Cookies of a tenant live below "/t/<slug>/", which "/t/<slug>" is not.
            target = f"{environ.get('SCRIPT_NAME', '')}{environ['PATH_INFO']}/"
            start_response(
                "308 Permanent Redirect", [("Location", target), ("Content-Length", "0")]
            )
            return []
        found = self._resolve(environ)
        environ[TENANT] = found if not isinstance(found, Refusal) else None
        environ[REFUSAL] = found if isinstance(found, Refusal) else None
        return self._application(environ, start_response)

    def _resolve(self, environ: WSGIEnvironment) -> Tenant | Refusal | None:
        host = _host(environ)
        if host is None:
            # Nobody behind us could even make the address of a page about it.
            environ["HTTP_HOST"] = self._base_host
            return _BAD_HOST
        if host in self._platform_hosts:
            return self._by_path(environ)
        tenant = self._directory.by_host(host)
        return _UNKNOWN if tenant is None else _admit(tenant, environ)

    def _by_path(self, environ: WSGIEnvironment) -> Tenant | Refusal | None:
        path: str = environ.get("PATH_INFO", "")
        if path != "/t" and not path.startswith("/t/"):
            return None
        slug, slash, rest = path[3:].partition("/")
        tenant = self._directory.by_slug(slug) if _SLUG.fullmatch(slug) else None
        if tenant is None:
            return _UNKNOWN
        environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/t/{slug}"
        environ["PATH_INFO"] = slash + rest
        return _admit(tenant, environ)


def _lacks_slash(path: str) -> bool:
    return path.startswith("/t/") and _SLUG.fullmatch(path[3:]) is not None


def _admit(tenant: Tenant, environ: WSGIEnvironment) -> Tenant | Refusal:
    status = tenant.status
    if tenant.open:
        return tenant
    if status == "suspended":
        return _SUSPENDED
    if status in {"active", "migrating", "moving"} and tenant.closed is not None:
        return _CLOSED
    if status in {"migrating", "moving"}:
        return tenant if environ["REQUEST_METHOD"] in _READING else _MOVING
    return _UNKNOWN


def _host(environ: WSGIEnvironment) -> str | None:
    """Return the host asked for without its port, or None when it is no host name."""
    given: str = environ.get("HTTP_HOST") or environ.get("SERVER_NAME", "")
    name, colon, port = given.lower().rpartition(":")
    if not colon or given.endswith("]"):
        name, port = given.lower(), ""
    if colon and port and not port.isdecimal():
        return None
    name = name.removesuffix(".")
    return name if _HOST.fullmatch(name) else None
