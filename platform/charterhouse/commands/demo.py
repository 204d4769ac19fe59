"""`charterhouse demo`: everything on one machine, with sample institutions of every type."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from charterhouse.commands.common import Failure, told_plainly

if TYPE_CHECKING:
    from charterhouse.commands.demonstration.house import Guest
    from charterhouse.commands.demonstration.processes import Child
    from charterhouse.commands.demonstration.visiting import Page, Visitor

_LOOK_SECONDS = 0.5
_MOST_PAGES = 150


@click.command(name="demo")
@click.option("--reset", is_flag=True, help="Throw the demonstration's data away first.")
@click.option(
    "--check",
    is_flag=True,
    help="Start everything, sign in, look at each kind of page, and end: 0 or 1.",
)
@click.option("--port", default=8000, show_default=True, help="Of the sites; else the next free.")
@click.option("--sandbox-port", default=8899, show_default=True, help="Of the payment sandbox.")
@click.option("--members", type=click.IntRange(1, 10_000), help="So many sample members.")
@click.option(
    "--tenants",
    "place",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of the sample institutions.",
)
@told_plainly
def command(
    *,
    reset: bool,
    check: bool,
    port: int,
    sandbox_port: int,
    members: int | None,
    place: Path | None,
) -> None:
    """Run the sample institutions on this machine: sites, worker and a payment sandbox.

    Data is kept in var/demo (or CHARTERHOUSE_DATA_DIR) until --reset. Ctrl+C ends everything.
    """
    from charterhouse.commands.demonstration import folder

    data = folder.data_folder()
    if reset:
        folder.throw_away(data)
    folder.prepare(data)
    with folder.alone(data):
        from charterhouse.commands.demonstration import house

        folders = house.read_folders(place or house.TENANTS)
        _Demo(data, port, sandbox_port).run(folders, members, only_check=check)


class _Demo:
    def __init__(self, data: Path, port: int, sandbox_port: int) -> None:
        from charterhouse.commands.demonstration.processes import HOST, free_port

        self._data = data
        self._wanted = port
        self._port = free_port(port)
        self._sandbox_port = free_port(sandbox_port)
        self._sandbox = f"http://{HOST}:{self._sandbox_port}"
        self._site = f"http://localhost:{self._port}"
        self._ending = threading.Event()

    def run(self, folders: list[Any], members: int | None, *, only_check: bool) -> None:
        """Furnish the house, start everything, and stay until told to end.

        Raises:
            Failure: something did not start or ended by itself.
        """
        from rich.console import Console

        from charterhouse.commands.demonstration import house, processes, stories, telling
        from charterhouse.config import Config

        self._listen_for_the_end()
        os.environ |= self._settings()
        config = Config.from_env()
        os.environ["CHARTERHOUSE_STRIPE_WEBHOOK_SECRET"] = house.webhook_secret(config)
        console = Console()
        with ExitStack() as stack:
            try:
                catalogue = house.furnish(
                    Config.from_env(), folders, members, ending=self._ending.is_set
                )
            except stories.StoppedError:
                console.print(
                    "已结束；下次启动时补齐。 Ended: the next start makes what is missing."
                )
                return
            stack.callback(catalogue.installation.stores.close)
            guests = house.guests(catalogue, folders)
            messages = telling.Messages(self._data / "outbox-messages.log")
            server = house.open_sandbox(config, catalogue, self._sandbox_port, self._site)
            stack.callback(server.stop)
            children = stack.enter_context(processes.children_of([]))
            self._start(children)
            processes.wait_for(f"{self._site}/t/{guests[0].tenant.slug}/admin/", children)
            if only_check:
                self._check(guests, children)
                return
            telling.greet(console, guests, self._site, self._sandbox)
            if self._port != self._wanted:
                telling.moved(console, self._wanted, self._port)
            while not self._ending.wait(_LOOK_SECONDS):
                for line in messages.new():
                    console.print(f"[bold]短信 message[/]  {line}", highlight=False)
                processes.check(children)
            console.print("正在结束… Ending…")

    def _listen_for_the_end(self) -> None:
        def end(_signal: int, _frame: Any) -> None:
            if self._ending.is_set():
                raise KeyboardInterrupt
            self._ending.set()

        # A terminal that is closed must not leave the children behind.
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, end)

    def _settings(self) -> dict[str, str]:
        from charterhouse.payments.sandbox import DEFAULT_KEY

        return {
            "CHARTERHOUSE_DATA_DIR": str(self._data),
            "CHARTERHOUSE_DEMO": "1",
            "CHARTERHOUSE_PUBLIC_URL": self._site,
            "CHARTERHOUSE_STRIPE_API_BASE": self._sandbox,
            "CHARTERHOUSE_STRIPE_HOSTED_BASE": self._sandbox,
            "CHARTERHOUSE_STRIPE_KEY": DEFAULT_KEY,
        }

    def _start(self, children: list[Child]) -> None:
        from charterhouse.commands.demonstration.processes import HOST, Child, gunicorn, python

        bind = f"{HOST}:{self._port}"
        for name, arguments in (
            ("web", gunicorn(bind, workers=1, threads=8)),
            ("worker", python("-m", "charterhouse", "worker")),
        ):
            log = self._data / f"{name}.log"
            children.append(Child(name, arguments, os.environ, log))

    def _check(self, guests: list[Guest], children: list[Child]) -> None:
        """Sign in as staff and as a member, and look at every kind of page.

        Raises:
            Failure: a page fails, or a process has ended.
        """
        from charterhouse.commands.demonstration import processes
        from charterhouse.commands.demonstration.visiting import Visitor

        failed: list[str] = []
        for guest in guests:
            home = f"{self._site}/t/{guest.tenant.slug}"
            staff, member = Visitor(home), Visitor(home)
            for name, visitor, start in (
                ("staff", staff, _staff_in(staff, guest)),
                ("member", member, member.sign_in_member(guest.members[0].phone, self._data)),
            ):
                visit = visitor.walk(start, _MOST_PAGES)
                failed.extend(visit.failed)
                seconds, url = visit.slowest
                click.echo(
                    f"{guest.tenant.slug} {name}: {visit.seen} pages, {len(visit.failed)} failed; "
                    f"the slowest took {seconds:.2f} s: {url}"
                )
        processes.check(children)
        if failed:
            raise Failure("These pages failed:\n" + "\n".join(failed))


def _staff_in(visitor: Visitor, guest: Guest) -> Page:
    """Sign in the first member of staff; a code that was used a moment ago is waited out."""
    from charterhouse.desk.samples.showcase import second_factor
    from charterhouse.tenancy.scope import tenant_scope

    entry = guest.staff[0]
    for last in (False, True):
        with tenant_scope(guest.tenant):
            factor = second_factor(entry.login)
        try:
            return visitor.sign_in_staff(entry.login, entry.password, factor.code)
        except Failure:
            if last:
                raise
            time.sleep(factor.seconds + 1)
    raise Failure(f"{entry.login} cannot sign in.")
