"""The conformance suite over every charter of the house."""

from __future__ import annotations

from charterhouse.plugins.registry import registry
from charterhouse.testkit import Conformance


def _suite(code: str) -> type[Conformance]:
    name = "Test" + "".join(part.title() for part in code.replace(".", "-").split("-"))
    return type(name, (Conformance,), {"charter": type(registry().charter(code))})


for _code in sorted(registry().charters):
    _made = _suite(_code)
    globals()[_made.__name__] = _made
del _made
