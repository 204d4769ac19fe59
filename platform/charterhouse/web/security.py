"""The gates of every request: headers of safety, forged requests, and too many of them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFError, CSRFProtect
from secure import (
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    StrictTransportSecurity,
    XContentTypeOptions,
)

from charterhouse.web import counting
from charterhouse.web.auth.session import current_principal
from charterhouse.web.errors import Problem, WebError, problem_response
from charterhouse.web.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response

    from charterhouse.config import Config

__all__ = ["PLATFORM_LIMIT", "init_app", "is_machine_path", "limiter", "security_headers"]

PLATFORM_LIMIT: Final = "1200 per minute"
_HOSTED_CHECKOUT: Final = "https://checkout.stripe.com"
_UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_MACHINE_PATHS: Final = ("/api/", "/hooks/")
_YEAR: Final = 365 * 24 * 3600
_STRANGERS_BYTES: Final = 64 * 1024
# What counts tries may not hold up the requests.
_REDIS_OPTIONS: Final = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}

csrf = CSRFProtect()


def is_machine_path(path: str) -> bool:
    """Whether an address is for programs, which bring a token or a signature and never a cookie."""
    return path.startswith(_MACHINE_PATHS)


def _who() -> str:
    """Count by tenant and address, so that one tenant's crowd does not use up another's."""
    tenant = g.get("tenant")
    scope = tenant.key if tenant is not None else "platform"
    return f"{scope}:{request.remote_addr or 'unknown'}"


limiter = Limiter(
    _who,
    default_limits=[PLATFORM_LIMIT],
    strategy="fixed-window",
    headers_enabled=True,
    key_prefix="charterhouse",
    # Nobody is kept out because Redis is away: each process counts alone meanwhile.
    in_memory_fallback_enabled=True,
)


def security_headers(config: Config) -> Mapping[str, str]:
    """Return the headers of every dynamic answer."""
    # Browsers apply form-action to the redirect after a form too, and paying leads there.
    checkout = [_HOSTED_CHECKOUT] if config.stripe_key else []
    if config.stripe_hosted_base:
        parts = urlsplit(config.stripe_hosted_base)
        checkout = [f"{parts.scheme}://{parts.netloc}"]
    policy = (
        ContentSecurityPolicy()
        .default_src("'self'")
        .img_src("'self'", "data:")
        .object_src("'none'")
        .base_uri("'none'")
        .frame_ancestors("'none'")
        .form_action("'self'", *checkout)
    )
    https = config.public_url.startswith("https://")
    headers = Secure(
        csp=policy,
        coop=CrossOriginOpenerPolicy().same_origin(),
        corp=CrossOriginResourcePolicy().same_origin(),
        hsts=StrictTransportSecurity().max_age(_YEAR).include_subdomains() if https else None,
        permissions=PermissionsPolicy().camera("self").microphone().geolocation(),
        referrer=ReferrerPolicy().same_origin(),
        xcto=XContentTypeOptions().nosniff(),
    )
    return dict(headers.headers)


def _same_origin() -> bool:
    """Whether the browser says that the request comes from this very origin, or says nothing."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _gate() -> None:
    if request.method not in _UNSAFE or is_machine_path(request.path):
        return
    if current_principal() is None:
        # Looking for the token reads the form, and whoever is not signed in has a short one.
        most = min(request.max_content_length or _STRANGERS_BYTES, _STRANGERS_BYTES)
        request.max_content_length = request.max_form_memory_size = most
    if not _same_origin():
        raise WebError(
            gettext("This form was sent from another site. Open the page here and send it again."),
            code="cross_site",
            status=403,
        )
    if request.endpoint is not None and current_app.config["WTF_CSRF_ENABLED"]:
        csrf.protect()


def _csrf_error(error: CSRFError) -> Response:  # noqa: ARG001 - Flask's signature
    message = gettext("This page was open for too long. Go back, reload it and send it again.")
    return problem_response(Problem(400, "csrf", message))


def _keep_retry(response: Response) -> Response:
    """Note what the application says of when to come again, before the limiter puts its own."""
    g.retry_after = response.headers.get("Retry-After")
    return response


def _restore_retry(response: Response) -> Response:
    """Leave the word to the application; an answer that refuses nothing asks nobody to wait."""
    kept = g.pop("retry_after", None)
    if kept is not None:
        response.headers["Retry-After"] = kept
    elif response.status_code != HTTPStatus.TOO_MANY_REQUESTS:
        response.headers.pop("Retry-After", None)
    return response


def init_app(app: Flask, config: Config) -> None:
    """Set the gates before the application's views."""
    headers = security_headers(config)
    app.config.setdefault("WTF_CSRF_CHECK_DEFAULT", False)  # _gate asks, by path
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)  # as long as the session
    app.config["SECRET_KEY"], *before = config.derivations("platform secret")
    app.config["SECRET_KEY_FALLBACKS"] = before
    csrf.init_app(app)
    app.config["RATELIMIT_STORAGE_URI"] = counting.place(config)
    if config.counters:
        app.config["RATELIMIT_STORAGE_OPTIONS"] = _REDIS_OPTIONS
    app.after_request(_restore_retry)
    limiter.init_app(app)
    app.after_request(_keep_retry)
    app.before_request(_gate)
    app.register_error_handler(CSRFError, _csrf_error)

    def add(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response

    app.after_request(add)
