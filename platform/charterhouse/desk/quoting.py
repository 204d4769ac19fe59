"""A channel's words without what they quote of a person: the store and the log keep them open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from charterhouse.desk.people import Person

__all__ = ["unquoted"]

_HIDDEN = "…"
_SHORTEST = 2
_EMAIL = re.compile(r"[^\s<>\"',;:]+@[^\s<>\"',;:]+")
# Phone, identity and card numbers in any way of writing; codes of errors are shorter.
_NUMBER = re.compile(r"\+?\d(?:[ .()/-]{0,2}\d){6,}[Xx]?")


def unquoted(words: str, person: Person | None, *texts: str) -> str:
    """Return what a channel said, without personal data.

    Args:
        words: Its own.
        person: Whom the message was for.
        texts: What else it might quote: the message.
    """
    known = {*_strings([person.more]), *_of(person), *texts} if person else set(texts)
    # The longer ones first: a name may be a part of the text.
    for text in sorted(known, key=len, reverse=True):
        if len(text) >= _SHORTEST:
            words = re.sub(re.escape(text), _HIDDEN, words, flags=re.IGNORECASE)
    return _NUMBER.sub(_HIDDEN, _EMAIL.sub(_HIDDEN, words))


def _of(person: Person) -> Iterable[str]:
    born = person.born.isoformat() if person.born else ""
    return (person.name, person.phone, person.id_number, person.address, person.email, born)


def _strings(values: Iterable[Any]) -> Iterable[str]:
    """All texts within values as JSON has them."""
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            yield from _strings(value.values())
        elif isinstance(value, list | tuple):
            yield from _strings(value)
