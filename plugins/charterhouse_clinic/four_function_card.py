"""The clinic card with four functions (诊所会员卡管理制度) as a list of its clauses."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Charter, Clause, Section, Text
from charterhouse.kernel.clauses.admission import Consent, Documents, OneMembership
from charterhouse.kernel.clauses.benefits import Unlimited
from charterhouse.kernel.clauses.cards import Loss, Reissue
from charterhouse.kernel.clauses.conditions import ByTier, Lines, entitled
from charterhouse.kernel.clauses.earning import BillRefund, NoRefundOf, PointsByRate
from charterhouse.kernel.clauses.flow import Activation, Application, Review
from charterhouse.kernel.clauses.notices import AmendmentNotice
from charterhouse.kernel.clauses.origins import Channels
from charterhouse.kernel.clauses.points import OpeningFigures, Redemption
from charterhouse.kernel.clauses.price import BasePrice, Factor, percent
from charterhouse.kernel.clauses.rights import Rights, Statement
from charterhouse.kernel.clauses.tender import StoredValue, TopUps
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import Factor as FactorField
from charterhouse.kernel.settings import Rate, SettingValues, Whole, Yuan, meta
from charterhouse_clinic.four_function_clauses import (
    DISCOUNT,
    FUNCTIONS,
    POINTS,
    PRIVILEGE,
    Functions,
)
from charterhouse_clinic.words import costed, named

CODE = fields.String(validate=validate.Regexp(r"^[a-z0-9][a-z0-9-]{0,39}$"))
WAYS = ("self-service", "doctor", "gift")
USES = ("spend", "redeem", "use")


class FourFunctionSettings(Schema):
    """Products and what their functions need: factor, items, points, gifts, fee (typed as fen)."""

    products = fields.Dict(
        keys=CODE,
        values=fields.List(
            fields.String(validate=validate.OneOf(FUNCTIONS)), validate=validate.Length(min=1)
        ),
        load_default=lambda: {function: [function] for function in FUNCTIONS},
        validate=validate.Length(min=1),
        metadata=meta("卡产品及其功能", "Card products and their functions", "codes", "2.1", "products"),
    )  # fmt: skip
    discount_factor = FactorField(
        load_default=None, allow_none=True,
        metadata=meta("折扣系数", "Discount factor", "factor", "2.1", "functions",
                      help_zh="有折扣功能的产品必填", help_en="Needed by a product with discount"),
    )  # fmt: skip
    discount_items = fields.List(
        CODE, load_default=None, allow_none=True,
        metadata=meta("折扣项目", "Items with discount", "codes", "2.1", "functions",
                      help_zh="有折扣功能的产品必填", help_en="Needed by a product with discount"),
    )  # fmt: skip
    points_per_yuan = Rate(
        load_default=None, allow_none=True,
        metadata=meta("每元积分", "Points per yuan", "points", "2.1", "functions",
                      help_zh="有积分功能的产品必填", help_en="Needed by a product with points"),
    )  # fmt: skip
    privileges = fields.List(
        CODE, load_default=lambda: ["priority-visit", "parking"],
        metadata=meta("特权", "Privileges", "codes", "2.1", "functions"),
    )  # fmt: skip
    gifts = fields.Dict(
        keys=CODE, values=Whole(validate=validate.Range(1, 10**7)), load_default=dict,
        metadata=meta("积分兑换目录", "Services and goods for points", "points", "2.1", "functions"),
    )  # fmt: skip
    reissue_fee = Yuan(
        load_default=0, metadata=meta("补卡费", "Reissue fee", "yuan", "3.3a", "card")
    )  # fmt: skip

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "products": ("卡产品", "Products"),
        "functions": ("功能", "Functions"),
        "card": ("会员卡", "Card"),
    }


LABELS: dict[str, Text] = {
    **COMMON,
    "stored-value": ("储值卡", "Stored-value card"),
    "discount": ("折扣卡", "Discount card"),
    "points": ("积分卡", "Points card"),
    "privilege": ("特权卡", "Privilege card"),
    "combined": ("综合卡", "Combined card"),
    "parking": ("免费停车", "Free parking"),
    "self-service": ("自助发放", "Taken by the patient"),
    "doctor": ("医生推荐", "Recommended by a doctor"),
    "earned": ("消费积分", "Points for spending"),
    "opening": ("期初积分", "Opening points"),
    "principal": ("本金", "Principal"),
    "gift": ("赠送发放", "Given as a present"),
}
ROLES: dict[str, Text] = {
    "front-desk": ("前台", "Front desk"),
    "doctor": ("医生", "Doctor"),
    "clinical": ("临床资料人员", "Staff with the right to clinical data"),
}


class FourFunctionCard(Charter):
    """Stored value, discount, points and privileges, switched on by the product of the card."""

    code = "clinic.four-function-card"
    name = ("诊所会员卡管理制度（四功能卡）", "Clinic card with four functions")
    Settings = FourFunctionSettings
    sections = (
        Section("1", "会员卡的含义", "Meaning of the card"),
        Section("2", "种类与发放", "Kinds and issue"),
        Section("3", "管理与使用", "Administration and use"),
    )
    roles = ROLES
    labels = LABELS
    example = {  # noqa: RUF012 - a class attribute of the kernel's, never changed
        "discount_factor": "0.90", "discount_items": ["tcm"], "points_per_yuan": 1,
    }  # fmt: skip

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        functions = Functions("2.1a", s)
        discounted = dict.fromkeys(functions.having(DISCOUNT), s.discount_factor)
        names = {product: LABELS.get(product, (product, product)) for product in s.products}

        def earns(d: Draft) -> bool:
            return entitled(d) and d.of_member.tier in functions.having(POINTS)

        acting: list[Clause] = [
            AmendmentNotice("1", days=0),
            Factor(
                "2.1", factor=ByTier(discounted), lines=Lines(items=frozenset(s.discount_items or ()))
            ),
            Unlimited(
                "2.1", *s.privileges, only=functions.having(PRIVILEGE), excluded="2.1a"
            ),
            Redemption("2.1", gifts=s.gifts, shown={}),
            functions,
            Tiers("2.1a", names, ordered=()),
            OneMembership("2.1a"),
            Consent("2.1a"),
            Documents("2.1a", {"application-form": 1}),
            Application("2.1a", review=True),
            Review("2.1a"),
            Activation("2.1a"),
            TopUps("2.1a"),
            PointsByRate("2.1b", per_yuan=s.points_per_yuan or 0, who=earns),
            OpeningFigures("2.1b"),
            BillRefund("2.1b"),
            BasePrice("2.1b"),
            Channels("2.2", WAYS, default=WAYS[0]),
            Rights(
                "3.2", verbs=frozenset(USES), flag="",
                shown={verb: {"card": "card_missing"} for verb in USES},
                lent=dict.fromkeys(USES, "card_missing"), lost="3.3", void="3.3a",
            ),
            StoredValue("3.2a"),
            NoRefundOf("3.2a", purposes=frozenset({"top_up"})),
            Loss("3.3"),
            Reissue("3.3a", amount=s.reissue_fee),
            NoRefundOf("3.3a", purposes=frozenset({"reissue"})),
        ]  # fmt: skip
        return [*acting, *(Statement(number, *text) for number, text in _texts(s).items())]


def _texts(s: SettingValues) -> dict[str, Text]:
    """What the document says in words of its own, with the tenant's figures."""
    return {**_kinds(s), **_use(s)}


