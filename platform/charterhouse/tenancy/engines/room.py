"""How many stores in files a process may keep open at once."""

from __future__ import annotations

import resource

__all__ = ["room_for"]

# The store, its journal, the journal's index, and a second connection now and then.
_FILES_OF_A_STORE = 4
_OTHER_FILES = 256
_LEAST = 16


def room_for(stores: int) -> int:
    """Let this process open the files of so many stores; how many it may keep open after all.

    Systems begin with a limit of a thousand files or so, and let a process raise it a good deal
    by itself.

    Args:
        stores: How many are wanted.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = stores * _FILES_OF_A_STORE + _OTHER_FILES
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return stores
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if most > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return max(_LEAST, min(stores, (most - _OTHER_FILES) // _FILES_OF_A_STORE))
