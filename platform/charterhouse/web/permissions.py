"""Who may do what: permissions, the roles that hold them, and the marks on routes.

Every route says either ``@require("members.read")``, ``@signed_in("member")`` or
``@public(reason="…")``; a test walks the url map and fails on a route that says nothing.
A route that needs no more than reading although it writes says with ``own`` why that is right.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, fields
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, Literal, ParamSpec, TypeVar

from flask import abort, current_app, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from charterhouse.config import Config
from charterhouse.web.auth.session import Audience, Principal, current_principal, need_sign_in
from charterhouse.web.errors import WebError
from charterhouse.web.i18n import gettext, pick

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

__all__ = [
    "PERMISSIONS",
    "ROLES",
    "Access",
    "Permission",
    "Role",
    "access_of",
    "init_app",
    "may",
    "permissions_of",
    "public",
    "register_permission",
    "require",
    "signed_in",
    "with_token",
]

P = ParamSpec("P")
R = TypeVar("R")
_MARK: Final = "__charterhouse_access__"


@dataclass(frozen=True, slots=True)
class Permission:
    """Something that a role may allow.

    Attributes:
        name: ``<thing>.<verb>``, stable.
        label_zh: For people.
        label_en: For people.
        scope: ``tenant`` for the whole institution, ``branch`` where a member of staff may be
            limited to some branches, ``platform`` for the operators of the installation.
    """

    name: str
    label_zh: str
    label_en: str
    scope: Literal["tenant", "branch", "platform"] = "tenant"

    @property
    def label(self) -> str:
        """The label in the reader's language."""
        return pick(self.label_zh, self.label_en)


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of permissions.

    Attributes:
        name: Stable.
        label_zh: For people.
        label_en: For people.
        permissions: Names of permissions; ``*`` stands for all of the tenant.
    """

    name: str
    label_zh: str
    label_en: str
    permissions: frozenset[str]

    @property
    def label(self) -> str:
        """The label in the reader's language."""
        return pick(self.label_zh, self.label_en)


_CORE: Final = (
    Permission("dashboard.read", "查看概览", "See the dashboard", "branch"),
    Permission("members.read", "查看会员", "See members", "branch"),
    Permission("members.write", "登记与修改会员", "Enrol and change members", "branch"),
    Permission("members.unmask", "查看完整证件与电话", "See full identity numbers and phones"),
    Permission("members.import", "批量导入会员", "Import members"),
    Permission("members.export", "导出会员", "Export members"),
    Permission("cards.write", "发卡、挂失与换卡", "Issue, block and replace cards", "branch"),
    Permission("bills.read", "查看账单", "See bills", "branch"),
    Permission("bills.charge", "收银结算", "Charge bills at the counter", "branch"),
    Permission("bills.reverse", "冲正账单", "Reverse bills", "branch"),
    Permission("topups.take", "办理充值", "Take top-ups", "branch"),
    Permission("points.adjust", "调整积分", "Adjust points"),
    Permission("benefits.use", "核销权益", "Use up benefits", "branch"),
    Permission("gifts.issue", "发放礼品", "Issue gifts", "branch"),
    Permission("tasks.read", "查看任务", "See tasks", "branch"),
    Permission("tasks.work", "处理任务", "Work on tasks", "branch"),
    Permission("views.share", "保存公用视图", "Keep views of lists for everybody"),
    Permission("payments.read", "查看收款", "See payments", "branch"),
    Permission("payments.refund", "退款", "Refund payments"),
    Permission("approvals.decide", "审批", "Decide approvals"),
    Permission("ledger.read", "查看分类账", "See the ledger"),
    Permission("charter.read", "查看章程", "See the charter"),
    Permission("charter.write", "采用与修订章程", "Adopt and amend the charter"),
    Permission("settings.read", "查看设置", "See settings"),
    Permission("settings.write", "修改设置", "Change settings"),
    Permission("staff.manage", "管理员工与角色", "Manage staff and roles"),
    Permission("keys.manage", "管理接口密钥", "Manage API keys"),
    Permission("reports.read", "查看报表", "See reports"),
    Permission("reports.export", "导出报表", "Export reports"),
    Permission("audit.read", "查看审计记录", "See the audit trail"),
    Permission(
        "platform.manage", "管理平台与机构", "Manage the platform and its tenants", "platform"
    ),
)

PERMISSIONS: Final[dict[str, Permission]] = {each.name: each for each in _CORE}


def _all_but(*names: str) -> frozenset[str]:
    return frozenset(each.name for each in _CORE if each.scope != "platform") - set(names)


_COUNTER: Final = {
    "dashboard.read", "members.read", "members.write", "cards.write", "bills.read",
    "bills.charge", "topups.take", "benefits.use", "gifts.issue", "tasks.read", "charter.read",
}  # fmt: skip
_SERVICE: Final = {
    "dashboard.read", "members.read", "members.write", "benefits.use", "gifts.issue",
    "tasks.read", "tasks.work", "bills.read", "charter.read",
}  # fmt: skip
_READING: Final = {
    "dashboard.read", "members.read", "bills.read", "tasks.read", "payments.read", "ledger.read",
    "charter.read", "settings.read", "reports.read", "reports.export", "audit.read",
}  # fmt: skip
_REVIEW: Final = {"approvals.decide", "bills.reverse", "members.unmask", "payments.refund"}

