"""The product as `bench` serves it: the same application without a limit on calls."""

from __future__ import annotations

from dataclasses import replace

from charterhouse.bounds import Bounds
from charterhouse.config import Config
from charterhouse.web.api.gate import LIMIT
from charterhouse.web.app import create_app

app = create_app(replace(Config.from_env(), bounds=Bounds(requests_second=0)))
app.config[LIMIT] = "100000000 per minute"
