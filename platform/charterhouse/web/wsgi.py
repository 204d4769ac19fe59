"""The entry of WSGI servers: ``gunicorn charterhouse.web.wsgi:app``."""

from __future__ import annotations

from charterhouse.web.app import create_app

app = create_app()
