"""The floor of the product over HTTP: Flask, and a view that returns a constant."""

from __future__ import annotations

from flask import Flask, Response, request

app = Flask(__name__)
_ANSWER = b"x" * 1500


@app.post("/t/<slug>/api/v1/events")
def tell(slug: str) -> Response:  # noqa: ARG001 - as the product's address
    """Read the body, and answer with about as much as the product does."""
    request.get_data()
    return Response(_ANSWER, status=201, mimetype="application/json")
