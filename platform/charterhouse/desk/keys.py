"""API keys of other systems: shown once, kept as hashes, each with its permissions."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from charterhouse import clock
from charterhouse.desk.audit import note
from charterhouse.desk.errors import DeskError, NotFoundError
from charterhouse.kernel.texts import is_clean, one_line
from charterhouse.records.tables import api_key
from charterhouse.tenancy.ids import new_id
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import prepared, unit

__all__ = ["ApiKey", "NewKey", "create_key", "list_keys", "revoke_key", "verify_key"]

ACTIVE, REVOKED = "active", "revoked"
_TOUCH = timedelta(minutes=5)
_TOKEN_LIMIT = 120

_BY_DIGEST = prepared(select(api_key).where(api_key.c.digest == bindparam("wanted")))
_BY_ID = prepared(select(api_key).where(api_key.c.id == bindparam("wanted")))
_ALL = prepared(select(api_key).order_by(api_key.c.state, api_key.c.created_at.desc()))
_ADD = prepared(insert(api_key))
_SET_STATE = prepared(update(api_key).where(api_key.c.id == bindparam("own_id")), columns=["state"])
_SET_USED = prepared(
    update(api_key).where(api_key.c.id == bindparam("own_id")), columns=["used_at"]
)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is known afterwards.

    Attributes:
        tail: the last four characters, by which people recognise it.
        permissions: names of what it may do.
        used_at: last use, to about five minutes.
    """

    id: int
    name: str
    tail: str
    permissions: frozenset[str]
    active: bool
    created_at: datetime
    used_at: datetime | None

    @property
    def actor(self) -> str:
        """As whom it acts in the audit."""
        return f"api:{self.id}"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made. `token` is what the other system sends; it cannot be shown again."""

    key: ApiKey
    token: str = field(repr=False)


def _key_of(row: Any) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        tail=row.tail,
        permissions=frozenset(row.permissions),
        active=row.state == ACTIVE,
        created_at=row.created_at,
        used_at=row.used_at,
    )


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def create_key(name: str, permissions: Iterable[str], *, actor: str) -> NewKey:
    """Make a key.

    Args:
        name: of the system that will use it.
        permissions: names of what it may do; at least one.
        actor: who makes it.

    Raises:
        DeskError: without name or permissions.
    """
    label = one_line(name)
    if not 1 <= len(label) <= 120 or not is_clean(label):
        raise DeskError("enter the system's name", field="name", code="name_invalid")
    allowed = sorted(set(permissions))
    if not allowed:
        raise DeskError("choose what it may do", field="permissions", code="permissions_missing")
    # The start tells people and secret scanners whose key it is; the rest has 256 random bits.
    token = f"ch_{current_tenant().key[:8]}_{secrets.token_urlsafe(32)}"
    number = new_id()
    row = {
        "id": number,
        "name": label,
        "digest": _digest(token),
        "tail": token[-4:],
        "permissions": allowed,
        "state": ACTIVE,
        "created_at": clock.now(),
        "used_at": None,
    }
    with unit(write=True) as opened:
        opened.execute(_ADD, row)
        note("key.create", subject=str(number), actor=actor, content={"permissions": allowed})
        return NewKey(_key_of(opened.execute(_BY_ID, {"wanted": number}).one()), token)


def list_keys() -> list[ApiKey]:
    """All keys: the active ones first, the newest first."""
    with unit() as opened:
        return [_key_of(row) for row in opened.execute(_ALL)]


def revoke_key(key_id: int, *, actor: str) -> ApiKey:
    """End a key at once and for good.

    Raises:
        NotFoundError: no such key.
    """
    with unit(write=True) as opened:
        if not opened.execute(_SET_STATE, {"own_id": key_id, "state": REVOKED}).rowcount:
            raise NotFoundError("there is no such key", code="key_unknown")
        note("key.revoke", subject=str(key_id), actor=actor)
        return _key_of(opened.execute(_BY_ID, {"wanted": key_id}).one())


def verify_key(token: str) -> ApiKey | None:
    """The active key of the tenant in scope that a token is, or None."""
    if not token.startswith("ch_") or len(token) > _TOKEN_LIMIT:
        return None
    with unit() as opened:
        row = opened.execute(_BY_DIGEST, {"wanted": _digest(token)}).first()
    if row is None or row.state != ACTIVE:
        return None
    found = _key_of(row)
    _touch(found)
    return found


def _touch(key: ApiKey) -> None:
    moment = clock.now()
    fresh = key.used_at is not None and moment - key.used_at < _TOUCH
    if fresh or not current_tenant().writable:
        return
    with unit(write=True) as opened:
        opened.execute(_SET_USED, {"own_id": key.id, "used_at": moment})
