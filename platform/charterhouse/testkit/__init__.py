"""The kit with which plugin developers test a charter; see `docs/testkit.md`.

`Conformance` is the suite to subclass, `streams` the hypothesis strategy of event
streams for any charter, `Faulty` a charter that fails on demand. Names load when
they are asked for, so that the pytest plugin costs nothing where none is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from charterhouse.testkit.conformance import Conformance
    from charterhouse.testkit.doubles import Faulty, GarbageError
    from charterhouse.testkit.knowledge import Knowledge, knowledge_of
    from charterhouse.testkit.stories import assert_story
    from charterhouse.testkit.strategies import streams
    from charterhouse.testkit.telling import Moment, Stream, as_yaml, new_world, tell
    from charterhouse.testkit.writing import write

_HOMES = {
    "Conformance": "conformance",
    "Faulty": "doubles",
    "GarbageError": "doubles",
    "Knowledge": "knowledge",
    "Moment": "telling",
    "Stream": "telling",
    "as_yaml": "telling",
    "assert_story": "stories",
    "knowledge_of": "knowledge",
    "new_world": "telling",
    "streams": "strategies",
    "tell": "telling",
    "write": "writing",
}

__all__ = [
    "Conformance",
    "Faulty",
    "GarbageError",
    "Knowledge",
    "Moment",
    "Stream",
    "as_yaml",
    "assert_story",
    "knowledge_of",
    "new_world",
    "streams",
    "tell",
    "write",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"charterhouse.testkit has no {name!r}")
    return getattr(import_module(f"charterhouse.testkit.{home}"), name)
