"""What stands between a tenant's crowd and the application: room for each tenant, and no more.

Each tenant's sites and API have one share, notices from gateways about it have another of the
same size, so that neither keeps the other out, and everything that belongs to no tenant has one
too. Whoever is over his share is answered without the application: a page in both languages
that is drawn once, or the API's error.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog
from flask import render_template
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header
from werkzeug.wsgi import ClosingIterator

from charterhouse import metrics
from charterhouse.web.i18n import gettext
from charterhouse.web.middleware import MOUNT, REFERENCE, TENANT
from charterhouse.web.observing import PROBES
from charterhouse.web.preferences import LANGUAGES
from charterhouse.web.security import is_machine_path, security_headers
from charterhouse.web.shares import AT_ONCE, RATE, Share, Shares

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIEnvironment

    from flask import Flask

    from charterhouse.config import Config
    from charterhouse.tenancy.tenant import Snapshot, Tenant
    from charterhouse.web.shares import TooMany

__all__ = ["CrowdMiddleware"]

_log = structlog.get_logger(__name__)

_STATUS: Final = "429 TOO MANY REQUESTS"
_HOOKS: Final = "/hooks/"
_NOBODY: Final = 0
_PROBES: Final = frozenset(f"/{name}" for name in PROBES)
_NO_LIMITS: Final[Mapping[str, Any]] = {}
_REFERENCE: Final = "{reference}"
_PAGE: Final = "crowded_page"
_NOTICE: Final = "crowded_notice"


class Directory(Protocol):
    """Who knows the tenants: the catalogue."""

    def snapshot(self) -> Snapshot:
        """Return all tenants as they are now."""
        ...


class CrowdMiddleware:
    """Let each tenant have its share of this process and answer 429 to what is over it.

    Probes are let through always, and files of the sites never come here.

    Args:
        app: The application.
        directory: Who knows the tenants.
        config: Of the installation.
    """

    def __init__(self, app: Flask, directory: Directory, config: Config) -> None:
        self._application = app.wsgi_app
        self._directory = directory
        self._config = config
        self._shares = Shares(config.bounds.threads)
        self._answers = _Answers(app, config)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path: str = environ.get("PATH_INFO", "")
        if path in _PROBES and environ.get("SCRIPT_NAME", "") == environ.get(MOUNT, ""):
            return self._application(environ, start_response)
        who, tenant = self._whose(environ, path)
        bounds = self._config.bounds
        alone = len(self._directory.snapshot().by_id) < 2
        share = Share.of(bounds, tenant.limits if tenant else _NO_LIMITS, alone=alone)
        refused = self._shares.enter(who, share)
        if refused is not None:
            self._tell(refused, tenant, hook=path.startswith(_HOOKS))
            return self._answers.give(refused, environ, start_response)
        try:
            answer = self._application(environ, start_response)
        except BaseException:
            self._shares.leave(who)
            raise
        return ClosingIterator(answer, lambda: self._shares.leave(who))

    def _whose(self, environ: WSGIEnvironment, path: str) -> tuple[Hashable, Tenant | None]:
        tenant: Tenant | None = environ.get(TENANT)
        if tenant is not None:
            return tenant.id, tenant
        if path.startswith(_HOOKS):
            key = path.rpartition("/")[2]
            tenant = self._directory.snapshot().by_key.get(key)
            return (_HOOKS, tenant.id if tenant else _NOBODY), tenant
        return _NOBODY, None

    def _tell(self, refused: TooMany, tenant: Tenant | None, *, hook: bool) -> None:
        metrics.limited(refused.code)
        slug = tenant.slug if tenant is not None else ""
        if tenant is not None and self._config.metrics_tenants:
            metrics.tenant_limited(slug)
        if refused.untold:
            told = {"limit": refused.code, "tenant": slug, "refused": refused.untold}
            _log.warning("tenant_limited", **told, notices=hook)


class _Answers:
    """What is said to whoever is over his share, drawn once."""

    def __init__(self, app: Flask, config: Config) -> None:
        self._app = app
        self._headers = [*security_headers(config).items(), ("Cache-Control", "no-store")]
        self._drawn: dict[tuple[str, str], str] = {}

    def give(
        self, refused: TooMany, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer in the form that suits who asks: JSON, a notice for htmx, or a page."""
        if not self._drawn:
            self._drawn = self._draw(environ.get(MOUNT, ""))
        form = _form(environ)
        text = self._drawn[form, refused.code]
        body = text.replace(_REFERENCE, str(environ.get(REFERENCE, ""))).encode()
        html = form in {_PAGE, _NOTICE}
        headers = [
            ("Content-Type", "text/html; charset=utf-8" if html else "application/json"),
            ("Content-Length", str(len(body))),
            ("Retry-After", str(refused.retry_seconds)),
            ("Vary", "Accept, Accept-Language, HX-Request"),
            *self._headers,
        ]
        if form == _NOTICE:
            headers += [("HX-Retarget", "#toasts"), ("HX-Reswap", "beforeend")]
        start_response(_STATUS, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _draw(self, mount: str) -> dict[tuple[str, str], str]:
        drawn: dict[tuple[str, str], str] = {}
        said = {language: self._said(language) for language in LANGUAGES}
        for code in (RATE, AT_ONCE):
            for language in LANGUAGES:
                told = {"code": code, "message": said[language][code], "field": None}
                whole = {**told, "clause": None, "reference": _REFERENCE}
                drawn[language, code] = json.dumps(whole, ensure_ascii=False)
            with self._app.test_request_context("/", environ_overrides={MOUNT: mount}):
                for form in (_PAGE, _NOTICE):
                    drawn[form, code] = render_template(
                        f"errors/{form}.html", said=said, code=code, reference=_REFERENCE
                    )
        return drawn

    def _said(self, language: str) -> dict[str, str]:
        with self._app.test_request_context("/", query_string={"lang": language}):
            return {
                "title": gettext("Too many requests"),
                "reference": gettext("Reference for support"),
                RATE: gettext(
                    "This institution gets more requests than it may just now. "
                    "Try again in a few seconds."
                ),
                AT_ONCE: gettext(
                    "This institution has too many requests at the same time. "
                    "Try again in a few seconds."
                ),
            }


def _form(environ: WSGIEnvironment) -> str:
    """Return the name of a drawing; of JSON, the language."""
    accepted: str = environ.get("HTTP_ACCEPT", "")
    wants_json = "application/json" in accepted and "html" not in accepted
    if is_machine_path(environ.get("PATH_INFO", "")) or wants_json:
        known = parse_accept_header(environ.get("HTTP_ACCEPT_LANGUAGE", ""), LanguageAccept)
        return "en" if known.best_match(LANGUAGES) == "en" else LANGUAGES[0]
    return _NOTICE if environ.get("HTTP_HX_REQUEST") == "true" else _PAGE
