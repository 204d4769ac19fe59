"""What a demonstration shows of its tenant: how staff and members sign in."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyotp
from sqlalchemy import select

from charterhouse import clock
from charterhouse.desk.errors import DeskError, NotFoundError
from charterhouse.desk.people import find_person
from charterhouse.desk.staff import SECRET, find_staff, row_of
from charterhouse.records.tables import standing
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import unit


@dataclass(frozen=True, slots=True)
class Factor:
    """The second factor of an account, right now.

    Attributes:
        secret: base32, for an authenticator app.
        code: the six digits that hold now.
        seconds: for how long they still hold.
    """

    secret: str = field(repr=False)
    code: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Somebody:
    """A sample member who can sign in to the portal."""

    name: str
    phone: str
    tier: str
    points: int


def second_factor(login: str) -> Factor:
    """The second factor of a member of staff, which only a demonstration may look at.

    Raises:
        DeskError: this installation is no demonstration.
        NotFoundError: nobody has this login.
    """
    if not current_tenant().installation.config.demo:
        raise DeskError("second factors are shown in a demonstration only", code="no_demo")
    account = find_staff(login)
    if account is None:
        raise NotFoundError("nobody has this login", field=login, code="staff_unknown")
    row = row_of(account.id)
    secret = SECRET.decrypt(row.id, row.totp_sealed)
    now = clock.now()
    code = pyotp.TOTP(secret).at(now)
    return Factor(secret, code, 30 - int(now.timestamp()) % 30)


def some_members(count: int) -> list[Somebody]:
    """Active members with a phone and many points, whose portal has something to show."""
    query = (
        select(standing.c.ref, standing.c.tier, standing.c.points)
        .where(standing.c.status == "active", standing.c.card == "active")
        .order_by(standing.c.points.desc(), standing.c.ref)
        .limit(count * 5)
    )
    with unit() as opened:
        rows = opened.connection.execute(query).all()
    found = [(find_person(row.ref), row) for row in rows]
    return [
        Somebody(person.name, person.phone, row.tier, row.points)
        for person, row in found
        if person and person.phone
    ][:count]
