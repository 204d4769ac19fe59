"""Charters of insurers' green channels: quick access to hospitals on the ground of a policy."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter
from charterhouse.plugins.spec import hookimpl
from charterhouse_green_channel.admission_guarantee import AdmissionGuarantee
from charterhouse_green_channel.app_admission import AppAdmission
from charterhouse_green_channel.bound_or_unbound import BoundOrUnbound
from charterhouse_green_channel.cancer_admission import CancerAdmission
from charterhouse_green_channel.expert_and_admission import ExpertAndAdmission
from charterhouse_green_channel.online_sales import OnlineSales
from charterhouse_green_channel.premium_extended_90 import PremiumExtended90
from charterhouse_green_channel.premium_extended_180 import PremiumExtended180
from charterhouse_green_channel.seven_services import SevenServices
from charterhouse_green_channel.three_services import ThreeServices
from charterhouse_green_channel.tiered_plans import TieredPlans
from charterhouse_green_channel.tumour_three import TumourThree

INSTITUTION = ("保险公司（就医绿色通道）", "Insurer with a green channel")

CHARTERS: list[type[Charter]] = [
    SevenServices, TumourThree, PremiumExtended90, PremiumExtended180, CancerAdmission,
    BoundOrUnbound, OnlineSales, AppAdmission, ThreeServices,
    ExpertAndAdmission, TieredPlans, AdmissionGuarantee,
]  # fmt: skip


@hookimpl
def register_charters() -> list[type[Charter]]:
    """The charters of this plugin."""
    return CHARTERS
