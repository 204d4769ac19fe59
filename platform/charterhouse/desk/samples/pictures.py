"""Pictures of papers for samples: plain drawings that nobody takes for real ones.

Each says 样本 and SAMPLE across it. They are drawn with what Pillow brings along, and the two
Chinese characters stroke by stroke, so that they look the same on a machine without fonts.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache, cached_property
from random import Random
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from charterhouse.desk import files
from charterhouse.desk.file_checks import Checked, check

VARIANTS = 3
"""So many pictures there are of each paper."""

_LATELY = timedelta(days=14)
_MOST = 120

_CARD, _SHEET = (1000, 640), (900, 1240)
_INK, _PALE, _GRAY = "#33404a", "#e9eef0", "#8b979e"
_STAMP = (176, 66, 56)
_TINTS = ("#e4eef5", "#eef3e2", "#f6ece4")

_BEN = (
    ((2, 4), (14, 4)), ((8, 1), (8, 15)), ((8, 4), (2, 11)), ((8, 4), (14, 11)), ((5, 12), (11, 12)),
)  # fmt: skip
_YANG = (
    ((1, 5), (6, 5)), ((3.5, 1), (3.5, 15)), ((3.5, 5), (1, 10)), ((3.5, 6), (6, 9)),
    ((8.5, 1), (9.5, 3.5)), ((13.5, 1), (12.5, 3.5)), ((7.5, 4.5), (14.5, 4.5)),
    ((8, 7.5), (14, 7.5)), ((7, 10.5), (15, 10.5)), ((11, 4.5), (11, 15)),
)  # fmt: skip
"""The characters of 样本 as strokes within a square of sixteen."""

_TITLES = {
    "diagnosis-proof": "Proof of diagnosis",
    "medical-record": "Medical record",
    "admission-slip": "Referral for admission",
    "application-form": "Application",
    "registration-form": "Registration",
    "visit-record": "Record of visits",
    "receipt": "Receipt",
    "id-copy": "Identity card",
    "id-document": "Identity card",
    "id-photo": "Identity card",
}
_WITH_FIGURES = frozenset({"diagnosis-proof", "medical-record"})


@cache
def paper(code: str, variant: int) -> Checked:
    """A picture of a paper as it is kept, by the paper's code; `variant` below `VARIANTS`."""
    draw = _card if code.startswith("id-") else _report if code in _WITH_FIGURES else _letter
    drawn = io.BytesIO()
    draw(code, Random(f"{code}/{variant}"), _TINTS[variant % len(_TINTS)]).save(  # noqa: S311 - a drawing
        drawn, "JPEG", quality=80
    )
    return check(drawn.getvalue())


class Handed:
    """Keeps pictures of the papers that stories hand in towards their end, where people look.

    Args:
        until: the end of the stories.
    """

    def __init__(self, until: datetime) -> None:
        self._since = until - _LATELY
        self._kept = 0

    def keep(self, ref: str, verb: str, raw: Mapping[str, Any], at: datetime, actor: str) -> None:
        """Keep what an accepted event hands in for the tenant in scope.

        Args:
            ref: whose papers.
            verb: of the event.
            raw: its fields; `documents` are counted by code.
            at: its moment.
            actor: who told it.
        """
        codes = raw.get("documents")
        if not codes or at < self._since:
            return
        request = str(raw.get({"request": "id", "supply": "request"}.get(verb, ""), ""))
        for code in sorted(self._known & codes.keys()):
            if self._kept < _MOST:
                self._kept += 1
                drawn = paper(code, self._kept % VARIANTS)
                files.add(ref, code, drawn, actor=actor, request=request)

    @cached_property
    def _known(self) -> set[str]:
        return set(files.paper_codes())


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _title(code: str) -> str:
    return _TITLES.get(code) or code.replace("-", " ").capitalize()


