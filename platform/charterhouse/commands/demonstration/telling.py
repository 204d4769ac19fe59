"""What the demonstration tells the person at its terminal, in Chinese and English."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.panel import Panel

from charterhouse.commands.demonstration.house import Guest
from charterhouse.desk.samples.showcase import Somebody
from charterhouse.kernel.money import show_fen
from charterhouse.plugins.registry import registry

CARD = "4242 4242 4242 4242"
DECLINED = "4000 0000 0000 0002"


def greet(console: Console, guests: list[Guest], site: str, sandbox: str) -> None:
    """Print addresses, sign-ins and what can be tried."""
    for guest in guests:
        tenant = guest.tenant
        home = f"{site}/t/{tenant.slug}"
        lines = [
            " · ".join(registry().charter(tenant.charter).name),
            f"管理端 Staff site     {home}/admin/",
            f"会员端 Member portal  {home}/my/",
            *_staff(guest),
            *(_member(member) for member in guest.members),
        ]
        title = f"{tenant.name_zh} · {tenant.name_en}"
        console.print(Panel("\n".join(lines), title=title, title_align="left", expand=False))
    program = sys.argv[0]
    console.print(
        f"全部机构 All of them   {site}/\n"
        f"验证码：会员登录时的一次性验证码会显示在本窗口；员工动态码每30秒更换，用 {program} demo-code <登录名> 取得。\n"
        "Codes: the one-time codes of members appear in this window; "
        f"`{program} demo-code LOGIN` gives the code of any of the staff.\n"
        f"支付沙箱 Payment sandbox  {sandbox}  测试卡 test card {CARD}；"
        f"拒付 declined {DECLINED}；支付宝与微信按页面按钮 Alipay and WeChat Pay by the page's buttons.\n"
        "结束 End: Ctrl+C    重来 Start over: make demo-reset",
        highlight=False,
    )


def _staff(guest: Guest) -> Iterator[str]:
    """How staff signs in: logins with their roles, passwords, and the first one's code."""
    # One password for everybody is told once.
    passwords = {entry.password for entry in guest.staff}
    shared = len(passwords) == 1
    logins = (
        f"[bold]{entry.login}[/] {entry.role}" + ("" if shared else f" {entry.password}")
        for entry in guest.staff
    )
    yield f"员工 staff  {' · '.join(logins)}"
    if guest.staff:
        first = guest.staff[0].login
        code = f"动态码 code of {first} now [bold]{guest.factors[first].code}[/]"
        yield f"密码 password  [bold]{passwords.pop()}[/]  {code}" if shared else code


def _member(member: Somebody) -> str:
    """A member's phone, and what there is to see."""
    local = member.phone.removeprefix("+86")
    has = [" ".join(member.tier)] if member.tier[0] else []
    if member.points:
        has.append(f"{member.points} 积分 points")
    if member.stored_value:
        has.append(f"储值 stored value {show_fen(member.stored_value)}")
    return f"会员手机 member's phone  [bold]{local}[/]  {'  '.join([member.name, *has])}"


class Messages:
    """Follows the file into which the console channel writes.

    Args:
        path: the file, which may not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._place = path.stat().st_size if path.exists() else 0
        self._rest = ""

    def new(self) -> list[str]:
        """The messages since the last call, as one line each for people."""
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._place)
            read = file.read()
        self._place += len(read)
        *lines, self._rest = (self._rest + read.decode("utf-8", "replace")).split("\n")
        return [_shown(line) for line in lines if line]


def _shown(line: str) -> str:
    parts = line.split("\t")
    if len(parts) != 5:
        return line
    at, tenant, _kind, to, text = parts
    local = datetime.fromisoformat(at).astimezone()
    return f"{local:%H:%M:%S}  {tenant}  → {to.removeprefix('+86')}  {text}"
