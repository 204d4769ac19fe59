"""Hypothesis strategies for the events of any charter."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from charterhouse.kernel.charter import Charter
from charterhouse.testkit.knowledge import knowledge_of
from charterhouse.testkit.telling import Stream
from charterhouse.testkit.writing import write


def streams(
    charter: type[Charter], *, longest: int = 30, scenarios: Path | None = None
) -> st.SearchStrategy[Stream]:
    """Streams of events for a charter: possible ones as a rule, at its boundaries by preference.

    Args:
        charter: the charter's class.
        longest: the greatest number of events.
        scenarios: the folder of its stories, from which streams learn what its events look
            like; the folder `scenarios` beside its module by default.
    """
    known = knowledge_of(charter, scenarios)
    chances = st.randoms(use_true_random=False)
    written = chances.map(lambda chance: write(known, chance, longest).stream)
    return written.filter(lambda stream: bool(stream.moments))


__all__ = ["streams"]
