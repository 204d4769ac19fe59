"""The first page of a PDF as a picture, drawn by a process of its own that has little to lose.

Whatever a file does to the library that reads it, it does in `pdf_child`: with bounded memory and
time, an empty environment, and nothing that it may open. What comes back is taken as pixels of a
size that is checked, never as a file to decode.
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog
from PIL import Image

__all__ = ["WALL_SECONDS", "first_page"]

WALL_SECONDS: Final = 8.0
"""How long drawing may take; waiting for a place before it may take as long again."""

_log = structlog.get_logger(__name__)

_PROGRAM: Final = Path(__file__).with_name("pdf_child.py")
_HEAD: Final = re.compile(rb"(\d{1,5}) (\d{1,5})\n")
_HEAD_LENGTH: Final = 12
_AT_ONCE: Final = threading.BoundedSemaphore(2)


def first_page(data: bytes, side: int) -> Image.Image | None:
    """Draw the first page.

    Args:
        data: the file.
        side: the picture's longer side, in pixels.

    Returns:
        The picture, at most `side` long and wide; None when the file cannot be drawn within the
        limits, or too many others are being drawn.
    """
    if not _AT_ONCE.acquire(timeout=WALL_SECONDS):
        _log.warning("page_not_drawn", reason="busy")
        return None
    try:
        drawn = _picture(_drawn(data, side), side)
    except OSError as error:
        # No process to be had: the file is good without its picture.
        _log.warning("page_not_drawn", reason=type(error).__name__)
        return None
    finally:
        _AT_ONCE.release()
    if drawn is None:
        _log.info("page_not_drawn", reason="file")
    return drawn


def _drawn(data: bytes, side: int) -> bytes:
    """What the process wrote, no more of it than a picture can be."""
    # Isolated, and without the environment: keys and passwords may stand there.
    with subprocess.Popen(  # noqa: S603 - our own program, and nothing of the file is an argument
        [sys.executable, "-I", str(_PROGRAM), str(side)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={}, cwd="/", start_new_session=True,
    ) as child:  # fmt: skip
        watch = threading.Timer(WALL_SECONDS, child.kill)
        watch.start()
        try:
            if child.stdin is None or child.stdout is None:
                return b""
            with suppress(BrokenPipeError):
                child.stdin.write(data)
            with suppress(BrokenPipeError):
                child.stdin.close()
            return child.stdout.read(_HEAD_LENGTH + side * side * 3 + 1)
        finally:
            watch.cancel()
            child.kill()


def _picture(drawn: bytes, side: int) -> Image.Image | None:
    head = _HEAD.match(drawn)
    if head is None:
        return None
    width, height = int(head[1]), int(head[2])
    pixels = drawn[head.end() :]
    if not (0 < width <= side and 0 < height <= side and len(pixels) == width * height * 3):
        return None
    return Image.frombytes("RGB", (width, height), pixels)
