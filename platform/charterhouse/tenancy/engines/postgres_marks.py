"""How a database tells which release made it ready, so that it is done once.

Beside its next release this one starts anew on what that one has made ready, and leaves it so.
"""

from __future__ import annotations

import hashlib

__all__ = ["EDITION", "is_newer", "mark_of"]

EDITION = 1
"""Raised with every change of the preparations, and of the catalogue's."""


def mark_of(script: str) -> str:
    """Return the mark that a script leaves."""
    digest = hashlib.sha256(script.encode()).hexdigest()
    # The first edition had no number.
    return digest if EDITION == 1 else f"{EDITION}:{digest}"


def is_newer(mark: str | None) -> bool:
    """Return whether a later release than this one has left the mark."""
    edition, colon, _ = (mark or "").partition(":")
    return bool(colon) and edition.isdecimal() and int(edition) > EDITION
