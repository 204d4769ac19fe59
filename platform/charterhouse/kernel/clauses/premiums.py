"""Premiums that extend a service, openings told early, and the floor under what is promised."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRADE, GUARD, Clause, Text, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.cover import OPENED, PAID, ExtendedCover, OpenedCover
from charterhouse.kernel.clauses.policies import Policy, keep, policies_of, policy_of
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.errors import SettingsError
from charterhouse.kernel.periods import day_start
from charterhouse.kernel.settings import SettingValues, read_settings


class Premiums(Clause):
    """A premium paid in time moves the end of the service on by a year.

    Numbers by reason: `late` (paid after the grace), `limit` (all extensions are used).

    Args:
        cover: which premiums extend.
        late, limit: flags.
    """

    def __init__(
        self, number: str, cover: ExtendedCover, *, late_flag: str = "paid-after-grace",
        limit_flag: str = "extension-limit", **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.cover = cover
        self.late_flag = late_flag
        self.limit_flag = limit_flag

    def place(self, policy: Policy, due: date) -> int | None:
        """The number of the anniversary on which a premium is due: 0 for the effect itself."""
        number = due.year - policy.effective.year
        return number if number >= 0 and self.cover.due(policy, number) == due else None

    @on("pay_premium", phase=GUARD)
    def known(self, d: Draft) -> Iterator[fx.Effect]:
        """Premiums are due on the anniversaries of the effect."""
        policy = policy_of(d.of_member, d.body.policy)
        if policy is not None and self.place(policy, d.body.due) is None:
            yield fx.Refuse("unknown", "pay_premium.due")

    @on("pay_premium", phase=GRADE)
    def pay(self, d: Draft) -> Iterator[fx.Effect]:
        """It is recorded; in time and within the limit it extends, once for a due date."""
        policy = policy_of(d.of_member, d.body.policy)
        number = self.place(policy, d.body.due) if policy else None
        if policy is None or number is None:
            return
        yield fx.Note(d.member, "premium")
        paid, due = list(policy.marks.get(PAID, ())), d.body.due
        if number == 0 or due.isoformat() in paid:
            return
        about = {"policy": policy.id, "due": due.isoformat()}
        if d.event.day > self.cover.grace_end(due):
            yield fx.Raise("flag", self.late_flag, d.member, number=self.of("late"), about=about)
        elif number > self.cover.most:
            yield fx.Raise("flag", self.limit_flag, d.member, number=self.of("limit"), about=about)
        else:
            marked = policy.with_mark(PAID, sorted([*paid, due.isoformat()]))
            yield from keep(d, d.member, marked)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "宽限期届满前缴纳续期保险费的，服务期顺延一年。",
                "A renewal premium paid up to the end of the grace extends the service by a year.",
            )
        }


class EarlyOpening(Clause):
    """A service is opened earlier than it would open by itself: a `record` tells the day.

    Args:
        kind: of the record; its details name `policy` and `opened_on` (absent: today).
        cover: which says when it opens at last.
    """

    def __init__(self, number: str, kind: str, cover: OpenedCover) -> None:
        super().__init__(number)
        self.kind = kind
        self.cover = cover

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": (self.kind,)}

    def _told(self, d: Draft) -> tuple[Policy | None, date | None]:
        """The policy, and the day where it is one."""
        named = detail(d.body, "policy")
        policies = policies_of(d.of_member)
        found = [each for each in policies if named in (None, each.id)]
        opened = detail(d.body, "opened_on")
        try:
            day = d.event.day if opened is None else date.fromisoformat(str(opened))
        except ValueError:
            day = None
        return (found[0] if found else None), day

    @on("record", phase=GUARD)
    def in_time(self, d: Draft) -> Iterator[fx.Effect]:
        """After the cooling-off, not later than it opens by itself, and not to come."""
        if d.body.kind != self.kind:
            return
        if not d.body.member:
            yield fx.Lack("member")
            return
        policy, day = self._told(d)
        if policy is None:
            yield fx.Refuse("unknown", "record.details.policy")
        elif (
            day is None
            or not policy.cooling_off_end < day <= self.cover.at_last(policy)
            or not policy.effective <= day <= d.event.day
        ):
            yield fx.Refuse("not_eligible", "record.details.opened_on")

    @on("record", phase=GRADE, rank=40)
    def open(self, d: Draft) -> Iterator[fx.Effect]:
        """It is kept with the policy."""
        if d.body.kind != self.kind:
            return
        policy, day = self._told(d)
        if policy is not None and day is not None:
            yield from keep(d, d.member, policy.with_mark(OPENED, day.isoformat()))
            yield fx.Note(d.member, self.kind)


class Floor(Clause):
    """A change of the charter must not make the service lower than it is.

    Args:
        not_lower: settings that may only be raised; None (no limit) is the most.
        not_higher: settings that may only be lowered.
    """

    def __init__(
        self, number: str, *, not_lower: Collection[str] = (), not_higher: Collection[str] = ()
    ) -> None:
        super().__init__(number)
        self.not_lower = tuple(not_lower)
        self.not_higher = tuple(not_higher)

    @on("amend", phase=GUARD, rank=60)
    def kept(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse what would lower it on the day on which it takes effect."""
        moment = day_start(d.body.effective, d.now.tzinfo)
        before = d.book.at(moment).settings
        try:
            schema = d.program.charter.Settings
            after = read_settings(schema, {**d.book.raw_at(moment), **d.body.settings})
        except SettingsError:
            # Settings that are not valid at all another clause refuses.
            return
        for name in d.body.settings:
            if self.lowers(name, before, after):
                yield fx.Refuse("configuration", f"amend.settings.{name}")

    def lowers(self, name: str, before: SettingValues, after: SettingValues) -> bool:
        """Whether a setting would make the service lower."""
        old, new = getattr(before, name), getattr(after, name)
        if name in self.not_lower:
            return new is not None and (old is None or new < old)
        return name in self.not_higher and bool(new > old)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "调整后的服务不得低于现有水平。",
                "A changed service must not be lower than the present one.",
            )
        }


__all__ = ["EarlyOpening", "Floor", "Premiums"]
