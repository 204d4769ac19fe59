"""What the demonstration tells the person at its terminal, in Chinese and English."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from rich.console import Console

from charterhouse.commands.demonstration.house import Guest
from charterhouse.desk.adopting import institution_name
from charterhouse.desk.samples.showcase import Somebody

CARD = "4242 4242 4242 4242"
DECLINED = "4000 0000 0000 0002"


def greet(console: Console, guests: list[Guest], site: str, sandbox: str) -> None:
    """Print addresses, sign-ins and what can be tried."""
    for guest in guests:
        for line in _institution(guest, f"{site}/t/{guest.tenant.slug}"):
            console.print(line, highlight=False)
        console.print()
    program = sys.argv[0]
    console.print(
        f"[bold]全部机构 All of them[/]  {site}/\n"
        "会员验证码显示在本窗口；员工动态码每30秒更换，用下面的命令取得。\n"
        "The one-time codes of members appear in this window; the code of any of the staff by\n"
        f"  {program} demo-code LOGIN\n"
        f"支付沙箱 Payment sandbox  {sandbox}\n"
        f"  测试卡 test card {CARD} · 拒付 declined {DECLINED}\n"
        "  支付宝与微信按页面按钮 Alipay and WeChat Pay by the page's buttons\n"
        "结束 End: Ctrl+C · 重来 Start over: make demo-reset",
        highlight=False,
    )


def moved(console: Console, wanted: int, port: int) -> None:
    """Say that the sites are at another port than was asked for, and how to choose one."""
    console.print(
        f"[bold yellow]端口 {wanted} 已被占用，改用 {port}。[/] 另选端口：make demo PORT=9000\n"
        f"[bold yellow]Port {wanted} is taken, so the sites are at {port}.[/] "
        "Another one: make demo PORT=9000",
        highlight=False,
    )


def _institution(guest: Guest, home: str) -> Iterator[str]:
    """An institution in four lines: what it is, and how its staff and its members sign in."""
    tenant = guest.tenant
    kind = " ".join(institution_name(tenant.charter))
    yield f"[bold]{tenant.name_zh} {tenant.name_en}[/] [dim]· {kind}[/]"
    # One password for everybody is told once.
    passwords = {entry.password for entry in guest.staff}
    shared = f"  密码 password [bold]{passwords.pop()}[/]" if len(passwords) == 1 else ""
    yield f"  员工 staff  {home}/admin/{shared}"
    yield f"    {' · '.join(_roles(guest, told=bool(shared)))}"
    yield f"  会员 member {home}/my/"
    yield f"    {' · '.join(_member(member) for member in guest.members)}"


def _roles(guest: Guest, *, told: bool) -> Iterator[str]:
    """Each role with the logins of those who have it, and with their passwords unless told."""
    by_role: dict[str, list[str]] = {}
    for entry in guest.staff:
        shown = f"[bold]{entry.login}[/]" + ("" if told else f" ({entry.password})")
        by_role.setdefault(entry.role, []).append(shown)
    for role, logins in by_role.items():
        yield f"{role} {' '.join(logins)}"


def _member(member: Somebody) -> str:
    """A member's phone, and the tier."""
    local = member.phone.removeprefix("+86")
    return " ".join(part for part in (f"[bold]{local}[/]", *member.tier) if part)


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
