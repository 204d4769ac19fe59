"""The pytest plugin: fixtures for tests of a charter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from charterhouse.kernel.charter import Charter
    from charterhouse.kernel.memory import MemoryWorld

MakeWorld = Callable[..., "MemoryWorld"]
TellStory = Callable[["Charter", str], "MemoryWorld"]


@pytest.fixture
def charterhouse_world() -> MakeWorld:
    """Makes worlds in memory: `charterhouse_world(MyCharter(), {"fee": "10.00"})`.

    Without settings the charter's sample figures hold.
    """
    from charterhouse.kernel.memory import MemoryWorld
    from charterhouse.testkit.telling import ZONE

    def make(charter: Charter, settings: Mapping[str, Any] | None = None) -> MemoryWorld:
        return MemoryWorld(charter, charter.example if settings is None else settings, ZONE)

    return make


@pytest.fixture
def charterhouse_story() -> TellStory:
    """Tells a story written in the test: see `charterhouse.testkit.assert_story`."""
    from charterhouse.testkit.stories import assert_story

    return assert_story
