"""Charters of aesthetic hospitals."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter
from charterhouse.plugins.spec import hookimpl
from charterhouse_aesthetic.top_up import TopUpTiers

CHARTERS: list[type[Charter]] = [TopUpTiers]


@hookimpl
def register_charters() -> list[type[Charter]]:
    """The charters of this plugin."""
    return CHARTERS
