"""Mapped classes for back-office pages, where reading well matters more than speed.

The way of an event never comes here: `view` and `commit` keep their statements compiled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import DeclarativeBase

from charterhouse.records import tables
from charterhouse.tenancy.db import db

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from sqlalchemy.orm import Mapped

__all__ = ["Attachment", "AuditEntry", "Base", "File", "Item", "Request", "SavedView", "db"]


class Base(DeclarativeBase):
    """Classes over the tables of a tenant's store."""

    metadata = tables.metadata


class Item(Base):
    """A task, notice or flag that a decision raised."""

    __table__ = tables.item

    if TYPE_CHECKING:
        id: Mapped[int]
        decision_id: Mapped[int]
        sort: Mapped[str]
        code: Mapped[str]
        member: Mapped[str]
        clause: Mapped[str]
        at: Mapped[datetime]
        due: Mapped[str | None]
        state: Mapped[str]
        about: Mapped[dict[str, Any]]
        done_at: Mapped[datetime | None]
        done_by: Mapped[str | None]
        note_sealed: Mapped[str | None]


class Request(Base):
    """A request as the board shows it; what it says stands in its document.

    `open` is 1 or 0. `due_at` is the first moment at which the next deadline has passed, the end
    of time where there is none, and of a request that is over when it was over.
    """

    __table__ = tables.request

    if TYPE_CHECKING:
        id: Mapped[str]
        member: Mapped[str]
        service: Mapped[str]
        status: Mapped[str]
        open: Mapped[int]
        due_at: Mapped[datetime]
        opened_at: Mapped[datetime]
        staff_id: Mapped[int | None]


class SavedView(Base):
    """A view of a list that somebody of the staff keeps; without `staff_id` it is everybody's."""

    __table__ = tables.saved_view

    if TYPE_CHECKING:
        id: Mapped[int]
        page: Mapped[str]
        staff_id: Mapped[int | None]
        name: Mapped[str]
        query: Mapped[str]
        created_at: Mapped[datetime]


class AuditEntry(Base):
    """One link of the audit chain; never changed."""

    __table__ = tables.audit

    if TYPE_CHECKING:
        seq: Mapped[int]
        at: Mapped[datetime]
        actor: Mapped[str]
        action: Mapped[str]
        subject: Mapped[str]
        digest: Mapped[str]
        previous: Mapped[str]
        hash: Mapped[str]


class File(Base):
    """A file of a paper; its content lies outside the store, under the name in `content`."""

    __table__ = tables.file

    if TYPE_CHECKING:
        id: Mapped[int]
        person_id: Mapped[int]
        request: Mapped[str]
        code: Mapped[str]
        type: Mapped[str]
        size: Mapped[int]
        content: Mapped[str]
        thumbnail: Mapped[str]
        added_at: Mapped[datetime]
        actor: Mapped[str]


class Attachment(Base):
    """A scan or photo of a paper; `content_sealed` is sealed for its row."""

    __table__ = tables.attachment

    if TYPE_CHECKING:
        id: Mapped[int]
        person_id: Mapped[int]
        code: Mapped[str]
        type: Mapped[str]
        size: Mapped[int]
        content_sealed: Mapped[bytes]
        added_at: Mapped[datetime]
        actor: Mapped[str]
