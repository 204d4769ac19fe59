"""A check of levels that a clinic names itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from charterhouse.kernel.charter import Clause
from charterhouse.kernel.problems import Problem, Said


class FirstLevel(Clause):
    """Some level holds from the beginning, from a spending of nothing.

    Args:
        levels: level → its figures, `spend` in fen among them, low to high.
    """

    def __init__(self, number: str, levels: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__(number)
        self.levels = levels

    def check(self) -> Iterator[Problem]:
        """See `Clause.check`."""
        lowest = next(iter(self.levels))
        if self.levels[lowest]["spend"]:
            yield (
                f"levels.{lowest}.spend",
                Said("最低级别须为0.00", "must be 0.00 for the lowest level"),
            )
