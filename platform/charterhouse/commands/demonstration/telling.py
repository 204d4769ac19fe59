"""What the demonstration tells the person at its terminal, in Chinese and English."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from charterhouse.commands.demonstration.house import Guest

CARD = "4242 4242 4242 4242"
DECLINED = "4000 0000 0000 0002"


def greet(console: Console, guests: list[Guest], site: str, sandbox: str) -> None:
    """Print addresses, sign-ins and what can be tried."""
    for guest in guests:
        tenant = guest.tenant
        home = f"{site}/t/{tenant.slug}"
        title = f"{tenant.name_zh} · {tenant.name_en}"
        lines = [
            f"管理端 Staff site    {home}/admin/",
            f"会员端 Member portal {home}/my/",
        ]
        console.print(Panel("\n".join(lines), title=title, title_align="left", expand=False))
        console.print(_staff(guest))
        for member in guest.members:
            local = member.phone.removeprefix("+86")
            console.print(
                f"  会员手机 member's phone  [bold]{local}[/]  {member.name}  "
                f"{member.points} 积分 points"
            )
        console.print()
    program = sys.argv[0]
    console.print(
        f"全部机构 All of them   {site}/\n"
        f"验证码：会员登录时的一次性验证码会显示在本窗口；员工动态码用 {program} demo-code <登录名> 再取。\n"
        "Codes: the one-time codes of members appear in this window; "
        f"`{program} demo-code LOGIN` gives a fresh code of staff.\n"
        f"支付沙箱 Payment sandbox  {sandbox}  测试卡 test card {CARD}；"
        f"拒付 declined {DECLINED}；支付宝与微信按页面按钮 Alipay and WeChat Pay by the page's buttons.\n"
        "结束 End: Ctrl+C    重来 Start over: make demo-reset",
        highlight=False,
    )


def _staff(guest: Guest) -> Table:
    # One password for everybody stands in the caption, so that all fits into 80 columns.
    passwords = {entry.password for entry in guest.staff}
    shared = len(passwords) == 1
    table = Table(box=None, padding=(0, 1), header_style="dim", caption_justify="left")
    heads = ["登录 login", "角色 role", "动态码 code", "密钥 secret"]
    for head in heads if shared else [*heads, "密码 password"]:
        table.add_column(head, no_wrap=True, min_width=32 if "secret" in head else None)
    for entry in guest.staff:
        factor = guest.factors[entry.login]
        cells = [entry.login, entry.role, factor.code, factor.secret]
        table.add_row(*(cells if shared else [*cells, entry.password]))
    if shared:
        table.caption = f" 密码 password  {passwords.pop()}"
    return table


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
