"""Annex 1 (the application form) and the monthly report of the VIP member-card charter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from charterhouse.kernel.report import Entry, Form, FormField, Report, Row
from charterhouse.kernel.settings import SettingValues
from charterhouse_gynecology.vip_card_texts import LABELS

FORM = Form("VIP会员申请表", "VIP member application form", (
    FormField("to", "致（医院）", "To (hospital)", "institution"),
    FormField("from", "申请人", "From", person="name"),
    FormField("from_email", "发件邮箱", "Sender's e-mail", "email"),
    FormField("name", "姓名", "Name", person="name"),
    FormField("education", "学历", "Education"),
    FormField("nationality", "国籍", "Nationality"),
    FormField("telephone", "电话", "Telephone", "phone", person="phone"),
    FormField("fax", "传真", "Fax", "phone"),
    FormField("email", "电子邮箱", "E-mail", "email", person="email"),
    FormField("company", "公司", "Company"),
    FormField("position", "职务", "Position"),
    FormField("home_address", "家庭住址", "Home address", "long_text", person="address"),
    FormField("preferences", "喜好", "Preferences", "long_text"),
    FormField("skills", "特长", "Special skills", "long_text"),
    FormField("contact", "特殊情况联系人", "Contact for special situations", "contact", 2),
    FormField("other_cards", "持有的其他医院会员卡及印象", "Cards of other hospitals, impressions",
              "long_text"),
    FormField("suggestions", "对本院的意见和建议", "Opinions and suggestions", "long_text"),
    FormField("charities", "参加的公益组织或协会", "Charity organisations or associations", "list"),
    FormField("signature", "申请人签名", "Applicant's signature", "signature"),
    FormField("stamp", "医院盖章", "Hospital stamp", "stamp"),
))  # fmt: skip


def _monthly(entries: Iterable[Entry], _s: SettingValues) -> list[Row]:
    by_path: Counter[str] = Counter()
    ordinary = reissues = donations = 0
    for entry in entries:
        joined = [h for h in entry.happenings if (h.fact, h.cause) == ("activated", "joined")]
        by_path.update(entry.path or "ordinary" for _ in joined)
        donations += entry.figures.get("donation", 0)
        ordinary += _received(entry, "@donation")
        reissues += _received(entry, "@reissue")
    issued = [
        Row(f"issued.{path}", f"发卡：{LABELS[path][0]}", f"Cards issued: {LABELS[path][1]}", count)
        for path, count in sorted(by_path.items())
    ]
    return [
        Row("issued", "发卡合计", "Cards issued", by_path.total()),
        *issued,
        Row("received.ordinary", "收到：普通办理捐款", "Received: ordinary cards", ordinary, "yuan"),
        Row("received.reissue", "收到：补卡工本费", "Received: reissues", reissues, "yuan"),
        Row("received", "收到合计", "Money received", ordinary + reissues, "yuan"),
        Row("donations", "应捐款", "Donations due", donations, "yuan"),
        Row("donations.applicants", "其中由普通办理申请人承担", "of which covered by applicants",
            min(ordinary, donations), "yuan"),
        Row("donations.hospital", "其中由医院承担", "of which borne by the hospital",
            max(0, donations - ordinary), "yuan"),
    ]  # fmt: skip


def _received(entry: Entry, account: str) -> int:
    return -sum(p.amount for p in entry.postings if p.owner == account and p.amount < 0)


MONTHLY = Report("monthly", "月报", "Monthly report", "month", _monthly)
