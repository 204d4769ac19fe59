"""The day of who is signed in: what is assigned, what is due today, what is overdue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import render_template

from charterhouse.desk import tasks
from charterhouse.desk.local import today
from charterhouse.desk.requests import Filters, count, listed
from charterhouse.web.admin.request_list import own_id
from charterhouse.web.admin.request_words import count_text
from charterhouse.web.i18n import lazy_gettext
from charterhouse.web.navigation import NavItem, add_nav
from charterhouse.web.permissions import may, require

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["register"]

_MINE: Final = 50
_OVERDUE: Final = 10


@require("tasks.read")
def my_day() -> str:
    """Show what waits for who is signed in, the most urgent first."""
    day, own = today(), Filters(staff=own_id())
    mine = listed(own, size=_MINE).rows
    late = Filters(overdue=True)
    # Whoever may not see members sees no requests, which name them.
    seen = may("members.read")
    assigned = tasks.tasks_of({row.id: row.member for row in mine})
    own_ids = {task.id for task in assigned}
    due = [task for task in tasks.due_tasks(day) if task.id not in own_ids]
    return render_template(
        "admin/requests/day.html",
        day=day,
        mine=mine if seen else (),
        more=count(own) > len(mine),
        assigned=assigned,
        due=due,
        overdue=[row for row in listed(late, size=_OVERDUE).rows if row not in mine]
        if seen
        else (),
        overdue_count=count_text(count(late)),
    )


def register(app: Flask) -> None:
    """Add the page."""
    app.add_url_rule("/admin/my-day", "admin.my_day", my_day)
    add_nav(
        app,
        "admin",
        NavItem(
            "admin.my_day",
            lazy_gettext("My day"),
            "calendar-due",
            lazy_gettext("Daily"),
            "tasks.read",
            order=26,
        ),
    )
