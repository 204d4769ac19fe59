"""Texts that people type: what no record, page or list of names may hold.

Control characters hide in a text or break the file into which it is written. Characters that turn
the direction of writing let a text read otherwise than it is kept. Both are refused everywhere.
Characters that nobody sees are harmless in a remark, but in a name or an id they make two things
look like one; they come along when something is pasted, so a name just loses them.
"""

from __future__ import annotations

import re

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\u206a-\u206f\ufeff\U000e0000-\U000e007f]")


def is_clean(text: str) -> bool:
    """Whether a text is free of control characters and of those that turn its direction."""
    return _FORBIDDEN.search(text) is None


def is_seen(text: str) -> bool:
    """Whether a text is clean and each of its characters can be seen."""
    return is_clean(text) and _UNSEEN.search(text) is None


def one_line(text: str) -> str:
    """A text without characters that nobody sees, and with single blanks between its words."""
    return " ".join(_UNSEEN.sub("", text).split())
