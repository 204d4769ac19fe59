"""Admission: who may apply, by which way, with which papers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRADE, GUARD, Clause, Requirement, Text, on
from charterhouse.kernel.clauses.conditions import ByKind, ByTier, detail
from charterhouse.kernel.clauses.registers import Register
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.periods import age_on

RUNNING = frozenset({"applied", "approved", "active", "suspended", "withdrawing"})
"""The statuses in which somebody holds a membership or is on the way to one."""


def applied_kind(d: Draft) -> str:
    """The kind that an application asks for, or the charter's default."""
    return str(d.body.kind or d.program.defaults().get("kind", "individual"))


def applied_tier(d: Draft) -> str:
    """The tier that an application asks for, or the charter's default."""
    return str(d.body.tier or d.program.defaults().get("tier", ""))


class OneMembership(Clause):
    """One membership per person at a time.

    Args:
        running: statuses in which a further application is refused.
    """

    def __init__(self, number: str, *, running: frozenset[str] = RUNNING) -> None:
        super().__init__(number)
        self.running = running

    @on("apply", "bring_in", phase=GUARD, rank=10)
    def single(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse a second membership while one runs or is applied for."""
        if d.of_member.status in self.running:
            yield fx.Refuse("already_member")

    @on("transfer_card", phase=GUARD, rank=10)
    def new_holder_has_none(self, d: Draft) -> Iterator[fx.Effect]:
        """The new holder must not have one."""
        if d.standing(d.body.to).status in self.running:
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


class MinAge(Clause):
    """Applicants have completed some years on the day of the application.

    Numbers by reason: `unknown`.

    Args:
        years: completed years; 0 asks nothing. By kind where it differs.
        unknown: what becomes of somebody whose birth date is not known: "incomplete"
            lacks `born`; "" lets them pass.
    """

    def __init__(
        self, number: str, *, years: int | ByKind[int], unknown: str = "", **numbers: str
    ) -> None:
        super().__init__(number, **numbers)
        self.years = years
        self.unknown = unknown

    def least(self, d: Draft) -> int:
        """The age asked of this applicant."""
        years = self.years
        return years.get(applied_kind(d), 0) if isinstance(years, ByKind) else years

    @on("apply", phase=GUARD, rank=25)
    def old_enough(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse the younger; the birthday completes a year."""
        least, born = self.least(d), d.of_member.born
        if not least:
            return
        if born is None:
            if self.unknown:
                yield fx.Lack("born", number=self.of("unknown"))
        elif age_on(born, d.event.day) < least:
            yield fx.Refuse("under_age", number=self.number)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        years = self.years if isinstance(self.years, int) else max(self.years.values(), default=0)
        return {
            self.number: (
                f"申请人须年满{years}周岁（以生日当日为准）。",
                f"Applicants are {years} or older; the age is reached on the birthday.",
            )
        }


class Documents(Clause):
    """Documents and data of an application; what lacks is named in one refusal.

    Where an application names any of the data, exactly those were given; without any, all were.
    A whole admission without a word on documents had them all.

    Args:
        required: document → copies; by kind or tier where they differ.
        details: data that the application must contain.
        on_file: whether a detail of this applicant is known already and need not be said.
        when: a condition on the application; others need none of it.
    """

    def __init__(
        self, number: str,
        required: Mapping[str, int] | ByKind[dict[str, int]] | ByTier[dict[str, int]],
        *, details: tuple[str, ...] = (), detail_number: str = "",
        on_file: Callable[[Draft, str], bool] | None = None,
        when: Callable[[Draft], bool] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(number, **({"details": detail_number} if detail_number else {}))
        self.when = when
        self.required = required
        self.details = details
        self.on_file = on_file

    def needed(self, d: Draft) -> Mapping[str, int]:
        """The documents that this application needs."""
        if isinstance(self.required, ByKind):
            return self.required.get(applied_kind(d), {})
        if isinstance(self.required, ByTier):
            return self.required.get(applied_tier(d), {})
        return self.required

    def requirements(
        self, verb: str, *, path: str | None = None, channel: str | None = None
    ) -> Iterator[Requirement]:
        """See `Clause.requirements`."""
        if verb != "apply":
            return
        varied = isinstance(self.required, ByKind | ByTier)
        tables: Iterable[Mapping[str, int]] = self.required.values() if varied else [self.required]  # type: ignore[assignment,list-item]  # the two shapes share one field
        for code in dict.fromkeys(code for table in tables for code in table):
            yield Requirement(code, "document", self.number)
        for code in self.details:
            yield Requirement(code, "detail", self.of("details"))

    @on("apply", phase=GUARD, rank=30)
    def complete(self, d: Draft) -> Iterator[fx.Effect]:
        """Name every document and detail that lacks."""
        if self.when is not None and not self.when(d):
            return
        if not (d.compound and d.body.documents is None):
            handed_in = d.body.documents or {}
            for code, copies in self.needed(d).items():
                if handed_in.get(code, 0) < copies:
                    yield fx.Lack(code)
        if any(detail(d.body, code) is not None for code in self.details):
            for code in self.details:
                value = detail(d.body, code)
                known = value is None and self.on_file is not None and self.on_file(d, code)
                if not known and not str("" if value is None else value).strip():
                    yield fx.Lack(code, number=self.of("details"))

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "申请材料须齐全、真实；缺少任何一项的申请不予受理，并逐项告知所缺内容。",
                "An application needs all its papers; one that lacks any is not accepted, and "
                "everything that lacks is named.",
            )
        }


