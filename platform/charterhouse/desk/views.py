"""Views of lists that staff keep: a name and the filters of an address, their own or everybody's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from charterhouse import clock
from charterhouse.desk.audit import note
from charterhouse.desk.errors import DeskError, NotFoundError
from charterhouse.kernel.texts import is_clean, one_line
from charterhouse.records.models import SavedView, db
from charterhouse.tenancy.ids import new_id
from charterhouse.tenancy.store import unit

__all__ = ["MOST", "View", "change", "delete", "find", "keep", "rename", "views_of"]

MOST = 30
"""So many views of a list somebody keeps, and so many are everybody's."""

_NAME = 40
_QUERY = 1000


@dataclass(frozen=True, slots=True)
class View:
    """A view of a list.

    Attributes:
        page: of which list.
        shared: whether it is everybody's.
        query: the filters, as they stand in the address.
    """

    id: int
    page: str
    shared: bool
    name: str
    query: str


def views_of(page: str, staff_id: int) -> Sequence[View]:
    """The views of a list that somebody sees: everybody's, then their own, in order of age."""
    wanted = (
        select(SavedView)
        .where(
            SavedView.page == page,
            or_(SavedView.staff_id.is_(None), SavedView.staff_id == staff_id),
        )
        .order_by(SavedView.staff_id.is_not(None), SavedView.created_at, SavedView.id)
        .limit(2 * MOST)
    )
    with unit():
        return [_view(found) for found in db.session.scalars(wanted)]


def find(number: int, staff_id: int) -> View:
    """A view that somebody sees.

    Raises:
        NotFoundError: there is none of this number that they see.
    """
    with unit():
        return _view(_own(number, staff_id))


def keep(page: str, name: str, query: str, *, staff_id: int, shared: bool) -> View:
    """Keep a view.

    Args:
        page: of which list.
        name: by which it is chosen.
        query: the filters, as they stand in the address.
        staff_id: who keeps it.
        shared: whether everybody sees it.

    Raises:
        DeskError: the name is no name (`view_name`) or taken (`view_taken`), or there are too many
            views (`view_many`).
    """
    with unit(write=True):
        others = [each for each in views_of(page, staff_id) if each.shared is shared]
        name = _name(name, others)
        if len(others) >= MOST:
            raise DeskError("delete a view first", field="name", code="view_many")
        made = SavedView(
            id=new_id(), page=page, staff_id=None if shared else staff_id, name=name,
            query=_checked(query), created_at=clock.now(),
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        _noted("view.keep", made, staff_id)
        return _view(made)


def change(number: int, query: str, *, staff_id: int) -> View:
    """Let a view have other filters.

    Raises:
        NotFoundError: there is none of this number that they see.
        DeskError: the filters are too long (`view_long`).
    """
    with unit(write=True):
        found = _own(number, staff_id)
        found.query = _checked(query)
        _noted("view.change", found, staff_id)
        return _view(found)


def rename(number: int, name: str, *, staff_id: int) -> View:
    """Give a view another name.

    Raises:
        NotFoundError: there is none of this number that they see.
        DeskError: as of `keep`.
    """
    with unit(write=True):
        found = _own(number, staff_id)
        shared = found.staff_id is None
        others = [
            each
            for each in views_of(found.page, staff_id)
            if each.shared is shared and each.id != number
        ]
        found.name = _name(name, others)
        _noted("view.rename", found, staff_id)
        return _view(found)


def delete(number: int, *, staff_id: int) -> View:
    """Delete a view; what it showed stays.

    Raises:
        NotFoundError: there is none of this number that they see.
    """
    with unit(write=True):
        found = _own(number, staff_id)
        gone = _view(found)
        db.session.delete(found)
        _noted("view.delete", found, staff_id)
        return gone


def _own(number: int, staff_id: int) -> SavedView:
    found = db.session.get(SavedView, number)
    if found is None or found.staff_id not in (None, staff_id):
        raise NotFoundError("there is no such view", code="view_unknown")
    return found


def _name(text: str, others: Sequence[View]) -> str:
    name = one_line(text)
    if not name or len(name) > _NAME or not is_clean(name):
        raise DeskError("a name has 1 to 40 characters", field="name", code="view_name")
    if any(each.name.casefold() == name.casefold() for each in others):
        raise DeskError("another view has this name", field="name", code="view_taken")
    return name


def _checked(query: str) -> str:
    if len(query) > _QUERY:
        raise DeskError("take some filters away", field="query", code="view_long")
    return query


def _noted(action: str, view: SavedView, staff_id: int) -> None:
    shared = view.staff_id is None
    content = {"page": view.page, "shared": shared}
    note(action, subject=str(view.id), actor=f"staff:{staff_id}", content=content)


def _view(row: SavedView) -> View:
    return View(row.id, row.page, row.staff_id is None, row.name, row.query)
