"""People: their personal data sealed, and keyed hashes by which they are found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any

import phonenumbers
from pypinyin import Style, lazy_pinyin
from sqlalchemy import bindparam, delete, insert, select, update
from stdnum.cn import ric

from charterhouse import clock
from charterhouse.desk.errors import DeskError, NotFoundError
from charterhouse.kernel.errors import EventError
from charterhouse.kernel.kinds import to_plain
from charterhouse.kernel.texts import is_clean, one_line
from charterhouse.records.sealing import PERSON
from charterhouse.records.tables import person, person_index
from charterhouse.tenancy.ids import new_id
from charterhouse.tenancy.store import prepared, unit
from charterhouse.tenancy.vault import blind_index

_GET = prepared(select(person.c.sealed).where(person.c.id == bindparam("wanted")))
_IS_THERE = prepared(select(person.c.id).where(person.c.id == bindparam("wanted")))
_ADD = prepared(insert(person))
_SET = prepared(
    update(person).where(person.c.id == bindparam("own_id")), columns=["sealed", "changed_at"]
)
_ADD_INDEX = prepared(insert(person_index))
_DROP_INDEX = prepared(delete(person_index).where(person_index.c.person_id == bindparam("own_id")))
_FIND = prepared(
    select(person_index.c.person_id).where(
        person_index.c.kind == bindparam("wanted_kind"),
        person_index.c.digest == bindparam("wanted_digest"),
    )
)

TEXT_LIMIT = 200
NAME_LIMIT = 60
"""A name is found by each of its parts, whose number grows with the square of its length."""

PART_LIMIT = 4
"""The longest part of a Chinese name by which it is found, beside the whole."""
_ID_NUMBER = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])")
_REF = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Person:
    """What the house knows of a person.

    Attributes:
        ref: the id as text; "" before it is kept.
        phone: E.164, or "".
        id_number: resident identity number with a valid check digit, or "".
        born, sex: from the ID number where there is one; sex is "female", "male" or "".
        more: further fields of the application form by their code.
    """

    ref: str = ""
    name: str = ""
    phone: str = ""
    id_number: str = ""
    born: date | None = None
    sex: str = ""
    address: str = ""
    email: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def masked_id_number(self) -> str:
        """The ID number with all but the first and last three characters hidden."""
        return mask_number(self.id_number)

    @property
    def masked_phone(self) -> str:
        """The phone number with its middle hidden."""
        text = self.phone.removeprefix("+86")
        return f"{text[:3]}****{text[-4:]}" if len(text) >= 8 else ""


def mask_number(text: str) -> str:
    """A number with all but its first and last three characters hidden; "" for a short one."""
    return f"{text[:3]}{'*' * (len(text) - 6)}{text[-3:]}" if len(text) > 6 else ""


def mask_id_numbers(text: str) -> str:
    """A text in which resident identity numbers have their middle hidden."""
    return _ID_NUMBER.sub(lambda found: mask_number(found[0]), text)


def read_person(raw: Mapping[str, Any]) -> Person:
    """Check and normalise what was entered of a person.

    Raises:
        DeskError: a field is unknown, too long or not of its form; `field` names it.
    """
    known = {f.name for f in fields(Person)} - {"ref"}
    for name in raw:
        if name not in known:
            raise DeskError("is no field of a person", field=f"person.{name}")
    texts = {n: _text(n, raw.get(n)) for n in ("name", "sex", "address", "email")}
    if not texts["name"]:
        raise DeskError("enter the name", field="person.name")
    id_number = _id_number(_text("id_number", raw.get("id_number")))
    born = _born(raw.get("born"))
    sex = texts["sex"]
    if id_number:
        born = ric.get_birth_date(id_number)
        sex = "male" if int(id_number[-2]) % 2 else "female"
    if sex not in ("", "female", "male"):
        raise DeskError("must be female or male", field="person.sex")
    return Person(
        name=texts["name"],
        phone=read_phone(_text("phone", raw.get("phone"))),
        id_number=id_number,
        born=born,
        sex=sex,
        address=texts["address"],
        email=_email(texts["email"]),
        more=_more(raw.get("more") or {}),
    )


def _more(value: Any) -> dict[str, Any]:
    try:
        plain: dict[str, Any] = to_plain(value, "person.more")
    except EventError as error:
        raise DeskError(error.message, field=error.field) from None
    return plain


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise DeskError("must be text", field=f"person.{name}")
    text = one_line(value)
    limit = NAME_LIMIT if name == "name" else TEXT_LIMIT
    if len(text) > limit:
        raise DeskError(f"must have at most {limit} characters", field=f"person.{name}")
    if not is_clean(text):
        raise DeskError("must not hold control or direction characters", field=f"person.{name}")
    return text


def read_phone(text: str) -> str:
    """A phone number as it is kept (E.164); "" for none. Without a country it is one of China.

    Raises:
        DeskError: it is no phone number.
    """
    if not text:
        return ""
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        raise DeskError("is no phone number", field="person.phone") from None
    if not phonenumbers.is_possible_number(number):
        raise DeskError("is no phone number", field="person.phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _id_number(text: str) -> str:
    number = text.upper().replace(" ", "")
    if number and not ric.is_valid(number):
        raise DeskError("is no valid ID number: check its digits", field="person.id_number")
    return number


def _born(value: Any) -> date | None:
    if value is None or value == "":
        return None
    try:
        born = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise DeskError("must be a day such as 1990-07-08", field="person.born") from None
    if not date(1890, 1, 1) <= born <= clock.now().date():
        raise DeskError("must be a day in the past", field="person.born")
    return born


def _email(text: str) -> str:
    if text and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
        raise DeskError("is no e-mail address", field="person.email")
    return text


def create_person(raw: Mapping[str, Any]) -> Person:
    """Keep a new person.

    Raises:
        DeskError: a field is not valid, or somebody has this ID number already.
    """
    entered = read_person(raw)
    with unit(write=True) as opened:
        if entered.id_number and find_people("id_number", entered.id_number):
            raise DeskError(
                "somebody with this ID number is on file: search for them",
                field="person.id_number",
                code="person_exists",
            )
        number = new_id()
        moment = clock.now()
        sealed = PERSON.seal(number, _dump(entered))
        opened.execute(
            _ADD, {"id": number, "sealed": sealed, "created_at": moment, "changed_at": moment}
        )
        index_person(number, entered)
    return replace(entered, ref=str(number))


def change_person(ref: str, changes: Mapping[str, Any]) -> Person:
    """Change what is known of a person.

    Raises:
        NotFoundError: no such person.
        DeskError: a field is not valid.
    """
    with unit(write=True) as opened:
        before = get_person(ref)
        raw = {**_dump(before), **changes, "more": {**before.more, **changes.get("more", {})}}
        changed = read_person(raw)
        number = int(ref)
        values = {"sealed": PERSON.seal(number, _dump(changed)), "changed_at": clock.now()}
        opened.execute(_SET, {"own_id": number, **values})
        opened.execute(_DROP_INDEX, {"own_id": number})
        index_person(number, changed)
    return replace(changed, ref=ref)


def get_person(ref: str) -> Person:
    """A person by id.

    Raises:
        NotFoundError: no such person in this tenant.
    """
    found = find_person(ref)
    if found is None:
        raise NotFoundError("there is no such person", code="member_unknown")
    return found


def is_ref(text: str) -> bool:
    """Whether a text is an id in its one spelling.

    "007" and full-width digits would otherwise open a second standing for one person.
    """
    return _REF.fullmatch(text) is not None and int(text) < 1 << 63


def is_person(ref: str) -> bool:
    """Whether somebody has this id; nothing of what is known of them is opened."""
    if not is_ref(ref):
        return False
    with unit() as opened:
        return opened.execute(_IS_THERE, {"wanted": int(ref)}).first() is not None


def find_person(ref: str) -> Person | None:
    """A person by id, or None."""
    if not is_ref(ref):
        return None
    with unit() as opened:
        sealed = opened.execute(_GET, {"wanted": int(ref)}).scalar()
    return None if sealed is None else open_person(int(ref), sealed)


def open_person(number: int, sealed: str) -> Person:
    """A person from the row that keeps them."""
    raw = PERSON.open(number, sealed)
    born = date.fromisoformat(raw["born"]) if raw.get("born") else None
    return Person(**{**raw, "ref": str(number), "born": born})


def facts_of(ref: str) -> dict[str, Any]:
    """What a charter may know of a person: born and sex."""
    found = find_person(ref)
    if found is None:
        return {}
    facts = {"born": found.born, "sex": found.sex}
    return {name: value for name, value in facts.items() if value}


def find_people(kind: str, text: str) -> list[str]:
    """Refs of the people whose phone, phone_tail, id_number or name (part) is this text."""
    with unit() as opened:
        wanted = {"wanted_kind": kind, "wanted_digest": blind_index(kind, text)}
        return [str(number) for number in opened.execute(_FIND, wanted).scalars()]


def _dump(entered: Person) -> dict[str, Any]:
    raw = asdict(entered)
    raw.pop("ref")
    raw["born"] = entered.born.isoformat() if entered.born else None
    raw["more"] = dict(entered.more)
    return raw


def index_person(number: int, entered: Person) -> None:
    """Keep the hashes by which a person is found."""
    rows = [
        {"kind": kind, "digest": blind_index(kind, text), "person_id": number}
        for kind, text in sorted(set(_handles(entered)))
    ]
    with unit(write=True) as opened:
        opened.execute_many(_ADD_INDEX, rows)


def _handles(entered: Person) -> Iterable[tuple[str, str]]:
    """Under which (kind, text) a person is found."""
    if entered.phone:
        yield "phone", entered.phone
        yield "phone_tail", entered.phone[-4:]
    if entered.id_number:
        yield "id_number", entered.id_number
    for part in name_parts(entered.name):
        yield "name", part


def name_parts(name: str) -> set[str]:
    """What a name is found by: the whole, its parts, its pinyin and pinyin initials."""
    plain = name.casefold().replace("·", "")
    parts = {plain, plain.replace(" ", ""), *plain.split()}
    if not plain.isascii():
        compact = plain.replace(" ", "")
        places = range(len(compact))
        parts |= {compact[i : i + size] for i in places for size in range(1, PART_LIMIT + 1)}
        parts.add("".join(lazy_pinyin(compact)))
        parts.add("".join(lazy_pinyin(compact, style=Style.FIRST_LETTER)))
    return {part for part in parts if part}
