"""The details of services as data: what is told with a request or a step, and in which form."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any

from charterhouse.kernel.clauses.services import Service
from charterhouse.kernel.errors import CharterError

KINDS = (
    "text", "whole", "number", "amount", "yes_no", "day", "moment", "choice", "choices", "list",
    "policy",
)  # fmt: skip
"""Forms of a detail: `choices` and `list` are several, of a choice and of any text; a `policy` is
one of the member's own."""

DECIDE = "decide"
"""Instead of a step: told with the decision."""


@dataclass(frozen=True, slots=True)
class Detail:
    """Something that is told with a request, a step of the work or a decision.

    Attributes:
        code: its name among the details; the charter's labels have it in words, with its unit.
        kind: of `KINDS`. A whole number is an int, a number and an amount (yuan) decimal text, a day and a
            moment ISO text, `choices` and `list` a list of texts.
        services: to which it belongs; all of the clause when empty.
        step: with which it is told, or `DECIDE`; "" for the request itself.
        among: of a choice, its codes; those that the service states (`choices`) where empty.
        when: other detail of the same form → values with which this one is wanted; always when
            empty.
        required: whether it is refused without, as far as it is wanted.
        member: whether members can know it themselves.
    """

    code: str
    kind: str = "text"
    _: KW_ONLY
    services: Collection[str] = ()
    step: str = ""
    among: tuple[str, ...] = ()
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    required: bool = False
    member: bool = True

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise CharterError(f"a detail is no {self.kind!r}")
        if self.among and self.kind not in ("choice", "choices"):
            raise CharterError(f"{self.code}: only a choice has codes to choose among")

    def wanted(self, told: Mapping[str, Any]) -> bool:
        """Whether what was told with it makes it one that is asked for."""
        return all(str(told.get(name)) in values for name, values in self.when.items())

    def belongs(self, service: str, step: str = "") -> bool:
        """Whether it is told with a step (or `DECIDE`, or "" for the request) of a service."""
        return self.step == step and (not self.services or service in self.services)


def details_of(details: Iterable[Detail], service: Service, step: str = "") -> tuple[Detail, ...]:
    """The details of a service that are told with a request, a step or the decision.

    Choices that the declaration leaves open are those that the service states.
    """
    return tuple(
        replace(each, among=service.choices.get(each.code, ())) if _leaves_open(each) else each
        for each in details
        if each.belongs(service.code, step)
    )


def _leaves_open(detail: Detail) -> bool:
    return detail.kind in ("choice", "choices") and not detail.among


def needs(service: Service, detail: Detail) -> bool:
    """Whether a detail must be told whenever its request or step is."""
    told = service.step(detail.step) if detail.step else None
    stated = told.details if told else () if detail.step else service.details
    return detail.code in stated or (detail.required and not detail.when)


def undeclared(details: Iterable[Detail], services: Iterable[Service]) -> list[str]:
    """What services read of details by their own declaration and no detail tells: service.step.code."""
    kept = tuple(details)
    found = []
    for service in services:
        for step, code in _read(service):
            known = {
                each.code for each in details_of(kept, service, step) if not _leaves_open(each)
            }
            if code not in known:
                found.append(".".join(filter(None, (service.code, step, code))))
    return found


def _read(service: Service) -> Iterator[tuple[str, str]]:
    """Step and code of every detail that the rows of a service name."""
    listed = (service.listed,) if service.listed else ()
    for code in dict.fromkeys((*service.details, *service.choices, *listed)):
        yield "", code
    for bar in service.refuses:
        if bar.field.startswith("details."):
            yield "", bar.field.removeprefix("details.")
    for step in service.steps:
        rejected = (step.rejects,) if step.rejects else ()
        barred = (bar.field for bar in step.bars if bar.field.startswith("details."))
        shared = (
            limit.by
            for limit in service.limits
            if limit.by and step.code in (*limit.starts, *limit.ends)
        )
        own = (*step.details, *step.keeps, *rejected, *shared)
        for code in dict.fromkeys((*own, *(name.removeprefix("details.") for name in barred))):
            yield step.code, code


__all__ = ["DECIDE", "KINDS", "Detail", "details_of", "needs", "undeclared"]
