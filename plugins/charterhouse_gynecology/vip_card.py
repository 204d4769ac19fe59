"""The VIP member-card charter (医院VIP会员卡章程) as a list of its clauses."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import OneMembership, Papers, Path, Paths
from charterhouse.kernel.clauses.benefits import Quota, Unlimited, UseGivenBack
from charterhouse.kernel.clauses.cards import CardMisuse, Loss, Reissue, TransferOfCard
from charterhouse.kernel.clauses.conditions import Lines, on_birthday
from charterhouse.kernel.clauses.conduct import DetailsChanged, Incidents, Sanctions
from charterhouse.kernel.clauses.earning import (
    BillRefund,
    NoRefundOf,
    PointsPerYuan,
    ReferralShare,
    SpendTotal,
)
from charterhouse.kernel.clauses.fees import EntryFee
from charterhouse.kernel.clauses.flow import Activation, Application, MailedCard, Review
from charterhouse.kernel.clauses.notices import (
    Activities,
    AmendmentNotice,
    BirthdayNotice,
    DonationPerCard,
    ExpiryNotice,
)
from charterhouse.kernel.clauses.points import (
    Award,
    OpeningFigures,
    PointsResetNotice,
    PointsYear,
    Redemption,
)
from charterhouse.kernel.clauses.price import FactorOnActivityPrice, Waived
from charterhouse.kernel.clauses.redemptions import Objection
from charterhouse.kernel.clauses.rights import NotOffered, Rights, Visits
from charterhouse.kernel.clauses.terms import Term
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.settings import SettingValues
from charterhouse_gynecology import vip_card_texts as texts
from charterhouse_gynecology.vip_card_reports import FORM, MONTHLY
from charterhouse_gynecology.vip_card_settings import VipCardSettings

REMOTE = frozenset({"telephone", "wechat", "mms", "qq"})
MEASURES = frozenset({"take_card", "end_membership", "cancel_points", "refuse_redemption"})


class VipCard(Charter):
    """One free or 10-yuan card per person for three years; all from activity prices."""

    code = "gynecology.vip-card"
    name = ("医院VIP会员卡章程", "VIP member-card charter")
    Settings = VipCardSettings
    sections = (
        Section("1", "会员卡种类", "Card types"),
        Section("2", "会员卡功能", "Functions of the card"),
        Section("3", "发卡、有效期与挂失", "Issue, validity, loss"),
        Section("4", "办理资格与手续", "Eligibility and formalities"),
        Section("5", "会员积分", "Points"),
        Section("6", "积分年度与查询", "Points year and enquiry"),
        Section("7A", "会员权利", "Rights"),
        Section("7B", "会员义务与医院权利", "Duties and the hospital's rights"),
        Section("D", "补充规定", "Decided rules"),
    )
    form = FORM
    reports = (MONTHLY,)
    records = ("lending", "incident", "details-changed")
    roles = texts.ROLES
    labels = texts.LABELS
    variants = "type_overrides"
    default_tier = "default_card_type"

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        paths = Paths("4.2.2", {
            "ordinary": Path(remote=False, clause="4.1.2"),
            "alliance": Path(papers=("merchant-proof",), clause="4.1.1"),
            "old-patient": Path(papers=("visit-record",), clause="4.1.1"),
            "blood-donor": Path(papers=("donor-certificate",), clause="4.1.1"),
        }, default="ordinary", remote=REMOTE)  # fmt: skip
        points = PointsPerYuan("5.1", per_yuan=s.points_per_yuan)
        acting = [
            Tiers(
                "1.1", texts.TIERS, default=s.default_card_type, setting="default_card_type",
                own=texts.TYPE_CLAUSES,
            ),
            DonationPerCard("2.1", amount=s.donation_per_card, charity=s.charity_name),
            FactorOnActivityPrice(
                "2.2", factor=s.price_factor, without=s.excluded_items, excluded="7B.8"
            ),
            Unlimited("2.3", "alliance-service"),
            Quota(
                "2.4", "birthday-check", per=1, window=on_birthday,
                shown={"card": "card_missing", "id": "id_missing"},
            ),
            Quota("2.5", "yearly-gift", per=s.yearly_gifts),
            OneMembership("3.1"),
            Term("3.2", months=12 * s.term_years, lapse="D.2"),
            NotOffered("3.2", {"renew": "not_included"}),
            NotOffered("3.3", {
                "withdraw": "not_refundable",
                "top_up": "not_included",
                "cash_out": "not_withdrawable",
            }),
            NoRefundOf("3.3", purposes=frozenset({"donation", "reissue"})),
            Loss("3.4", hours=s.loss_report_hours, expired="D.2", ended="7B.6"),
            Reissue(
                "3.4", amount=s.reissue_fee, hours=s.loss_report_hours, identity="3.6",
                fixed=frozenset({"name", "id_number"}), expired="D.2", ended="7B.6",
            ),
            CardMisuse("3.4"),
            Visits("4.1.1", paths=frozenset({"old-patient"})),
            EntryFee(
                "4.1.2", purpose="donation", amount=s.ordinary_donation,
                paths=frozenset({"ordinary"}),
            ),
            Application("4.2.3", review=True),
            Review("4.2.1"),
            Activation("4.2.1", legacy="3.2"),
            OpeningFigures("5.5"),
            paths,
            MailedCard("4.2.2", remote=REMOTE),
            TransferOfCard(
                "4.2.2b", papers=("authorisation", "id-document", "application-form", "id-copy")
            ),
            Papers(
                "4.2.3", paths, on_site=("application-form", "id-copy"),
                remote=("application-form", "id-photo"), remote_details=("address",),
            ),
            points,
            SpendTotal("5.1"),
            ReferralShare(
                "5.2", percent=s.referral_percent, points=points,
                first_visit_only=s.referral_scope == "first_visit",
            ),
            Award("5.3", kind="gift"),
            Award("5.4", kind="interaction", reason_needed=True),
            Objection("5.7", days=s.dispute_days, upheld="objection-upheld", returned="5.8"),
            PointsYear("6"),
            Rights(
                "7A.1", lost="7B.3", void="7B.6", expired="D.2", ended="7B.6", lending="7B.1"
            ),
            Waived("7A.2", lines=Lines(categories={"registration"})),
            Unlimited("7A.2", "registration-waiver", "spending-detail"),
            Unlimited("7A.3", "follow-up"),
            Unlimited("7A.4", "lucky-draw"),
            Unlimited("7A.5", "member-event"),
            Activities("7A.5"),
            Redemption(
                "7A.7", gifts=s.gifts, insufficient="5.5", pooling="5.9", deduct="5.7", gift="5.6"
            ),
            DetailsChanged("7B.2"),
            Incidents(
                "7B.5", {"counterfeit": "report-to-police", "abuse": "", "card-misuse": ""}
            ),
            Sanctions("7B.6", measures=MEASURES, approval="management_approval"),
            AmendmentNotice("7B.7", days=s.notice_days),
            BillRefund("D.1"),
            UseGivenBack("2.5"),
            BirthdayNotice("2.4"),
            ExpiryNotice("3.2", days=s.card_expiring_days),
            PointsResetNotice("6", days=s.points_reset_days),
        ]  # fmt: skip
        return [*acting, *texts.statements(s)]
