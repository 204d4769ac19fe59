"""Charters of dental clinics and oral hospitals."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter
from charterhouse.plugins.spec import hookimpl
from charterhouse_dental.annual_fee import AnnualFee
from charterhouse_dental.exam_orthodontic import ExamOrthodontic
from charterhouse_dental.exclusive_doctor import ExclusiveDoctor
from charterhouse_dental.fee_cycles import FeeCycles
from charterhouse_dental.fixed_price_term import FixedPriceTerm
from charterhouse_dental.four_tier_fee import FourTierFee
from charterhouse_dental.gold_silver import GoldSilver
from charterhouse_dental.member_day import MemberDay
from charterhouse_dental.online_recruitment import OnlineRecruitment
from charterhouse_dental.points_plan_a import PointsPlanA
from charterhouse_dental.points_plan_b import PointsPlanB
from charterhouse_dental.referral_points import ReferralPoints
from charterhouse_dental.silver_gold_diamond import SilverGoldDiamond
from charterhouse_dental.three_tier_fee import ThreeTierFee
from charterhouse_dental.tier_framework import TierFramework
from charterhouse_dental.time_item_visit import TimeItemVisit
from charterhouse_dental.tooth_tiers import ToothTiers
from charterhouse_dental.treatment_points import TreatmentPoints
from charterhouse_dental.vip_four_tier import VipFourTier

INSTITUTION = ("口腔医院、口腔诊所", "Dental clinic, oral hospital")

CHARTERS: list[type[Charter]] = [
    AnnualFee,
    ExamOrthodontic,
    ExclusiveDoctor,
    FeeCycles,
    FixedPriceTerm,
    FourTierFee,
    GoldSilver,
    MemberDay,
    OnlineRecruitment,
    PointsPlanA,
    PointsPlanB,
    ReferralPoints,
    SilverGoldDiamond,
    ThreeTierFee,
    TierFramework,
    TimeItemVisit,
    ToothTiers,
    TreatmentPoints,
    VipFourTier,
]


@hookimpl
def register_charters() -> list[type[Charter]]:
    """The charters of this plugin."""
    return CHARTERS
