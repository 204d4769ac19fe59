"""Names of codes that all service desks share, and the helpers that put codes into words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.customers import CHANNELS
from charterhouse.kernel.labels import COMMON

SHARED: Mapping[str, Text] = {
    **COMMON,
    **CHANNELS,
    # what is asked for, and what happens to it
    "enquiry": ("咨询", "Enquiry"),
    "question": ("疑问", "Question"),
    "problem": ("问题", "Problem"),
    "fault": ("故障", "Fault"),
    "after-sales": ("售后服务", "After-sales service"),
    "order": ("订购", "Order"),
    "other": ("其他", "Other"),
    "contact": ("联系", "Contact"),
    "follow-up": ("回访", "Follow-up"),
    "answered": ("已答复", "Answered"),
    "solved": ("已解决", "Solved"),
    "reply": ("答复", "Reply"),
    # records, flags and tasks
    "customer-file": ("客户档案", "Customer file"),
    "late": ("超时", "Late"),
    "overdue": ("逾期", "Overdue"),
    "escalate-overdue": ("逾期升级处理", "Escalate what is overdue"),
    "disclosure": ("对外提供信息登记", "Disclosure"),
    # details
    "by": ("经办人", "Member of staff"),
    "member": ("客户", "Customer"),
    "channel": ("渠道", "Channel"),
    "date": ("日期", "Date"),
    "text": ("内容", "Text"),
    "kind": ("种类", "Kind"),
    "bookings": ("预约", "Bookings"),
    "contacts": ("联系次数", "Contacts"),
    "priority": ("优先级", "Priority"),
    "class": ("类别", "Class"),
    "price": ("价格", "Price"),
    "reason": ("理由", "Reason"),
    "service": ("服务", "Service"),
    "place": ("地点", "Place"),
}
"""Code → (zh, en)."""

Labels = Mapping[str, Text]


def named(code: str, labels: Labels) -> Text:
    """A code in words; one that the institution made up itself stays as it is."""
    return labels.get(code, (code, code))


def listed(codes: Iterable[str], labels: Labels) -> Text:
    """Codes in words, in both languages; "none" where there are none."""
    found = [named(code, labels) for code in codes]
    if not found:
        return "无", "none"
    return "、".join(zh for zh, _ in found), ", ".join(en for _, en in found)


__all__ = ["SHARED", "Labels", "listed", "named"]
