"""Tells the stories of several sample institutions at once, each in a store of its own.

Each process tells one institution at a time, in one transaction: one that is ended in the middle
leaves nothing behind, and what is missing is told at the next start.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import TYPE_CHECKING, Any

from charterhouse import clock
from charterhouse.commands.common import Failure, progress_bars, sentence
from charterhouse.desk.applying import Options, apply_folder
from charterhouse.desk.errors import DeskError
from charterhouse.desk.folder import TenantFolder
from charterhouse.kernel.errors import CharterError
from charterhouse.plugins.errors import PluginError
from charterhouse.tenancy.errors import TenancyError
from charterhouse.tenancy.provision import open_catalogue, template_store

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from charterhouse.commands.common import Bars
    from charterhouse.config import Config

MOST = 8
"""So many processes at most: each takes some memory, and there are a dozen stories."""

_LOOK_SECONDS = 0.2
_REPORT_SECONDS = 0.1
_END_SECONDS = 5.0
_TOLD, _FAILED, _STEP = "told", "failed", "step"


class StoppedError(Exception):
    """Somebody asked to end before everything was told."""


@dataclass(slots=True)
class _Teller:
    """A process that tells, and what it tells now."""

    process: BaseProcess
    pipe: Connection
    folder: TenantFolder | None = None


def tell(
    config: Config,
    folders: list[TenantFolder],
    members: int | None = None,
    *,
    workers: int = 0,
    until: datetime | None = None,
    ending: Callable[[], bool] = lambda: False,
) -> None:
    """Make these institutions with their sample data, several at a time.

    What is told does not depend on how many are told at once.

    Args:
        config: the installation.
        folders: the institutions.
        members: so many sample members instead of each folder's number.
        workers: how many processes; 0 for one on each processor.
        until: the end of the stories; now when None.
        ending: whether to end: what is being told is then undone.

    Raises:
        StoppedError: it was ended.
        Failure: an institution cannot be made, or a process was killed.
    """
    if not folders:
        return
    until = until or clock.now()
    template_store(open_catalogue(config).installation)
    # The longest story first: then the last ones end at about the same time.
    waiting = sorted(folders, key=_length, reverse=True)
    count = min(len(folders), workers or len(os.sched_getaffinity(0)), MOST)
    with _tellers(config, members, until, count) as tellers, progress_bars(len(folders)) as bars:
        for teller in tellers:
            _give(teller, waiting)
        while any(teller.folder for teller in tellers):
            if ending():
                raise StoppedError
            ready = wait([each.pipe for each in tellers if each.folder], _LOOK_SECONDS)
            for teller in tellers:
                if teller.pipe in ready:
                    _hear(teller, waiting, bars)


def _length(folder: TenantFolder) -> int:
    """About how many events the story of a folder has."""
    sample = folder.sample
    if sample is None:
        return 0
    plots = (plot for plot in sample.plots if not plot.share)
    return sample.members + sum(plot.count(sample.members) * len(plot.steps) for plot in plots)


def _give(teller: _Teller, waiting: list[TenantFolder]) -> None:
    teller.folder = waiting.pop(0) if waiting else None
    try:
        teller.pipe.send(teller.folder)
    except BrokenPipeError:
        raise Failure("A process was ended. Start again: what is missing is told then.") from None


def _hear(teller: _Teller, waiting: list[TenantFolder], bars: Bars) -> None:
    folder = teller.folder
    if folder is None:
        return
    try:
        kind, *more = teller.pipe.recv()
    except (EOFError, ConnectionResetError):
        raise Failure(
            f"The process that made {folder.slug} was ended. Start again: what is missing is "
            "made then."
        ) from None
    if kind == _FAILED:
        raise Failure(f"{folder.slug}: {more[0]}")
    if kind == _STEP:
        bars.step(f"{folder.name_zh} {folder.name_en}", *more)
        return
    bars.end(f"{folder.name_zh} {folder.name_en}", f"{more[0]} events")
    _give(teller, waiting)


@contextmanager
def _tellers(
    config: Config, members: int | None, until: datetime, count: int
) -> Iterator[list[_Teller]]:
    # A copy of this process would take its open databases with it.
    context = multiprocessing.get_context("spawn")
    tellers = []
    try:
        for _ in range(count):
            here, there = context.Pipe()
            process = context.Process(
                target=_work, args=(there, config, members, until), daemon=True
            )
            with _deaf():
                process.start()
            there.close()
            tellers.append(_Teller(process, here))
        yield tellers
    finally:
        for teller in tellers:
            # One that waits ends by itself; one that tells is ended in the middle.
            teller.pipe.close()
            if teller.folder:
                teller.process.terminate()
        for teller in tellers:
            teller.process.join(_END_SECONDS)
            if teller.process.is_alive():
                teller.process.kill()
                teller.process.join()


@contextmanager
def _deaf() -> Iterator[None]:
    """What is started in here ignores Ctrl+C, which reaches the terminal's whole group.

    Who started it ends it.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _work(pipe: Connection, config: Config, members: int | None, until: datetime) -> None:
    """What each process does: tell what it is given, until there is nothing more."""
    catalogue = open_catalogue(config)
    try:
        while folder := pipe.recv():
            end = None if folder.sample and folder.sample.until else until
            options = Options(members, end, enrolled=True, progress=_reporting(pipe))
            try:
                story = apply_folder(catalogue, folder, options).story
            except (DeskError, CharterError, PluginError, TenancyError) as error:
                pipe.send((_FAILED, sentence(error)))
                return
            pipe.send((_TOLD, story.events if story else 0))
    except (EOFError, BrokenPipeError):
        # Nobody listens any more: what was being told is undone.
        return
    finally:
        catalogue.installation.stores.close()


def _reporting(pipe: Connection) -> Callable[[int, int], None]:
    last = 0.0

    def report(*counts: Any) -> None:
        nonlocal last
        if monotonic() - last >= _REPORT_SECONDS:
            last = monotonic()
            pipe.send((_STEP, *counts))

    return report


__all__ = ["MOST", "StoppedError", "tell"]
