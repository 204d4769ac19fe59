"""An institution's own rest and working days, as settings beside the official calendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from marshmallow import fields

from charterhouse.kernel.charter import Text
from charterhouse.kernel.errors import SettingsError
from charterhouse.kernel.problems import Said
from charterhouse.kernel.settings import SettingValues, meta
from charterhouse.kernel.workdays import WorkCalendar


def rest_days(clause: str, group: str) -> fields.List[date]:
    """The setting `own_rest_days`: days on which the institution rests, whatever the calendar says.

    Args:
        clause: number of the clause that speaks of working days.
        group: of the settings form.
    """
    return fields.List(
        fields.Date(), load_default=list,
        metadata=meta(
            "本机构另定的休息日", "Own rest days", "list", clause, group,
            help_zh="国家安排为工作日而本机构休息的日期", help_en="Working days of the official calendar on which you rest",
        ),
    )  # fmt: skip


def working_days(clause: str, group: str) -> fields.List[date]:
    """The setting `own_working_days`: days on which the institution works all the same.

    Args:
        clause: number of the clause that speaks of working days.
        group: of the settings form.
    """
    return fields.List(
        fields.Date(), load_default=list,
        metadata=meta(
            "本机构另定的工作日", "Own working days", "list", clause, group,
            help_zh="国家安排为休息日而本机构上班的日期", help_en="Rest days of the official calendar on which you work",
        ),
    )  # fmt: skip


def calendar_of(s: SettingValues) -> WorkCalendar:
    """The working days of a tenant.

    Raises:
        SettingsError: a day is named as a rest day and as a working day.
    """
    both = set(s.own_rest_days) & set(s.own_working_days)
    if both:
        raise SettingsError(
            Said(
                f"{min(both).isoformat()}同时列为休息日",
                f"{min(both).isoformat()} is one of the own rest days too",
            ),
            field="own_working_days",
        )
    return _calendar(frozenset(s.own_rest_days), frozenset(s.own_working_days))


@lru_cache(maxsize=64)
def _calendar(resting: frozenset[date], working: frozenset[date]) -> WorkCalendar:
    return WorkCalendar({**dict.fromkeys(resting, False), **dict.fromkeys(working, True)})


def with_own_days(text: Text, s: SettingValues) -> Text:
    """A text on working days, with the days on which the institution differs from the calendar."""
    zh, en = text
    for days, word_zh, word_en in (
        (s.own_rest_days, "另定休息日", " Own rest days"),
        (s.own_working_days, "另定工作日", " Own working days"),
    ):
        if days:
            zh += f"{word_zh}：{_listed(days, '、')}。"
            en += f"{word_en}: {_listed(days, ', ')}."
    return zh, en


def _listed(days: Iterable[date], comma: str) -> str:
    return comma.join(day.isoformat() for day in sorted(days))


__all__ = ["calendar_of", "rest_days", "with_own_days", "working_days"]
