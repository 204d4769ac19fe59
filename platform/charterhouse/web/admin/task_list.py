"""Tasks and flags as a call list: found by due day, kind, branch and colleague, printed, exported."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from flask import abort, redirect, render_template, request, send_file, url_for

from charterhouse.desk import institution, tasks
from charterhouse.desk.audit import note
from charterhouse.desk.errors import DeskError
from charterhouse.desk.local import today
from charterhouse.desk.people import find_person
from charterhouse.desk.sheets import FORMATS, write_sheet
from charterhouse.desk.staff import list_staff
from charterhouse.desk.tasks import Filters
from charterhouse.web.admin.acting import actor
from charterhouse.web.admin.request_list import own_id
from charterhouse.web.admin.request_words import staff_name
from charterhouse.web.admin.words import actor_text, branch_name, code_label, person_name
from charterhouse.web.i18n import gettext, lazy_gettext, pick
from charterhouse.web.listing import Page, query_url, read_page
from charterhouse.web.long_work import long_work
from charterhouse.web.notices import notify
from charterhouse.web.permissions import may, require

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from werkzeug.wrappers import Response

    from charterhouse.desk.tasks import Task
    from charterhouse.web.admin.views import Tab

__all__ = ["register"]

DUE_NAMES: Final = {
    "overdue": lazy_gettext("Overdue"),
    "today": lazy_gettext("Due today"),
    "week": lazy_gettext("Due in the next days"),
    "later": lazy_gettext("Due later"),
    "none": lazy_gettext("Without a due day"),
}
SORT_NAMES: Final = {"task": lazy_gettext("Task"), "flag": lazy_gettext("Flag")}
_EXPORTED: Final = 5000
_CHUNK: Final = 500


@require("tasks.read")
def listed() -> str:
    """List tasks and flags, the earliest due day first."""
    filters = _filters()
    number, size = read_page(50)
    found, total = tasks.listed(filters, number=number, size=size)
    return render_template(
        "admin/dashboard/tasks.html",
        page=Page(found, number, size, total),
        day=today(),
        filters=filters,
        tabs=_tabs(filters),
        chips=list(_chips(filters)),
        options=_options(),
        asked=request.args.to_dict(),
    )


def _filters() -> Filters:
    """The filters of the address; what is senseless there does not count."""
    given = request.args.get
    colleagues = {str(each.id) for each in list_staff()}
    staff = own_id() if given("staff") == "me" else given("staff", "")
    due, sort = given("due", ""), given("sort", "")
    done = given("view") == "done"
    return Filters(
        sort=sort if sort in tasks.SORTS else "",
        due=due if due in tasks.DUE and not done else "",
        code=given("code", "")[:80],
        branch=given("branch", "")[:80],
        staff=staff if staff in colleagues else "",
        done=done,
    )


def _tabs(filters: Filters) -> list[Tab]:
    """All that are open, each due, and those done; counted within the other filters."""
    own = replace(filters, due="", done=False)

    def tab(label: str, wanted: Filters, count: int | None) -> Tab:
        view = "done" if wanted.done else None
        url = query_url(due=wanted.due or None, view=view, page=None)
        return label, url, wanted == filters, count

    found = [tab(str(gettext("Open tasks")), own, tasks.count(own))]
    for due, name in DUE_NAMES.items():
        wanted = replace(own, due=due)
        found.append(tab(str(name), wanted, tasks.count(wanted)))
    found.append(tab(str(gettext("Done")), replace(own, done=True), None))
    return found


def _chips(f: Filters) -> Iterator[tuple[str, str]]:
    if f.sort:
        yield str(SORT_NAMES[f.sort]), query_url(sort=None, page=None)
    if f.code:
        yield code_label(f.code), query_url(code=None, page=None)
    if f.branch:
        yield branch_name(f.branch), query_url(branch=None, page=None)
    if f.staff:
        yield staff_name(int(f.staff)), query_url(staff=None, page=None)


def _options() -> dict[str, list[tuple[str, str]]]:
    return {
        "sort": [(code, str(name)) for code, name in SORT_NAMES.items()],
        "code": [(code, code_label(code)) for code in tasks.codes()],
        "branch": [(each.code, pick(each.zh, each.en)) for each in institution.branches()],
        "staff": [(str(each.id), each.name) for each in list_staff()],
    }


@require("tasks.read", "reports.export")
@long_work
def export() -> Response:
    """Send the call list as it is filtered as a file; phones in full only to who may see them."""
    sort = request.args.get("format", "xlsx")
    if sort not in FORMATS:
        abort(404)
    filters, unmasked = _filters(), may("members.unmask")
    heads = [
        gettext("Due"), gettext("Kind"), gettext("Task"), gettext("Name"), gettext("Phone"),
        gettext("Clause"), gettext("Raised"), gettext("Done"), gettext("By"), gettext("Result"),
    ]  # fmt: skip
    rows = [_cells(task, unmasked=unmasked) for task in _walk(filters)]
    file = write_sheet(sort, [str(head) for head in heads], rows)
    said = {
        "format": sort, "unmasked": unmasked, "due": filters.due, "code": filters.code,
        "branch": filters.branch, "staff": filters.staff, "done": filters.done,
    }  # fmt: skip
    note("tasks.export", subject=f"{len(rows)} rows", actor=actor(), content=said)
    name = f"tasks-{today().isoformat()}.{sort}"
    return send_file(file, as_attachment=True, download_name=name)


def _walk(filters: Filters) -> Iterator[Task]:
    for number in range(1, _EXPORTED // _CHUNK + 1):
        found, _ = tasks.listed(filters, number=number, size=_CHUNK)
        yield from found
        if len(found) < _CHUNK:
            return


def _cells(task: Task, *, unmasked: bool) -> list[Any]:
    return [
        task.due, str(SORT_NAMES[task.sort]), code_label(task.code), person_name(task.member),
        _phone(task.member, unmasked=unmasked), task.clause, task.at, task.done_at,
        actor_text(task.done_by) if task.done_by else "", task.result,
    ]  # fmt: skip


def _phone(ref: str, *, unmasked: bool = False) -> str:
    found = find_person(ref) if ref.isdecimal() else None
    if found is None:
        return ""
    return found.phone.removeprefix("+86") if unmasked else found.masked_phone or ""


@require("tasks.work")
def finish(number: int) -> Response:
    """Mark a task as done, with what came of it."""
    result = request.form.get("result", "")
    try:
        until_now = tasks.finish(number, actor=actor(), result=result)
    except DeskError as error:
        if error.code != "task_result":
            raise
        notify(gettext("The result is too long: use at most 500 characters."), "error")
    else:
        if until_now:
            notify(gettext("Done."))
        else:
            notify(gettext("Somebody had marked this as done already."), "info")
    back = {"tasks": "admin.tasks", "day": "admin.my_day"}.get(request.form.get("back", ""))
    return redirect(url_for(back or "admin.home"), code=303)


def register(app: Flask) -> None:
    """Add the pages, which stand beside the front page."""
    app.jinja_env.globals["masked_phone"] = _phone
    app.add_url_rule("/admin/tasks", "admin.tasks", listed)
    app.add_url_rule("/admin/tasks/export", "admin.tasks_export", export)
    app.add_url_rule(
        "/admin/tasks/<int(max=9223372036854775807):number>/done",
        "admin.task_done",
        finish,
        methods=["POST"],
    )
