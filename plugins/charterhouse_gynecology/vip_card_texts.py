"""The words of the VIP member-card charter that the clause library does not bring."""

from __future__ import annotations

from collections.abc import Iterable

from charterhouse.kernel.charter import Clause, Text
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues

TIERS: dict[str, Text] = {
    "vip": ("VIP会员卡", "VIP card"),
    "supreme-gold": ("至尊金卡", "Supreme gold card"),
    "unionpay-vip": ("联名VIP会员卡", "Co-branded VIP card"),
    "charity": ("公益会员卡", "Charity card"),
}

TYPE_CLAUSES = {tier: f"1.{place}" for place, tier in enumerate(TIERS, start=1)}
"""Each card type is a clause of its own."""

ROLES: dict[str, Text] = {
    "applicant": ("申请人/持卡人", "Applicant, holder"),
    "reviewer": ("审核人员", "Reviewer"),
    "numbering": ("卡号编制部门", "Numbering department"),
    "service-desk": ("总台", "Main service desk"),
    "remote-staff": ("远程办理人员", "Remote-application staff"),
    "customer-service": ("客户服务部", "Customer service"),
    "editor": ("编辑（微信、院刊）", "Editor (WeChat, magazine)"),
    "follow-up": ("回访人员", "Follow-up staff"),
    "management": ("医院管理部门", "Hospital management"),
    "merchant": ("联盟商家", "Alliance merchant"),
    "charity": ("慈善机构", "Charity federation"),
}

LABELS: dict[str, Text] = {
    **TIERS,
    "individual": ("个人", "Individual"),
    "ordinary": ("普通办理", "Ordinary application"),
    "alliance": ("联盟商家会员", "Member of an alliance merchant"),
    "old-patient": ("老患者", "Former patient"),
    "blood-donor": ("无偿献血者", "Blood donor"),
    "on-site": ("现场办理", "On site"),
    "telephone": ("电话", "Telephone"),
    "wechat": ("微信", "WeChat"),
    "mms": ("彩信", "MMS"),
    "qq": ("QQ", "QQ"),
    "application-form": ("会员申请表", "Application form"),
    "id-copy": ("身份证复印件", "Copy of the ID card"),
    "id-photo": ("身份证照片", "Photo of the ID card"),
    "merchant-proof": ("联盟商家会员证明", "Proof of the alliance merchant"),
    "visit-record": ("就诊记录", "Visit record"),
    "donor-certificate": ("献血证", "Blood-donation certificate"),
    "authorisation": ("持卡人书面授权", "Holder's written authorisation"),
    "id-document": ("持卡人身份证件", "Holder's ID card"),
    "address": ("邮寄地址", "Postal address"),
    "merchant": ("联盟商家", "Merchant"),
    "management_approval": ("管理部门批准", "Management's approval"),
    "birthday-check": ("生日体检", "Birthday check-up"),
    "yearly-gift": ("年度会员礼品", "Yearly member gift"),
    "registration-waiver": ("免挂号费", "Registration fee waived"),
    "spending-detail": ("消费明细", "Spending detail"),
    "alliance-service": ("联盟商家服务", "Alliance services"),
    "lucky-draw": ("抽奖", "Lucky draw"),
    "member-event": ("会员活动", "Member events"),
    "follow-up": ("专人回访与节日问候", "Follow-up and greetings"),
    "donation": ("公益捐款", "Charity donation"),
    "reissue": ("补卡工本费", "Reissue fee"),
    "lending": ("出借会员卡", "Card lent"),
    "incident": ("事件", "Incident"),
    "details-changed": ("资料变更", "Details changed"),
    "card-misuse": ("盗用会员卡", "Card misuse"),
    "counterfeit": ("伪造会员卡", "Counterfeit card"),
    "abuse": ("滥用", "Abuse"),
    "take_card": ("收回会员卡", "Take back the card"),
    "end_membership": ("终止会员资格", "End the membership"),
    "cancel_points": ("取消积分", "Cancel the points"),
    "refuse_redemption": ("拒绝兑换", "Refuse redemption"),
    "mail-card": ("邮寄会员卡", "Mail the card"),
    "report-to-police": ("报警", "Report to the police"),
    "birthday": ("生日祝福", "Birthday greeting"),
    "card-expiring": ("会员卡即将到期", "Card about to expire"),
    "points-reset": ("积分即将清零", "Points about to be cleared"),
    "gift": ("赠送积分", "Gift points"),
    "interaction": ("互动积分", "Interaction points"),
    "earned": ("消费积分", "Consumption points"),
    "referral": ("介绍积分", "Referral points"),
    "opening": ("期初积分", "Opening points"),
    "objection-upheld": ("异议成立", "Objection upheld"),
    "redeem": ("相关的兑换", "Redemption concerned"),
    "first_visit": ("仅首次就诊", "First visit only"),
    "every_visit": ("每次就诊", "Every visit"),
}


