"""What no story of the green channels sees: the report, provisional deadlines, what is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from charterhouse.kernel.events import dump_body, parse_body
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.report import Entry
from charterhouse.kernel.standing import dump
from charterhouse.plugins.registry import registry

ZONE = ZoneInfo("Asia/Shanghai")
SICK = {"member": "li", "condition": "stroke", "certainty": "confirmed"}
PAPERS = {"id-copy": 1, "diagnosis-proof": 1}


class Insurer:
    """An insurer under a green channel, told what happens."""

    def __init__(self, name: str) -> None:
        self.charter = registry().charter(f"green-channel.{name}")
        self.world = MemoryWorld(self.charter, dict(self.charter.example), ZONE)

    def tell(self, at: str, verb: str, **fields: Any) -> None:
        moment = datetime.fromisoformat(at).replace(tzinfo=ZONE)
        self.world.advance(moment)
        outcome = self.world.submit(parse_body(verb, fields, ZONE), moment)
        assert outcome.decision.accepted, outcome.decision.refusal

    def report(self) -> dict[str, int]:
        entries = [
            Entry(
                d.at.date(), d.event.verb, "", {} if d.event.verb == "due" else dump_body(d.event.body),
                d.figures, d.happenings, d.postings, d.raised,
            )
            for d in self.world.decisions
            if d.accepted
        ]  # fmt: skip
        (report,) = self.charter.reports
        settings = self.world.book.at(self.world.decisions[-1].at).settings
        return {row.code: row.value for row in report.fold(entries, settings)}


def test_the_monthly_report_counts_requests_endings_uses_and_deposits() -> None:
    insurer = Insurer("admission-guarantee")
    insurer.tell("2025-01-01 10:00", "policy", member="li", id="p1", effective="2025-01-01")
    insurer.tell("2025-01-02 10:00", "diagnose", **SICK)
    insurer.tell(
        "2025-07-10 10:00", "request", id="r1", member="li", service="admission", documents=PAPERS
    )
    insurer.tell("2025-07-14 10:00", "cancel", request="r1", by="provider")
    insurer.tell(
        "2025-07-15 10:00", "request", id="r2", member="li", service="payment-guarantee",
        documents=PAPERS,
    )  # fmt: skip
    insurer.tell("2025-07-15 10:00", "decide", request="r2", outcome="approved")
    insurer.tell(
        "2025-07-15 10:00", "progress", request="r2", step="deposit-paid",
        details={"amount": "100.00"},
    )  # fmt: skip
    insurer.tell("2025-07-16 10:00", "progress", request="r2", step="contacted")
    insurer.tell(
        "2025-07-16 10:00", "progress", request="r2", step="discharged",
        details={"total": "90.00", "covered": "90.00"},
    )  # fmt: skip
    insurer.tell("2025-07-17 10:00", "close", request="r2", outcome="served")

    assert insurer.report() == {
        "requests": 2, "requests.admission": 1, "requests.payment-guarantee": 1,
        "decided.approved": 1, "decided.refused": 0, "cancelled": 1, "closed.served": 1,
        "closed.no_show": 0, "closed.failed": 0, "overdue": 1, "uses.admission": 0,
        "uses.payment-guarantee": 1, "deposits.paid": 10000, "deposits.settled": 10000,
    }  # fmt: skip


def test_a_deadline_of_a_year_not_yet_announced_is_provisional() -> None:
    insurer = Insurer("tumour-three")
    tumour = {**SICK, "condition": "malignant-tumour"}
    insurer.tell("2025-01-01 10:00", "policy", member="li", id="p1", effective="2025-01-01")
    insurer.tell("2025-01-02 10:00", "diagnose", **tumour)
    for id_, at in (("r1", "2025-07-10 10:00"), ("r2", "2030-07-10 10:00")):
        insurer.tell(
            at, "request", id=id_, member="li", service="admission", documents={"admission-slip": 1}
        )

    kept = [insurer.world.documents[id_].content for id_ in ("r1", "r2")]
    assert [content.get("provisional") for content in kept] == [None, ["booking"]]


def test_what_is_kept_of_a_member_does_not_grow_with_the_years() -> None:
    """But for the counts of each period that was used, and the premiums."""
    insurer = Insurer("online-sales")
    insurer.tell(
        "2025-01-01 10:00", "policy", member="li", id="p1", effective="2025-01-01",
        product="critical-illness", channel="online-partner", sum_insured="500000.00",
    )  # fmt: skip
    before = len(repr(dump(insurer.world.standing("li"))))
    for year in range(2025, 2065):
        insurer.world.advance(datetime(year, 12, 31, 12, tzinfo=ZONE))

    assert len(repr(dump(insurer.world.standing("li")))) <= before + 40
