"""What comes in as a file: looked at, decoded, and written anew before it is kept.

Nothing is kept as it was sent. Pictures are decoded and encoded again, turned as the camera held
them; PDF files are written anew from the objects that they use. So what hides behind, before or
between the content does not survive, nor does where and by whom a picture was taken.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pikepdf
import pillow_heif
from PIL import Image, ImageOps

from charterhouse.desk.errors import DeskError
from charterhouse.desk.pdf_page import first_page

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "ACCEPT", "LARGE", "LIMIT", "PAGES", "PIXELS", "SMALL", "TYPES", "Checked", "check", "encoded",
]  # fmt: skip

LIMIT: Final = 5 * 1024 * 1024
"""The largest file, in bytes."""

PIXELS: Final = 60_000_000
"""The largest picture, in pixels: what the cameras of phones make, and no more."""

PAGES: Final = 60
"""The longest PDF."""

TYPES: Final = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
"""Types that are kept, and the ending of their names."""

ACCEPT: Final = "image/jpeg,image/png,image/webp,image/heic,image/heif,application/pdf"
"""Types that are taken, for the attribute of an upload field. Photos are kept as JPEG."""

SMALL: Final = 320
"""The longer side of a thumbnail, in pixels."""

LARGE: Final = 1400
"""The longer side of a page that is looked at, in pixels."""

_SIDE: Final = 4000
_WHITE: Final = (255, 255, 255)
_HEIF_BRANDS: Final = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"}
_ACTIONS: Final = {
    "/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToR", "/GoToE", "/Rendition",
    "/RichMediaExecute", "/Movie", "/Sound",
}  # fmt: skip
_KEYS: Final = {"/JS", "/JavaScript", "/EF", "/EmbeddedFiles", "/XFA", "/RichMediaContent"}

pillow_heif.register_heif_opener(thumbnails=False)


@dataclass(frozen=True, slots=True)
class Checked:
    """A file as it is kept.

    Attributes:
        type: of `TYPES`.
        data: the content, written anew.
        thumbnail: a small JPEG; empty for a PDF whose first page cannot be drawn.
    """

    type: str
    data: bytes
    thumbnail: bytes


def check(data: bytes) -> Checked:
    """Look at what was sent and write it anew.

    Raises:
        DeskError: it is nothing, too large, of another type, damaged, or does more than show
            pages (`file_missing`, `file_too_large`, `file_type`, `file_broken`, `file_unsafe`).
    """
    if not data:
        raise _error("choose a file", "file_missing")
    if len(data) > LIMIT:
        raise _error("must have at most 5 MB", "file_too_large")
    form = _form_of(data)
    return _pdf(data) if form == "PDF" else _picture(data, form)


def _error(message: str, code: str) -> DeskError:
    return DeskError(message, field="file", code=code)


def _form_of(data: bytes) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"%PDF-"):
        return "PDF"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        return "HEIF"
    raise _error("must be a photo (JPEG, PNG, WebP, HEIC) or a PDF file", "file_type")


def _picture(data: bytes, form: str) -> Checked:
    try:
        with Image.open(io.BytesIO(data), formats=[form]) as opened:
            _check_pixels(opened)
            opened.draft("RGB", (_SIDE, _SIDE))
            # Turned after the decoding: the note of how it was held is dropped with the others.
            picture = _plain(ImageOps.exif_transpose(opened))
        picture.thumbnail((_SIDE, _SIDE))
    except DeskError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _error("has too many pixels: make the picture smaller", "file_unsafe") from error
    except Exception as error:
        # A decoder meets damage with any kind of error.
        raise _error("is damaged: take the photo again", "file_broken") from error
    kind = "image/png" if form == "PNG" else "image/jpeg"
    kept = encoded(picture, "PNG" if form == "PNG" else "JPEG")
    if len(kept) > LIMIT:
        kind, kept = "image/jpeg", encoded(picture, "JPEG")
    picture.thumbnail((SMALL, SMALL))
    return Checked(kind, kept, encoded(picture, "JPEG"))


def _check_pixels(opened: Image.Image) -> None:
    """Refuse what would fill the memory, before a pixel of it is decoded."""
    if opened.width * opened.height > PIXELS:
        raise _error("has too many pixels: make the picture smaller", "file_unsafe")


def _plain(picture: Image.Image) -> Image.Image:
    """The pixels alone, on white paper, without anything that is noted beside them."""
    if picture.mode in ("RGBA", "LA", "PA", "P") or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        plain = Image.new("RGB", seen.size, _WHITE)
        plain.paste(seen, mask=seen.getchannel("A"))
        return plain
    plain = picture.convert("L" if picture.mode in ("1", "L") else "RGB")
    plain.info.clear()
    return plain


def encoded(picture: Image.Image, form: str = "JPEG") -> bytes:
    """A picture as a file."""
    kept = io.BytesIO()
    picture.save(kept, form, optimize=form == "JPEG", quality=88)
    return kept.getvalue()


def _pdf(data: bytes) -> Checked:
    if not data.rstrip(b"\r\n\t \0").endswith(b"%%EOF"):
        raise _error("does not end as a PDF file does: save it again", "file_broken")
    try:
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as opened:
            _check_harmless(opened)
            kept = _rewritten(opened)
    except DeskError:
        raise
    except pikepdf.PasswordError as error:
        raise _error("is encrypted: save it without a password", "file_unsafe") from error
    except Exception as error:
        # A parser meets damage with any kind of error.
        raise _error("is damaged: save it again", "file_broken") from error
    drawn = first_page(kept, SMALL)
    return Checked("application/pdf", kept, encoded(drawn) if drawn else b"")


def _check_harmless(opened: pikepdf.Pdf) -> None:
    if opened.is_encrypted:
        raise _error("is encrypted: save it without a password", "file_unsafe")
    if not 0 < len(opened.pages) <= PAGES:
        raise _error("must have 1 to 60 pages", "file_unsafe")
    if _acts(opened):
        raise _error("holds scripts or other files: print it to a new PDF", "file_unsafe")


def _rewritten(opened: pikepdf.Pdf) -> bytes:
    """Only what its pages use, without notes on author and program; equal each time."""
    if "/Info" in opened.trailer:
        del opened.trailer["/Info"]
    if "/Metadata" in opened.Root:
        del opened.Root["/Metadata"]
    kept = io.BytesIO()
    opened.save(
        kept,
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
    )
    return kept.getvalue()


def _acts(opened: pikepdf.Pdf) -> bool:
    """Whether anything in it acts, sends, or carries another file."""
    return any(_acts_itself(each) for top in opened.objects for each in _within(top))


def _within(top: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """An object and those inside it; what it refers to is an object of its own."""
    waiting = [top]
    while waiting:
        each = waiting.pop()
        if isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
            yield each
            inner = [each[key] for key in each.keys()]  # noqa: SIM118 - a stream cannot be iterated
        elif isinstance(each, pikepdf.Array):
            inner = list(each)
        else:
            continue
        waiting.extend(
            one for one in inner if isinstance(one, pikepdf.Object) and not one.is_indirect
        )


def _acts_itself(each: pikepdf.Object) -> bool:
    keys = set(each.keys())
    named = {str(each[key]) for key in ("/S", "/Type", "/Subtype") if key in keys}
    return bool(keys & _KEYS or named & (_ACTIONS | {"/EmbeddedFile", "/FileAttachment"}))
