"""Invented people: drawn names, fictional phone numbers and ID numbers with valid check digits.

Nobody can be meant: the phone numbers begin with 1540, which no operator was
given, and the ID numbers with a whole province's code, which is issued to nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from stdnum.cn import ric

_SURNAMES = (
    "李王张刘陈杨黄赵周吴徐孙朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢"
    "傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武戚莫孔向汤"
)
_FIRST = "若清书思语静雨晓梦念映怀知沐予听暮疏瑾望叙采灵素芷兰芸荷棠梨棉雪霁岚溪汐月星辰云霞虹露霜"
_SECOND = "宁然安溪晴禾柔萱瑶琳蓉薇蕾筠竹桐枫柳莺燕鸣歌诗画弦音舟帆渔樵渺澜湄汀洲岸窗檐灯盏笺墨砚池"
_MALE = "松柏峰岩川海涛浩远博毅勇刚"
_ROADS = (
    "听雨巷",
    "拾光里",
    "半山径",
    "渡云桥",
    "青苔弄",
    "望星台",
    "小满街",
    "藏书坊",
    "归雁堤",
    "晚钟湾",
)
_COMPANIES = (
    "",
    "",
    "",
    "拾光设计工作室",
    "半山茶叶行",
    "望星软件",
    "青苔花店",
    "渡云书局",
    "小满食坊",
)
_REGIONS = ("110000", "310000", "330000", "320000", "440000", "510000")
_SPAN = (date(1955, 1, 1), date(2004, 12, 31))


@dataclass(frozen=True, slots=True)
class Invented:
    """An invented person as `desk.people.create_person` takes one."""

    raw: dict[str, Any]
    address: str


def invent(random: Random) -> Iterator[Invented]:
    """Draw people without end, no two with the same phone or ID number."""
    phones: set[str] = set()
    numbers: set[str] = set()
    while True:
        male = random.randrange(12) == 0
        id_number = _id_number(random, male=male)
        phone = f"1540{random.randrange(10**7):07d}"
        if phone in phones or id_number in numbers:
            continue
        phones.add(phone)
        numbers.add(id_number)
        address = f"{random.choice(_ROADS)}{random.randrange(1, 300)}号"
        more = {"company": random.choice(_COMPANIES)}
        yield Invented(
            {
                "name": _name(random, male=male),
                "phone": phone,
                "id_number": id_number,
                "address": address,
                "more": {key: value for key, value in more.items() if value},
            },
            address,
        )


def _name(random: Random, *, male: bool) -> str:
    given = random.choice(_FIRST) if random.randrange(5) else ""
    return random.choice(_SURNAMES) + given + random.choice(_MALE if male else _SECOND)


def _id_number(random: Random, *, male: bool) -> str:
    first, last = _SPAN
    born = first + timedelta(days=random.randrange((last - first).days + 1))
    if random.randrange(90) == 0:
        born = date(random.choice((1964, 1972, 1984, 1992, 1996)), 2, 29)
    order = random.randrange(1, 499) * 2 + (1 if male else 0)
    digits = f"{random.choice(_REGIONS)}{born:%Y%m%d}{order:03d}"
    return digits + str(ric.calc_check_digit(digits + "0"))
