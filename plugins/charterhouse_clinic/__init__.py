"""Charters of clinics and outpatient departments."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter
from charterhouse.plugins.spec import hookimpl
from charterhouse_clinic.annual_fee import AnnualFee
from charterhouse_clinic.e_card import ECard
from charterhouse_clinic.four_function_card import FourFunctionCard
from charterhouse_clinic.two_kind_card import TwoKindCard

INSTITUTION = ("诊所、门诊部", "Clinic, outpatient department")
"""The type of institution, as the onboarding names it."""

CHARTERS: list[type[Charter]] = [AnnualFee, ECard, FourFunctionCard, TwoKindCard]


@hookimpl
def register_charters() -> list[type[Charter]]:
    """The charters of this plugin."""
    return CHARTERS
