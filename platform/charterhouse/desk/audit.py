"""Audit entries for what is no event: sign-ins, keys, and looks at full identity numbers."""

from __future__ import annotations

from typing import Any

from charterhouse import clock
from charterhouse.desk.people import Person, get_person
from charterhouse.records.chain import Chain
from charterhouse.tenancy.store import unit

__all__ = ["note", "reveal"]


def note(action: str, *, subject: str, actor: str, content: Any = None) -> int:
    """Add an entry to the tenant's audit chain; return its number.

    Args:
        action: what was done, as `staff.sign_in`.
        subject: the id of what it was done to.
        actor: who did it: `staff:<id>`, `api:<id>`, `member:<ref>`, `system`.
        content: JSON that the entry vouches for by its hash; never personal data.
    """
    with unit(write=True) as opened:
        return Chain(opened).append(
            at=clock.now(), actor=actor, action=action, subject=subject, content=content
        )


def reveal(ref: str, *, actor: str, what: str = "id_number") -> Person:
    """A person with the full ID number and phone, noted in the audit chain.

    Raises:
        NotFoundError: no such person.
    """
    found = get_person(ref)
    note("person.reveal", subject=ref, actor=actor, content={"what": what})
    return found
