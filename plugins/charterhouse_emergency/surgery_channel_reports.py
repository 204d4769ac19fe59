"""Debts open and collected, operations, and disputes about the ward."""

from __future__ import annotations

from collections.abc import Iterator

from charterhouse.kernel.report import Entry, Row
from charterhouse_emergency.common_reports import monthly, opened, said, steps, times


def _rows(entries: list[Entry]) -> Iterator[Row]:
    poor = {id_ for id_, each in opened(entries).items() if said(each, "funds") == "lacking"}
    paid = {str(each.body["request"]) for each in steps(entries, "payment-done")}
    yield Row("debts", "欠费开通", "Opened without money", times(entries, "flag", "debt"))
    yield Row("collected", "已追缴", "Collected", len(poor & paid))
    yield Row("open", "期内未追缴", "Not collected in the period", len(poor - paid))
    operated = {str(each.body["request"]) for each in steps(entries, "surgery-done")}
    yield Row("operations", "手术", "Operations", len(operated))
    disputes = times(entries, "task", "decide-ward")
    yield Row("disputes", "科室争议", "Disputes about the ward", disputes)
    incomplete = times(entries, "task", "replenish")
    yield Row("replenish", "物资不齐备", "Supplies incomplete", incomplete)


DEBTS = monthly("debts", "欠费与手术", "Debts and operations", _rows)

__all__ = ["DEBTS"]
