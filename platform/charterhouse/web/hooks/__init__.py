"""Notices from gateways, outside of any tenant's path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from flask import Blueprint, abort, jsonify, request

from charterhouse.desk.errors import DeskError
from charterhouse.payments import inbox
from charterhouse.payments.gateways.errors import WebhookSignatureError
from charterhouse.payments.house import NoGatewayError
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.web.app import catalogue
from charterhouse.web.permissions import public

if TYPE_CHECKING:
    from flask import Flask, Response

    from charterhouse.payments.inbox import Notice
    from charterhouse.tenancy.tenant import Tenant

__all__ = ["register"]

_log = structlog.get_logger(__name__)
_NOTICE_BYTES: Final = 1024 * 1024
_hooks = Blueprint("hooks", __name__, url_prefix="/hooks")


@_hooks.post("/stripe/<key>")
@public(reason="the gateway signs what it sends, and nothing is believed but that signature")
def stripe(key: str) -> Response | tuple[Response, int]:
    """Keep a notice, say so, and only then look at what it speaks of."""
    request.max_content_length = _NOTICE_BYTES
    tenant = catalogue().by_key(key)
    if tenant is None:
        abort(404)
    if not tenant.writable or tenant.closed is not None:
        # Being moved or closed: the gateway sends the notice again later.
        abort(503)
    with tenant_scope(tenant):
        try:
            notice = inbox.receive(request.get_data(), request.headers.get("Stripe-Signature"))
        except WebhookSignatureError as error:
            _log.warning("notice_refused", tenant=tenant.slug, code=error.code)
            return jsonify(code=error.code, message=error.message), 400
        except NoGatewayError as error:
            return jsonify(code=error.code, message=error.message), error.status
    answer = jsonify(received=True, known=notice is None)
    if notice is not None:
        answer.call_on_close(lambda: _settle(tenant, notice))
    return answer


def _settle(tenant: Tenant, notice: Notice) -> None:
    """Handle a notice after the gateway has its answer; what fails is swept up later."""
    with tenant_scope(tenant):
        try:
            inbox.handle(notice)
        except DeskError as error:
            _log.warning("notice_waits", tenant=tenant.slug, code=error.code)
        except Exception as error:  # noqa: BLE001 - the answer is out: the log and the sweeper remain
            _log.error("notice_failed", tenant=tenant.slug, exc_info=error)


def register(app: Flask) -> None:
    """Add the addresses for gateways."""
    app.register_blueprint(_hooks)
