"""Draws the first page of a PDF: a program of its own, that `desk.pdf_page` starts.

It reads the file from its input and writes "<width> <height>", a line end, and the pixels, three
bytes for each. Before it looks at the file it gives up whatever the file could misuse: memory,
time, other processes, and the right to open anything, be it a file or a connection.
"""

from __future__ import annotations

import math
import os
import resource
import sys
from contextlib import suppress

import pypdfium2
from pypdfium2 import raw

MEMORY = 512 * 1024 * 1024
"""So much address space, in bytes."""

CPU_SECONDS = 4

_MOST_SCALE = 4.0
"""A page of a stamp's size is not blown up further."""


_NOBODY = 65534


def _be_nobody() -> None:
    """Let go of the rights of root, who could take back what is given up."""
    # The root of a namespace with one user has nobody else to be, and cannot take anything back.
    with suppress(OSError):
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(_NOBODY)
            os.setuid(_NOBODY)


def _give_up(limit: int, value: int) -> None:
    resource.setrlimit(limit, (value, value))


def _draw(data: bytes, side: int) -> tuple[int, int, bytes]:
    with pypdfium2.PdfDocument(data) as document:
        # Without it, what was filled into a form stays invisible.
        document.init_forms()
        page = document[0]
        width, height = page.get_size()
        longest = max(width, height)
        if not (math.isfinite(longest) and min(width, height) > 0):
            raise ValueError("The page has no size.")
        # Half a pixel less, since sizes are rounded up.
        scale = min((side - 0.5) / longest, _MOST_SCALE)
        picture = page.render(
            scale=scale, rev_byteorder=True, force_bitmap_format=raw.FPDFBitmap_BGR
        )
        rows = memoryview(picture.buffer)
        line = picture.width * 3
        pixels = b"".join(
            rows[start : start + line]
            for start in range(0, picture.height * picture.stride, picture.stride)
        )
        return picture.width, picture.height, pixels


def main() -> None:
    """Draw what comes in, at most as many pixels long and wide as the argument says."""
    side = int(sys.argv[1])
    _be_nobody()
    _give_up(resource.RLIMIT_CORE, 0)
    _give_up(resource.RLIMIT_FSIZE, 0)
    _give_up(resource.RLIMIT_CPU, CPU_SECONDS)
    _give_up(resource.RLIMIT_AS, MEMORY)
    _give_up(resource.RLIMIT_NPROC, 0)
    data = sys.stdin.buffer.read()
    _give_up(resource.RLIMIT_NOFILE, 0)
    width, height, pixels = _draw(data, side)
    sys.stdout.buffer.write(b"%d %d\n" % (width, height) + pixels)
    sys.stdout.buffer.flush()
    # What the library would still tidy up is gone with the process.
    os._exit(0)


if __name__ == "__main__":
    main()
