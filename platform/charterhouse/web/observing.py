"""What operators look at: figures for Prometheus, whether it lives and may serve, a line a request."""

from __future__ import annotations

import tempfile
import threading
import time
from typing import TYPE_CHECKING, Any, Final

import structlog
from flask import Response, current_app, g, jsonify, request

from charterhouse import metrics, tracing
from charterhouse.tenancy.errors import CatalogueUnavailableError, TenancyError
from charterhouse.tenancy.readiness import catalogue_answers, migrations_current, store_opens
from charterhouse.web.permissions import public, with_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue import Catalogue

__all__ = ["PROBES", "init_app", "register", "shut_down"]

_log = structlog.get_logger(__name__)

PROBES: Final = frozenset({"healthz", "readyz", "metrics"})
"""Endpoints that belong to no tenant and answer at every host."""

_FAILED: Final = "failed"
_UNMATCHED: Final = "unmatched"
_ending = threading.Event()


def shut_down() -> None:
    """Let `/readyz` say from now on that this process is about to end."""
    _ending.set()


@public(reason="it says that the process answers, and nothing else")
def healthz() -> Response:
    """Answer that this process lives."""
    return jsonify(status="alive")


@public(reason="it says whether this process may serve; what is wrong goes to the log")
def readyz() -> tuple[Response, int]:
    """Say whether requests may be sent here: each check with ok or failed.

    While the catalogue's database is away, known tenants are served from memory, on all machines
    alike: to send no requests here would help nobody.
    """
    told = {name: _result(name, check) for name, check in _checks().items()}
    ready = _FAILED not in told.values()
    return jsonify(status="ready" if ready else "not ready", checks=told), 200 if ready else 503


@with_token("metrics_token")
def figures() -> Response:
    """Give Prometheus its figures."""
    return Response(metrics.exposition(), content_type=metrics.CONTENT_TYPE)


def _checks() -> dict[str, Callable[[], bool]]:
    found: Catalogue = current_app.extensions["charterhouse.catalogue"]
    settings: Config = current_app.extensions["charterhouse.config"]
    return {
        "serving": lambda: not _ending.is_set(),
        "catalogue": lambda: catalogue_answers(found),
        "migrations": lambda: migrations_current(found),
        "store": lambda: store_opens(found),
        "data_folder": lambda: _writable(settings),
    }


def _result(name: str, check: Callable[[], bool]) -> str:
    try:
        passed = check()
    except CatalogueUnavailableError as error:
        _log.warning("catalogue_away", problem=str(error))
        return "from memory"
    except (TenancyError, OSError) as error:
        _log.warning("not_ready", check=name, problem=str(error))
        return _FAILED
    if not passed:
        _log.warning("not_ready", check=name)
    return "ok" if passed else _FAILED


def _writable(settings: Config) -> bool:
    with tempfile.TemporaryFile(dir=settings.data_dir) as file:
        file.write(b"ready")
    return True


def _begin() -> None:
    g.begun = time.perf_counter()


def _end(response: Response) -> Response:
    began = g.pop("begun", None)
    rule = request.url_rule
    route = rule.rule if rule is not None else _UNMATCHED
    request.environ[tracing.ROUTE] = route
    if began is None or request.endpoint in PROBES:
        return response
    seconds = time.perf_counter() - began
    metrics.request(request.method, route, response.status_code, seconds)
    settings: Config = current_app.extensions["charterhouse.config"]
    tenant = g.get("tenant")
    if settings.metrics_tenants and tenant is not None:
        metrics.tenant_request(tenant.slug, seconds)
    # The rule and not the address, in which there may be what somebody searched for.
    told: dict[str, Any] = {"method": request.method, "route": route}
    _log.info("request", **told, status=response.status_code, ms=round(seconds * 1000, 1))
    return response


def init_app(app: Flask) -> None:
    """Count and time every request; called first, so that it sees the last of each answer."""
    app.before_request(_begin)
    app.after_request(_end)


def register(app: Flask) -> None:
    """Add the addresses of operators."""
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)
    app.add_url_rule("/metrics", "metrics", figures)
