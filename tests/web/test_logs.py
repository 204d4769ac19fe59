"""The log: one JSON object a line, whoever tells it, in which way and in which thread."""

from __future__ import annotations

import json
import logging
import threading
from logging.config import dictConfig
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from charterhouse.web.logs import configure_logging, server_logging

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(name="log", autouse=True)
def _log(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    root = logging.getLogger()
    before = (structlog.get_config(), list(root.handlers), root.level)
    configure_logging(console=False)
    yield
    structlog.configure(**before[0])
    root.handlers, root.level = before[1], before[2]


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_what_libraries_tell_has_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.getLogger("a.library")
    structlog.contextvars.clear_contextvars()
    with structlog.contextvars.bound_contextvars(tenant="east"):
        try:
            int("of two\nlines")
        except ValueError:
            log.exception("Call %s\nback", "13800138000")
    log.info("nobody wants to know")

    (line,) = told(capsys)

    assert line.pop("timestamp")
    assert line.pop("exception").startswith("Traceback")
    assert line == {
        "event": "Call 138****8000\nback",
        "level": "error",
        "logger": "a.library",
        "tenant": "east",
    }


def test_the_server_tells_its_own_life_so_too(capsys: pytest.CaptureFixture[str]) -> None:
    dictConfig(server_logging())
    logging.getLogger("gunicorn.error").info("Listening at: %s", "http://127.0.0.1:8000")
    configure_logging(console=False)
    logging.getLogger("other").warning("once")

    assert [line["event"] for line in told(capsys)] == [
        "Listening at: http://127.0.0.1:8000",
        "once",
    ]


def test_lines_of_several_threads_come_whole(capsys: pytest.CaptureFixture[str]) -> None:
    def tell(number: int) -> None:
        ours, theirs = structlog.get_logger(), logging.getLogger("a.library")
        for _ in range(100):
            (ours if number % 2 else theirs).warning("x" * 500)

    threads = [threading.Thread(target=tell, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [line["event"] for line in told(capsys)] == ["x" * 500] * 600
