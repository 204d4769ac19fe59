"""The application factory of the sites and the API."""

from __future__ import annotations

from contextlib import ExitStack
from http import HTTPStatus
from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

import structlog
from flask import Flask, abort, current_app, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from charterhouse import tracing
from charterhouse.config import Config
from charterhouse.tenancy import db
from charterhouse.tenancy.engines.room import warn_of_little_room
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.web import (
    accents,
    assets,
    errors,
    i18n,
    labels,
    listing,
    long_work,
    navigation,
    notices,
    observing,
    permissions,
    preferences,
    security,
)
from charterhouse.web.auth import session as sign_in
from charterhouse.web.auth.cookie import TenantSessions
from charterhouse.web.crowd import CrowdMiddleware
from charterhouse.web.errors import Problem, problem_response, reference
from charterhouse.web.logs import configure_logging
from charterhouse.web.middleware import REFUSAL, TENANT, ReferenceMiddleware, TenantMiddleware

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from werkzeug.wrappers import Response

    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant
    from charterhouse.web.middleware import Refusal

__all__ = ["AREAS", "catalogue", "config", "create_app", "tenant"]

# Each has a function register(app) that adds its blueprints, loaders and menus.
AREAS: Final = (
    "charterhouse.web.observing",
    "charterhouse.web.front",
    "charterhouse.web.api",
    "charterhouse.web.admin",
    "charterhouse.web.portal",
    "charterhouse.web.hooks",
)
_OF_TENANTS: Final = ("/admin", "/my/")
_RETRY_SECONDS: Final = "5"
_CONFIG: Final = "charterhouse.config"
_CATALOGUE: Final = "charterhouse.catalogue"


def config() -> Config:
    """Return the configuration of the running application."""
    return cast("Config", current_app.extensions[_CONFIG])


def catalogue() -> Catalogue:
    """Return the catalogue of the running application."""
    return cast("Catalogue", current_app.extensions[_CATALOGUE])


def tenant() -> Tenant:
    """Return the tenant of this request; addresses of the platform itself are not found.

    Raises:
        NotFound: The address belongs to no tenant.
    """
    found = cast("Tenant | None", g.get("tenant"))
    if found is None:
        abort(404)
    return found


def create_app(
    settings: Config | None = None,
    *,
    directory: Catalogue | None = None,
    areas: Iterable[str | Callable[[Flask], None]] = AREAS,
    translations: tuple[Path, ...] = (),
) -> Flask:
    """Build the application.

    Args:
        settings: The configuration; read from the environment when None.
        directory: The catalogue of tenants; opened from the configuration when None.
        areas: Modules whose ``register(app)`` adds pages, or such functions themselves.
        translations: Further folders of Chinese ``*.po`` files.

    Raises:
        ConfigError: The environment cannot be used.
    """
    if not structlog.is_configured():
        configure_logging()
    settings = settings or Config.from_env()
    traced = tracing.start(settings)
    directory = directory or open_catalogue(settings, wait=True)
    warn_of_little_room(settings.bounds.open_stores)
    app = Flask(__name__, static_folder=None)
    app.extensions[_CONFIG] = settings
    app.extensions[_CATALOGUE] = directory
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.max_body_bytes
    app.config["MAX_FORM_PARTS"] = 5000
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.session_interface = TenantSessions(settings)
    _wire(app, settings, translations)
    for area in areas:
        _register(app, area)
    app.wsgi_app = ReferenceMiddleware(  # type: ignore[method-assign]  # Flask's own way to wrap it
        assets.serve_static(
            TenantMiddleware(
                CrowdMiddleware(app, directory, settings),
                directory,
                base_host=settings.base_host,
                public_url=settings.public_url,
            ),
            refresh=app.debug,
        )
    )
    if traced:
        app.wsgi_app = tracing.TracingMiddleware(app.wsgi_app)  # type: ignore[method-assign]  # the same
    if settings.trusted_proxies:
        # Only where a request came from is believed: never a host or a path, which name a tenant.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # the same
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0
        )
    return app


def _wire(app: Flask, settings: Config, translations: tuple[Path, ...]) -> None:
    """Add what all pages stand on. The order is that in which a request meets it."""
    observing.init_app(app)
    db.init_app(app)
    app.before_request(_enter)
    app.teardown_request(_leave)
    i18n.init_app(app, folders=translations)
    preferences.init_app(app)
    errors.init_app(app)
    sign_in.init_app(app)
    security.init_app(app, settings)
    long_work.init_app(app, settings)
    permissions.init_app(app)
    navigation.init_app(app)
    notices.init_app(app)
    labels.init_app(app)
    accents.init_app(app)
    listing.init_app(app)
    assets.init_app(app)
    app.context_processor(_page_context)


def _register(app: Flask, area: str | Callable[[Flask], None]) -> None:
    if callable(area):
        area(app)
    else:
        import_module(area).register(app)


def _enter() -> Response | None:
    """Open the tenant's scope for the request, or refuse it."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=reference())
    # Who asks whether it may serve does so at the address of a machine, which is no tenant's.
    probed = request.endpoint in observing.PROBES
    refusal: Refusal | None = None if probed else request.environ.get(REFUSAL)
    g.tenant = request.environ.get(TENANT)
    if refusal is not None:
        # Its own front page would say the same again.
        g.way_out = config().public_url.rstrip("/") + "/"
        response = problem_response(_refused(refusal))
        if refusal.status == HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers["Retry-After"] = _RETRY_SECONDS
        return response
    if g.tenant is not None:
        structlog.contextvars.bind_contextvars(tenant=g.tenant.slug)
        stack = ExitStack()
        stack.enter_context(tenant_scope(g.tenant))
        g.scope = stack
    elif request.path.startswith(_OF_TENANTS):
        abort(404)
    return None


def _refused(refusal: Refusal) -> Problem:
    """Say why nothing is to be had, to members without what only their institution can do."""
    member = request.path.startswith("/my/")
    if member and refusal.code == "tenant_migration_failed":
        message = i18n.gettext(
            "This institution cannot be reached for now. Nothing of yours is lost. Come back later, "
            "or ask at the institution."
        )
        return Problem(int(refusal.status), refusal.code, message)
    if refusal.code == "tenant_suspended" and request.path.startswith("/admin/"):
        message = i18n.gettext(
            "This institution is suspended. Nothing is lost. Ask whoever runs this platform."
        )
        return Problem(int(refusal.status), refusal.code, message)
    messages = {
        "tenant_unknown": i18n.gettext(
            "No institution answers at this address. Check it, or ask your institution for the right one."
        ),
        "tenant_suspended": i18n.gettext(
            "This institution's membership is suspended. Please contact the institution."
        ),
        "tenant_moving": i18n.gettext(
            "This institution is being moved. Reading works; try again in a few minutes to change something."
        ),
        "tenant_migration_failed": i18n.gettext(
            "This institution is closed: its data could not be brought to the new release. Nothing is "
            "lost or changed. Ask whoever runs this platform; they find the reason with 'charterhouse "
            "migrate --status', and it opens by itself once that is mended."
        ),
        "host_malformed": i18n.gettext("The request names no proper host."),
    }
    return Problem(int(refusal.status), refusal.code, messages[refusal.code])


def _leave(error: BaseException | None) -> None:  # noqa: ARG001 - Flask's signature
    scope: ExitStack | None = g.pop("scope", None)
    if scope is not None:
        scope.close()


def _page_context() -> dict[str, object]:
    return {"tenant": g.get("tenant"), "demo": config().demo}
