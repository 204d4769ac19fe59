"""The sandbox as a WSGI application: the API, the hosted page, the control desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, request

from charterhouse.payments.sandbox import api, control, pages

if TYPE_CHECKING:
    from flask import Response

    from charterhouse.payments.sandbox.state import SandboxState

MAX_BODY = 256 * 1024


def make_app(state: SandboxState) -> Flask:
    """Make the application around a sandbox. It is WSGI and may be mounted anywhere."""
    app = Flask(__name__, static_url_path="/pay-assets")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY

    @app.route("/v1/<path:path>", methods=["GET", "POST", "DELETE"])
    def call(path: str) -> Response:
        return api.respond(state, request, path)

    app.register_blueprint(pages.blueprint(state))
    app.register_blueprint(control.blueprint(state))
    return app
