"""A note in the oral-health file of which the doctor is reminded before each visit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GUARD, Clause, on
from charterhouse.kernel.clauses.conditions import active, detail
from charterhouse.kernel.draft import Draft

NOTED, REMOVED = "health-flag", "health-flag-removed"
"""The records by which a note is made and taken off; the detail `flag` says which."""


class DoctorReminder(Clause):
    """A note is made and removed by record; at each visit of a noted member a task is raised.

    Args:
        reminders: note → task raised before the visit.
        visit: kind of the visits.
        record: written in the file with each reminder.
    """

    fact = "health_flags"

    def __init__(
        self, number: str, reminders: Mapping[str, str], *, visit: str, record: str
    ) -> None:
        super().__init__(number)
        self.reminders = reminders
        self.visit = visit
        self.record = record

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": {NOTED, REMOVED}}

    @on("record", phase=GUARD, rank=20)
    def known(self, d: Draft) -> Iterator[fx.Effect]:
        """Of somebody, and a note that there is."""
        if d.body.kind in (NOTED, REMOVED):
            if not d.body.member:
                yield fx.Refuse("incomplete", "record.member")
            if detail(d.body, "flag") not in tuple(self.reminders):
                yield fx.Refuse("unknown", "record.details.flag")

    @on("record", phase=FOLLOW, rank=20)
    def note(self, d: Draft) -> Iterator[fx.Effect]:
        """Make the note, or take it off."""
        if d.body.kind not in (NOTED, REMOVED):
            return
        noted = set(d.of_member.facts.get(self.fact, ())) - {detail(d.body, "flag")}
        if d.body.kind == NOTED:
            noted.add(detail(d.body, "flag"))
        yield fx.Keep(d.member, self.fact, sorted(noted) or None)

    @on("visit", phase=FOLLOW, rank=20)
    def remind(self, d: Draft) -> Iterator[fx.Effect]:
        """Remind of every note of a member who comes."""
        if d.body.kind != self.visit or not active(d):
            return
        for flag in d.of_member.facts.get(self.fact, ()):
            yield fx.Raise("task", self.reminders[flag], d.member)
            yield fx.Note(d.member, self.record)