ROLES: Final[dict[str, Role]] = {
    role.name: role
    for role in (
        Role("owner", "所有者", "Owner", frozenset({"*"})),
        Role(
            "manager",
            "经理",
            "Manager",
            _all_but("staff.manage", "keys.manage"),
        ),
        Role("reviewer", "审核员", "Reviewer", frozenset(_READING | _REVIEW)),
        Role("cashier", "收银员", "Cashier", frozenset(_COUNTER)),
        Role("service-desk", "服务台", "Service desk", frozenset(_SERVICE)),
        Role("auditor", "审计员", "Auditor", frozenset(_READING)),
    )
}


def register_permission(permission: Permission) -> None:
    """Add a plugin's permission; owners hold it at once.

    Raises:
        ValueError: The name is taken by another permission.
    """
    known = PERMISSIONS.setdefault(permission.name, permission)
    if known != permission:
        raise ValueError(f"The permission {permission.name!r} exists already.")


def permissions_of(roles: frozenset[str]) -> frozenset[str]:
    """Return the names of all permissions that ``roles`` hold together.

    Raises:
        ValueError: There is no such role.
    """
    unknown = roles - ROLES.keys()
    if unknown:
        raise ValueError(f"Unknown roles: {', '.join(sorted(unknown))}.")
    held = frozenset[str]().union(*(ROLES[name].permissions for name in roles))
    if "*" not in held:
        return held
    return frozenset(each.name for each in PERMISSIONS.values() if each.scope != "platform")


@dataclass(frozen=True, slots=True)
class Access:
    """What a route says of who may call it.

    Attributes:
        audience: Whose sign-in it needs; None for everybody.
        permissions: All of these are needed.
        reason: Why a public route is public.
        own: What of one's own it writes, so that who only reads may call it too.
        token: The setting that holds the secret which a caller without sign-in must show.
    """

    audience: Audience | None
    permissions: tuple[str, ...] = ()
    reason: str = ""
    own: str = ""
    token: str = ""


def access_of(view: Any, method: str = "GET") -> Access | None:
    """Return the mark of a view function or of a method of a class-based view; None when absent."""
    found: Access | None = getattr(view, _MARK, None)
    view_class = getattr(view, "view_class", None)
    if found is None and view_class is not None:
        handler = getattr(view_class, method.lower(), None)
        found = getattr(handler, _MARK, None) or getattr(view_class, _MARK, None)
    return found


def _marked(view: Callable[P, R], access: Access) -> Callable[P, R]:
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        _check(access)
        return view(*args, **kwargs)

    setattr(guarded, _MARK, access)
    return guarded


def _check(access: Access) -> None:
    if access.token:
        _check_token(access.token)
    if access.audience is None:
        return
    principal = current_principal()
    if principal is None or principal.audience != access.audience:
        need_sign_in(access.audience)
    for name in access.permissions:
        if not _holds(principal, name):
            raise WebError(
                gettext(
                    "Your role may not do this. Ask an owner for the right “%(right)s”.",
                    right=PERMISSIONS[name].label,
                ),
                code="permission_missing",
                status=403,
            )


def _check_token(name: str) -> None:
    """Compare the bearer token with a setting; where that is empty, there is nothing here."""
    secret: str = getattr(current_app.extensions["charterhouse.config"], name)
    if not secret:
        abort(404)
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode(), secret.encode())
    if scheme.lower() != "bearer" or not same:
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer"))


def _holds(principal: Principal, name: str) -> bool:
    return name in principal.permissions


def require(*names: str, own: str = "") -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only staff (operators, for permissions of the platform) with all of ``names`` in.

    Args:
        names: Of permissions.
        own: What of one's own the route writes, where the permissions are for reading only.

    Raises:
        KeyError: While importing, when a permission is not registered.
        ValueError: While importing, when no permission is named.
    """
    if not names:
        raise ValueError("require() names at least one permission; signed_in() needs none.")
    scopes = {PERMISSIONS[name].scope for name in names}
    audience: Audience = "operator" if "platform" in scopes else "staff"
    access = Access(audience, names, own=own)
    return lambda view: _marked(view, access)


def signed_in(audience: Audience) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let everybody of an audience in who is signed in: pages about oneself."""
    access = Access(audience)
    return lambda view: _marked(view, access)


def public(*, reason: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let everybody in, and say why that is right.

    Raises:
        ValueError: The reason is empty.
    """
    if not reason.strip():
        raise ValueError("A public route says why it is public.")
    access = Access(None, reason=reason)
    return lambda view: _marked(view, access)


def with_token(setting: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only programs in that show the secret of a setting as their bearer token.

    While the setting is empty the address does not exist.

    Args:
        setting: Name of the field of ``Config``.

    Raises:
        KeyError: While importing, when there is no such setting.
    """
    if setting not in {each.name for each in fields(Config)}:
        raise KeyError(setting)
    access = Access(None, reason="it asks for a token of the operators", token=setting)
    return lambda view: _marked(view, access)


def may(name: str) -> bool:
    """Whether who is signed in holds a permission, for what a page shows.

    Raises:
        KeyError: The permission is not registered.
    """
    PERMISSIONS[name]  # a misspelt name must not read as "no"
    principal = current_principal()
    return principal is not None and _holds(principal, name)


def init_app(app: Flask) -> None:
    """Give the templates ``may()`` and ``principal()``."""
    app.jinja_env.globals.update(may=may, principal=current_principal)
