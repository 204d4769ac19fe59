"""Logging: structured, one line an event, without secrets and personal data.

What libraries and the server say by the standard library's logging comes in the same form.
"""

from __future__ import annotations

import io
import logging
import re
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, cast

import structlog

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import TextIO

__all__ = ["configure_logging", "redact", "server_logging"]

_HIDDEN: Final = "[redacted]"
_SECRET_KEYS = re.compile(
    r"pass(word|wd|phrase)?|secret|token|cookie|authorization|api_?key|master_key|signature|otp|"
    r"phone|mobile|id_number|id_card|card_number|address|e?_?mail|birth",
    re.IGNORECASE,
)
# A national identity number, a mobile number, keys of payment gateways and our own.
_SECRET_VALUES = (
    (re.compile(r"(?<!\d)(\d{6})(?:19|20)\d\d[01]\d[0-3]\d(\d{3}[\dXx])(?!\d)"), r"\1********\2"),
    (re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)"), r"\1****\2"),
    (re.compile(r"\b(?:sk|rk|pk)_(?:live|test)_\w+|\bwhsec_\w+|\bch_[\w-]{16,}"), _HIDDEN),
)
# What may be the number of a payment card; the check digit tells.
_CARD = re.compile(r"(?<!\d)[3-6]\d{3}(?:[ -]?\d){9,15}(?!\d)")
# Ours, and put there by us: whoever reads the log needs them whole.
_OURS = frozenset({"actor", "tenant", "request_id"})


def _card(found: re.Match[str]) -> str:
    digits = [int(digit) for digit in found[0] if digit.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return _HIDDEN if (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 else found[0]


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        for pattern, replacement in _SECRET_VALUES:
            value = pattern.sub(replacement, value)
        return _CARD.sub(_card, value)
    if isinstance(value, dict):
        return {
            key: _HIDDEN if _SECRET_KEYS.search(str(key)) else _clean(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return value


def redact(
    logger: Any,  # noqa: ARG001 - structlog's signature
    method: str,  # noqa: ARG001 - structlog's signature
    event: MutableMapping[str, Any],
) -> MutableMapping[str, Any]:
    """Hide secrets and personal data of an event, by the name of a field or the form of a text."""
    for key in list(event):
        if key not in _OURS:
            event[key] = _HIDDEN if _SECRET_KEYS.search(key) else _clean(event[key])
    return event


class _Lines(io.TextIOBase):
    """Standard error, where a line that finds no room on the disk is lost and stops nobody.

    Lines come whole, whatever other threads write meanwhile.
    """

    def __init__(self) -> None:
        self._begun = threading.local()

    def write(self, text: str) -> int:
        """Write the line that ends here, if it can be written; keep its parts until then."""
        line = getattr(self._begun, "line", "") + text
        if line.endswith("\n"):
            self._begun.line = ""
            with suppress(OSError):
                sys.stderr.write(line)
        else:
            self._begun.line = line
        return len(text)

    def flush(self) -> None:
        """Send what was written, if it can be sent."""
        with suppress(OSError):
            sys.stderr.flush()


_LINES: Final = cast("TextIO", _Lines())
_STANDARD: Final = logging.StreamHandler(_LINES)
_STAMP: Final = structlog.processors.TimeStamper(fmt="iso", utc=True)


def configure_logging(*, console: bool | None = None, level: int = logging.INFO) -> None:
    """Set the logging of this process; calling it again replaces the former setting.

    Args:
        console: Human-readable lines instead of JSON; None chooses by the terminal.
        level: The least level that is written.
    """
    readable = sys.stderr.isatty() if console is None else console
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _STAMP,
            *_ending(readable=readable),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Asked anew each time, since a test or a supervisor may have replaced the stream.
        logger_factory=lambda *_: structlog.PrintLogger(_LINES),
        cache_logger_on_first_use=False,
    )
    logging.getLogger().addHandler(_standard(readable=readable))


def server_logging() -> dict[str, Any]:
    """Return how gunicorn is to log, as `logging.config.dictConfig` takes it."""
    told = {"handlers": ["told"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"told": {"()": lambda: _standard(readable=sys.stderr.isatty())}},
        "formatters": {},
        "loggers": {"gunicorn.error": {**told, "level": "INFO"}},
        "root": {"handlers": ["told"], "level": "WARNING"},
    }


def _standard(*, readable: bool) -> logging.Handler:
    """The one handler for what is told by the standard library's logging."""
    _STANDARD.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                _STAMP,
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_ending(readable=readable),
            ],
        )
    )
    return _STANDARD


def _ending(*, readable: bool) -> tuple[Any, ...]:
    """What is done last with an event, whoever told it."""
    if readable:
        # The plain form, since the rich one prints local variables: people's data among them.
        plain = structlog.dev.plain_traceback
        return (redact, structlog.dev.ConsoleRenderer(exception_formatter=plain))
    return (
        structlog.processors.format_exc_info,
        redact,
        structlog.processors.JSONRenderer(),
    )
