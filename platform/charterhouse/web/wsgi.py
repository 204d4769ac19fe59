"""The entry of WSGI servers: ``gunicorn charterhouse.web.wsgi:app``."""

from __future__ import annotations

from charterhouse.web.app import create_app
from charterhouse.web.logs import configure_logging

configure_logging()
app = create_app()
