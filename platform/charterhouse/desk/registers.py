"""Registers: what an institution must be able to show of a period, each as one plain list.

A register is a view of decisions, postings, cards, standings, raised items or versions; none of
them knows a charter. What the charter calls its codes comes from `desk.words`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import func, select

from charterhouse import clock
from charterhouse.desk import register_rows, register_sources
from charterhouse.desk.errors import NotFoundError
from charterhouse.desk.register_sources import Wanted
from charterhouse.tenancy.store import unit

__all__ = ["EXPORT_LIMIT", "REGISTERS", "Listed", "Register", "Wanted", "find_register", "page"]

EXPORT_LIMIT = 100_000
"""As many rows are counted and exported; a longer list is narrowed by its period."""
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Register:
    """A kind of list.

    Attributes:
        source: a name of `register_sources.SOURCES`.
        columns: names of the cells of each row, in order.
        verbs: of the decisions shown; all when empty.
        sort: of the raised items shown (task, notice, flag).
        filtered: the cell by which the list may be narrowed; "" for none.
        dated: whether it is of a period; otherwise it shows the present.
    """

    code: str
    source: str
    columns: tuple[str, ...]
    verbs: tuple[str, ...] = ()
    sort: str = ""
    filtered: str = ""
    dated: bool = True


_DECIDED = ("at", "member", "what", "outcome", "clause", "actor", "branch")
_REASONED = ("at", "member", "what", "reason", "outcome", "clause", "actor", "branch")
_RAISED = ("at", "code", "member", "due", "state", "clause")

REGISTERS: Mapping[str, Register] = {
    each.code: each
    for each in (
        Register("decisions", "decisions", _DECIDED, filtered="verb"),
        Register(
            "admissions", "decisions", _REASONED, filtered="verb",
            verbs=("apply", "approve", "reject", "join", "grant", "bring_in", "transfer_card"),
        ),
        Register(
            "cards", "cards",
            ("number", "member", "id_number", "tier", "state", "issued", "valid_until", "ended",
             "channel", "path", "papers"),
            filtered="state",
        ),
        Register(
            "mailings", "mailings",
            ("at", "member", "number", "address", "due", "state", "clause"), filtered="state",
        ),
        Register("donations", "donations", ("at", "member", "number", "amount", "what", "clause")),
        Register(
            "bills", "bills",
            ("at", "member", "what", "listed", "discount", "covered", "to_pay", "earned",
             "outcome", "branch"),
            verbs=("spend", "refund"), filtered="verb",
        ),
        Register(
            "lines", "lines",
            ("at", "member", "item", "category", "quantity", "price", "net", "clause", "branch"),
            verbs=("spend",),
        ),
        Register(
            "balances", "balances", ("member", "unit", "kind", "amount", "expires"),
            filtered="unit", dated=False,
        ),
        Register(
            "consumption", "standings",
            ("member", "number", "tier", "state", "since", "valid_until", "consumption",
             "balance"),
            filtered="status", dated=False,
        ),
        Register(
            "points", "points", ("at", "member", "kind", "points", "what", "clause"),
            filtered="kind",
        ),
        Register(
            "stored", "stored", ("at", "member", "unit", "kind", "amount", "what", "clause"),
            filtered="unit",
        ),
        Register(
            "referrals", "referrals", ("at", "member", "introduced", "points", "what", "clause"),
        ),
        Register(
            "redemptions", "decisions",
            ("at", "member", "what", "redeemed", "reason", "outcome", "clause", "actor"),
            verbs=("redeem", "dispute", "give_back"), filtered="verb",
        ),
        Register(
            "topups", "decisions",
            ("at", "member", "what", "amount", "outcome", "clause", "actor", "branch"),
            verbs=("top_up", "cash_out"), filtered="verb",
        ),
        Register(
            "memberships", "decisions", _REASONED,
            verbs=("renew", "upgrade", "withdraw", "suspend", "resume", "deregister"),
            filtered="verb",
        ),
        Register(
            "services", "decisions", _REASONED,
            verbs=("request", "supply", "decide", "progress", "cancel", "close", "book"),
            filtered="verb",
        ),
        Register(
            "facts", "decisions", _REASONED, verbs=("record", "visit", "refer"), filtered="verb",
        ),
        Register(
            "losses", "decisions",
            ("at", "member", "what", "happened", "number", "successor", "outcome", "clause",
             "actor"),
            verbs=("report_loss", "reissue_card"), filtered="verb",
        ),
        Register(
            "awards", "awards",
            ("at", "member", "kind", "points", "reason", "clause", "actor", "branch"),
            verbs=("award",), filtered="kind",
        ),
        Register(
            "activities", "decisions",
            ("at", "member", "what", "result", "outcome", "clause", "actor", "branch"),
            verbs=("take_part",),
        ),
        Register(
            "sanctions", "decisions",
            ("at", "member", "what", "reason", "approver", "outcome", "clause", "actor"),
            verbs=("sanction", "incident", "suspend", "resume", "deregister"), filtered="verb",
        ),
        Register(
            "house", "house", ("at", "owner", "amount", "member", "what", "clause"),
            filtered="owner",
        ),
        Register(
            "versions", "versions",
            ("version", "state", "announced", "effective", "changed", "actor", "recorded"),
            dated=False,
        ),
        Register("tasks", "items", _RAISED, sort="task", filtered="code"),
        Register("flags", "items", _RAISED, sort="flag", filtered="code"),
        Register("notices", "items", _RAISED, sort="notice", filtered="code"),
    )
}  # fmt: skip
"""By code, in the order of the menu."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One page: rows of cells, how many there are in all, and the values to filter by.

    Of spending details `total` counts bills, each of which may have several rows.
    """

    rows: list[dict[str, Any]]
    total: int
    values: list[str] = field(default_factory=list)


def find_register(code: str) -> Register:
    """A register by its code.

    Raises:
        NotFoundError: there is no such register.
    """
    found = REGISTERS.get(code)
    if found is None:
        raise NotFoundError("there is no such register", code="register_unknown")
    return found


def page(register: Register, wanted: Wanted, *, number: int = 1, size: int = 25) -> Listed:
    """One page of a register, newest first; each row has `decision`, the id behind it."""
    with unit() as opened:
        source = register_sources.SOURCES[register.source](register, wanted)
        counted = source.order_by(None).limit(EXPORT_LIMIT).subquery()
        total = opened.connection.execute(select(func.count()).select_from(counted)).scalar_one()
        rows = opened.connection.execute(source.limit(size).offset((number - 1) * size)).all()
        made = register_rows.READERS[register.source](opened, rows)
        values = register_sources.values(opened, register, wanted, most=EXPORT_LIMIT)
        return Listed(made, total, values)


def walk(register: Register, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Every row of a register up to the export's limit, read in chunks.

    What happens meanwhile is left out: it would move the rows from one chunk into the next.
    """
    frozen = replace(wanted, until=clock.now())
    for start in range(0, EXPORT_LIMIT, _CHUNK):
        with unit() as opened:
            source = register_sources.SOURCES[register.source](register, frozen)
            rows = opened.connection.execute(source.limit(_CHUNK).offset(start)).all()
            made = register_rows.READERS[register.source](opened, rows)
        yield from made
        if len(rows) < _CHUNK:
            return
