"""What can be made to go wrong, by switch."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self


@dataclass(kw_only=True)
class Faults:
    """The switches. All off is a gateway on its best day.

    Of API calls (each number counts down, one per call that changed something):

    Args:
        error_after_commit: The call has its effect, the answer is a 500.
        timeout_after_commit: The call has its effect, no answer comes.
        refund_failures: So many refunds that are still on their way fail.
        payment_failures: So many payments that are still on their way fail.

    Of notices (docs.stripe.com/webhooks warns of doubling and of order):

        duplicate: So many further copies of each notice, one after the other.
        duplicate_at_once: The copies come at the same moment.
        reorder: Notices of one change come in reverse order.
        hold: Nothing is sent until this is switched off again; with `reorder` all that
            was held then comes newest first.
        delay: Seconds before each notice is sent.
        drop: Types that are never sent; `*` means all.
        stale_timestamp: Notices are signed with a time an hour old.
        wrong_secret: Notices are signed with another secret.
        webhook_before_answer: Notices arrive before the call that caused them returns.
    """

    error_after_commit: int = 0
    timeout_after_commit: int = 0
    refund_failures: int = 0
    payment_failures: int = 0
    duplicate: int = 0
    duplicate_at_once: bool = False
    reorder: bool = False
    hold: bool = False
    delay: float = 0.0
    drop: list[str] = field(default_factory=list)
    stale_timestamp: bool = False
    wrong_secret: bool = False
    webhook_before_answer: bool = False

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> Self:
        """Read switches; those not given are off.

        Raises:
            ValueError: An unknown switch or a value of another type.
        """
        known = {item.name: type(getattr(cls(), item.name)) for item in fields(cls)}
        for name, value in given.items():
            if name not in known:
                raise ValueError(f"{name}: no such fault; known are {', '.join(sorted(known))}.")
            wanted = (int, float) if known[name] is float else (known[name],)
            if type(value) not in wanted:
                raise ValueError(f"{name}: give a {known[name].__name__}.")
        return cls(**given)

    def to_json(self) -> dict[str, Any]:
        """Write every switch."""
        return asdict(self)

    def drops(self, event_type: str) -> bool:
        """Tell whether notices of this type are lost."""
        return "*" in self.drop or event_type in self.drop
