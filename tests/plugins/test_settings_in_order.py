"""No charter takes figures by tier that turn the order of its tiers around."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from marshmallow import fields

from charterhouse.kernel.charter import Charter
from charterhouse.kernel.errors import SettingsError
from charterhouse.kernel.problems import Said
from charterhouse.kernel.program import Program
from charterhouse.kernel.settings import Factor, Rate, Yuan
from charterhouse.plugins.registry import registry

Figures = dict[str, Any]
"""Settings that give one figure to each tier: a table by tier, or a setting for each of them."""

UNORDERED = {
    # The clinic names its tiers itself, each with services of its own; only their fees order them.
    ("dental.tier-framework", "tiers"),
    # What a guarantee, a package or a member's own share is worth does not order tiers.
    ("dental.vip-four-tier", "packages"),
    ("aesthetic.key-accounts", "percent"),
    # Fees that an institution sets as it likes: dearer is the higher level, or they are no ladder.
    ("gynecology.health-club", "joining_fees"),
    ("hospital.luxury", "level_fees"),
}


def entered(field: Any, step: int) -> Any:
    """A figure of a field, as it is entered; a later step is larger."""
    if isinstance(field, Factor):
        return str(Decimal(step + 3) / 10)
    if isinstance(field, Yuan):
        return f"{step * 100}.00"
    return str(step) if isinstance(field, Rate) else step


def by_tier(charter: Charter) -> dict[str, tuple[list[str], dict[str, Any], bool]]:
    """Name → the tiers from the lowest up, their fields, and whether it is one table."""
    program = Program(charter, charter.example)
    found: dict[str, tuple[list[str], dict[str, Any], bool]] = {}
    for name, field in charter.Settings().fields.items():
        if isinstance(field, fields.Dict):
            held = [tier for tier in program.tiers if tier in getattr(program.settings, name)]
            figure = field.value_field
            if len(held) > 1 and isinstance(figure, Factor | Yuan | Rate | fields.Integer):
                found[name] = (held, dict.fromkeys(held, figure), True)
            continue
        if not isinstance(field, Factor | Yuan | Rate | fields.Integer):
            continue
        for tier in program.tiers:
            word = tier.replace("-", "_")
            stem = name.removesuffix(f"_{word}")
            stem = stem if stem != name else name.removeprefix(f"{word}_")
            if stem != name:
                tiers, kinds, _ = found.setdefault(stem, ([], {}, False))
                tiers.append(tier)
                kinds[name] = field
    return {n: row for n, row in found.items() if len(row[0]) > 1}


CASES = [
    pytest.param(code, name, id=f"{code} {name}")
    for code in sorted(registry().charters)
    for name in by_tier(registry().charter(code))
    if (code, name) not in UNORDERED
]


@pytest.mark.parametrize(("code", "name"), CASES)
def test_figures_that_turn_the_tiers_around_are_refused(code: str, name: str) -> None:
    charter = registry().charter(code)
    tiers, kinds, is_table = by_tier(charter)[name]
    problems = []
    for turn in (1, -1):
        steps = list(range(1, len(tiers) + 1))[::turn]
        figures = {
            key: entered(field, step)
            for (key, field), step in zip(kinds.items(), steps, strict=True)
        }
        if is_table:
            held = getattr(Program(charter, charter.example).settings, name)
            field = charter.Settings().fields[name]
            assert isinstance(field, fields.Dict)
            rest = {key: entered(field.value_field, 1) for key in held if key not in kinds}
            figures = {name: {**rest, **figures}}
        try:
            Program(charter, {**charter.example, **figures})
        except SettingsError as error:
            problems.append(error)
    assert len(problems) == 1, "one of both orders must be refused, the other taken"
    assert problems[0].field.split(".")[0] in {name, *kinds}
    assert isinstance(problems[0].message, Said)
