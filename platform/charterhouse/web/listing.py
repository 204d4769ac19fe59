"""Lists: page, order and filters live in the address, so that it can be shared and kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar
from urllib.parse import urlencode

from flask import request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask

__all__ = ["Column", "Page", "Sort", "col", "init_app", "query_url", "read_page", "read_sort"]

T = TypeVar("T")
SIZES: Final = (25, 50, 100, 200)
_LAST_PAGE: Final = 100_000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list.

    Attributes:
        items: What is on it.
        number: Counts from 1.
        size: How many fit on a page.
        total: How many there are on all pages.
    """

    items: Sequence[T] = field(repr=False)
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """Number of the first item on this page, 0 when there is none."""
        return (self.number - 1) * self.size + 1 if self.items else 0

    @property
    def last(self) -> int:
        """Number of the last item on this page; an item may take several rows."""
        return min(self.first + self.size - 1, self.total) if self.items else 0

    @property
    def window(self) -> list[int | None]:
        """The page numbers to show; None stands for a gap."""
        near = {1, self.pages, *range(self.number - 1, self.number + 2)}
        shown: list[int | None] = []
        for number in sorted(each for each in near if 1 <= each <= self.pages):
            if shown and shown[-1] is not None and number > shown[-1] + 1:
                shown.append(None)
            shown.append(number)
        return shown


@dataclass(frozen=True, slots=True)
class Sort:
    """The order of a list.

    Attributes:
        key: Name of a column.
        descending: Whether the greatest stands first.
    """

    key: str
    descending: bool = False

    @property
    def text(self) -> str:
        """As it stands in the address: ``-joined`` for descending."""
        return f"-{self.key}" if self.descending else self.key


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column.

    Attributes:
        label: Its text; empty for a column of buttons.
        key: Its name in ``sort=``; empty when the list cannot be ordered by it.
        align: ``end`` for numbers and money.
        wide: Left out where the screen is narrow.
    """

    label: Any
    key: str = ""
    align: str = ""
    wide: bool = False


def col(label: Any = "", key: str = "", *, align: str = "", wide: bool = False) -> Column:
    """Return the head of a column, as templates write it."""
    return Column(label, key, align, wide)


def read_page(size: int = SIZES[0]) -> tuple[int, int]:
    """Return page number and page size of the address; senseless ones become the first and ``size``."""
    number = request.args.get("page", 1, type=int)
    wanted = request.args.get("size", size, type=int)
    return min(max(number, 1), _LAST_PAGE), wanted if wanted in SIZES else size


def read_sort(allowed: Sequence[str], default: str) -> Sort:
    """Return the order of the address when its column is ``allowed``, else ``default``."""
    given = request.args.get("sort", default)
    chosen = given if given.removeprefix("-") in allowed else default
    return Sort(chosen.removeprefix("-"), descending=chosen.startswith("-"))


def query_url(**changes: Any) -> str:
    """Return the present address with its query changed; None removes a name."""
    query = request.args.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    pairs = urlencode(list(query.items(multi=True)))
    return f"{request.script_root}{request.path}{'?' + pairs if pairs else ''}"


def sort_url(key: str, current: Sort | None) -> str:
    """Return the address that orders by a column: ascending first, then the other way round."""
    turn = current is not None and current.key == key and not current.descending
    return query_url(sort=f"-{key}" if turn else key, page=None)


def init_app(app: Flask) -> None:
    """Give the templates ``col()``, ``query_url()`` and ``sort_url()``."""
    app.jinja_env.globals.update(col=col, query_url=query_url, sort_url=sort_url, page_sizes=SIZES)
