"""Accounts of staff: made, listed, changed and closed. Signing in is in `desk.signing`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pyotp
from sqlalchemy import bindparam, func, insert, select, update

from charterhouse import clock
from charterhouse.desk.audit import note
from charterhouse.desk.errors import ConflictError, DeskError, NotFoundError
from charterhouse.desk.passwords import Hashed, WeakPasswordError, hash_password, verify_password
from charterhouse.kernel.texts import is_clean, one_line
from charterhouse.records.tables import staff
from charterhouse.tenancy.ids import new_id
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import prepared, unit
from charterhouse.tenancy.vault import EncryptedStr

__all__ = [
    "Enrolment",
    "Staff",
    "change_password",
    "change_staff",
    "create_staff",
    "enrolment_of",
    "find_staff",
    "get_staff",
    "list_staff",
    "reset_password",
    "reset_second_factor",
    "set_active",
]

NAME = EncryptedStr("staff", "name_sealed")
SECRET = EncryptedStr("staff", "totp_sealed")
OWNER = "owner"
ACTIVE, DISABLED = "active", "disabled"
LONGEST_REST = timedelta(hours=1)
"""For how long an account rests at most after too many failures."""
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}", re.ASCII)

BY_ID = prepared(select(staff).where(staff.c.id == bindparam("wanted")))
BY_LOGIN = prepared(select(staff).where(staff.c.login == bindparam("wanted")))
_ALL = prepared(select(staff).order_by(staff.c.state, staff.c.login))
_ADD = prepared(insert(staff))
_OWNERS = prepared(
    select(func.count().label("n")).where(
        staff.c.role == OWNER, staff.c.state == ACTIVE, staff.c.id != bindparam("wanted")
    )
)


def rests(until: datetime | None) -> bool:
    """Whether an account rests that is locked until then; a clock that ran ahead locks nobody."""
    now = clock.now()
    return until is not None and now < until <= now + LONGEST_REST


def _change(*columns: str) -> Any:
    own = staff.c.id == bindparam("own_id")
    return prepared(update(staff).where(own), columns=list(columns))


SET_PASSWORD = _change("password_hash")
_SET_ACCOUNT = _change("name_sealed", "role", "branch")
_SET_STATE = _change("state", "failures", "locked_until")
_SET_SECRET = _change("totp_sealed", "totp_used")
_FREE = _change("password_hash", "failures", "locked_until")


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works here.

    Attributes:
        enrolled: whether the second factor has been confirmed by a first code.
        locked_until: no sign-in before, after too many failures.
        stamp: changes with the password, the second factor and the state, so that sessions end.
    """

    id: int
    login: str
    name: str
    role: str
    branch: str | None
    active: bool
    enrolled: bool
    locked_until: datetime | None
    created_at: datetime
    stamp: str = field(repr=False)

    @property
    def locked(self) -> bool:
        """Whether the account rests after failures."""
        return rests(self.locked_until)

    @property
    def actor(self) -> str:
        """As whom it acts in the audit."""
        return f"staff:{self.id}"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The second factor of an account, to be shown once.

    Attributes:
        secret: base32, to be typed by hand.
        uri: `otpauth://` address, for a QR code.
    """

    staff: Staff
    secret: str = field(repr=False)
    uri: str = field(repr=False)


def staff_of(row: Any) -> Staff:
    """The account of a stored row."""
    marks = f"{row.password_hash}|{row.totp_sealed}|{row.state}"
    return Staff(
        id=row.id,
        login=row.login,
        name=NAME.decrypt(row.id, row.name_sealed),
        role=row.role,
        branch=row.branch,
        active=row.state == ACTIVE,
        enrolled=row.totp_used > 0,
        locked_until=row.locked_until,
        created_at=row.created_at,
        stamp=sha256(marks.encode()).hexdigest()[:16],
    )


def read_login(text: str) -> str:
    """A login name in the form in which it is kept.

    Raises:
        DeskError: it has other characters than letters, digits, dot, hyphen, underscore.
    """
    login = text.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise DeskError(
            "must have 2 to 40 letters, digits, dots or hyphens",
            field="login",
            code="login_invalid",
        )
    return login


def _read_name(text: str) -> str:
    name = one_line(text)
    if not 1 <= len(name) <= 80 or not is_clean(name):
        raise DeskError("enter a name of at most 80 characters", field="name", code="name_invalid")
    return name


def create_staff(
    login: str,
    name: str,
    password: str | Hashed,
    role: str,
    branch: str | None = None,
    *,
    actor: str = "system",
    enrolled: bool = False,
) -> Enrolment:
    """Open an account.

    Args:
        login: for signing in; letters, digits, dots, hyphens.
        name: as shown; kept encrypted.
        password: 10 to 200 characters; or its hash.
        role: code of a role.
        branch: code of the branch to which it is limited; None for all.
        actor: who opens it.
        enrolled: whether the second factor was handed over already, so that the first sign-in
            asks for a code without showing its QR code again.

    Raises:
        DeskError: login, name or password is not of its form.
        ConflictError: the login is taken (`login_taken`).
    """
    login, name, number = read_login(login), _read_name(name), new_id()
    hashed = password.text if isinstance(password, Hashed) else hash_password(password)
    secret = pyotp.random_base32()
    row = {
        "id": number,
        "login": login,
        "name_sealed": NAME.encrypt(number, name),
        "password_hash": hashed,
        "totp_sealed": SECRET.encrypt(number, secret),
        "totp_used": int(enrolled),
        "role": role,
        "branch": branch,
        "state": ACTIVE,
        "failures": 0,
        "locked_until": None,
        "created_at": clock.now(),
    }
    with unit(write=True) as opened:
        if opened.execute(BY_LOGIN, {"wanted": login}).first() is not None:
            raise ConflictError("this login is taken", field="login", code="login_taken")
        opened.execute(_ADD, row)
        content = {"role": role, "branch": branch}
        note("staff.create", subject=str(number), actor=actor, content=content)
        made = get_staff(number)
    return _enrolment(made, secret)


def _enrolment(account: Staff, secret: str) -> Enrolment:
    issuer = current_tenant().name_en
    uri = pyotp.TOTP(secret).provisioning_uri(name=account.login, issuer_name=issuer)
    return Enrolment(account, secret, uri)


def enrolment_of(staff_id: int) -> Enrolment:
    """The second factor of an account that has not confirmed it yet.

    Raises:
        NotFoundError: no such account.
        ConflictError: it is confirmed; it is never shown again (`second_factor_set`).
    """
    row = row_of(staff_id)
    account = staff_of(row)
    if account.enrolled:
        raise ConflictError("the second factor is set up already", code="second_factor_set")
    return _enrolment(account, SECRET.decrypt(row.id, row.totp_sealed))


def row_of(staff_id: int) -> Any:
    """The stored row of an account.

    Raises:
        NotFoundError: no such account.
    """
    with unit() as opened:
        row = opened.execute(BY_ID, {"wanted": staff_id}).first()
    if row is None:
        raise NotFoundError("there is no such account", code="staff_unknown")
    return row


def get_staff(staff_id: int) -> Staff:
    """An account by id.

    Raises:
        NotFoundError: no such account.
    """
    return staff_of(row_of(staff_id))


def find_staff(login: str) -> Staff | None:
    """An account by login, or None."""
    with unit() as opened:
        row = opened.execute(BY_LOGIN, {"wanted": login.strip().lower()}).first()
    return staff_of(row) if row is not None else None


def list_staff() -> list[Staff]:
    """All accounts: the active ones first, by login."""
    with unit() as opened:
        return [staff_of(row) for row in opened.execute(_ALL)]


def change_staff(staff_id: int, *, name: str, role: str, branch: str | None, actor: str) -> Staff:
    """Change name, role and branch of an account.

    Raises:
        NotFoundError: no such account.
        DeskError: the name is not of its form.
        ConflictError: nobody would be left as owner (`last_owner`).
    """
    with unit(write=True) as opened:
        before = get_staff(staff_id)
        if role != OWNER:
            _keep_an_owner(before)
        sealed = NAME.encrypt(staff_id, _read_name(name))
        values = {"own_id": staff_id, "name_sealed": sealed, "role": role, "branch": branch}
        opened.execute(_SET_ACCOUNT, values)
        content = {"role": role, "branch": branch}
        note("staff.change", subject=str(staff_id), actor=actor, content=content)
        return get_staff(staff_id)


def set_active(staff_id: int, *, active: bool, actor: str) -> Staff:
    """Open or close an account; closing ends its sessions, opening lifts a lock too.

    Raises:
        NotFoundError: no such account.
        ConflictError: it is one's own, or the last owner's (`own_account`, `last_owner`).
    """
    with unit(write=True) as opened:
        account = get_staff(staff_id)
        if not active and actor == account.actor:
            raise ConflictError("nobody closes the own account", code="own_account")
        if not active:
            _keep_an_owner(account)
        state = ACTIVE if active else DISABLED
        values = {"own_id": staff_id, "state": state, "failures": 0, "locked_until": None}
        opened.execute(_SET_STATE, values)
        action = "staff.enable" if active else "staff.disable"
        note(action, subject=str(staff_id), actor=actor)
        return get_staff(staff_id)


def _keep_an_owner(leaving: Staff) -> None:
    if leaving.role != OWNER or not leaving.active:
        return
    with unit() as opened:
        left = opened.execute(_OWNERS, {"wanted": leaving.id}).scalar()
    if not left:
        raise ConflictError(
            "this is the last owner: make somebody else an owner first", code="last_owner"
        )


def change_password(staff_id: int, old: str, new: str) -> Staff:
    """Change one's own password; all other sessions of the account end.

    Raises:
        DeskError: the old one is wrong (`password_wrong`), the new one weak.
    """
    row = row_of(staff_id)
    if not verify_password(row.password_hash, old):
        raise DeskError("is not your password", field="old", code="password_wrong")
    if new.strip().lower() == row.login or new == old:
        raise WeakPasswordError("choose another one", field="password")
    hashed = hash_password(new)
    with unit(write=True) as opened:
        opened.execute(SET_PASSWORD, {"own_id": staff_id, "password_hash": hashed})
        note("staff.password", subject=str(staff_id), actor=f"staff:{staff_id}")
        return get_staff(staff_id)


def reset_password(staff_id: int, new: str, *, actor: str) -> Staff:
    """Give an account a new password and lift its lock; its sessions end.

    Raises:
        NotFoundError: no such account.
        DeskError: the password is weak.
    """
    hashed = hash_password(new)
    with unit(write=True) as opened:
        get_staff(staff_id)
        values = {"own_id": staff_id, "password_hash": hashed, "failures": 0, "locked_until": None}
        opened.execute(_FREE, values)
        note("staff.password_reset", subject=str(staff_id), actor=actor)
        return get_staff(staff_id)


def reset_second_factor(staff_id: int, *, actor: str) -> Enrolment:
    """Give an account a new second factor, to be set up at its next sign-in; its sessions end.

    Raises:
        NotFoundError: no such account.
    """
    secret = pyotp.random_base32()
    sealed = SECRET.encrypt(staff_id, secret)
    with unit(write=True) as opened:
        get_staff(staff_id)
        opened.execute(_SET_SECRET, {"own_id": staff_id, "totp_sealed": sealed, "totp_used": 0})
        note("staff.second_factor_reset", subject=str(staff_id), actor=actor)
        return _enrolment(get_staff(staff_id), secret)