def statements(s: SettingValues) -> Iterable[Clause]:
    """The rules that only speak, with the tenant's figures."""
    return [Statement(number, zh, en) for number, (zh, en) in _texts(s).items()]


def _texts(s: SettingValues) -> dict[str, Text]:
    return {**_card(s), **_formalities(), **_points(s), **_rights(), **_duties()}


def _card(s: SettingValues) -> dict[str, Text]:
    free = show_fen(s.ordinary_donation)
    types = {
        f"1.{place}": (
            f"{zh}：优先办理免费，普通办理{free}元，有效期{s.term_years}年。各卡种权益、价格和办理条件相同，名称为暂定。",
            f"{en}: free of charge on priority application, {free} yuan on ordinary application, "
            f"valid for {s.term_years} years. Rights, prices and entry are equal for all types; "
            "the names are provisional.",
        )
        for place, (zh, en) in enumerate(TIERS.values(), start=1)
    }
    merchants_zh = "、".join(s.alliance_merchants) or "由医院另行公布"
    merchants_en = ", ".join(s.alliance_merchants) or "announced by the hospital"
    items_zh = "、".join(s.birthday_check_items) or "由医院另行公布"
    items_en = ", ".join(s.birthday_check_items) or "announced by the hospital"
    worth = show_fen(s.birthday_check_value)
    return {
        **types,
        "2.3": (
            f"联盟商家增值服务：各卡种均可享受联盟商家（{merchants_zh}）的增值服务。",
            f"Value-added services at the alliance merchants ({merchants_en}) for every card.",
        ),
        "2.4": (
            f"生日体检：每个自然年仅限生日当天，凭本人身份证和会员卡在本院免费体检一次（价值{worth}元，项目：{items_zh}）；"
            "2月29日出生者平年以2月28日为准；不得转让，不累计到次年。",
            f"Birthday check-up: once per calendar year, only on the birthday itself, free at the "
            f"hospital on showing ID card and member card (worth {worth} yuan; items: {items_en}). "
            "Born on 29 February: on 28 February in common years. Not transferable, not carried "
            "over.",
        ),
        "2.5": (
            f"年度会员礼品与会员活动：每卡每个自然年{s.yearly_gifts}份会员礼品，不累计到次年；可参加会员活动。",
            f"Yearly member gift and member events: {s.yearly_gifts} gift(s) per card and calendar "
            "year, not carried over; member events.",
        ),
        "2.6": (
            "其他增值服务：由医院公布的服务项目为准。",
            "Other value-added services: an open list kept by the hospital.",
        ),
        "3.3": (
            "会员卡一经发出不退卡、不退款、不兑换现金（发卡时已捐款）；会员卡不具储值功能，不办理充值和提现。",
            "No return, no cash back: a card cannot be returned and nothing is paid back, because "
            "the donation has been made at the issue. The card carries no stored value; there is "
            "no top-up and no cash-out.",
        ),
        "3.6": (
            "补卡时不得变更持卡人姓名及身份证号码。",
            "Name and ID number of the holder cannot be changed at a reissue.",
        ),
    }


def _formalities() -> dict[str, Text]:
    return {
        "4.1.1": (
            "优先办理（免费）：联盟商家会员（须提供商家会员证明）、建院以来在本院就诊过的患者（须有就诊记录）、无偿献血者（须提供献血证）。",
            "Priority application, free of charge: members of an alliance merchant (with proof), "
            "anyone ever treated at the hospital (visit record), and holders of a voluntary "
            "blood-donation certificate.",
        ),
        "4.2.1": (
            "现场办理：本人到院填写会员申请表（附件一），提交身份证复印件一份，经审核当场发卡；不限年龄、性别和病种。",
            "On site: come to the hospital, fill in the application form (annex 1), hand in one copy "
            "of the own ID card; after review the card is given on the spot. No condition of age, "
            "sex or illness.",
        ),
        "4.2.2": (
            "远程办理：仅限优先办理人员，通过电话申请，以微信、彩信或QQ提交身份证照片、家庭地址、电子申请表和证明材料，由医院代办并邮寄会员卡。",
            "Remote: only for priority persons, by telephone, with photo of the ID card, home address, "
            "form and evidence sent electronically; the staff does the formalities and mails the "
            "card.",
        ),
    }


