"""Charters of health-examination centers."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter
from charterhouse.plugins.spec import hookimpl
from charterhouse_exam_center.vip import Vip

INSTITUTION = ("体检中心", "Health-examination center")
"""The type of institution, as the onboarding names it."""

CHARTERS: list[type[Charter]] = [Vip]


@hookimpl
def register_charters() -> list[type[Charter]]:
    """The charters of this plugin."""
    return CHARTERS
