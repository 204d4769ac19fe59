"""What may be done next with a member, and what it would change, before it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from charterhouse.desk import telling
from charterhouse.desk.intake import Answer, quote, submit
from charterhouse.desk.member_file import standing_now
from charterhouse.desk.people import change_person
from charterhouse.desk.possible import SOURCES, Possible, possible
from charterhouse.desk.words import Words, words
from charterhouse.kernel.charter import Text
from charterhouse.kernel.reasons import REASONS
from charterhouse.records.commit import summary
from charterhouse.tenancy.store import unit

__all__ = [
    "SOURCES", "Possible", "Preview", "change_details", "explained", "possible", "preview",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Preview:
    """What an event would do.

    Attributes:
        answer: as the charter would decide.
        changes: what becomes different for the member.
        reason: why it is refused; empty texts when accepted.
        clause: text of the refusing clause.
        missing: labels of what lacks.
    """

    answer: Answer
    changes: tuple[telling.Change, ...]
    reason: Text = ("", "")
    clause: Text = ("", "")
    missing: tuple[Text, ...] = ()

    @property
    def owed(self) -> tuple[telling.Change, ...]:
        """What the member would owe."""
        return tuple(each for each in self.changes if each.name == "owed")


def preview(verb: str, raw: Mapping[str, Any], ref: str, *, actor: str) -> Preview:
    """Decide an event and keep nothing; tell what it would change for a member.

    Raises:
        DeskError: the event cannot be read.
        UnavailableError: the charter cannot decide now.
    """
    with unit() as opened:
        said = words()
        before = summary(standing_now(opened, ref))
        answer = quote(verb, raw, actor=actor)
    changes = telling.merged(telling.changes_of(ref, answer.trace, before, said))
    # A fresh number is drawn again when the event is told, so this one must not be promised.
    shown = tuple(each for each in changes if each.name != "card_no")
    return explained(answer, said, shown)


def explained(answer: Answer, said: Words, changes: tuple[telling.Change, ...] = ()) -> Preview:
    """An answer with the words behind its refusal."""
    refusal = answer.refusal
    if refusal is None:
        return Preview(answer, changes)
    return Preview(
        answer,
        (),
        reason=REASONS[refusal["code"]],
        clause=said.clause(refusal["clause"]),
        missing=tuple(said.label(code) for code in refusal["missing"]),
    )


def change_details(
    ref: str, changes: Mapping[str, Any], shown: list[str], *, actor: str, key: str
) -> Answer:
    """Register changed personal data: the person's file changes only if the charter accepts.

    Args:
        ref: the person.
        changes: fields of a person with their new values.
        shown: what was shown: `id`, `card`.
        actor: who does it.
        key: idempotency key.

    Raises:
        DeskError: a field is not valid.
    """
    raw = {"member": ref, "changes": dict(changes), "shown": shown}
    with unit(write=True):
        if quote("change_details", raw, actor=actor).accepted:
            change_person(ref, changes)
        return submit("change_details", raw, actor=actor, key=key)
