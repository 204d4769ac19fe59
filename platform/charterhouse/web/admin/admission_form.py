"""The charter's application form: its fields, what a person's file fills in, and keeping it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from charterhouse.desk.admission import fill_form, form_of_charter, requirements
from charterhouse.web.admin.acting import say
from charterhouse.web.admin.words import code_label
from charterhouse.web.app import tenant
from charterhouse.web.i18n import current_language, gettext

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from charterhouse.desk.people import Person
    from charterhouse.kernel.report import FormField

__all__ = ["FormInput", "fields", "keep", "read", "values"]

_BLANK = frozenset({"signature", "stamp", "institution"})
CONTACT = ("name", "phone", "email")


@dataclass(frozen=True, slots=True)
class FormInput:
    """One place of the form.

    Attributes:
        name: In the HTML form.
        label: For people.
        kind: As the charter says: ``text``, ``long_text``, ``phone``, ``email``, ``date``, ``list``,
            ``contact``, ``institution``, ``signature``, ``stamp``.
        person: The field of a person that it fills; "" for one of the form alone.
    """

    code: str
    name: str
    label: str
    kind: str
    person: str

    @property
    def fixed(self) -> bool:
        """Whether it is filled in by hand or by itself; a name changes only with its papers."""
        return self.kind in _BLANK or self.person == "name"


def fields() -> list[FormInput]:
    """Return the places of the charter's form, in its order."""
    form = form_of_charter()
    found: list[FormInput] = []
    for each in form.fields if form else ():
        found += _inputs(each)
    known = {each.code for each in found}
    for needed in requirements("", ""):
        # What the charter asks for, where its form has no place of its own for it.
        if needed.sort == "detail" and needed.code not in known | _OF_PERSON:
            person = needed.code if needed.code in ("phone", "address", "email") else ""
            found.append(
                FormInput(
                    needed.code, f"form.{needed.code}", code_label(needed.code), "text", person
                )
            )
    return found


_OF_PERSON = frozenset({"name", "id_number", "born", "sex"})
"""Details that the person's file has by itself."""


def _inputs(each: FormField) -> list[FormInput]:
    label = say((each.zh, each.en))
    if each.kind != "contact":
        return [FormInput(each.code, f"form.{each.code}", label, each.kind, each.person)]
    parts = {"name": gettext("Name"), "phone": gettext("Phone"), "email": gettext("E-mail")}
    return [
        FormInput(
            each.code, f"form.{each.code}.{place}.{part}", f"{label} {place + 1} · {parts[part]}",
            "phone" if part == "phone" else "email" if part == "email" else "text", "",
        )
        for place in range(each.count)
        for part in CONTACT
    ]  # fmt: skip


def values(person: Person, sent: MultiDict[str, str] | None = None) -> dict[str, str]:
    """Return what stands in each place, by its name: what was just sent, else what is on file."""
    found = {}
    for each in fields():
        if sent is not None and each.name in sent:
            found[each.name] = sent[each.name]
        elif each.kind == "institution":
            found[each.name] = tenant().name(current_language())
        elif each.person:
            text = str(getattr(person, each.person))
            found[each.name] = text.removeprefix("+86") if each.person == "phone" else text
        else:
            found[each.name] = _on_file(person, each)
    return found


def _on_file(person: Person, each: FormInput) -> str:
    kept: Any = person.more.get(each.code, "")
    rest = each.name.removeprefix(f"form.{each.code}").strip(".")
    if rest:
        place, _, part = rest.partition(".")
        rows = kept if isinstance(kept, list) else []
        row = rows[int(place)] if int(place) < len(rows) else {}
        return str(row.get(part, "")) if isinstance(row, dict) else ""
    return "\n".join(map(str, kept)) if isinstance(kept, list) else str(kept)


def _sorted(sent: MultiDict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what was sent, as fields of a person and as further fields of the form."""
    person: dict[str, Any] = {}
    more: dict[str, Any] = {}
    for each in fields():
        if each.fixed or each.name not in sent:
            continue
        text = sent[each.name].strip()[:1000]
        rest = each.name.removeprefix(f"form.{each.code}").strip(".")
        if rest:
            place, _, part = rest.partition(".")
            rows = more.setdefault(each.code, [])
            rows += [{} for _ in range(int(place) + 1 - len(rows))]
            rows[int(place)][part] = text
        elif each.person:
            person.setdefault(each.person, text)
        elif each.kind == "list":
            more[each.code] = [line.strip() for line in text.splitlines() if line.strip()]
        else:
            more[each.code] = text
    return person, more


def keep(person: Person, sent: MultiDict[str, str]) -> Person:
    """Keep what was entered into the form.

    Raises:
        DeskError: A field of the person is not of its form.
    """
    own, more = _sorted(sent)
    if not own and not more:
        return person
    return fill_form(person.ref, own, more)


def read(person: Person, sent: MultiDict[str, str]) -> Person:
    """Return the person as the form would leave them, without checking or keeping it."""
    own, more = _sorted(sent)
    return replace(person, **own, more={**person.more, **more})
