"""The papers of a person as files: adding, looking at and removing them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import redirect, render_template, request, send_file, url_for

from charterhouse.desk import attachments
from charterhouse.desk.errors import DeskError, NotFoundError
from charterhouse.desk.people import get_person
from charterhouse.web.admin.acting import actor, error_of
from charterhouse.web.i18n import gettext
from charterhouse.web.notices import notify
from charterhouse.web.permissions import require

if TYPE_CHECKING:
    from flask import Flask, Response
    from werkzeug.wrappers import Response as WerkzeugResponse

__all__ = ["register"]


@require("members.read")
def listed(ref: str) -> str:
    """List the files of a person."""
    return _page(ref, {})


@require("members.write")
def added(ref: str) -> tuple[str, int] | WerkzeugResponse:
    """Keep a file that was sent."""
    sent = request.files.get("file")
    data = b""
    if sent is not None:
        data = sent.stream.read(attachments.LIMIT + 1)
        sent.close()
    try:
        attachments.attach(ref, request.form.get("code", ""), data, actor=actor())
    except NotFoundError:
        raise
    except DeskError as error:
        return _page(ref, error_of(error)), 422
    notify(gettext("The file is kept."))
    return redirect(url_for("admin.attachments", ref=ref), code=303)


def _page(ref: str, errors: dict[str, str]) -> str:
    return render_template(
        "admin/members/attachments.html",
        person=get_person(ref),
        found=attachments.attachments_of(ref),
        codes=attachments.paper_codes(),
        types=",".join(attachments.TYPES),
        errors=errors,
        values=request.form,
    )


@require("members.unmask")
def opened(ref: str, number: int) -> Response:
    """Send a file; that somebody looked is noted."""
    kept, data = attachments.open_attachment(ref, number, actor=actor())
    answer = send_file(
        io.BytesIO(data), mimetype=kept.type, as_attachment=True, download_name=kept.name
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require("members.unmask")
def removed(ref: str, number: int) -> WerkzeugResponse:
    """Remove a file."""
    attachments.detach(ref, number, actor=actor())
    notify(gettext("The file is gone."))
    return redirect(url_for("admin.attachments", ref=ref), code=303)


def register(app: Flask) -> None:
    """Add the pages."""
    here = "/admin/members/<ref>/files"
    one = f"{here}/<int(max=9223372036854775807):number>"
    app.add_url_rule(here, "admin.attachments", listed)
    app.add_url_rule(here, "admin.attachment_add", added, methods=["POST"])
    app.add_url_rule(one, "admin.attachment", opened)
    app.add_url_rule(f"{one}/remove", "admin.attachment_remove", removed, methods=["POST"])
