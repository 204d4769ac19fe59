"""What the desk says of what it cannot do, in the reader's language.

The desk and the kernel speak English. Their sentences are in the catalogues as they are; those with
something in the middle that differs stand there with ``%(what)s`` in its place.
"""

from __future__ import annotations

import re
from typing import Final

from charterhouse.web.i18n import gettext

__all__ = ["worded"]

_FRAMES: Final = (
    "must have at most %(what)s characters",
    "must have at least %(what)s characters",
    "must have %(what)s characters",
    "must lie between %(what)s",
    "must be a list of %(what)s bill lines",
    "is no field of %(what)s",
    "%(what)s is no verb of the vocabulary",
    "needs one of %(what)s",
    "takes only one of %(what)s",
    "%(what)s events took all the time there is here: use `charterhouse replay`",
    "%(what)s that can be replayed here: use `charterhouse replay`",
    "the charter refuses this refund (clause %(what)s)",
    "its plugin %(what)s",
    "%(what)s has adopted no charter",
)
_WHAT: Final = "%(what)s"


def _pattern(frame: str) -> re.Pattern[str]:
    return re.compile(re.escape(frame).replace(re.escape(_WHAT), "(.+)"), re.DOTALL)


_PATTERNS: Final = tuple((frame, _pattern(frame)) for frame in _FRAMES)


def worded(sentence: str) -> str:
    """Return a sentence of the desk in the reader's language; one that nobody knows as it is."""
    known: str = gettext(sentence)
    if known != sentence:
        return known
    for frame, pattern in _PATTERNS:
        found = pattern.fullmatch(sentence)
        if found is not None:
            framed: str = gettext(frame, what=found[1])
            return framed
    return sentence
