"""The description of the API: the OpenAPI document, and a page that people can read."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response, current_app, jsonify, render_template, request

from charterhouse.web.permissions import PERMISSIONS, public

__all__ = ["docs"]

docs = Blueprint("api_docs", __name__, url_prefix="/api")

_OPEN = "It describes the interface, which is the same for all and holds nothing of anybody."


def _document() -> dict[str, Any]:
    kept = cast("dict[str, Any]", current_app.extensions["charterhouse.openapi"])
    return {**kept, "servers": [{"url": request.script_root or "/"}]}


@docs.get("/v1/openapi.json")
@public(reason=_OPEN)
def openapi() -> Response:
    """The OpenAPI 3.1 document."""
    return jsonify(_document())


@docs.get("/docs")
@public(reason=_OPEN)
def page() -> str:
    """The same document for people."""
    document = _document()
    operations = [
        {"path": path, "method": method.upper(), **operation}
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in ("get", "post")
    ]
    return render_template(
        "api/docs.html",
        document=document,
        operations=operations,
        schemas=document["components"]["schemas"],
        rights=PERMISSIONS,
    )
