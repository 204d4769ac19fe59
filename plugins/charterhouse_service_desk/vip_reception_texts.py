"""The words of the VIP reception."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues
from charterhouse_service_desk.labels import SHARED, listed
from charterhouse_service_desk.vip_reception_levels import GIFTS, GROUNDS, LEVELS, RECEIVERS

LABELS: dict[str, Text] = {
    **SHARED,
    "a": ("A级", "Level A"),
    "b": ("B级", "Level B"),
    "c": ("C级", "Level C"),
    "d": ("D级", "Level D"),
    "path": ("依据", "Ground"),
    "grounds": ("依据", "Grounds"),
    "reception": ("接待", "Reception"),
    "vice-provincial-official": ("副省级及以上", "Vice-provincial rank and above"),
    "ambassador": ("驻华大使", "Ambassador in China"),
    "internationally-known": ("国际知名人士", "Internationally known"),
    "named-by-general-manager": ("总经理指定", "Named by the general manager"),
    "department-official": ("厅级、副市长及以上", "Department rank, vice-mayor and above"),
    "contract-leader": ("协议单位高层领导", "Senior leader of a contract company"),
    "nationally-known": ("国内知名人士", "Nationally known"),
    "named-by-approver": ("有审批权人员指定", "Named by staff with a right of approval"),
    "big-spender": ("消费大户", "Big spender"),
    "key-business-manager": ("重要业务单位经理", "Manager of a key business"),
    "named-by-department-manager": ("部门经理指定", "Named by a department manager"),
    "regular-guest": ("常住客", "Regular guest"),
    "named-by-sales": ("销售人员指定", "Named by sales staff"),
    "receive-general-manager": ("总经理迎接", "Received by the general manager"),
    "receive-vice-general-manager": ("副总经理迎接", "Received by the vice general manager"),
    "receive-sales-director": ("销售总监迎接", "Received by the sales director"),
    "receive-rooms-director": ("房务总监迎接", "Received by the rooms director"),
    "receive-guest-relations-manager": (
        "宾客关系部经理迎接",
        "Received by the guest relations manager",
    ),
    "receive-front-office-manager": ("前厅部经理迎接", "Received by the front office manager"),
    "receive-department-manager": (
        "相关部门经理迎接",
        "Received by the manager of the department concerned",
    ),
    "receive-sales-staff": ("销售人员迎接", "Received by sales staff"),
    "welcome-optional": ("视情况迎送", "Welcome by circumstances"),
    "fruit-basket-deluxe": ("豪华果篮", "Deluxe fruit basket"),
    "fruit-basket": ("果篮", "Fruit basket"),
    "fruit-plate": ("水果盘", "Fruit plate"),
    "flower-basket": ("花篮", "Flower basket"),
    "potted-flower": ("盆花", "Potted flower"),
    "vase-flower": ("瓶插鲜花（一枝）", "Flower in a vase (one stem)"),
    "pastry-and-chocolate": ("点心和巧克力（一盘）", "Pastry and chocolate (one plate)"),
    "pastry-or-chocolate": ("点心或巧克力（一盘）", "Pastry or chocolate (one plate)"),
    "welcome-wine": ("欢迎酒（一瓶）", "Welcome wine (one bottle)"),
    "newspaper": ("报纸（中文或英文）", "Newspaper (Chinese or English)"),
    "welcome-letter": ("欢迎信", "Welcome letter"),
    "chairman-card": ("董事长名片", "Chairman's card"),
    "general-manager-card": ("总经理名片", "General manager's card"),
    "red-wine": ("红酒（一瓶）", "Red wine (one bottle)"),
    "cheese": ("奶酪（一份）", "Cheese (one piece)"),
    "gift_cost": ("礼品成本", "Cost of gifts"),
    "cost": ("成本", "Cost"),
}

ROLES: dict[str, Text] = {
    "general-manager": ("总经理", "General manager"),
    "vice-general-manager": ("副总经理", "Vice general manager"),
    "rooms-director": ("房务总监", "Rooms director"),
    "sales-director": ("销售总监", "Sales director"),
    "front-office-manager": ("前厅部经理", "Front office manager"),
    "sales-manager": ("销售部经理", "Sales manager"),
    "guest-relations-manager": ("宾客关系部经理", "Guest relations manager"),
    "department-manager": ("部门经理", "Department manager"),
    "sales-staff": ("销售人员", "Sales staff"),
    "chairman": ("董事长", "Chairman"),
}

APPROVERS = {
    "a": ("general-manager",),
    "b": ("vice-general-manager",),
    "c": ("rooms-director", "sales-director"),
    "d": ("front-office-manager", "sales-manager", "guest-relations-manager"),
}


def words(s: SettingValues) -> dict[str, Text]:
    """Number → text, with the institution's figures."""
    return {**_levels(), **_reception(), **_gifts(s)}


