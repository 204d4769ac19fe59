"""Pages that show every piece of the sites, served in tests only."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for

from charterhouse import clock
from charterhouse.web.auth.session import (
    Principal,
    register_loader,
    register_sign_in,
    sign_in,
    sign_out,
)
from charterhouse.web.i18n import current_language
from charterhouse.web.listing import Page, read_page, read_sort
from charterhouse.web.navigation import NavItem, add_nav
from charterhouse.web.notices import notify
from charterhouse.web.permissions import permissions_of, public, require, signed_in

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response as WerkzeugResponse

STAFF = Principal("staff", 1, "陈晓岚", frozenset({"owner"}), permissions_of(frozenset({"owner"})))
MEMBER = Principal("member", 2, "王秀英")

admin = Blueprint(
    "admin", __name__, url_prefix="/admin", template_folder=str(Path(__file__).parent / "templates")
)
portal = Blueprint("portal", __name__, url_prefix="/my")

_NAMES = ("王秀英", "李建国", "张丽华", "刘志强", "陈静", "杨明", "赵桂兰", "周晓东")
_TIERS = ("金卡", "银卡", "普通卡")
_STATUSES = ("active", "active", "expired", "frozen", "lost", "pending")


def _rows() -> list[dict[str, object]]:
    return [
        {
            "id": 7_000_000_000_000_000 + number,
            "name": _NAMES[number % len(_NAMES)],
            "tier": _TIERS[number % 3],
            "status": _STATUSES[number % 6],
            "fen": (0, 1_234_550, -8_000, 30_000)[number % 4],
            "points": 120 * number,
            "until": date(2027, 1 + number % 12, 8),
        }
        for number in range(1, 9)
    ]


def _months() -> list[str]:
    return [f"2026-{month:02d}" for month in range(1, 12)]


def _charts() -> list[tuple[str, dict[str, object]]]:
    zh = current_language() == "zh"
    labels = _months()
    return [
        (
            "充值与消费" if zh else "Top-ups and spending",
            {
                "kind": "line",
                "labels": labels,
                "unit": "fen",
                "series": [
                    {
                        "name": "充值" if zh else "Top-ups",
                        "values": [n * 90_000 for n in range(3, 14)],
                    },
                    {
                        "name": "消费" if zh else "Spending",
                        "values": [n * n * 9_000 for n in range(3, 14)],
                    },
                ],
            },
        ),
        (
            "各等级会员" if zh else "Members by tier",
            {
                "kind": "pie",
                "labels": ["金卡", "银卡", "普通卡"] if zh else ["Gold", "Silver", "Ordinary"],
                "unit": "people",
                "series": [{"name": "会员" if zh else "Members", "values": [128, 430, 1602]}],
            },
        ),
        (
            "每月新会员" if zh else "New members a month",
            {
                "kind": "stacked",
                "labels": labels,
                "unit": "people",
                "series": [
                    {"name": "本院" if zh else "Here", "values": [20 + n for n in range(11)]},
                    {"name": "网上" if zh else "Online", "values": [5 + 2 * n for n in range(11)]},
                ],
            },
        ),
        (
            "到诊时段" if zh else "Visits by hour",
            {
                "kind": "heatmap",
                "labels": [f"{hour}:00" for hour in range(8, 18)],
                "unit": "times",
                "series": [
                    {"name": day, "values": [(hour * (index + 2)) % 17 for hour in range(10)]}
                    for index, day in enumerate("一二三四五" if zh else "MTWTF")
                ],
            },
        ),
    ]


@admin.get("/enter")
@public(reason="Signs the test's member of staff in.")
def enter() -> WerkzeugResponse:
    sign_in(STAFF)
    return redirect(url_for("admin.home"), code=303)


@admin.get("/sign-in")
@public(reason="Where staff sign in.")
def staff_sign_in() -> str:
    return render_template("gallery/sign_in.html", expired=request.args.get("expired"))


@admin.post("/sign-out")
@signed_in("staff")
def sign_out_() -> WerkzeugResponse:
    sign_out()
    return redirect(url_for("admin.staff_sign_in"), code=303)


admin.add_url_rule("/out", "sign_out", sign_out_, methods=["POST"])


@admin.get("/")
@require("dashboard.read")
def home() -> str:
    return render_template("gallery/home.html", charts=_charts(), now_=clock.now())


@admin.get("/members")
@require("members.read")
def members() -> str:
    number, size = read_page()
    page = Page(_rows(), number, size, 1284)
    sort = read_sort(("name", "fen", "until"), "name")
    return render_template("gallery/members.html", page=page, sort=sort)


@admin.get("/members/<int:number>")
@require("members.read")
def member(number: int) -> str:
    moments = [clock.now() - timedelta(minutes=3, days=each * 9) for each in range(5)]
    return render_template("gallery/member.html", number=number, moments=moments)


@admin.route("/form", methods=["GET", "POST"])
@require("settings.write")
def form() -> str | WerkzeugResponse:
    errors = {}
    if request.method == "POST":
        if request.form["fee"] != "-1":
            notify("已保存。", link=("查看", url_for("admin.home")), undo=url_for("admin.form"))
            return redirect(url_for("admin.form"), code=303)
        errors = {"fee": "费用不能小于 0。", "phone": "请填写 11 位手机号。"}
    return render_template("gallery/form.html", errors=errors)


@admin.get("/search")
@require("members.read")
def search() -> str:
    return members()


@admin.get("/palette")
@require("members.read")
def palette() -> Response:
    query = request.args.get("q", "")
    found = [
        {"label": name, "hint": "会员", "url": url_for("admin.member", number=index)}
        for index, name in enumerate(_NAMES)
        if query in name
    ]
    return jsonify(groups=[{"title": "会员", "items": found}])


@admin.get("/part")
@require("members.read")
def part() -> str:
    return '<p id="part">换好了</p>'


@admin.post("/part")
@require("members.write")
def change_part() -> str:
    return '<p id="part">已提交</p>'


@admin.get("/broken")
@public(reason="Breaks, to show what a reader sees then.")
def broken() -> str:
    raise RuntimeError("the secret of the house")


@admin.get("/charter")
@public(reason="The charter is for everybody.")
def charter() -> str:
    return "§"


@portal.get("/enter")
@public(reason="Signs the test's member in.")
def portal_enter() -> WerkzeugResponse:
    sign_in(MEMBER)
    return redirect(url_for("portal.home"), code=303)


@portal.get("/")
@signed_in("member")
def portal_home() -> str:
    return render_template("gallery/portal.html", today=date(2026, 11, 25))


portal.add_url_rule("/home", "home", portal_home)


def register(app: Flask) -> None:
    """Add the gallery to an application."""
    app.register_blueprint(admin)
    app.register_blueprint(portal)
    register_loader(app, "staff", lambda number: STAFF if number == STAFF.id else None)
    register_loader(app, "member", lambda number: MEMBER if number == MEMBER.id else None)
    register_sign_in(app, "staff", "admin.staff_sign_in")
    register_sign_in(app, "member", "admin.staff_sign_in")
    add_nav(
        app,
        "admin",
        NavItem("admin.home", "概览", "layout-dashboard", order=1),
        NavItem(
            "admin.members", "会员", "users", "日常", "members.read", order=2, prefix="admin.member"
        ),
        NavItem("admin.part", "收银", "calculator", "日常", order=3),
        NavItem("admin.search", "服务请求", "bell", "日常", order=4),
        NavItem("admin.charter", "章程", "certificate", "制度", order=5),
        NavItem("admin.form", "设置", "settings", "制度", "settings.write", order=6),
    )
    add_nav(
        app,
        "portal",
        NavItem("portal.home", "首页", "home", order=1, prefix="portal.portal_home"),
        NavItem("admin.part", "权益", "gift", order=2),
        NavItem("admin.charter", "账单", "receipt", order=3),
        NavItem("admin.staff_sign_in", "我的", "user", order=4),
    )
