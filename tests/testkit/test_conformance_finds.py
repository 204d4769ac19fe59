"""The conformance suite finds a charter that breaks what it looks at, and says how."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import pytest
from marshmallow import Schema, fields

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import (
    EARN,
    FOLLOW,
    GRADE,
    GUARD,
    PRICE,
    SETTLE,
    Charter,
    Clause,
    on,
)
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.settings import SettingValues, Whole
from charterhouse.kernel.standing import Standing
from charterhouse.testkit import Conformance
from charterhouse.testkit.purity import impurities

_COUNTER = itertools.count()


class Club(Clause):
    """Everybody who is brought in is a member; bills cost what they cost and give a point a yuan."""

    @on("bring_in", phase=GRADE)
    def enter(self, d: Draft) -> Iterator[fx.Effect]:
        yield fx.Change(d.member, {"status": "active", "tier": "wood"})

    @on("spend", phase=PRICE)
    def price(self, d: Draft) -> Iterator[fx.Effect]:
        for place, line in enumerate(d.bill.lines if d.bill else ()):
            yield fx.PriceLine(place, line.base)

    @on("spend", phase=EARN)
    def earn(self, d: Draft) -> Iterator[fx.Effect]:
        if d.bill:
            yield fx.Credit(d.member, "points", self.points(d.bill.paid), "earned")

    def points(self, paid: int) -> int:
        return paid // 100

    @on("refund", phase=SETTLE)
    def give_back(self, d: Draft) -> Iterator[fx.Effect]:
        if d.refund and d.refund.left >= 0:
            yield fx.GiveBack(d.refund.amount)

    @on("refund", phase=EARN)
    def take_back(self, d: Draft) -> Iterator[fx.Effect]:
        if d.refund:
            bill, left = d.refund.original, d.refund.left
            before = self.points(left + d.refund.amount)
            gone = min(d.standing(bill.member).balance("points"), before - self.points(left))
            yield fx.Debit(bill.member, "points", gone)
            content = {**bill.content, "refunded": bill.content["refunded"] + d.refund.amount}
            yield fx.Put("bill", bill.id, bill.member, content)

    def codes(self) -> dict[str, Any]:
        return {"tier": ("wood", "tin")}

    def tiers_in_order(self) -> tuple[str, ...]:
        return ("wood", "tin")


class Settings(Schema):
    most = Whole(load_default=2)


class Sound(Charter):
    """Nothing is wrong with this one."""

    code = "test.sound"
    name = ("好", "Sound")
    Settings = Settings
    clause: ClassVar[type[Clause]] = Club

    def clauses(self, s: SettingValues) -> list[Clause]:
        return [Club("1")] if self.clause is Club else [Club("1"), self.clause("2")]


def charter_with(clause: type[Clause]) -> type[Sound]:
    return type(clause.__name__, (Sound,), {"clause": clause, "__module__": __name__})


def suite_of(charter: type[Charter], **more: Any) -> Conformance:
    kind = type(charter.__name__, (Conformance,), {"charter": charter, "examples": 8, **more})
    made: Conformance = kind()
    return made


def checks() -> list[str]:
    return [name for name in dir(Conformance) if name.startswith("test_p")]


@pytest.mark.parametrize("name", checks())
def test_a_sound_charter_conforms(name: str) -> None:
    getattr(suite_of(Sound), name)()


# What is wrong with these: one clause each.


class Raises(Clause):
    @on("spend", phase=GUARD)
    def act(self, d: Draft) -> Iterator[fx.Effect]:
        if d.bill and d.bill.total > 100:
            raise ZeroDivisionError("no such luck")
        yield fx.Cite()


class Hashed(Clause):
    @on("spend", phase=FOLLOW)
    def act(self, d: Draft) -> Iterator[fx.Effect]:
        yield fx.Cite(next(iter({"a", "b", "c", "d", "e", "f", d.member})))


class Reads(Clause):
    @on("spend", phase=FOLLOW)
    def act(self, d: Draft) -> Iterator[fx.Effect]:
        yield fx.Cite(Path(__file__).read_text("utf-8"))


class Tampers(Clause):
    @on("bring_in", phase=FOLLOW)
    def begin(self, d: Draft) -> Iterator[fx.Effect]:
        yield fx.Keep(d.member, "seen", [])

    @on("spend", phase=FOLLOW)
    def act(self, d: Draft) -> Iterator[fx.Effect]:
        d.of_member.facts.get("seen", []).append("spend")
        yield fx.Cite()


class Remembers(Clause):
    """Counts in its class, over all tenants and tellings."""

    @on("spend", phase=FOLLOW)
    def act(self, d: Draft) -> Iterator[fx.Effect]:
        yield fx.Cite(str(next(_COUNTER)))


class Keeps(Clause):
    """A bill's gift stays when the bill goes."""

    @on("spend", phase=EARN)
    def act(self, d: Draft) -> Iterator[fx.Effect]:
        yield fx.Credit(d.member, "credit", 100)


class LateDue(Clause):
    """Time comes for it in the past."""

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        return after - timedelta(days=1) if standing.status == "active" else None


