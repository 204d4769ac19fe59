"""What a property demands; what is wrong is said in words, whether or not pytest looks on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def demand(holds: object, what: str) -> None:
    """Demand something.

    Raises:
        AssertionError: it does not hold.
    """
    if not holds:
        raise AssertionError(what)


def same(one: object, other: object, what: str) -> None:
    """Demand that two values are equal.

    Raises:
        AssertionError: they are not; with the first place at which they part.
    """
    if one != other:
        raise AssertionError(f"{what}: {_parting(one, other)}")


def _parting(one: object, other: object) -> str:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        keys = [k for k in {**one, **other} if one.get(k) != other.get(k)]
        return f"at {keys[0]!r}, {_parting(one.get(keys[0]), other.get(keys[0]))}"
    if (
        isinstance(one, list | tuple)
        and isinstance(other, list | tuple)
        and type(one) is type(other)
    ):
        return _first(one, other)
    if type(one) is type(other) and hasattr(one, "__dataclass_fields__"):
        names = one.__dataclass_fields__
        name = next(n for n in names if getattr(one, n) != getattr(other, n))
        return f"in {name}, {_parting(getattr(one, name), getattr(other, name))}"
    return f"{one!r} is not {other!r}"


def _first(one: Sequence[object], other: Sequence[object]) -> str:
    for place, (mine, yours) in enumerate(zip(one, other, strict=False)):
        if mine != yours:
            return f"at place {place}, {_parting(mine, yours)}"
    return f"{len(one)} of them are not {len(other)}"


__all__ = ["demand", "same"]
