"""Charters of insurers' VIP programmes: services that come with a policy, a grade or a premium."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter
from charterhouse.plugins.spec import hookimpl
from charterhouse_insurer_vip.added_services import AddedServices
from charterhouse_insurer_vip.five_tier import FiveTier
from charterhouse_insurer_vip.silver import Silver

INSTITUTION = ("保险公司（贵宾服务）", "Insurer with a VIP programme")

CHARTERS: list[type[Charter]] = [Silver, AddedServices, FiveTier]


@hookimpl
def register_charters() -> list[type[Charter]]:
    """The charters of this plugin."""
    return CHARTERS
