"""Fixed member prices and included services for a term (口腔门诊会员制方案)."""

from __future__ import annotations

from collections.abc import Iterator

from charterhouse.kernel.charter import Charter, Clause, Section, Text
from charterhouse.kernel.clauses.admission import Consent, Documents, OneMembership
from charterhouse.kernel.clauses.benefits import FreeLines, Quota, Unlimited, UseGivenBack, term
from charterhouse.kernel.clauses.bookings import Bookings
from charterhouse.kernel.clauses.earning import BillRefund, NoRefundOf
from charterhouse.kernel.clauses.fees import EntryFee
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import AmendmentNotice, ExpiryNotice
from charterhouse.kernel.clauses.price import BasePrice, MemberPrices
from charterhouse.kernel.clauses.queues import Active, Queue
from charterhouse.kernel.clauses.rights import Rights, Statement
from charterhouse.kernel.clauses.terms import Renewal, Term
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import words
from charterhouse_dental.fixed_price_term_settings import PRIORITY, FixedPriceTermSettings
from charterhouse_dental.reports import services_report

LABELS: dict[str, Text] = {
    **COMMON,
    "scaling": ("洁牙", "Scaling"),
    "oral-check": ("口腔检查", "Oral examination"),
    "term-ending": ("会员期限即将届满", "The term is about to end"),
}


class FixedPriceTerm(Charter):
    """A fee buys given services and member prices for a stated time."""

    code = "dental.fixed-price-term"
    name = ("口腔门诊定价会员方案", "Dental outpatient membership at fixed member prices")
    Settings = FixedPriceTermSettings
    sections = (
        Section("1", "入会与期限", "Joining and term"),
        Section("2", "价格与服务", "Prices and services"),
        Section("3", "优先服务", "Priority"),
        Section("4", "特点与提示", "For and against"),
        Section("5", "报表", "Reports"),
        Section("D", "补充规定", "Decided rules"),
    )
    reports = (services_report(LABELS, by_member=True),)
    labels = LABELS
    example = {  # noqa: RUF012 - read as a plain attribute
        "fee": 600, "term_months": 12, "member_prices": {"scaling": 120},
    }  # fmt: skip

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        return [
            Application("1.1").says(
                "缴纳会员费者为会员，设一个等级；须填写登记表并同意本方案，无需审核，不限年龄；"
                "申请受理即获准，应缴会员费。持有有效会员资格的不得重复入会。",
                "Whoever pays the fee is a member, of one tier. A registration form and consent are "
                "needed; there is no review and no age limit. An accepted application is approved at "
                "once and owes the fee. Nobody holds two memberships in force.",
            ),
            OneMembership("1.1", running=words.IN_FORCE),
            Documents("1.1", {"registration-form": 1}),
            Consent("1.1"),
            Tiers("1.1", {"member": LABELS["member"]}, default="member"),
            EntryFee("1.2", amount=s.fee).says(
                f"自缴清会员费{show_fen(s.fee)}元之日起享受会员权益；不足不予办理且不享受权益，申请仍然有效。",
                f"The membership starts on the day on which the full fee of {show_fen(s.fee)} yuan is "
                "paid. Less is refused and gives no right; the application stays open.",
            ),
            Activation("1.2", card=False),
            Term("1.3", months=s.term_months).says(
                f"会员期限为{s.term_months}个月；期满后按原价或活动价收费，不再享受任何权益。"
                f"期满前{s.term_ending_days}日提醒。",
                f"The term is {s.term_months} months. After its last day list or activity prices hold "
                f"and no right is left. A reminder comes {s.term_ending_days} days before that day.",
            ),
            ExpiryNotice("1.3", days=s.term_ending_days, notice="term-ending"),
            Rights("1.3", verbs=words.USING, shown={}, lent={}),
            Renewal("1.4", fee=s.fee, months=s.term_months).says(
                "缴纳会员费可续期：期内缴纳的，新一期自原期限届满次日起算；逾期缴纳的，自缴费之日起算。"
                "会员可随时退会，即时生效，会员费不予退还。",
                "The fee renews the membership: paid in time the next term starts the day after the "
                "last valid day, paid later on the day of payment. A withdrawal ends it at once, and "
                "nothing is paid back.",
            ),
            Withdrawal("1.4"),
            NoRefundOf("1.4", purposes=frozenset({"fee"})),
            MemberPrices("2.1", s.member_prices).says(*_prices(s)),
            BasePrice("2.1"),
            *_included(s),
            Statement(
                "2.3",
                "会员价目公示告知；个别约定的服务以文字记入档案，不改变价格。",
                "Members are told the member prices. Individually agreed services are kept as free "
                "text in the file and change no price.",
            ),
            Bookings("3.1", "treatment").says(
                "有效会员优先于其他人员就诊；同类人员按该时段的预约先后顺序。",
                "Members in force are served before all others; within each group the order of "
                "booking for the slot decides.",
            ),
            Queue("3.1", Active()),
            Unlimited("3.1", PRIORITY),
            *STATEMENTS,
            UseGivenBack("D.3").says(*words.NOT_ENJOYED),
            BillRefund("D.4").says(*words.REFUND),
            AmendmentNotice("D.5", days=0).says(*words.AMENDMENT),
        ]


def _prices(s: SettingValues) -> Text:
    zh, en = words.priced(s.member_prices, LABELS)
    return (
        f"会员价目表（每单位）：{zh}。按会员价乘以数量收费，原价或活动价更低的从低；未列入的项目按原价或活动价收费。",
        f"Member prices in yuan per unit: {en}. A line costs the member price times the quantity, or "
        "the list or activity price where that is lower; what is not listed costs the list or "
        "activity price.",
    )


def _included(s: SettingValues) -> Iterator[Clause]:
    """2.2: what the fee includes, by number per term."""
    zh, en = words.counted(s.included_services, LABELS)
    yield Statement(
        "2.2",
        f"每期包含的服务：{zh}。次数内免费，超出部分按2.1收费；未用次数随期限届满作废，续期自新一期首日起重新计算。",
        f"Included per term: {en}. They cost nothing as long as the number lasts, further units the "
        "price of 2.1. What is not used lapses with the term; a renewal opens the number anew from "
        "the first day of the next term.",
    )
    for item, number in s.included_services.items():
        quota = Quota("2.2", item, per=number, period=term)
        yield quota
        yield FreeLines("2.2", quota, items={item})


STATEMENTS = (
    Statement(
        "4",
        "宗旨：诊疗稳定、有竞争力、提高满意度。特点：量身服务、互利、优先。优点：标准统一的持续服务，"
        "减少选择成本和风险，享受会员价，丰富收入来源。入会前告知：会员须承担较高的费用，并非人人都能负担。",
        "Aims: stability of care, competitiveness, satisfaction. Features: tailored service, mutual "
        "benefit, priority. Advantages: continuous service at one standard, less choice cost and "
        "risk, member prices, more sources of income. To be told before joining: the cost is rather "
        "high and not affordable for everybody.",
    ),
    Statement(
        "5",
        "报表：会员的加入、续期和到期，会员费收入，包含服务的使用，会员节省的金额（原价减实收）。",
        "Reports: members joining, renewing and ending, fees received, use of included services, and "
        "what members saved (list price less what was charged).",
    ),
    Statement(
        "D.1",
        "优先服务指会员优先就诊。",
        "Priority service means priority for members.",
    ),
    Statement(
        "D.2",
        "会员价不高于原价和活动价。",
        "The member price is never above the list price or the activity price.",
    ),
)  # fmt: skip
"""Rules that ask nothing of the system."""
