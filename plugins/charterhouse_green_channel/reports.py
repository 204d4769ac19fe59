"""The monthly report of a green channel: requests, decisions, endings, uses, what was overdue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from charterhouse.kernel.report import Entry, Report, Row
from charterhouse.kernel.settings import SettingValues
from charterhouse_green_channel.labels import LABELS, SERVICES

_OUTCOMES = ("served", "no_show", "failed")


def _requests(entries: Sequence[Entry]) -> Iterator[Row]:
    """How many were asked for, by service."""
    asked = Counter(e.body["service"] for e in entries if e.verb == "request")
    yield Row("requests", "申请合计", "Requests", asked.total())
    for code, times in sorted(asked.items()):
        zh, en = SERVICES[code]
        yield Row(f"requests.{code}", f"申请：{zh}", f"Requests: {en}", times)


def _endings(entries: Sequence[Entry]) -> Iterator[Row]:
    """How they were decided, cancelled and closed."""
    decided = Counter(e.body["outcome"] for e in entries if e.verb == "decide")
    for code in ("approved", "refused"):
        zh, en = LABELS[code]
        yield Row(f"decided.{code}", f"审核：{zh}", f"Decided: {en}", decided[code])
    cancelled = sum(entry.verb == "cancel" for entry in entries)
    yield Row("cancelled", "取消", "Cancelled", cancelled)
    closed = Counter(e.body["outcome"] for e in entries if e.verb == "close")
    for code in _OUTCOMES:
        zh, en = LABELS[code]
        yield Row(f"closed.{code}", f"办结：{zh}", f"Closed: {en}", closed[code])
    missed = sum(r.code == "overdue" for entry in entries for r in entry.raised)
    yield Row("overdue", "逾期", "Deadlines missed", missed)


def _uses(entries: Sequence[Entry]) -> Iterator[Row]:
    """Counts taken by service; what was released is taken off."""
    found: Counter[str] = Counter()
    for entry in entries:
        for posting in entry.postings:
            if posting.account.startswith("used/") and not posting.of_house:
                found[posting.account.removeprefix("used/")] += posting.amount
    for code, times in sorted(found.items()):
        zh, en = SERVICES[code]
        yield Row(f"uses.{code}", f"次数：{zh}", f"Counts: {en}", times)


def _deposits(entries: Sequence[Entry]) -> Iterator[Row]:
    """What the insurer paid to hospitals and settled, in fen; only where there was any."""
    amounts = [
        posting.amount
        for entry in entries
        for posting in entry.postings
        if posting.account == "deposit" and not posting.of_house
    ]
    if amounts:
        paid, settled = sum(a for a in amounts if a > 0), -sum(a for a in amounts if a < 0)
        yield Row("deposits.paid", "支付押金", "Deposits paid", paid, "yuan")
        yield Row("deposits.settled", "结清押金", "Deposits settled", settled, "yuan")


def _fold(entries: Iterable[Entry], _s: SettingValues) -> list[Row]:
    kept = list(entries)
    return [*_requests(kept), *_endings(kept), *_uses(kept), *_deposits(kept)]


MONTHLY = Report("monthly", "绿色通道月报", "Monthly report of the green channel", "month", _fold)

__all__ = ["MONTHLY"]
