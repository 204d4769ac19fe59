"""Who calls: a key of this tenant, its permissions, and how often it may."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, cast

import structlog
from flask import current_app, g, request

from charterhouse.desk import access
from charterhouse.web.api.reading import BODY_LIMIT
from charterhouse.web.app import tenant
from charterhouse.web.auth.session import Principal, set_principal
from charterhouse.web.errors import Problem, problem_response
from charterhouse.web.i18n import gettext
from charterhouse.web.permissions import PERMISSIONS, Permission, register_permission

if TYPE_CHECKING:
    from flask import Response

__all__ = ["LIMIT", "REFUSED_RATE", "actor", "let_in", "per_address", "per_key", "rate"]

LIMIT = "CHARTERHOUSE_API_LIMIT"
_DEFAULT_RATE = "3000 per minute"
_SCHEME = "bearer "
REFUSED_RATE = "300 per minute"
"""How often one address may come with keys that are none."""

register_permission(Permission("events.write", "上报事件", "Tell events"))
register_permission(Permission("events.read", "查询与试算事件", "Read events and ask for quotes"))


def rate() -> str:
    """How often one key may call."""
    return str(current_app.config.get(LIMIT, _DEFAULT_RATE))


def per_key() -> str:
    """Count by key; who brings none is counted by address."""
    given = request.headers.get("Authorization", "")
    found = g.get("tenant")
    scope = found.key if found is not None else "platform"
    who = sha256(given.encode()).hexdigest()[:16] if given else request.remote_addr
    return f"api:{scope}:{who}"


def per_address() -> str:
    """Count by address, for those who try out keys: each key alone would be counted anew."""
    found = g.get("tenant")
    scope = found.key if found is not None else "platform"
    return f"api-refused:{scope}:{request.remote_addr}"


def let_in() -> Response | None:
    """Let a request act for its key, or answer 401."""
    request.max_content_length = BODY_LIMIT
    tenant()
    given = request.headers.get("Authorization", "")
    key = None
    if given[: len(_SCHEME)].lower() == _SCHEME:
        key = access.verify_key(given[len(_SCHEME) :].strip())
    if key is None:
        message = gettext("Send a valid API key of this institution: Authorization: Bearer ch_…")
        response = problem_response(Problem(401, "key_invalid", message))
        response.headers["WWW-Authenticate"] = 'Bearer realm="charterhouse"'
        return response
    allowed = {
        n for n in key.permissions if n in PERMISSIONS and PERMISSIONS[n].scope != "platform"
    }
    set_principal(Principal("staff", key.id, key.name, permissions=frozenset(allowed)))
    g.api_key = key
    structlog.contextvars.bind_contextvars(actor=key.actor)
    return None


def actor() -> str:
    """As whom the key acts in the audit."""
    return cast("access.ApiKey", g.api_key).actor
