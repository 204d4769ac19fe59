"""The first page of a PDF: drawn as it looks, and nothing in a file hurts the process that asks."""

from __future__ import annotations

import io
import os
import resource
import subprocess
import threading
import time
import zlib
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from charterhouse.desk import pdf_child, pdf_page
from charterhouse.desk.errors import DeskError
from charterhouse.desk.file_checks import SMALL, check
from charterhouse.desk.pdf_page import first_page

RED = (255, 0, 0)


def pdf(
    content: bytes = b"1 0 0 rg 0 0 300 400 re f",
    *,
    size: tuple[float, float] = (300, 400),
    pages: int = 1,
) -> bytes:
    """A PDF of plain pages, whose first one is painted."""
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page(page_size=(300, 400))
    made.pages[0].MediaBox = pikepdf.Array([0, 0, *size])
    first = made.pages[0]
    first.Contents = made.make_stream(content)
    first.Resources = pikepdf.Dictionary()
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def bomb(side: int) -> bytes:
    """A page with one picture, white, of `side` by `side` pixels in few bytes."""
    packer = zlib.compressobj(9)
    line = b"\xff" * side
    packed = b"".join(packer.compress(line) for _ in range(side)) + packer.flush()
    made = pikepdf.new()
    made.add_blank_page(page_size=(300, 400))
    picture = pikepdf.Stream(
        made, packed, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=side,
        Height=side, ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8,
        Filter=pikepdf.Name.FlateDecode,
    )  # fmt: skip
    page = made.pages[0]
    page.Contents = made.make_stream(b"q 300 0 0 400 0 0 cm /P Do Q")
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=picture))
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def endless() -> bytes:
    """A page on which eight forms draw each other: a hundred million times in all."""
    made = pikepdf.new()
    made.add_blank_page(page_size=(300, 400))
    inner = made.make_stream(b"0 0 300 400 re f " * 10)
    inner.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 300, 400]
    )
    for _ in range(8):
        outer = made.make_stream(b"/F Do " * 10)
        outer.stream_dict = pikepdf.Dictionary(
            Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 300, 400],
            Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=inner)),
        )  # fmt: skip
        inner = outer
    page = made.pages[0]
    page.Contents = made.make_stream(b"/F Do")
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=inner))
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def test_a_page_is_drawn_as_it_looks() -> None:
    drawn = first_page(pdf(b"1 0 0 rg 0 200 300 200 re f"), 200)
    assert drawn is not None
    assert drawn.size == (150, 200)
    assert drawn.getpixel((75, 50)) == RED, "the upper half is painted"
    assert drawn.getpixel((75, 150)) == (255, 255, 255), "paper is white"


def test_what_was_filled_into_a_form_is_seen() -> None:
    made = pikepdf.open(io.BytesIO(pdf(b"")))
    look = made.make_stream(b"1 0 0 rg 0 0 100 100 re f")
    look.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 100, 100]
    )
    field = made.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="a", V="x",
            Rect=[100, 100, 200, 200], F=4, AP=pikepdf.Dictionary(N=look),
        )
    )  # fmt: skip
    made.pages[0].Annots = pikepdf.Array([field])
    made.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
    kept = io.BytesIO()
    made.save(kept)
    drawn = first_page(kept.getvalue(), 400)
    assert drawn is not None
    assert drawn.getpixel((150, 250)) == RED


@pytest.mark.parametrize(
    "size", [(14_400, 14_400), (2_000_000, 2_000_000), (3, 14_400)], ids=["most", "more", "strip"]
)
def test_a_huge_page_gives_a_picture_no_larger_than_was_asked(size: tuple[int, int]) -> None:
    drawn = first_page(pdf(size=size), 320)
    assert drawn is not None
    assert max(drawn.size) <= 320


def test_a_tiny_page_is_not_blown_up() -> None:
    drawn = first_page(pdf(size=(10, 20)), 1400)
    assert drawn is not None
    assert drawn.size == (40, 80)


def test_of_thousands_of_pages_the_first_is_drawn_and_the_check_refuses_them() -> None:
    data = pdf(pages=5000)
    assert first_page(data, 320) is not None
    with pytest.raises(DeskError) as caught:
        check(data)
    assert caught.value.code == "file_unsafe"


@pytest.mark.parametrize(
    "data",
    [b"", b"%PDF-1.7\n", pdf()[:-200], pdf().replace(b"/Pages", b"/Pagan"), b"\0" * 100_000],
    ids=["empty", "head", "cut", "rootless", "zeros"],
)
def test_what_cannot_be_read_gives_no_picture(data: bytes) -> None:
    drawn = first_page(data, 320)
    # A reader may mend what was cut; then it is a page, and never something else.
    assert drawn is None or drawn.getpixel((100, 100)) == RED


def test_a_picture_that_fills_the_memory_costs_the_process_only() -> None:
    before = _peak()
    data = bomb(25_000)
    assert len(data) < 1024 * 1024
    drawn = first_page(data, 320)
    # The library may leave out what it has no memory for.
    assert drawn is None or max(drawn.size) <= 320
    assert _peak() - before < 200 * 1024 * 1024


