"""Admission: who may apply, with which papers, what it costs, and how it becomes active."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import (
    FOLLOW,
    GRADE,
    GRANT,
    GUARD,
    SETTLE,
    Clause,
    Requirement,
    Text,
    on,
)
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.periods import ONE_DAY, day_start, last_valid_day
from charterhouse.kernel.standing import Standing

RUNNING = frozenset({"applied", "approved", "active", "suspended", "withdrawing"})


class Tiers(Clause):
    """The tiers (card types) of a charter and the one given without a wish.

    Args:
        tiers: code → its name.
        default: of an application that names none.
        setting: the setting that names the default.
        own: tier → the number of the clause that speaks of it.
    """

    def __init__(
        self,
        number: str,
        tiers: Mapping[str, Text],
        *,
        default: str,
        setting: str,
        own: Mapping[str, str],
    ) -> None:
        super().__init__(number, **own)
        self.tiers = tiers
        self.default = default
        self.setting = setting

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"tier": self.tiers}

    def defaults(self) -> Mapping[str, str]:
        """See `Clause.defaults`."""
        return {"tier": self.default}

    def check(self) -> Iterable[tuple[str, str]]:
        """See `Clause.check`."""
        if self.default not in self.tiers:
            yield self.setting, f"must be one of {', '.join(self.tiers)}"

    @on("apply", "bring_in", phase=GRADE, rank=10)
    def give(self, d: Draft) -> Iterator[fx.Effect]:
        """The tier applied for, else the default."""
        tier = d.body.tier or self.default
        yield fx.Change(d.member, {"tier": tier}, number=self.of(tier))

    @on("approve", phase=GRADE, rank=10)
    def correct(self, d: Draft) -> Iterator[fx.Effect]:
        """The reviewer may give another tier."""
        if d.body.tier:
            yield fx.Change(d.member, {"tier": d.body.tier}, number=self.of(d.body.tier))


class OneMembership(Clause):
    """One membership per person at a time."""

    @on("apply", "bring_in", phase=GUARD, rank=10)
    def single(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse a second membership while one runs or is applied for."""
        if d.of_member.status in RUNNING:
            yield fx.Refuse("already_member")

    @on("transfer_card", phase=GUARD, rank=10)
    def new_holder_has_none(self, d: Draft) -> Iterator[fx.Effect]:
        """The new holder must not have one."""
        if d.standing(d.body.to).status in RUNNING:
            yield fx.Refuse("already_member", "transfer_card.to")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "每人凭本人身份证同一时间只能持有一张会员卡；会员资格有效期间（包括挂失期间）的再次申请不予受理。",
                "One card per person per ID card at a time. While the membership runs, also while "
                "the card is lost, a further application is not accepted.",
            )
        }


@dataclass(frozen=True, slots=True)
class Path:
    """A way into the membership: what proves it, what it costs (fen) and where it is open.

    `remote` tells whether it is open to those who do not come in person, `clause` the
    number of the clause whose text explains it.
    """

    papers: tuple[str, ...] = ()
    fee: int = 0
    remote: bool = True
    clause: str = ""


