"""Complaints decided and compensation paid, by month."""

from __future__ import annotations

from collections.abc import Iterator

from charterhouse.kernel.report import Entry, Row
from charterhouse_service_desk.common_reports import monthly


def _compensations(entries: list[Entry]) -> Iterator[Row]:
    decided = [e for e in entries if e.verb == "decide"]
    approved = [e for e in decided if e.body["outcome"] == "approved"]
    claims = [e for e in entries if e.verb == "progress" and e.body["step"] == "loss-assessed"]
    yield Row("assessed", "核定损失", "Losses assessed", len(claims))
    yield Row("approved", "批准赔偿", "Compensations approved", len(approved))
    yield Row("refused", "不予赔偿", "Compensations refused", len(decided) - len(approved))
    paid = sum(int(e.figures.get("refund", 0)) for e in approved)
    yield Row("paid", "赔偿金额", "Paid as compensation", paid, "yuan")


COMPENSATIONS = monthly("compensations", "赔偿统计", "Compensations", _compensations)

__all__ = ["COMPENSATIONS"]