def _peak() -> int:
    """The most memory that this process had so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def test_a_page_that_never_ends_is_given_up() -> None:
    started = time.monotonic()
    assert first_page(endless(), 320) is None
    spent = time.monotonic() - started
    assert spent < pdf_page.WALL_SECONDS + 2
    # Such a file is kept, without a picture.
    assert check(endless()).thumbnail == b""


def test_a_file_that_waits_instead_of_working_is_given_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _instead(monkeypatch, tmp_path, "import time; time.sleep(60)")
    monkeypatch.setattr(pdf_page, "WALL_SECONDS", 0.5)
    started = time.monotonic()
    assert first_page(pdf(), 320) is None
    assert time.monotonic() - started < 5


def test_a_file_that_only_computes_is_given_up_by_its_own_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = str(Path(pdf_child.__file__).parent)
    _instead(
        monkeypatch, tmp_path,
        f"import sys; sys.path.insert(0, {folder!r}); import pdf_child\n"
        "pdf_child.CPU_SECONDS = 1\n"
        "def spin(data, side):\n while True: pass\n"
        "pdf_child._draw = spin; pdf_child.main()\n",
    )  # fmt: skip
    monkeypatch.setattr(pdf_page, "WALL_SECONDS", 60.0)
    started = time.monotonic()
    assert first_page(pdf(), 320) is None
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    "program",
    [
        "import os\nwhile True: os.write(1, b'9' * 65536)",
        "print('320 320'); print('too few')",
        "print('4000 4000'); print('x' * 48000000, end='')",
        "print('1 1'); print('more than one')",
        "print('0 0')",
        "print('GIF89a')",
    ],
)
def test_what_a_taken_over_process_says_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str
) -> None:
    _instead(monkeypatch, tmp_path, program)
    assert first_page(pdf(), 320) is None


def _instead(monkeypatch: pytest.MonkeyPatch, folder: Path, program: str) -> None:
    """Let another program draw."""
    path = folder / "program.py"
    path.write_text(program)
    monkeypatch.setattr(pdf_page, "_PROGRAM", path)


_BEHIND = """
import sys, os, socket, json
sys.path.insert(0, {folder!r})
import pdf_child
def look(data, side):
    told = {{"environment": sorted(os.environ), "folder": os.getcwd()}}
    for name, attempt in (
        ("file", lambda: open("/etc/hosts")),
        ("connection", lambda: socket.socket()),
        ("memory", lambda: bytearray(2 * pdf_child.MEMORY)),
        ("process", lambda: os.fork()),
        ("more files", lambda: __import__("resource").setrlimit(
            __import__("resource").RLIMIT_NOFILE, (100, 100))),
    ):
        try:
            attempt()
            told[name] = "had"
        except (OSError, MemoryError, ValueError) as error:
            told[name] = type(error).__name__
    os.write(1, json.dumps(told).encode())
    os._exit(0)
pdf_child._draw = look
import resource
pdf_child.main()
"""


def test_behind_the_wall_nothing_can_be_opened(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Look around from where the file is read: that is all that a hostile one could do."""
    monkeypatch.setenv("CHARTERHOUSE_MASTER_KEY", "secret")
    folder = str(Path(pdf_child.__file__).parent)
    _instead(monkeypatch, tmp_path, _BEHIND.format(folder=folder))
    told = pdf_page._drawn(pdf(), 320).decode()
    assert '"file": "OSError"' in told, told
    assert '"connection": "OSError"' in told
    assert '"process": "BlockingIOError"' in told
    assert '"memory": "MemoryError"' in told
    assert '"more files": "ValueError"' in told
    assert '"folder": "/"' in told
    assert "CHARTERHOUSE" not in told


def test_two_are_drawn_at_once_and_all_in_the_end() -> None:
    found: list[bool] = []
    threads = [
        threading.Thread(target=lambda: found.append(first_page(pdf(), 320) is not None))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 6


def test_no_process_is_left_behind() -> None:
    first_page(pdf(), 320)
    first_page(bomb(25_000), 320)
    listed = subprocess.run(
        ["ps", "--ppid", str(os.getpid()), "-o", "args="],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "pdf_child" not in listed.stdout


def test_the_check_gives_a_pdf_its_thumbnail() -> None:
    data = pdf()
    checked = check(data)
    assert checked.type == "application/pdf"
    assert checked.thumbnail.startswith(b"\xff\xd8\xff")
    assert check(data) == checked, "equal files have equal names"
    with Image.open(io.BytesIO(checked.thumbnail)) as drawn:
        assert drawn.size == (240, SMALL)


def test_where_no_process_is_to_be_had_a_file_is_kept_without_its_picture(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "nothing"))
    assert first_page(pdf(), 320) is None
    assert check(pdf()).thumbnail == b""
