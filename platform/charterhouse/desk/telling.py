"""What happened, in words: the title of an event and what it changed, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from charterhouse.desk import terms
from charterhouse.desk.decisions import SIGNS, Outcome
from charterhouse.desk.words import Words
from charterhouse.kernel.charter import Text
from charterhouse.kernel.ledger import FEN_UNITS, HELD, unit_of

_Maker = Callable[[Text, Mapping[str, Any], Outcome, Words], Text]

FIELDS: Mapping[str, Text] = {
    "status": ("会员状态", "Membership"),
    "tier": ("卡种", "Tier"),
    "card": ("会员卡", "Card"),
    "card_no": ("卡号", "Card number"),
    "term_start": ("本期起始", "Term begins"),
    "valid_until": ("有效期至", "Valid until"),
    "since": ("入会日", "Member since"),
    "kind": ("类别", "Kind"),
}
_SHOWN_FIELDS = ("status", "kind", "tier", "card", "card_no", "valid_until")

STATES: Mapping[str, Text] = {
    "none": ("无", "None"),
    "applied": ("待审核", "To be reviewed"),
    "approved": ("已批准", "Approved"),
    "active": ("有效", "Active"),
    "suspended": ("暂停", "Suspended"),
    "lapsed": ("已到期", "Lapsed"),
    "withdrawing": ("退会中", "Leaving"),
    "ended": ("已终止", "Ended"),
    "rejected": ("未通过", "Rejected"),
    "lost": ("已挂失", "Reported lost"),
    "void": ("已作废", "Void"),
    "expired": ("已过期", "Expired"),
}
"""Words of `STATUSES` and `CARDS` of the kernel."""

VERBS: Mapping[str, Text] = {
    "apply": ("提交入会申请", "Applied for membership"),
    "approve": ("申请通过", "Application approved"),
    "reject": ("申请未通过", "Application rejected"),
    "join": ("办理入会", "Joined"),
    "grant": ("授予会员资格", "Membership granted"),
    "bring_in": ("转入老会员", "Taken over from the former system"),
    "pay": ("缴费", "Paid"),
    "top_up": ("充值", "Topped up"),
    "spend": ("消费", "Bill"),
    "refund": ("退款", "Refund"),
    "cash_out": ("提现", "Paid out"),
    "visit": ("就诊", "Visit"),
    "refer": ("介绍亲友", "Introduced somebody"),
    "take_part": ("参加活动", "Took part in an event"),
    "award": ("赠予积分", "Points awarded"),
    "redeem": ("积分兑换", "Points redeemed"),
    "dispute": ("提出异议", "Objection raised"),
    "use": ("使用权益", "Benefit used"),
    "give_back": ("撤销", "Given back"),
    "renew": ("续费", "Renewed"),
    "upgrade": ("升级", "Upgraded"),
    "withdraw": ("申请退会", "Asked to leave"),
    "suspend": ("暂停会员资格", "Suspended"),
    "resume": ("恢复会员资格", "Resumed"),
    "sanction": ("处分", "Sanction"),
    "incident": ("记录事件", "Incident recorded"),
    "report_loss": ("挂失", "Card reported lost"),
    "reissue_card": ("补卡", "New card asked for"),
    "transfer_card": ("转让会员卡", "Card transferred"),
    "deregister": ("注销会员资格", "Deregistered"),
    "change_details": ("变更资料", "Details changed"),
    "record": ("登记", "Recorded"),
    "request": ("服务申请", "Service requested"),
    "supply": ("补交材料", "Papers supplied"),
    "decide": ("审批服务申请", "Request decided"),
    "progress": ("办理进展", "Step done"),
    "cancel": ("取消", "Cancelled"),
    "close": ("办结", "Closed"),
    "book": ("预约", "Booked"),
    "policy": ("登记保单", "Policy registered"),
    "pay_premium": ("缴纳保费", "Premium paid"),
    "policy_change": ("保单变更", "Policy changed"),
    "name_relative": ("指定亲属", "Relative named"),
    "diagnose": ("登记诊断", "Diagnosis recorded"),
    "amend": ("修订章程", "Charter amended"),
    "due": ("到期处理", "Time passed"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """Something that became different.

    Attributes:
        name: of the account or field.
        label: of it, for people.
        sort: `points`, `fen`, `uses`, `code`, `card_no`, `day`, `settled`, or `said`, which is
            told by its label alone.
        delta: by how much, for quantities.
        before, after: where they are known; codes, days as ISO text, or quantities.
        cls: the class of what was credited, such as `referral`.
        clause: by which clause.
    """

    name: str
    label: Text
    sort: str
    clause: str
    delta: int | None = None
    before: Any = None
    after: Any = None
    cls: str = ""


def changes_of(
    ref: str, trace: Iterable[Sequence[Any]], before: Mapping[str, Any], words: Words
) -> list[Change]:
    """What a decision changed for one person, read from its trace.

    Args:
        ref: the person.
        trace: entries of clause, phase, what it did, with which figures.
        before: what is known of the standing before: status, tier, card, points, owed …
        words: of the charter.
    """
    found: list[Change] = []
    held = dict(before)
    for clause, _phase, did, about in trace:
        if about.get("member") != ref and about.get("to") != ref:
            continue
        if did in SIGNS:
            found.append(_moved(clause, about, SIGNS[did], held, words))
        elif did == "move":
            found.append(_set_aside(clause, about, words))
        elif did == "move_all":
            found.append(Change("account", _WHOLE[about["member"] == ref], "said", clause))
        elif did == "change":
            found += _changed(clause, about, held)
        elif did == "owe":
            label = words.of("purpose", about["purpose"])
            found.append(Change("owed", label, "fen", clause, delta=about["amount"]))
        elif did == "settled":
            label = words.of("purpose", about["purpose"])
            found.append(Change("settled", label, "settled", clause))
    return [each for each in found if each.delta != 0]


_WHOLE: Mapping[bool, Text] = {
    True: ("整个账户已转出", "The whole account moved to the new holder"),
    False: ("受让整个账户", "The whole account was taken over"),
}


def sort_of(unit: str) -> str:
    """How quantities of a unit are shown: `fen`, `uses` or `points`."""
    if unit_of(unit) in FEN_UNITS or unit.startswith("spend/"):
        return "fen"
    return "uses" if "/" in unit else "points"


def _moved(
    clause: str, about: Mapping[str, Any], sign: int, held: dict[str, Any], words: Words
) -> Change:
    unit, amount = about["unit"], sign * about["amount"]
    before = held.get(unit)
    after = before + amount if before is not None else None
    held[unit] = after
    sort = sort_of(unit)
    if sort == "uses":
        label = words.label(unit.partition("/")[2])
        return Change(unit, label, sort, clause, delta=amount)
    cls = about.get("cls", "")
    label = words.unit(unit)
    return Change(unit, label, sort, clause, delta=amount, before=before, after=after, cls=cls)


def _set_aside(clause: str, about: Mapping[str, Any], words: Words) -> Change:
    """A hold, or its release."""
    into = str(about["target"]).endswith(HELD)
    zh, en = words.unit(about["source"])
    label = (f"{zh}（预留）" if into else f"{zh}（解除预留）",
             f"{en} set aside" if into else f"{en} released")  # fmt: skip
    return Change(
        f"{about['source']}>{about['target']}", label, sort_of(about["source"]), clause,
        delta=about["amount"],
    )  # fmt: skip


def _changed(clause: str, about: Mapping[str, Any], held: dict[str, Any]) -> list[Change]:
    found = []
    sorts = {"valid_until": "day", "card_no": "card_no"}
    for name in _SHOWN_FIELDS:
        if name not in about or (about[name] or "") == (held.get(name) or ""):
            continue
        sort = sorts.get(name, "code")
        change = Change(name, FIELDS[name], sort, clause, before=held.get(name), after=about[name])
        held[name] = about[name]
        found.append(change)
    return found


def merged(changes: Iterable[Change]) -> list[Change]:
    """The same with those of one account or field and clause in one: first before, last after."""
    found: dict[tuple[str, str], Change] = {}
    for each in changes:
        key = (each.name, each.clause if each.delta is not None else "")
        known = found.get(key)
        if known is None:
            found[key] = each
            continue
        delta = None if each.delta is None else (known.delta or 0) + each.delta
        found[key] = replace(each, before=known.before, delta=delta)
    return [each for each in found.values() if each.delta != 0]


def money(fen: int) -> str:
    """An amount of fen as ¥1,234.50."""
    sign = "−" if fen < 0 else ""
    return f"{sign}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def _with(text: Text, more_zh: str, more_en: str) -> Text:
    return (f"{text[0]} {more_zh}".strip(), f"{text[1]} {more_en}".strip())


def title(
    verb: str, body: Mapping[str, Any], outcome: Outcome, words: Words, *, own: bool = True
) -> Text:
    """What happened, as a short sentence.

    Args:
        verb: of the event; "due" when time alone acted.
        body: the event's fields as they are stored (amounts in fen).
        outcome: what is kept of the decision.
        words: of the charter.
        own: whether it happened to the person whose timeline it is; of somebody else's bill
            nothing is told but that it was.
    """
    if not own and verb in _OF_OTHERS:
        return _OF_OTHERS[verb]
    if verb == "due":
        return _by_time(outcome, words)
    base = VERBS.get(verb, (verb, verb))
    maker = _TITLES.get(verb)
    return maker(base, body, outcome, words) if maker else base


_OF_OTHERS: Mapping[str, Text] = {
    "spend": ("所介绍的人消费", "Bill of somebody introduced"),
    "visit": ("所介绍的人就诊", "Visit of somebody introduced"),
    "refund": ("所介绍的人退款", "Refund to somebody introduced"),
    "join": ("所介绍的人入会", "Somebody introduced has joined"),
    "refer": ("由会员介绍", "Introduced by a member"),
    "transfer_card": ("受让会员卡", "Card taken over"),
}

_FACTS: Mapping[str, Text] = {
    "lapsed": ("会员资格到期", "Membership lapsed"),
    "ended": ("会员资格终止", "Membership ended"),
    "term_began": ("新一期开始", "A new term began"),
}


def _by_time(outcome: Outcome, words: Words) -> Text:
    for fact, said in _FACTS.items():
        if fact in outcome.facts:
            return said
    for entry in outcome.trace:
        if entry.did == "expire":
            zh, en = words.unit(entry.about["unit"])
            return (f"{zh}到期清零", f"{en} expired")
    for entry in outcome.trace:
        if entry.did == "change" and "tier" in entry.about:
            zh, en = words.label(entry.about["tier"])
            return (f"等级变更：{zh}", f"Tier changed: {en}")
        if entry.did == "change" and entry.about.get("status") in _BECAME:
            return _BECAME[entry.about["status"]]
    for each in outcome.raised:
        zh, en = words.label(each.code)
        return (f"提醒：{zh}", f"Reminder: {en}") if each.sort == "notice" else (zh, en)
    return VERBS["due"]


_BECAME: Mapping[str, Text] = {
    "suspended": ("会员资格暂停", "Membership suspended"),
    "active": ("会员资格生效", "Membership active"),
}


def _pay(_base: Text, body: Mapping[str, Any], _o: Outcome, words: Words) -> Text:
    zh, en = words.of("purpose", body["for"])
    how = terms.METHODS.get(body.get("method") or "cash")
    more = f"（{how[0]}）" if how else ""
    paid = money(body["amount"])
    return (f"缴纳{zh} {paid}{more}", f"{en} paid: {paid}" + (f" ({how[1]})" if how else ""))


def _sum(base: Text, body: Mapping[str, Any], _o: Outcome, _w: Words) -> Text:
    return _with(base, money(body["amount"]), money(body["amount"]))


def _spend(base: Text, _b: Mapping[str, Any], outcome: Outcome, _w: Words) -> Text:
    due = outcome.figures.get("due")
    return base if due is None else _with(base, money(due), money(due))


def _refund(base: Text, _b: Mapping[str, Any], outcome: Outcome, _w: Words) -> Text:
    back = outcome.figures.get("refund")
    return base if back is None else _with(base, money(back), money(back))


def _redeem(base: Text, body: Mapping[str, Any], _o: Outcome, words: Words) -> Text:
    if not body.get("item"):
        return base
    zh, en = words.label(body["item"])
    count = body.get("quantity", 1)
    times = f" × {count}" if count > 1 else ""
    return (f"{base[0]}：{zh}{times}", f"{base[1]}: {en}{times}")


def _coded(field: str, family: str = "", default: str = "") -> _Maker:
    def make(base: Text, body: Mapping[str, Any], _o: Outcome, words: Words) -> Text:
        code = body.get(field) or default
        if not code:
            return base
        zh, en = words.of(family or field, code)
        return (f"{base[0]}：{zh}", f"{base[1]}: {en}")

    return make


def _sanction(base: Text, body: Mapping[str, Any], _o: Outcome, words: Words) -> Text:
    labels = [words.of("measures", code) for code in body.get("measures", ())]
    return (
        f"{base[0]}：{'、'.join(zh for zh, _ in labels)}",
        f"{base[1]}: {', '.join(en for _, en in labels)}",
    )


_TITLES: Mapping[str, _Maker] = {
    "pay": _pay, "spend": _spend, "refund": _refund, "redeem": _redeem, "top_up": _sum,
    "cash_out": _sum, "award": _coded("kind", "award.kind", "gift"), "use": _coded("benefit"),
    "incident": _coded("kind"), "sanction": _sanction, "visit": _coded("kind", "visit"),
    "take_part": _coded("activity"), "apply": _coded("path"), "join": _coded("path"),
    "record": _coded("kind"), "give_back": _coded("reason"), "upgrade": _coded("to"),
    "grant": _coded("tier"), "refer": _coded("outcome", "refer.outcome"),
    "withdraw": _coded("form", "withdraw.form"), "request": _coded("service"),
    "decide": _coded("outcome", "decide.outcome"), "progress": _coded("step"),
    "cancel": _coded("by", "cancel.by"), "close": _coded("outcome", "close.outcome"),
    "book": _coded("what"), "diagnose": _coded("condition"), "policy_change": _coded("to"),
    "name_relative": _coded("relation"),
}  # fmt: skip


def shown(change: Change, value: Any, words: Words) -> Text:
    """A value of a change for people; fen and points as numbers, codes as their labels."""
    if value is None or value == "":
        return ("无", "none")
    if change.sort == "day":
        day = date.fromisoformat(value)
        return (value, f"{day.day} {day:%b %Y}")
    if change.sort == "code":
        coded = change.name in ("tier", "kind")
        return words.label(value) if coded else STATES.get(value, (value, value))
    text = money(value) if change.sort == "fen" else f"{value:,}" if change.delta else str(value)
    return (text, text)
