"""The cells of each kind of register, read from the rows that its source selects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from charterhouse.desk import telling
from charterhouse.desk.charters import versions
from charterhouse.desk.decisions import open_body, open_outcome, read
from charterhouse.desk.items import Items
from charterhouse.desk.people import find_person
from charterhouse.desk.words import program_now, words
from charterhouse.kernel.charter import Text
from charterhouse.kernel.ledger import POINTS
from charterhouse.plugins.errors import CharterUnavailableError
from charterhouse.records.tables import card, decision, event
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import Unit

__all__ = ["READERS"]

Row = dict[str, Any]

_ENTERED = ("join", "grant", "bring_in", "apply")
"""Verbs that say by which way and with which papers somebody came."""


def _local(moment: datetime | None) -> datetime | None:
    return moment.astimezone(current_tenant().zone) if moment else None


def _day_of(moment: datetime | None) -> date | None:
    return moment.astimezone(current_tenant().zone).date() if moment else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _told(row: Any) -> Mapping[str, Any]:
    return open_body(row.event_id, row.told)


# Decisions, bills and their lines.


def _decisions(opened: Unit, rows: Any) -> list[Row]:
    held = _cards_of(opened, {row.member for row in rows if row.verb in _CARD_VERBS})
    made = []
    for row in rows:
        stored = read(row)
        outcome, told = stored.outcome, stored.body
        cells = {
            "decision": str(row.id),
            "at": _local(row.at),
            "member": row.member or "",
            "what": telling.title(row.verb, told, outcome, words(row.version)),
            "outcome": row.code,
            "clause": stored.first_clause,
            "actor": row.actor or "clock",
            "branch": row.branch or "",
            "verb": row.verb,
            "reason": told.get("reason") or told.get("note") or "",
            "approver": told.get("approver") or "",
            "result": told.get("result") or ("took_part" if row.verb == "take_part" else ""),
            "redeemed": outcome.moved(POINTS),
            "amount": told.get("amount"),
        }
        if row.verb in _CARD_VERBS:
            cells |= _numbers(held.get(row.member, []), row)
        made.append(cells)
    return made


_CARD_VERBS = frozenset({"report_loss", "reissue_card"})


def _cards_of(opened: Unit, members: Iterable[str]) -> dict[str, list[Any]]:
    """Each person's cards, the first one first."""
    query = (
        select(card.c.member, card.c.number, card.c.issued_at)
        .where(card.c.member.in_(sorted(members)))
        .order_by(card.c.issued_at)
    )
    found: dict[str, list[Any]] = {}
    for each in opened.connection.execute(query) if members else ():
        found.setdefault(each.member, []).append(each)
    return found


def _number_at(cards: list[Any], at: datetime) -> str:
    return next((each.number for each in reversed(cards) if each.issued_at <= at), "")


def _numbers(cards: list[Any], row: Any) -> Row:
    """The card a loss or reissue is about, and the one that took its place."""
    later = [each.number for each in cards if each.issued_at > row.at]
    told = _told(row).get("occurred_at")
    return {
        "number": _number_at(cards, row.at),
        "successor": later[0] if later else "",
        "happened": _local(datetime.fromisoformat(told) if told else row.occurred_at),
    }


def _bills(_opened: Unit, rows: Any) -> list[Row]:
    made = []
    for row in rows:
        stored = read(row)
        outcome, figures, told = stored.outcome, stored.outcome.figures, stored.body
        priced = figures.get("priced", [])
        listed = sum(line[2] * line[4] for line in priced)
        back = figures.get("refund")
        made.append({
            "decision": str(row.id),
            "at": _local(row.at),
            "member": row.member or "",
            "what": _named(row.verb, told),
            "listed": listed if priced else None,
            "discount": figures["due"] - listed if priced else None,
            "covered": -figures["third_party"] if figures.get("third_party") else None,
            "to_pay": figures.get("to_pay") if back is None else -back,
            "earned": outcome.moved(POINTS),
            "outcome": row.code,
            "branch": row.branch or "",
        })  # fmt: skip
    return made


def _named(verb: str, told: Mapping[str, Any]) -> Text:
    """A bill by its number, which people have on paper."""
    zh, en = telling.VERBS[verb]
    number = told.get("id") or told.get("of") or ""
    return f"{zh} {number}".strip(), f"{en} {number}".strip()


def _lines(_opened: Unit, rows: Any) -> list[Row]:
    items = Items()
    made = []
    for row in rows:
        figures = open_outcome(row.id, row.sealed).figures
        for item, category, price, _offer, quantity, net, clause in figures["priced"]:
            made.append({
                "decision": str(row.id),
                "at": _local(row.at),
                "member": row.member or "",
                "item": items.name(item),
                "category": category,
                "quantity": quantity,
                "price": price,
                "net": net,
                "clause": clause,
                "branch": row.branch or "",
            })  # fmt: skip
    return made


# Postings.


def _postings(_opened: Unit, rows: Any) -> list[Row]:
    return [_posting(row) for row in rows]


def _posting(row: Any) -> Row:
    of_house = row.owner.startswith("@")
    return {
        "decision": str(row.decision_id),
        "at": _local(row.at),
        "member": (row.member or "") if of_house else row.owner,
        "introduced": row.member or "",
        "owner": row.owner,
        "unit": row.account,
        "kind": row.lot.partition("/")[0],
        "points": row.amount,
        "amount": row.amount,
        "what": telling.VERBS.get(row.verb, (row.verb, row.verb)),
        "clause": row.clause,
    }


