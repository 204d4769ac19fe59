"""Messages arrive at least once, are tried again with growing pauses, and are given up in the end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from charterhouse.clock import FixedClock, use_clock
from charterhouse.desk.channels import register_channel
from charterhouse.desk.errors import NotFoundError
from charterhouse.desk.trail import trail
from charterhouse.desk.undelivered import DEAD, SENT, WAITING, notice_text, try_again, undelivered
from charterhouse.jobs import outbox
from charterhouse.jobs.clock import DueClock
from charterhouse.jobs.outbox import LEASE, TRIES, deliver, pause_after
from charterhouse.records.commit import Commit
from charterhouse.records.view import StoreView
from charterhouse.tenancy.installation import Installation
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant
from charterhouse.web.logs import configure_logging

if TYPE_CHECKING:
    from charterhouse.config import Config
    from conftest import House

PHONE = "+8615400000000"


class Moody:
    """A channel that fails as often as it is told, and keeps what it sent."""

    def __init__(self) -> None:
        self.failures = 0
        self.dying = 0
        self.sent: list[str] = []

    def send(self, to: str, text: str, *, kind: str) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("the gateway is down")
        self.sent.append(f"{to} {kind} {text}")
        if self.dying:
            self.dying -= 1
            raise KeyboardInterrupt


MOODY = Moody()


def make(_config: Config) -> Moody:
    return MOODY


@pytest.fixture
def channel() -> Moody:
    register_channel("moody", make)
    MOODY.__init__()  # type: ignore[misc]  # the registry keeps the one object
    return MOODY


def on(house: House, name: str) -> Tenant:
    """The tenant, in an installation that sends over another channel."""
    config = replace(house.catalogue.installation.config, channel=name)
    return replace(house.north, installation=Installation(config))


@pytest.fixture
def birthday(house: House) -> FixedClock:
    """The clock of the birthday, with the notices waiting: one to a phone, one to nobody's."""
    moment = FixedClock(house.at("2025-07-08 00:00"))
    with use_clock(moment):
        DueClock().tick(house.north)
    return moment


def states(house: House) -> dict[str, str]:
    return {row.subject: row.state for row in house.waiting()}


def test_a_notice_reaches_the_phone_once(house: House, birthday: FixedClock) -> None:
    with use_clock(birthday):
        done = deliver(house.north)
        assert (done.sent, done.dead) == (1, 1)
        assert deliver(house.north) == outbox.Delivered()
    [message] = house.messages()
    assert message[1:] == ["north", "notice", PHONE, "【示例】生日祝福"]
    assert states(house) == {house.somebody: SENT, "li": DEAD}
    assert {row.error for row in house.waiting() if row.state == DEAD} == {"phone_missing"}


def test_figures_of_a_notice_are_told(house: House) -> None:
    with use_clock(FixedClock(house.at("2025-12-02 09:00"))), tenant_scope(house.north):
        text = notice_text({"code": "points-reset", "about": {"points": 120}})
    assert text == "【示例】积分即将清零（积分 120）"


def test_failures_are_tried_again_with_growing_pauses(
    house: House, birthday: FixedClock, channel: Moody
) -> None:
    tenant = on(house, "moody")
    channel.failures = 2
    with use_clock(birthday):
        assert deliver(tenant).failed == 1
        assert deliver(tenant) == outbox.Delivered(), "not before its pause is over"
        birthday.advance(timedelta(seconds=30))
        assert deliver(tenant).failed == 1
        birthday.advance(timedelta(seconds=59))
        assert deliver(tenant) == outbox.Delivered()
        birthday.advance(timedelta(seconds=1))
        assert deliver(tenant).sent == 1
    assert channel.sent == [f"{PHONE} notice 【示例】生日祝福"]
    [row] = [row for row in house.waiting() if row.subject == house.somebody]
    assert (row.state, row.tries, row.error) == (SENT, 3, "")


def test_a_hopeless_message_is_given_up(house: House, birthday: FixedClock, channel: Moody) -> None:
    tenant = on(house, "moody")
    channel.failures = 1000
    with use_clock(birthday):
        for tries in range(1, TRIES + 1):
            assert states(house)[house.somebody] == WAITING
            deliver(tenant)
            birthday.advance(pause_after(tries))
        assert deliver(tenant) == outbox.Delivered()
    [row] = [row for row in house.waiting() if row.subject == house.somebody]
    assert (row.state, row.tries, row.error) == (DEAD, TRIES, "the gateway is down")
    assert channel.failures == 1000 - TRIES


SAYS = (
    'E-4012 refused for 154 0000 0000 (梅一): "【示例】生日祝福" to +86-154-0000-0000, '
    "ask Mei@sms.example.org"
)


