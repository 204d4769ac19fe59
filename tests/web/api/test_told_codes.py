"""Every code with which the API says that it cannot just now is in its description."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from charterhouse.tenancy import errors
from charterhouse.web.api import _PASSING

if TYPE_CHECKING:
    from collections.abc import Iterator

DESCRIBED = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")


def kinds(*found: type[Exception]) -> Iterator[type[errors.TenancyError]]:
    for kind in found:
        if issubclass(kind, errors.TenancyError):
            yield kind
        yield from kinds(*kind.__subclasses__())


def test_passing_troubles_are_described() -> None:
    codes = {each.code for each in kinds(*_PASSING)}
    assert "store_busy" in codes
    assert {code for code in codes if f"`{code}`" not in DESCRIBED} == set()
