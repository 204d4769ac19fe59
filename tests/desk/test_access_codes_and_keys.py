"""Members' one-time codes, channels, API keys, and the audit of looks at identity numbers."""

from __future__ import annotations

import json
import re
import stat
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from charterhouse.config import Config
from charterhouse.desk import access, channels
from charterhouse.desk.errors import DeskError, NotFoundError
from charterhouse.desk.people import create_person
from charterhouse.records.tables import api_key, audit, one_time_code
from charterhouse.tenancy.provision import create_tenant
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.web.logs import configure_logging

if TYPE_CHECKING:
    from charterhouse.clock import FixedClock
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

PHONE = "138 0013 8000"
pytestmark = pytest.mark.usefixtures("house")


@pytest.fixture(name="li")
def _li(house: Tenant) -> str:
    return create_person({"name": "李雷", "phone": PHONE}).ref


def sent(house: Tenant) -> list[str]:
    path = house.installation.config.data_dir / channels.OUTBOX
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def last_code(house: Tenant) -> str:
    found = re.findall(r"\b(\d{6})\b", sent(house)[-1].split("\t")[-1])
    return str(found[0])


def test_a_code_lets_the_people_of_a_phone_in_once(house: Tenant, li: str) -> None:
    mei = create_person({"name": "李梅", "phone": "+8613800138000"}).ref
    access.request_code(PHONE)
    code = last_code(house)

    assert access.verify_code("13800138000", f"{code[:3]} {code[3:]}") == sorted([li, mei])
    with pytest.raises(access.CodeError):
        access.verify_code(PHONE, code)


def test_a_phone_that_nobody_has_gets_the_same_answer_and_no_message(
    house: Tenant, li: str
) -> None:
    access.request_code("13900139000")
    assert sent(house) == []
    with pytest.raises(access.CodeError) as unknown:
        access.verify_code("13900139000", "000000")
    access.request_code(PHONE)
    wrong = f"{(int(last_code(house)) + 1) % 10**6:06d}"
    with pytest.raises(access.CodeError) as known:
        access.verify_code(PHONE, wrong)
    assert str(unknown.value) == str(known.value)


def test_a_code_ends_after_five_minutes_or_five_tries(
    house: Tenant, li: str, moment: FixedClock
) -> None:
    access.request_code(PHONE)
    code = last_code(house)
    moment.advance(timedelta(minutes=5))
    with pytest.raises(access.CodeError):
        access.verify_code(PHONE, code)

    access.request_code(PHONE)
    code = last_code(house)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(5):
        with pytest.raises(access.CodeError):
            access.verify_code(PHONE, wrong)
    with pytest.raises(access.CodeError):
        access.verify_code(PHONE, code)


def test_only_the_newest_code_counts(house: Tenant, li: str) -> None:
    access.request_code(PHONE)
    first = last_code(house)
    access.request_code(PHONE)
    second = last_code(house)
    if first != second:
        with pytest.raises(access.CodeError):
            access.verify_code(PHONE, first)
    assert access.verify_code(PHONE, second) == [li]


@pytest.mark.parametrize("phone", [PHONE, "13900139000"])
def test_a_phone_gets_five_codes_an_hour(
    house: Tenant, li: str, moment: FixedClock, phone: str
) -> None:
    for _ in range(5):
        access.request_code(phone)
    with pytest.raises(DeskError) as caught:
        access.request_code(phone)
    assert (caught.value.code, caught.value.status) == ("too_many_codes", 429)

    moment.advance(timedelta(hours=1, seconds=1))

    access.request_code(phone)


def test_codes_that_a_clock_ahead_sent_stand_in_nobodys_way(
    house: Tenant, li: str, moment: FixedClock
) -> None:
    access.request_code(PHONE)
    code = last_code(house)
    moment.advance(timedelta(days=1))
    for _ in range(5):
        access.request_code(PHONE)
    moment.advance(timedelta(days=-1))
    assert access.verify_code(PHONE, code) == [li]
    access.request_code(PHONE)
    assert access.verify_code(PHONE, last_code(house)) == [li]


def test_codes_are_not_readable_in_the_store_and_old_ones_go(
    house: Tenant, li: str, moment: FixedClock
) -> None:
    access.request_code(PHONE)
    with unit() as opened:
        row = opened.connection.execute(select(one_time_code)).one()
    assert last_code(house) not in f"{row.digest}{row.phone_digest}"
    moment.advance(timedelta(days=2))
    access.request_code(PHONE)
    with unit() as opened:
        count = select(func.count()).select_from(one_time_code)
        assert opened.connection.execute(count).scalar() == 1


