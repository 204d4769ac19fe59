"""Customers: a file for everybody who makes contact, contacts, and the channels that there are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRANT, GUARD, Binding, Clause, Text, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft

FILE = "customer-file"
"""The record of a customer's file: one for each person."""

CHANNELS: Mapping[str, Text] = {
    "phone": ("电话", "Telephone"),
    "web-chat": ("网上咨询", "Web chat"),
    "qq": ("QQ", "QQ"),
    "msn": ("MSN", "MSN"),
    "wechat": ("微信", "WeChat"),
    "web-booking": ("网上预约", "Web booking"),
    "message-board": ("留言板", "Message board"),
    "partner-site": ("合作网站", "Partner site"),
    "mailbox": ("邮箱", "Mailbox"),
    "forum": ("论坛", "Forum"),
    "email": ("电子邮件", "E-mail"),
    "online-chat": ("在线交谈", "Online chat"),
    "sms": ("短信", "SMS"),
    "mms": ("彩信", "MMS"),
    "flowers": ("鲜花", "Flowers"),
    "home-visit": ("上门拜访", "Home visit"),
    "reception": ("接待", "Reception"),
    "hotline": ("热线", "Hotline"),
    "online": ("线上", "Online"),
    "on-site": ("现场", "On site"),
}
"""The channels of customer service, old ones too."""

_OPENING = ("visit", "book", "request", "record")


def file_opened(d: Draft) -> bool:
    """Whether this event opened the file of its customer."""
    return any(member == d.member and kind == FILE for member, kind, _ in d.noted)


class CustomerFile(Clause):
    """A person becomes a customer with the first event that concerns him: a file is opened.

    Args:
        by: the events that open one, beside an admission.
        record: of the file; never more than one.
    """

    def __init__(self, number: str, *, by: Collection[str] = _OPENING, record: str = FILE) -> None:
        super().__init__(number)
        self.by = frozenset(by)
        self.kept = record

    def bound(self) -> Iterable[Binding]:
        """Only the events that open a file."""
        return [b for b in self.bindings if b.trigger in self.by or b.trigger == "activated"]

    @on("visit", "book", "request", "record", phase=GRANT, rank=20)
    def contact(self, d: Draft) -> Iterator[fx.Effect]:
        """Somebody makes contact."""
        yield from self._open(d, d.member)

    @on("activated", phase=GRANT, rank=20)
    def admitted(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Somebody is admitted."""
        yield from self._open(d, happening.member)

    def _open(self, d: Draft, member: str) -> Iterator[fx.Effect]:
        if member and not d.standing(member).records.get(self.kept):
            yield fx.Note(member, self.kept)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "首次联系、预约、申请或登记时即为客户建档，每人一份；入会使档案完整，无需材料、费用和审核"
                "（章程另有规定的除外），且只能办理一次。",
                "With the first contact, booking, request or record a customer's file is opened, one "
                "for each person. Joining completes it, without papers, fee or review unless the "
                "charter says so, and only once.",
            )
        }


class Channels(Clause):
    """The channels that there are; an event on another one is refused.

    Where a rule names channels of its own it speaks first. An event without a channel passes.

    Args:
        channels: their codes.
    """

    def __init__(self, number: str, channels: Iterable[str] = CHANNELS) -> None:
        super().__init__(number)
        self.channels = frozenset(channels)

    @on("apply", "approve", "reject", "visit", "request", "supply", "decide", "progress", "cancel",
        "close", "book", "record", "incident", "use", "withdraw", "resume", "change_details",
        phase=GUARD, rank=90)  # fmt: skip
    def known(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse a channel that there is not."""
        if d.body.channel is not None and d.body.channel not in self.channels:
            yield fx.Refuse("unknown", f"{d.body.verb}.channel")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        known = [code for code in CHANNELS if code in self.channels]
        own = sorted(self.channels - CHANNELS.keys())
        zh = "、".join([*(CHANNELS[code][0] for code in known), *own])
        en = ", ".join([*(CHANNELS[code][1] for code in known), *own])
        return {
            self.number: (
                f"服务渠道：{zh}；不在其列的渠道不予登记，已停用的渠道在记录中仍可查阅。",
                f"Channels: {en}. Another one is refused; old ones stay readable in the records.",
            )
        }


class Contacts(Clause):
    """Visits of certain kinds: contacts with customers, told by those who had them.

    Numbers by reason: `channel`, `details`.

    Args:
        kinds: of visits.
        channels: on which they take place; None for any, or none at all.
        by: whether the member of staff must be named.
        details: without which they are refused as incomplete.
        record: written into the customer's file; "" for none.
        more: further records of a contact: (draft) → (record, number that speaks).
        under: the numbers under which `more` speaks.
    """

    def __init__(
        self, number: str, *kinds: str, channels: Collection[str] | None = None, by: bool = False,
        details: tuple[str, ...] = (), record: str = "",
        more: Callable[[Draft], tuple[str, str]] | None = None, under: Iterable[str] = (),
        **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **{each: each for each in under}, **numbers)
        self.about = "/".join(kinds)
        self.kinds = kinds
        self.channels = channels
        self.by = by
        self.details = details
        self.kept = record
        self.more = more

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"visit.kind": self.kinds}

    @on("visit", phase=GUARD, rank=30)
    def complete(self, d: Draft) -> Iterator[fx.Effect]:
        """Who, where and what must be said."""
        if d.body.kind not in self.kinds:
            return
        if self.channels is not None and d.body.channel not in self.channels:
            yield fx.Refuse("not_included", "visit.channel", number=self.of("channel"))
        if self.by and not (d.body.by or "").strip():
            yield fx.Lack("by", number=self.of("details"))
        for name in self.details:
            if detail(d.body, name) in (None, ""):
                yield fx.Lack(name, number=self.of("details"))

    @on("visit", phase=FOLLOW, rank=30)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """It is on the customer's file."""
        if d.body.kind not in self.kinds:
            return
        yield fx.Cite(d.body.kind)
        if self.kept:
            yield fx.Note(d.member, self.kept)
        if self.more is not None:
            record, number = self.more(d)
            yield fx.Note(d.member, record, number=number)


__all__ = ["CHANNELS", "FILE", "Channels", "Contacts", "CustomerFile", "file_opened"]
