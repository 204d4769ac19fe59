"""The product as `bench` serves it: the same application without a limit on calls."""

from __future__ import annotations

from charterhouse.web.api.gate import LIMIT
from charterhouse.web.app import create_app

app = create_app()
app.config[LIMIT] = "100000000 per minute"
