"""Charters of clinics and outpatient departments."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter
from charterhouse.plugins.spec import hookimpl
from charterhouse_clinic.e_card import ECard

CHARTERS: list[type[Charter]] = [ECard]


@hookimpl
def register_charters() -> list[type[Charter]]:
    """The charters of this plugin."""
    return CHARTERS
