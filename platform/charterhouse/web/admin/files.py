"""The papers of a person as files: adding, looking at and removing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import jsonify, redirect, render_template, request, url_for

from charterhouse.desk import files
from charterhouse.desk.errors import DeskError, NotFoundError
from charterhouse.desk.people import get_person
from charterhouse.web.admin.acting import actor, branches, error_of, own_branch
from charterhouse.web.errors import wants_json
from charterhouse.web.i18n import gettext
from charterhouse.web.notices import notify
from charterhouse.web.permissions import may, require
from charterhouse.web.uploads import send_content, send_picture, sent_files
from charterhouse.web.worded import worded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask, Response
    from werkzeug.wrappers import Response as WerkzeugResponse

__all__ = ["may_look", "register", "see"]


def may_look(kept: files.Kept) -> bool:
    """Whether who is signed in may look at a file: by their role, and by their branch."""
    if not may("members.unmask"):
        return False
    limited = branches()
    return not limited or files.branch_of(kept) in {"", *limited}


def see(ref: str, shown: Iterable[files.Kept]) -> None:
    """Note, once for a page, that who is signed in sees thumbnails on it, if they see any."""
    if any(kept.pictured and may_look(kept) for kept in shown):
        files.seen(ref, actor=actor())


def _open(ref: str, number: int) -> files.Kept:
    """Return a file that who is signed in may look at.

    Raises:
        NotFoundError: This person has no such file.
        WebError: Its request belongs to another branch.
    """
    kept = files.get(ref, number)
    own_branch(files.branch_of(kept))
    return kept


@require("members.read")
def listed(ref: str) -> str:
    """List the files of a person, with thumbnails for those who may look at them."""
    return _page(ref, {})


@require("members.write")
def added(ref: str) -> tuple[Any, int] | Response | WerkzeugResponse:
    """Keep the files that were sent."""
    try:
        for data in sent_files():
            files.add(ref, request.form.get("code", ""), data, actor=actor())
    except NotFoundError:
        raise
    except DeskError as error:
        if wants_json():
            raise DeskError(worded(error.message), field=error.field, code=error.code) from error
        return _page(ref, error_of(error)), 422
    if wants_json():
        return jsonify(kept=True)
    notify(gettext("The file is kept."))
    return redirect(url_for("admin.files", ref=ref), code=303)


def _page(ref: str, errors: dict[str, str]) -> str:
    found = files.of_person(ref)
    see(ref, found)
    return render_template(
        "admin/members/files.html",
        person=get_person(ref),
        found=found,
        codes=files.paper_codes(),
        accept=files.ACCEPT,
        errors=errors,
        values=request.form,
    )


@require("members.unmask")
def looked(ref: str, number: int) -> str:
    """Show one file within a page, of a PDF the first page; the picture in it is what is noted."""
    kept = _open(ref, number)
    return render_template("admin/members/file.html", person=get_person(ref), kept=kept)


@require("members.unmask")
def content(ref: str, number: int) -> Response:
    """Send a file; that somebody looked is noted."""
    _open(ref, number)
    kept, data = files.open_(ref, number, actor=actor())
    return send_content(kept, data, inline="inline" in request.args)


@require("members.unmask")
def small(ref: str, number: int) -> Response:
    """Send the thumbnail of a file."""
    return send_picture(_open(ref, number), files.thumbnail(ref, number))


@require("members.unmask")
def page(ref: str, number: int) -> Response:
    """Send the first page of a PDF as a picture; that somebody looked is noted."""
    return send_picture(_open(ref, number), files.page(ref, number, actor=actor()))


@require("members.unmask")
def removed(ref: str, number: int) -> WerkzeugResponse:
    """Remove a file."""
    _open(ref, number)
    files.remove(ref, number, actor=actor())
    notify(gettext("The file is gone."))
    return redirect(url_for("admin.files", ref=ref), code=303)


def register(app: Flask) -> None:
    """Add the pages, and give the templates ``may_look()``."""
    app.jinja_env.globals["may_look"] = may_look
    here = "/admin/members/<ref>/files"
    one = f"{here}/<int(max=9223372036854775807):number>"
    app.add_url_rule(here, "admin.files", listed)
    app.add_url_rule(here, "admin.file_add", added, methods=["POST"])
    app.add_url_rule(one, "admin.file_content", content)
    app.add_url_rule(f"{one}/look", "admin.file", looked)
    app.add_url_rule(f"{one}/thumbnail", "admin.file_thumbnail", small)
    app.add_url_rule(f"{one}/page", "admin.file_page", page)
    app.add_url_rule(f"{one}/remove", "admin.file_remove", removed, methods=["POST"])
