"""Monthly reports that several dental charters share: members, fees, uses, what members saved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from charterhouse.kernel.charter import Text
from charterhouse.kernel.report import Entry, Report, Row
from charterhouse.kernel.settings import SettingValues

_FACTS: Mapping[str, Text] = {
    "activated": ("新入会", "Members joined"),
    "renewed": ("续期", "Renewals"),
    "lapsed": ("到期", "Memberships lapsed"),
    "ended": ("退会", "Memberships ended"),
}


def members(entries: Iterable[Entry]) -> Iterator[Row]:
    """Who joined, renewed, lapsed and left."""
    facts = Counter(h.fact for entry in entries for h in entry.happenings)
    for fact, (zh, en) in _FACTS.items():
        yield Row(f"members.{fact}", zh, en, facts[fact])


def fees(entries: Iterable[Entry]) -> Row:
    """Membership fees and differences that came in, in fen."""
    received = -sum(p.amount for e in entries for p in e.postings if p.owner == "@fee")
    return Row("fees", "会员费收入", "Fees received", received, "yuan")


def uses(entries: Iterable[Entry], labels: Mapping[str, Text]) -> Iterator[Row]:
    """How often each benefit with a number was used; what was given back is taken off."""
    found: Counter[str] = Counter()
    for entry in entries:
        for posting in entry.postings:
            if posting.account.startswith("used/") and not posting.of_house:
                found[posting.account.removeprefix("used/")] += posting.amount
    for benefit, times in sorted(found.items()):
        zh, en = labels.get(benefit, (benefit, benefit))
        yield Row(f"uses.{benefit}", f"使用：{zh}", f"Uses: {en}", times)


def saved(entries: Iterable[Entry], *, by_member: bool = False) -> Iterator[Row]:
    """List prices less what was charged to members, in fen; for each member too if wanted."""
    found: Counter[str] = Counter()
    for entry in entries:
        if entry.verb == "spend" and entry.figures.get("entitled"):
            rows = entry.figures.get("priced", ())
            found[entry.member] += sum(row[2] * row[4] - row[5] for row in rows)
    yield Row("saved", "会员节省合计", "Saved by members", found.total(), "yuan")
    if by_member:
        for member, amount in sorted(found.items()):
            yield Row(f"saved.{member}", f"会员{member}节省", f"Saved by {member}", amount, "yuan")


def services_report(labels: Mapping[str, Text], *, by_member: bool = False) -> Report:
    """The monthly report: members, fees, uses of services, savings."""

    def fold(entries: Iterable[Entry], _s: SettingValues) -> list[Row]:
        kept = list(entries)
        rows = chain(
            members(kept), [fees(kept)], uses(kept, labels), saved(kept, by_member=by_member)
        )
        return list(rows)

    return Report("monthly", "月报", "Monthly report", "month", fold)
