"""Scans and photos of papers that people handed in: sealed, and each look at one is noted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import Row, select

from charterhouse import clock
from charterhouse.desk.audit import note
from charterhouse.desk.errors import DeskError, NotFoundError
from charterhouse.desk.people import get_person, is_ref
from charterhouse.desk.words import program_now
from charterhouse.kernel.clauses.casework import Casework
from charterhouse.records.models import Attachment, db
from charterhouse.tenancy.ids import new_id
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.vault import EncryptedBytes

__all__ = ["LIMIT", "TYPES", "Kept", "attach", "attachments_of", "detach", "open_attachment"]

LIMIT = 5 * 1024 * 1024
"""The largest file, in bytes."""

MOST = 40
"""As many files are kept of one person."""

TYPES = {
    "image/jpeg": (b"\xff\xd8\xff", "jpg"),
    "image/png": (b"\x89PNG\r\n\x1a\n", "png"),
    "application/pdf": (b"%PDF-", "pdf"),
}
"""Type → how such a file begins, and the ending of its name."""

_CONTENT = EncryptedBytes("attachment", "content_sealed")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file on record, without its content.

    Attributes:
        code: of the paper, as the charter names it.
        type: of `TYPES`.
        size: in bytes.
        at: when it was added, on the tenant's wall clock.
    """

    id: str
    code: str
    type: str
    size: int
    at: datetime
    actor: str

    @property
    def name(self) -> str:
        """A file name that tells nothing of the person."""
        return f"{self.code}-{self.id}.{TYPES[self.type][1]}"


def paper_codes() -> list[str]:
    """The papers that the tenant's charter asks for: on any path of admission, then of services.

    Raises:
        CharterUnavailableError: the tenant's charter is not installed.
    """
    program = program_now()
    found: dict[str, None] = {}
    channels = [None, *sorted(program.codes.get("apply.channel", ()))]
    paths = [None, *sorted(program.codes.get("path", ()))]
    for verb, channel, path in product(("apply", "transfer_card"), channels, paths):
        for needed in program.requirements(verb, path=path, channel=channel):
            if needed.sort == "document":
                found.setdefault(needed.code)
    for clause in program.clauses:
        if isinstance(clause, Casework):
            asked = (paper for each in clause.services.values() for paper in each.asks_for)
            found.update(dict.fromkeys(code for paper in asked for code in paper.codes))
    return list(found)


def attach(ref: str, code: str, data: bytes, *, actor: str) -> Kept:
    """Keep a scan or photo of a paper.

    Args:
        ref: whose paper.
        code: of the paper.
        data: JPEG, PNG or PDF; what it is, is read from its beginning.
        actor: who adds it.

    Raises:
        NotFoundError: no such person.
        DeskError: the charter knows no such paper, or the file is empty, too large or of
            another type (`file_missing`, `file_too_large`, `file_type`, `too_many_files`).
    """
    get_person(ref)
    if code not in paper_codes():
        raise DeskError("choose one of the papers", field="code", code="paper_unknown")
    if not data:
        raise DeskError("choose a file", field="file", code="file_missing")
    if len(data) > LIMIT:
        raise DeskError("must have at most 5 MB", field="file", code="file_too_large")
    kind = next((name for name, (begin, _) in TYPES.items() if data.startswith(begin)), None)
    if kind is None:
        raise DeskError("must be a JPEG, PNG or PDF file", field="file", code="file_type")
    number = new_id()
    with unit(write=True):
        if len(attachments_of(ref)) >= MOST:
            raise DeskError("too many files: remove one first", field="file", code="too_many_files")
        row = Attachment(
            id=number,
            person_id=int(ref),
            code=code,
            type=kind,
            size=len(data),
            content_sealed=_CONTENT.encrypt(number, data),
            added_at=clock.now(),
            actor=actor,
        )
        db.session.add(row)
        note("attachment.add", subject=ref, actor=actor, content={"code": code, "size": len(data)})
        return _kept(row)


def attachments_of(ref: str) -> list[Kept]:
    """The files of a person, newest first."""
    if not is_ref(ref):
        return []
    wanted = (
        select(
            Attachment.id, Attachment.code, Attachment.type, Attachment.size, Attachment.added_at,
            Attachment.actor,
        )
        .where(Attachment.person_id == int(ref))
        .order_by(Attachment.added_at.desc(), Attachment.id.desc())
    )  # fmt: skip
    with unit():
        return [_kept(row) for row in db.session.execute(wanted)]


def open_attachment(ref: str, number: int, *, actor: str) -> tuple[Kept, bytes]:
    """A file with its content; the look is noted in the audit chain.

    Raises:
        NotFoundError: this person has no such file.
    """
    with unit(write=True):
        found = _find(ref, number)
        note("attachment.open", subject=ref, actor=actor, content={"code": found.code})
        return _kept(found), _CONTENT.decrypt(found.id, found.content_sealed)


def detach(ref: str, number: int, *, actor: str) -> None:
    """Remove a file for good; that it was there stays in the audit chain.

    Raises:
        NotFoundError: this person has no such file.
    """
    with unit(write=True):
        found = _find(ref, number)
        db.session.delete(found)
        note("attachment.remove", subject=ref, actor=actor, content={"code": found.code})


def _find(ref: str, number: int) -> Attachment:
    found = db.session.get(Attachment, number)
    if found is None or str(found.person_id) != ref:
        raise NotFoundError("there is no such file", code="file_unknown")
    return found


def _kept(row: Attachment | Row[*tuple[Any, ...]]) -> Kept:
    at = row.added_at.astimezone(current_tenant().zone)
    return Kept(str(row.id), row.code, row.type, row.size, at, row.actor)
