"""Passwords of staff, hashed with Argon2id."""

from __future__ import annotations

from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from charterhouse.desk.errors import DeskError

__all__ = [
    "MAX_LENGTH",
    "MIN_LENGTH",
    "Hashed",
    "WeakPasswordError",
    "hash_password",
    "outdated",
    "verify_password",
]

MIN_LENGTH = 10
MAX_LENGTH = 200  # Hashing a novel would keep a processor busy.
_hasher = PasswordHasher()
# Verified when there is no such account, so that its absence costs as much time as a wrong password.
_NOBODY = _hasher.hash("nobody has this password")


class WeakPasswordError(DeskError, ValueError):
    """A password that is too short, too long or too easily guessed."""

    code = "password_weak"


@dataclass(frozen=True, slots=True)
class Hashed:
    """A password that `hash_password` has hashed already."""

    text: str = field(repr=False)


def hash_password(password: str) -> str:
    """Return the hash to store.

    Raises:
        WeakPasswordError: The password is too short or too long.
    """
    if len(password) < MIN_LENGTH:
        raise WeakPasswordError(f"must have at least {MIN_LENGTH} characters", field="password")
    if len(password) > MAX_LENGTH:
        raise WeakPasswordError(f"must have at most {MAX_LENGTH} characters", field="password")
    return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether ``password`` belongs to ``stored``; None takes the same time and is always False."""
    try:
        _hasher.verify(stored or _NOBODY, password[:MAX_LENGTH])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def outdated(stored: str) -> bool:
    """Whether a hash was made with weaker parameters than today's and should be made anew."""
    return _hasher.check_needs_rehash(stored)
