"""The demonstration's data folder: made once, kept over restarts, and safe to throw away."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from charterhouse.commands.common import Failure

MARK = ".charterhouse-demo"
LOCK = ".running"


def data_folder() -> Path:
    """`CHARTERHOUSE_DATA_DIR`, or `var/demo` below the working directory."""
    return Path(os.environ.get("CHARTERHOUSE_DATA_DIR") or "var/demo").resolve()


def prepare(folder: Path) -> None:
    """Make the folder and mark it as a demonstration's.

    Raises:
        Failure: it holds something else.
    """
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise Failure(f"{folder} holds other data: choose another folder by CHARTERHOUSE_DATA_DIR.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / MARK).touch(mode=0o600)


def throw_away(folder: Path) -> None:
    """Remove a demonstration's folder; nothing that is not marked as one is ever touched.

    Raises:
        Failure: the folder is no demonstration's, or one is running in it.
    """
    if not folder.exists():
        return
    if not (folder / MARK).exists():
        raise Failure(f"{folder} is no demonstration's folder: nothing was removed.")
    with alone(folder):
        shutil.rmtree(folder)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep a second demonstration out of the folder.

    Raises:
        Failure: one is running.
    """
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(
                f"A demonstration is running in {folder} already: end it first."
            ) from None
        yield
    finally:
        os.close(handle)
