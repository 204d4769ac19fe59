"""How messages reach people: channels by name, one of them chosen by the configuration."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import structlog

from charterhouse import clock
from charterhouse.config import Config
from charterhouse.tenancy.scope import current_tenant

__all__ = ["Channel", "ConsoleChannel", "UnknownChannelError", "register_channel", "the_channel"]

_log = structlog.get_logger(__name__)
_writing = threading.Lock()

OUTBOX = "outbox-messages.log"


class Channel(Protocol):
    """Carries short messages to people."""

    def send(self, to: str, text: str, *, kind: str) -> None:
        """Send one message.

        Args:
            to: where, as the channel knows people: a phone number in E.164, an address.
            text: what they read.
            kind: what it is about, as `code` or `notice`.

        Raises:
            OSError: it could not be handed over; the same call may succeed later.
        """
        ...


class UnknownChannelError(LookupError):
    """The configuration names a channel that nobody registered.

    Attributes:
        code: always `channel_unknown`.
    """

    code = "channel_unknown"


class ConsoleChannel:
    """Writes messages to a file of the installation instead of sending them.

    Args:
        folder: the installation's data folder.
        loud: whether messages also appear in the log, which only a demonstration may do.
    """

    def __init__(self, folder: Path, *, loud: bool) -> None:
        self._path = folder / OUTBOX
        self._loud = loud

    def send(self, to: str, text: str, *, kind: str) -> None:
        """See `Channel`."""
        tenant = current_tenant().slug
        line = "\t".join((clock.now().isoformat(), tenant, kind, to, " ".join(text.split())))
        with _writing:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "a", encoding="utf-8") as file:
                file.write(f"{line}\n")
        if self._loud:
            _log.info("message", kind=kind, tail=to[-4:], text=text)


Factory = Callable[[Config], Channel]
_factories: dict[str, Factory] = {
    "console": lambda config: ConsoleChannel(config.data_dir, loud=config.demo)
}


def register_channel(name: str, factory: Factory) -> None:
    """Offer a channel under a name that the configuration may choose.

    Raises:
        ValueError: another channel has this name.
    """
    if _factories.setdefault(name, factory) is not factory:
        raise ValueError(f"There is a channel {name!r} already.")


def the_channel() -> Channel:
    """The channel of this installation.

    Raises:
        UnknownChannelError: the configuration names one that is not registered.
        NoTenantError: no tenant is in scope.
    """
    config = current_tenant().installation.config
    factory = _factories.get(config.channel)
    if factory is None:
        known = ", ".join(sorted(_factories))
        raise UnknownChannelError(
            f"CHARTERHOUSE_CHANNEL names {config.channel!r}; registered are: {known}."
        )
    return factory(config)
