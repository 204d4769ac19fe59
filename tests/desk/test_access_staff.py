"""Accounts of staff: sign-in in two steps, codes good once, locks that rise, audit of all."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pyotp
import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from sqlalchemy import select, update

from charterhouse import clock
from charterhouse.desk import access
from charterhouse.desk.errors import ConflictError, DeskError
from charterhouse.desk.signing import pause_after
from charterhouse.records.chain import broken_links
from charterhouse.records.tables import audit, staff
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from charterhouse.clock import FixedClock
    from charterhouse.tenancy.tenant import Tenant

BOTH_ENGINES = True

PASSWORD = "a long password"
pytestmark = pytest.mark.usefixtures("house")


@pytest.fixture(name="ann")
def _ann(house: Tenant) -> access.Enrolment:
    return access.create_staff("Ann", "安娜", PASSWORD, "owner")


def code_of(enrolment: access.Enrolment, ahead: int = 0) -> str:
    moment = int(clock.now().timestamp()) + 30 * ahead
    return pyotp.TOTP(enrolment.secret).at(moment)


def actions() -> list[str]:
    with unit() as opened:
        assert not list(broken_links(opened))
        rows = opened.connection.execute(select(audit.c.action).order_by(audit.c.seq))
        return list(rows.scalars())


def test_a_new_account_confirms_its_second_factor_at_the_first_sign_in(
    ann: access.Enrolment,
) -> None:
    assert not ann.staff.enrolled
    assert ann.uri.startswith("otpauth://totp/East%20Hospital:ann?secret=")
    assert access.enrolment_of(ann.staff.id).secret == ann.secret

    signed = access.sign_in(" ANN ", PASSWORD, code_of(ann))

    assert (signed.name, signed.enrolled) == ("安娜", True)
    with pytest.raises(ConflictError, match="set up already"):
        access.enrolment_of(ann.staff.id)
    assert actions() == ["staff.create", "staff.sign_in"]


def test_a_code_is_good_once_and_an_older_one_never_again(
    ann: access.Enrolment, moment: FixedClock
) -> None:
    access.sign_in("ann", PASSWORD, code_of(ann))
    for ahead in (0, -1):
        with pytest.raises(access.SignInError) as caught:
            access.sign_in("ann", PASSWORD, code_of(ann, ahead))
        assert caught.value.code == "code_used"

    moment.advance(timedelta(seconds=30))

    assert access.sign_in("ann", PASSWORD, code_of(ann)).login == "ann"


@pytest.mark.parametrize("ahead", [-1, 1])
def test_a_clock_may_be_off_by_one_step(ann: access.Enrolment, ahead: int) -> None:
    assert access.sign_in("ann", PASSWORD, code_of(ann, ahead)).enrolled


@pytest.mark.parametrize("ahead", [-2, 2])
def test_a_clock_may_not_be_off_by_more(ann: access.Enrolment, ahead: int) -> None:
    with pytest.raises(access.SignInError) as caught:
        access.sign_in("ann", PASSWORD, code_of(ann, ahead))
    assert caught.value.code == "code_wrong"


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "１２３４５６", "0000000"])
def test_what_is_no_code_is_refused(ann: access.Enrolment, code: str) -> None:
    with pytest.raises(access.SignInError):
        access.check_code(ann.staff.id, code)


def test_nobody_learns_which_accounts_there_are(ann: access.Enrolment) -> None:
    access.create_staff("bob", "Bob", PASSWORD, "cashier")
    bob = access.find_staff("bob")
    assert bob is not None
    access.set_active(bob.id, active=False, actor=ann.staff.actor)
    told = set()
    for login, password in (("ann", "wrong"), ("nobody", PASSWORD), ("bob", PASSWORD)):
        with pytest.raises(access.SignInError) as caught:
            access.check_password(login, password)
        told.add((caught.value.code, caught.value.message, caught.value.status))
    assert len(told) == 1


def test_failures_of_both_steps_lock_the_account_for_a_while(
    ann: access.Enrolment, moment: FixedClock
) -> None:
    for _ in range(3):
        with pytest.raises(access.SignInError):
            access.check_password("ann", "wrong")
    for _ in range(2):
        with pytest.raises(access.SignInError, match="not right"):
            access.check_code(ann.staff.id, "000000")

    with pytest.raises(access.SignInError):
        access.check_password("ann", PASSWORD)
    with pytest.raises(access.SignInError) as caught:
        access.check_code(ann.staff.id, code_of(ann))
    assert caught.value.code == "resting"
    assert access.get_staff(ann.staff.id).locked
    assert actions().count("staff.lock") == 1

    moment.advance(timedelta(minutes=1, seconds=1))

    assert not access.sign_in("ann", PASSWORD, code_of(ann)).locked


def test_pauses_rise_to_an_hour_and_attempts_meanwhile_do_not_lengthen_them(
    ann: access.Enrolment, moment: FixedClock
) -> None:
    assert [pause_after(n).seconds for n in (4, 5, 6, 9, 11, 400)] == [0, 60, 120, 960, 3600, 3600]
    for _ in range(9):
        with pytest.raises(access.SignInError):
            access.check_password("ann", "wrong")
    until = access.get_staff(ann.staff.id).locked_until
    assert until == moment.now() + timedelta(minutes=1)


def test_nobody_stays_locked_out_because_the_clock_ran_ahead(
    ann: access.Enrolment, moment: FixedClock
) -> None:
    moment.advance(timedelta(days=1))
    for _ in range(5):
        with pytest.raises(access.SignInError):
            access.check_password("ann", "wrong")
    assert access.get_staff(ann.staff.id).locked
    moment.advance(timedelta(days=-1))
    assert not access.get_staff(ann.staff.id).locked
    access.sign_in("ann", PASSWORD, code_of(ann))


def test_a_right_sign_in_forgets_the_failures(ann: access.Enrolment, moment: FixedClock) -> None:
    for _ in range(4):
        with pytest.raises(access.SignInError):
            access.check_password("ann", "wrong")
    access.sign_in("ann", PASSWORD, code_of(ann))
    for _ in range(4):
        with pytest.raises(access.SignInError):
            access.check_password("ann", "wrong")
    assert not access.get_staff(ann.staff.id).locked


def test_a_password_costs_what_is_recommended(real_hasher: PasswordHasher) -> None:
    cost = extract_parameters(real_hasher.hash(PASSWORD))

    assert cost.type is Type.ID
    assert (cost.time_cost, cost.memory_cost) >= (3, 64 * 1024)


def test_an_old_hash_is_renewed_when_its_password_is_given(ann: access.Enrolment) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with unit(write=True) as opened:
        opened.connection.execute(update(staff).values(password_hash=weak))

    access.check_password("ann", PASSWORD)

    with unit() as opened:
        renewed = opened.connection.execute(select(staff.c.password_hash)).scalar_one()
    assert renewed != weak
    assert access.check_password("ann", PASSWORD).login == "ann"


def test_a_new_password_ends_the_sessions(ann: access.Enrolment) -> None:
    before = access.get_staff(ann.staff.id).stamp
    with pytest.raises(DeskError, match="not your password"):
        access.change_password(ann.staff.id, "wrong", "another long one")
    for weak in ("short", PASSWORD):
        with pytest.raises(DeskError) as caught:
            access.change_password(ann.staff.id, PASSWORD, weak)
        assert caught.value.code == "password_weak"

    after = access.change_password(ann.staff.id, PASSWORD, "another long one")

    assert after.stamp != before
    assert access.check_password("ann", "another long one")


def test_a_closed_account_and_a_reset_factor_end_sessions_too(ann: access.Enrolment) -> None:
    bob = access.create_staff("bob", "Bob", PASSWORD, "cashier", enrolled=True).staff
    assert bob.enrolled
    reset = access.reset_second_factor(bob.id, actor=ann.staff.actor).staff
    closed = access.set_active(bob.id, active=False, actor=ann.staff.actor)
    assert not reset.enrolled
    assert not closed.active
    assert len({bob.stamp, reset.stamp, closed.stamp}) == 3


def test_the_last_owner_stays(ann: access.Enrolment) -> None:
    for change in (
        lambda: access.set_active(ann.staff.id, active=False, actor="staff:1"),
        lambda: access.change_staff(
            ann.staff.id, name="Ann", role="cashier", branch=None, actor="staff:1"
        ),
    ):
        with pytest.raises(ConflictError) as caught:
            change()
        assert caught.value.code == "last_owner"
    access.create_staff("eve", "Eve", PASSWORD, "owner")
    with pytest.raises(ConflictError) as caught:
        access.set_active(ann.staff.id, active=False, actor=ann.staff.actor)
    assert caught.value.code == "own_account"
    assert not access.set_active(ann.staff.id, active=False, actor="staff:1").active


@pytest.mark.parametrize(
    ("login", "name", "password", "code"),
    [
        ("a", "A", PASSWORD, "login_invalid"),
        ("an n", "A", PASSWORD, "login_invalid"),
        ("bob", " ", PASSWORD, "name_invalid"),
        ("bob", "B" * 81, PASSWORD, "name_invalid"),
        ("bob", "Bob", "short", "password_weak"),
        ("bob", "Bob", "x" * 201, "password_weak"),
        ("ann", "Bob", PASSWORD, "login_taken"),
    ],
)
def test_accounts_that_cannot_be(
    ann: access.Enrolment, login: str, name: str, password: str, code: str
) -> None:
    with pytest.raises(DeskError) as caught:
        access.create_staff(login, name, password, "cashier")
    assert caught.value.code == code
    assert len(access.list_staff()) == 1


def test_nothing_secret_is_readable_in_the_store(ann: access.Enrolment, house: Tenant) -> None:
    folder = house.installation.config.data_dir
    with unit() as opened:
        rows = opened.connection.execute(select(staff)).all()
    assert "安娜" not in str(rows)
    for path in folder.rglob("*.db*"):
        content = path.read_bytes()
        assert ann.secret.encode() not in content
        assert "安娜".encode() not in content
