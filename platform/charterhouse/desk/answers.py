"""What programs are told: answers, standings and statements as plain JSON values.

Amounts are text in yuan with two decimals ("8.00"), points and quotas whole numbers,
days and moments ISO 8601. Texts are in the language asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charterhouse.desk.accounts import Account
from charterhouse.desk.charters import document
from charterhouse.desk.figures import to_raw
from charterhouse.desk.intake import Answer
from charterhouse.desk.member_file import Balance, MemberFile
from charterhouse.desk.members import Row
from charterhouse.desk.people import Person
from charterhouse.desk.prospects import Case
from charterhouse.desk.words import Words, program_now, words
from charterhouse.kernel.charter import Progress, Text
from charterhouse.kernel.ledger import FEN_UNITS, unit_of
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.reasons import REASONS

__all__ = [
    "FEN_FIGURES",
    "account_json",
    "answer_json",
    "charter_json",
    "person_json",
    "pick",
    "reason_text",
    "row_json",
    "standing_json",
]

FEN_FIGURES = frozenset({
    "due", "from_stored_value", "from_credit", "from_points", "to_pay", "third_party", "refund",
    "donation",
})  # fmt: skip
"""Figures of a decision that are amounts of money."""
COUNT_FIGURES = ("points_earned", "referrer_points_earned")


def pick(text: Text, language: str) -> str:
    """The text in a language; the other one where it lacks."""
    zh, en = text
    return (zh or en) if language.startswith("zh") else (en or zh)


def reason_text(code: str, language: str) -> str:
    """What a refusal's code means."""
    return pick(REASONS[code], language)


def answer_json(answer: Answer, language: str) -> dict[str, Any]:
    """What came of an event, or of a quote, which has no id."""
    book = words(answer.version)
    return {
        "event": answer.event_id or None,
        "accepted": answer.accepted,
        "repeated": answer.repeated,
        "version": answer.version,
        "refusal": _refusal(answer.refusal, book, language),
        "figures": _figures(answer.figures, answer.after),
        "lines": _priced(answer.figures.get("priced", ())),
        "after": _after(answer.after),
        "clauses": [
            {"number": number, "text": pick(book.clause(number), language)}
            for number in answer.clauses
        ],
        "trace": [
            {"clause": clause, "phase": phase, "did": did} for clause, phase, did, _ in answer.trace
        ],
        "raised": [
            {"sort": sort, "code": code, "member": member, "clause": clause}
            for sort, code, member, clause in answer.raised
        ],
    }


def _refusal(
    refusal: Mapping[str, Any] | None, book: Words, language: str
) -> dict[str, Any] | None:
    if refusal is None:
        return None
    return {
        "code": refusal["code"],
        "message": reason_text(refusal["code"], language),
        "clause": refusal["clause"] or None,
        "clause_text": pick(book.clause(refusal["clause"]), language) or None,
        "missing": [
            {"code": code, "label": pick(book.label(code), language)} for code in refusal["missing"]
        ],
        "field": refusal["field"] or None,
    }


def _figures(figures: Mapping[str, Any], after: Mapping[str, Any] | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        name: show_fen(figures[name]) for name in sorted(FEN_FIGURES) if name in figures
    }
    if "lines" in figures:
        told["lines"] = [show_fen(amount) for amount in figures["lines"]]
    told.update({name: figures[name] for name in COUNT_FIGURES if name in figures})
    if after is not None:
        told["owed"] = show_fen(after["owed"])
    return told


def _priced(rows: Any) -> list[dict[str, Any]]:
    """Each line of a bill with its net amount and the clause that made it."""
    return [
        {
            "item": item,
            "category": category,
            "price": show_fen(price),
            "offer": None if offer is None else show_fen(offer),
            "quantity": quantity,
            "net": show_fen(net),
            "clause": clause,
        }
        for item, category, price, offer, quantity, net, clause in rows
    ]


