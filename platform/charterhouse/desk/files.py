"""Files of papers, of a person or for a request: checked, sealed, and each look at one is noted.

A file has a row in the tenant's store and its content, as a blob, outside. The blob is written
first and the row after, so that a row never names nothing. Equal contents share a blob; it goes
when the last row that names it is gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from sqlalchemy import func, or_, select

from charterhouse import clock
from charterhouse.desk.audit import note
from charterhouse.desk.decisions import COLUMNS, FROM, read
from charterhouse.desk.errors import DeskError, NotFoundError
from charterhouse.desk.file_checks import ACCEPT, LARGE, LIMIT, TYPES, Checked, check, encoded
from charterhouse.desk.pdf_page import first_page
from charterhouse.desk.people import get_person, is_ref
from charterhouse.desk.words import program_now
from charterhouse.kernel.clauses.casework import Casework
from charterhouse.records.models import Attachment, File, Request, db
from charterhouse.records.tables import decision
from charterhouse.tenancy.errors import SealError
from charterhouse.tenancy.ids import new_id
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import find_unit, unit
from charterhouse.tenancy.vault import EncryptedBytes

__all__ = [
    "ACCEPT", "LIMIT", "MOST", "TYPES", "Checked", "Kept", "add", "bind", "branch_of", "check",
    "drop_unnamed", "get", "move_over", "of_person", "of_request", "open_", "own", "page",
    "paper_codes", "remove", "seen", "thumbnail",
]  # fmt: skip

MOST = 40
"""As many files are kept of one person."""

_OLD = EncryptedBytes("attachment", "content_sealed")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file on record, without its content.

    Attributes:
        ref: whose paper.
        request: for which request it was handed in; "" for none.
        code: of the paper, as the charter names it.
        type: of `TYPES`.
        size: in bytes.
        pictured: whether it has a thumbnail; a PDF that cannot be drawn has none.
        at: when it was added, on the tenant's wall clock.
    """

    id: str
    ref: str
    request: str
    code: str
    type: str
    size: int
    pictured: bool
    at: datetime
    actor: str

    @property
    def name(self) -> str:
        """A file name that tells nothing of the person."""
        return f"{self.code}-{self.id}.{TYPES[self.type]}"


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


def add(ref: str, code: str, data: bytes | Checked, *, actor: str, request: str = "") -> Kept:
    """Check a file and keep it as a paper of a person.

    Args:
        ref: whose paper.
        code: of the paper.
        data: a photo or a PDF, as it was sent; it is kept written anew. Or what `check` made of
            it: checking takes its time and is better done before a unit is open.
        actor: who adds it.
        request: id of the person's request for which it is handed in.

    Raises:
        NotFoundError: no such person, or this person has no such request.
        DeskError: the charter knows no such paper (`paper_unknown`), this person has too many
            files (`too_many_files`), or `check` refuses it.
        BlobsUnavailableError: the place of documents does not answer.
    """
    get_person(ref)
    if code not in paper_codes():
        raise DeskError("choose one of the papers", field="code", code="paper_unknown")
    with unit():
        _check_request(ref, request)
    checked = data if isinstance(data, Checked) else check(data)
    return _keep(new_id(), ref, code, checked, actor=actor, request=request, at=clock.now())


def bind(ref: str, numbers: Iterable[int], request: str) -> None:
    """Let files that were handed in for nothing in particular be those of a request.

    Raises:
        NotFoundError: this person has no such file or request.
    """
    with unit(write=True):
        _check_request(ref, request)
        for number in numbers:
            found = _find(ref, number)
            if not found.request:
                found.request = request


def _check_request(ref: str, request: str) -> None:
    if not request:
        return
    found = db.session.get(Request, request)
    if found is None or found.member != ref:
        raise NotFoundError("there is no such request", code="request_unknown")


def _keep(
    number: int, ref: str, code: str, checked: Checked, *, actor: str, request: str, at: datetime
) -> Kept:
    blobs = current_tenant().installation.blobs
    content = blobs.put(checked.data)
    small = blobs.put(checked.thumbnail) if checked.thumbnail else ""
    with unit(write=True):
        count = select(func.count()).where(File.person_id == int(ref))
        if db.session.execute(count).scalar_one() >= MOST:
            raise DeskError("too many files: remove one first", field="file", code="too_many_files")
        row = File(
            id=number, person_id=int(ref), request=request, code=code, type=checked.type,
            size=len(checked.data), content=content, thumbnail=small, added_at=at, actor=actor,
        )  # fmt: skip
        db.session.add(row)
        # Sweeping removes blobs within writing units, so none goes between this and the commit.
        blobs.put(checked.data)
        if small:
            blobs.put(checked.thumbnail)
        about = {"code": code, "size": row.size, "file": str(number), "request": request}
        note("file.add", subject=ref, actor=actor, content=about)
        return _kept(row)


def of_person(ref: str) -> list[Kept]:
    """The files of a person, newest first."""
    if not is_ref(ref):
        return []
    wanted = select(File).where(File.person_id == int(ref))
    with unit():
        newest = wanted.order_by(File.added_at.desc(), File.id.desc())
        return [_kept(row) for row in db.session.scalars(newest)]


def of_request(request: str) -> list[Kept]:
    """The files that were handed in for a request, newest first."""
    if not request:
        return []
    wanted = select(File).where(File.request == request)
    with unit():
        newest = wanted.order_by(File.added_at.desc(), File.id.desc())
        return [_kept(row) for row in db.session.scalars(newest)]


def get(ref: str, number: int) -> Kept:
    """A file on record; its content is not looked at.

    Raises:
        NotFoundError: this person has no such file.
    """
    with unit():
        return _kept(_find(ref, number))


