"""What is wrong with settings, said in both languages of the platform."""

from __future__ import annotations

from typing import Self


class Said(str):
    """A sentence on a setting: English as itself, with its Chinese beside it.

    It stays whole on its way through marshmallow and the errors of the kernel, so that a page
    shows it in the reader's language.

    Attributes:
        zh: the same sentence in Chinese.
    """

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, zh: str, en: str) -> Self:
        """Say something in Chinese and English."""
        said = super().__new__(cls, en)
        said.zh = zh
        return said


Problem = tuple[str, Said]
"""A setting, dotted where it is a table, and what is wrong with it."""

MUST_RISE = Said("须逐级递增", "must rise from each tier to the next")
ABOVE_BELOW = Said("须高于下一等级的数值", "must be above that of the tier below")
NOT_BELOW = Said("不得低于下一等级的数值", "must not be below that of the tier below")
PUNISHES = Said("不得使更高等级更不优惠", "must not punish a higher tier")
NO_TIER = Said("不是本章程的等级", "is no tier of this charter")


def one_of(*codes: str) -> Said:
    """A setting must be one of these."""
    return Said(f"须为以下之一：{'、'.join(codes)}", f"must be one of {', '.join(codes)}")


__all__ = [
    "ABOVE_BELOW", "MUST_RISE", "NOT_BELOW", "NO_TIER", "PUNISHES", "Problem", "Said", "one_of",
]  # fmt: skip
