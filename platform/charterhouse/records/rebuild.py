"""Rebuilding a tenant from its events, and comparing with what is stored.

The events are read page by page and decided on a ground that lies in a private file, so that the
memory does not grow with the history.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from sqlalchemy import func, select

from charterhouse.records import tables as t
from charterhouse.records.proof.chain import follow
from charterhouse.records.proof.findings import Difference, Findings, Head
from charterhouse.records.proof.ground import Ground
from charterhouse.records.proof.journal import Journal
from charterhouse.records.proof.payments import orders_and_attempts
from charterhouse.records.proof.projections import Projections
from charterhouse.tenancy.store import Unit

__all__ = ["Difference", "Findings", "Head", "Progress", "verify", "work_of"]

Progress = Callable[[int], None]
"""Told how many rows were dealt with so far."""

_READ = (t.audit, t.event, t.standing, t.document)


def work_of(unit: Unit) -> int:
    """How many rows a proof of the tenant in scope deals with: what its progress comes to."""
    return sum(
        int(unit.connection.execute(select(func.count()).select_from(table)).scalar_one())
        for table in _READ
    )


def verify(
    unit: Unit, progress: Progress = lambda _count: None, *, before: Head | None = None
) -> Findings:
    """Decide every event of the tenant in scope anew and compare with what is stored.

    Compares events, decisions, postings, standings, balances, documents, requests, cards and
    what was paid online, and checks the audit chain and what its entries vouch for.

    Args:
        unit: open and reading.
        progress: told how far it has come.
        before: the end of the audit chain at an earlier proof.
    """
    found, done = Findings(), 0

    def step(rows: int) -> None:
        nonlocal done
        done += rows
        progress(done)

    with closing(Ground(unit.tenant.zone)) as ground:
        follow(unit, ground, found, step, before)
        journal = Journal(unit, ground, found)
        journal.decide(step)
        projections = Projections(unit, ground, journal, found)
        projections.standings(step)
        projections.documents(step)
        projections.cards()
        journal.leftovers()
        orders_and_attempts(unit, found)
    return found
