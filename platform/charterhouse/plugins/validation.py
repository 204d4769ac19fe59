"""What a charter must keep before a tenant may name it; checked once, at load.

Every check is a function that yields sentences, so that a developer reads all
that is wrong at once instead of one problem per start.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from typing import Any

from marshmallow import Schema, validate

from charterhouse.kernel.charter import Charter, Clause
from charterhouse.kernel.document import missing_texts
from charterhouse.kernel.errors import KernelError
from charterhouse.kernel.program import Program
from charterhouse.kernel.scenario.orders import shuffled

__all__ = ["problems_of"]

_CODE = re.compile(r"[a-z][a-z0-9-]*\.[a-z0-9][a-z0-9-]*")
_ORDERS = 5
"""Random orders of the clause list that must compile too."""


def problems_of(charter_class: object) -> list[str]:
    """Everything that keeps a registered object from being a charter; empty when it is one."""
    if not (isinstance(charter_class, type) and issubclass(charter_class, Charter)):
        return [f"{charter_class!r} is no subclass of Charter"]
    problems = [*_of_declaration(charter_class)]
    if problems:
        return problems
    try:
        charter = charter_class()
        program = Program(charter, charter.example)
        problems.extend(_of_program(program))
        problems.extend(_of_orders(charter))
    except KernelError as error:
        problems.append(f"its defaults do not compile: {error}")
    return problems


def _is_text(value: object) -> bool:
    """Whether a value is a pair of words, Chinese and English."""
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and all(isinstance(word, str) and word.strip() for word in value)
    )


def _of_declaration(charter: type[Charter]) -> Iterator[str]:
    code = getattr(charter, "code", None)
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        yield f"its code {code!r} must read <type>.<name> in lower case letters, digits and hyphens"
    if not _is_text(getattr(charter, "name", None)):
        yield "its name must be given in Chinese and English"
    schema = getattr(charter, "Settings", None)
    if not (isinstance(schema, type) and issubclass(schema, Schema)):
        yield "its Settings must be a marshmallow Schema"
        return
    yield from _of_settings(charter, schema())
    for section in charter.sections:
        if not _is_text((section.zh, section.en)):
            yield f"section {section.prefix} needs a heading in Chinese and English"
    for table, what in ((charter.labels, "label"), (charter.roles, "role")):
        yield from (
            f"the {what} of {code!r} must be given in Chinese and English"
            for code, text in table.items()
            if not _is_text(text)
        )


def _of_settings(charter: type[Charter], schema: Schema) -> Iterator[str]:
    for name, field in schema.fields.items():
        if not _is_text(field.metadata.get("label")):
            yield f"setting {name!r} needs a label in Chinese and English"
        for choice in _choices(field.validators):
            if choice not in charter.labels:
                yield f"choice {choice!r} of setting {name!r} has no label"
    for name in filter(None, (charter.variants, charter.default_tier)):
        if name not in schema.fields:
            yield f"it names a setting {name!r} that its Settings do not have"


def _choices(validators: Iterable[Any]) -> Iterator[str]:
    for rule in validators:
        if isinstance(rule, validate.OneOf):
            yield from (str(choice) for choice in rule.choices)


def _of_program(program: Program) -> Iterator[str]:
    charter = program.charter
    for number in missing_texts(program):
        yield f"clause {number} has no text in both languages"
    for name, codes in sorted(program.codes.items()):
        for code in sorted(codes - charter.labels.keys()):
            yield f"code {code!r} ({name}) has no label"
    for kind in charter.records:
        if kind not in charter.labels:
            yield f"record kind {kind!r} has no label"
    yield from _of_numbers(program.clauses)


def _of_numbers(clauses: Iterable[Clause]) -> Iterator[str]:
    for clause in clauses:
        if not clause.number.strip():
            yield f"{type(clause).__name__} has no clause number"


def _of_orders(charter: Charter) -> Iterator[str]:
    for seed in range(_ORDERS):
        try:
            Program(shuffled(charter, random.Random(seed)), charter.example)  # noqa: S311 - an order, no secret
        except KernelError as error:
            yield f"it does not compile in another order of its clauses: {error}"
            return
