"""A bill as a cashier enters it: read into a `spend` event, every fault named by its field."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import bindparam, select

from charterhouse.desk.institution import PricedItem
from charterhouse.desk.items import CATEGORY, Items
from charterhouse.desk.local import today
from charterhouse.desk.people import find_person
from charterhouse.desk.terms import METHODS
from charterhouse.kernel.errors import EventError
from charterhouse.kernel.ledger import POINTS
from charterhouse.kernel.money import parse_fen, show_fen
from charterhouse.kernel.texts import is_clean, one_line
from charterhouse.records.tables import card
from charterhouse.tenancy.store import prepared, unit

OTHERS = "somebody-else"
"""Who holds out the card, or is treated, where it is not the holder."""

_CARD = prepared(select(card.c.member, card.c.state).where(card.c.number == bindparam("wanted")))
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CELLS = ("item", "category", "price", "offer", "quantity", "department", "medical")
_LINES_LIMIT = 100
_CODE = r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the bill as it was typed; `medical` is "no" for rooms, meals and the like."""

    item: str = ""
    category: str = ""
    price: str = ""
    offer: str = ""
    quantity: str = "1"
    department: str = ""
    medical: str = ""

    @property
    def blank(self) -> bool:
        """Whether nothing was typed."""
        return not (self.item.strip() or self.price.strip() or self.offer.strip())


@dataclass(frozen=True, slots=True)
class Typed:
    """The whole bill as it was typed.

    Attributes:
        payer: the person's ref.
        holder: whether the person has (or had) a membership.
        presented: `own`, `by_other` (somebody else holds the card out) or `for_other`
            (it is held out for somebody else's treatment).
        first_visit: "yes", "no" or "" for not said.
        episode: under which the bills of one treatment are found together.
        tender: `stored_value`, `credit`, `points` → what is to be paid from it.
        expected: fen that the last quote asked for.
    """

    payer: str
    holder: bool
    bill: str
    rows: tuple[Row, ...]
    visit: str = ""
    first_visit: str = ""
    card_shown: bool = True
    id_shown: bool = True
    presented: str = "own"
    third_party: str = ""
    referrer_card: str = ""
    referrer_name: str = ""
    method: str = "cash"
    branch: str = ""
    remark: str = ""
    episode: str = ""
    tender: Mapping[str, Tendered] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tendered:
    """What is to be paid from a member's own means: from stored value, credit or points.

    Attributes:
        how: `` as the charter says, `max`, `none`, or `amount`.
        amount: yuan, or points, as typed.
    """

    how: str = ""
    amount: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """What a typed bill means.

    Attributes:
        raw: the fields of the `spend` event; amounts as text in yuan.
        errors: field → code: `required`, `amount`, `count`, `code`, `card_unknown`,
            `name_differs`, `too_many`.
        names: item code → what it was called, for items that are not of the price list.
    """

    raw: dict[str, Any]
    errors: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def new_bill_id() -> str:
    """A number for a bill: the day, and seven signs that are easy to read out."""
    return f"B{today():%y%m%d}-{''.join(secrets.choice(_ALPHABET) for _ in range(7))}"


def is_bill_id(text: str) -> bool:
    """Whether a text has the form of a counter's bill number."""
    return bool(re.fullmatch(r"B\d{6}-[2-9A-HJ-NP-Z]{7}", text))


def rows_from(flat: Mapping[str, str]) -> tuple[Row, ...]:
    """The lines of a flat form: fields named `lines-<number>-<cell>`."""
    found: dict[int, dict[str, str]] = {}
    for key, value in flat.items():
        match = re.fullmatch(r"lines-(\d{1,3})-([a-z]+)", key)
        if match and match[2] in _CELLS:
            found.setdefault(int(match[1]), {})[match[2]] = value
    return tuple(Row(**found[number]) for number in sorted(found))


def read_bill(typed: Typed, items: Items) -> Read:
    """Read a bill; `raw` may be quoted or told only when `errors` is empty."""
    read = Read({"member" if typed.holder else "person": typed.payer})
    _read_lines(typed, items, read)
    if typed.third_party.strip():
        covered = _fen("third_party", typed.third_party, read)
        if covered:
            read.raw["third_party"] = covered
    _read_shown(typed, read)
    _read_referrer(typed, read)
    _read_tender(typed, read)
    for name in ("visit", "branch"):
        if getattr(typed, name):
            read.raw[name] = getattr(typed, name)
    if typed.remark.strip():
        read.raw["note"] = typed.remark.strip()
    if typed.method not in METHODS:
        read.errors["method"] = "code"
    read.raw["method"] = typed.method
    return read


