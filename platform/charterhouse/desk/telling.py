"""What happened, in words: the title of an event and what it changed, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from charterhouse.desk.words import Words
from charterhouse.kernel.charter import Text
from charterhouse.kernel.ledger import FEN_UNITS

ACCOUNTS: Mapping[str, Text] = {
    "points": ("积分", "Points"),
    "spend_total": ("累计消费", "Cumulative consumption"),
    "stored_value": ("储值", "Stored value"),
    "credit": ("余额", "Credit"),
    "deposit": ("押金", "Deposit"),
}

FIELDS: Mapping[str, Text] = {
    "status": ("会员状态", "Membership"),
    "tier": ("卡种", "Tier"),
    "card": ("会员卡", "Card"),
    "card_no": ("卡号", "Card number"),
    "valid_until": ("有效期至", "Valid until"),
    "since": ("入会日", "Member since"),
    "kind": ("类别", "Kind"),
}
_SHOWN_FIELDS = ("status", "tier", "card", "card_no", "valid_until")

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

METHODS: Mapping[str, Text] = {
    "cash": ("现金", "Cash"),
    "card": ("银行卡（POS）", "Bank card (POS)"),
    "wechat_pay": ("微信支付", "WeChat Pay"),
    "alipay": ("支付宝", "Alipay"),
    "transfer": ("转账", "Bank transfer"),
}

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
    "due": ("到期处理", "Time passed"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """Something that became different.

    Attributes:
        name: of the account or field.
        label: of it, for people.
        sort: `points`, `fen`, `uses`, `code`, `card_no` or `day`.
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
        if did in ("credit", "debit", "restore", "expire"):
            sign = 1 if did in ("credit", "restore") else -1
            found.append(_moved(clause, about, sign, held, words))
        elif did == "change":
            found += _changed(clause, about, held)
        elif did == "owe":
            label = words.label(about["purpose"])
            found.append(Change("owed", label, "fen", clause, delta=about["amount"]))
        elif did == "settled":
            label = words.label(about["purpose"])
            found.append(Change("settled", label, "settled", clause))
    return [each for each in found if each.delta != 0]


def _moved(
    clause: str, about: Mapping[str, Any], sign: int, held: dict[str, Any], words: Words
) -> Change:
    unit, amount = about["unit"], sign * about["amount"]
    before = held.get(unit)
    after = before + amount if before is not None else None
    held[unit] = after
    cls = about.get("cls", "")
    if unit.startswith("used/"):
        label = words.label(unit.removeprefix("used/"))
        return Change(unit, label, "uses", clause, delta=amount)
    sort = "fen" if unit in FEN_UNITS else "points"
    label = ACCOUNTS.get(unit) or words.label(unit)
    return Change(unit, label, sort, clause, delta=amount, before=before, after=after, cls=cls)


def _changed(clause: str, about: Mapping[str, Any], held: dict[str, Any]) -> list[Change]:
    found = []
    sorts = {"valid_until": "day", "card_no": "card_no"}
    for name in _SHOWN_FIELDS:
        if name not in about or about[name] == held.get(name, ""):
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
    verb: str,
    body: Mapping[str, Any],
    outcome: Mapping[str, Any],
    words: Words,
    *,
    own: bool = True,
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
    "refund": ("所介绍的人退款", "Refund to somebody introduced"),
    "transfer_card": ("受让会员卡", "Card taken over"),
}


def _by_time(outcome: Mapping[str, Any], words: Words) -> Text:
    facts = {fact for fact, _, _ in outcome["happenings"]}
    if "lapsed" in facts:
        return ("会员资格到期", "Membership lapsed")
    if any(did == "expire" for _, _, did, _ in outcome["trace"]):
        unit = next(a["unit"] for _, _, did, a in outcome["trace"] if did == "expire")
        zh, en = ACCOUNTS.get(unit) or words.label(unit)
        return (f"{zh}到期清零", f"{en} expired")
    for sort, code, *_ in outcome["raised"]:
        zh, en = words.label(code)
        return (f"提醒：{zh}", f"Reminder: {en}") if sort == "notice" else (zh, en)
    return VERBS["due"]


def _pay(_base: Text, body: Mapping[str, Any], _o: Mapping[str, Any], words: Words) -> Text:
    what, how = words.label(body["for"]), METHODS.get(body.get("method") or "cash")
    zh, en = what
    more = f"（{how[0]}）" if how else ""
    paid = money(body["amount"])
    return (f"缴纳{zh} {paid}{more}", f"{en} paid: {paid}" + (f" ({how[1]})" if how else ""))


def _spend(base: Text, _b: Mapping[str, Any], outcome: Mapping[str, Any], _w: Words) -> Text:
    due = outcome["figures"].get("due")
    return base if due is None else _with(base, money(due), money(due))


def _refund(base: Text, _b: Mapping[str, Any], outcome: Mapping[str, Any], _w: Words) -> Text:
    back = outcome["figures"].get("refund")
    return base if back is None else _with(base, money(back), money(back))


def _award(base: Text, body: Mapping[str, Any], _o: Mapping[str, Any], words: Words) -> Text:
    zh, en = words.label(body.get("kind", "gift"))
    return (f"{base[0]}：{zh}", f"{base[1]}: {en}")


def _redeem(base: Text, body: Mapping[str, Any], _o: Mapping[str, Any], words: Words) -> Text:
    if not body.get("item"):
        return base
    zh, en = words.label(body["item"])
    count = body.get("quantity", 1)
    times = f" × {count}" if count > 1 else ""
    return (f"{base[0]}：{zh}{times}", f"{base[1]}: {en}{times}")


def _coded(field: str) -> Any:
    def make(base: Text, body: Mapping[str, Any], _o: Mapping[str, Any], words: Words) -> Text:
        code = body.get(field)
        if not code:
            return base
        zh, en = words.label(code)
        return (f"{base[0]}：{zh}", f"{base[1]}: {en}")

    return make


def _sanction(base: Text, body: Mapping[str, Any], _o: Mapping[str, Any], words: Words) -> Text:
    labels = [words.label(code) for code in body.get("measures", ())]
    return (
        f"{base[0]}：{'、'.join(zh for zh, _ in labels)}",
        f"{base[1]}: {', '.join(en for _, en in labels)}",
    )


_TITLES = {
    "pay": _pay, "spend": _spend, "refund": _refund, "award": _award, "redeem": _redeem,
    "use": _coded("benefit"), "incident": _coded("kind"), "sanction": _sanction,
    "visit": _coded("kind"), "take_part": _coded("activity"), "apply": _coded("path"),
    "join": _coded("path"), "record": _coded("kind"), "give_back": _coded("reason"),
    "upgrade": _coded("to"), "grant": _coded("tier"),
}  # fmt: skip


def shown(change: Change, value: Any, words: Words) -> Text:
    """A value of a change for people; fen and points as numbers, codes as their labels."""
    if value is None or value == "":
        return ("无", "none")
    if change.sort == "day":
        day = date.fromisoformat(value)
        return (value, f"{day.day} {day:%b %Y}")
    if change.sort == "code":
        return words.label(value) if change.name == "tier" else STATES.get(value, (value, value))
    text = money(value) if change.sort == "fen" else f"{value:,}" if change.delta else str(value)
    return (text, text)
