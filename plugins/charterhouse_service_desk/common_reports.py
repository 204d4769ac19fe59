"""Monthly reports that all service desks share: contacts and requests, times, complaints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from charterhouse.kernel.report import Entry, Report, Row
from charterhouse.kernel.settings import SettingValues
from charterhouse_service_desk.labels import Labels, named

_CONTACTS = ("联系", "Contacts")
_REQUESTS = ("申请", "Requests")


def _tally(code: str, title: tuple[str, str], found: Counter[str], labels: Labels) -> Iterator[Row]:
    """A row for each code with its count, in the order of the codes."""
    for each, number in sorted(found.items()):
        zh, en = named(each, labels)
        yield Row(f"{code}.{each}", f"{title[0]}：{zh}", f"{title[1]}: {en}", number)


def _of(entries: Iterable[Entry], field: str) -> Counter[str]:
    return Counter(str(each.body.get(field) or "-") for each in entries)


def activity(labels: Labels) -> Report:
    """Contacts and requests by channel, service, member of staff and day."""

    def fold(entries: Iterable[Entry], _s: SettingValues) -> list[Row]:
        kept = [each for each in entries if each.verb in ("visit", "request")]
        visits = [each for each in kept if each.verb == "visit"]
        requests = [each for each in kept if each.verb == "request"]
        rows = [
            Row("contacts", *_CONTACTS, len(visits)),
            Row("requests", *_REQUESTS, len(requests)),
        ]
        for code, title, some in (
            ("contacts", _CONTACTS, visits),
            ("requests", _REQUESTS, requests),
        ):
            rows += _tally(f"{code}.channel", title, _of(some, "channel"), labels)
            rows += _tally(f"{code}.by", title, _of(some, "by"), labels)
            days = Counter(each.day.isoformat() for each in some)
            rows += _tally(f"{code}.day", title, days, labels)
        rows += _tally("requests.service", _REQUESTS, _of(requests, "service"), labels)
        return rows

    return Report("activity", "联系与申请", "Contacts and requests", "month", fold)


class _Clock:
    """What became of the requests that were opened in the period."""

    def __init__(self) -> None:
        self.opened: dict[str, Entry] = {}
        self.replied: dict[str, int] = {}
        self.solved: dict[str, int] = {}
        self.late = self.overdue = 0

    def look(self, each: Entry) -> None:
        """Take in one decision."""
        self.late += _raised(each, "flag", "late")
        self.overdue += _raised(each, "flag", "overdue")
        if each.verb == "request":
            self.opened[str(each.body["id"])] = each
            return
        id_ = str(each.body.get("request") or "")
        start = self.opened.get(id_)
        if start is None or start.at is None or each.at is None:
            return
        minutes = int((each.at - start.at).total_seconds()) // 60
        if each.verb == "progress":
            self.replied.setdefault(id_, minutes)
        served = each.verb == "close" and each.body.get("outcome") == "served"
        if served or (each.verb == "progress" and each.body.get("step") == "solved"):
            self.solved.setdefault(id_, minutes)


def _raised(each: Entry, sort: str, code: str) -> int:
    return sum(r.sort == sort and r.code == code for r in each.raised)


def _mean(minutes: Iterable[int]) -> int:
    found = list(minutes)
    return sum(found) // len(found) if found else 0


def times(labels: Labels) -> Report:
    """Minutes to the first step and to the solution of requests opened in the period, and lateness.

    The share in time is that of the requests for which no limit passed, in percent.
    """

    def fold(entries: Iterable[Entry], _s: SettingValues) -> list[Row]:
        clock = _Clock()
        kept = list(entries)
        for each in kept:
            clock.look(each)
        opened, missed = len(clock.opened), min(clock.overdue, len(clock.opened))
        share = 100 * (opened - missed) // opened if opened else 0
        return [
            Row("opened", "新申请", "Requests opened", opened),
            Row("replied", "已有首次处理", "With a first step", len(clock.replied)),
            Row("reply_minutes", "首次处理平均用时（分钟）", "Minutes to the first step, on average",
                _mean(clock.replied.values()), "minutes"),
            Row("solved", "已解决", "Solved", len(clock.solved)),
            Row("solution_minutes", "解决平均用时（分钟）", "Minutes to the solution, on average",
                _mean(clock.solved.values()), "minutes"),
            Row("overdue", "逾期时限", "Limits that passed", clock.overdue),
            Row("late", "超时办理", "Done late", clock.late),
            Row("in_time", "按时率（%）", "Share in time (%)", share, "percent"),
            *_tally("complaints", ("投诉原因", "Complaints by cause"), causes(kept), labels),
        ]  # fmt: skip

    return Report("times", "时效与投诉", "Times and complaints", "month", fold)


def _complaint(body: Mapping[str, Any]) -> bool:
    details: Mapping[str, Any] = body.get("details") or {}
    return "complaint" in (body.get("service"), body.get("kind"), details.get("class"))


def causes(entries: Iterable[Entry]) -> Counter[str]:
    """Complaints by the cause that was found; "-" where none is named yet."""
    found: dict[str, str] = {}
    for number, each in enumerate(entries):
        if each.verb in ("request", "incident") and _complaint(each.body):
            found[str(each.body.get("id") or number)] = "-"
        details: Mapping[str, Any] = each.body.get("details") or {}
        cause, id_ = _cause(details), str(each.body.get("request") or "")
        if each.verb == "progress" and cause and id_ in found:
            found[id_] = cause
    return Counter(found.values())


def _cause(details: Mapping[str, Any]) -> str:
    if "own_error" in details:
        return "own-error" if details["own_error"] is True else "no-own-error"
    return str(details.get("cause") or "")


def monthly(code: str, zh: str, en: str, rows: Callable[[list[Entry]], Iterable[Row]]) -> Report:
    """A monthly report of rows that need no settings."""

    def fold(entries: Iterable[Entry], _s: SettingValues) -> list[Row]:
        return list(rows(list(entries)))

    return Report(code, zh, en, "month", fold)


__all__ = ["activity", "causes", "monthly", "times"]