def _read_shown(typed: Typed, read: Read) -> None:
    """What was shown, by whom and for whom, and to which visit it belongs."""
    shown = [code for code, given in (("card", typed.card_shown), ("id", typed.id_shown)) if given]
    read.raw["shown"] = shown
    if typed.presented == "by_other":
        read.raw["presented_by"] = OTHERS
    elif typed.presented == "for_other":
        read.raw["for"] = OTHERS
    if typed.first_visit:
        read.raw["first_visit"] = typed.first_visit == "yes"
    if typed.episode.strip():
        read.raw["episode"] = re.sub(r"\s+", "-", typed.episode.strip())[:80]


def _read_tender(typed: Typed, read: Read) -> None:
    """What the payer wants to use of their own means; nothing is said where nothing was chosen."""
    tender: dict[str, Any] = {}
    for source, each in typed.tender.items():
        amount = each.amount.strip()
        if each.how == "none":
            tender[source] = 0 if source == POINTS else "0"
        elif each.how == "max" and source != POINTS:
            tender[source] = "max"
        elif each.how == "amount" or amount:
            if source == POINTS:
                if not re.fullmatch(r"\d{1,9}", amount):
                    read.errors[f"tender-{source}"] = "count"
                else:
                    tender[source] = int(amount)
            else:
                paid = _fen(f"tender-{source}", amount, read)
                if paid is not None:
                    tender[source] = paid
    if tender:
        read.raw["tender"] = tender


def _read_lines(typed: Typed, items: Items, read: Read) -> None:
    lines = []
    for number, row in enumerate(typed.rows):
        if row.blank:
            continue
        line = _read_line(f"lines-{number}", row, items, read)
        if line is not None:
            lines.append(line)
    if len(lines) > _LINES_LIMIT:
        read.errors["lines"] = "too_many"
    elif not lines and not read.errors:
        read.errors["lines-0-item"] = "required"
    read.raw["lines"] = lines


def _read_line(place: str, row: Row, items: Items, read: Read) -> dict[str, Any] | None:
    text = one_line(row.item)
    if not text or not is_clean(text):
        read.errors[f"{place}-item"] = "required"
        return None
    known = items.find(text)
    code = items.code_of(text)
    if known is None and code != text:
        read.names[code] = text[:80]
    category = row.category.strip() or (known.category if known else CATEGORY)
    if not re.fullmatch(_CODE, category):
        read.errors[f"{place}-category"] = "code"
    line: dict[str, Any] = {"item": code, "category": category}
    line |= _read_price(place, row, known, read)
    quantity = row.quantity.strip() or "1"
    if not re.fullmatch(r"[1-9]\d{0,5}", quantity):
        read.errors[f"{place}-quantity"] = "count"
        return None
    line["quantity"] = int(quantity)
    if row.department.strip():
        line["department"] = row.department.strip()
        if not re.fullmatch(_CODE, line["department"]):
            read.errors[f"{place}-department"] = "code"
    if row.medical == "no":
        line["medical"] = False
    return line


def _read_price(place: str, row: Row, known: PricedItem | None, read: Read) -> dict[str, Any]:
    """List and activity price as typed, else those of the price list."""
    found: dict[str, Any] = {}
    if row.price.strip():
        found["price"] = _fen(f"{place}-price", row.price, read)
        if row.offer.strip():
            found["offer"] = _fen(f"{place}-offer", row.offer, read)
    elif known is not None:
        found["price"] = show_fen(known.price)
        if known.offer is not None:
            found["offer"] = show_fen(known.offer)
    else:
        read.errors[f"{place}-price"] = "required"
    return found


def _fen(place: str, text: str, read: Read) -> str | None:
    plain = re.sub(r"[,，\s]", "", text).lstrip("¥￥")
    try:
        parse_fen(plain, field=place)
    except EventError:
        read.errors[place] = "amount"
        return None
    return plain


def _read_referrer(typed: Typed, read: Read) -> None:
    """The referrer quotes card number and name; what was quoted goes into the event."""
    number, name = re.sub(r"\s", "", typed.referrer_card), typed.referrer_name.strip()
    if not number and not name:
        return
    if not number:
        read.errors["referrer_card"] = "required"
        return
    with unit() as opened:
        found = opened.execute(_CARD, {"wanted": number}).first()
    if found is None:
        read.errors["referrer_card"] = "card_unknown"
        return
    quoted = ["card"]
    if name:
        person = find_person(found.member)
        if person is None or _plain(person.name) != _plain(name):
            read.errors["referrer_name"] = "name_differs"
            return
        quoted.append("name")
    read.raw["referred_by"] = found.member
    read.raw["details"] = {"quoted": quoted}


def _plain(name: str) -> str:
    return re.sub(r"[\s·]", "", name).casefold()


def with_rows(typed: Typed, rows: list[Row]) -> Typed:
    """The same bill with other lines."""
    return replace(typed, rows=tuple(rows))


def differs(line: Mapping[str, Any], known: PricedItem) -> bool:
    """Whether a line's prices are not those of the price list."""
    offer = line.get("offer")
    offered = None if offer is None else parse_fen(offer)
    return (parse_fen(line["price"]), offered) != (known.price, known.offer)
