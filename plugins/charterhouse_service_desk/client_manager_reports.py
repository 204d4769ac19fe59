"""Care and plans, and the list of those who want to leave, by month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from charterhouse.kernel.report import Entry, Row
from charterhouse_service_desk.client_manager_clauses import PLAN, SCOPES
from charterhouse_service_desk.client_manager_texts import LABELS
from charterhouse_service_desk.common_reports import monthly


def _care(entries: list[Entry]) -> Iterator[Row]:
    raised = Counter(r.code for e in entries for r in e.raised)
    records = [e for e in entries if e.verb == "record"]
    plans = Counter(str(e.body["details"]["scope"]) for e in records if e.body["kind"] == PLAN)
    for scope in SCOPES:
        zh, en = LABELS[scope]
        yield Row(f"plans.{scope}", f"计划：{zh}", f"Plans: {en}", plans[scope])
        yield Row(f"unplanned.{scope}", f"未按时计划：{zh}", f"Not planned in time: {en}",
                  raised[f"plan-{scope}"])  # fmt: skip
    kinds = Counter(str(e.body["kind"]) for e in records)
    yield Row("recommendations", "服务推荐", "Recommendations", kinds["recommendation"])
    for code in ("birthday-greeting", "weather-reminder", "trip-wish", "not-preferred"):
        yield Row(code, *LABELS[code], raised[code])


def _leaving(entries: list[Entry]) -> Iterator[Row]:
    signs = [e for e in entries if e.verb == "incident" and e.body["kind"] == "churn-sign"]
    yield Row("signs", "离网征兆", "Signs of leaving", len(signs))
    verbs = Counter(e.verb for e in entries)
    yield Row("notices", "要求退出", "Wanted to leave", verbs["withdraw"])
    offers = sum(r.code == "retain" for e in entries for r in e.raised)
    yield Row("offers", "挽留", "Offers made", offers)
    yield Row("retained", "挽留成功", "Won back", verbs["resume"])
    facts = Counter(h.fact for e in entries for h in e.happenings)
    yield Row("joined", "新增VIP客户", "VIPs entered", facts["activated"])
    yield Row("left", "离网", "Left", facts["ended"])


CARE = monthly("care", "计划与关怀", "Plans and care", _care)
LEAVING = monthly("leaving", "离网清单", "Leaving", _leaving)

__all__ = ["CARE", "LEAVING"]