def _kinds(s: SettingValues) -> dict[str, Text]:
    products = [(named([p], LABELS), named(fs, LABELS)) for p, fs in s.products.items()]
    zh = "；".join(f"{product[0]}（{functions[0]}）" for product, functions in products)
    en = "; ".join(f"{product[1]} ({functions[1]})" for product, functions in products)
    items_zh, items_en = named(s.discount_items or (), LABELS)
    rights_zh, rights_en = named(s.privileges, LABELS)
    gifts_zh, gifts_en = costed(s.gifts, LABELS)
    factor = "—" if s.discount_factor is None else percent(s.discount_factor)
    rate = "—" if s.points_per_yuan is None else s.points_per_yuan
    return {
        "1": (
            "会员卡是诊所与患者关系的标志，也是一种针对性的服务和优惠，用以增强归属感和忠诚度，便于管理和营销。"
            "本制度的调整自公布的生效日起适用。",
            "The card is the sign of the relation between clinic and patient and a form of targeted "
            "service and benefit: belonging, loyalty, a base for administration and marketing. A "
            "change of these rules holds from the day announced.",
        ),
        "2.1": (
            f"四种功能：储值（预存后消费扣款）；折扣（所列项目按{factor}%收费：{items_zh}）；积分（就诊、购药等消费积分，"
            f"可兑换诊所的服务或商品：{gifts_zh}）；特权（{rights_zh}，不限次数）。",
            "Four functions: stored value (loaded, then deducted); discount (listed items at "
            f"{factor} %: {items_en}); points (on visits, medicine and other spending, redeemable for "
            f"services or goods of the clinic: {gifts_en}); privileges ({rights_en}, unlimited).",
        ),
        "2.1a": (
            f"每种卡产品启用一至四种功能：{zh}。申请须注明产品，提交申请表，不收费用，批准后即生效，每人一个会员资格。"
            "产品未启用的功能不予办理，账单上则不适用。",
            f"A card product enables one to four functions: {en}. The application names it and comes "
            "with the form; there is no fee, and the card is active at approval, one per person. What "
            "the product does not enable is refused or, on bills, does not apply.",
        ),
        "2.1b": (
            f"功能同时使用时依次为：折扣、储值、积分。每实际支付1元（含储值支付）积{rate}分，每张账单舍去不足1分的部分，"
            "不过期；充值不积分。退款按原支付方式退回，积分相应扣回。",
            f"Together they work in this order: discount, stored value, points. Each yuan really paid, "
            f"also from stored value, earns {rate} point(s), whole points rounded down per bill, "
            "without expiry; top-ups earn none. A bill taken back is given back the way it was paid, "
            "and its points are taken back.",
        ),
        "2.2": (
            "发放方式：患者主动在前台或终端自助领取；医生根据病情和需要推荐；活动中赠送或作为礼品。",
            "Ways of issue: taken at the front desk or a terminal on the patient's own initiative; "
            "recommended by a doctor by condition and need; at events or as a present.",
        ),
    }


