"""How many stores in files a process may keep open at once."""

from __future__ import annotations

import resource

import structlog

__all__ = ["FILES_OF_A_STORE", "room_for", "warn_of_little_room"]

FILES_OF_A_STORE = 5
"""The store and its journal for each of two connections, and the journal's index."""

# Beside requests, templates and logs: stores that wait to be closed.
_OTHER_FILES = 256
_LEAST = 16

_log = structlog.get_logger(__name__)


def room_for(stores: int) -> int:
    """Let this process open the files of so many stores; how many it may keep open after all.

    Systems begin with a limit of a thousand files or so, and let a process raise it a good deal
    by itself.

    Args:
        stores: How many are wanted.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = stores * FILES_OF_A_STORE + _OTHER_FILES
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return stores
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if most > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return max(_LEAST, min(stores, (most - _OTHER_FILES) // FILES_OF_A_STORE))


def warn_of_little_room(stores: int) -> bool:
    """Say in the log when fewer stores can stay open than are wanted; whether that was said.

    Args:
        stores: How many are wanted.
    """
    kept = room_for(stores)
    if kept >= stores:
        return False
    _log.warning(
        "few_open_files",
        wanted=stores * FILES_OF_A_STORE + _OTHER_FILES,
        allowed=resource.getrlimit(resource.RLIMIT_NOFILE)[1],
        stores=kept,
        advice="raise the hard limit of open files (ulimit -Hn, LimitNOFILE=), or lower "
        "CHARTERHOUSE_OPEN_STORES",
    )
    return True