def _after(after: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if after is None:
        return None
    return {
        name: show_fen(value) if name in FEN_UNITS or name == "owed" else value
        for name, value in after.items()
    }


def person_json(person: Person, *, full: bool) -> dict[str, Any]:
    """A person; ID number and phone in full only where that is allowed and noted."""
    return {
        "ref": person.ref,
        "name": person.name,
        "phone": (person.phone if full else person.masked_phone) or None,
        "id_number": (person.id_number if full else person.masked_id_number) or None,
        "born": person.born.isoformat() if person.born else None,
        "sex": person.sex or None,
    }


def row_json(row: Row, language: str, *, full: bool = False) -> dict[str, Any]:
    """A person with the membership in short."""
    label = pick(words().label(row.tier), language) if row.tier else None
    return {
        **person_json(row.person, full=full),
        "status": row.status,
        "tier": row.tier or None,
        "tier_label": label,
        "card": row.card,
        "card_no": row.card_no or None,
        "since": row.since.isoformat() if row.since else None,
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "points": row.points,
        "stored_value": show_fen(row.stored_value),
        "spend_total": show_fen(row.spend_total),
        "owed": show_fen(row.owed),
    }


def charter_json() -> dict[str, Any]:
    """The charter in force: its document in both languages, and its figures.

    Raises:
        CharterUnavailableError: the tenant's charter is not installed or not adopted.
    """
    program, book = program_now(), words()
    charter = program.charter
    schema = charter.Settings()
    return {
        "charter": charter.code,
        "name": _both(charter.name),
        "version": book.version,
        "settings": {
            name: to_raw(each, getattr(program.settings, name))
            for name, each in schema.fields.items()
        },
        "tiers": {
            code: _both(book.label(code))
            for code in dict.fromkeys((*program.tiers, *sorted(program.codes.get("tier", ()))))
        },
        "document": document(book.version),
    }


def _both(text: Text) -> dict[str, str]:
    return {"zh": text[0], "en": text[1]}


def quantity(account: str, amount: int) -> str | int:
    """An amount of an account: yuan as text, everything else as a whole number."""
    return show_fen(amount) if unit_of(account) in FEN_UNITS else amount


def _counted(each: Balance) -> str | int:
    return show_fen(each.amount) if each.is_money else each.amount


def standing_json(found: MemberFile, language: str) -> dict[str, Any]:
    """How a person stands now."""
    book, standing = words(), found.standing
    return {
        "ref": found.ref,
        "status": standing.status,
        "kind": standing.kind or None,
        "tier": standing.tier or None,
        "tier_label": pick(book.label(standing.tier), language) or None,
        "card": standing.card,
        "card_no": standing.card_no or None,
        "since": standing.since.isoformat() if standing.since else None,
        "valid_until": standing.valid_until.isoformat() if standing.valid_until else None,
        "points": standing.balance("points"),
        "stored_value": show_fen(standing.balance("stored_value")),
        "credit": show_fen(standing.balance("credit")),
        "spend_total": show_fen(standing.balance("spend_total")),
        "owed": [
            {
                "for": debt.purpose,
                "label": pick(book.of("purpose", debt.purpose), language),
                "amount": show_fen(debt.amount),
                "clause": debt.clause,
            }
            for debt in found.owed
        ],
        "balances": [_balance_json(each) for each in found.balances],
        "counters": [
            {"account": each.account, "amount": _counted(each)} for each in found.counters
        ],
        "tiers": [rung.tier for rung in found.ladder.rungs],
        "progress": [_target_json(each) for each in found.ladder.targets],
        "requests": [_case_json(each, language) for each in found.cases],
        "benefits": [
            {
                "code": benefit.code,
                "label": pick(book.label(benefit.code), language),
                "remaining": "unlimited" if benefit.remaining is None else benefit.remaining,
                "clause": benefit.clause,
            }
            for benefit in found.benefits
        ],
    }


def _balance_json(each: Balance) -> dict[str, Any]:
    return {
        "account": each.account,
        "amount": quantity(each.account, each.amount),
        "held": quantity(each.account, each.held),
        "lots": [
            {
                "amount": quantity(each.account, lot.amount),
                "class": lot.cls or None,
                "expires": lot.expires.isoformat() if lot.expires else None,
                "clause": lot.clause or None,
            }
            for lot in each.lots
        ],
    }


def _target_json(each: Progress) -> dict[str, Any]:
    return {
        "tier": each.tier,
        "measure": each.measure,
        "unit": each.unit,
        "have": show_fen(each.have) if each.unit == "yuan" else each.have,
        "need": show_fen(each.need) if each.unit == "yuan" else each.need,
        "clause": each.clause,
    }


def _case_json(each: Case, language: str) -> dict[str, Any]:
    return {
        "id": each.id,
        "sort": each.sort,
        "what": each.what,
        "label": pick(words().label(each.what), language),
        "status": each.status,
        "slot": each.slot or None,
        "deadline": each.deadline or None,
        "missing": list(each.missing),
        "flags": list(each.flags),
    }


def account_json(found: Account, language: str) -> dict[str, Any]:
    """A page of an account, newest first."""
    return {
        "ref": found.ref,
        "unit": found.name,
        "balance": quantity(found.name, found.balance),
        "page": found.number,
        "size": found.size,
        "total": found.total,
        "lines": [
            {
                "at": line.at.isoformat(),
                "event": line.event_id or None,
                "verb": line.verb,
                "amount": quantity(found.name, line.amount),
                "balance": quantity(found.name, line.balance),
                "lot": line.lot or None,
                "clause": line.clause,
                "text": pick(line.text, language),
            }
            for line in found.lines
        ],
    }
