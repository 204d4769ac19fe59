"""The sweeper: finds what nobody told us of, and brings every attempt to its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from charterhouse import clock
from charterhouse.desk.errors import DeskError
from charterhouse.payments import inbox
from charterhouse.payments.attempts import Attempt, find_attempt, in_states
from charterhouse.payments.checkout import begin, close
from charterhouse.payments.gateways.base import Movement
from charterhouse.payments.gateways.errors import GatewayError
from charterhouse.payments.house import Merchant, find_merchant
from charterhouse.payments.orders import get_order, still_owed
from charterhouse.payments.settle import act, settle
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.tenant import Tenant

_log = structlog.get_logger(__name__)

PATIENCE = timedelta(minutes=2)
"""For how long an attempt is left to the payer and to the gateway's own notices."""

MEMORY = timedelta(days=4)
"""How far back money is looked for that belongs to an attempt given up."""

LONG = timedelta(days=400)
CHARGES = frozenset({"charge", "payment"})


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did.

    Attributes:
        notices: handled that had waited.
        stuck: notices that could not be handled.
        asked: attempts of which the gateway was asked.
        changed: of these, how many are in another state now.
        found: payments that nobody had told us of.
        errors: what could not be done now and waits for the next sweep.
    """

    notices: int = 0
    stuck: int = 0
    asked: int = 0
    changed: int = 0
    found: int = 0
    errors: int = 0


def sweep(tenant: Tenant) -> Swept:
    """Do all that is due for one tenant's payments. Safe to run at any time, also twice at once."""
    with tenant_scope(tenant):
        house = find_merchant()
        if house is None:
            return Swept()
        return _Sweep(house).run()


class _Sweep:
    def __init__(self, house: Merchant) -> None:
        self.house = house
        self.now = clock.now()
        self.done = Swept()

    def run(self) -> Swept:
        for notice in inbox.waiting():
            if inbox.handle(notice) == "new":
                self.done = replace(self.done, stuck=self.done.stuck + 1)
            else:
                self.done = replace(self.done, notices=self.done.notices + 1)
        for attempt in self._attempts("new", "open", "processing"):
            self._try(attempt, self._live)
        for attempt in self._attempts("refunding"):
            self._try(attempt, lambda one: settle(one.id))
        self._unknown_payments()
        return self.done

    def _attempts(self, *states: str) -> list[Attempt]:
        """Those whose time of patience is over; a clock that ran ahead made the later ones."""
        return [
            *in_states(states, after=self.now - LONG, before=self.now - PATIENCE),
            *in_states(states, after=self.now + PATIENCE, before=self.now + LONG),
        ]

    def _try(self, attempt: Attempt, task: Callable[[Attempt], Attempt]) -> None:
        self.done = replace(self.done, asked=self.done.asked + 1)
        try:
            after = task(attempt)
        except (GatewayError, DeskError) as error:
            _log.warning("attempt_waits", attempt=attempt.id, code=error.code)
            self.done = replace(self.done, errors=self.done.errors + 1)
            return
        if after.state != attempt.state:
            self.done = replace(self.done, changed=self.done.changed + 1)

    def _live(self, attempt: Attempt) -> Attempt:
        if attempt.state == "new":
            # The answer to our call was lost, or the call never left: the same call tells.
            attempt = begin(attempt, self.house)
        over = attempt.expires_at <= self.now or not still_owed(get_order(attempt.order_id))
        if attempt.state == "open" and over:
            return close(attempt, self.house)
        return settle(attempt.id)

    def _unknown_payments(self) -> None:
        """Look through the gateway's book when an attempt was given up not long ago."""
        earliest, states = self.now - MEMORY, ("new", "failed", "expired")
        given_up = in_states(states, after=earliest, before=self.now + LONG)
        if not given_up:
            return
        # What a clock that ran ahead made was paid before the moment that it names.
        ran_ahead = any(one.created_at > self.now for one in given_up)
        since = earliest if ran_ahead else min(one.created_at for one in given_up)
        try:
            found = reconcile(self.house, since, self.now + timedelta(days=1))
            self.done = replace(self.done, found=found)
        except (GatewayError, DeskError) as error:
            _log.warning("book_not_read", code=error.code)
            self.done = replace(self.done, errors=self.done.errors + 1)


def reconcile(house: Merchant, since: datetime, until: datetime) -> int:
    """Settle every payment of the gateway's book that an attempt of ours does not know yet.

    Returns:
        How many there were.

    Raises:
        GatewayError: the gateway does not answer.
    """
    return sum(_found(house, line) for line in house.gateway.movements(
        since, until, account=house.at))  # fmt: skip


def _found(house: Merchant, line: Movement) -> bool:
    reference = line.reference or ""
    if line.type not in CHARGES or line.payment_id is None or not reference.isdecimal():
        return False
    attempt = find_attempt(int(reference)) if len(reference) < 20 else None
    if attempt is None or attempt.settled:
        return False
    state = house.gateway.retrieve_payment(line.payment_id, account=house.at)
    act(attempt.id, state, house)
    return True
