"""Reports on services that the house makes for every charter that promises any.

Requests, their deadlines, why they were refused, uses that they took, and how content members
are. What codes are called comes from the charter's words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from charterhouse.desk.periods import Period
from charterhouse.desk.reports import AnyReport, HouseReport, fold
from charterhouse.desk.requests import services
from charterhouse.desk.service_figures import figures_of, opened_in
from charterhouse.desk.terms import named
from charterhouse.desk.words import Words, program_now, words
from charterhouse.kernel.charter import Text
from charterhouse.kernel.reasons import REASONS
from charterhouse.kernel.report import Entry, Opinion, Report, Row
from charterhouse.kernel.settings import SettingValues
from charterhouse.plugins.errors import CharterUnavailableError

__all__ = ["opinions", "satisfied", "service_reports", "share_of_satisfied"]

_ASKED: Text = ("申请", "Requests")


def service_reports() -> tuple[AnyReport, ...]:
    """The reports on services; none where the charter promises no services."""
    if not services():
        return ()
    said = words()
    return (
        Report("service-requests", "服务申请", "Service requests", "month", _Requests(said)),
        HouseReport(
            "service-deadlines", "时限遵守情况", "Deadlines kept and missed", "month",
            _Deadlines(said),
        ),
        Report(
            "service-refusals", "拒绝原因", "Reasons of refusal", "month", _Refusals(said),
            refusals=True,
        ),
        Report("service-uses", "次数使用", "Uses taken", "month", _Uses(said)),
        *_satisfaction(said),
    )  # fmt: skip


def _satisfaction(said: Words) -> Iterator[Report]:
    if opinions():
        yield Report(
            "service-satisfaction", "服务满意度", "Satisfaction with services", "month",
            _Satisfaction(said, opinions()),
        )  # fmt: skip


def opinions() -> Sequence[Opinion]:
    """Where members say how content they are, by the charter."""
    try:
        return program_now().charter.opinions
    except (CharterUnavailableError, LookupError):
        return ()


def share_of_satisfied(period: Period) -> int | None:
    """The share of those who were content in a period, in percent; None where nobody said."""
    report = next(_satisfaction(words()), None)
    rows = fold(report, period) if report else []
    return next((row.value for row in rows if row.code == "satisfied"), None)


def satisfied(answers: Counter[tuple[str, bool]]) -> int | None:
    """The share of those who are content, in percent, rounded down; None where nobody said."""
    good = sum(times for (_, content), times in answers.items() if content)
    return 100 * good // answers.total() if answers else None


def answers_of(asked: Sequence[Opinion], entries: Iterable[Entry]) -> Counter[tuple[str, bool]]:
    """Answer, and whether it counts as content → how often it was given."""
    found: Counter[tuple[str, bool]] = Counter()
    for entry in entries:
        for opinion in asked:
            answer = opinion.answer(entry)
            if answer:
                found[answer, answer in opinion.good] += 1
    return found


class _Fold:
    """A fold that knows what the charter calls its codes."""

    def __init__(self, said: Words) -> None:
        self.said = said

    def __call__(self, entries: Iterable[Entry], _settings: SettingValues) -> list[Row]:
        """See `Report.fold`."""
        return list(self.rows(list(entries)))

    def rows(self, entries: list[Entry]) -> Iterator[Row]:
        """The rows of the report."""
        raise NotImplementedError

    def tally(self, code: str, title: Text, found: Counter[str]) -> Iterator[Row]:
        """A row for each code, the most frequent first."""
        for each, times in sorted(found.items(), key=lambda pair: (-pair[1], pair[0])):
            zh, en = self.said.label(each)
            yield Row(f"{code}.{each}", f"{title[0]}：{zh}", f"{title[1]}: {en}", times)


class _Requests(_Fold):
    """How many were asked for by service and channel, decided, cancelled and closed."""

    def rows(self, entries: list[Entry]) -> Iterator[Row]:
        """See `_Fold.rows`."""
        asked = [entry for entry in entries if entry.verb == "request"]
        yield Row("requests", *_ASKED, len(asked))
        yield from self.tally("service", _ASKED, Counter(str(e.body["service"]) for e in asked))
        channels = Counter(str(e.body["channel"]) for e in asked if e.body.get("channel"))
        yield from self.tally("channel", ("渠道", "Channel"), channels)
        decided = Counter(str(e.body["outcome"]) for e in entries if e.verb == "decide")
        for code, zh, en in (
            ("approved", "审核通过", "Approved"),
            ("refused", "审核拒绝", "Refused"),
        ):
            yield Row(f"decided.{code}", zh, en, decided[code])
        cancelled = sum(entry.verb == "cancel" for entry in entries)
        yield Row("cancelled", "取消", "Cancelled", cancelled)
        closed = Counter(str(e.body["outcome"]) for e in entries if e.verb == "close")
        for code, times in sorted(closed.items()):
            zh, en = named("close.outcome", code) or self.said.label(code)
            yield Row(f"closed.{code}", f"办结：{zh}", f"Closed: {en}", times)
        passed = sum(r.sort == "flag" and r.code == "overdue" for e in entries for r in e.raised)
        yield Row("overdue", "到期未办", "Deadlines that passed", passed)


class _Refusals(_Fold):
    """Why requests were not taken, by reason, clause and service; and those decided against."""

    def rows(self, entries: list[Entry]) -> Iterator[Row]:
        """See `_Fold.rows`."""
        refused = [e for e in entries if e.verb == "request" and not e.accepted]
        yield Row("refused", "未受理", "Not taken", len(refused))
        reasons = Counter(entry.reason for entry in refused)
        for code, times in sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0])):
            zh, en = REASONS.get(code, (code, code))
            yield Row(f"reason.{code}", f"原因：{zh}", f"Reason: {en}", times)
        clauses = Counter(entry.clause for entry in refused if entry.clause)
        for number, times in sorted(clauses.items(), key=lambda pair: (-pair[1], pair[0])):
            yield Row(f"clause.{number}", f"条款 {number}", f"Clause {number}", times)
        by_service = Counter(str(e.body.get("service") or "-") for e in refused)
        yield from self.tally("service", ("服务", "Service"), by_service)
        against = sum(
            e.accepted and e.verb == "decide" and e.body["outcome"] == "refused" for e in entries
        )
        yield Row("against", "审核不通过", "Decided against", against)


class _Uses(_Fold):
    """Uses of benefits that were taken; those released are taken off."""

    def rows(self, entries: list[Entry]) -> Iterator[Row]:
        """See `_Fold.rows`."""
        found: Counter[str] = Counter()
        for entry in entries:
            for posting in entry.postings:
                if posting.account.startswith("used/") and not posting.of_house:
                    found[posting.account.removeprefix("used/")] += posting.amount
        yield Row("uses", "使用次数合计", "Uses", found.total())
        yield from self.tally("uses", ("次数", "Uses"), found)


class _Satisfaction(_Fold):
    """What members answered when they were asked how content they are."""

    def __init__(self, said: Words, asked: Sequence[Opinion]) -> None:
        super().__init__(said)
        self.asked = asked

    def rows(self, entries: list[Entry]) -> Iterator[Row]:
        """See `_Fold.rows`."""
        answers = answers_of(self.asked, entries)
        yield Row("answers", "回答", "Answers", answers.total())
        given: Counter[str] = Counter()
        for (answer, _), times in answers.items():
            given[answer] += times
        yield from self.tally("answer", ("回答", "Answer"), given)
        share = satisfied(answers)
        if share is not None:
            yield Row("satisfied", "满意率", "Share of satisfied", share, "percent")


class _Deadlines:
    """Deadlines of the requests opened in the period, as they stand now."""

    def __init__(self, said: Words) -> None:
        self.said = said

    def __call__(self, period: Period) -> list[Row]:
        """See `HouseReport.rows`."""
        figures = figures_of(opened_in(period))
        rows = [
            Row("kept", "全部按时的申请", "Requests all in time", figures.which["kept"]),
            Row(
                "missed", "有超时的申请", "Requests with a missed deadline", figures.which["missed"]
            ),
            Row("overdue", "现在逾期", "Overdue now", figures.which["overdue"]),
        ]
        if figures.in_time is not None:
            rows.append(Row("in_time", "按时率", "Share in time", figures.in_time, "percent"))
        for code, zh, en in (
            ("answered", "首次处理用时中位数", "Median time to the first answer"),
            ("arranged", "安排用时中位数", "Median time to the arrangement"),
        ):
            minutes = getattr(figures, code)
            if minutes is not None:
                rows.append(Row(code, zh, en, minutes, "minutes"))
        for limit, states in sorted(figures.limits.items()):
            label = self.said.label(limit)
            for state, (zh, en) in _STATES.items():
                text = f"{label[0]}：{zh}", f"{label[1]}: {en}"
                rows.append(Row(f"limit.{limit}.{state}", *text, states[state]))
        return rows


_STATES: dict[str, Text] = {
    "kept": ("按时", "kept"),
    "missed": ("超时", "missed"),
    "running": ("进行中", "running"),
}
