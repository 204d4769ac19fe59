"""Papers of a request: a scan or photo is kept for it, and the paper counts from then on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charterhouse.desk import files
from charterhouse.desk.errors import NotFoundError
from charterhouse.desk.intake import Answer, submit
from charterhouse.desk.request_file import PaperAsked, RequestFile
from charterhouse.tenancy.store import unit

__all__ = ["supply", "take_in"]


def _asked(file: RequestFile, code: str) -> PaperAsked:
    found = next((paper for paper in file.papers if code in paper.codes), None)
    if found is None:
        raise NotFoundError("it asks for no such paper", code="paper_unknown")
    return found


def supply(
    file: RequestFile, code: str, data: bytes, said: Mapping[str, Any], *, actor: str, key: str
) -> Answer:
    """Tell that a paper was handed in, and keep its scan or photo; both or neither.

    Args:
        file: the request.
        code: of the paper.
        data: the file.
        said: what else the event says: by whom, at which branch.
        actor: who hands it in.
        key: idempotency key.

    Raises:
        NotFoundError: the request asks for no such paper.
        ConflictError: the key was used for another paper.
        DeskError: the file is not taken (see `files.add`); nothing is kept.
    """
    _asked(file, code)
    # Decoding takes its time: nobody else should wait for it.
    checked = files.check(data)
    body = {"request": file.id, "documents": {code: 1}, **said}
    with unit(write=True):
        answer = submit("supply", body, actor=actor, key=key)
        if answer.accepted and not answer.repeated:
            files.add(file.person.ref, code, checked, actor=actor, request=file.id)
    return answer


def take_in(
    file: RequestFile, code: str, data: bytes, said: Mapping[str, Any], *, actor: str, key: str
) -> Answer | None:
    """Keep a scan or photo for a request, whether its paper lacks or is there already.

    Args and errors are those of `supply`.

    Returns:
        What the charter said to the paper; None where it was there already or is not waited for,
        and the file is kept beside it.
    """
    if file.open and _asked(file, code).missing:
        return supply(file, code, data, said, actor=actor, key=key)
    _asked(file, code)
    files.add(file.person.ref, code, data, actor=actor, request=file.id)
    return None
