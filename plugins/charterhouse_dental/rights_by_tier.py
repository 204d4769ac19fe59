"""Which tiers have which of the rights that a clinic lists tier by tier."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping


def rights_by_tier(
    table: Mapping[str, Collection[str]],
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each right once, in the order of the lists, with exactly the tiers that name it."""
    for code in dict.fromkeys(code for codes in table.values() for code in codes):
        yield code, tuple(tier for tier, codes in table.items() if code in codes)
