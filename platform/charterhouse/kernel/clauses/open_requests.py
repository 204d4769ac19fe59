"""Requests of a person that are open: kept at hand, and shown anew when something else changes."""

from __future__ import annotations

from collections.abc import Iterator

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, Clause, Text, on
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.services import OPEN
from charterhouse.kernel.decision import Document
from charterhouse.kernel.draft import Draft

OPEN_REQUESTS = "open_requests"
"""The fact that keeps the ids of a person's open requests, in the order of their opening."""


def open_requests_of(d: Draft) -> Iterator[Document]:
    """The open requests of whom an event is about, as this decision has left them."""
    for id_ in d.of_member.facts.get(OPEN_REQUESTS, ()):
        document = d.document(id_)
        if document is not None and document.content["status"] in OPEN:
            yield document


class OpenRequests(Clause):
    """What an open request lacks is true at any time, whatever else happens to its person.

    Args:
        services: that run the requests.
    """

    def __init__(self, number: str, services: Services) -> None:
        super().__init__(number)
        self.services = services

    @on("request", "progress", "cancel", "close", phase=FOLLOW, rank=10)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep which ones are open."""
        id_ = d.body.id if d.body.verb == "request" else d.body.request
        document = d.document(id_)
        if document is None or document.kind != "request":
            return
        kept = d.of_member.facts.get(OPEN_REQUESTS, [])
        left = [each for each in kept if each != id_]
        if document.content["status"] in OPEN:
            left = kept if id_ in kept else [*kept, id_]
        if left != kept:
            yield fx.Keep(d.member, OPEN_REQUESTS, left or None)

    @on("progress", "diagnose", phase=FOLLOW, rank=60)
    def look_again(self, d: Draft) -> Iterator[fx.Effect]:
        """What they lack may be otherwise by now."""
        for document in list(open_requests_of(d)):
            content = self.services.anew(d, document)
            if content is not None:
                yield fx.Put("request", document.id, document.member, content)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "在办事项所缺内容随时如实列明。",
                "What an open request lacks is named as it is at any time.",
            )
        }


__all__ = ["OPEN_REQUESTS", "OpenRequests", "open_requests_of"]
