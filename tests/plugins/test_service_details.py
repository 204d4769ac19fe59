"""What is told with requests and steps is declared as data, with words in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from charterhouse.desk import terms
from charterhouse.kernel.clauses.casework import Casework
from charterhouse.kernel.clauses.service_details import (
    DECIDE,
    Detail,
    details_of,
    needs,
    undeclared,
)
from charterhouse.kernel.clauses.services import Bar, Service, Step, always
from charterhouse.kernel.errors import CharterError
from charterhouse.kernel.program import Program
from charterhouse.kernel.scenario.files import find_files
from charterhouse.kernel.scenario.loading import load_file
from charterhouse.plugins.registry import registry

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
ZONE = ZoneInfo("Asia/Shanghai")
TYPES = ("emergency", "green-channel", "insurer-vip", "service-desk", "aesthetic")
FILES, _ = find_files(
    [ROOT / "plugins" / f"charterhouse_{each.replace('-', '_')}" for each in TYPES]
)

UNREAD = {
    ("service-desk.execution", "enquiry", "analysed", "solved_at_once"),
    ("insurer-vip.silver", "domestic-rescue", "", "distance_from_home_km"),
    ("insurer-vip.five-tier", "international-rescue", "", "distance_km"),
    ("insurer-vip.five-tier", "international-rescue", "", "trip_started"),
    ("service-desk.handbook", "question", "", "complex"),
    ("service-desk.handbook", "question", "loss-assessed", "claim"),
    ("service-desk.handbook", "question", "loss-assessed", "loss"),
    ("service-desk.handbook", "question", "loss-assessed", "own_error"),
}
"""Told in stories to show that no clause looks at it, or with a step that the service has not."""


def _charters() -> list[str]:
    return sorted(code for code in registry().charters if code.partition(".")[0] in TYPES)


def _clauses(code: str) -> Iterator[Casework]:
    charter = registry().charter(code)
    for clause in Program(charter, charter.example).clauses:
        if isinstance(clause, Casework):
            yield clause


def test_every_type_of_institution_with_services_is_there() -> None:
    assert {code.partition(".")[0] for code in _charters()} == {*TYPES}


@pytest.mark.parametrize("code", _charters())
def test_what_a_service_reads_by_its_rows_is_declared(code: str) -> None:
    assert [
        each for c in _clauses(code) for each in undeclared(c.details, c.services.values())
    ] == []


@pytest.mark.parametrize("code", _charters())
def test_every_declared_detail_and_choice_has_words_in_both_languages(code: str) -> None:
    labels = {**terms.LABELS, **registry().charter(code).labels}
    bare = set()
    for clause in _clauses(code):
        for service in clause.services.values():
            for step in ("", DECIDE, *(each.code for each in service.steps)):
                for detail in clause.told(service, step):
                    named = labels.get(f"details.{detail.code}") or labels.get(detail.code)
                    bare |= set() if named and all(named) else {detail.code}
                    bare |= {each for each in detail.among if not all(labels.get(each, ("",)))}
    assert sorted(bare) == []


@pytest.mark.parametrize("code", _charters())
def test_a_declared_detail_belongs_to_a_service_and_a_step_that_there_are(code: str) -> None:
    for clause in _clauses(code):
        for detail in clause.details:
            served = [s for s in clause.services.values() if detail.belongs(s.code, detail.step)]
            assert {*detail.services} <= {*clause.services}, detail.code
            assert detail.step in ("", DECIDE) or any(s.step(detail.step) for s in served), detail


def _told(path: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Service, step and details of every request, step and decision of a file's stories."""
    for scenario in load_file(path, ZONE).scenarios:
        services: dict[str, str] = {}
        for step in scenario.steps:
            body: Any = step.body
            if body is None or body.verb not in ("request", "supply", "progress", "decide"):
                continue
            if body.verb == "request":
                services[body.id] = body.service
            service = services.get(body.id if body.verb == "request" else body.request, "")
            at = body.step if body.verb == "progress" else DECIDE if body.verb == "decide" else ""
            yield service, at, dict(body.details or {})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_stories_tell_is_declared(path: Path) -> None:
    code = load_file(path, ZONE).charter
    if code not in _charters():
        return
    services = {s.code: (clause, s) for clause in _clauses(code) for s in clause.services.values()}
    odd = set()
    for service, step, details in _told(path):
        if service in services:
            clause, found = services[service]
            known = {each.code for each in clause.told(found, step)}
            odd |= {(code, service, step, name) for name in details if name not in known}
    assert sorted(odd - UNREAD) == []


def test_what_is_undeclared_is_named() -> None:
    bars = (Bar("unknown", always, field="details.level"),)
    service = Service(
        "visit", details=("place",), choices={"item": ("a",)},
        steps=(Step("seen", details=("doctor",), bars=bars),),
    )  # fmt: skip

    assert undeclared((), (service,)) == [
        "visit.place", "visit.item", "visit.seen.doctor", "visit.seen.level",
    ]  # fmt: skip
    told = (
        Detail("place"), Detail("item", "choice"), Detail("doctor", step="seen"),
        Detail("level", "choice", step="seen"),
    )  # fmt: skip
    # A choice among nothing is none.
    assert undeclared(told, (service,)) == ["visit.seen.level"]
    assert details_of(told, service)[1].among == ("a",)


def test_a_detail_is_needed_where_its_service_or_step_says_so() -> None:
    service = Service("visit", details=("place",), steps=(Step("seen", details=("doctor",)),))

    assert needs(service, Detail("place"))
    assert not needs(service, Detail("doctor"))
    assert needs(service, Detail("doctor", step="seen"))
    assert needs(service, Detail("item", required=True))
    assert not needs(service, Detail("born", "day", when={"item": ("a",)}, required=True))


def test_a_detail_is_wanted_by_what_was_told_with_it() -> None:
    born = Detail("born", "day", when={"item": ("child-return",)})

    assert born.wanted({"item": "child-return"})
    assert not born.wanted({"item": "embassy-data"})
    assert not born.wanted({})


def test_a_detail_of_no_known_form_is_refused() -> None:
    with pytest.raises(CharterError, match="no 'colour'"):
        Detail("wall", "colour")
    with pytest.raises(CharterError, match="only a choice"):
        Detail("wall", among=("a",))
