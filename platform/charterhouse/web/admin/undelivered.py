"""Notices that did not reach their member, work that fails for ever, and trying again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import redirect, render_template, url_for

from charterhouse.desk.undelivered import (
    FAILED,
    NO_PHONE,
    NO_SENDER,
    UNREADABLE,
    try_again,
    undelivered,
)  # fmt: skip
from charterhouse.web.admin.acting import actor
from charterhouse.web.i18n import gettext, lazy_gettext, lazy_pgettext
from charterhouse.web.labels import register_status
from charterhouse.web.navigation import NavItem, add_nav
from charterhouse.web.notices import notify
from charterhouse.web.permissions import require

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response

__all__ = ["register"]

_PROBLEMS: Final = {
    NO_PHONE: lazy_pgettext("notice", "There is no phone on file."),
    NO_SENDER: lazy_pgettext("notice", "Nothing here can send such a notice."),
    UNREADABLE: lazy_pgettext("notice", "What it said cannot be read any more."),
    FAILED: lazy_pgettext("notice", "Sending it failed in a way that nobody foresaw."),
}

_JOBS: Final = {
    "clock": lazy_pgettext("job", "Deadlines and reminders"),
    "outbox": lazy_pgettext("job", "Sending of notices"),
    "payments": lazy_pgettext("job", "Payments at the gateway"),
    "notices": lazy_pgettext("job", "Notices of the payment gateway"),
    "gauges": lazy_pgettext("job", "Figures for the operators"),
    "files": lazy_pgettext("job", "Care of files"),
}

_TROUBLES: Final = {
    "charter_broken": lazy_pgettext("job", "The charter cannot decide it."),
    "notice_waits": lazy_pgettext("job", "Some wait and cannot be handled."),
}


def job_name(job: str) -> str:
    """Return what a job does, in words."""
    return str(_JOBS.get(job, job))


def notice_problem(problem: str) -> str:
    """Return why a notice failed, in words; what the channel said as it is."""
    return str(_PROBLEMS.get(problem, problem))


def job_problem(code: str) -> str:
    """Return why work was given up, in words; where there are none, with the code of the log."""
    said = _TROUBLES.get(code)
    if said is not None:
        return str(said)
    return str(gettext("It fails whenever it is tried; the log tells why (%(code)s).", code=code))


@require("members.read")
def listed() -> str:
    """List the notices that failed, and work that was given up."""
    return render_template(
        "admin/notices.html",
        found=undelivered(),
        notice_problem=notice_problem,
        job_name=job_name,
        job_problem=job_problem,
    )


@require("tasks.work")
def again(number: int) -> Response:
    """Have a notice that was given up sent anew, or work tried again."""
    try_again(number, actor=actor())
    notify(gettext("It is tried again at once."))
    return redirect(url_for("admin.notices"), code=303)


def register(app: Flask) -> None:
    """Add the pages."""
    app.add_url_rule("/admin/notices", "admin.notices", listed)
    app.add_url_rule(
        "/admin/notices/<int(max=9223372036854775807):number>/again",
        "admin.notice_again",
        again,
        methods=["POST"],
    )
    register_status("given_up", "bad", lazy_pgettext("status", "Given up"))
    register_status("tried_again", "wait", lazy_pgettext("status", "Tried again by itself"))
    add_nav(
        app,
        "admin",
        NavItem(
            "admin.notices",
            lazy_gettext("Notices not delivered"),
            "mail-off",
            lazy_gettext("Institution"),
            "members.read",
            order=69,
        ),
    )
