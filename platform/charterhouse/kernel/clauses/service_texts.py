"""The words of services: what may be asked, by whom, with what, in which order, and until when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.services import (
    APPROVED,
    ASKED,
    CLOSED,
    COMPLETE,
    SUPPLIED,
    Limit,
    Need,
    Service,
    Step,
    Then,
    always,
)

Speaker = Callable[[Service, str, str], str]
Labels = Mapping[str, Text]
Sentence = tuple[str, Text]
"""Number of the clause, and what it says."""

_ASKING: Labels = {"anybody": ("任何人", "anybody"), "insured": ("被保险人", "the insured")}
_MARKS: Labels = {
    ASKED: ("提出申请", "the request"),
    SUPPLIED: ("收到材料", "the receipt of papers"),
    COMPLETE: ("材料齐全", "complete papers"),
    APPROVED: ("审批同意", "the approval"),
    CLOSED: ("办结", "closing"),
}
_UNITS: Labels = {
    "minutes": ("分钟", "minutes"),
    "hours": ("小时", "hours"),
    "days": ("日", "days"),
    "working_days": ("个工作日", "working days"),
}
_SORTS: Labels = {
    "task": ("生成任务“{}”", "the task “{}” is raised"),
    "notice": ("发出通知“{}”", "the notice “{}” is sent"),
    "flag": ("标记“{}”", "it is marked “{}”"),
    "record": ("记录“{}”", "the record “{}” is written"),
}
_OUTCOMES: Labels = {
    "served": ("办结（已服务）", "Once served"),
    "no_show": ("本人未到", "After a no-show"),
    "failed": ("未能提供", "When it could not be given"),
}


def words_of(services: Iterable[Service], speaker: Speaker, labels: Labels) -> dict[str, Text]:
    """Number → what all services say under it, in both languages."""
    zh: dict[str, list[str]] = {}
    en: dict[str, list[str]] = {}
    for service in services:
        name = service.name if service.name[0] else labels.get(service.code, (service.code,) * 2)
        for number, (said_zh, said_en) in _sentences(service, name, speaker, labels):
            zh.setdefault(number, []).append(said_zh)
            en.setdefault(number, []).append(said_en)
    return {
        number: ("".join(dict.fromkeys(zh[number])), " ".join(dict.fromkeys(en[number])))
        for number in zh
    }


def _list(codes: Iterable[str], labels: Labels) -> Text:
    named = [_MARKS.get(code) or labels.get(code, (code, code)) for code in codes]
    return "、".join(zh for zh, _ in named), ", ".join(en for _, en in named)


def _sentences(
    service: Service, name: Text, speaker: Speaker, labels: Labels
) -> Iterator[Sentence]:
    def under(reason: str, own: str = "") -> str:
        return speaker(service, reason, own)

    yield under("open"), _who(service, name)
    if service.tiers is not None:
        zh, en = _list(service.tiers, labels)
        yield under("tier"), (f"{name[0]}限{zh}。", f"{name[1]}: for {en} only.")
    if service.by:
        zh, en = _list(service.by, labels)
        yield under("by"), (f"申请由{zh}填写。", f"The request is filed by: {en}.")
    if service.for_others:
        yield under("for"), ("仅限本人，不得代他人申请。", "For the member in person only.")
    if service.consent:
        yield (
            under("consent"),
            ("须经会员本人同意。", "It needs the member's consent."),
        )
    if service.details:
        zh, en = _list(service.details, labels)
        yield under("details"), (f"须写明：{zh}。", f"To be stated: {en}.")
    if service.papers:
        yield under("papers"), _papers(service, labels)
        yield from _instead(service, under, labels)
    if service.quota:
        yield (
            under("quota"),
            (
                "申请即占用一次，用完不再受理；未能提供的予以退回。",
                "A request takes one use; with none left it is refused. What could not be given "
                "returns.",
            ),
        )
    yield from _work(service, under, labels)


def _who(service: Service, name: Text) -> Text:
    zh, en = _ASKING.get(service.who, ("会员", "members"))
    return (
        f"{name[0]}：{zh}均可申请。",
        f"{name[1]}: may be asked for by {en}"
        f"{' whose tier has it' if service.tiers or service.benefit else ''}.",
    )


def _instead(service: Service, under: Callable[..., str], labels: Labels) -> Iterator[Sentence]:
    for paper in service.asks_for:
        if paper.any_of:
            zh, en = _any_of(paper.codes, labels)
            yield under("papers", paper.clause), (f"{zh}任一即可。", f"{en}: one of them will do.")


def _papers(service: Service, labels: Labels) -> Text:
    zh, en = _list((paper.code for paper in service.asks_for), labels)
    if service.papers_later:
        return (f"所需材料：{zh}；缺少的可以补交。", f"Papers: {en}; lacking ones may follow.")
    return (f"所需材料：{zh}；缺少的不予受理。", f"Papers: {en}; without them it is refused.")


def _work(service: Service, under: Callable[..., str], labels: Labels) -> Iterator[Sentence]:
    yield from _brought(service.opening, ("受理时", "On opening"), "open", under, labels)
    if service.review:
        yield under("decide"), _review(service, labels)
    yield from _brought(service.approved, ("同意时", "On approval"), "decide", under, labels)
    for step in service.steps:
        number = under("step", step.clause)
        yield number, _step(step, labels)
        named = labels.get(step.code, (step.code, step.code))
        yield from _brought(step.then, named, "step", under, labels, step.clause)
    if service.needs or service.bars:
        yield under("close"), _closing(service, labels)
    for outcome, thens in service.closing.items():
        yield from _brought(thens, _OUTCOMES[outcome], "close", under, labels)
    for limit in (each for each in service.limits if each.timed):
        yield under("limit", limit.clause), _limit(limit, labels)
    if "cancel" in service.numbers:
        yield under("cancel"), ("未办结前可以取消。", "It can be given up until it is closed.")
    if "over" in service.numbers:
        yield (
            under("over"),
            (
                "已办结、取消或拒绝的申请不再办理。",
                "Nothing more is done on a request that is over.",
            ),
        )


def _review(service: Service, labels: Labels) -> Text:
    by_zh, by_en = _list(service.decide_by, labels)
    after_zh, after_en = _list((each.code for each in service.decided_after), labels)
    first_zh = f"完成{after_zh}后" if after_zh else ""
    first_en = f" after: {after_en}" if after_en else ""
    return (
        f"{first_zh}由{by_zh or '医院'}审批。",
        f"It is decided by {by_en or 'the hospital'}{first_en}.",
    )


def _step(step: Step, labels: Labels) -> Text:
    zh, en = labels.get(step.code, (step.code, step.code))
    after_zh, after_en = _list((each.code for each in step.before), labels)
    if step.after_close:
        after_zh, after_en = after_zh or "服务完成", after_en or "the service"
    if step.needs_flag:
        mark_zh, mark_en = labels.get(step.needs_flag, (step.needs_flag,) * 2)
        after_zh, after_en = f"标记“{mark_zh}”", f"the mark “{mark_en}”"
    once_zh, once_en = ("，只办一次", ", once") if step.once else ("", "")
    rank_zh = (
        f"（须在{after_zh}之后{once_zh}）"
        if after_zh
        else (f"（{once_zh[1:]}）" if once_zh else "")
    )
    rank_en = (
        f" (after {after_en}{once_en})" if after_en else (f" ({once_en[2:]})" if once_en else "")
    )
    return (f"步骤“{zh}”{rank_zh}。", f"Step “{en}”{rank_en}.")


def _need(need: Need, labels: Labels) -> Text:
    return _any_of(need.steps or (need.code,), labels)


def _any_of(codes: Iterable[str], labels: Labels) -> Text:
    named = [labels.get(code, (code, code)) for code in codes]
    return "或".join(zh for zh, _ in named), " or ".join(en for _, en in named)


def _any_of_marks(codes: Iterable[str], labels: Labels) -> Text:
    named = [_MARKS.get(code) or labels.get(code, (code, code)) for code in codes]
    return "或".join(zh for zh, _ in named), " or ".join(en for _, en in named)


def _closing(service: Service, labels: Labels) -> Text:
    named = [_need(need, labels) for need in service.needed]
    zh, en = "、".join(zh for zh, _ in named), ", ".join(en for _, en in named)
    bars_zh, bars_en = _list(service.bars, labels)
    if bars_zh:
        bars_zh, bars_en = f"标记“{bars_zh}”未解除", f"it is marked “{bars_en}”"
    if not named:
        return (f"{bars_zh}时不得办结。", f"It is not closed while {bars_en}.")
    return (
        f"完成{zh}后方可办结{'；' + bars_zh + '的不得办结' if bars_zh else ''}。",
        f"It is closed only after: {en}{', and not while ' + bars_en if bars_en else ''}.",
    )


def _brought(
    thens: Iterable[Then], moment: Text, reason: str, under: Callable[..., str], labels: Labels,
    own: str = "",
) -> Iterator[Sentence]:  # fmt: skip
    for then in thens:
        if then.sort == "cite":
            continue
        zh, en = labels.get(then.code, (then.code, then.code))
        where_zh, where_en = (
            ("", "") if then.when is always else ("（适用时）", ", where it applies")
        )
        done_zh, done_en = _SORTS[then.sort]
        yield (
            under(reason, then.clause or own),
            (
                f"{moment[0]}{where_zh}{done_zh.format(zh)}。",
                f"{moment[1]}{where_en}: {done_en.format(en)}.",
            ),
        )


def _limit(limit: Limit, labels: Labels) -> Text:
    start_zh, start_en = _any_of_marks(limit.starts, labels)
    ends_zh, ends_en = _list(limit.ends, labels)
    if limit.on:
        return (
            f"{start_zh}所定之时{ends_zh}；逾期标记并催办。",
            f"By the time named by {start_en}: {ends_en}; what is overdue is marked and followed up.",
        )
    unit_zh, unit_en = _UNITS[limit.unit]
    return (
        f"自{start_zh}起{limit.amount}{unit_zh}内{ends_zh}；逾期标记并催办。",
        f"Within {limit.amount} {unit_en} of {start_en}: {ends_en}; what is overdue is marked and "
        "followed up.",
    )


__all__ = ["words_of"]
