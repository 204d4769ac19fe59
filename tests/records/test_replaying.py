"""A tenant's real events replayed: nothing differs from the record unless something was changed."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from charterhouse import clock
from charterhouse.cli import main
from charterhouse.config import Config
from charterhouse.desk.applying import Options, apply_folder
from charterhouse.desk.errors import DeskError
from charterhouse.desk.folder import read_folder
from charterhouse.desk.replays import Asked, Bounds, replay
from charterhouse.desk.verifying import verify_tenant
from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GUARD, Clause, on
from charterhouse.kernel.difference import Difference
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.scenario.orders import rearranged
from charterhouse.kernel.standing import HOUSE, Standing
from charterhouse.plugins.errors import CharterUnavailableError
from charterhouse.plugins.registry import registry
from charterhouse.records.door import Door
from charterhouse.records.tables import HISTORY
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant
from charterhouse_gynecology.vip_card import VipCard

sys.path.insert(0, str(Path(__file__).parent))
from records_story import KEY, ZONE, tell
from records_story import found as founded

SAMPLE = Path(__file__).resolve().parents[2] / "tenants" / "tinghewu"
UNTIL = datetime(2026, 11, 25, 9, 0, tzinfo=ZONE)

Replayed = Callable[..., Result]


def run(tenant: Tenant, asked: Asked, *, bounds: Bounds | None = None) -> Difference:
    with tenant_scope(tenant):
        return replay(asked, bounds=bounds)


def amended(tenant: Tenant) -> None:
    """Two amendments, one of them announced before the other and later in force; and bills."""
    with tenant_scope(tenant):
        for at, verb, raw in (
            ("2026-01-07 09:00", "amend", {"announced": "2026-01-07", "effective": "2026-06-01",
                                           "settings": {"price_factor": "0.90"}}),
            ("2026-01-08 09:00", "amend", {"announced": "2026-01-08", "effective": "2026-03-01",
                                           "settings": {"points_per_yuan": 2}}),
            ("2026-01-09 09:00", "amend", {"announced": "2026-01-09", "effective": "2026-01-10",
                                           "settings": {"points_per_yuan": 3}}),
            ("2026-03-02 09:00", "spend", {"id": "b7", "member": "li", "amount": "100.00"}),
            ("2026-06-02 09:00", "spend", {"id": "b8", "member": "li", "amount": "100.00"}),
            ("2026-06-03 09:00", "refund", {"of": "b7", "amount": "30.00"}),
        ):  # fmt: skip
            tell(at, verb, raw)


@pytest.mark.parametrize("since", [None, date(2026, 1, 1), date(2025, 3, 6), date(2030, 1, 1)])
def test_what_is_on_record_comes_out_again(north: Tenant, since: date | None) -> None:
    amended(north)
    found = run(north, Asked(since=since))

    assert found.empty, found.rows()
    assert found.before.events == {None: 20, date(2026, 1, 1): 9, date(2025, 3, 6): 14,
                                   date(2030, 1, 1): 0}[since]  # fmt: skip


def test_figures_of_the_record_are_those_of_the_story(north: Tenant) -> None:
    amended(north)
    found = run(north, Asked())

    assert found.before.members == {"vip": {"active": 2}, "charity": {"active": 1}}
    # 500, 200 without a card, and 100 at 0.80 and at 0.90.
    assert (found.before.listed, found.before.discounts) == (90_000, 10_000 + 2_000 + 1_000)
    assert found.before.refusals == {("insufficient", "5.5"): 1, ("notice_too_short", "7B.7"): 1}


def test_time_that_nobody_looked_at_is_no_difference(north: Tenant) -> None:
    with clock.use_clock(clock.FixedClock(datetime(2029, 5, 1, tzinfo=ZONE))):
        found = run(north, Asked())

    assert found.empty
    assert "active" not in found.after.members["vip"], "all have lapsed by then"


def test_the_settings_in_force_change_nothing(north: Tenant) -> None:
    amended(north)
    assert run(north, Asked({})).empty
    assert run(north, Asked({"price_factor": "0.80"}, since=date(2025, 1, 1))).otherwise == 0
    assert run(north, Asked({"price_factor": "0.90"}, since=date(2026, 6, 1))).empty
    assert not run(north, Asked({"price_factor": "0.90"}, since=date(2026, 3, 1))).empty


def test_what_was_altered_in_the_record_shows(catalogue: Catalogue, north: Tenant) -> None:
    stores = catalogue.installation.stores
    with closing(sqlite3.connect(stores.path(north.id))) as driver:  # type: ignore[attr-defined]  # the embedded engine
        for table in HISTORY:
            driver.execute(f"DROP TRIGGER {table.name}_no_update")
        driver.execute("UPDATE decision SET code = '' WHERE code = 'insufficient'")
        driver.execute("UPDATE posting SET amount = amount + 1 WHERE owner LIKE '@till%'")
        driver.commit()
    found = run(north, Asked())

    assert not found.empty
    assert found.before.paid > found.after.paid
    assert found.after.refusals == {("insufficient", "5.5"): 1}
    assert found.movers["paid"].count > 0


def test_another_charter_is_unknown_until_it_is_installed(north: Tenant) -> None:
    with pytest.raises(CharterUnavailableError):
        run(north, Asked(charter="nobody.nothing"))


def test_the_same_charter_by_its_code_knows_its_own_events(north: Tenant) -> None:
    found = run(north, Asked(charter="gynecology.vip-card"))
    assert found.empty, "the story was told with the charter's own figures"
    found = run(north, Asked({"points_per_yuan": 2}, charter="gynecology.vip-card"))
    assert found.after.points_given > found.before.points_given
    assert not found.empty, "although the year's end took the points again"


def test_settings_that_are_not_valid_name_their_field(north: Tenant) -> None:
    for settings, field in (
        ({"nonsense": 1}, "settings.nonsense"),
        ({"points_per_yuan": "many"}, "settings.points_per_yuan"),
        ({"type_overrides": {"nobody": {}}}, "settings.type_overrides.nobody"),
        ({"price_factor": 0.5}, "settings.price_factor"),
    ):
        with pytest.raises(DeskError) as raised:
            run(north, Asked(settings))
        assert (raised.value.code, raised.value.field) == ("configuration", field)


def test_a_page_may_bound_what_it_asks_for(north: Tenant) -> None:
    with pytest.raises(DeskError, match="14 events are more than the 5") as raised:
        run(north, Asked({}), bounds=Bounds(events=5))
    assert raised.value.code == "too_many_events"
    with pytest.raises(DeskError) as raised:
        run(north, Asked({}), bounds=Bounds(seconds=1e-9))
    assert raised.value.code in ("replay_too_long", "store_busy")


class DailyList(Clause):
    """A list that the institution makes each morning; after so many no points are given by hand."""

    of_house = True
    shares = frozenset({"award"})

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        nine = datetime.combine(after.date(), time(9), after.tzinfo)
        return nine if nine > after else nine + timedelta(days=1)

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        lists = draft.standing(member).facts.get("lists", 0)
        yield fx.Keep(member, "lists", lists + 1)

    @on("award", phase=GUARD)
    def enough(self, d: Draft) -> Iterator[fx.Effect]:
        if d.standing(HOUSE).facts.get("lists", 0) >= 3:
            yield fx.Refuse("full", "award.points")


@pytest.mark.parametrize("looked", [True, False])
def test_an_institution_with_days_of_its_own_comes_out_again(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, *, looked: bool
) -> None:
    daily = rearranged(VipCard(), lambda clauses: [*clauses, DailyList("9.3")])
    monkeypatch.setitem(registry().charters, "gynecology.vip-card", daily)
    south = founded(catalogue, "south")
    with tenant_scope(south):
        tell("2025-03-01 10:00", "join", {"member": "li", "path": "ordinary"})
        if looked:
            # The clock looks at the institution before any event does: no event tells of it.
            for day in (1, 2):
                with (
                    clock.use_clock(
                        at := clock.FixedClock(datetime(2025, 3, day, 12, tzinfo=ZONE))
                    ),
                    unit(write=True) as opened,
                ):
                    Door(opened).advance(HOUSE, at.now())
        for day in range(3, 8):
            award = {"member": "li", "points": 5, "reason": "walk"}
            tell(f"2025-03-0{day} 10:00", "award", award)
    found = run(south, Asked())

    assert found.empty, (found.rows(), found.moves)
    assert verify_tenant(south).differences == []
    assert found.before.refusals == {("full", "9.3"): 4 if looked else 2}
    assert sum(sum(each.values()) for each in found.before.members.values()) == 1


@pytest.fixture(name="sample", scope="module")
def _sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    place = tmp_path_factory.mktemp("sample")
    catalogue = open_catalogue(Config(data_dir=place, master_key=KEY))
    with clock.use_clock(clock.FixedClock(UNTIL)):
        yield apply_folder(catalogue, read_folder(SAMPLE), Options(members=30)).tenant
    catalogue.installation.stores.close()


@pytest.mark.parametrize("since", [None, date(2026, 3, 1)])
def test_a_sample_institution_comes_out_again(sample: Tenant, since: date | None) -> None:
    seen: list[tuple[int, int]] = []
    with tenant_scope(sample):
        found = replay(Asked(since=since), progress=lambda done, all_: seen.append((done, all_)))
    assert found.empty, (found.rows(), found.movers, found.moves)
    assert found.before.events > 100
    assert seen[-1][0] == seen[-1][1]


def test_both_runs_of_a_sample_agree_unless_changed(sample: Tenant) -> None:
    assert run(sample, Asked({})).empty
    found = run(sample, Asked({"points_per_yuan": 2}, since=date(2026, 3, 1)))
    assert found.movers["points"].gain
    assert all(each.clause for each in found.movers["points"].gain)


@pytest.fixture(name="replayed")
def _replayed(catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Replayed:
    monkeypatch.setattr("charterhouse.commands.replay.installation", lambda: catalogue)

    def invoke(*arguments: str, settings: str = "") -> Result:
        if settings:
            (tmp_path / "s.yaml").write_text(settings, "utf-8")
            arguments = (*arguments, "--settings", str(tmp_path / "s.yaml"))
        return CliRunner().invoke(main, ["replay", "--tenant", "north", *arguments])

    return invoke


def test_the_command_tells_that_nothing_differs(replayed: Replayed) -> None:
    result = replayed()

    assert result.exit_code == 0, result.output
    assert "on record" in result.stdout
    assert result.stdout.rstrip().endswith("no difference")
    assert result.stderr == "", "no bar where nobody looks on"


def test_the_command_tells_a_difference_for_people(replayed: Replayed) -> None:
    result = replayed("--since", "2025-03-01", settings="price_factor: 0.70\n")

    assert result.exit_code == 0
    assert "VIP会员卡 (vip)" in result.stdout
    assert "gains  li  card" in result.stdout
    assert "clause 2.2" in result.stdout


def test_the_command_tells_a_difference_for_programs(replayed: Replayed) -> None:
    result = replayed("--json", settings="price_factor: 0.70\n")

    raw: dict[str, Any] = json.loads(result.stdout)
    assert result.stderr == ""
    assert (raw["tenant"], raw["settings"], raw["empty"]) == (
        "north",
        {"price_factor": "0.70"},
        False,
    )
    found = Difference.load(raw)
    assert found.after.discounts == 15_000
    assert [m.ref for m in found.movers["paid"].gain] == ["li"]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("nonsense: 1\n", "settings.nonsense"),
        ("points_per_yuan: 1.5\n", "settings.points_per_yuan"),
        ("[1]\n", "must be a table of settings"),
        ("a: [\n", "s.yaml:"),
    ],
)
def test_the_command_refuses_settings_with_their_field(
    replayed: Replayed, settings: str, sentence: str
) -> None:
    result = replayed(settings=settings)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stdout == ""


def test_the_command_refuses_a_charter_that_is_not_installed(replayed: Replayed) -> None:
    result = replayed("--charter", "nobody.nothing")
    assert result.exit_code == 2
    assert "nobody.nothing" in result.stderr


def test_the_command_ends_with_one_where_the_record_differs(
    catalogue: Catalogue, north: Tenant, replayed: Replayed
) -> None:
    stores = catalogue.installation.stores
    with closing(sqlite3.connect(stores.path(north.id))) as driver:  # type: ignore[attr-defined]  # the embedded engine
        driver.execute("DROP TRIGGER decision_no_update")
        driver.execute("UPDATE decision SET clause = '5.6' WHERE code = 'insufficient'")
        driver.commit()
    result = replayed()
    assert result.exit_code == 1
    assert "refused insufficient by 5.6" in result.stdout
