"""Who takes part in an event: those whom it names, and those of the documents it refers to."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from charterhouse.kernel.decision import Document
from charterhouse.kernel.events import FIELDS, Event
from charterhouse.kernel.standing import HOUSE, TIES, holder_today

if TYPE_CHECKING:
    from charterhouse.kernel.draft import View
    from charterhouse.kernel.program import Book, Program
    from charterhouse.kernel.vocabulary import Body

_KINDS = {"request": ("request", "booking"), "policy": ("policy",)}
"""Field of a verb → the kinds of documents of which it speaks."""

_SPEAKING = {
    verb: [(name, kinds) for name, kinds in _KINDS.items() if name in table]
    for verb, table in FIELDS.items()
}
"""verb → the fields by which it speaks of a document, and the kinds of such documents."""


class Parties(NamedTuple):
    """Who and what takes part in an event.

    Attributes:
        refs: the persons touched, in order.
        original: the document that it refers to (`of`), if it is known.
        subject: the request, booking or policy that it speaks of, if it is known.
    """

    refs: tuple[str, ...]
    original: Document | None
    subject: Document | None


def whom(body: Body) -> str | None:
    """The ref of the member or person whom a body names as its own."""
    named: str | None = getattr(body, "member", None) or getattr(body, "person", None)
    return named


def referred(event: Event, view: View) -> Document | None:
    """The document that an event refers to (`of`), if it is known."""
    doc_id = getattr(event.body, "of", None)
    return view.document(doc_id) if doc_id else None


def spoken_of(event: Event, view: View) -> Document | None:
    """The request, booking or policy that an event speaks of, if it is known."""
    for name, kinds in _SPEAKING.get(event.body.verb, ()):
        doc_id = getattr(event.body, name)
        found = view.document(doc_id) if doc_id else None
        if found is not None and found.kind in kinds:
            return found
    return None


def parties_of(program: Program, event: Event, view: View) -> Parties:
    """Who takes part: the institution too where the charter says that the verb concerns it."""
    body = event.body
    named: set[str | None] = {read(body) for read in program.naming(body.verb)}
    ref = whom(body)
    if ref:
        named.update(view.standing(ref).facts.get(TIES, {}).values())
    if body.verb in program.shares:
        named.add(HOUSE)
    for clause in program.reaching:
        named.update(clause.reaches(body, view))
    original = referred(event, view)
    if original is not None:
        named.update(_owners(original, view))
    subject = spoken_of(event, view)
    if subject is not None:
        named.add(subject.member)
    return Parties(tuple(sorted(filter(None, named))), original, subject)


def _owners(document: Document, view: View) -> set[str | None]:
    """To whom what a document tells belonged, and to whom it belongs today."""
    content = document.content
    owners = {earned[1] for earned in content.get("earned", {}).values()}
    owners |= {document.member, content.get("referrer")}
    since = datetime.fromisoformat(content["at"])
    return owners | {holder_today(view, owner, since) for owner in owners if owner}


def touched(book: Book, event: Event, view: View) -> tuple[str, ...]:
    """The persons an event touches: those it names and those of the documents it refers to.

    The institution is one of them where the charter says that the verb reads or
    writes what is its own. Lock them in the order returned (sorted) before
    loading their standings.
    """
    return parties_of(book.at(event.at), event, view).refs


__all__ = ["Parties", "parties_of", "referred", "spoken_of", "touched", "whom"]
