"""Everything that pages show of a request has a word for it in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from charterhouse.desk import terms
from charterhouse.kernel.clauses.casework import Casework
from charterhouse.kernel.program import Program
from charterhouse.kernel.scenario.files import find_files
from charterhouse.kernel.scenario.loading import load_file
from charterhouse.plugins.registry import registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charterhouse.kernel.clauses.services import Service, Step, Then

ROOT = Path(__file__).parents[2]
ZONE = ZoneInfo("Asia/Shanghai")
TYPES = ("emergency", "green-channel", "insurer-vip", "service-desk", "aesthetic")
FILES, _ = find_files(
    [ROOT / "plugins" / f"charterhouse_{each.replace('-', '_')}" for each in TYPES]
)


def _charters() -> list[str]:
    return sorted(code for code in registry().charters if code.partition(".")[0] in TYPES)


def _known(charter: str, code: str) -> bool:
    return code in registry().charter(charter).labels or code in terms.LABELS


def _brought(found: tuple[Then, ...]) -> Iterator[str]:
    return (each.code for each in found if each.sort != "cite")


def _of_step(step: Step) -> Iterator[str]:
    yield from (step.code, *step.details, *step.keeps, *step.sets)
    yield from _brought(step.then)


def _of_service(service: Service) -> Iterator[str]:
    yield from (service.code, *service.details, *(need.code for need in service.needed))
    for step in service.steps:
        yield from _of_step(step)
    for paper in service.asks_for:
        yield from paper.codes
    for limit in service.limits:
        yield from filter(None, (limit.code if limit.timed else "", limit.task, limit.late))
    yield from _brought((*service.opening, *service.approved))
    for found in service.closing.values():
        yield from _brought(found)
    if service.quota:
        yield service.quota.benefit


@pytest.mark.parametrize("code", _charters())
def test_what_services_declare_has_words(code: str) -> None:
    charter = registry().charter(code)
    declared = {
        each
        for clause in Program(charter, charter.example).clauses
        if isinstance(clause, Casework)
        for service in clause.services.values()
        for each in _of_service(service)
    }
    assert sorted(each for each in declared if not _known(code, each)) == []


def _told(path: Path) -> Iterator[dict[str, Any]]:
    for scenario in load_file(path, ZONE).scenarios:
        for step in scenario.steps:
            if step.body is not None and step.body.verb in ("request", "progress", "supply"):
                yield dict(getattr(step.body, "details", None) or {})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_details_that_stories_tell_have_names(path: Path) -> None:
    code = load_file(path, ZONE).charter
    if code not in _charters():
        return
    named = {name for details in _told(path) for name in details}
    odd = {name for name in named if not re.fullmatch(r"[a-z][a-z_]*", name)}
    assert sorted(name for name in named - odd if not _known(code, name)) == []
