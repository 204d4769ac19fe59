"""The queue of visits: in a file for one machine, in Redis or PostgreSQL for several."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import psycopg
import structlog
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey
from huey.serializer import SignedSerializer

if TYPE_CHECKING:
    from charterhouse.config import Config

__all__ = ["open_queue"]

_log = structlog.get_logger(__name__)

_NAME = "charterhouse"
_MAKING: Final = 0x71756575
_PAUSE = 2.0
_CONNECTING = 10


def open_queue(config: Config) -> Huey:
    """Return the queue of an installation; wait for one in PostgreSQL that is away.

    The others are asked only when there is work, and waited for then.

    Its messages name tenants and nothing else, and are signed: who can write to the queue without
    the master key makes no worker read what he wrote. It may be lost at any time, for what is to
    be done stands in the tenants' stores.

    Raises:
        huey.exceptions.ConfigurationError: The client of Redis or PostgreSQL is not installed.
        sqlite3.OperationalError: The file cannot be opened.
    """
    signed = SignedSerializer(secret=config.derive("queue").hex(), salt=_NAME)
    common = {"name": _NAME, "results": False, "serializer": signed}
    match urlsplit(config.queue).scheme:
        case "":
            config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = str(config.data_dir / "queue.db")
            return SqliteHuey(filename=file, strict_fifo=True, fsync=False, **common)
        case "postgresql":
            return _in_postgres(config.queue, common)
        case _:
            return RedisHuey(url=config.queue, **common)


def _in_postgres(url: str, common: dict[str, Any]) -> Huey:
    while True:
        try:
            return _made_in_postgres(url, common)
        except psycopg.OperationalError as error:
            # What follows the first line is advice of the driver's.
            problem = str(error).partition("\n")[0]
            _log.warning("waiting_for_queue", problem=problem)
            time.sleep(_PAUSE)


def _made_in_postgres(url: str, common: dict[str, Any]) -> Huey:
    # Its tables are made when it is opened, and a table that two make at once fails for one.
    with psycopg.connect(url, connect_timeout=_CONNECTING) as guard:
        guard.execute("SELECT pg_advisory_xact_lock(%s)", (_MAKING,))
        return PostgresHuey(dsn=url, **common)
