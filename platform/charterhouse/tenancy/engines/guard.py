"""Which statements a tenant's unit may send, on either engine.

None of these kinds changes the role, a limit, a trigger or a table, or ends the transaction.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from charterhouse.tenancy import errors

__all__ = ["READING", "STATEMENTS", "check"]

STATEMENTS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "SAVEPOINT", "RELEASE"})
READING = frozenset({"SELECT", "WITH"})
_KEYWORD = re.compile(r"\s*(?:\(\s*)*([A-Za-z]+)\b")
_LONGEST = 10_000
_TO_SAVEPOINT = re.compile(r"\s*ROLLBACK\s+TO\s+SAVEPOINT\b", re.IGNORECASE)


def check(query: Any, allowed: frozenset[str] = STATEMENTS) -> None:
    """Refuse a statement of any other kind, and one that hides its kind behind a comment.

    Args:
        query: The statement.
        allowed: The first words that are let through.

    Raises:
        StoreRefusedError: It is refused, before it reaches the database.
    """
    if isinstance(query, str):
        look = _remembered if len(query) <= _LONGEST else _passes
        if look(query, allowed):
            return
    raise errors.StoreRefusedError(
        "A unit runs SELECT, INSERT, UPDATE, DELETE and WITH only, one statement at a time."
    )


def _passes(query: str, allowed: frozenset[str]) -> bool:
    found = _KEYWORD.match(query)
    if found is not None and found.group(1).upper() in allowed:
        return True
    return allowed is STATEMENTS and _TO_SAVEPOINT.match(query) is not None


# The same few statements come again and again; whoever sends others must not fill the memory.
_remembered = lru_cache(maxsize=1024)(_passes)
