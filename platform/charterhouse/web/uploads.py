"""Files that come in and go out: read no further than is taken, and sent so that nothing in them acts."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import request, send_file

from charterhouse.desk.files import LIMIT

if TYPE_CHECKING:
    from flask import Response

    from charterhouse.desk.files import Kept

__all__ = ["send_content", "send_picture", "sent_files"]

_ALONE = "sandbox; default-src 'none'"


def sent_files(name: str = "file") -> list[bytes]:
    """Return the files of a form's field, each read no further than just beyond what is taken.

    A field that was left empty gives one empty file, which the desk refuses with a clear error.
    """
    found = []
    for sent in request.files.getlist(name):
        found.append(sent.stream.read(LIMIT + 1))
        sent.close()
    return found or [b""]


def send_content(kept: Kept, data: bytes, *, inline: bool = False) -> Response:
    """Answer with a file.

    Args:
        kept: what it is.
        data: its content.
        inline: whether a picture is shown within a page; a PDF is always saved.
    """
    shown = inline and kept.type.startswith("image/")
    return _alone(data, kept.type, kept.name, shown=shown)


def send_picture(kept: Kept, data: bytes) -> Response:
    """Answer with a picture that was made of a file, a JPEG."""
    return _alone(data, "image/jpeg", f"picture-{kept.id}.jpg", shown=True)


def _alone(data: bytes, kind: str, name: str, *, shown: bool) -> Response:
    answer = send_file(io.BytesIO(data), mimetype=kind, as_attachment=not shown, download_name=name)
    if shown:
        answer.headers["Content-Disposition"] = f"inline; filename={name}"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = _ALONE
    return answer
