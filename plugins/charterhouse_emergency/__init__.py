"""Charters of emergency departments: the hospital's own green channels."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter
from charterhouse.plugins.spec import hookimpl
from charterhouse_emergency.general_plan import GeneralPlan
from charterhouse_emergency.outpatient_critical import OutpatientCritical
from charterhouse_emergency.rescue_system import RescueSystem
from charterhouse_emergency.severe_friendly import SevereFriendly
from charterhouse_emergency.surgery_channel import SurgeryChannel

INSTITUTION = ("医院急诊绿色通道", "Emergency department")

CHARTERS: list[type[Charter]] = [
    SevereFriendly,
    OutpatientCritical,
    GeneralPlan,
    RescueSystem,
    SurgeryChannel,
]


@hookimpl
def register_charters() -> list[type[Charter]]:
    """The charters of this plugin."""
    return CHARTERS
