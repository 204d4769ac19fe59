"""The words of the dental charter with tooth-themed tiers."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.price import percent
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues

TIERS: dict[str, Text] = {
    "little-white": ("小白牙会员", "Little white tooth"),
    "bright": ("皓齿会员", "Shining tooth"),
    "diamond": ("钻石牙会员", "Diamond tooth"),
}
LABELS: dict[str, Text] = {
    **COMMON,
    **TIERS,
    "orthodontics": ("正畸", "Orthodontics"),
    "implant": ("种植牙", "Implants"),
    "care-advice": ("专业护理建议", "Professional care advice"),
    "whitening-trial": ("免费美白体验", "Free whitening try-out"),
    "reception-room": ("专属接待室", "Dedicated reception room"),
    "special-channel": ("专用通道", "Special channel"),
    "outing": ("亲子活动", "Outing"),
    "small-care-kit": ("护理小套装", "Small care kit"),
    "lecture-quiz": ("讲座问答", "Lecture quiz"),
    "parent-child-trip": ("牙科亲子游", "Dental parent-child trip"),
    "sensitive-teeth": ("牙齿敏感", "Sensitive teeth"),
    "health-flag": ("健康备注", "Health note"),
    "health-flag-removed": ("取消健康备注", "Health note removed"),
    "doctor-reminder": ("提醒医生", "Doctor reminded"),
    "remind-doctor-sensitive-teeth": ("提醒医生：牙齿敏感", "Remind the doctor: sensitive teeth"),
}

NUMBERS: Text = (
    "护理建议每个自然季度一次，不结转；美白体验每期一次，新一期重新计算，未用的随上一期作废。",
    "The care advice is one per calendar quarter and not carried over. The whitening try-out is one "
    "per term: a new term gives it anew, what is unused ends with the old one.",
)
CHANNEL: Text = (
    "专用通道：会员无需在普通队列等候；同一时段会员先于非会员，同类人员按预约先后顺序。",
    "Special channel: no waiting in the normal queue. Waiting members come before non-members of the "
    "same slot, each group in the order of booking.",
)
FILE: Text = (
    "依据口腔健康档案提供个性化服务：备注牙齿敏感的会员，每次就诊前护士提醒医生，医生予以特别照顾，并给出抗敏建议"
    "（如使用抗敏牙膏）；备注可取消，取消后不再提醒。",
    "Personal service from the oral-health file: for a member noted as having sensitive teeth the "
    "nurse reminds the doctor before each visit, the doctor takes special care, and advice is given "
    "(such as a desensitising toothpaste). The note can be removed; from then on there is no "
    "reminder.",
)
LECTURES: Text = (
    "定期举办免费讲座，从乳牙到老年人义齿；设有奖问答，获奖者（高于参加的各等成绩）免费得护理小套装一份。",
    "Lectures at regular times, free, from milk teeth to dentures of the elderly; with a quiz whose "
    "winners (every result above taking part) get a small care kit, free.",
)
OUTINGS: Text = (
    "组织牙科亲子游等活动，寓教于乐，现场免费口腔检查。",
    "Outings such as a dental parent-child trip with play, learning and a free oral check on site.",
)

STATEMENTS = (
    Statement(
        "1.4",
        "会员卡：小白牙为蓝色卡通牙，皓齿为绿色闪亮牙，钻石牙为金色并刻专属会员编号；卡面载明基本资料，可附口腔护理"
        "提示（如每日刷牙两次）。",
        "Cards: blue with a cartoon tooth, green with a shining tooth, gold engraved with the "
        "exclusive member number. They show basic data and may carry tips (brush twice a day).",
    ),
    Statement(
        "3.1",
        "在接待区和候诊区张贴海报，以大字列明权益。",
        "Posters in reception and waiting area name the benefits in large print.",
    ),
    Statement(
        "D.1",
        "消费额度指累计消费。钻石牙会员享有皓齿会员的全部权益；九折适用于正畸和种植牙。",
        "The spending limits are cumulative spending. Diamond has all benefits of bright; the reduced "
        "price holds for orthodontics and for implants.",
    ),
)  # fmt: skip
"""Rules that ask nothing of the system."""


def tiers(s: SettingValues) -> Text:
    """1.1 in words."""
    rows = [s.threshold_little_white, s.threshold_bright, s.threshold_diamond]
    zh = "、".join(f"{n[0]}{show_fen(f)}元" for n, f in zip(TIERS.values(), rows, strict=True))
    en = ", ".join(
        f"{n[1].lower()} from {show_fen(f)} yuan" for n, f in zip(TIERS.values(), rows, strict=True)
    )
    share = percent(s.special_item_factor)
    return (
        f"累计消费（各账单净额，含入会前）达到最低等级者可登记为会员，不得重复登记；等级随累计消费，达到即升：{zh}。"
        "退款相应降低累计消费和等级，但不低于最低等级，届满日不变。"
        f"皓齿起享护理建议、美白体验，正畸和种植牙按原价的{share}%收费；钻石牙另享专属接待室（沙发、免费饮品、"
        "最新口腔杂志）。等级不足的权益不予提供。",
        "A patient whose cumulative spending (net amounts of all bills, those before admission too) "
        f"reaches the lowest tier may register, once. The tier follows it, inclusively: {en}. A refund "
        "lowers the sum and the tier with it, not below the lowest; the end date stays. From the "
        "second tier up there are care advice and a whitening try-out, and orthodontics and implants "
        f"cost {share} % of the list price; the highest adds a dedicated reception room (sofa, free "
        "drinks, magazines). A benefit of a higher tier is refused.",
    )


def term(s: SettingValues) -> Text:
    """1.2 in words."""
    return (
        f"会员期限{s.term_months}个月，自入会之日起算；升级的，自升级之日起重新计算；届满失效，权益终止。可免费续期：届满前"
        "续期的，新一期自届满次日起算；届满后续期的，自当日起算，等级按当时累计消费确定；仅有消费不恢复已失效的会员资格。",
        f"The membership has a term of {s.term_months} months from the day of admission; a rise starts "
        "a new term on its day. After the last day it lapses and its benefits end. It is renewed free "
        "of charge: before the end the next term starts the day after it, later on its own day, with "
        "the tier of the cumulative spending; bills alone do not revive a lapsed membership.",
    )
