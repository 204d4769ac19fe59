"""What only the out-patient measures know: the means of transport that a disease demands."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, Clause, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.diagnoses import diagnoses_of
from charterhouse.kernel.clauses.open_requests import open_requests_of
from charterhouse.kernel.clauses.services import Condition, last_said
from charterhouse.kernel.draft import Draft

CHOSEN = "transport-chosen"
STRETCHER, WHEELCHAIR = "stretcher-cart", "wheelchair"


def lies_down(d: Draft, listed: Collection[str]) -> bool:
    """The patient has one of the diseases on file, suspected or confirmed."""
    return any(each.condition in listed for each in diagnoses_of(d.of_member))


def needs_stretcher(listed: Collection[str]) -> Condition:
    """A wheelchair was chosen for somebody with one of the diseases."""

    def holds(d: Draft, _content: Mapping[str, Any]) -> bool:
        return detail(d.body, "means") == WHEELCHAIR and lies_down(d, listed)

    return holds


def fulfilled(listed: Collection[str]) -> Condition:
    """The latest choice is a means that is still right."""

    def holds(d: Draft, content: Mapping[str, Any]) -> bool:
        chosen = last_said(content, CHOSEN, "means")
        return chosen == STRETCHER or (chosen == WHEELCHAIR and not lies_down(d, listed))

    return holds


class ChangeMeans(Clause):
    """Where the disease is told when the patient already sits in the wheelchair, it is changed.

    Args:
        listed: the diseases.
        services: in which the means was chosen.
    """

    task, lacking = "change-to-stretcher", "transport"

    def __init__(self, number: str, listed: Collection[str], *, services: Collection[str]) -> None:
        super().__init__(number)
        self.listed = listed
        self.services = services

    @on("diagnose", phase=FOLLOW, rank=40)
    def change(self, d: Draft) -> Iterator[fx.Effect]:
        """Once for each request in which that is so from now on."""
        if d.body.condition not in self.listed:
            return
        for request in open_requests_of(d):
            content = request.content
            # What it lacked before this diagnosis still stands in it: then it was told already.
            known = self.lacking in content["missing"]
            sits = last_said(content, CHOSEN, "means") == WHEELCHAIR
            if sits and not known and content["service"] in self.services:
                about = {"request": request.id, "service": content["service"]}
                yield fx.Raise("task", self.task, d.member, about=about)


__all__ = [
    "CHOSEN", "STRETCHER", "WHEELCHAIR", "ChangeMeans", "fulfilled", "lies_down", "needs_stretcher",
]  # fmt: skip
