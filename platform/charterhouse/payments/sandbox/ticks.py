"""What time does by itself: sessions run out, money and refunds arrive, keys are forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charterhouse.payments.sandbox import charges, payments, refunds, sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from charterhouse.payments.sandbox.state import Call, SandboxState
    from charterhouse.payments.sandbox.store import JSON


def tick(state: SandboxState) -> int:
    """Do all that has fallen due, in order of time; answers how much that was."""
    due = state.store.due(state.clock.now())
    for account, found in due:
        with state.change(account) as call:
            # Another thread may have been faster.
            kept = call.get(found["object"], found["id"])
            if kept and kept.get("_due") == found["_due"]:
                _DUE[kept["object"]](call, kept)
    return len(due)


def _forget(call: Call, record: JSON) -> None:
    call.state.store.remove(call.account, record["object"], record["id"])


def _expire(call: Call, session: JSON) -> None:
    sessions.close(call, session)


_DUE: dict[str, Callable[[Call, JSON], None]] = {
    "balance_transaction": charges.mature,
    "checkout.session": _expire,
    "idempotency_record": _forget,
    "payment_intent": payments.arrive,
    "refund": refunds.settle,
}
