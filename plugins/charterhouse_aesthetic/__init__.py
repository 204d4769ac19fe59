"""Charters of aesthetic hospitals."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter
from charterhouse.plugins.spec import hookimpl
from charterhouse_aesthetic.key_accounts import KeyAccounts
from charterhouse_aesthetic.top_up import TopUpTiers

INSTITUTION = ("医美医院", "Aesthetic hospital")
"""The type of institution, as the onboarding names it."""

CHARTERS: list[type[Charter]] = [TopUpTiers, KeyAccounts]


@hookimpl
def register_charters() -> list[type[Charter]]:
    """The charters of this plugin."""
    return CHARTERS