@pytest.mark.parametrize("kind", [OSError, ValueError])
def test_what_a_channel_quotes_of_a_person_is_kept_nowhere(
    house: House,
    birthday: FixedClock,
    channel: Moody,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: type[Exception],
) -> None:
    tenant = on(house, "moody")

    def quoting(*_: object, **__: object) -> None:
        raise kind(SAYS)

    monkeypatch.setattr(channel, "send", quoting)
    configure_logging(console=False)
    with use_clock(birthday):
        deliver(tenant)

    [row] = [row for row in house.waiting() if row.subject == house.somebody]
    told = {OSError: 'E-4012 refused for … (…): "…" to …, ask …', ValueError: "sender_failed"}
    assert row.error == told[kind]
    log = capsys.readouterr().err
    assert "not_delivered" in log
    for quoted in ("0000", "梅一", "\\u6885", "生日", "example.org"):
        assert quoted not in log.replace(str(row.id), "")
    assert ("quoting" in log) == (kind is ValueError), "where it was is told"


def test_a_message_that_breaks_its_sender_stops_no_other_and_is_given_up(
    house: House, birthday: FixedClock, channel: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = on(house, "moody")

    def broken(*_: object, **__: object) -> None:
        raise KeyError("code")

    with use_clock(birthday):
        monkeypatch.setattr(channel, "send", broken)
        for tries in range(1, TRIES + 1):
            assert deliver(tenant).dead == (tries == 1) + (tries == TRIES)
            birthday.advance(pause_after(tries))
    [row] = [row for row in house.waiting() if row.subject == house.somebody]
    assert (row.state, row.tries, row.error) == (DEAD, TRIES, "sender_failed")


def test_a_slow_channel_gives_back_what_it_has_no_time_for(
    house: House, birthday: FixedClock, channel: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = on(house, "moody")
    monkeypatch.setattr(outbox, "SECONDS", -1.0)
    with use_clock(birthday):
        first, second = deliver(tenant), deliver(tenant)
        assert deliver(tenant) == outbox.Delivered()
    assert {first, second} == {outbox.Delivered(sent=1), outbox.Delivered(dead=1)}
    assert {row.tries for row in house.waiting()} == {1}


def test_pauses_double_up_to_six_hours() -> None:
    pauses = [pause_after(tries).total_seconds() for tries in range(1, 13)]
    assert pauses[:3] == [30, 60, 120]
    assert max(pauses) == 6 * 3600


def test_a_worker_that_dies_after_sending_sends_again(
    house: House, birthday: FixedClock, channel: Moody
) -> None:
    tenant = on(house, "moody")
    channel.dying = 1
    with use_clock(birthday):
        with pytest.raises(KeyboardInterrupt):
            deliver(tenant)
        assert deliver(tenant).sent == 0, "the lease still runs"
        birthday.advance(LEASE)
        assert deliver(tenant).sent == 1
    assert len(channel.sent) == 2


def test_two_workers_share_the_work(house: House, birthday: FixedClock, channel: Moody) -> None:
    tenant = on(house, "moody")
    with use_clock(birthday), tenant_scope(tenant), unit(write=True) as opened:
        commit = Commit(
            opened, StoreView(opened), charter="", actor="test", recorded_at=birthday.now()
        )
        for _ in range(40):
            commit.send("notice", house.somebody, {"code": "birthday", "about": {}})

    def work(_number: int) -> int:
        with use_clock(birthday):
            return sum(deliver(tenant, most=5).sent for _ in range(12))

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(work, range(2))) == 41
    assert len(channel.sent) == 41


def test_a_topic_that_nobody_sends_is_dead(house: House) -> None:
    now = FixedClock(house.at("2025-03-09 09:00"))
    with use_clock(now), tenant_scope(house.north), unit(write=True) as opened:
        commit = Commit(opened, StoreView(opened), charter="", actor="test", recorded_at=now.now())
        commit.send("carrier-pigeon", "li", {})
    with use_clock(now):
        assert deliver(house.north).dead == 1
    assert house.waiting()[0].error == "topic_unknown"


def test_what_was_given_up_is_listed_and_sent_when_it_is_tried_again(
    house: House, birthday: FixedClock, channel: Moody
) -> None:
    tenant = on(house, "moody")
    channel.failures = TRIES
    with use_clock(birthday):
        deliver(tenant)
        with tenant_scope(tenant):
            listed = {each.member: each for each in undelivered()}
        assert (listed["li"].given_up, listed["li"].problem) == (True, "phone_missing")
        failing = listed[house.somebody]
        assert (failing.given_up, failing.tries, failing.problem) == (
            False,
            1,
            "the gateway is down",
        )
        assert failing.text == "【示例】生日祝福"
        with tenant_scope(tenant), pytest.raises(NotFoundError):
            try_again(failing.id, actor="staff:1")
        for tries in range(1, TRIES):
            birthday.advance(pause_after(tries))
            deliver(tenant)
        with tenant_scope(tenant):
            try_again(failing.id, actor="staff:1")
            [entry] = trail(str(failing.id)).entries
        assert (entry.action, entry.actor) == ("notice.try_again", "staff:1")
        assert deliver(tenant).sent == 1
        with tenant_scope(tenant):
            assert [each.member for each in undelivered()] == ["li"]
