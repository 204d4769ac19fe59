"""Who is signed in. The only module that knows Flask-Login.

There are three audiences: ``staff`` of a tenant, its ``member``s, and the ``operator``s of
the platform. Each area of the sites registers a loader that turns an id into a
``Principal``; the session itself holds nothing but the id and its times.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, cast, get_args
from urllib.parse import unquote, urlsplit

import structlog
from flask import current_app, g, has_request_context, redirect, request, session, url_for
from flask_login import LoginManager, login_user, logout_user
from flask_login import current_user as login_user_proxy

from charterhouse import clock
from charterhouse.web.errors import Problem, WebError, problem_response, wants_json
from charterhouse.web.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.wrappers import Response

    Loader = Callable[[int], "Principal | None"]

__all__ = [
    "POLICIES",
    "Audience",
    "Policy",
    "Principal",
    "SignInRequiredError",
    "current_principal",
    "init_app",
    "is_fresh",
    "need_sign_in",
    "register_loader",
    "register_sign_in",
    "safe_next",
    "set_principal",
    "sign_in",
    "sign_out",
]

Audience = Literal["staff", "member", "operator"]
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
_TOUCH_SECONDS: Final = 60
# It is kept in the cookie of the session, of which browsers drop more than 4,096 bytes.
_NEXT_LIMIT: Final = 1000


@dataclass(frozen=True, slots=True)
class Policy:
    """How long a sign-in lasts.

    Attributes:
        idle: Seconds without a request.
        absolute: Seconds since signing in.
        persistent: Whether the cookie outlives the browser window.
    """

    idle: int
    absolute: int
    persistent: bool = False


POLICIES: Final[dict[Audience, Policy]] = {
    "staff": Policy(idle=60 * _MINUTE, absolute=12 * _HOUR),
    "operator": Policy(idle=30 * _MINUTE, absolute=8 * _HOUR),
    "member": Policy(idle=14 * _DAY, absolute=90 * _DAY, persistent=True),
}


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who is signed in, or the program that a token stands for.

    Attributes:
        audience: Of which kind.
        id: Of the staff account, the member or the operator.
        name: As shown in the page's head.
        roles: Names of roles.
        permissions: Names of all permissions which these give.
        branches: Codes of the branches to which it is limited; empty means all.
        stamp: Changes when all sign-ins of the account end: a new password, a block.
    """

    audience: Audience
    id: int
    name: str
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = field(default=frozenset(), repr=False)
    branches: frozenset[str] = frozenset()
    stamp: str = field(default="", repr=False)

    @property
    def key(self) -> str:
        """The audience and the id, as in ``staff:4711``."""
        return f"{self.audience}:{self.id}"


class SignInRequiredError(WebError):
    """Nobody is signed in, or not any more.

    Args:
        audience: Whose sign-in the page needs.
    """

    def __init__(self, audience: Audience) -> None:
        self.audience = audience
        self.expired = bool(g.get("sign_in_expired"))
        message = (
            gettext("You were signed out because nothing happened for a while. Sign in again.")
            if self.expired
            else gettext("Please sign in first.")
        )
        super().__init__(message, code="sign_in_required", status=401)


class _Registry:
    def __init__(self) -> None:
        self.loaders: dict[Audience, Loader] = {}
        self.endpoints: dict[Audience, str] = {}


class _User:
    """What Flask-Login wants of a user."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, principal: Principal) -> None:
        self.principal = principal

    def get_id(self) -> str:
        return self.principal.key


def _registry() -> _Registry:
    return cast("_Registry", current_app.extensions["charterhouse.sign_in"])


def register_loader(app: Flask, audience: Audience, loader: Loader) -> None:
    """Say who turns an id into a principal; it answers None for accounts gone or blocked."""
    app.extensions["charterhouse.sign_in"].loaders[audience] = loader


def register_sign_in(app: Flask, audience: Audience, endpoint: str) -> None:
    """Say at which endpoint an audience signs in; it is given ``next`` and ``expired``."""
    app.extensions["charterhouse.sign_in"].endpoints[audience] = endpoint


def _seconds() -> int:
    return int(clock.now().timestamp())


def sign_in(principal: Principal) -> None:
    """Begin a session for ``principal``; what the session held before is gone."""
    session.clear()
    login_user(_User(principal), remember=False)
    session["_in"] = session["_seen"] = _seconds()
    session["_stamp"] = principal.stamp
    session.permanent = POLICIES[principal.audience].persistent
    g.principal = principal
    _log_actor(principal)


def sign_out() -> None:
    """End the session."""
    logout_user()
    session.clear()
    g.principal = None


def set_principal(principal: Principal) -> None:
    """Let this one request act for ``principal``: what a verified API token does."""
    g.principal = principal
    _log_actor(principal)


def _log_actor(principal: Principal | None) -> None:
    """Let the lines of this request's log say who acts: by id, never by name."""
    if principal is not None:
        structlog.contextvars.bind_contextvars(actor=principal.key)


