"""Helpers for the words that the charters of this plugin share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from charterhouse.kernel.charter import Text


def named(codes: Iterable[str], labels: Mapping[str, Text]) -> Text:
    """The names of codes, one after the other; a code that the clinic made up names itself."""
    names = [labels.get(code, (code, code)) for code in codes]
    if not names:
        return "暂无", "none yet"
    return "、".join(zh for zh, _ in names), ", ".join(en for _, en in names)


def costed(figures: Mapping[str, int], labels: Mapping[str, Text]) -> Text:
    """Codes with the points that each costs."""
    if not figures:
        return "暂无", "none yet"
    rows = [(*labels.get(code, (code, code)), points) for code, points in figures.items()]
    return (
        "、".join(f"{zh} {points}分" for zh, _, points in rows),
        ", ".join(f"{en} {points}" for _, en, points in rows),
    )


def placed(figures: Mapping[str, int], labels: Mapping[str, Text]) -> Text:
    """Activities with the places of each."""
    if not figures:
        return "暂无限额", "none limited yet"
    rows = [(*labels.get(code, (code, code)), places) for code, places in figures.items()]
    return (
        "、".join(f"{zh} {places}人" for zh, _, places in rows),
        ", ".join(f"{en} {places}" for _, en, places in rows),
    )
