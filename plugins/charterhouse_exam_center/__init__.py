"""Charters of health-examination centers."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter
from charterhouse.plugins.spec import hookimpl
from charterhouse_exam_center.vip import Vip

CHARTERS: list[type[Charter]] = [Vip]


@hookimpl
def register_charters() -> list[type[Charter]]:
    """The charters of this plugin."""
    return CHARTERS
