"""Charters of gynecology hospitals."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter
from charterhouse.plugins.spec import hookimpl
from charterhouse_gynecology.health_club import HealthClub
from charterhouse_gynecology.vip_card import VipCard

INSTITUTION = ("妇科医院", "Gynecology hospital")
"""The type of institution, as the onboarding names it."""

CHARTERS: list[type[Charter]] = [
    HealthClub,
    VipCard,
]


@hookimpl
def register_charters() -> list[type[Charter]]:
    """The charters of this plugin."""
    return CHARTERS
