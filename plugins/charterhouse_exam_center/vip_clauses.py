"""What only examination centers have: whether an examination was completed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GUARD, Clause, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.draft import Draft

FIGURES = ("items_planned", "items_done")


class Attendance(Clause):
    """An examination with items left open is flagged; nothing else follows from it.

    Args:
        kind: of the visit.
        flag: raised.
    """

    def __init__(self, number: str, *, kind: str, flag: str) -> None:
        super().__init__(number)
        self.kind = kind
        self.flag = flag

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"visit.kind": {self.kind}}

    @on("visit", phase=GUARD)
    def counted(self, d: Draft) -> Iterator[fx.Effect]:
        """Both numbers of items, or none."""
        if any(detail(d.body, name) is not None for name in FIGURES):
            for name in FIGURES:
                if type(detail(d.body, name)) is not int:
                    yield fx.Lack(name)

    @on("visit", phase=FOLLOW)
    def complete(self, d: Draft) -> Iterator[fx.Effect]:
        """Flag what was left open."""
        planned, done = (detail(d.body, name) for name in FIGURES)
        if planned is not None and done < planned:
            yield fx.Raise("flag", self.flag, d.member)
        else:
            yield fx.Cite("attended")
