"""The logins whose passwords nobody has to keep: they come from the master key.

While the master key is exchanged for another, the server may know the password of either: both
are tried, the one that was right last comes first.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import psycopg

from charterhouse.tenancy import errors
from charterhouse.tenancy.engines.postgres_driver import connect

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from charterhouse.tenancy.engines.postgres_driver import StoreConnection

__all__ = ["Logins", "is_wrong_password"]


class Logins:
    """Logins of one database.

    Args:
        derivations: Gives the secret bytes for a purpose: from the master key, then from the one
            before, if there is one.
    """

    def __init__(self, derivations: Callable[[str], tuple[bytes, ...]]) -> None:
        self._derivations = derivations
        self._right = 0

    def passwords(self, name: str) -> tuple[str, ...]:
        """Return the passwords that a login may have; it gets the first."""
        found = self._derivations(f"database login {name}")
        return tuple(base64.urlsafe_b64encode(each).decode() for each in found)

    def connect(self, address: str, name: str, **options: Any) -> StoreConnection:
        """Connect as a login.

        Args:
            address: As libpq takes it; a user in it gives way.
            name: Of the login.
            options: Parts of the address that are set apart.

        Raises:
            StoreUnavailableError: The database does not answer, or takes none of the passwords.
        """
        passwords = self.passwords(name)
        order = sorted(range(len(passwords)), key=lambda number: number != self._right)
        refused: list[errors.StoreUnavailableError] = []
        for number in order:
            try:
                made = connect(address, user=name, password=passwords[number], **options)
            except errors.StoreUnavailableError as error:
                refused.append(error)
                if not _gave_password(error):
                    break
            else:
                self._right = number
                return made
        # What else stands in the way tells more than that the other password is another.
        raise next((each for each in refused if not is_wrong_password(each)), refused[0])


def is_wrong_password(error: errors.StoreUnavailableError) -> bool:
    """Whether the server knows another password."""
    return "password authentication failed" in str(error)


def _gave_password(error: errors.StoreUnavailableError) -> bool:
    cause = error.__cause__
    if not isinstance(cause, psycopg.Error) or cause.pgconn is None:
        return False
    return bool(cause.pgconn.used_password)
