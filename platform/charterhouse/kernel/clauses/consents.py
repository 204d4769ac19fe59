"""Consent of its own beside the membership: channels opted out of, and the use of data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GUARD, Clause, Text, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft

OPT_OUT = "opt_out"
"""The fact (and the changed detail) that keeps the channels that a member opted out of."""


class OptOut(Clause):
    """Messages reach a member over the channels that the member has not opted out of.

    A member states the whole list of channels opted out of (`change_details`, `opt_out`); it holds
    at once. Numbers by reason: `channel` (a push needs one of them).

    Args:
        channels: over which messages are sent.
        pushes: the kinds of `record` that tell of a message to a member.
    """

    def __init__(
        self, number: str, *, channels: Collection[str],
        pushes: frozenset[str] = frozenset({"push"}), **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.channels = tuple(channels)
        self.pushes = pushes

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": self.pushes}

    @on("change_details", phase=GUARD, rank=60)
    def known(self, d: Draft) -> Iterator[fx.Effect]:
        """A list of known channels."""
        listed = d.body.changes.get(OPT_OUT)
        if listed is None:
            return
        if not isinstance(listed, list) or not set(map(str, listed)) <= set(self.channels):
            yield fx.Refuse("unknown", f"change_details.changes.{OPT_OUT}")

    @on("change_details", phase=FOLLOW)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """The list replaces the one before."""
        listed = d.body.changes.get(OPT_OUT)
        if listed is not None:
            yield fx.Keep(d.member, OPT_OUT, sorted(set(listed)) or None)

    @on("record", phase=GUARD, rank=20)
    def allowed(self, d: Draft) -> Iterator[fx.Effect]:
        """No message over a channel opted out of, nor over one that is not offered."""
        if d.body.kind not in self.pushes:
            return
        if d.body.channel is None:
            yield fx.Lack("channel", number=self.of("channel"))
        elif d.body.channel not in self.channels:
            yield fx.Refuse("unknown", "record.channel", number=self.of("channel"))
        elif d.body.member and d.body.channel in d.of_member.facts.get(OPT_OUT, ()):
            yield fx.Refuse("consent_missing", "record.channel")
        else:
            yield fx.Cite("not opted out of")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "会员可随时按渠道拒收或恢复接收信息，即时生效，以最近一次所列渠道为准；不得通过会员拒收的渠道推送。",
                "A member may opt out of each channel and in again at any time, with effect at once; "
                "the last list counts. Nothing is sent over a channel opted out of.",
            )
        }


class DataConsent(Clause):
    """Certain things are done for a member only with a consent that is separate from membership.

    It is given with the application or later (`change_details`), and withdrawn at any time.

    Args:
        name: of the detail that gives it (true) or withdraws it (false).
        kinds: the kinds of `record` that need it.
    """

    def __init__(self, number: str, name: str, *, kinds: frozenset[str]) -> None:
        super().__init__(number)
        self.name = name
        self.kinds = kinds

    @property
    def fact(self) -> str:
        """Under which it is kept."""
        return f"consent/{self.name}"

    @on("apply", phase=GUARD, rank=60)
    def said_with_application(self, d: Draft) -> Iterator[fx.Effect]:
        """It is yes or no."""
        if detail(d.body, self.name) not in (None, True, False):
            yield fx.Refuse("unknown", f"apply.details.{self.name}")

    @on("change_details", phase=GUARD, rank=60)
    def said_later(self, d: Draft) -> Iterator[fx.Effect]:
        """It is yes or no."""
        if d.body.changes.get(self.name) not in (None, True, False):
            yield fx.Refuse("unknown", f"change_details.changes.{self.name}")

    @on("apply", "change_details", phase=FOLLOW, rank=60)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """What was said last holds."""
        said = d.body.details if d.body.verb == "apply" else d.body.changes
        given = (said or {}).get(self.name)
        if given is not None:
            yield fx.Keep(d.member, self.fact, given or None)

    @on("ended", phase=FOLLOW, rank=60)
    def end(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """It ends with the membership."""
        if self.fact in d.standing(happening.member).facts:
            yield fx.Keep(happening.member, self.fact, None)

    @on("record", phase=GUARD, rank=20)
    def given(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse without it."""
        if d.body.kind not in self.kinds or not d.body.member:
            return
        if not d.of_member.facts.get(self.fact):
            yield fx.Refuse("consent_missing", "record.member")
        yield fx.Cite("consent given")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "须经会员另行同意方可进行；会员可在登记时或以后同意，并可随时撤回，即时生效；会员资格和价格不因此不同。",
                "It needs the member's separate consent, given at registration or later and withdrawn "
                "at any time with effect at once; membership and prices do not depend on it.",
            )
        }


__all__ = ["OPT_OUT", "DataConsent", "OptOut"]
