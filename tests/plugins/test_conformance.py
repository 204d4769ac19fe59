"""The conformance suite over every charter of the house."""

from __future__ import annotations

from collections.abc import Mapping

from charterhouse.plugins.registry import registry
from charterhouse.testkit import Conformance

IRREVERSIBLE: Mapping[str, Mapping[str, str]] = {
    "clinic.two-kind-card": {"tier": "2.1a: there is no downgrade"},
    "dental.exam-orthodontic": {"used": "5.2: a gift that a bill gave was given, paid or not"},
    "dental.gold-silver": {"tier": "2.1: a tier does not fall by itself, nor by a refund"},
    "dental.silver-gold-diamond": {"used": "3.1: the first consultation took place, paid or not"},
    "dental.tooth-tiers": {"valid_until": "1.1: a refund lowers the tier, and the end date stays"},
    "dental.vip-four-tier": {
        "count": "2.1: each bill is a visit, and it took place",
        "tier": "2.1: tiers do not fall by themselves, nor by a refund",
        "right": "2.3: packages are granted on a rise, and what is unused stays",
    },
    "maternity.prepaid-ladder": {"tier": "A.2.4: no downgrade, not by refund either"},
}
"""Charter → what a whole refund leaves as it is → the clause that says so."""

EXEMPT: Mapping[str, Mapping[str, str]] = {}
"""Charter → property → the clause that contradicts it."""


def _suite(code: str) -> type[Conformance]:
    name = "Test" + "".join(part.title() for part in code.replace(".", "-").split("-"))
    declared = {
        "charter": type(registry().charter(code)),
        "irreversible": IRREVERSIBLE.get(code, {}),
        "exempt": EXEMPT.get(code, {}),
    }
    return type(name, (Conformance,), declared)


for _code in sorted(registry().charters):
    _made = _suite(_code)
    globals()[_made.__name__] = _made
del _made


def test_only_charters_of_the_house_are_spoken_of() -> None:
    assert {*IRREVERSIBLE, *EXEMPT} <= registry().charters.keys()
