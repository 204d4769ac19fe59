"""The front doors: where somebody lands who types an address without a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, redirect, render_template, url_for

from charterhouse.web.app import catalogue, config
from charterhouse.web.permissions import public

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response as WerkzeugResponse

__all__ = ["register"]


@public(reason="it names nothing but addresses: an institution's own, or those of a demonstration")
def front() -> str | tuple[str, int] | WerkzeugResponse:
    """Lead an institution's visitors to its portal; elsewhere say where institutions are.

    Only a demonstration lists its tenants: who is a customer is nobody's business.
    """
    if g.get("tenant") is not None:
        return redirect(url_for("portal.home"), code=302)
    if config().demo:
        return render_template(
            "front.html", tenants=[one for one in catalogue().list("active") if one.open]
        )
    return render_template("front.html", tenants=[]), 404


def register(app: Flask) -> None:
    """Add the page."""
    app.add_url_rule("/", "front", front)
