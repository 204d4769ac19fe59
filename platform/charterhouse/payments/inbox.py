"""The inbox: what gateways told us, each notice once, handled after it was acknowledged."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from sqlalchemy import Integer, bindparam, insert, select, update

from charterhouse import clock
from charterhouse.desk.errors import DeskError
from charterhouse.payments.attempts import attempt_of, find_attempt
from charterhouse.payments.gateways.base import GatewayEvent, PaymentState
from charterhouse.payments.gateways.errors import GatewayError, PaymentUnknownError
from charterhouse.payments.house import Merchant, merchant
from charterhouse.payments.settle import act, settle
from charterhouse.records.tables import gateway_event
from charterhouse.tenancy.errors import ConstraintError
from charterhouse.tenancy.store import prepared, unit

_log = structlog.get_logger(__name__)

_ADD = prepared(insert(gateway_event))
_KEY = (
    (gateway_event.c.gateway == bindparam("own_gateway"))
    & (gateway_event.c.account == bindparam("own_account"))
    & (gateway_event.c.event_id == bindparam("own_event_id"))
)
_KNOWN = prepared(select(gateway_event.c.state).where(_KEY))
_SET = prepared(update(gateway_event).where(_KEY), columns=["state", "problem"])
_NAMES = ("gateway", "account", "event_id", "session_id", "payment_id")
_WAITING = prepared(
    select(*(gateway_event.c[name] for name in _NAMES))
    .where(gateway_event.c.state == "new")
    .order_by(gateway_event.c.received_at)
    .limit(bindparam("most", type_=Integer))
)


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice on record: its key, and what it speaks of."""

    gateway: str
    account: str
    event_id: str
    session_id: str | None
    payment_id: str | None

    @property
    def key(self) -> dict[str, str]:
        """The parameters that name its row."""
        return {
            "own_gateway": self.gateway,
            "own_account": self.account,
            "own_event_id": self.event_id,
        }


def receive(raw: bytes, signature: str | None) -> Notice | None:
    """Verify a notice and keep it; None when it was kept before.

    Args:
        raw: the body exactly as it came.
        signature: the signature header.

    Raises:
        NoGatewayError: the institution takes no payments online.
        WebhookSignatureError: it is not from the gateway, or too old.
    """
    house = merchant()
    event = house.gateway.parse_webhook(raw, signature)
    # An endpoint of the account itself does not repeat whose it is.
    account = event.account if event.account is not None else house.account
    notice = Notice(house.gateway.name, account, event.id, event.session_id, event.payment_id)
    return notice if _add(notice, event, foreign=account != house.account) else None


def _add(notice: Notice, event: GatewayEvent, *, foreign: bool) -> bool:
    try:
        with unit(write=True) as opened:
            if opened.execute(_KNOWN, notice.key).first() is not None:
                return False
            opened.execute(
                _ADD,
                {
                    "gateway": notice.gateway,
                    "account": notice.account,
                    "event_id": notice.event_id,
                    "type": event.type[:80],
                    "object_id": event.object_id,
                    "session_id": notice.session_id,
                    "payment_id": notice.payment_id,
                    "received_at": clock.now(),
                    "state": "foreign" if foreign else "new",
                    "problem": "",
                },
            )
    except ConstraintError:
        # The same notice came twice at the same moment, and the other was faster.
        return False
    return not foreign


def handle(notice: Notice) -> str:
    """Settle what a notice speaks of; its new state: `done`, `foreign`, or `new` to try again."""
    try:
        reached, problem = _handle(notice, merchant()), ""
    except (GatewayError, DeskError) as error:
        _log.warning("notice_waits", notice=notice.event_id, code=error.code)
        reached, problem = "new", error.code
    with unit(write=True) as opened:
        opened.execute(_SET, {**notice.key, "state": reached, "problem": problem})
    return reached


def _handle(notice: Notice, house: Merchant) -> str:
    known = attempt_of(session_id=notice.session_id, payment_id=notice.payment_id)
    if known is not None:
        settle(known)
        return "done"
    state = _look(notice, house)
    reference = state.reference if state is not None else None
    if state is None or reference is None or not reference.isdecimal() or len(reference) > 19:
        return "foreign"
    found = find_attempt(int(reference))
    if found is None:
        return "foreign"
    # The gateway was faster than the answer to our own call, or that answer was lost.
    act(found.id, state, house)
    return "done"


def _look(notice: Notice, house: Merchant) -> PaymentState | None:
    try:
        if notice.session_id is not None:
            return house.gateway.retrieve(notice.session_id, account=house.at)
        if notice.payment_id is not None:
            return house.gateway.retrieve_payment(notice.payment_id, account=house.at)
    except PaymentUnknownError:
        return None
    return None


def waiting(most: int = 100) -> list[Notice]:
    """Notices not handled yet, the oldest first."""
    with unit() as opened:
        return [Notice(*row) for row in opened.execute(_WAITING, {"most": most})]
