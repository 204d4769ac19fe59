"""What is told when a request is opened or a step recorded on a member's page, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from charterhouse.desk.member_file import papers
from charterhouse.desk.possible import OVER
from charterhouse.desk.request_file import covers, declared
from charterhouse.kernel.clauses.casework import Casework
from charterhouse.kernel.clauses.diagnoses import Diagnoses
from charterhouse.kernel.clauses.entitlements import InNetwork
from charterhouse.kernel.clauses.service_details import Detail, needs
from charterhouse.web.admin.words import code_label, words_of
from charterhouse.web.i18n import gettext
from charterhouse.web.service_details import Told, read_told, told_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.datastructures import MultiDict

    from charterhouse.desk.member_file import MemberFile
    from charterhouse.kernel.clauses.services import Service
    from charterhouse.kernel.program import Program

__all__ = ["CHOICES", "groups_of", "hospital_of", "read_groups"]

CHOICES: Final = {"request": "service", "progress": "work-step"}
"""Verb → the form's field whose choice says which group of details is told."""

Groups = dict[str, tuple[Told, ...]]


def groups_of(verb: str, file: MemberFile, program: Program) -> Groups:
    """Return the fields by service for a request, or by step for a step of the member's requests."""
    if verb == "request":
        pairs = _offered(program)
    elif verb == "progress":
        pairs = _worked_on(file, program)
    else:
        return {}
    policies = [
        (each.id, " · ".join(filter(None, (code_label(each.product), each.id))))
        for each in covers(file.standing)
    ]
    found: Groups = {}
    for code, service, details in pairs:
        must = [each.code for each in details if needs(service, each)]
        fields = told_fields(
            details, words_of(), required=must, policies=policies, group=f"told.{code}"
        )
        if fields:
            found.setdefault(code, fields)
    return found


def _offered(program: Program) -> Iterator[tuple[str, Service, tuple[Detail, ...]]]:
    for clause in program.clauses:
        if isinstance(clause, Casework):
            for service in clause.services.values():
                yield service.code, service, clause.told(service)


def _worked_on(
    file: MemberFile, program: Program
) -> Iterator[tuple[str, Service, tuple[Detail, ...]]]:
    open_now = {
        str(each.content["service"])
        for each in papers(file.ref, "request", most=30)
        if each.content.get("status") not in OVER
    }
    for code in sorted(open_now):
        found = declared(program, code)
        if found is None:
            continue
        clause, service = found
        for step in service.steps:
            yield step.code, service, clause.told(service, step.code)


_GRADES: Final = tuple(f"{level}{of}" for level in "321" for of in ("", "a", "b", "c"))


def hospital_of(verb: str, program: Program) -> tuple[Told, ...]:
    """Return the fields for the hospital of a request or diagnosis, where the charter looks at it."""
    looks = {"request": InNetwork, "diagnose": Diagnoses}.get(verb)
    if looks is None or not any(isinstance(clause, looks) for clause in program.clauses):
        return ()
    network = ("in_network", "yes_no", gettext("In the network"))
    rows = (
        (("name", "text", gettext("Name")), network)
        if verb == "request"
        else (
            ("grade", "choice", gettext("Grade (1, 2 or 3, with its class)")),
            ("public", "yes_no", gettext("Public")), network,
            ("domestic", "yes_no", gettext("In this country")),
        )
    )  # fmt: skip
    either = ("yes", gettext("Yes")), ("no", gettext("No"))
    options = {"yes_no": either, "choice": tuple((grade, grade) for grade in _GRADES)}
    return tuple(
        Told(f"hospital.{code}", Detail(code, kind), label, options.get(kind, ()))
        for code, kind, label in rows
    )


def read_groups(
    groups: Groups, chosen: str, form: MultiDict[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what was told of the chosen group, and what is wrong with it by the fields' names."""
    return read_told(groups.get(chosen, ()), form)