class Paths(Clause):
    """The paths of application and which of them are open remotely."""

    def __init__(
        self, number: str, paths: Mapping[str, Path], *, default: str, remote: frozenset[str],
        on_site: frozenset[str] = frozenset({"on-site"}),
    ) -> None:  # fmt: skip
        super().__init__(number, **{code: p.clause for code, p in paths.items() if p.clause})
        self.paths = paths
        self.default = default
        self.remote = remote
        self.on_site = on_site

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        channels = self.remote | self.on_site
        return {
            "path": self.paths,
            "apply.channel": channels,
            "join.channel": channels,
            "apply.kind": {"individual"},
            "join.kind": {"individual"},
        }

    def explains(self) -> Mapping[str, str]:
        """See `Clause.explains`."""
        found = {code: path.clause or self.number for code, path in self.paths.items()}
        return {**found, **dict.fromkeys(sorted(self.remote), self.number)}

    def defaults(self) -> Mapping[str, str]:
        """See `Clause.defaults`."""
        return {"path": self.default, "channel": min(self.on_site)}

    @on("apply", phase=GUARD, rank=20)
    def open(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse a remote application on a path that asks for presence."""
        path = self.paths[d.body.path or self.default]
        if d.body.channel in self.remote and not path.remote:
            yield fx.Refuse("not_eligible", "apply.channel")

    @on("approved", phase=GRADE, rank=20)
    def eligible(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """The path by which the application was approved."""
        path = d.standing(happening.member).facts.get("application", {}).get("path", "")
        yield fx.Cite(path, number=self.of(path))


class Papers(Clause):
    """Documents, details and consent of an application; what lacks is named in one refusal.

    Args:
        on_site, remote: documents needed by channel.
        remote_details: details needed of a remote application.
    """

    def __init__(
        self, number: str, paths: Paths, *, on_site: tuple[str, ...], remote: tuple[str, ...],
        remote_details: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.paths = paths
        self.on_site = on_site
        self.remote = remote
        self.remote_details = remote_details

    def needed(self, path: str | None, channel: str | None) -> tuple[str, ...]:
        """The documents of an application on a path through a channel."""
        base = self.remote if channel in self.paths.remote else self.on_site
        return (*base, *self.paths.paths[path or self.paths.default].papers)

    def requirements(
        self, verb: str, *, path: str | None = None, channel: str | None = None
    ) -> Iterator[Requirement]:
        """See `Clause.requirements`."""
        if verb != "apply" or (path or self.paths.default) not in self.paths.paths:
            return
        proofs = self.paths.paths[path or self.paths.default]
        for code in self.needed(path, channel):
            number = proofs.clause if code in proofs.papers else ""
            yield Requirement(code, "document", number or self.number)
        if channel in self.paths.remote:
            for code in self.remote_details:
                yield Requirement(code, "detail", self.number)

    @on("apply", phase=GUARD, rank=30)
    def complete(self, d: Draft) -> Iterator[fx.Effect]:
        """Name every document and detail that lacks, and refuse without consent."""
        if not (d.compound and d.body.documents is None):
            handed_in = d.body.documents or {}
            for code in self.needed(d.body.path, d.body.channel):
                if not handed_in.get(code):
                    yield fx.Lack(code)
        named = set(self.remote_details) & set(d.body.details or {})
        if d.body.channel in self.paths.remote and (named or not d.compound):
            for code in self.remote_details:
                if not str((d.body.details or {}).get(code) or "").strip():
                    yield fx.Lack(code)

    @on("apply", phase=GUARD, rank=40)
    def consent(self, d: Draft) -> Iterator[fx.Effect]:
        """The charter must be confirmed."""
        if not d.body.consent and not d.lacks:
            yield fx.Refuse("consent_missing", "apply.consent")

    @on("apply", phase=GRADE, rank=20)
    def file(self, d: Draft) -> Iterator[fx.Effect]:
        """The application is on file."""
        body = d.body
        application = {
            "path": body.path or self.paths.default,
            "channel": body.channel or "on-site",
            "documents": body.documents or {},
            "details": body.details or {},
            "day": d.event.day.isoformat(),
        }
        yield fx.Change(d.member, {"status": "applied", "kind": body.kind or "individual"})
        yield fx.Keep(d.member, "application", application)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "申请人须如实填写申请表并确认本章程；材料或必填信息不全的申请不予受理，并逐项告知所缺内容；"
                "未确认章程的申请同样不予受理。",
                "The applicant fills in the form truthfully and confirms this charter. An application "
                "that lacks a document or a needed detail is not accepted, and everything that lacks "
                "is named; nor is one without consent.",
            )
        }


class Review(Clause):
    """A reviewer approves or rejects what was applied for."""

    @on("approve", "reject", phase=GUARD, rank=10)
    def applied(self, d: Draft) -> Iterator[fx.Effect]:
        """There must be an application waiting."""
        if d.of_member.status != "applied":
            yield fx.Refuse("order_violation")

    @on("approve", phase=GRADE, rank=20)
    def approve(self, d: Draft) -> Iterator[fx.Effect]:
        """Approve."""
        yield fx.Change(d.member, {"status": "approved"})
        yield fx.Announce("approved", d.member)

    @on("reject", phase=GRADE, rank=20)
    def reject(self, d: Draft) -> Iterator[fx.Effect]:
        """Reject."""
        yield fx.Change(d.member, {"status": "rejected"})
        yield fx.Announce("rejected", d.member)


class Fee(Clause):
    """Something owed under one purpose and paid exactly. Amounts are fen."""

    purpose = ""

    def __init__(self, number: str, *, purpose: str, amount: int, **numbers: str) -> None:
        super().__init__(number, **numbers)
        self.purpose = purpose
        self.amount = amount

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"pay.for": {self.purpose}}

    @on("pay", phase=GUARD, rank=20)
    def exact(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse anything but exactly what is owed."""
        if d.body.for_ != self.purpose:
            return
        debt = d.of_member.owed.get(self.purpose)
        if debt is None:
            yield fx.Refuse("order_violation", "pay.for")
        elif d.body.amount != debt.amount:
            reason = "fee_short" if d.body.amount < debt.amount else "order_violation"
            yield fx.Refuse(reason, "pay.amount")

    @on("pay", phase=SETTLE, rank=20)
    def settle(self, d: Draft) -> Iterator[fx.Effect]:
        """The money comes in and the debt is gone."""
        if d.body.for_ != self.purpose:
            return
        yield fx.Transfer(f"@{self.purpose}", f"@till:{d.body.method or 'cash'}", d.body.amount)
        yield fx.Settled(d.member, self.purpose)
        yield fx.Put("payment", d.body.id or f"pay-{d.event.id}", d.member, {
            "for": self.purpose, "paid": d.body.amount, "refunded": 0,
            "method": d.body.method or "cash", "at": d.now.isoformat(),
        })  # fmt: skip
        yield fx.Announce("paid", d.member)


class EntryFee(Fee):
    """What an applicant of certain paths pays after approval."""

    def __init__(self, number: str, *, purpose: str, amount: int, paths: frozenset[str]) -> None:
        super().__init__(number, purpose=purpose, amount=amount)
        self.paths = paths

    @on("approved", phase=GRADE, rank=30)
    def owe(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """The fee is owed from the approval on."""
        application = d.standing(happening.member).facts.get("application", {})
        if application.get("path") in self.paths and self.amount:
            yield fx.Owe(happening.member, self.purpose, self.amount)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                f"普通办理：其他人士均可申请，须缴纳公益捐款{show_fen(self.amount)}元；金额不足不予办理。",
                f"Ordinary application: everybody else; pays a charity donation of "
                f"{show_fen(self.amount)} yuan. Less is not accepted.",
            )
        }


