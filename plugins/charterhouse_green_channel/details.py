"""What is told with requests, steps and decisions of green channels, and in which form."""

from __future__ import annotations

from charterhouse.kernel.clauses.service_details import DECIDE, Detail
from charterhouse_green_channel.common import BOOKED, POLICY
from charterhouse_green_channel.first_call import SHOWN

SLIP = (
    *POLICY,
    Detail("slip", "choice", services=("admission",), among=("paper", "electronic")),
    Detail(
        "slip_fields", "choices", services=("admission",), among=SHOWN, when={"slip": ("paper",)}
    ),
    Detail("visibly_queued", "yes_no", services=("admission",), when={"slip": ("electronic",)}),
)
"""Of the two admissions whose limits run from the first call."""

CANCER = (
    *POLICY,
    Detail("route", "choice", services=("admission",), among=("outpatient-first",)),
    Detail("slip_grade", services=("admission",), member=False),
    Detail("slip_sealed", "yes_no", services=("admission",)),
)

EXPERT = (
    *POLICY,
    Detail("exam_report_date", "day"),
    Detail("fixed_expert", "yes_no", services=("expert-outpatient",)),
    Detail("fixed_time", "yes_no", services=("expert-outpatient",)),
)

TRAVEL = ("travel-costs",)
TICKETS = ("insured", "companion")
MEDICAL = ("expert-outpatient", "admission", "surgery", "second-opinion")
PLANS = (
    *POLICY,
    Detail("papers_dated", "day", services=MEDICAL),
    Detail("issuer_grade", services=MEDICAL, member=False),
    Detail("issuer_mainland", "yes_no", services=MEDICAL),
    Detail("ticket_name", "choice", services=TRAVEL, among=TICKETS),
    Detail("ticket_date", "day", services=TRAVEL),
    Detail("treatment_from", "day", services=TRAVEL),
    Detail("treatment_until", "day", services=TRAVEL),
    Detail("amount", "amount", services=TRAVEL, step=DECIDE),
)

EXPERTS = ("expert-outpatient",)
TUMOUR = (
    *POLICY,
    Detail("experts", "whole", services=EXPERTS, step="experts-proposed"),
    Detail("visit_on", "day", services=EXPERTS, step=BOOKED),
)

GUARANTEE = (
    *POLICY,
    Detail("amount", "amount", step="deposit-paid"),
    Detail("amount", "amount", step="topped-up"),
    Detail("discharge_on", "day", step="discharge-notice"),
    Detail("total", "amount", step="discharged"),
    Detail("covered", "amount", step="discharged"),
)

__all__ = ["CANCER", "EXPERT", "GUARANTEE", "PLANS", "SLIP", "TUMOUR"]
