"""What `expect` may name and the shape of each value; a slip is an error, never a silent pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from charterhouse.kernel.clauses.services import OPEN, OVER
from charterhouse.kernel.errors import EventError, ScenarioError
from charterhouse.kernel.kinds import read_moment
from charterhouse.kernel.money import parse_fen
from charterhouse.kernel.reasons import REASONS
from charterhouse.kernel.standing import CARDS, STATUSES

_SORTS = ("tasks", "flags", "notices", "records")
_REQUEST_STATES = (*OPEN, *OVER)
_QUOTA_STATES = ("reserved", "consumed", "released")

Check = Callable[[Any], str]
"""A value → what is wrong with it, or ""."""


def _amount(value: Any) -> str:
    try:
        parse_fen(value)
    except EventError as error:
        return error.message
    return ""


def _amounts(value: Any) -> str:
    if not isinstance(value, list):
        return "must be a list of amounts"
    return next((problem for problem in map(_amount, value) if problem), "")


def _number(value: Any) -> str:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return "" if whole else "must be a whole number"


def _text(value: Any) -> str:
    return "" if isinstance(value, str) else "must be text"


def _texts(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ""
    return "must be a list of codes"


def _clause(value: Any) -> str:
    for number in value if isinstance(value, list) else [value]:
        if not isinstance(number, str):
            return f"write {number} in quotes: a clause is text"
    return ""


def _one_of(*known: str) -> Check:
    def check(value: Any) -> str:
        return "" if value in known else f"must be one of {', '.join(known)}"

    return check


def _reason(value: Any) -> str:
    return "" if value == "any" or value in REASONS else f"{value!r} is no reason code"


def _day(value: Any) -> str:
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        return "must be a day such as 2028-02-29"
    return ""


def _counts(value: Any) -> str:
    if not isinstance(value, Mapping):
        return "must map codes to numbers"
    wrong = [k for k, v in value.items() if v != "unlimited" and _number(v)]
    return f"{wrong[0]} must be a whole number or unlimited" if wrong else ""


def _absent(value: Any) -> str:
    if not isinstance(value, Mapping):
        return f"must be a table of {', '.join(_SORTS)}"
    for key, codes in value.items():
        if key not in _SORTS:
            return f"{key!r} is none of {', '.join(_SORTS)}"
        if _texts(codes):
            return f"{key} {_texts(codes)}"
    return ""


def _time(value: Any) -> str:
    try:
        read_moment("" if value is None else value, "deadline", None)
    except EventError:
        return "" if value is None else "must be a day or a time such as 2025-03-01 10:00"
    return ""


def _times(value: Any) -> str:
    if not isinstance(value, Mapping):
        return "must map deadlines to times"
    return next((problem for problem in map(_time, value.values()) if problem), "")


_OF_REQUEST: dict[str, Check] = {
    "status": _one_of(*_REQUEST_STATES),
    "deadline": _time,
    "deadlines": _times,
    "quota": _one_of(*_QUOTA_STATES),
    "missing": _texts,
    "flags": _texts,
}


def _requests(value: Any) -> str:
    if not isinstance(value, Mapping):
        return "must map ids of requests to what is expected of them"
    for request, wanted in value.items():
        if not isinstance(wanted, Mapping):
            return f"{request} must be a table"
        for key, what in wanted.items():
            check = _OF_REQUEST.get(key)
            if check is None:
                return f"{request}.{key} is none of {', '.join(_OF_REQUEST)}"
            problem = check(what)
            if problem:
                return f"{request}.{key} {problem}"
    return ""


AMOUNTS = (
    "due", "from_stored_value", "from_credit", "from_points", "to_pay", "owed", "refund",
    "donation", "stored_value", "credit", "spend_total", "deposit", "dividends",
)  # fmt: skip
NUMBERS = ("points_earned", "referrer_points_earned", "points", "lifetime_points", "members")
LISTS = ("queue", "tasks", "flags", "notices", "missing")

EXPECTABLE: dict[str, Check] = {
    **dict.fromkeys(AMOUNTS, _amount),
    **dict.fromkeys(NUMBERS, _number),
    **dict.fromkeys(LISTS, _texts),
    **dict.fromkeys(("member", "kind", "tier"), _text),
    **dict.fromkeys(("benefits", "records"), _counts),
    "lines": _amounts,
    "refused": _reason,
    "clause": _clause,
    "status": _one_of(*STATUSES),
    "card": _one_of(*CARDS),
    "valid_until": _day,
    "request": _requests,
    "absent": _absent,
}
"""Every key of `expect` with the check of its value."""


def check_expect(expect: Any, line: int) -> Mapping[str, Any]:
    """The expectations of a step, once their keys and values are ones that can be compared.

    Raises:
        ScenarioError: They are not; `field` is the line.
    """
    if expect is None:
        return {}
    if not isinstance(expect, Mapping):
        raise ScenarioError("expect must be a table", field=str(line))
    for key, value in expect.items():
        at = str(getattr(expect, "lines", {}).get(key, line))
        check = EXPECTABLE.get(key)
        if check is None:
            raise ScenarioError(f"{key!r} cannot be expected", field=at)
        problem = check(value)
        if problem:
            raise ScenarioError(f"expect.{key}: {problem}", field=at)
    return expect
