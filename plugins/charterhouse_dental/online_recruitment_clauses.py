"""What only online recruitment has: an account that further channels are linked to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRADE, GUARD, Clause, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.registers import Register
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.standing import Standing

PHONE = "phone"
CHANNELS = "channels"
"""The fact that keeps over which channels a member has registered."""


def number_of(value: object) -> str:
    """A telephone number in one writing."""
    return "".join(str("" if value is None else value).split()).replace("-", "")


def on_file(d: Draft, code: str) -> bool:
    """Whether a detail is known of a member: the telephone number of the account."""
    return code == PHONE and d.of_member.status == "active"


def is_member(d: Draft) -> bool:
    """Whether somebody who registers has an account already."""
    return d.of_member.status == "active"


class LinkedAccount(Clause):
    """The telephone number identifies the account; another channel is linked to it.

    A member who registers again over the same channel or with another number, and anybody under
    the number of somebody else's account, is refused.

    Args:
        default: the channel of an application that names none.
        notice: told to the member when a channel is linked.
    """

    shares = frozenset({"apply", "join", "bring_in", "change_details", "withdraw"})

    def __init__(self, number: str, *, default: str, notice: str) -> None:
        super().__init__(number)
        self.default = default
        self.notice = notice
        self.register = Register(PHONE)

    def free(self, d: Draft, phone: str) -> bool:
        """Whether no other account has a number."""
        return self.register.owner(d, phone) in (None, d.member)

    @on("apply", "bring_in", phase=GUARD, rank=10)
    def one_account(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse a second account."""
        phone = number_of(detail(d.body, PHONE))
        if phone and not self.free(d, phone):
            yield fx.Refuse("already_member", f"{d.body.verb}.details.{PHONE}")
        if not is_member(d):
            return
        linked = (d.body.channel or self.default) in d.of_member.facts.get(CHANNELS, ())
        kept = d.of_member.facts.get(PHONE)
        if d.body.verb == "bring_in" or linked or (phone and kept and phone != kept):
            yield fx.Refuse("already_member", f"{d.body.verb}.channel")

    @on("apply", "bring_in", phase=GRADE, rank=15)
    def link(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep the channel and the number; whoever is a member already is told."""
        standing = d.of_member
        if is_member(d):
            yield fx.Raise("notice", self.notice, d.member)
        channels = [*standing.facts.get(CHANNELS, ()), d.body.channel or self.default]
        yield fx.Keep(d.member, CHANNELS, channels)
        yield from self._number(d, standing, detail(d.body, PHONE))

    @on("change_details", phase=GUARD, rank=60)
    def free_number(self, d: Draft) -> Iterator[fx.Effect]:
        """A changed number must be nobody else's."""
        phone = number_of(d.body.changes.get(PHONE))
        if phone and not self.free(d, phone):
            yield fx.Refuse("already_member", f"change_details.changes.{PHONE}")

    @on("change_details", phase=FOLLOW)
    def change(self, d: Draft) -> Iterator[fx.Effect]:
        """The new number identifies the account."""
        yield from self._number(d, d.of_member, d.body.changes.get(PHONE))

    def _number(self, d: Draft, standing: Standing, said: Any) -> Iterator[fx.Effect]:
        phone, kept = number_of(said), standing.facts.get(PHONE)
        if not phone or phone == kept:
            return
        if kept:
            yield from self.register.enter(d, kept, None)
        yield from self.register.enter(d, phone, standing.ref)
        yield fx.Keep(standing.ref, PHONE, phone)

    @on("ended", phase=FOLLOW)
    def close(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """The account is gone, and its number is free."""
        facts = d.standing(happening.member).facts
        if facts.get(PHONE):
            yield from self.register.enter(d, facts[PHONE], None)
            yield fx.Keep(happening.member, PHONE, None)
        yield fx.Keep(happening.member, CHANNELS, None)
