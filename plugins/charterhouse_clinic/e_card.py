"""The clinic member card, plastic or electronic (诊所会员卡管理制度范文), as a list of its clauses."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import Consent, Documents, OneMembership
from charterhouse.kernel.clauses.bookings import Bookings
from charterhouse.kernel.clauses.cards import LOSS_REPORT, Carriers, Loss, LossFee, Reissue
from charterhouse.kernel.clauses.earning import BillRefund, NoRefundOf, PointsByRate
from charterhouse.kernel.clauses.flow import Activation, Application, Review
from charterhouse.kernel.clauses.inactivity import Deregistration
from charterhouse.kernel.clauses.leaving import Suspension
from charterhouse.kernel.clauses.notices import AmendmentNotice
from charterhouse.kernel.clauses.origins import NotBefore
from charterhouse.kernel.clauses.points import OpeningFigures, PointsValid, Redemption
from charterhouse.kernel.clauses.price import BasePrice
from charterhouse.kernel.clauses.rights import NotOffered, Rights, Statement
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.ledger import POINTS
from charterhouse.kernel.settings import Rate, SettingValues, Whole, Yuan, meta
from charterhouse_clinic import e_card_texts as texts

SHOWN = {"card": "card_missing", "id": "id_missing"}


class ECardSettings(Schema):
    """Points, months, the fee of a lost card (typed as fen), the filing and the ways to redeem."""

    design_filed = fields.Date(
        required=True,
        metadata=meta(
            "备案日期", "Day of the filing", "date", "3", "card",
            help_zh="此日之前不发卡", help_en="No card is issued before it",
        ),
    )  # fmt: skip
    inactivity_months = Whole(
        required=True, validate=validate.Range(1, 240),
        metadata=meta("久不使用期限", "Months without use", "months", "4", "card"),
    )  # fmt: skip
    loss_fee = Yuan(
        required=True,
        metadata=meta(
            "挂失（换卡）手续费", "Fee of a loss report or a damaged card", "yuan", "9", "card"
        ),
    )
    points_per_yuan = Rate(
        required=True, metadata=meta("每元积分", "Points per yuan", "points", "12", "points")
    )
    points_valid_months = Whole(
        load_default=12, validate=validate.Range(1, 240),
        metadata=meta("积分有效期", "Validity of points", "months", "14", "points"),
    )  # fmt: skip
    redemption_channels = fields.List(
        fields.String(validate=validate.OneOf(texts.CHANNELS)), required=True,
        validate=validate.Length(min=1),
        metadata=meta("兑换渠道", "Ways to redeem", "codes", "14", "points"),
    )  # fmt: skip
    gifts = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 80)),
        values=Whole(validate=validate.Range(1, 10**7)), load_default=dict,
        metadata=meta("礼品目录", "Gifts and services for points", "points", "13", "points"),
    )  # fmt: skip

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "card": ("会员卡", "Card"),
        "points": ("积分", "Points"),
    }


class ECard(Charter):
    """A card for anybody on either carrier; whole points on what was paid, valid one year."""

    code = "clinic.e-card"
    name = ("诊所会员卡管理制度（实体卡与电子卡）", "Clinic card, plastic or electronic")
    Settings = ECardSettings
    sections = (
        Section("1", "目的", "Purpose"),
        Section("2", "适用范围", "Scope"),
        Section("3", "备案与发卡", "Filing and issue"),
        Section("4", "权利、停用与注销", "Rights, suspension and deregistration"),
        Section("5", "申办", "Application"),
        Section("6", "卡的载体", "Carriers"),
        Section("7", "个人资料", "Personal data"),
        Section("8", "本人使用", "Holder only"),
        Section("9", "挂失与补换", "Loss and replacement"),
        Section("10", "出示", "Showing the card"),
        Section("11", "保管责任", "Safe keeping"),
        Section("12", "积分", "Earning points"),
        Section("13", "积分回馈", "What points give"),
        Section("14", "积分有效期与兑换", "Validity and redemption of points"),
    )
    records = ("lending",)
    roles = texts.ROLES
    labels = texts.LABELS
    example = {  # noqa: RUF012 - a class attribute of the kernel's, never changed
        "design_filed": "2025-01-02", "inactivity_months": 24, "loss_fee": "10.00",
        "points_per_yuan": 1, "redemption_channels": ["front-desk", "mini-program"],
    }  # fmt: skip

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        acting: list[Clause] = [
            AmendmentNotice("2", days=0),
            NotBefore("3", s.design_filed),
            Suspension("4"),
            Deregistration("4", months=s.inactivity_months, forfeits=(POINTS,)),
            Tiers("5", {"member": COMMON["member"]}, default="member"),
            OneMembership("5"),
            Consent("5"),
            Application("5", review=True),
            Review("5"),
            Activation("5"),
            Carriers("6", tuple(texts.CARRIERS)),
            Documents("7", {"application-form": 1}),
            NotOffered("8", {"transfer_card": "not_transferable"}),
            Loss("9", shown={}, ended="4", none="4"),
            LossFee("9", amount=s.loss_fee),
            Reissue(
                "9", amount=s.loss_fee, damaged=True, after=LOSS_REPORT, ended="4", none="4",
                suspended="4",
            ),
            NoRefundOf("9", purposes=frozenset({LOSS_REPORT, "reissue"})),
            Rights(
                "10", verbs=frozenset({"spend", "redeem"}),
                shown={"spend": SHOWN, "redeem": SHOWN},
                none="4", suspended="4", ended="4", lost="9", void="9", lending="8",
            ),
            BasePrice("10"),
            Bookings("10", *texts.BOOKINGS, labels=texts.LABELS),
            PointsByRate("12", per_yuan=s.points_per_yuan),
            BillRefund("12"),
            OpeningFigures("14"),
            PointsValid("14", months=s.points_valid_months),
            Redemption(
                "14", gifts=s.gifts, shown={}, channels=s.redemption_channels,
                channel="front-desk", gift="13",
            ),
        ]  # fmt: skip
        return [*acting, *(Statement(number, *text) for number, text in texts.texts(s).items())]
