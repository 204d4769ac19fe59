"""The colours in which the sites show an institution: five, each readable on light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import g

from charterhouse.desk.institution import branding
from charterhouse.tenancy.errors import TenancyError

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["ACCENTS", "accent_name", "init_app", "nearest"]

ACCENTS: Final = {
    "teal": "#0f5f5c",
    "indigo": "#3a4a9c",
    "plum": "#7a3b69",
    "rust": "#93431f",
    "moss": "#4b6121",
}
"""Names of the style sheet, and their colours on light pages."""


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def nearest(colour: str) -> str:
    """Return the name of the accent that comes closest to a colour as ``#rrggbb``."""
    wanted = _parts(colour)

    def far(name: str) -> int:
        return sum((a - b) ** 2 for a, b in zip(_parts(ACCENTS[name]), wanted, strict=True))

    return min(ACCENTS, key=far)


def accent_name() -> str:
    """Return the accent of this request's institution, read once; the house's own without one."""
    if g.get("tenant") is None:
        return "teal"
    if "accent" not in g:
        try:
            g.accent = nearest(branding().accent)
        except TenancyError:
            # A page that says why the store cannot be read must not need it.
            g.accent = "teal"
    return str(g.accent)


def init_app(app: Flask) -> None:
    """Give the templates ``accent_name()``."""
    app.jinja_env.globals["accent_name"] = accent_name