@pytest.mark.parametrize("phone", ["", "12", "not a phone"])
def test_what_is_no_phone_is_refused(phone: str) -> None:
    with pytest.raises(DeskError) as caught:
        access.request_code(phone)
    assert caught.value.status == 422


def test_the_console_channel_writes_for_its_owner_only(house: Tenant, li: str) -> None:
    access.request_code(PHONE, language="en")
    line = sent(house)[-1]
    assert re.search(r"\teast\tcode\t\+8613800138000\tEast Hospital: your sign-in code is", line)
    path = house.installation.config.data_dir / channels.OUTBOX
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_channel_is_chosen_by_name(house: Tenant, catalogue: Catalogue, li: str) -> None:
    got: list[tuple[str, str]] = []

    class Collecting:
        def send(self, to: str, text: str, *, kind: str) -> None:
            got.append((to, kind))

    channels.register_channel("collecting", lambda _config: Collecting())
    old = house.installation.config
    for name in ("collecting", "pigeon"):
        house.installation.config = Config(
            data_dir=old.data_dir, master_key=old.master_key, channel=name
        )
        if name == "pigeon":
            with pytest.raises(channels.UnknownChannelError, match=r"pigeon.*collecting, console"):
                access.request_code(PHONE)
        else:
            access.request_code(PHONE)
    assert got == [("+8613800138000", "code")]


def test_a_code_that_its_channel_quotes_is_not_in_the_log(
    house: Tenant, li: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []

    class Quoting:
        def send(self, to: str, text: str, *, kind: str) -> None:
            said.append(text)
            raise OSError(f"E-17: {to} does not take {text!r}")

    channels.register_channel("quoting", lambda _config: Quoting())
    house.installation.config = replace(house.installation.config, channel="quoting")
    configure_logging(console=False)

    access.request_code(PHONE)

    log = capsys.readouterr().err
    assert "code_not_sent" in log
    assert "E-17: … does not take '…'" in json.loads(log.splitlines()[-1])["problem"]
    for quoted in (re.findall(r"\d{6}", said[0])[0], PHONE[-8:]):
        assert quoted not in log


def test_a_key_is_shown_once_and_only_its_hash_is_kept(house: Tenant) -> None:
    made = access.create_key("HIS", ["events.write", "members.read"], actor="staff:1")

    assert made.token.startswith(f"ch_{house.key[:8]}_")
    found = access.verify_key(made.token)
    assert found is not None
    assert (found.name, found.tail) == ("HIS", made.token[-4:])
    assert found.permissions == {"events.write", "members.read"}
    with unit() as opened:
        row = opened.connection.execute(select(api_key)).one()
    assert made.token not in str(tuple(row))
    assert row.used_at is not None


def test_a_revoked_or_foreign_key_is_no_key(house: Tenant, catalogue: Catalogue) -> None:
    made = access.create_key("HIS", ["members.read"], actor="staff:1")
    west = create_tenant(
        catalogue, slug="west", name_zh="西", name_en="West", charter="gynecology.vip-card"
    )
    with tenant_scope(west):
        assert access.verify_key(made.token) is None
        with pytest.raises(NotFoundError):
            access.revoke_key(made.key.id, actor="staff:1")
    assert access.verify_key(f"{made.token}x") is None
    assert access.verify_key("") is None

    assert not access.revoke_key(made.key.id, actor="staff:1").active
    assert access.verify_key(made.token) is None
    assert [key.active for key in access.list_keys()] == [False]


@pytest.mark.parametrize(("name", "permissions"), [("", ["members.read"]), ("HIS", [])])
def test_keys_that_cannot_be(name: str, permissions: list[str]) -> None:
    with pytest.raises(DeskError):
        access.create_key(name, permissions, actor="staff:1")
    assert access.list_keys() == []


def test_use_is_noted_every_five_minutes_at_most(house: Tenant, moment: FixedClock) -> None:
    token = access.create_key("HIS", ["members.read"], actor="staff:1").token
    first = moment.now()
    access.verify_key(token)
    moment.advance(timedelta(minutes=4))
    access.verify_key(token)
    assert access.list_keys()[0].used_at == first
    moment.advance(timedelta(minutes=1))
    access.verify_key(token)
    assert access.list_keys()[0].used_at == moment.now()


def test_a_look_at_a_full_number_is_noted(house: Tenant) -> None:
    ref = create_person({"name": "王芳", "id_number": "11010519491231002X"}).ref

    assert access.reveal(ref, actor="staff:7").id_number == "11010519491231002X"

    with unit() as opened:
        row = opened.connection.execute(select(audit)).one()
    assert (row.action, row.subject, row.actor) == ("person.reveal", ref, "staff:7")
    with pytest.raises(NotFoundError):
        access.reveal("1", actor="staff:7")