class Activation(Clause):
    """The membership becomes active when approved and nothing is owed.

    Numbers by reason: `legacy` (a member taken over goes through no formalities).
    """

    @on("approved", "paid", phase=GRADE, rank=90)
    def activate(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Activate, and issue the card."""
        standing = d.standing(happening.member)
        if standing.status == "approved" and not standing.owed:
            yield fx.Change(happening.member, _issued(d))
            yield fx.Announce("activated", happening.member, "joined")

    @on("bring_in", phase=GRADE, rank=90)
    def take_over(self, d: Draft) -> Iterator[fx.Effect]:
        """A legacy member is active at once."""
        issued = {**_issued(d), "kind": d.of_member.kind or "individual"}
        yield fx.Change(d.member, issued, number=self.of("legacy"))
        yield fx.Announce("activated", d.member, "legacy")


def _issued(d: Draft) -> dict[str, object]:
    return {"status": "active", "card": "active", "card_no": d.event.serial, "since": d.event.day}


class MailedCard(Clause):
    """A card for a remote applicant is mailed to the address given."""

    def __init__(self, number: str, *, remote: frozenset[str], task: str = "mail-card") -> None:
        super().__init__(number)
        self.remote = remote
        self.task = task

    @on("activated", phase=FOLLOW)
    def mail(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Ask for the mailing."""
        application = d.standing(happening.member).facts.get("application", {})
        if happening.cause == "joined" and application.get("channel") in self.remote:
            yield fx.Raise("task", self.task, happening.member, due=d.event.day)


class Term(Clause):
    """A term of years from the day of activation; then the membership lapses."""

    def __init__(self, number: str, *, years: int, lapse: str = "") -> None:
        super().__init__(number, **({"lapse": lapse} if lapse else {}))
        self.years = years

    @on("activated", phase=GRANT, rank=10)
    def begin(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Set the first and the last valid day; a legacy member keeps the last one stated."""
        until = getattr(d.body, "valid_until", None) if happening.cause == "legacy" else None
        until = until or last_valid_day(d.event.day, 12 * self.years)
        yield fx.Change(happening.member, {"term_start": d.event.day, "valid_until": until})
        yield fx.Announce("term_began", happening.member, happening.cause)
        if until < d.now.date():
            yield from self._lapse(d, happening.member)

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The first moment after the last valid day."""
        if standing.status not in ("active", "suspended") or standing.valid_until is None:
            return None
        moment = day_start(standing.valid_until + ONE_DAY, after.tzinfo)
        return moment if moment > after else None

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """The membership lapses; what was owed for its card is owed no longer."""
        yield from self._lapse(draft, member)

    def _lapse(self, d: Draft, member: str) -> Iterator[fx.Effect]:
        standing = d.standing(member)
        card = "expired" if standing.card in ("active", "lost") else standing.card
        yield fx.Change(member, {"status": "lapsed", "card": card}, number=self.of("lapse"))
        for purpose in list(standing.owed):
            yield fx.Settled(member, purpose, number=self.of("lapse"))
        yield fx.Announce("lapsed", member, "term")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                f"会员卡自生效之日起{self.years}年内有效；到期后可重新办理，届时重新审核资格并重新捐款；有效期内不办理续卡。",
                f"The card is valid for {self.years} years from the day on which it becomes active. "
                "Afterwards the formalities can be done anew: eligibility is examined again and a "
                "new donation is made. A running card is not renewed.",
            )
        }
