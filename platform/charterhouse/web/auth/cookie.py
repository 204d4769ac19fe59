"""The session cookie: one for each tenant, signed with a key of that tenant alone."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from flask import request
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSession, SessionInterface
from itsdangerous import BadSignature, URLSafeSerializer

from charterhouse.web.middleware import FOREIGN_SESSION, TENANT
from charterhouse.web.security import is_machine_path

if TYPE_CHECKING:
    from flask import Flask, Request, Response
    from flask.sessions import SessionMixin

    from charterhouse.config import Config

__all__ = ["PLATFORM", "TenantSessions"]

PLATFORM: Final = "platform"
_OWNER: Final = "_t"
_PERSISTENT_SECONDS: Final = 90 * 24 * 3600


class _MachineSession(SecureCookieSession):
    """The session of an address for programs: nothing is read from or written to a cookie."""


class TenantSessions(SessionInterface):
    """Keep each session in a cookie below its tenant's path.

    The payload names its tenant, and that name must be the tenant of the request: a cookie
    carried to another tenant is an empty session, whoever signed it.

    Args:
        config: Gives the master key from which the tenants' signing keys are derived.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._https = config.public_url.startswith("https://")
        self._serializer = lru_cache(maxsize=1024)(self._make_serializer)

    def _make_serializer(self, owner: str) -> URLSafeSerializer:
        # The last key signs, and all of them are accepted.
        keys = self._config.derivations(f"session {owner}")[::-1]
        return URLSafeSerializer(list(keys), salt="session", serializer=TaggedJSONSerializer())

    @staticmethod
    def _owner(request: Request) -> str:
        tenant = request.environ.get(TENANT)
        return PLATFORM if tenant is None else str(tenant.id)

    @staticmethod
    def _name(owner: str) -> str:
        # Two names, since a browser sends a cookie of "/" to "/t/…" as well.
        return "charterhouse_platform" if owner == PLATFORM else "charterhouse_session"

    def open_session(
        self,
        app: Flask,
        request: Request,
    ) -> SecureCookieSession:
        """Read the session of a request; anything forged, foreign or broken is an empty one."""
        if is_machine_path(request.path):
            return _MachineSession()
        owner = self._owner(request)
        value = request.cookies.get(self._name(owner))
        if not value:
            return SecureCookieSession()
        try:
            content: dict[str, Any] = self._serializer(owner).loads(value)
        except BadSignature:
            content = {}
        if content.pop(_OWNER, None) != owner:
            request.environ[FOREIGN_SESSION] = True
            return SecureCookieSession()
        return SecureCookieSession(content)

    def save_session(
        self,
        app: Flask,
        session: SessionMixin,
        response: Response,
    ) -> None:
        """Write a changed session, remove an emptied one."""
        if session.accessed:
            response.vary.add("Cookie")
        if not session.modified or isinstance(session, _MachineSession):
            return
        owner = self._owner(request)
        path = f"{request.environ.get('SCRIPT_NAME', '')}/"
        secure = self._https or request.is_secure
        if not session:
            response.delete_cookie(
                self._name(owner), path=path, secure=secure, httponly=True, samesite="Lax"
            )
            return
        value = self._serializer(owner).dumps({**session, _OWNER: owner})
        response.set_cookie(
            self._name(owner),
            value if isinstance(value, str) else value.decode(),
            max_age=_PERSISTENT_SECONDS if session.permanent else None,
            path=path,
            secure=secure,
            httponly=True,
            samesite="Lax",
        )
