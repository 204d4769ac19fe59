"""Files that get their names when they are whole, and leave nothing behind when they do not."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from charterhouse.desk.errors import ConflictError

__all__ = ["draft"]

_PART = ".charterhouse-part"


@contextmanager
def draft(path: Path) -> Iterator[IO[bytes]]:
    """A file, its owner's alone, that gets its name when it is whole and on the disk.

    What commands that were killed have left in the folder is removed: an unfinished export shows
    people as a finished one does.

    Raises:
        ConflictError: there is such a file, or another command is just writing it.
    """
    if path.exists():
        raise ConflictError(
            f"{path} is there already: name another file", field="file", code="file_exists"
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in path.parent.glob(f".*{_PART}"):
        _remove_unless_written(left)
    unfinished = path.with_name(f".{path.name}{_PART}")
    with _opened(unfinished) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            unfinished.rename(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
    _sync(path.parent)


@contextmanager
def _opened(unfinished: Path) -> Iterator[IO[bytes]]:
    """A new file, locked for as long as it is written."""
    try:
        handle = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise _being_written(unfinished) from error
    with os.fdopen(handle, "w+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not os.fstat(file.fileno()).st_nlink:
            # Another command has taken it, not locked yet, for one that was left.
            raise _being_written(unfinished)
        yield file


def _remove_unless_written(left: Path) -> None:
    with suppress(FileNotFoundError, BlockingIOError), left.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        left.unlink()


def _being_written(unfinished: Path) -> ConflictError:
    name = unfinished.name.removeprefix(".").removesuffix(_PART)
    return ConflictError(
        f"another command is writing {name}: wait until it has ended",
        field="file",
        code="file_exists",
    )


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
