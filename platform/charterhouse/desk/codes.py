"""One-time codes by which members sign in: six digits sent to their phone."""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta

import structlog
from sqlalchemy import bindparam, delete, func, insert, select, update

from charterhouse import clock
from charterhouse.desk.audit import note
from charterhouse.desk.channels import the_channel
from charterhouse.desk.errors import DeskError
from charterhouse.desk.people import find_people, read_phone
from charterhouse.desk.quoting import unquoted
from charterhouse.records.tables import one_time_code
from charterhouse.tenancy.ids import new_id
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import prepared, unit
from charterhouse.tenancy.vault import blind_index

__all__ = ["LIFETIME", "PER_HOUR", "TRIES", "CodeError", "request_code", "verify_code"]

_log = structlog.get_logger(__name__)

LIFETIME = timedelta(minutes=5)
TRIES = 5
PER_HOUR = 5
_HOUR = timedelta(hours=1)
_KEPT = timedelta(days=1)
OPEN, USED = "open", "used"

_phone_is = one_time_code.c.phone_digest == bindparam("wanted")
# Codes that seem to live for longer were sent by a clock that ran ahead.
_not_ahead = one_time_code.c.expires_at <= bindparam("latest")
_RECENT = prepared(
    select(func.count().label("n")).where(
        _phone_is, _not_ahead, one_time_code.c.expires_at > bindparam("since")
    )
)
_NEWEST = prepared(
    select(one_time_code).where(_phone_is, _not_ahead).order_by(one_time_code.c.id.desc()).limit(1)
)
_ADD = prepared(insert(one_time_code))
_OLD = prepared(
    delete(one_time_code).where(_phone_is, one_time_code.c.expires_at < bindparam("before"))
)
_COUNT = prepared(
    update(one_time_code).where(one_time_code.c.id == bindparam("own_id")),
    columns=["tries", "state"],
)


class CodeError(DeskError):
    """The code does not let anybody in. One sentence whatever the cause."""

    code = "code_wrong"
    status = 401


def _digest(number: int, code: str) -> str:
    # A plain hash of six digits is undone in a second; this one needs the tenant's key.
    return blind_index("one-time code", f"{number}:{code}")


def request_code(phone: str, *, language: str = "zh") -> None:
    """Send a code to a phone, if somebody here has it; the caller learns nothing of that.

    Args:
        phone: as people write it.
        language: `zh` or `en`, of the message.

    Raises:
        DeskError: it is no phone number, or too many codes were asked for it (`too_many_codes`).
    """
    to = read_phone(phone)
    if not to:
        raise DeskError("enter your phone number", field="phone", code="phone_missing")
    moment, number = clock.now(), new_id()
    code = f"{secrets.randbelow(10**6):06d}"
    with unit(write=True) as opened:
        whose = blind_index("one-time phone", to)
        since = moment + LIFETIME - _HOUR
        wanted = {"wanted": whose, "since": since, "latest": moment + LIFETIME}
        if opened.execute(_RECENT, wanted).scalar() >= PER_HOUR:
            error = DeskError(
                "too many codes were asked for: try again in an hour",
                field="phone",
                code="too_many_codes",
            )
            error.status = 429
            raise error
        opened.execute(_OLD, {"wanted": whose, "before": moment - _KEPT})
        row = {
            "id": number,
            "phone_digest": whose,
            "digest": _digest(number, code),
            "expires_at": moment + LIFETIME,
            "tries": 0,
            "state": OPEN,
        }
        opened.execute(_ADD, row)
        known = bool(find_people("phone", to))
    if known:
        _send(to, code, language)


def _send(to: str, code: str, language: str) -> None:
    name = current_tenant().name(language)
    if language.startswith("zh"):
        text = f"【{name}】登录验证码 {code}，5 分钟内有效。请勿告诉任何人。"
    else:
        text = f"{name}: your sign-in code is {code}, valid for 5 minutes. Tell it to nobody."
    try:
        the_channel().send(to, text, kind="code")
    except OSError as error:
        # The answer stays the same, or it would tell that the phone is known; and the words of the
        # channel may quote phone and code, so that no traceback ends with them.
        _log.error("code_not_sent", problem=unquoted(str(error), None, text, to, code))


def verify_code(phone: str, code: str) -> list[str]:
    """The refs of the people with this phone, once the code sent to it is given back.

    A code is good once, for five minutes and five tries.

    Raises:
        CodeError: wrong, used, too old, too often tried or never sent.
        DeskError: it is no phone number.
    """
    to = read_phone(phone)
    digits = "".join(code.split())
    with unit(write=True) as opened:
        whose = blind_index("one-time phone", to)
        wanted = {"wanted": whose, "latest": clock.now() + LIFETIME}
        row = opened.execute(_NEWEST, wanted).first()
        refs: list[str] = []
        if row and row.state == OPEN and row.tries < TRIES and row.expires_at > clock.now():
            right = hmac.compare_digest(_digest(row.id, digits), row.digest)
            values = {"tries": row.tries + 1, "state": USED if right else OPEN}
            opened.execute(_COUNT, {"own_id": row.id, **values})
            refs = sorted(find_people("phone", to)) if right else []
        if refs:
            for ref in refs:
                note("member.sign_in", subject=ref, actor=f"member:{ref}")
        else:
            note("member.sign_in_failed", subject="unknown", actor="web")
    if not refs:
        raise CodeError("is not right or too old: ask for a new one", field="code")
    return refs
