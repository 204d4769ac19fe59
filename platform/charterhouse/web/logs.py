"""Logging: structured, one line an event, without secrets and personal data."""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING, Any, Final

import structlog

if TYPE_CHECKING:
    from collections.abc import MutableMapping

__all__ = ["configure_logging", "redact"]

_HIDDEN: Final = "[redacted]"
_SECRET_KEYS = re.compile(
    r"pass(word|wd|phrase)?|secret|token|cookie|authorization|api_?key|master_key|signature|otp|"
    r"phone|mobile|id_number|id_card|card_number|address|e?_?mail|birth",
    re.IGNORECASE,
)
# A national identity number, a mobile number, and the keys of payment gateways.
_SECRET_VALUES = (
    (re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)"), r"\1********\2"),
    (re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)"), r"\1****\2"),
    (re.compile(r"\b(?:sk|rk|pk)_(?:live|test)_\w+|\bwhsec_\w+"), _HIDDEN),
)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        for pattern, replacement in _SECRET_VALUES:
            value = pattern.sub(replacement, value)
        return value
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
        event[key] = _HIDDEN if _SECRET_KEYS.search(key) else _clean(event[key])
    return event


def configure_logging(*, console: bool | None = None, level: int = logging.INFO) -> None:
    """Set the logging of this process; calling it again replaces the former setting.

    Args:
        console: Human-readable lines instead of JSON; None chooses by the terminal.
        level: The least level that is written.
    """
    readable = sys.stderr.isatty() if console is None else console
    renderer: Any = (
        # The plain form, since the rich one prints local variables: people's data among them.
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if readable
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *(() if readable else (structlog.processors.format_exc_info,)),
            redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Asked anew each time, since a test or a supervisor may have replaced the stream.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
