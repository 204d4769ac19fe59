"""What is taken as a file, what is refused, and that nothing hidden survives."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from charterhouse.desk.errors import DeskError
from charterhouse.desk.file_checks import LIMIT, check

if TYPE_CHECKING:
    from collections.abc import Callable


def picture(form: str = "PNG", size: tuple[int, int] = (60, 40), **more: object) -> bytes:
    """A small picture in one of the forms."""
    kept = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").resize(size).save(kept, form, **more)
    return kept.getvalue()


def pdf(change: Callable[[pikepdf.Pdf], None] | None = None, **more: object) -> bytes:
    """A PDF of one page."""
    kept = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        if change is not None:
            change(made)
        made.save(kept, **more)  # type: ignore[arg-type]
    return kept.getvalue()


def _huge_png() -> bytes:
    """A hundred bytes that want to be a picture of 400 million pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 0, 0, 0, 0)
    ends = chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + ends


def _script(made: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    made.Root.OpenAction = action


def _launch_inside(made: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
    made.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=action)])


def _carry(made: pikepdf.Pdf) -> None:
    made.attachments["x.exe"] = b"MZ"


def _many(made: pikepdf.Pdf) -> None:
    for _ in range(60):
        made.add_blank_page()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "file_missing", id="empty"),
        pytest.param(picture() + bytes(LIMIT), "file_too_large", id="large"),
        pytest.param(b"<script>alert(1)</script>", "file_type", id="html"),
        pytest.param(picture("GIF"), "file_type", id="gif"),
        pytest.param(b"GIF89a" + picture("JPEG"), "file_type", id="begins otherwise"),
        pytest.param(b"junk" + pdf(), "file_type", id="pdf behind something"),
        pytest.param(b"\x89PNG\r\n\x1a\n a picture by name only", "file_broken", id="magic"),
        pytest.param(picture("JPEG", (600, 400))[:-400], "file_broken", id="cut jpeg"),
        pytest.param(picture("PNG", (600, 400))[:-400], "file_broken", id="cut png"),
        pytest.param(picture("WEBP", (600, 400))[:-100], "file_broken", id="cut webp"),
        pytest.param(_huge_png(), "file_unsafe", id="bomb"),
        pytest.param(picture("PNG", (10_000, 6_001)), "file_unsafe", id="too many pixels"),
        pytest.param(pdf()[:-200], "file_broken", id="cut pdf"),
        pytest.param(pdf() + b"PK\x03\x04 an archive", "file_broken", id="pdf with a tail"),
        pytest.param(b"%PDF-1.7\n%%EOF", "file_broken", id="pdf of nothing"),
        pytest.param(pdf(_script), "file_unsafe", id="script"),
        pytest.param(pdf(_launch_inside), "file_unsafe", id="launch"),
        pytest.param(pdf(_carry), "file_unsafe", id="carries a file"),
        pytest.param(pdf(_many), "file_unsafe", id="61 pages"),
        pytest.param(
            pdf(encryption=pikepdf.Encryption(owner="o", user="u")), "file_unsafe", id="password"
        ),
        pytest.param(
            pdf(encryption=pikepdf.Encryption(owner="o", user="")), "file_unsafe", id="encrypted"
        ),
    ],
)
def test_what_is_refused_has_its_code(data: bytes, code: str) -> None:
    with pytest.raises(DeskError) as caught:
        check(data)
    assert (caught.value.code, caught.value.field) == (code, "file")


@pytest.mark.parametrize(
    ("form", "kind"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/jpeg"), ("HEIF", "image/jpeg")],
)
def test_a_picture_is_written_anew_without_what_hangs_on_it(form: str, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright
    exif[0x010F] = "a camera of somebody"
    exif.get_ifd(0x8825)[1] = "N"
    sent = picture(form, exif=exif) + (b"" if form == "HEIF" else b"<script>PK\x03\x04</script>")

    kept = check(sent)

    assert kept.type == kind
    assert b"script" not in kept.data
    assert b"camera" not in kept.data
    with Image.open(io.BytesIO(kept.data)) as seen:
        assert not seen.getexif()
        # The encoder of HEIC drops how it was held.
        assert seen.size == ((60, 40) if form == "HEIF" else (40, 60))
    with Image.open(io.BytesIO(kept.thumbnail)) as seen:
        assert seen.format == "JPEG"
        assert max(seen.size) <= 320


def test_large_photos_become_smaller_and_clear_ones_stand_on_white() -> None:
    with Image.open(io.BytesIO(check(picture("JPEG", (6000, 3000))).data)) as seen:
        assert max(seen.size) <= 4000
    kept = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(kept, "PNG")
    with Image.open(io.BytesIO(check(kept.getvalue()).data)) as seen:
        assert seen.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_a_pdf_keeps_its_pages_and_loses_the_rest() -> None:
    def signed(made: pikepdf.Pdf) -> None:
        made.docinfo["/Author"] = "somebody"
        made.Root.OpenAction = pikepdf.Array([made.pages[0].obj, pikepdf.Name.Fit])

    sent = pdf(signed).replace(b"%PDF-1.", b"%PDF-1.", 1)
    kept = check(sent)

    assert kept.type == "application/pdf"
    assert kept.thumbnail.startswith(b"\xff\xd8\xff")
    assert b"somebody" not in kept.data
    assert check(sent) == kept
    with pikepdf.open(io.BytesIO(kept.data)) as seen:
        assert len(seen.pages) == 1


@settings(deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["JPEG", "PNG", "WEBP", "PDF"]), st.data())
def test_whatever_comes_is_kept_or_refused_by_a_known_code(
    noise: bytes, form: str, data: st.DataObject
) -> None:
    good = pdf() if form == "PDF" else picture(form)
    at = data.draw(st.integers(0, len(good)))
    until = data.draw(st.integers(at, len(good)))
    try:
        kept = check(good[:at] + noise + good[until:])
    except DeskError as error:
        assert error.code in {"file_missing", "file_type", "file_broken", "file_unsafe"}  # noqa: PT017 - either end is right
    else:
        # What was once kept is itself a good file.
        assert check(kept.data).type == kept.type