def current_principal() -> Principal | None:
    """Return who acts in this request, or None."""
    if not has_request_context():
        return None
    if "principal" not in g:
        user: Any = login_user_proxy
        g.principal = user.principal if user.is_authenticated else None
        _log_actor(g.principal)
    return cast("Principal | None", g.principal)


def is_fresh(within: int = 15 * _MINUTE) -> bool:
    """Whether who is signed in gave the password within the last ``within`` seconds."""
    return current_principal() is not None and _seconds() - int(session.get("_in", 0)) <= within


def _over(policy: Policy) -> bool:
    now = _seconds()
    return (
        now - int(session.get("_in", 0)) > policy.absolute
        or now - int(session.get("_seen", 0)) > policy.idle
    )


def _load(key: str) -> _User | None:
    audience, _, number = key.partition(":")
    if audience not in get_args(Audience) or not number.isdecimal():
        return None
    kind = cast("Audience", audience)
    if _over(POLICIES[kind]):
        session.clear()
        g.sign_in_expired = True
        return None
    loader = _registry().loaders.get(kind)
    principal = loader(int(number)) if loader is not None else None
    if principal is None or principal.stamp != session.get("_stamp", ""):
        session.clear()
        return None
    if _seconds() - int(session["_seen"]) >= _TOUCH_SECONDS:
        session["_seen"] = _seconds()
    return _User(principal)


def need_sign_in(audience: Audience) -> NoReturn:
    """Refuse because nobody of ``audience`` is signed in.

    Raises:
        SignInRequiredError: Always; its handler leads to the sign-in page and back.
    """
    raise SignInRequiredError(audience)


def safe_next(target: str | None, default: str) -> str:
    """Return ``target`` when it is a path within this tenant's pages, else ``default``."""
    if not target or len(target) > _NEXT_LIMIT or not target.startswith("/"):
        return default
    if target.startswith(("//", "/\\")):
        return default
    parts = urlsplit(target)
    # Browsers resolve these, also when written in percents: out of this tenant's pages.
    if {".", ".."} & set(unquote(parts.path).split("/")):
        return default
    inside = f"{request.script_root}/"
    plain = all(character.isprintable() and character != "\\" for character in target)
    if parts.scheme or parts.netloc or not plain or not parts.path.startswith(inside):
        return default
    return target


def _here() -> str:
    """Return where to come back to: this page, or the one whose form was sent."""
    if request.method == "GET" and request.headers.get("HX-Request") != "true":
        query = request.query_string.decode("latin-1")
        return f"{request.script_root}{request.path}{'?' + query if query else ''}"
    referrer = urlsplit(request.referrer or "")
    if referrer.netloc != request.host:
        return ""
    return f"{referrer.path}{'?' + referrer.query if referrer.query else ''}"


def sign_in_url(audience: Audience, *, expired: bool = False) -> str | None:
    """Return the sign-in page of an audience with the way back; None when it has none."""
    endpoint = _registry().endpoints.get(audience)
    if endpoint is None:
        return None
    return url_for(endpoint, next=_here() or None, expired="1" if expired else None)


def _answer(error: SignInRequiredError) -> Response:
    problem = Problem(401, error.code, str(error))
    target = sign_in_url(error.audience, expired=error.expired)
    if wants_json() or target is None:
        return problem_response(problem)
    if request.headers.get("HX-Request") == "true":
        response = problem_response(problem)
        response.headers["HX-Redirect"] = target
        return response
    if request.method == "GET":
        return redirect(target, code=303)
    # A form that was sent is not lost silently: the page says so and leads back to it.
    g.sign_in_url = target
    return problem_response(problem)


def init_app(app: Flask) -> None:
    """Set up sign-in for all audiences."""
    manager = LoginManager()
    # Phones change their address; the cookie is bound to the tenant and to its times instead.
    manager.session_protection = None
    manager.user_loader(_load)
    manager.init_app(app)
    app.extensions["charterhouse.sign_in"] = _Registry()
    app.register_error_handler(SignInRequiredError, _answer)
