"""The actions on a member: what each is called, who may take it, and which fields it asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from charterhouse.web.i18n import lazy_gettext
from charterhouse.web.permissions import may

if TYPE_CHECKING:
    from collections.abc import Mapping

    from charterhouse.desk.actions import Possible

__all__ = ["ACTIONS", "Action", "OpenActions", "open_actions"]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that staff does with a member.

    Attributes:
        verb: Of the event.
        title: Verb and object.
        icon: Its drawing.
        permission: Needed to take it.
        fields: Names of fields, in order; see ``action_fields``. None for all of the verb.
        intro: What it does, in a sentence.
        danger: Whether the name must be typed to confirm.
        group: Under which it stands in the menu.
    """

    verb: str
    title: Any
    icon: str
    permission: str
    fields: tuple[str, ...] | None = None
    intro: Any = ""
    danger: bool = False
    group: str = "daily"

    @property
    def slug(self) -> str:
        """As it stands in the address."""
        return self.verb.replace("_", "-")


_ALL: Final = (
    Action(
        "redeem", lazy_gettext("Redeem points"), icon="gift", permission="gifts.issue",
        fields=("item", "points", "quantity", "shown"),
        intro=lazy_gettext("Points are deducted at once; choose a gift or enter a number of points."),
    ),
    Action(
        "use", lazy_gettext("Use a benefit"), icon="ticket", permission="benefits.use",
        fields=("benefit", "quantity", "shown"),
        intro=lazy_gettext("One of the benefits that the charter grants is enjoyed today."),
    ),
    Action(
        "award", lazy_gettext("Award points"), icon="star", permission="points.adjust",
        fields=("award_kind", "points", "reason"),
        intro=lazy_gettext("Points given by the institution, with what they are for."),
    ),
    Action(
        "change_details", lazy_gettext("Change details"), icon="edit", permission="members.write",
        fields=("changes", "shown"),
        intro=lazy_gettext("Register what changed in the personal data."),
    ),
    Action(
        "report_loss", lazy_gettext("Report a lost card"), icon="credit-card-off",
        permission="cards.write", fields=("shown", "occurred_at"), group="card",
        intro=lazy_gettext("The card is blocked at once. When it was lost decides who bears its misuse."),
    ),
    Action(
        "reissue_card", lazy_gettext("Issue a new card"), icon="credit-card-refund",
        permission="cards.write", fields=("shown", "reason"), group="card",
        intro=lazy_gettext("The member gets a new number; the old one is void for good."),
    ),
    Action(
        "transfer_card", lazy_gettext("Transfer the card"), icon="transfer",
        permission="cards.write", fields=("to", "documents"), group="card", danger=True,
        intro=lazy_gettext("A formal change of holder: the whole account moves to another person."),
    ),
    Action(
        "dispute", lazy_gettext("Raise an objection"), icon="scale", permission="members.write",
        fields=("of", "reason"), group="correct",
        intro=lazy_gettext("The member objects to a deduction of points."),
    ),
    Action(
        "give_back", lazy_gettext("Give back a use or redemption"), icon="arrow-back-up",
        permission="approvals.decide", fields=("of", "reason_code"), group="correct",
        intro=lazy_gettext("What was used or redeemed is undone; it counts as if it had not happened."),
    ),
    Action(
        "refund", lazy_gettext("Refund a bill"), icon="receipt-refund", permission="bills.reverse",
        fields=("of", "amount", "method", "reason"), group="correct",
        intro=lazy_gettext("The bill, or a part of it, is paid back with everything that it earned."),
    ),
    Action(
        "renew", lazy_gettext("Renew the membership"), icon="refresh", permission="members.write",
        fields=("fee",), group="membership",
        intro=lazy_gettext("The next term begins after the present one."),
    ),
    Action(
        "upgrade", lazy_gettext("Upgrade the tier"), icon="trending-up",
        permission="members.write", fields=("to_tier", "difference"), group="membership",
        intro=lazy_gettext("The member pays the difference to a higher tier."),
    ),
    Action(
        "top_up", lazy_gettext("Top up"), icon="wallet", permission="topups.take",
        fields=("amount", "upgrade", "method"), group="money", intro=lazy_gettext("Stored value is paid in."),
    ),
    Action(
        "cash_out", lazy_gettext("Pay out stored value"), icon="cash-banknote",
        permission="payments.refund", fields=("amount",), group="money",
        intro=lazy_gettext("Stored value is paid back in cash."),
    ),
    Action(
        "incident", lazy_gettext("Record an incident"), icon="flag", permission="members.write",
        fields=("incident_kind", "details", "note"), group="conduct",
        intro=lazy_gettext("Something that happened with the card. A measure needs an order of its own."),
    ),
    Action(
        "sanction", lazy_gettext("Order a sanction"), icon="shield-x",
        permission="approvals.decide", fields=("measures", "reason", "approver"),
        group="conduct", danger=True,
        intro=lazy_gettext("Measures against a breach of the charter, with reason and approver."),
    ),
    Action(
        "suspend", lazy_gettext("Suspend the membership"), icon="player-pause",
        permission="approvals.decide", fields=("reason",), group="membership", danger=True,
        intro=lazy_gettext("The membership rests until it is resumed."),
    ),
    Action(
        "resume", lazy_gettext("Resume the membership"), icon="player-play",
        permission="members.write", fields=("reason",), group="membership",
        intro=lazy_gettext("The membership goes on."),
    ),
    Action(
        "withdraw", lazy_gettext("Record a withdrawal"), icon="door-enter",
        permission="members.write", fields=("form", "effective"), group="membership", danger=True,
        intro=lazy_gettext("The member leaves."),
    ),
    Action(
        "deregister", lazy_gettext("Deregister the member"), icon="user-off",
        permission="approvals.decide", fields=("reason",), group="membership", danger=True,
        intro=lazy_gettext("The institution ends the membership, for example as long unused."),
    ),
    Action(
        "grant", lazy_gettext("Grant the membership"), icon="award",
        permission="approvals.decide", fields=("by", "tier", "reason", "details"),
        group="membership",
        intro=lazy_gettext("A tier given directly by somebody entitled to it."),
    ),
    Action(
        "visit", lazy_gettext("Record a visit"), icon="stethoscope", permission="members.write",
        fields=("kind", "count", "details"),
        intro=lazy_gettext("A completed visit, stay or session whose bill is not in this system."),
    ),
    Action(
        "refer", lazy_gettext("Record a referral"), icon="users", permission="members.write",
        fields=("person", "outcome"),
        intro=lazy_gettext("Somebody whom the member introduced has come."),
    ),
    Action(
        "take_part", lazy_gettext("Record participation"), icon="trophy",
        permission="members.write", fields=("activity", "result"),
        intro=lazy_gettext("An activity attended, or a prize won."),
    ),
    Action(
        "record", lazy_gettext("Record a fact"), icon="notebook", permission="members.write",
        fields=("kind", "details"), group="services",
        intro=lazy_gettext("Any other fact that the charter's rules look at, kept in the member's file."),
    ),
    Action(
        "request", lazy_gettext("Open a request"), icon="headset", permission="members.write",
        fields=("id", "service", "for", "documents", "consent", "details"), group="services",
        intro=lazy_gettext("The member asks for a service of the charter."),
    ),
    Action(
        "supply", lazy_gettext("Add papers to a request"), icon="file-upload",
        permission="members.write", fields=("request", "documents"), group="services",
    ),
    Action(
        "decide", lazy_gettext("Decide a request"), icon="checks",
        permission="approvals.decide", fields=("request", "outcome", "reason"), group="services",
    ),
    Action(
        "progress", lazy_gettext("Record a step"), icon="progress-check",
        permission="members.write", fields=("request", "step", "by", "details"), group="services",
        intro=lazy_gettext("A step of the work on a request that is done."),
    ),
    Action(
        "close", lazy_gettext("Close a request or booking"), icon="circle-check",
        permission="members.write", fields=("request", "outcome", "details"), group="services",
    ),
    Action(
        "cancel", lazy_gettext("Cancel a request or booking"), icon="circle-x",
        permission="members.write", fields=("request", "by", "reason"), group="services",
    ),
    Action(
        "book", lazy_gettext("Book"), icon="calendar-event", permission="members.write",
        fields=("id", "what", "slot", "for", "details"), group="services",
        intro=lazy_gettext("An appointment, or a place in an activity."),
    ),
    Action(
        "policy", lazy_gettext("Register a policy"), icon="file-certificate",
        permission="members.write", group="services",
    ),
    Action(
        "name_relative", lazy_gettext("Name a relative"), icon="user-heart",
        permission="members.write", group="services",
    ),
    Action(
        "diagnose", lazy_gettext("Record a diagnosis"), icon="heartbeat",
        permission="members.write", fields=("condition", "certainty", "first", "details"),
        group="services",
    ),
)  # fmt: skip

