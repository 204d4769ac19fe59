"""What was told with an event, as people read it: codes by their labels, days, times, yes and no."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from charterhouse.web.i18n import date_text, datetime_text, gettext, number_text, pick

if TYPE_CHECKING:
    from charterhouse.desk.words import Words

__all__ = ["value_text"]

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}.*([+-]\d{2}:\d{2}|Z)")


def value_text(value: Any, words: Words) -> str:
    """Return a detail in words.

    Args:
        value: as the event's body keeps it: text, number, yes or no, or several of them.
        words: of the charter by whose codes it was told.
    """
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return str(gettext("Yes") if value else gettext("No"))
    if isinstance(value, int):
        return number_text(value)
    if isinstance(value, str):
        return _text(value, words)
    if isinstance(value, Iterable):
        return ", ".join(value_text(each, words) for each in value)
    return str(value)


def _text(value: str, words: Words) -> str:
    try:
        if _DAY.fullmatch(value):
            return date_text(date.fromisoformat(value))
        if _MOMENT.fullmatch(value):
            return datetime_text(datetime.fromisoformat(value))
    except ValueError:
        return value  # it only looks like a day
    return pick(*words.label(value))
