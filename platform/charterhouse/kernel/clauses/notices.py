"""Reminders to members, donations, events and amendments with notice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRADE, GRANT, GUARD, Clause, Text, on
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.periods import day_start, next_birthday
from charterhouse.kernel.standing import Standing


class BirthdayNotice(Clause):
    """A notice at 00:00 of the member's birthday."""

    def __init__(self, number: str, *, notice: str = "birthday") -> None:
        super().__init__(number)
        self.notice = notice

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The next birthday while the membership runs."""
        if standing.status != "active" or standing.born is None:
            return None
        return day_start(next_birthday(standing.born, after.date()), after.tzinfo)

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Raise the notice."""
        yield fx.Raise("notice", self.notice, member)


class ExpiryNotice(Clause):
    """A notice at 00:00 some days before the last valid day."""

    def __init__(self, number: str, *, days: int, notice: str = "card-expiring") -> None:
        super().__init__(number)
        self.days = days
        self.notice = notice

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The reminder's moment if it is still to come."""
        if standing.status != "active" or standing.valid_until is None:
            return None
        day = standing.valid_until - timedelta(days=self.days)
        moment = day_start(day, after.tzinfo)
        return moment if moment > after else None

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Raise the notice with the last valid day."""
        until = draft.standing(member).valid_until
        about = {"valid_until": until.isoformat() if until else ""}
        yield fx.Raise("notice", self.notice, member, about=about)


class DonationPerCard(Clause):
    """For every card issued the institution donates; a takeover, reissue or transfer is none."""

    def __init__(self, number: str, *, amount: int, charity: str) -> None:
        super().__init__(number)
        self.amount = amount
        self.charity = charity

    @on("activated", phase=GRANT, rank=20)
    def donate(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Book the donation in the step in which the card becomes active."""
        if happening.cause == "joined" and self.amount:
            yield fx.Transfer("@donations", "@charity", self.amount)
            yield fx.Show("donation", self.amount)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        zh, en = (self.charity or "慈善总会", self.charity or "the charity federation")
        return {
            self.number: (
                f"公益使者：持卡人即为公益使者；每发出一张会员卡，医院以申请人名义向{zh}捐款{show_fen(self.amount)}元"
                "（免费办理的由医院承担；到期后新办的卡同样捐款；补卡和转让不捐）。",
                f"Charity ambassador: for every card that is issued the hospital donates "
                f"{show_fen(self.amount)} yuan to {en} in the applicant's name, for free cards and "
                "for a new card after expiry too; not for a reissue and not for a transfer.",
            )
        }


class Activities(Clause):
    """Member events and draws: taking part is open to members."""

    @on("take_part", phase=GUARD)
    def member_only(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse those without a running membership."""
        if d.of_member.status != "active":
            yield fx.Refuse("expired" if d.of_member.status == "lapsed" else "not_active")

    @on("take_part", phase=FOLLOW)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """It is on the member's timeline."""
        yield fx.Cite("took part")


class AmendmentNotice(Clause):
    """A change of the charter is announced some days before it takes effect."""

    def __init__(self, number: str, *, days: int) -> None:
        super().__init__(number)
        self.days = days

    @on("amend", phase=GUARD)
    def announced(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse a notice that is too short, a day gone by, and settings that are not valid."""
        if d.body.effective < d.body.announced + timedelta(days=self.days):
            yield fx.Refuse("notice_too_short", "amend.effective")
        if d.body.effective < d.now.date():
            yield fx.Refuse("too_late", "amend.effective")
        problem = d.book.problem_with(self._moment(d), d.body.settings)
        if problem is not None:
            yield fx.Refuse("configuration", f"amend.settings.{problem.field}")

    @on("amend", phase=GRADE)
    def amend(self, d: Draft) -> Iterator[fx.Effect]:
        """A new version from that day on."""
        yield fx.Amendment(self._moment(d), d.body.announced, d.body.settings)

    def _moment(self, d: Draft) -> datetime:
        # A change for today takes effect now: what was decided this morning stays explained.
        return max(day_start(d.body.effective, d.now.tzinfo), d.now)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                f"医院管理部门制定会员资格与权益，并可保留或变更条款（包括已累积积分的价值）；变更须提前{self.days}日公告，"
                "各版本均予保存，每笔业务适用其当日有效的版本。",
                f"Management sets memberships and rights and may keep or change the terms, also with "
                f"effect on points already collected. A change is announced {self.days} days before; "
                "versions are kept, and every event is judged by the version in force on its day.",
            )
        }


__all__ = [
    "Activities", "AmendmentNotice", "BirthdayNotice", "DonationPerCard", "ExpiryNotice",
]  # fmt: skip
