"""Every route says who may call it; permissions and roles hold together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Blueprint
from flask.views import MethodView

from charterhouse import web
from charterhouse.web.auth.session import Principal, set_principal
from charterhouse.web.navigation import NavItem, add_nav, nav_groups
from charterhouse.web.permissions import (
    PERMISSIONS,
    ROLES,
    Access,
    Permission,
    access_of,
    may,
    permissions_of,
    public,
    register_permission,
    require,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask


def undeclared(app: Flask) -> list[str]:
    """Return the routes of an application that say nothing of who may call them."""
    return [
        f"{method} {rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if access_of(app.view_functions[rule.endpoint], method) is None
    ]


def test_every_route_of_the_sites_says_who_may_call_it(make_app: Callable[..., Flask]) -> None:
    from charterhouse.web.app import AREAS

    assert undeclared(make_app(*AREAS)) == []


def test_a_route_that_says_nothing_is_found(make_app: Callable[..., Flask]) -> None:
    class Half(MethodView):
        @public(reason="May be read.")
        def get(self) -> str:
            return ""

        def post(self) -> str:
            return ""

    def area(app: Flask) -> None:
        app.add_url_rule("/half", view_func=Half.as_view("half"))
        app.add_url_rule("/open", "open", lambda: "")

    assert undeclared(make_app(area)) == ["POST /half (half)", "GET /open (open)"]


def test_a_permission_lets_in_and_its_lack_keeps_out(make_app: Callable[..., Flask]) -> None:
    acting: list[Principal] = []
    area = Blueprint("area", __name__)

    @area.before_request
    def act() -> None:
        if acting:
            set_principal(acting[-1])

    @area.get("/members")
    @require("members.read", "members.export")
    def members() -> str:
        return f"export {may('members.export')}, unmask {may('members.unmask')}"

    client = make_app(lambda app: app.register_blueprint(area)).test_client()
    nobody = client.get("/members")
    acting.append(Principal("staff", 1, "a", permissions=frozenset({"members.read"})))
    half = client.get("/members")
    both = frozenset({"members.read", "members.export"})
    acting.append(Principal("staff", 1, "a", permissions=both))
    whole = client.get("/members")
    acting.append(Principal("member", 1, "a", permissions=both))
    member = client.get("/members")

    assert nobody.status_code == 401
    assert half.status_code == 403
    assert "导出会员" in half.text
    assert whole.text == "export True, unmask False"
    assert member.status_code == 401


def test_what_is_declared_wrongly_fails_at_once() -> None:
    with pytest.raises(KeyError):
        require("members.reed")
    with pytest.raises(ValueError, match="at least one"):
        require()
    with pytest.raises(ValueError, match="why"):
        public(reason=" ")
    with pytest.raises(ValueError, match="exists"):
        register_permission(Permission("members.read", "别的", "Other"))
    with pytest.raises(ValueError, match="janitor"):
        permissions_of(frozenset({"janitor"}))


def test_platform_permissions_are_for_operators() -> None:
    assert access_of(require("platform.manage")(lambda: "")) == Access(
        "operator", ("platform.manage",)
    )
    assert "platform.manage" not in permissions_of(frozenset({"owner"}))


def test_every_permission_of_a_tenant_opens_something() -> None:
    root = Path(web.__file__).parent
    sources = [path for kind in ("*.py", "*.html") for path in root.rglob(kind)]
    asked = "".join(p.read_text("utf-8") for p in sources if p.name != "permissions.py")
    idle = [
        each.name
        for each in PERMISSIONS.values()
        if each.scope != "platform" and f'"{each.name}"' not in asked
    ]

    assert idle == []


def test_roles_name_only_permissions_that_exist_and_duties_stay_apart() -> None:
    for role in ROLES.values():
        assert role.permissions - {"*"} <= PERMISSIONS.keys(), role.name
    auditor = permissions_of(frozenset({"auditor"}))

    assert all(name.endswith((".read", ".export")) for name in auditor)
    assert "approvals.decide" not in permissions_of(frozenset({"cashier"}))
    assert "bills.charge" not in permissions_of(frozenset({"reviewer"}))


def test_menus_show_what_one_may_open_in_order(make_app: Callable[..., Flask]) -> None:
    def area(app: Flask) -> None:
        for name in ("a", "b", "c"):
            app.add_url_rule(f"/{name}", name, public(reason="test")(lambda: ""))
        add_nav(
            app,
            "admin",
            NavItem("b", "B", "users", "Daily", "members.read", order=2),
            NavItem("a", "A", "home", order=1),
            NavItem("c", "C", "settings", "Daily", "settings.write", order=3),
        )

    app = make_app(area)
    with app.test_request_context("/b"):
        set_principal(Principal("staff", 1, "a", permissions=frozenset({"members.read"})))
        groups = nav_groups("admin")

        assert [(group, [str(item.label) for item in items]) for group, items in groups] == [
            ("", ["A"]),
            ("Daily", ["B"]),
        ]
        assert [item.current for item in groups[1][1]] == [True]
        assert groups[1][1][0].url == "/b"
