"""Signing in as staff: password, then a code of the second factor; failures make it wait."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Any

import pyotp
from sqlalchemy import bindparam, null, update

from charterhouse import clock
from charterhouse.desk.audit import note
from charterhouse.desk.errors import DeskError
from charterhouse.desk.passwords import hash_password, outdated, verify_password
from charterhouse.desk.staff import (
    ACTIVE,
    BY_ID,
    BY_LOGIN,
    LONGEST_REST,
    SECRET,
    SET_PASSWORD,
    Staff,
    get_staff,
    rests,
    staff_of,
)
from charterhouse.records.tables import staff
from charterhouse.tenancy.store import Unit, prepared, unit

__all__ = [
    "FREE_FAILURES",
    "STEP_SECONDS",
    "SignInError",
    "check_code",
    "check_password",
    "sign_in",
]

FREE_FAILURES = 5
STEP_SECONDS = 30
"""A code belongs to a step of 30 seconds; the one before and the one after are taken too."""

_SET_FAILURES = prepared(
    update(staff).where(staff.c.id == bindparam("own_id")), columns=["failures", "locked_until"]
)
# The condition makes a code good once: of two that come together only one finds an older step.
_USE_STEP = prepared(
    update(staff)
    .where(staff.c.id == bindparam("own_id"), staff.c.totp_used < bindparam("step"))
    .values(totp_used=bindparam("step"), failures=0, locked_until=null())
)


class SignInError(DeskError):
    """Nobody was signed in.

    One code and one sentence whether the account is missing, closed, resting or the password
    wrong, so that nobody learns which accounts there are.
    """

    code = "sign_in_failed"
    status = 401


def _refusal() -> SignInError:
    return SignInError(
        "login or password is not right; after five failures an account rests for some minutes",
        field="login",
    )


def pause_after(failures: int) -> timedelta:
    """How long an account rests: nothing at first, then 1, 2, 4 … minutes, at most an hour."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    return min(timedelta(minutes=2 ** min(failures - FREE_FAILURES, 10)), LONGEST_REST)


def check_password(login: str, password: str) -> Staff:
    """The first step. It gives no rights by itself: the second step is `check_code`.

    Raises:
        SignInError: see there.
    """
    name = login.strip().lower()
    with unit() as opened:
        row = opened.execute(BY_LOGIN, {"wanted": name}).first()
    usable = row is not None and row.state == ACTIVE
    # Outside of the writing unit: hashing takes long, and others would wait for the store.
    right = verify_password(row.password_hash if usable else None, password)
    renewed = hash_password(password) if right and outdated(row.password_hash) else None
    with unit(write=True) as opened:
        if not usable:
            note("staff.sign_in_failed", subject=str(row.id) if row else "unknown", actor="web")
            found = None
        else:
            found = _judge(opened, row.id, right=right)
        if found is not None and renewed is not None:
            opened.execute(SET_PASSWORD, {"own_id": row.id, "password_hash": renewed})
    if found is None:
        raise _refusal()
    return get_staff(found.id)


def _judge(opened: Unit, staff_id: int, *, right: bool) -> Staff | None:
    """The account if the attempt counts as right, on its state as it is now."""
    row = opened.execute(BY_ID, {"wanted": staff_id}).first()
    if row is None or row.state != ACTIVE:
        return None
    if _resting(row):
        # An attempt while it rests does not lengthen the rest: nobody can keep others out for ever.
        note("staff.sign_in_failed", subject=str(staff_id), actor="web", content={"resting": True})
        return None
    if not right:
        _fail(opened, row)
        return None
    return staff_of(row)


def _resting(row: Any) -> bool:
    return rests(row.locked_until)


def _fail(opened: Unit, row: Any) -> None:
    failures = row.failures + 1
    pause = pause_after(failures)
    until = clock.now() + pause if pause else None
    opened.execute(_SET_FAILURES, {"own_id": row.id, "failures": failures, "locked_until": until})
    note("staff.sign_in_failed", subject=str(row.id), actor="web", content={"failures": failures})
    if until is not None:
        content = {"seconds": int(pause.total_seconds())}
        note("staff.lock", subject=str(row.id), actor="system", content=content)


def step_of(secret: str, code: str, moment: datetime) -> int | None:
    """The step of 30 seconds to which a code belongs, if it is near `moment`."""
    totp = pyotp.TOTP(secret)
    step = int(moment.timestamp()) // STEP_SECONDS
    found = None
    for candidate in (step - 1, step, step + 1):
        if hmac.compare_digest(totp.generate_otp(candidate), code):
            found = candidate
    return found


def check_code(staff_id: int, code: str) -> Staff:
    """The second step, after `check_password`: a code of the authenticator, good once.

    The first right code also confirms the second factor of a new account.

    Raises:
        SignInError: `code_wrong`, `code_used`, `resting` after too many failures, or
            `sign_in_failed` when the account was closed meanwhile.
    """
    digits = "".join(code.split())
    problem: SignInError | None = None
    with unit(write=True) as opened:
        row = opened.execute(BY_ID, {"wanted": staff_id}).first()
        if row is None or row.state != ACTIVE:
            problem = _refusal()
        elif _resting(row):
            problem = SignInError(
                "too many failures: wait before you try again", field="code", code="resting"
            )
        else:
            problem = _take(opened, row, digits)
    if problem is not None:
        raise problem
    return get_staff(staff_id)


def _take(opened: Unit, row: Any, digits: str) -> SignInError | None:
    plain = digits.isascii() and digits.isdigit() and len(digits) == 6
    step = step_of(SECRET.decrypt(row.id, row.totp_sealed), digits, clock.now()) if plain else None
    if step is None:
        _fail(opened, row)
        return SignInError("is not right: take the one shown now", field="code", code="code_wrong")
    if not opened.execute(_USE_STEP, {"own_id": row.id, "step": step}).rowcount:
        _fail(opened, row)
        return SignInError("was used: wait for the next one", field="code", code="code_used")
    note("staff.sign_in", subject=str(row.id), actor=f"staff:{row.id}")
    return None


def sign_in(login: str, password: str, code: str) -> Staff:
    """Both steps at once.

    Raises:
        SignInError: see `check_password` and `check_code`.
    """
    return check_code(check_password(login, password).id, code)
