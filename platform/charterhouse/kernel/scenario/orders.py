"""The same charter with another clause list: in another order, or without some clauses.

`check --shuffle` proves with it that the order decides nothing, and the tests
that each clause is noticed by a scenario when it is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from charterhouse.kernel.charter import Charter, Clause


def rearranged(charter: Charter, arrange: Callable[[list[Clause]], list[Clause]]) -> Charter:
    """The charter with its clause list passed through `arrange`, whatever its settings."""

    def clauses(_self: Charter, s: Any) -> list[Clause]:
        return arrange(charter.clauses(s))

    kind = type(charter)
    made = type(kind.__name__, (kind,), {"clauses": clauses, "__module__": kind.__module__})
    changed: Charter = made()
    return changed


def shuffled(charter: Charter, chance: Random) -> Charter:
    """The charter with its clauses in one random order, the same at every compilation."""
    seed = chance.getrandbits(64)

    def arrange(clauses: list[Clause]) -> list[Clause]:
        Random(seed).shuffle(clauses)  # noqa: S311 - an order, no secret
        return clauses

    return rearranged(charter, arrange)
