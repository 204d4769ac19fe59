"""What the commands share: the installation, its tenants, and errors in one sentence."""

from __future__ import annotations

import errno
import functools
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

if TYPE_CHECKING:
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

P = ParamSpec("P")
R = TypeVar("R")

HINTS = {
    "store_damaged": "Restore it from a backup.",
    "store_missing": "Restore it from a backup.",
    "store_outdated": "Run `charterhouse migrate`.",
    "store_busy": "Try again in a moment.",
    "tenant_unknown": "See `charterhouse tenant list`.",
    "charter_unavailable": "See `charterhouse plugin list`.",
}
"""What to do about an error, by its code."""


class Failure(click.ClickException):
    """An expected error, told in one sentence with a hint; exit code 1."""


def told_plainly(command: Callable[P, R]) -> Callable[P, R]:
    """Let a command's expected errors end it with one sentence instead of a traceback."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        from charterhouse.config import ConfigError
        from charterhouse.desk.errors import DeskError
        from charterhouse.kernel.errors import CharterError
        from charterhouse.plugins.errors import PluginError
        from charterhouse.tenancy.errors import TenancyError

        try:
            return command(*args, **kwargs)
        except (ConfigError, DeskError, CharterError, PluginError, TenancyError) as error:
            raise Failure(sentence(error)) from error
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # Whoever read what is printed has gone, and wants to hear no more.
            raise Failure(_of_system(error)) from error

    return wrapped


def _of_system(error: OSError) -> str:
    """What the system refused, where, and what to do about it."""
    what = error.strerror or str(error) or type(error).__name__
    where = f"{error.filename}: " if error.filename else ""
    full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    hint = (
        "Make room, then run the same command again." if full else "Mend that, then run it again."
    )
    return f"{where}{what}. {hint}"


def sentence(error: Exception) -> str:
    """An error with the field at fault, and what to do about it."""
    field = getattr(error, "field", None)
    text = str(error)
    if field and str(field) not in text:
        text = f"{field}: {text}"
    hint = HINTS.get(getattr(error, "code", ""), "")
    return f"{text.rstrip('.')}. {hint}".strip() if hint else text


def installation(*, wait: bool = False) -> Catalogue:
    """The catalogue of the installation that the environment names.

    Args:
        wait: whether to wait for its database, as what serves does.
    """
    import structlog

    from charterhouse.config import Config
    from charterhouse.tenancy.provision import open_catalogue
    from charterhouse.web.logs import configure_logging

    if not structlog.is_configured():
        # Standard output is the command's own.
        configure_logging()
    found = open_catalogue(Config.from_env(), wait=wait)
    context = click.get_current_context(silent=True)
    if context is not None:
        context.call_on_close(found.close)
    return found


def tenant_named(catalogue: Catalogue, slug: str) -> Tenant:
    """The tenant of a slug.

    Raises:
        Failure: there is none.
    """
    found = catalogue.by_slug(slug)
    if found is None:
        known = ", ".join(tenant.slug for tenant in catalogue.list())
        there = f"there are: {known}." if known else where_tenants_are()
        raise Failure(f"There is no tenant {slug!r}; {there}")
    return found


def where_tenants_are() -> str:
    """What to do in an installation without tenants; a demonstration nearby is pointed at."""
    from charterhouse.commands.demonstration import folder
    from charterhouse.config import Config

    own, demo = Config.from_env().data_dir, folder.data_folder()
    if demo.resolve() != own.resolve() and (demo / folder.MARK).exists():
        return f"the demonstration's are in {demo}: set CHARTERHOUSE_DATA_DIR={demo}."
    return "make one by `charterhouse tenant apply FOLDER`."


def print_json(value: Any) -> None:
    """One JSON value on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


@contextmanager
def progress_bar(description: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error when a person looks on; called with (done, expected)."""
    if not sys.stderr.isatty():
        yield lambda _done, _expected: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(description)

        def update(done: int, expected: int) -> None:
            bar.update(task, completed=done, total=max(done, expected))

        yield update


class Bars:
    """Bars of what is going on at once, with one for all of it; see `progress_bars`."""

    def step(self, name: str, done: int, expected: int) -> None:
        """Show how far one has come; it appears at its first step."""

    def end(self, name: str, note: str) -> None:
        """Take one away that is done, and say so."""
        click.echo(f"{name}: {note}", err=True)


@contextmanager
def progress_bars(total: int) -> Iterator[Bars]:
    """Bars on standard error when a person looks on, and a line for each that is done."""
    if not sys.stderr.isatty():
        yield Bars()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.table import Column

    name = TextColumn(
        "{task.description}", table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")
    )
    columns = (name, BarColumn(24), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=Console(stderr=True), transient=True, expand=True, refresh_per_second=5
    ) as bars:
        yield _Shown(bars, total)


class _Shown(Bars):
    def __init__(self, bars: Any, total: int) -> None:
        self._bars = bars
        self._tasks: dict[str, Any] = {}
        self._all = bars.add_task("全部 All", total=total)

    def step(self, name: str, done: int, expected: int) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(name)
        self._bars.update(self._tasks[name], completed=done, total=max(done, expected))

    def end(self, name: str, note: str) -> None:
        if name in self._tasks:
            self._bars.remove_task(self._tasks.pop(name))
        self._bars.advance(self._all)
        self._bars.console.print(f"[green]✓[/] {name}  [dim]{note}[/]", highlight=False)