class NeverOver(Clause):
    """A last valid day after which nothing happens."""

    @on("bring_in", phase=GRADE, rank=60)
    def act(self, d: Draft) -> Iterator[fx.Effect]:
        yield fx.Change(d.member, {"valid_until": d.event.day})


class Greedy(Clause):
    """The large bill loses its points."""

    @on("spend", phase=EARN, rank=60)
    def act(self, d: Draft) -> Iterator[fx.Effect]:
        if d.bill and d.bill.paid >= self.least:
            yield fx.Debit(d.member, "points", min(50, d.of_member.balance("points")))

    least = 0

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.least = 10_000


class Sinks(Greedy):
    """The large bill lowers the tier, the middling one raises it."""

    @on("spend", phase=GRADE)
    def act(self, d: Draft) -> Iterator[fx.Effect]:
        if d.bill and 5_000 <= d.bill.paid < self.least:
            yield fx.Change(d.member, {"tier": "tin"})


class Lavish(Clause):
    """Says that two are left, whatever was used."""

    def codes(self) -> dict[str, set[str]]:
        return {"benefit": {"tea"}}

    def offers(self) -> tuple[str, ...]:
        return ("tea",)

    def remaining(self, standing: Standing, now: datetime, benefit: str) -> int:
        return 2

    @on("use", phase=SETTLE)
    def use(self, d: Draft) -> Iterator[fx.Effect]:
        yield fx.Cite("tea")


class Tuples(Clause):
    """Keeps what JSON does not give back."""

    @on("spend", phase=FOLLOW)
    def act(self, d: Draft) -> Iterator[fx.Effect]:
        yield fx.Keep(d.member, "seen", (1, 2))


class Shouts(Clause):
    """Tells everybody of everything."""

    @on("spend", phase=FOLLOW)
    def act(self, d: Draft) -> Iterator[fx.Effect]:
        for _ in range(600):
            yield fx.Raise("notice", "bill", d.member)


class Quotes(Clause):
    """Decides otherwise the second time."""

    @on("spend", phase=PRICE, rank=90)
    def act(self, d: Draft) -> Iterator[fx.Effect]:
        yield fx.PriceLine(0, next(_COUNTER) % 2)


FOUND: dict[str, tuple[type[Clause], str]] = {
    "p00_no_event": (Raises, "ZeroDivisionError: no such luck"),
    "p01_": (Hashed, "another process decides otherwise"),
    "p02_": (Reads, "open"),
    "p03_what_goes_in": (Tampers, "changed the view"),
    "p06_": (Remembers, "another tenant changed a decision"),
    "p07_": (Remembers, "told again it goes otherwise"),
    "p08_": (Keeps, "credit': "),
    "p09_dues": (LateDue, "is due at"),
    "p09_each": (LateDue, "2 LateDue is due at"),
    "p10_the_last": (NeverOver, "is active after|still active"),
    "p11_": (Greedy, "less than"),
    "p11_who": (Sinks, "lower tier"),
    "p12_": (Lavish, "used 3 of tea, and had 2|used 1 of 2 tea"),
    "p15_a_world": (Tuples, "another one once stored"),
    "p16_": (Shouts, "too many tasks"),
    "p17_": (Quotes, "the quote of spend differs"),
}


@pytest.mark.parametrize("prefix", FOUND)
def test_the_suite_finds_what_is_wrong(prefix: str) -> None:
    clause, said = FOUND[prefix]
    suite = suite_of(charter_with(clause))
    name = next(each for each in checks() if each.startswith(f"test_{prefix}"))

    with pytest.raises(AssertionError, match=said) as found:
        getattr(suite, name)()

    assert "charter: test.sound" in str(found.value) or prefix in ("p01_", "p02_")


def test_a_finding_is_as_small_as_can_be() -> None:
    with pytest.raises(AssertionError) as found:
        suite_of(charter_with(Keeps)).test_p08_what_is_wholly_taken_back_leaves_no_trace()

    assert str(found.value).count("- at:") == 1


def test_what_the_charter_says_is_no_finding() -> None:
    keeps = suite_of(charter_with(Keeps), irreversible={"credit": "2: the gift stays"})
    keeps.test_p08_what_is_wholly_taken_back_leaves_no_trace()

    exempt = suite_of(charter_with(Greedy), exempt={"P11": "2: large bills pay for themselves"})
    with pytest.raises(pytest.skip.Exception, match="2: large bills"):
        exempt.test_p11_who_spends_more_has_no_lower_tier_and_no_fewer_points()


IMPURE = """
import random
from datetime import datetime
from os import environ


def decide():
    return datetime.now(), random.random(), environ, open("x")
"""


def test_clocks_and_dice_are_read_from_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "impure_module.py").write_text(IMPURE, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    found = impurities(import_module("impure_module"))

    assert [each.partition(" ")[2] for each in found] == [
        "imports random", "imports from os", "calls datetime.now()", "calls open()",
    ]  # fmt: skip


class Loose(Schema):
    most = fields.Raw(load_default=2)


def test_settings_that_take_anything_are_found() -> None:
    loose: Callable[..., Any] = type("LooseOne", (Sound,), {"Settings": Loose})

    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        suite_of(loose).test_p14_a_setting_of_a_wrong_sort_is_refused_by_its_name()  # type: ignore[arg-type]
