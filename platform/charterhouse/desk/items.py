"""Items of bills: the price list, what items are called, and what a cashier may type for them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from pypinyin import lazy_pinyin

from charterhouse.desk import institution
from charterhouse.desk.audit import note
from charterhouse.desk.errors import DeskError
from charterhouse.desk.institution import PricedItem
from charterhouse.kernel.charter import Text
from charterhouse.kernel.errors import EventError
from charterhouse.kernel.money import parse_fen
from charterhouse.kernel.texts import is_clean, one_line
from charterhouse.tenancy.store import unit

ITEM_NAMES = "item_names"
CATEGORY = "treatment"
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}")
_NAMES_KEPT = 3000
_LIST_LIMIT = 5000
_HEADS = {
    "item": ("item", "code", "编码", "项目编码", "代码"),
    "zh": ("zh", "名称", "项目", "项目名称", "中文名"),
    "en": ("en", "name", "英文名"),
    "category": ("category", "类别", "分类"),
    "price": ("price", "原价", "单价", "list price"),
    "offer": ("offer", "活动价", "activity price"),
}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of an import that cannot be taken: its number from 1, the column and why."""

    row: int
    column: str
    code: str
    found: str


class Items:
    """The items of the tenant in scope: those of the price list, and names given before."""

    def __init__(self) -> None:
        self.listed = institution.price_list()
        self._named: dict[str, str] = institution.read_fact(ITEM_NAMES) or {}
        self._by_code = {each.item: each for each in self.listed}
        self._by_name: dict[str, PricedItem] = {}
        for each in reversed(self.listed):
            for name in (each.en, each.zh, each.item):
                if name:
                    self._by_name[name.casefold()] = each

    def find(self, text: str) -> PricedItem | None:
        """The item of the price list with this code or name."""
        return self._by_name.get(text.strip().casefold())

    def listed_as(self, code: str) -> PricedItem | None:
        """The item of the price list with this code."""
        return self._by_code.get(code)

    def name(self, code: str) -> Text:
        """What an item is called; its code when nobody named it."""
        known = self._by_code.get(code)
        if known is not None:
            return known.zh or code, known.en or known.zh or code
        given = self._named.get(code, code)
        return given, given

    def code_of(self, text: str) -> str:
        """A code for what was typed: of the price list, the text itself, or one made of it."""
        text = " ".join(text.split())
        known = self.find(text)
        if known is not None:
            return known.item
        if _CODE.fullmatch(text):
            return text
        plain = re.sub(r"[^a-z0-9]+", "-", "-".join(lazy_pinyin(text)).lower()).strip("-")[:60]
        code = plain or "item"
        taken = self._named.get(code)
        if code in self._by_code or (taken is not None and taken != text):
            code = f"{code}-{sha256(text.encode()).hexdigest()[:6]}"
        return code


def keep_names(names: Mapping[str, str]) -> None:
    """Remember what free items were called, so that receipts and lists can say it."""
    known: dict[str, str] = institution.read_fact(ITEM_NAMES) or {}
    fresh = {code: name for code, name in names.items() if known.get(code) != name}
    if fresh:
        merged = {**known, **fresh}
        kept = dict(list(merged.items())[-_NAMES_KEPT:])
        institution.keep_fact(ITEM_NAMES, kept)


def read_items(rows: list[Mapping[str, str]]) -> tuple[list[PricedItem], list[BadRow]]:
    """Read rows of text as a price list; blank rows are left out.

    Returns:
        The items, and what is wrong: `required`, `code`, `amount`, `duplicate`, `too_many`.
    """
    items: list[PricedItem] = []
    bad: list[BadRow] = []
    seen: set[str] = set()
    filled = [(n, row) for n, row in enumerate(rows, 1) if any(v.strip() for v in row.values())]
    if len(filled) > _LIST_LIMIT:
        return [], [BadRow(_LIST_LIMIT + 1, "item", "too_many", "")]
    for number, row in filled:
        read = _read_item(number, {k: one_line(v) for k, v in row.items()}, bad)
        if read is None:
            continue
        if read.item in seen:
            bad.append(BadRow(number, "item", "duplicate", read.item))
        seen.add(read.item)
        items.append(read)
    return items, bad


def _read_item(number: int, row: Mapping[str, str], bad: list[BadRow]) -> PricedItem | None:
    before = len(bad)
    code = row.get("item", "")
    if not code:
        bad.append(BadRow(number, "item", "required", ""))
    elif not _CODE.fullmatch(code):
        bad.append(BadRow(number, "item", "code", code))
    category = row.get("category", "") or CATEGORY
    if not _CODE.fullmatch(category):
        bad.append(BadRow(number, "category", "code", category))
    price = _fen(number, "price", row.get("price", ""), bad)
    if price is None and len(bad) == before:
        bad.append(BadRow(number, "price", "required", ""))
    offer = _fen(number, "offer", row.get("offer", ""), bad)
    bad += [BadRow(number, n, "code", "") for n in ("zh", "en") if not is_clean(row.get(n, ""))]
    if len(bad) > before or price is None:
        return None
    return PricedItem(code, row.get("zh", "")[:80], row.get("en", "")[:80], category, price, offer)


def _fen(number: int, column: str, text: str, bad: list[BadRow]) -> int | None:
    plain = text.replace(",", "").replace("，", "").lstrip("¥￥")
    if not plain:
        return None
    try:
        return parse_fen(plain, field=column)
    except EventError:
        bad.append(BadRow(number, column, "amount", text))
        return None


def read_csv(text: str) -> list[dict[str, str]]:
    """Read pasted rows with a head line; commas, tabs or semicolons, columns in any order.

    Raises:
        DeskError: it is no table (`csv_unreadable`), or there is no head line that names item
            and price (`head_missing`).
    """
    sample = text.strip("\ufeff\r\n ")
    first = sample.splitlines()[0] if sample else ""
    delimiter = max("\t,;", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(sample), delimiter=delimiter))
    except csv.Error:
        raise DeskError("this is no table", field="csv", code="csv_unreadable") from None
    names = {alias: name for name, aliases in _HEADS.items() for alias in aliases}
    heads = [names.get(cell.strip().lower(), "") for cell in rows[0]] if rows else []
    if not {"item", "price"} <= set(heads):
        raise DeskError(
            "the first line must name the columns: item, zh, en, category, price, offer",
            field="csv",
            code="head_missing",
        )
    return [
        {head: cell for head, cell in zip(heads, row, strict=False) if head}
        for row in rows[1:]
        if row
    ]


def merge(new: list[PricedItem]) -> list[PricedItem]:
    """The present price list with imported items: equal codes replaced, others added."""
    fresh = {each.item: each for each in new}
    kept = [fresh.pop(each.item, each) for each in institution.price_list()]
    return [*kept, *fresh.values()]


def keep_items(items: list[PricedItem], *, actor: str) -> bool:
    """Replace the price list; whether that changed anything."""
    with unit(write=True):
        changed = institution.keep_price_list(tuple(items))
        if changed:
            note("prices.change", subject="prices", actor=actor, content={"items": len(items)})
    return changed
