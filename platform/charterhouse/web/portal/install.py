"""Putting the portal onto the phone's home screen: manifest and icons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify, render_template, url_for

from charterhouse.desk.institution import branding
from charterhouse.web.accents import ACCENTS, accent_name
from charterhouse.web.app import tenant
from charterhouse.web.i18n import current_language, gettext, pick
from charterhouse.web.permissions import public
from charterhouse.web.portal.base import portal

if TYPE_CHECKING:
    from charterhouse.tenancy.tenant import Tenant

_WHY = "the phone asks for it before anybody signs in, and it holds only the institution's name"
PAPER = "#f6f3ec"


@portal.get("/manifest.webmanifest")
@public(reason=_WHY)
def manifest() -> Response:
    """What the phone needs to know to show the portal as an app of its own."""
    here = tenant()
    icons = [
        {
            "src": url_for("portal.app_icon", kind=kind),
            "sizes": "any",
            "type": "image/svg+xml",
            "purpose": kind,
        }
        for kind in ("any", "maskable")
    ]
    answer = jsonify(
        id=url_for("portal.home"),
        name=gettext("%(institution)s membership", institution=here.name(current_language())),
        short_name=_short(here),
        lang="zh-CN" if current_language() == "zh" else "en",
        start_url=url_for("portal.home"),
        scope=url_for("portal.home"),
        display="standalone",
        background_color=PAPER,
        theme_color=ACCENTS[accent_name()],
        icons=icons,
    )
    answer.mimetype = "application/manifest+json"
    return answer


@portal.get("/icon-<any(any, maskable):kind>.svg")
@public(reason=_WHY)
def app_icon(kind: str) -> Response:
    """The icon: a card with the institution's first sign."""
    drawn = render_template(
        "portal/icon.svg",
        sign=_short(tenant())[:1],
        accent=ACCENTS[accent_name()],
        full=kind == "maskable",
    )
    answer = Response(drawn, mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


def _short(here: Tenant) -> str:
    brand = branding()
    return pick(brand.short_zh, brand.short_en) or here.name(current_language())