ACTIONS: Final[dict[str, Action]] = {action.slug: action for action in _ALL}
"""Slug → action, in the order of the menu."""

GROUPS: Final = {
    "daily": lazy_gettext("Every day"),
    "money": lazy_gettext("Stored value"),
    "services": lazy_gettext("Services and bookings"),
    "card": lazy_gettext("Card"),
    "membership": lazy_gettext("Membership"),
    "correct": lazy_gettext("Put right"),
    "conduct": lazy_gettext("Conduct"),
}


@dataclass(frozen=True, slots=True)
class OpenActions:
    """The menu of a member.

    Attributes:
        groups: Heading → actions that are open now.
        closed: Actions that the charter has but does not allow now, each with the reason.
        verbs: Every open verb, also those without a form of their own (approve, join).
    """

    groups: list[tuple[Any, list[Action]]]
    closed: list[tuple[Action, Possible]]
    verbs: frozenset[str] = field(default=frozenset())


def open_actions(possible: Mapping[str, Possible]) -> OpenActions:
    """Return the actions that who is signed in may take now, and why others are closed."""
    mine = [a for a in _ALL if a.verb in possible and may(a.permission)]
    groups = [
        (label, [a for a in mine if a.group == group and possible[a.verb].allowed])
        for group, label in GROUPS.items()
    ]
    return OpenActions(
        groups=[(label, actions) for label, actions in groups if actions],
        closed=[(a, possible[a.verb]) for a in mine if not possible[a.verb].allowed],
        verbs=frozenset(verb for verb, each in possible.items() if each.allowed),
    )
