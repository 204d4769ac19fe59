"""What is asked of a paper that is handed in: who issued it, where, for whom and when."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GUARD, Clause, on
from charterhouse.kernel.clauses.insurance import Among, among
from charterhouse.kernel.clauses.services import Condition
from charterhouse.kernel.draft import Draft

Named = Callable[[Draft, Mapping[str, Any]], Iterable[str]]
"""What a paper does not show: (draft, content of the request)."""


class PaperRule(Clause):
    """A paper that breaks a rule is not taken: the event that carries it is refused.

    Args:
        papers: about which the rule is; None for every paper.
        services: to which requests it applies; None for all.
        wrong: the condition under which a paper breaks it; it is asked with the content of the
            request, of which a new one has its details only.
        reason: code of the refusal.
        lacks: what the paper fails to show; it is refused as incomplete, naming that.
    """

    def __init__(
        self, number: str, *, papers: Collection[str] | None = None, services: Among = None,
        wrong: Condition | None = None, reason: str = "not_eligible", lacks: Named | None = None,
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.papers = papers
        self.services = services
        self.wrong = wrong
        self.reason = reason
        self.lacks = lacks

    @on("request", "supply", phase=GUARD, rank=65)
    def taken(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse it."""
        verb = d.body.verb
        if verb == "supply" and (d.subject is None or d.subject.kind != "request"):
            return
        content: Mapping[str, Any] = (
            {"service": d.body.service, "details": dict(d.body.details or {})}
            if verb == "request" or d.subject is None
            else d.subject.content
        )
        given = [code for code, copies in (d.body.documents or {}).items() if copies]
        if self.papers is not None:
            given = [code for code in given if code in self.papers]
        if not given or not among(self.services, content["service"]):
            return
        if self.wrong is not None and self.wrong(d, content):
            yield fx.Refuse(self.reason, f"{verb}.documents.{given[0]}")
        for name in self.lacks(d, content) if self.lacks else ():
            yield fx.Lack(name)


__all__ = ["Named", "PaperRule"]
