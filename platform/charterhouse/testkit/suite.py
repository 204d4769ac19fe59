"""What all properties of the conformance suite share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from charterhouse.kernel.charter import Charter
from charterhouse.testkit.corpus import Check, corpus, explore
from charterhouse.testkit.knowledge import Knowledge, knowledge_of
from charterhouse.testkit.writing import Written


class Suite:
    """The charter under test and how thoroughly it is looked at.

    Attributes:
        charter: the class of the charter.
        scenarios: the folder of its stories; `scenarios` beside its module by default.
        examples: how many streams it is told; the environment variable
            `CHARTERHOUSE_EXAMPLES` says otherwise.
        longest: the greatest number of events of a stream.
        irreversible: what a whole reversal need not restore → the clause that says so: a unit
            of the ledger ("points", "used/…" by its full name), "tier", "status", "valid_until".
        exempt: property ("P11") → the clause of the charter that contradicts it; it is skipped.
    """

    charter: ClassVar[type[Charter]]
    scenarios: ClassVar[Path | None] = None
    examples: ClassVar[int] = 12
    longest: ClassVar[int] = 30
    irreversible: ClassVar[Mapping[str, str]] = {}
    exempt: ClassVar[Mapping[str, str]] = {}

    @property
    def known(self) -> Knowledge:
        """What is known of the charter."""
        return knowledge_of(self.charter, self.scenarios)

    @property
    def written(self) -> tuple[Written, ...]:
        """The streams that the charter is told."""
        return corpus(self.charter, self.examples, self.longest, self.scenarios)

    def each(self, name: str, check: Check) -> None:
        """Check a property of every stream, unless the charter contradicts it.

        Raises:
            AssertionError: it does not hold; with the smallest stream found that breaks it.
        """
        self.due(name)
        explore(self.known.charter, self.written, check)

    def due(self, name: str) -> None:
        """Skip the property where the charter contradicts it."""
        if name in self.exempt:
            pytest.skip(f"{name}: {self.exempt[name]}")


__all__ = ["Suite"]
