"""Charters of maternity hospitals."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter
from charterhouse.plugins.spec import hookimpl
from charterhouse_maternity.points import MaternityPoints
from charterhouse_maternity.prepaid_ladder import PrepaidLadder

INSTITUTION = ("妇产医院", "Maternity hospital")
"""The type of institution, as the onboarding names it."""

CHARTERS: list[type[Charter]] = [
    MaternityPoints,
    PrepaidLadder,
]


@hookimpl
def register_charters() -> list[type[Charter]]:
    """The charters of this plugin."""
    return CHARTERS