def _levels() -> dict[str, Text]:
    rows = {
        f"2.1{level.upper()}": listed([g for g, given in GROUNDS.items() if given == level], LABELS)
        for level in reversed(LEVELS)
    }
    said = {
        number: (f"{number[-1]}级：{zh}。", f"Level {number[-1]}: {en}.")
        for number, (zh, en) in rows.items()
    }
    zh, en = said["2.1B"]
    said["2.1B"] = (
        f"{zh}仅因消费大户列入B级的：只赠礼品，是否迎送视情况而定，并可配合消费积分活动给予惊喜。",
        f"{en} For big spending alone: gifts only; whether the guest is welcomed and seen off depends "
        "on circumstances, with surprises together with the sales-points campaigns.",
    )
    return {
        "1": (
            "各部门在VIP接待中各司其职、相互配合。",
            "Each department has its own duty in the reception of VIPs, and they work together.",
        ),
        "2.1": (
            "等级由低到高为D、C、B、A。申请须写明依据（一项或多项），按最高者定级；可以申请较低等级，不得高于依据所定等级。",
            "Levels, low to high: D, C, B, A. An application names one or several grounds, of which the "
            "highest counts; a lower level may be asked for, a higher one is refused.",
        ),
        **said,
        "2.2": (
            "".join(f"{k.upper()}级由{listed_roles(v)[0]}审批；" for k, v in APPROVERS.items())
            + "上级可审批下级等级，其他岗位不得审批。不予批准的可重新申请；申请中和有效期间不得再次申请。",
            "Approved by: "
            + "; ".join(f"{k.upper()}: {listed_roles(v)[1]}" for k, v in APPROVERS.items())
            + ". A higher authority may approve lower levels, nobody else. After a rejection one may "
            "apply again, while applied or active not.",
        ),
    }


def listed_roles(roles: tuple[str, ...]) -> Text:
    """Roles in words, in both languages."""
    return listed(roles, ROLES)


def _reception() -> dict[str, Text]:
    rows = {level: listed(tasks, LABELS) for level, tasks in RECEIVERS.items()}
    return {
        "2.3": (
            "接待申请开始一次住店（仅限有效客人，同时只有一次）："
            + "".join(f"{level.upper()}级：{zh}。" for level, (zh, _) in rows.items()),
            "A reception opens a stay, for active guests only and one at a time: "
            + " ".join(f"{level.upper()}: {en}." for level, (_, en) in rows.items()),
        ),
    }


def _gifts(s: SettingValues) -> dict[str, Text]:
    zh, en = [], []
    for level, gifts in GIFTS.items():
        named = [(LABELS[code], show_fen(cost) if cost else "") for code, cost in gifts.items()]
        zh.append(f"{level.upper()}级：" + "、".join(f"{t[0]}{c and c + '元'}" for t, c in named))
        en.append(f"{level.upper()}: " + ", ".join(f"{t[1]}{c and ' ' + c}" for t, c in named))
    unset = ("未设定", "not set")
    costs = [
        show_fen(cost) if cost is not None else None for cost in (s.red_wine_cost, s.cheese_cost)
    ]
    return {
        "2.4": (
            f"房间礼品每次住店一套，每件一次，未用的随住店结束失效。{'；'.join(zh)}。",
            "Gifts in the room, one set per stay, each once; what is not used lapses with the end of "
            f"the stay. {'; '.join(en)}.",
        ),
        "2.4F": (
            "A、B级外宾以一瓶红酒和一份奶酪代替果篮；C、D级不变。",
            "Foreign guests of levels A and B: one bottle of red wine and one piece of cheese instead of "
            "the fruit basket. On C and D nothing changes.",
        ),
        "2.4K": (
            "报纸：A、B级1.00至10.00元，C级不限，D级没有；未写价格的按0.00元计。填报的成本须等于全套礼品之和；"
            f"红酒{costs[0] or unset[0]}、奶酪{costs[1] or unset[0]}，未设定时含此项的成本无法核对，不予受理。",
            "A newspaper costs 1.00 to 10.00 on A and B, any price on C, and D has none; without a price "
            "it counts 0.00. A cost that is given is that of the whole set. Red wine "
            f"{costs[0] or unset[1]}, cheese {costs[1] or unset[1]}; a cost that rests on one that is "
            "not set cannot be checked and is refused.",
        ),
    }


__all__ = ["LABELS", "ROLES", "words"]