def _card(code: str, random: Random, tint: str) -> Image.Image:
    """A card with a face in outline and figures that are none."""
    made = Image.new("RGB", _CARD, "#c9d2d6")
    pen = ImageDraw.Draw(made)
    pen.rounded_rectangle((30, 30, 970, 610), 36, fill=tint, outline=_GRAY, width=3)
    pen.text((80, 70), _title(code), fill=_INK, font=_font(44))
    for line, label in enumerate(("Name", "Born", "Address")):
        top = 170 + 90 * line
        pen.text((80, top), label, fill=_GRAY, font=_font(28))
        pen.rounded_rectangle((230, top, 230 + random.randrange(180, 340), top + 32), 8, fill=_GRAY)
    pen.text((80, 500), "0000 0000 0000 0000 00", fill=_INK, font=_font(44))
    pen.rounded_rectangle((690, 130, 910, 430), 16, fill="#ffffff", outline=_GRAY, width=3)
    pen.ellipse((750, 180, 850, 290), fill=_GRAY)
    pen.pieslice((715, 300, 885, 540), 180, 360, fill=_GRAY)
    return _stamped(made)


def _sheet(code: str, tint: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    made = Image.new("RGB", _SHEET, "#fdfdfb")
    pen = ImageDraw.Draw(made)
    pen.rectangle((0, 0, _SHEET[0], 130), fill=tint)
    pen.text((70, 40), _title(code), fill=_INK, font=_font(46))
    pen.text(
        (70, 165), "Name ________   No. 0000000   Date ____ - __ - __", fill=_GRAY, font=_font(26)
    )
    pen.line((70, 220, 830, 220), fill=_GRAY, width=2)
    return made, pen


def _report(code: str, random: Random, tint: str) -> Image.Image:
    """A table of a laboratory, with a curve under it."""
    made, pen = _sheet(code, tint)
    for row in range(9):
        top = 250 + 62 * row
        if row % 2 == 0:
            pen.rectangle((70, top, 830, top + 62), fill=_PALE)
        pen.text(
            (90, top + 14), "Test" if row == 0 else f"Item {row:02d}", fill=_INK, font=_font(28)
        )
        value = "Result" if row == 0 else f"{random.randrange(10, 99)}.{random.randrange(10)}"
        pen.text((400, top + 14), value, fill=_INK, font=_font(28))
        pen.text((610, top + 14), "Range" if row == 0 else "00 - 99", fill=_GRAY, font=_font(28))
    points = [(80 + 37 * step, 960 + random.randrange(-60, 60)) for step in range(21)]
    pen.rectangle((70, 860, 830, 1060), outline=_GRAY, width=2)
    pen.line(points, fill=_INK, width=4, joint="curve")
    return _stamped(made)


def _letter(code: str, random: Random, tint: str) -> Image.Image:
    """Paragraphs of grey lines, and somebody's flourish under them."""
    made, pen = _sheet(code, tint)
    top = 270
    for length in (4, 6, 5):
        for line in range(length):
            end = random.randrange(360, 700) if line == length - 1 else random.randrange(780, 830)
            pen.rounded_rectangle((70, top, end, top + 18), 6, fill="#cfd6d9")
            top += 44
        top += 36
    flourish = [(560 + 26 * step, 1100 + random.randrange(-36, 36)) for step in range(10)]
    pen.line(flourish, fill="#2d4a6b", width=5, joint="curve")
    return _stamped(made)


def _stamped(made: Image.Image) -> Image.Image:
    """The picture with 样本 SAMPLE across it."""
    stamp = Image.new("RGBA", (620, 190), (0, 0, 0, 0))
    pen = ImageDraw.Draw(stamp)
    color = (*_STAMP, 190)
    pen.rounded_rectangle((4, 4, 615, 185), 24, outline=color, width=8)
    for place, strokes in enumerate((_YANG, _BEN)):
        left = 34 + 124 * place
        for (x1, y1), (x2, y2) in strokes:
            line = (left + 7 * x1, 38 + 7 * y1, left + 7 * x2, 38 + 7 * y2)
            pen.line(line, fill=color, width=9)
    pen.text((300, 58), "SAMPLE", fill=color, font=_font(74))
    turned = stamp.rotate(14, expand=True, resample=Image.Resampling.BICUBIC)
    corner = ((made.width - turned.width) // 2, (made.height - turned.height) // 2)
    made.paste(turned, corner, turned)
    return made


__all__ = ["VARIANTS", "Handed", "paper"]