def branch_of(kept: Kept) -> str:
    """The branch at which the request of a file was opened; "" for none, or where nobody said."""
    if not kept.request:
        return ""
    with unit() as opened:
        asked = db.session.get(Request, kept.request)
        if asked is None:
            return ""
        at_that_moment = select(*COLUMNS).select_from(FROM).where(
            decision.c.member == asked.member, decision.c.at == asked.opened_at,
            decision.c.verb == "request", decision.c.code == "",
        )  # fmt: skip
        told = [read(row) for row in opened.connection.execute(at_that_moment)]
    return next((each.branch for each in told if each.body.get("id") == kept.request), "")


def own(actor: str, number: int) -> Kept:
    """A file of the member who acts: what `open_`, `thumbnail` and `remove` are asked with.

    Args:
        actor: `member:<ref>`; of anybody else no file is their own.
        number: id of the file.

    Raises:
        NotFoundError: it is not theirs, or there is none.
    """
    kind, _, ref = actor.partition(":")
    if kind != "member" or not is_ref(ref):
        raise NotFoundError("there is no such file", code="file_unknown")
    return get(ref, number)


def open_(ref: str, number: int, *, actor: str) -> tuple[Kept, bytes]:
    """A file with its content; the look is noted in the audit chain.

    Raises:
        NotFoundError: this person has no such file.
        BlobMissingError: its content is lost: restore it from a backup.
        BlobsUnavailableError: the place of documents does not answer.
    """
    with unit():
        found = _find(ref, number)
        kept, name = _kept(found), found.content
    data = current_tenant().installation.blobs.get(name)
    about = {"code": kept.code, "file": kept.id}
    note("file.open", subject=ref, actor=actor, content=about)
    return kept, data


def page(ref: str, number: int, *, actor: str) -> bytes:
    """The first page of a PDF as a JPEG to look at; the look is noted in the audit chain.

    Raises:
        NotFoundError: this person has no such file, it is no PDF, or it cannot be drawn.
        BlobMissingError: its content is lost: restore it from a backup.
        BlobsUnavailableError: the place of documents does not answer.
    """
    if get(ref, number).type != "application/pdf":
        raise NotFoundError("there is no picture of it", code="file_unknown")
    _, data = open_(ref, number, actor=actor)
    drawn = first_page(data, LARGE)
    if drawn is None:
        raise NotFoundError("there is no picture of it", code="file_unknown")
    return encoded(drawn)


def thumbnail(ref: str, number: int) -> bytes:
    """A small JPEG of a file; the page that shows it is what is noted.

    Raises:
        NotFoundError: this person has no such file, or it has no thumbnail.
        BlobMissingError: its content is lost: restore it from a backup.
        BlobsUnavailableError: the place of documents does not answer.
    """
    with unit():
        name = _find(ref, number).thumbnail
    if not name:
        raise NotFoundError("there is no picture of it", code="file_unknown")
    return current_tenant().installation.blobs.get(name)


def seen(ref: str, *, actor: str) -> None:
    """Note that somebody saw the thumbnails of a person's files, once for a page."""
    note("file.list", subject=ref, actor=actor)


def remove(ref: str, number: int, *, actor: str) -> None:
    """Remove a file for good; that it was there stays in the audit chain.

    Raises:
        NotFoundError: this person has no such file.
    """
    alone = find_unit() is None
    with unit(write=True):
        found = _find(ref, number)
        names = [name for name in (found.content, found.thumbnail) if name]
        db.session.delete(found)
        about = {"code": found.code, "file": str(number)}
        note("file.remove", subject=ref, actor=actor, content=about)
    # Within a larger unit the row may still come back: then sweeping takes the blobs.
    if alone:
        for name in names:
            drop_unnamed(name)


def drop_unnamed(name: str) -> bool:
    """Remove a blob unless a row names it; whether it went."""
    with unit(write=True):
        named = select(File.id).where(or_(File.content == name, File.thumbnail == name)).limit(1)
        if db.session.execute(named).first() is not None:
            return False
        current_tenant().installation.blobs.remove(name)
        return True


def move_over() -> tuple[int, list[str]]:
    """Bring files that are still inside the store of the tenant in scope to where they belong.

    A file that the checks refuse stays where it is; of a tenant that may not be written, all do.

    Returns:
        How many were moved, and the ids of those that stay.
    """
    if not current_tenant().writable:
        return 0, []
    with unit():
        numbers = list(db.session.scalars(select(Attachment.id).order_by(Attachment.added_at)))
    moved, stay = 0, []
    for number in numbers:
        with unit(write=True):
            old = db.session.get(Attachment, number)
            if old is None:
                continue
            try:
                checked = check(_OLD.decrypt(number, old.content_sealed))
            except (DeskError, SealError):
                stay.append(str(number))
                continue
            _keep(number, str(old.person_id), old.code, checked, actor=old.actor, request="",
                  at=old.added_at)  # fmt: skip
            db.session.delete(old)
        moved += 1
    return moved, stay


def _find(ref: str, number: int) -> File:
    found = db.session.get(File, number)
    if found is None or str(found.person_id) != ref:
        raise NotFoundError("there is no such file", code="file_unknown")
    return found


def _kept(row: File) -> Kept:
    return Kept(
        id=str(row.id), ref=str(row.person_id), request=row.request, code=row.code, type=row.type,
        size=row.size, pictured=bool(row.thumbnail),
        at=row.added_at.astimezone(current_tenant().zone), actor=row.actor,
    )  # fmt: skip