def _use(s: SettingValues) -> dict[str, Text]:
    fee = show_fen(s.reissue_fee)
    return {
        "3.1": (
            "记录基本资料（姓名、性别、年龄、联系方式等）、就诊记录（病历、检查结果、处方）和权益（产品、储值、积分等）。"
            "临床资料须单独授权查看，前台仅可见基本资料和权益。",
            "Recorded are basic data (name, sex, age, contact), visits (medical records, results, "
            "prescriptions) and rights (product, stored value, points). Clinical data need a right of "
            "their own; the front desk sees basic data and rights only.",
        ),
        "3.2": (
            "在前台出示会员卡，读卡并核对本人后按功能办理，就诊或消费后系统扣款、积分或折扣，卡由患者带走。"
            "未出示或非本人的卡：按原价收费，无积分、储值支付、权益和兑换。",
            "The card is shown at the front desk and read, identity confirmed, and the operation done "
            "by function; then the patient takes it along. Without the card, or with one that is not "
            "the person's own: ordinary price, no points, stored value, benefit or redemption.",
        ),
        "3.2a": (
            "指定以储值支付的部分须余额足够，否则不予办理；未指定的，储值能付多少付多少，其余另行支付。储值不退现。",
            "What is asked for by stored value must be covered, else it is refused; without such a "
            "word it pays what it can and the rest is paid otherwise. Stored value is not paid back.",
        ),
        "3.3": (
            "遗失须立即凭身份证件到前台挂失，核实后停用；无证件的不予停用。停用的卡没有任何权益。",
            "A loss is reported at once at the front desk with proof of identity, then the card is "
            "blocked; without proof it is not. A blocked card gives no rights.",
        ),
        "3.3a": (
            f"补卡费{fee}元（不收费的补卡即生效，否则缴费后生效，不予退还）；储值、积分、权益和产品转入新卡号，旧卡号作废，"
            "全程留有记录。",
            f"A new number costs {fee} yuan (active at once where nothing is owed, else on payment, and "
            "never given back) and takes over stored value, points, rights and product; the old "
            "number is void; all is logged.",
        ),
    }