class Consent(Clause):
    """The applicant agrees to the charter.

    Args:
        tiers: that need it; None for all.
    """

    def __init__(self, number: str, *, tiers: Collection[str] | None = None) -> None:
        super().__init__(number)
        self.tiers = tiers

    @on("apply", phase=GUARD, rank=40)
    def given(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse without consent."""
        needed = self.tiers is None or applied_tier(d) in self.tiers
        if needed and not d.body.consent and not d.lacks:
            yield fx.Refuse("consent_missing", "apply.consent")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "入会以本人同意本章程为前提。",
                "Nobody becomes a member without agreeing to this charter.",
            )
        }


class Condition(Clause):
    """A condition that an application must meet, told by a function of the draft.

    Args:
        holds: whether it is met.
        reason: with which an application is refused that does not.
        field: of the application that it looks at.
        concerns: the applications that it is about, and which cite it; None for all, uncited.
    """

    def __init__(
        self, number: str, holds: Callable[[Draft], bool], *, reason: str = "not_eligible",
        field: str = "", concerns: Callable[[Draft], bool] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.concerns = concerns
        self.holds = holds
        self.reason = reason
        self.field = field

    @on("apply", phase=GUARD, rank=20)
    def met(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse where it is not met."""
        if (self.concerns is None or self.concerns(d)) and not self.holds(d):
            yield fx.Refuse(self.reason, self.field)

    @on("applied", phase=GRADE, rank=20)
    def was_met(self, d: Draft, _happening: Happening) -> Iterator[fx.Effect]:
        """The application rests on it."""
        if self.concerns is not None and self.concerns(d):
            yield fx.Cite("met")


class Choice(Clause):
    """A detail of an application is one of certain choices: a cycle of payment, a period, a level.

    Figures that depend on it are `ByDetail`.

    Args:
        name: of the detail.
        options: what may be chosen.
        default: of an application that does not say; None where it has to be said.
        kinds: the kinds of application that choose; None for all.
    """

    def __init__(
        self, number: str, name: str, options: Collection[Any], *, default: Any = None,
        kinds: Collection[str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.name = name
        self.options = options
        self.default = default
        self.kinds = kinds

    @on("apply", "bring_in", phase=GUARD, rank=18)
    def known(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse what cannot be chosen."""
        legacy = d.body.verb == "bring_in"
        kind = detail(d.body, "kind") if legacy else applied_kind(d)
        if self.kinds is not None and kind not in self.kinds:
            return
        chosen = detail(d.body, self.name)
        if chosen is None:
            if self.default is None:
                yield fx.Lack(self.name)
        elif not any(type(o) is type(chosen) and o == chosen for o in self.options):
            yield fx.Refuse("unknown", f"{d.body.verb}.details.{self.name}")


class UniqueDetail(Clause):
    """A detail of a registration (an identity number) belongs to one person only.

    Args:
        name: of the detail; a registration without it is not looked at.
    """

    shares = frozenset({"apply", "join", "bring_in", "grant"})

    def __init__(self, number: str, name: str) -> None:
        super().__init__(number)
        self.name = name
        self.register = Register(name)

    def _value(self, d: Draft) -> str:
        return str(detail(d.body, self.name) or "").strip().upper()

    @on("apply", "bring_in", "grant", phase=GUARD, rank=12)
    def single(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse a second person with it."""
        value = self._value(d)
        if value and self.register.owner(d, value) not in (None, d.member):
            yield fx.Refuse("already_member", f"{d.body.verb}.details.{self.name}")

    @on("apply", "bring_in", "grant", phase=GRADE, rank=30)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """Remember whose it is."""
        value = self._value(d)
        if value:
            yield from self.register.enter(d, value, d.member)


class Capacity(Clause):
    """No more than a number of memberships run at a time.

    Args:
        cap: how many; None for no limit.
        kinds: the kinds that count and are limited; None for all.
        at_payment: whether a place must still be free when an open application is paid.
    """

    shares = frozenset({"apply", "join", "approve", "pay", "top_up", "bring_in", "renew"})

    def __init__(
        self, number: str, *, cap: int | None, kinds: frozenset[str] | None = None,
        at_payment: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.cap = cap
        self.kinds = kinds
        self.at_payment = at_payment

    @on("apply", phase=GUARD, rank=15)
    def room(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse a new application when all are given away."""
        if self._full(d, applied_kind(d)):
            yield fx.Refuse("full")

    @on("pay", phase=GUARD, rank=25)
    def still_room(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse the payment when all were given away meanwhile."""
        standing = d.of_member
        if self.at_payment and standing.status == "approved" and self._full(d, standing.kind):
            yield fx.Refuse("full")

    def _full(self, d: Draft, kind: str) -> bool:
        if not self.cap or (self.kinds is not None and kind not in self.kinds):
            return False
        return d.active_members(self.kinds) >= self.cap


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
    """The paths of application and which of them are open remotely.

    Args:
        paths: the paths.
        default: that of an application that names none.
        remote, on_site: channels of an application; with neither, channels do not matter.
    """

    def __init__(
        self, number: str, paths: Mapping[str, Path], *, default: str,
        remote: frozenset[str] = frozenset(), on_site: frozenset[str] = frozenset({"on-site"}),
    ) -> None:  # fmt: skip
        super().__init__(number, **{code: p.clause for code, p in paths.items() if p.clause})
        self.paths = paths
        self.default = default
        self.remote = remote
        self.on_site = on_site

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        channels = self.remote | self.on_site
        known = dict.fromkeys(("apply.channel", "join.channel"), channels) if channels else {}
        return {"path": self.paths, **known}

    def explains(self) -> Mapping[str, str]:
        """See `Clause.explains`."""
        found = {code: path.clause or self.number for code, path in self.paths.items()}
        return {**found, **dict.fromkeys(sorted(self.remote), self.number)}

    def defaults(self) -> Mapping[str, str]:
        """See `Clause.defaults`."""
        channel = {"channel": min(self.on_site)} if self.on_site else {}
        return {"path": self.default, **channel}

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
