"""Episodes of treatment: what was done in each, kept as a document beside the bills."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GUARD, Clause, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.registers import own_id
from charterhouse.kernel.draft import Draft


def episode_id(member: str, episode: str) -> str:
    """The id of the document that keeps an episode of a person."""
    return own_id("episode", member, episode)


def episode_of(d: Draft) -> Mapping[str, Any] | None:
    """What was done before in the episode of the bill at hand, if anything was.

    Keys: `day` of its last bill, `tier` by which that bill was priced, `categories` of all lines.
    """
    episode = getattr(d.body, "episode", None)
    document = d.document(episode_id(d.member, episode)) if episode else None
    return None if document is None else document.content


class Episodes(Clause):
    """Keeps of each episode the day and the tier of its last bill, and what it was about.

    Args:
        without: items of which alone a bill is none of the episode (a repair under guarantee).
    """

    def __init__(self, number: str, *, without: Collection[str] = ()) -> None:
        super().__init__(number)
        self.without = frozenset(without)

    @on("spend", phase=FOLLOW, rank=30)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """Add the bill to its episode."""
        if d.bill is None or not d.body.episode:
            return
        lines = [priced.line for priced in d.bill.lines]
        if all(line.item in self.without for line in lines):
            return
        before = episode_of(d) or {}
        categories = {*before.get("categories", ()), *(line.category for line in lines)}
        yield fx.Put("episode", episode_id(d.member, d.body.episode), d.member, {
            "at": d.now.isoformat(), "day": d.event.day.isoformat(), "tier": d.of_member.tier,
            "entitled": d.bill.entitled, "categories": sorted(categories),
        })  # fmt: skip


class TreatmentComplete(Clause):
    """The treatment of an episode is marked complete by a record that names the episode.

    Args:
        kind: of the record; it is counted in the person's file.
    """

    def __init__(self, number: str, *, kind: str = "treatment-complete") -> None:
        super().__init__(number)
        self.kind = kind

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": (self.kind,)}

    @on("record", phase=GUARD, rank=10)
    def named(self, d: Draft) -> Iterator[fx.Effect]:
        """Somebody's episode."""
        if d.body.kind != self.kind:
            return
        if not d.body.member:
            yield fx.Refuse("incomplete", "record.member")
        elif not isinstance(detail(d.body, "episode"), str):
            yield fx.Lack("episode")

    @on("record", phase=FOLLOW, rank=20)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep it."""
        if d.body.kind == self.kind:
            yield fx.Note(d.member, self.kind)
            yield fx.Put("treatment", _complete_id(d.member, detail(d.body, "episode")), d.member, {
                "episode": detail(d.body, "episode"), "at": d.now.isoformat(),
                "day": d.event.day.isoformat(), "tier": d.program.tier,
            })  # fmt: skip


def _complete_id(member: str, episode: object) -> str:
    return own_id("treatment", member, str(episode))


def after_treatment(d: Draft) -> bool:
    """The bill belongs to an episode whose treatment was marked complete before."""
    episode = getattr(d.body, "episode", None)
    return bool(episode) and d.document(_complete_id(d.member, episode)) is not None


__all__ = ["Episodes", "TreatmentComplete", "after_treatment", "episode_id", "episode_of"]
