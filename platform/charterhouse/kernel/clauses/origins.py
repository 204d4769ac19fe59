"""From where a membership comes, by which way, and from which day on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRADE, GUARD, Clause, Requirement, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft


@dataclass(frozen=True, slots=True)
class Origin:
    """From where a membership comes: its proof, and whether somebody decides on it."""

    papers: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    review: bool = False


class Origins(Clause):
    """Every application names its origin and proves it; some need no review.

    Beside an `Application` with a review.

    Args:
        origins: code → what it needs.
    """

    def __init__(self, number: str, origins: Mapping[str, Origin]) -> None:
        super().__init__(number)
        self.origins = origins

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"apply.origin": self.origins, "join.origin": self.origins}

    def requirements(
        self, verb: str, *, path: str | None = None, channel: str | None = None
    ) -> Iterator[Requirement]:
        """See `Clause.requirements`."""
        if verb == "apply":
            for origin in self.origins.values():
                for code in origin.papers:
                    yield Requirement(code, "document", self.number)
                for code in origin.details:
                    yield Requirement(code, "detail", self.number)

    @on("apply", phase=GUARD, rank=30)
    def proved(self, d: Draft) -> Iterator[fx.Effect]:
        """Name the origin, or the papers and details of its proof, that lack."""
        if d.body.origin is None:
            yield fx.Lack("origin")
            return
        origin = self.origins[d.body.origin]
        if not (d.compound and d.body.documents is None):
            for code in origin.papers:
                if not (d.body.documents or {}).get(code):
                    yield fx.Lack(code)
        for code in origin.details:
            if not str(detail(d.body, code) or "").strip():
                yield fx.Lack(code)

    @on("applied", phase=GRADE, rank=30)
    def accept(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Accept at once what needs no review."""
        if not self.origins[d.body.origin].review:
            yield fx.Change(happening.member, {"status": "approved"})
            yield fx.Announce("approved", happening.member)


class Channels(Clause):
    """The ways by which a membership is given out.

    Args:
        channels: the ways.
        default: that of an application that names none.
    """

    def __init__(self, number: str, channels: Iterable[str], *, default: str) -> None:
        super().__init__(number)
        self.channels = tuple(channels)
        self.default = default

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"apply.channel": self.channels, "join.channel": self.channels}

    def defaults(self) -> Mapping[str, str]:
        """See `Clause.defaults`."""
        return {"channel": self.default}

    def unknowns(self) -> Mapping[str, str]:
        """See `Clause.unknowns`."""
        return {"apply.channel": self.number, "join.channel": self.number}

    @on("apply", phase=GUARD, rank=8)
    def open(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse an application without a way where the usual one is not open."""
        if (d.body.channel or self.default) not in self.channels:
            yield fx.Refuse("unknown", "apply.channel")

    @on("apply", phase=GRADE, rank=25)
    def way(self, d: Draft) -> Iterator[fx.Effect]:
        """The way of this one."""
        yield fx.Cite(d.body.channel or self.default)


class NotBefore(Clause):
    """Nobody is admitted before a day: that of a filing, of an opening."""

    def __init__(self, number: str, day: date) -> None:
        super().__init__(number)
        self.day = day

    @on("apply", "bring_in", phase=GUARD, rank=12)
    def open(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse an earlier admission."""
        if d.event.day < self.day:
            yield fx.Refuse("too_early")


__all__ = ["Channels", "NotBefore", "Origin", "Origins"]
