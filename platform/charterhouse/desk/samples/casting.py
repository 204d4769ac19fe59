"""Who plays in a sample's stories: invented people, and those of them whom a plot fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from charterhouse.desk.people import create_person
from charterhouse.desk.samples.people import invent
from charterhouse.desk.samples.spec import Plot
from charterhouse.kernel.periods import age_on
from charterhouse.kernel.standing import Standing
from charterhouse.records.view import StoreView

_ZEAL = (1, 1, 2, 2, 3, 5, 8)
"""How often people come, compared with each other."""

_TRIES = 24
"""So many are asked at random before everybody is looked at."""


class Cast:
    """The people of one sample.

    Args:
        view: their standings.
        random: from which all is drawn.
        branches: codes; everybody has one where they mostly go.

    Attributes:
        busy: who plays in a plot that is going on.
        addresses, homes: of each person: address, and code of the branch.
    """

    def __init__(self, view: StoreView, random: Random, branches: Sequence[str]) -> None:
        self._view = view
        self._random = random
        self._branches = branches
        self._invented = invent(random)
        self._facts: dict[str, dict[str, Any]] = {}
        self._zeal: list[int] = []
        self._sums: list[int] = []
        self._refs: list[str] = []
        self.addresses: dict[str, str] = {}
        self.homes: dict[str, str] = {}
        self.busy: set[str] = set()

    def __len__(self) -> int:
        return len(self._refs)

    def newcomer(self) -> str:
        """Somebody new."""
        person = next(self._invented)
        kept = create_person(person.raw)
        self._facts[kept.ref] = {"born": kept.born, "sex": kept.sex}
        self.addresses[kept.ref] = person.address
        self._refs.append(kept.ref)
        self._zeal.append(self._random.choice(_ZEAL))
        self._sums = list(accumulate(self._zeal))
        if self._branches:
            self.homes[kept.ref] = self._random.choice(self._branches)
        return kept.ref

    def known(self, ref: str) -> Mapping[str, Any]:
        """What the house knows of a person: born, sex."""
        return self._facts.get(ref, {})

    def born(self, ref: str) -> date:
        """A person's date of birth."""
        found: date = self._facts[ref]["born"]
        return found

    def find(self, plot: Plot, today: date, without: str = "") -> str | None:
        """A member whom a plot fits and who is free, rather one who comes often; None if none."""

        def free(ref: str) -> bool:
            return ref != without and ref not in self.busy and self.fits(ref, plot, today)

        if not self._refs:
            return None
        for _ in range(_TRIES):
            [ref] = self._random.choices(self._refs, cum_weights=self._sums)
            if free(ref):
                return ref
        left = [(ref, zeal) for ref, zeal in zip(self._refs, self._zeal, strict=True) if free(ref)]
        if not left:
            return None
        refs, weights = zip(*left, strict=True)
        chosen: str = self._random.choices(refs, weights)[0]
        return chosen

    def fits(self, ref: str, plot: Plot, today: date) -> bool:
        """Whether a person is one of those to whom a plot happens."""
        standing = self._view.loaded.get(ref)
        if plot.ages and not plot.ages[0] <= age_on(self.born(ref), today) <= plot.ages[1]:
            return False
        return standing is not None and _fits(standing, plot, today)


def _fits(standing: Standing, plot: Plot, today: date) -> bool:
    if plot.status:
        there = standing.status in plot.status
    else:
        there = standing.status == "active" and standing.card in ("active", "none")
    last = standing.valid_until
    ending = last is not None and last <= today + timedelta(days=plot.ends_within)
    return (
        there
        and (not plot.tier or standing.tier in plot.tier)
        and (not plot.kind or standing.kind in plot.kind)
        and (not plot.owes or plot.owes in standing.owed)
        and (not plot.ends_within or ending)
        and all(standing.balance(unit) >= least for unit, least in plot.has.items())
    )


__all__ = ["Cast"]
