"""A short story of the VIP card, told through the door; for fixtures and for child processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from charterhouse.clock import FixedClock, use_clock
from charterhouse.kernel.events import parse_body
from charterhouse.records.books import adopt
from charterhouse.records.door import Door, Kept, Told
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.provision import create_tenant
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant

ZONE = ZoneInfo("Asia/Shanghai")
CHARTER = "gynecology.vip-card"
KEY = b"records!" * 4

STORY: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("2025-03-01 10:00", "join", {"member": "li", "path": "ordinary"}),
    ("2025-03-01 10:30", "join", {"member": "wu", "path": "blood-donor", "tier": "charity"}),
    ("2025-03-02 09:00", "spend", {"id": "b1", "member": "li", "amount": "500.00"}),
    ("2025-03-03 09:00", "spend", {"id": "b2", "person": "he", "referred_by": "li",
                                   "amount": "200.00"}),
    ("2025-03-04 09:00", "redeem", {"id": "r1", "member": "li", "points": 120}),
    ("2025-03-05 09:00", "award", {"member": "wu", "points": 30, "reason": "spring walk"}),
    ("2025-03-06 09:00", "report_loss", {"member": "li"}),
    ("2025-03-06 09:20", "reissue_card", {"member": "li"}),
    ("2025-03-06 09:30", "pay", {"member": "li", "for": "reissue", "amount": "5.00"}),
    ("2025-03-07 09:00", "redeem", {"member": "wu", "points": 9000}),
    ("2025-07-09 09:00", "use", {"member": "li", "benefit": "yearly-gift"}),
    ("2026-01-05 09:00", "refund", {"of": "b1", "amount": "100.00"}),
    ("2026-01-06 09:00", "apply", {"member": "qi", "path": "old-patient", "channel": "wechat",
        "documents": {"application-form": 1, "id-photo": 1, "visit-record": 1},
        "details": {"address": "12 Lake Road"}}),
    ("2026-01-06 10:00", "approve", {"member": "qi", "by": "reviewer"}),
)  # fmt: skip
"""Accepted and refused events, dues in between, a task, and a card of each state."""

BORN = {"li": "1990-07-08"}

Tell = Callable[..., Kept]


def tell(
    at: str,
    verb: str,
    raw: dict[str, Any],
    *,
    key: str | None = None,
    born: Mapping[str, str] = BORN,
) -> Kept:
    """Tell one event to the tenant in scope."""
    moment = datetime.fromisoformat(at).replace(tzinfo=ZONE)

    def facts(ref: str) -> dict[str, Any]:
        return {"born": datetime.fromisoformat(born[ref]).date()} if ref in born else {}

    with use_clock(FixedClock(moment)), unit(write=True) as opened:
        body = parse_body(verb, raw, ZONE)
        return Door(opened).tell(Told(body, moment, "staff:1", key, None, facts))


def found(catalogue: Catalogue, slug: str = "north") -> Tenant:
    """Make a tenant that has adopted the charter."""
    tenant = create_tenant(catalogue, slug=slug, name_zh="示例", name_en="Sample", charter=CHARTER)
    with tenant_scope(tenant), unit(write=True) as opened:
        adopt(opened, CHARTER, {}, actor="test")
    return tenant
