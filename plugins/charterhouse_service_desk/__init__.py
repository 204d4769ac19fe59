"""Charters of service desks: customer service, consulting group, guides, reception of VIPs."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter
from charterhouse.plugins.spec import hookimpl
from charterhouse_service_desk.client_manager import ClientManager
from charterhouse_service_desk.consulting_group import ConsultingGroup
from charterhouse_service_desk.execution import Execution
from charterhouse_service_desk.guide_center import GuideCenter
from charterhouse_service_desk.handbook import Handbook
from charterhouse_service_desk.operations import Operations
from charterhouse_service_desk.vip_reception import VipReception

INSTITUTION = ("客户服务中心", "Customer service centre")

CHARTERS: list[type[Charter]] = [
    ConsultingGroup, GuideCenter, Handbook, Operations, Execution, ClientManager,
    VipReception,
]  # fmt: skip


@hookimpl
def register_charters() -> list[type[Charter]]:
    """The charters of this plugin."""
    return CHARTERS
