"""The values of a plot that are filled in when it is told.

In a step's fields: `$me`, `$other` (another member) and `$new` (somebody new)
are people; `$1`, `$2` … the ids given to what the first, second … step made;
`$today`, `$today+7` a day, `$now-5h` and `$now+2d` a moment; `$owed` what is owed
for the step's `for`; `$papers` the documents that the charter asks for and that
are not there yet; `$policy` the member's newest insurance policy; `$benefit` and
`$gift` what the charter gives the member now; `$lines` a bill from the price
list, `$lines(x)` from the items of category or department x; `$address` the
person's. `{one_of: [...]}`, `{between: [low, high]}` and `{between: [low, high,
step]}` draw.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from charterhouse.desk.errors import DeskError
from charterhouse.desk.institution import PricedItem
from charterhouse.desk.samples.spec import duration
from charterhouse.kernel.money import show_fen

_DAY = re.compile(r"\$today(?:([+-])(\d{1,4}))?")
_MOMENT = re.compile(r"\$now([+-])(\d{1,4}[mhd])")

Ask = Callable[[str], Any]
"""Gives the value of a name such as `$me` that only the teller knows."""


def fill(value: Any, ask: Ask, now: datetime, random: Random) -> Any:
    """A field's value with everything in it filled in.

    Raises:
        DeskError: a name is not known.
    """
    if isinstance(value, Mapping):
        if value.keys() == {"one_of"}:
            return fill(random.choice(list(value["one_of"])), ask, now, random)
        if value.keys() == {"between"}:
            low, high, *step = value["between"]
            return random.randrange(low, high + 1, *step)
        return {key: fill(item, ask, now, random) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [fill(item, ask, now, random) for item in value]
    if isinstance(value, str) and value.startswith("$"):
        return _named(value, ask, now)
    return value


def _named(name: str, ask: Ask, now: datetime) -> Any:
    day = _DAY.fullmatch(name)
    if day:
        offset = int(day[2] or 0) * (-1 if day[1] == "-" else 1)
        return (now.date() + timedelta(days=offset)).isoformat()
    moment = _MOMENT.fullmatch(name)
    if moment:
        offset_by = duration(moment[2], 0) * (-1 if moment[1] == "-" else 1)
        return (now + offset_by).isoformat()
    return ask(name)


def bill_lines(
    prices: Sequence[PricedItem],
    more: Mapping[str, Mapping[str, Any]],
    random: Random,
    only: str = "",
) -> list[dict[str, Any]]:
    """One to four lines of a bill; what stands first in the price list is taken more often.

    Args:
        prices: the price list.
        more: item → further fields of its lines (department, medical).
        random: from which it is drawn.
        only: a category or department; all items when empty.

    Raises:
        DeskError: the price list has no such item.
    """
    if only:
        prices = [
            each
            for each in prices
            if only in (each.category, more.get(each.item, {}).get("department"))
        ]
    if not prices:
        raise DeskError("the sample's bills need items of the price list", field=only or "prices")
    weights = [1 / (2 + place) for place in range(len(prices))]
    chosen = random.choices(prices, weights, k=random.choice((1, 1, 2, 2, 2, 3, 3, 4)))
    lines = []
    for item in dict.fromkeys(chosen):
        line: dict[str, Any] = {
            "item": item.item,
            "category": item.category,
            "price": show_fen(item.price),
            **more.get(item.item, {}),
        }
        if item.offer is not None:
            line["offer"] = show_fen(item.offer)
        if item.price < 10_000 and random.randrange(4) == 0:
            line["quantity"] = random.choice((2, 2, 3))
        lines.append(line)
    return lines
