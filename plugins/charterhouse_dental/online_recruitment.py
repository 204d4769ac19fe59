"""Registration online, a joining offer, recommendations with consent (口腔医疗会员管理方案)."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import Consent, Documents
from charterhouse.kernel.clauses.benefits import GrantOnce, Quota
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.conduct import DetailsChanged
from charterhouse.kernel.clauses.consents import DataConsent
from charterhouse.kernel.clauses.coupons import OffBill
from charterhouse.kernel.clauses.earning import BillRefund, PointsByRate
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import AmendmentNotice, Recorded
from charterhouse.kernel.clauses.origins import Channels
from charterhouse.kernel.clauses.points import PointsValid, Redemption
from charterhouse.kernel.clauses.price import BasePrice
from charterhouse.kernel.clauses.rights import Rights
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import POINTS, right
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import online_recruitment_texts as texts
from charterhouse_dental import words
from charterhouse_dental.online_recruitment_clauses import LinkedAccount, is_member, on_file
from charterhouse_dental.online_recruitment_settings import OnlineRecruitmentSettings

GIFT, COUPON = "joining-gift", "joining-coupon"
ON_SITE = "on-site"


def with_coupon(d: Draft) -> bool:
    """The bill asks for the coupon."""
    return detail(d.body, "coupon") is not None


def negative(d: Draft) -> bool:
    """The feedback is negative."""
    return detail(d.body, "negative") is True


class OnlineRecruitment(Charter):
    """Complete data, one account over several channels, a joining gift and a coupon."""

    code = "dental.online-recruitment"
    name = ("口腔医疗线上招募会员方案", "Member management with online recruitment")
    Settings = OnlineRecruitmentSettings
    sections = (
        Section("1", "招募与登记", "Recruitment and registration"),
        Section("2", "入会礼遇", "Joining offer"),
        Section("3", "服务与管理", "Service and management"),
        Section("4", "数据分析与营销", "Data analysis and marketing"),
        Section("5", "实施步骤", "Steps of implementation"),
        Section("6", "报表", "Reports"),
        Section("D", "补充规定", "Further rules"),
    )
    reports = (texts.MONTHLY,)
    records = ("feedback", "recommendation")
    roles = texts.ROLES
    labels = texts.LABELS
    example = texts.EXAMPLE

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        offers = set(s.joining_offers)
        gift = Quota("2.1", GIFT, per=0)
        coupon = Quota("2.2", COUPON, per=0, on_bills=True)
        granted = [code for offer, code in (("gift", GIFT), ("coupon", COUPON)) if offer in offers]
        return [
            Channels("1.1", s.channels, default=ON_SITE).says(*texts.channels(s)),
            Documents("1.2", {}, details=tuple(s.required_fields), on_file=on_file).says(
                *texts.data(s)
            ),
            Consent("1.2"),
            Application("1.2", unless=is_member),
            Activation("1.2", card=False),
            Tiers("1.2", texts.TIERS, default="member"),
            DetailsChanged("1.2", shown={}, record=""),
            LinkedAccount("1.3", default=ON_SITE, notice="account-linked").says(*texts.ACCOUNT),
            Withdrawal("1.5", forfeits=(POINTS, right(GIFT), right(COUPON))).says(*texts.LEAVING),
            gift.says(*texts.offer(s)),
            *(
                GrantOnce(
                    "2.1", code, upto={"member": 1},
                    notice="joining-offer" if code == granted[0] else "",
                )
                for code in granted
            ),
            coupon,
            PointsValid("2.2", months=s.coupon_months, unit=right(COUPON)),
            OffBill(
                "2.2", coupon, value=s.coupon_value, least=s.coupon_min_bill, asked=with_coupon,
                back=True, returned="2.3",
            ).says(*texts.coupon(s)),
            Recorded("3.1", {"feedback": "solve-feedback"}, when=negative).says(*texts.FEEDBACK),
            PointsByRate("3.2", per_yuan=s.points_per_yuan, short=True).says(*texts.points(s)),
            Redemption(
                "3.2", gifts=s.redemption_list, shown={}, unknown="not_redeemable", by_number=False
            ),
            BillRefund("3.2"),
            Rights("3.2", verbs=texts.NEED_RIGHTS, shown={}, lent={}),
            BasePrice("3.2"),
            Recorded("4.1", {"recommendation": ""}).says(*texts.ANALYSIS),
            DataConsent("4.2", "marketing_consent", kinds=frozenset({"recommendation"})),
            *texts.STATEMENTS,
            AmendmentNotice("D.1", days=0).says(*words.AMENDMENT),
        ]  # fmt: skip
