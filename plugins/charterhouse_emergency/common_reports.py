"""Monthly reports of every channel: episodes, limits met and missed, what stays to be done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from statistics import median_low

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.services import ASKED, Limit, Service
from charterhouse.kernel.report import Entry, Report, Row
from charterhouse.kernel.settings import SettingValues

Labels = Mapping[str, Text]
VIOLATIONS = ("sample-not-first", "doctor-not-called")
"""The flags of facts of care that write a violation."""

Begins = Mapping[str, Mapping[str, str]]
"""Limit → the details of an event that starts it, where not every such event does."""

Rows = Callable[[list[Entry]], Iterable[Row]]


def monthly(code: str, zh: str, en: str, rows: Rows) -> Report:
    """A monthly report of rows that need no settings."""

    def fold(entries: Iterable[Entry], _s: SettingValues) -> list[Row]:
        return list(rows(list(entries)))

    return Report(code, zh, en, "month", fold)


def named(code: str, labels: Labels) -> Text:
    """A code in words; one that the hospital made up itself stays as it is."""
    return labels.get(code, (code, code))


def opened(entries: Iterable[Entry]) -> dict[str, Entry]:
    """The requests opened in the period, by id."""
    return {str(each.body["id"]): each for each in entries if each.verb == "request"}


def steps(entries: Iterable[Entry], *codes: str) -> Iterator[Entry]:
    """The steps of these codes."""
    return (e for e in entries if e.verb == "progress" and e.body["step"] in codes)


def said(entry: Entry, name: str) -> str:
    """A detail of an event as text; "" where it was not said."""
    return str((entry.body.get("details") or {}).get(name) or "")


def times(raised: Iterable[Entry], sort: str, code: str) -> int:
    """How often something was raised."""
    return sum(r.sort == sort and r.code == code for each in raised for r in each.raised)


def tally(code: str, title: Text, found: Counter[str], labels: Labels) -> Iterator[Row]:
    """A row for each code with its count, in the order of the codes."""
    for each, number in sorted(found.items()):
        zh, en = named(each, labels)
        yield Row(f"{code}.{each}", f"{title[0]}：{zh}", f"{title[1]}: {en}", number)


def minutes(code: str, title: Text, found: Iterable[int]) -> Iterator[Row]:
    """How many times were measured in seconds, and their median in full minutes."""
    seconds = list(found)
    yield Row(f"{code}.number", f"{title[0]}：次数", f"{title[1]}: number", len(seconds))
    if seconds:
        yield Row(f"{code}.median", f"{title[0]}：用时中位数（分钟）", f"{title[1]}: median minutes",
                  median_low(seconds) // 60, "minutes")  # fmt: skip


def between(start: Entry | None, end: Entry) -> int | None:
    """Seconds from one event to another; None where a moment is not known."""
    if start is None or start.at is None or end.at is None:
        return None
    return int((end.at - start.at).total_seconds())


def since_opening(entries: list[Entry], *codes: str) -> Iterator[tuple[Entry, int]]:
    """For each request opened in the period its opening, and the seconds to the first such step."""
    begun, seen = opened(entries), set[str]()
    for each in steps(entries, *codes):
        id_ = str(each.body["request"])
        passed = between(begun.get(id_), each)
        if passed is not None and id_ not in seen:
            seen.add(id_)
            yield begun[id_], passed


def episodes(labels: Labels) -> Report:
    """Episodes by service and class, and how they ended."""

    def rows(entries: list[Entry]) -> Iterator[Row]:
        begun = opened(entries).values()
        yield Row("episodes", "事件和服务", "Episodes and services", len(begun))
        services = Counter(str(each.body["service"]) for each in begun)
        yield from tally("service", ("服务", "Service"), services, labels)
        for code, number in sorted(Counter(
            (str(each.body["service"]), each.tier) for each in begun if each.tier
        ).items()):  # fmt: skip
            (zh, en), (class_zh, class_en) = (named(part, labels) for part in code)
            yield Row(
                f"class.{code[0]}.{code[1]}", f"{zh}：{class_zh}", f"{en}: {class_en}", number
            )
        ends = Counter(str(e.body["outcome"]) for e in entries if e.verb == "close")
        yield from tally("closed", ("结束", "Closed"), ends, labels)
        gone = sum(each.verb == "cancel" for each in entries)
        yield Row("cancelled", "取消", "Cancelled", gone)

    return monthly("episodes", "事件和服务", "Episodes and services", rows)


class _Kept:
    """What became of one limit in the period: seconds needed, and what is not done yet."""

    def __init__(self, limit: Limit, begins: Mapping[str, str]) -> None:
        self.limit = limit
        self.begins = begins
        self.waiting: dict[tuple[str, str], list[Entry]] = {}
        self.over: set[str] = set()
        self.needed: list[int] = []

    def look(self, each: Entry, code: str, id_: str) -> None:
        """Take in what happened to a request."""
        about = said(each, self.limit.by) if self.limit.by else ""
        open_ = self.waiting.setdefault((id_, about), [])
        if code in self.limit.ends and open_:
            passed = between(open_.pop(0), each)
            if passed is not None:
                self.needed.append(passed)
        elif self._starts(each, code) and (self.limit.each or id_ not in self.over):
            self.over.add(id_)
            open_.append(each)

    def _starts(self, each: Entry, code: str) -> bool:
        told = all(said(each, name) == value for name, value in self.begins.items())
        return told and code in self.limit.starts

    def rows(self, labels: Labels) -> Iterator[Row]:
        """Met and missed, still to be done, and the median."""
        zh, en = named(self.limit.code, labels)
        met = sum(seconds <= self.limit.amount * 60 for seconds in self.needed)
        left = sum(len(open_) for open_ in self.waiting.values())
        code = self.limit.code
        yield Row(f"{code}.met", f"{zh}：按时", f"{en}: met", met)
        yield Row(f"{code}.missed", f"{zh}：超时", f"{en}: missed", len(self.needed) - met)
        yield Row(f"{code}.left", f"{zh}：期内未完成", f"{en}: not done in the period", left)
        if self.needed:
            yield Row(f"{code}.median", f"{zh}：用时中位数（分钟）", f"{en}: median minutes",
                      median_low(self.needed) // 60, "minutes")  # fmt: skip


def _measured(
    services: Iterable[Service], entries: Iterable[Entry], begins: Begins
) -> Iterable[_Kept]:
    """Every limit with what became of it, by what happened in the period."""
    known = {service.code: service for service in services}
    timed = [limit for each in known.values() for limit in each.limits if limit.timed]
    kept = {limit.code: _Kept(limit, begins.get(limit.code, {})) for limit in timed}
    of: dict[str, str] = {}
    for each in entries:
        is_opening = each.verb == "request"
        id_ = str(each.body.get("id" if is_opening else "request") or "")
        code = ASKED if is_opening else str(each.body.get("step") or "")
        if is_opening:
            of[id_] = str(each.body["service"])
        service = known.get(of.get(id_, ""))
        for limit in service.limits if service and code else ():
            if limit.timed:
                kept[limit.code].look(each, code, id_)
    return kept.values()


def limits(
    services: Callable[[SettingValues], list[Service]], labels: Labels, begins: Begins
) -> Report:
    """Limits that began in the period: met, missed, still open, with the median of the time needed."""

    def fold(entries: Iterable[Entry], s: SettingValues) -> list[Row]:
        listed = list(entries)
        kept = _measured(services(s), listed, begins)
        late, passed = times(listed, "flag", "late"), times(listed, "flag", "overdue")
        return [
            *(row for each in kept for row in each.rows(labels)),
            Row("late", "超时完成", "Done late", late),
            Row("overdue", "逾期时限", "Limits that passed undone", passed),
        ]

    return Report("limits", "时限", "Limits", "month", fold)


def duties() -> Report:
    """Violations, what is left open of identity and formalities, and escalations."""

    def rows(entries: list[Entry]) -> Iterator[Row]:
        violations = sum(times(entries, "flag", code) for code in VIOLATIONS)
        yield Row("violations", "违规", "Violations", violations)
        pending = times(entries, "flag", "identity-pending")
        yield Row("identity_pending", "身份待核", "Identity pending", pending)
        checked = {e.member for e in steps(entries, "identity-checked")}
        yield Row("identity_checked", "已核身份的患者", "Patients checked", len(checked))
        open_ = times(entries, "flag", "formalities-pending")
        yield Row("formalities_pending", "手续待补", "Formalities pending", open_)
        for code, zh, en in (
            ("registration-done", "已补挂号", "Registrations made up"),
            ("payment-done", "已补缴费", "Payments made up"),
        ):
            yield Row(code, zh, en, sum(1 for _ in steps(entries, code)))
        escalated = times(entries, "task", "escalate-overdue")
        yield Row("escalations", "逾期升级", "Escalations", escalated)
        failed = times(entries, "task", "review-failure")
        yield Row("failures", "院方未能提供", "Failures of the hospital", failed)

    return monthly("duties", "违规与待办", "Violations and open duties", rows)


__all__ = [
    "VIOLATIONS", "Begins", "between", "duties", "episodes", "limits", "minutes", "monthly", "named", "opened", "said",
    "since_opening", "steps", "tally", "times",
]  # fmt: skip
