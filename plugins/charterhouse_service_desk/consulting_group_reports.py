"""The consulting group's results and appraisal by month."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from charterhouse.kernel.report import Entry, Row
from charterhouse_service_desk.common_reports import monthly
from charterhouse_service_desk.consulting_group_texts import LABELS


def _results(entries: list[Entry]) -> Iterator[Row]:
    """Contacts, bookings and summaries of each adviser."""
    sorts = {"visit": ("contacts", "联系"), "book": ("bookings", "预约")}
    for verb, (code, zh) in sorts.items():
        made = Counter(str(e.body.get("by") or "-") for e in entries if e.verb == verb)
        for adviser, number in sorted(made.items()):
            yield Row(f"{code}.{adviser}", f"{adviser}：{zh}", f"{adviser}: {code}", number)
    handed = Counter(
        str(e.body.get("by")) for e in entries if e.body.get("kind") == "daily-summary"
    )
    for adviser, number in sorted(handed.items()):
        yield Row(f"summaries.{adviser}", f"{adviser}：小结", f"{adviser}: summaries", number)
    missing = sum(r.code == "summary-missing" for e in entries for r in e.raised)
    yield Row("missing", "未按时交的小结", "Summaries missing at the end of their day", missing)


def _appraisal(entries: list[Entry]) -> Iterator[Row]:
    """The marks of each adviser in each dimension: their sum and number."""
    marks: dict[tuple[str, str], list[int]] = defaultdict(list)
    for entry in entries:
        if entry.verb == "record" and entry.body.get("kind") == "appraisal":
            details = entry.body["details"]
            mark = details.get("mark")
            if isinstance(mark, int):
                marks[str(details.get("adviser")), details["dimension"]].append(mark)
    for (adviser, dimension), given in sorted(marks.items()):
        zh, en = LABELS[dimension]
        code = f"marks.{adviser}.{dimension}"
        yield Row(code, f"{adviser}：{zh}（{len(given)}次）", f"{adviser}: {en} ({len(given)} marks)",
                  sum(given), "points")  # fmt: skip


RESULTS = monthly("results", "业绩统计", "Results of the group", _results)
APPRAISAL = monthly("appraisal", "考评", "Appraisal", _appraisal)

__all__ = ["APPRAISAL", "RESULTS"]
