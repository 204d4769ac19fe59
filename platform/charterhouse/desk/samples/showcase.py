"""What a demonstration shows of its tenant: how staff and members sign in."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyotp
from sqlalchemy import exists, select

from charterhouse import clock
from charterhouse.desk.errors import DeskError, NotFoundError
from charterhouse.desk.people import find_person
from charterhouse.desk.staff import SECRET, find_staff, row_of
from charterhouse.desk.words import words
from charterhouse.kernel.charter import Text
from charterhouse.records.tables import request, standing
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import unit

_LOOKED_AT = 60


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
    """A sample member who can sign in to the portal.

    Attributes:
        tier: its name in both languages; empty where the charter has none.
        points, stored_value: what there is; stored value in fen.
    """

    name: str
    phone: str
    tier: Text
    points: int
    stored_value: int


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
    """Active members with a phone and much to their credit, whose portal has something to show."""
    has = standing.c.points, standing.c.stored_value
    # Where a charter knows neither, those who ask for something have most to show.
    asks = exists().where(request.c.member == standing.c.ref, request.c.open == 1)
    query = (
        select(standing.c.ref, standing.c.tier, *has)
        .where(standing.c.status == "active", standing.c.card.in_(("active", "none")))
        .order_by(*(column.desc() for column in has), asks.desc(), standing.c.ref)
        .limit(_LOOKED_AT)
    )
    with unit() as opened:
        rows = opened.connection.execute(query).all()
    found = [(find_person(row.ref), row) for row in rows]
    label = words().label
    known = [
        Somebody(
            person.name,
            person.phone,
            label(row.tier) if row.tier else ("", ""),
            row.points,
            row.stored_value,
        )
        for person, row in found
        if person and person.phone
    ]
    # Each tier shows its own things: the first of every tier comes before a second one.
    first = {each.tier: each for each in reversed(known)}
    known.sort(key=lambda each: first[each.tier] is not each)
    return known[:count]
