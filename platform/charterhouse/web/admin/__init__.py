"""The tenant admin site: what staff see and do."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["PAGES", "register"]

PAGES = (
    "signin", "dashboard", "members", "admission", "actions", "requests", "views", "my_day", "counter", "charter", "begin", "reports",
    "files", "payments", "undelivered", "audit", "institution",
)  # fmt: skip
"""Modules of this package; each has a function register(app) for its blueprint and menu."""


def register(app: Flask) -> None:
    """Add the pages of the admin site."""
    for name in PAGES:
        import_module(f"{__name__}.{name}").register(app)