def _points(s: SettingValues) -> dict[str, Text]:
    line = f" {s.hotline}" if s.hotline else ""
    return {
        "5.3": (
            "赠送积分：在不定期的会员活动和积分活动中赠送，数额随活动公布。",
            "Gift points from irregular member events and points events; amounts are fixed with the "
            "event.",
        ),
        "5.4": (
            "互动积分：会员投稿（来信、微信或交客户服务部）经医院微信或院刊刊登的，给予互动积分及礼品，数额逐案确定。",
            "Interaction points: a contribution that is published in the hospital's WeChat or "
            "magazine earns interaction points and a gift, fixed case by case.",
        ),
        "5.5": (
            "积分余额＝消费积分＋介绍积分－已用积分＋赠送和（或）互动积分，余额不得为负。",
            "Balance = consumption + referral − used + gift and/or interaction points. It can never "
            "be negative.",
        ),
        "5.6": (
            "凭会员卡和积分可参加会员活动或兑换会员礼品。",
            "Card and points admit to member events or are redeemed for member gifts.",
        ),
        "5.8": (
            "已兑换的礼品不退、不换、不兑现金。",
            "Redeemed gifts cannot be returned or exchanged for cash.",
        ),
        "5.9": (
            "仅限使用本人账户的积分，不得与其他会员合并使用。",
            "Only the points of one's own account count; no pooling with other members.",
        ),
        "6.1": (
            "余额查询：可持卡到医院查询。",
            "Balance enquiry at the hospital with the card.",
        ),
        "6.2": (f"余额查询：可拨打服务热线{line}查询。", f"Balance enquiry by hotline{line}."),
        "6.3": ("余额查询：可通过医院微信查询。", "Balance enquiry by the hospital's WeChat."),
    }


def _rights() -> dict[str, Text]:
    return {
        "7A.2": (
            "免收挂号费；可随时索取消费明细清单。",
            "The registration fee is waived. A printed spending detail on request.",
        ),
        "7A.3": (
            "由专人定期回访，节日问候。",
            "Follow-up by dedicated staff and greetings on holidays.",
        ),
        "7A.4": (
            "定期抽奖，时间和奖品另行公布。",
            "Lucky draw, held periodically; time and prizes are announced separately.",
        ),
        "7A.5": ("参加不定期会员活动。", "Member events, irregular."),
        "7A.6": (
            "生日体检，详见2.4。",
            "The birthday check-up: see 2.4; it is the same benefit.",
        ),
    }


def _duties() -> dict[str, Text]:
    return {
        "7B.1": (
            "会员卡仅限本人使用，不得出借；为他人就诊出示的会员卡不享受任何权益，并记录在案。",
            "Only the holder may use the card; no lending. A card presented for another person's "
            "treatment gives no right and is recorded.",
        ),
        "7B.2": (
            "个人资料变更须及时凭身份证件登记，否则后果由会员自负。",
            "Changed personal data must be registered at once on showing the ID; otherwise the "
            "consequences are the holder's.",
        ),
        "7B.3": (
            "会员卡遗失未补办期间，自挂失至新卡生效，不享受任何会员权益。",
            "Lost and not reissued: no member right at all, from the loss report until the new card "
            "is active.",
        ),
        "7B.4": ("不退卡、不退款，同3.3。", "No return, no cash back: the same as 3.3."),
        "7B.5": (
            "会员卡所有权归医院，会员应妥善保管；发现伪造会员卡的，报公安机关处理。",
            "The hospital owns the card; the member treats it with care. A counterfeit discovered is "
            "reported to the police.",
        ),
        "7B.8": (
            "地方政府另有规定的从其规定；医院可将相应项目列为不参加折上折的项目。",
            "Local government rules prevail over this charter; the hospital may exclude items from "
            "the discount accordingly.",
        ),
        "D.2": (
            "到期后不享受权益、不能兑换积分；累计消费保留至再次办卡；积分仅在同一自然年内保留，新卡生效后可继续使用。",
            "After expiry there are no rights and no redemption. Cumulative consumption is kept for "
            "a later card; points are kept only within the same calendar year and can be used once "
            "a new card is active.",
        ),
    }
