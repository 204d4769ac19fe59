"""Charters of specialist hospitals."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter
from charterhouse.plugins.spec import hookimpl
from charterhouse_specialist.four_tier import FourTier

INSTITUTION = ("专科医院", "Specialist hospital")
"""The type of institution, as the onboarding names it."""

CHARTERS: list[type[Charter]] = [FourTier]


@hookimpl
def register_charters() -> list[type[Charter]]:
    """The charters of this plugin."""
    return CHARTERS
