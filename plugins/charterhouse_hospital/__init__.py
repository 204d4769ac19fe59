"""Charters of general hospitals."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter
from charterhouse.plugins.spec import hookimpl
from charterhouse_hospital.fee_tiers import FeeTiers
from charterhouse_hospital.gold_ordinary import GoldOrdinary
from charterhouse_hospital.individual_corporate import IndividualCorporate
from charterhouse_hospital.luxury import Luxury
from charterhouse_hospital.purchase_or_points import PurchaseOrPoints
from charterhouse_hospital.standard import Standard
from charterhouse_hospital.supreme import Supreme
from charterhouse_hospital.vip_gold import VipGold

INSTITUTION = ("综合医院", "General hospital")
"""The type of institution, as the onboarding names it."""

CHARTERS: list[type[Charter]] = [
    FeeTiers,
    GoldOrdinary,
    IndividualCorporate,
    Luxury,
    PurchaseOrPoints,
    Standard,
    Supreme,
    VipGold,
]


@hookimpl
def register_charters() -> list[type[Charter]]:
    """The charters of this plugin."""
    return CHARTERS