def _balances(_opened: Unit, rows: Any) -> list[Row]:
    return [
        {
            "decision": "",
            "member": row.owner,
            "unit": row.account,
            "kind": row.cls,
            "amount": row.amount,
            "expires": _day_of(row.expires - _INSTANT) if row.expires else None,
        }
        for row in rows
    ]


_INSTANT = timedelta(microseconds=1)


def _awards(_opened: Unit, rows: Any) -> list[Row]:
    return [
        _posting(row)
        | {
            "reason": _told(row).get("reason") or "",
            "actor": row.actor,
            "branch": row.branch or "",
        }
        for row in rows
    ]


def _donations(_opened: Unit, rows: Any) -> list[Row]:
    return [_posting(row) | {"number": row.number or ""} for row in rows]


# Cards and standings.


def _cards(opened: Unit, rows: Any) -> list[Row]:
    came = _entries(opened, {row.member for row in rows})
    defaults = _defaults()
    made = []
    for row in rows:
        own = _told(row) if row.verb in (*_ENTERED, "transfer_card") else None
        told = own if own is not None else _entry_at(came.get(row.member, []), row.issued_at)
        person = find_person(row.member)
        usual = defaults if told and "path" not in told and row.verb != "bring_in" else {}
        made.append({
            "decision": str(row.decision_id),
            "number": row.number,
            "member": row.member,
            "id_number": person.masked_id_number if person else "",
            "id_number_in_full": person.id_number if person else "",
            "tier": row.tier,
            "state": row.state,
            "issued": _day_of(row.issued_at),
            "valid_until": _day(row.valid_until) if row.card_no == row.number else None,
            "ended": _day_of(row.ended_at),
            "channel": told.get("channel") or (defaults.get("channel", "") if told else ""),
            "path": told.get("path") or usual.get("path", ""),
            "papers": sorted(told.get("documents") or ()),
        })  # fmt: skip
    return made


def _defaults() -> Mapping[str, str]:
    """What the charter takes an application to be that does not say it."""
    try:
        return program_now().defaults()
    except (CharterUnavailableError, LookupError):
        return {}


def _entries(opened: Unit, members: Iterable[str]) -> dict[str, list[tuple[datetime, Any]]]:
    """Of each person the accepted events by which they came, the first one first."""
    query = (
        select(event.c.id.label("event_id"), event.c.member, event.c.at, event.c.sealed.label("told"))
        .join(decision, decision.c.event_id == event.c.id)
        .where(
            event.c.member.in_(sorted(members)), event.c.verb.in_(_ENTERED), decision.c.code == ""
        )
        .order_by(event.c.at)
    )  # fmt: skip
    found: dict[str, list[tuple[datetime, Any]]] = {}
    for row in opened.connection.execute(query) if members else ():
        found.setdefault(row.member, []).append((row.at, _told(row)))
    return found


def _entry_at(entries: list[tuple[datetime, Any]], at: datetime) -> Mapping[str, Any]:
    return next((told for moment, told in reversed(entries) if moment <= at), {})


def _standings(_opened: Unit, rows: Any) -> list[Row]:
    return [
        {
            "decision": "",
            "member": row.ref,
            "number": row.card_no,
            "tier": row.tier,
            "state": row.status,
            "since": _day(row.since),
            "valid_until": _day(row.valid_until),
            "consumption": row.spend_total,
            "balance": row.points,
        }
        for row in rows
    ]


# What was raised, and versions.


def _items(_opened: Unit, rows: Any) -> list[Row]:
    return [
        {
            "decision": str(row.decision_id),
            "at": _local(row.at),
            "code": row.code,
            "member": row.member,
            "due": _day(row.due),
            "state": row.state,
            "clause": row.clause,
        }
        for row in rows
    ]


def _mailings(opened: Unit, rows: Any) -> list[Row]:
    held = _cards_of(opened, {row.member for row in rows})
    came = _entries(opened, {row.member for row in rows})
    made = []
    for cells, row in zip(_items(opened, rows), rows, strict=True):
        details = _entry_at(came.get(row.member, []), row.at).get("details") or {}
        person = find_person(row.member)
        address = details.get("address") or (person.address if person else "")
        number = _number_at(held.get(row.member, []), row.at)
        made.append({**cells, "number": number, "address": str(address)})
    return made


def _versions(_opened: Unit, rows: Any) -> list[Row]:
    states = {each.number: each.state for each in versions()}
    return [
        {
            "decision": "",
            "version": row.number,
            "state": states.get(row.number, ""),
            "announced": _day(row.announced),
            "effective": _local(row.effective),
            "recorded": _local(row.recorded_at),
            "actor": row.actor,
            "changed": sorted(row.settings),
        }
        for row in rows
    ]


READERS: Mapping[str, Callable[[Unit, Any], list[Row]]] = {
    "decisions": _decisions,
    "bills": _bills,
    "lines": _lines,
    "points": _postings,
    "stored": _postings,
    "balances": _balances,
    "awards": _awards,
    "referrals": _postings,
    "house": _postings,
    "donations": _donations,
    "cards": _cards,
    "standings": _standings,
    "items": _items,
    "mailings": _mailings,
    "versions": _versions,
}
"""By the name of a source: the cells of its rows."""
