"""The streams that the conformance suite looks at, and the smallest one that breaks a property."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from time import monotonic
from typing import NoReturn

from charterhouse.kernel.charter import Charter
from charterhouse.testkit.knowledge import Knowledge, knowledge_of
from charterhouse.testkit.telling import Stream, as_yaml, tell
from charterhouse.testkit.writing import Written, write

EXAMPLES = "CHARTERHOUSE_EXAMPLES"
"""Environment variable: how many streams each charter is told instead of the suite's number."""

_SECONDS = 4.0
"""How long a counterexample is made smaller."""

Check = Callable[[Written], None]


_WRITTEN: dict[tuple[type[Charter], int, int, Path | None], tuple[Written, ...]] = {}


def corpus(
    kind: type[Charter], examples: int, longest: int, scenarios: Path | None
) -> tuple[Written, ...]:
    """The streams of a charter: the same in every run, so that a change fails and not a dice."""
    count = int(os.environ.get(EXAMPLES) or examples)
    key = (kind, count, longest, scenarios)
    if key not in _WRITTEN:
        known = knowledge_of(kind, scenarios)
        _WRITTEN[key] = tuple(_written(known, seed, longest) for seed in range(count))
    return _WRITTEN[key]


def _written(known: Knowledge, seed: int, longest: int) -> Written:
    return write(known, Random(seed), longest)  # noqa: S311 - a story, no secret


def told(charter: Charter, stream: Stream) -> Written:
    """A stream told to a new world."""
    world, outcomes = tell(charter, stream)
    return Written(stream, world, outcomes)


def explore(charter: Charter, written: tuple[Written, ...], check: Check) -> None:
    """Check a property of every stream.

    Raises:
        AssertionError: it does not hold; the message ends with the smallest stream found that
            breaks it, as a scenario file.
    """
    for each in written:
        if not each.stream.moments:
            continue
        try:
            check(each)
        except Exception as error:  # noqa: BLE001 - whatever the charter raises is a finding
            fail(charter, each.stream, check, error)


def fail(charter: Charter, stream: Stream, check: Check, error: Exception) -> NoReturn:
    """Report the smallest stream that breaks a property.

    Raises:
        AssertionError: always.
    """
    smallest, last = smaller(charter, stream, check, error)
    story = as_yaml(charter, smallest)
    plain = isinstance(last, AssertionError)
    said = str(last) if plain else f"{type(last).__name__}: {last}"
    raise AssertionError(f"{said}\n\n{story}") from (None if plain else last)


def smaller(
    charter: Charter, stream: Stream, check: Check, error: Exception
) -> tuple[Stream, Exception]:
    """The stream with as few events as possible that still breaks the property."""
    until = monotonic() + _SECONDS
    size = max(1, len(stream.moments) // 2)
    while monotonic() < until:
        for shorter in _without_some(stream, size):
            found = _breaks(charter, shorter, check)
            if found is not None and type(found) is type(error):
                stream, error = shorter, found
                break
            if monotonic() > until:
                break
        else:
            if size == 1:
                break
            size //= 2
    return stream, error


def _without_some(stream: Stream, size: int) -> Iterator[Stream]:
    moments = stream.moments
    # From the end: what came after the break is the least needed.
    for start in range(len(moments) - size, -1, -size):
        left = (*moments[:start], *moments[start + size :])
        if left:
            yield stream.only(left)


def _breaks(charter: Charter, stream: Stream, check: Check) -> Exception | None:
    try:
        check(told(charter, stream))
    except Exception as error:  # noqa: BLE001 - whatever the charter raises is what is looked for
        return error
    return None


__all__ = ["EXAMPLES", "corpus", "explore", "fail", "smaller", "told"]
