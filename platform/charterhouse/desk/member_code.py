"""The member's code: what the phone shows and the counter scans, good for a few minutes.

It names the person and the moment until which it is good, under a keyed hash of the tenant. It
proves that somebody was signed in as this person a moment ago; that they are the holder is
still seen by the eye.
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from charterhouse import clock
from charterhouse.desk.errors import DeskError
from charterhouse.desk.people import is_person
from charterhouse.tenancy.vault import blind_index

LIFE = timedelta(minutes=3)
"""Renewed every minute while it is shown; the rest is for slow hands and slow networks."""

_FORM = re.compile(r"M1-([0-9A-Z]{1,13})-([0-9A-Z]{1,8})-([A-Z2-7]{20})")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class MemberCodeError(DeskError):
    """This code opens nobody's file: `code_unreadable`, or `code_stale` when it is too old."""

    code = "code_unreadable"


@dataclass(frozen=True, slots=True)
class MemberCode:
    """A code and the moment from which it is no longer good."""

    text: str
    expires_at: datetime


def make(ref: str) -> MemberCode:
    """A fresh code for a person.

    Only capitals, digits and hyphens, which a QR code holds in the least room.
    """
    moment = (clock.now() + LIFE).replace(microsecond=0)
    person, until = _write(int(ref)), _write(int(moment.timestamp()))
    return MemberCode(f"M1-{person}-{until}-{_mark(person, until)}", moment)


def resolve(text: str) -> str:
    """The ref of the person whose code this is.

    Raises:
        MemberCodeError: it is no code of this institution, or no longer good.
    """
    found = _FORM.fullmatch(text.strip().upper())
    if found is None or not hmac.compare_digest(_mark(found[1], found[2]), found[3]):
        raise MemberCodeError("this is no member code of this institution", field="code")
    if datetime.fromtimestamp(int(found[2], 36), UTC) <= clock.now():
        raise MemberCodeError(
            "this code is too old: ask the member to show it again",
            field="code",
            code="code_stale",
        )
    ref = str(int(found[1], 36))
    if not is_person(ref):
        raise MemberCodeError("this is no member code of this institution", field="code")
    return ref


def _mark(person: str, until: str) -> str:
    digest = base64.urlsafe_b64decode(blind_index("member code", f"{person}-{until}") + "=")
    return base64.b32encode(digest)[:20].decode()


def _write(number: int) -> str:
    """A number in base 36."""
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"
