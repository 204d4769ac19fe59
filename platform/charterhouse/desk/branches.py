"""The institution as its owners keep it: branches opened, changed and closed, contact, look."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from charterhouse.desk.audit import note
from charterhouse.desk.errors import ConflictError, DeskError, NotFoundError
from charterhouse.desk.institution import (
    Branch,
    Branding,
    Contact,
    all_branches,
    keep_branches,
    keep_branding,
    keep_contact,
)
from charterhouse.kernel.texts import is_clean, one_line
from charterhouse.tenancy.store import unit

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_COLOUR = re.compile(r"#[0-9a-f]{6}", re.ASCII)
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{2,38}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,}")
NAME_LIMIT = 80
ADDRESS_LIMIT = 200
SHORT_LIMIT = 30


def read_line(raw: Mapping[str, str], name: str, most: int, *, needed: bool = False) -> str:
    """One line of text without signs that cannot be seen.

    Raises:
        DeskError: it is too long, not clean, or missing though it is needed.
    """
    text = one_line(raw.get(name, ""))
    if needed and not text:
        raise DeskError("fill this in", field=name, code="required")
    if len(text) > most or not is_clean(text):
        raise DeskError(f"must have at most {most} characters", field=name, code="too_long")
    return text


def _read_phone(raw: Mapping[str, str]) -> str:
    text = read_line(raw, "phone", 40)
    if text and not _PHONE.fullmatch(text):
        raise DeskError("enter a phone number of digits, blanks and hyphens", field="phone")
    return text


def _read_branch(raw: Mapping[str, str], code: str) -> Branch:
    return Branch(
        code=code,
        zh=read_line(raw, "zh", NAME_LIMIT, needed=True),
        en=read_line(raw, "en", NAME_LIMIT, needed=True),
        address=read_line(raw, "address", ADDRESS_LIMIT),
        phone=_read_phone(raw),
    )


def find_branch(code: str) -> Branch:
    """A branch, also one that is closed.

    Raises:
        NotFoundError: there is no such branch.
    """
    found = next((each for each in all_branches() if each.code == code), None)
    if found is None:
        raise NotFoundError("there is no such branch", code="branch_unknown")
    return found


def add_branch(raw: Mapping[str, str], *, actor: str) -> Branch:
    """Open a branch.

    Args:
        raw: `code`, which is never changed again, and `zh`, `en`, `address`, `phone`.
        actor: who opens it.

    Raises:
        DeskError: a field is not of its form.
        ConflictError: the code is taken, be it by a branch that is closed.
    """
    code = raw.get("code", "").strip().lower()
    if not _CODE.fullmatch(code):
        raise DeskError("use small letters, digits and hyphens", field="code")
    made = _read_branch(raw, code)
    with unit(write=True):
        known = all_branches()
        if any(each.code == code for each in known):
            raise ConflictError("this code is taken", field="code", code="branch_taken")
        keep_branches((*known, made))
        note("branch.open", subject=code, actor=actor)
    return made


def change_branch(code: str, raw: Mapping[str, str], *, actor: str) -> bool:
    """Change a branch's names, address and phone; whether that changed anything.

    Raises:
        DeskError: a field is not of its form.
        NotFoundError: there is no such branch.
    """
    with unit(write=True):
        made = replace(_read_branch(raw, code), closed=find_branch(code).closed)
        return _keep(made, "branch.change", actor)


def set_closed(code: str, *, closed: bool, actor: str) -> bool:
    """Close a branch, or open it again; whether that changed anything.

    A closed branch is not offered any more; what happened there keeps its name.

    Raises:
        NotFoundError: there is no such branch.
    """
    with unit(write=True):
        made = replace(find_branch(code), closed=closed)
        return _keep(made, "branch.close" if closed else "branch.open", actor)


def _keep(made: Branch, action: str, actor: str) -> bool:
    rows = tuple(made if each.code == made.code else each for each in all_branches())
    changed = keep_branches(rows)
    if changed:
        note(action, subject=made.code, actor=actor)
    return changed


def change_contact(raw: Mapping[str, str], *, actor: str) -> bool:
    """Change how the institution is reached; whether that changed anything.

    Args:
        raw: `phone`, `email`, `address`.
        actor: who changes it.

    Raises:
        DeskError: a field is not of its form.
    """
    email = read_line(raw, "email", 255)
    if email and not _EMAIL.fullmatch(email):
        raise DeskError("enter an e-mail address such as desk@example.org", field="email")
    made = Contact(_read_phone(raw), email, read_line(raw, "address", ADDRESS_LIMIT))
    with unit(write=True):
        changed = keep_contact(made)
        if changed:
            note("institution.change", subject="contact", actor=actor)
    return changed


def change_branding(raw: Mapping[str, str], *, actor: str) -> bool:
    """Change short names and colour; whether that changed anything.

    Args:
        raw: `short_zh`, `short_en`, and `accent` as `#rrggbb`.
        actor: who changes it.

    Raises:
        DeskError: a field is not of its form.
    """
    accent = raw.get("accent", "").strip().lower()
    if not _COLOUR.fullmatch(accent):
        raise DeskError("choose a colour", field="accent")
    made = Branding(
        read_line(raw, "short_zh", SHORT_LIMIT), read_line(raw, "short_en", SHORT_LIMIT), accent
    )
    with unit(write=True):
        changed = keep_branding(made)
        if changed:
            note("institution.change", subject="branding", actor=actor)
    return changed
