"""Charters of gynecology hospitals."""

from __future__ import annotations

from charterhouse.plugins.spec import hookimpl
from charterhouse_gynecology.vip_card import VipCard


@hookimpl
def register_charters() -> list[type[VipCard]]:
    """The charters of this plugin."""
    return [VipCard]
