"""Adopting a charter: the institution's type, the charter, its figures, and the first version."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from charterhouse.desk.audit import note
from charterhouse.desk.charter_entry import Flat, Problem, Reader
from charterhouse.desk.charter_form import Setting, SettingsForm
from charterhouse.desk.errors import ConflictError, DeskError, NotFoundError
from charterhouse.kernel.charter import Charter, Text
from charterhouse.kernel.document import Chapter, document_of
from charterhouse.kernel.errors import CharterError, SettingsError
from charterhouse.kernel.program import Program
from charterhouse.plugins.errors import CharterUnavailableError
from charterhouse.plugins.registry import registry
from charterhouse.records.books import adopt
from charterhouse.records.tables import version
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import unit


@dataclass(frozen=True, slots=True)
class Offer:
    """A charter that may be adopted.

    Attributes:
        tiers: their names, low to high.
        stated: how many figures the institution has to state itself.
        rules: how many numbered rules its document has.
    """

    code: str
    name: Text
    tiers: tuple[Text, ...]
    stated: int
    rules: int


@dataclass(frozen=True, slots=True)
class Institution:
    """A type of institution: a plugin with the charters that it brings."""

    code: str
    name: Text
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Start:
    """The form of a charter before it is adopted.

    Attributes:
        blank: what the form shows first: the defaults, and nothing where there is none.
        samples: setting → its sample figure as the form shows it; a suggestion only.
    """

    charter: Charter
    form: SettingsForm
    blank: dict[str, Any]
    samples: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it will be adopted; `sample` when it is exactly the charter's sample figure."""

    setting: Setting
    value: Any
    stated: bool
    sample: bool


@dataclass(frozen=True, slots=True)
class Adoption:
    """What would be adopted: the figures, and the document that members will read."""

    figures: list[Figure]
    chapters: list[Chapter]

    @property
    def sampled(self) -> bool:
        """Whether a figure that the institution has to state is still the sample."""
        return any(each.sample for each in self.figures)


def adopted() -> bool:
    """Whether the tenant has a charter already."""
    with unit() as opened:
        query = select(func.count().label("n")).select_from(version)
        return bool(opened.connection.execute(query).scalar())


def institutions() -> list[Institution]:
    """The types of institutions whose charters this tenant may adopt."""
    allowed = current_tenant().plugins
    found = []
    for plugin in registry().plugins:
        if plugin.problem or (allowed and plugin.name not in allowed):
            continue
        charters = [registry().charters[code] for code in plugin.charters]
        offers = tuple(_offer(charter) for charter in charters)
        if offers:
            found.append(Institution(plugin.name, _name(plugin.name, charters[0]), offers))
    return found


def institution_name(code: str) -> Text:
    """What the type of institution is called to which a charter belongs.

    Raises:
        CharterUnavailableError: the charter is not installed.
    """
    return _name(registry().plugin_of(code).name, registry().charter(code))


def _name(plugin: str, charter: Charter) -> Text:
    """What a plugin calls its type of institution; its own name where it says nothing."""
    package = sys.modules.get(type(charter).__module__.partition(".")[0])
    said: Text | None = getattr(package, "INSTITUTION", None)
    plain = plugin.replace("_", " ").replace("-", " ").capitalize()
    return said or (plain, plain)


def _offer(charter: Charter) -> Offer:
    program = Program(charter, charter.example)
    form = SettingsForm(program)
    return Offer(
        charter.code,
        charter.name,
        tuple(form.label(tier) for tier in program.tiers),
        sum(each.required for each in form.settings),
        sum(len(chapter.rules) for chapter in document_of(program)),
    )


def start(code: str) -> Start:
    """The form of a charter that is to be adopted.

    Raises:
        NotFoundError: this tenant cannot adopt such a charter.
    """
    charter = _charter(code)
    form = SettingsForm(Program(charter, charter.example))
    return Start(charter, form, form.blank(), form.shown_raw(charter.example))


def _charter(code: str) -> Charter:
    try:
        charter = registry().charter(code)
        plugin = registry().plugin_of(code).name
    except CharterUnavailableError:
        raise NotFoundError("there is no such charter", code="charter_unknown") from None
    allowed = current_tenant().plugins
    if allowed and plugin not in allowed:
        raise NotFoundError("there is no such charter", code="charter_unknown")
    return charter


def read(begun: Start, flat: Flat) -> tuple[dict[str, Any], list[Problem]]:
    """What was entered: the settings that differ from the defaults, and what is wrong with it."""
    reader = Reader(begun.form)
    entered = reader.read(flat)
    if entered.problems:
        return {}, entered.problems
    problem = reader.check(entered.raw)
    return _stated(begun, entered.raw), [problem] if problem else []


def _stated(begun: Start, raw: Mapping[str, Any]) -> dict[str, Any]:
    shown = begun.form.shown_raw(raw)
    return {
        name: value
        for name, value in raw.items()
        if begun.form.fields[name].required or shown.get(name) != begun.blank.get(name)
    }


def preview(begun: Start, settings: Mapping[str, Any]) -> Adoption:
    """The figures as they would be adopted, and the document that follows from them.

    Raises:
        DeskError: the charter does not take these settings; `field` names one.
    """
    try:
        program = Program(begun.charter, settings)
    except (SettingsError, CharterError) as error:
        raise DeskError(str(error), field=getattr(error, "field", "")) from None
    shown = begun.form.shown(vars(program.settings))
    figures = [
        Figure(
            setting=each,
            value=shown.get(each.name),
            stated=each.name in settings,
            sample=each.name in settings
            and each.name in begun.samples
            and shown.get(each.name) == begun.samples[each.name],
        )
        for each in begun.form.settings
    ]
    return Adoption(figures, document_of(program))


def adopt_charter(
    catalogue: Catalogue, begun: Start, settings: Mapping[str, Any], *, actor: str
) -> None:
    """Adopt a charter as the tenant's first version; it holds from the beginning.

    Raises:
        ConflictError: the tenant has a charter already.
        DeskError: the charter does not take these settings.
    """
    preview(begun, settings)
    tenant = current_tenant()
    with unit(write=True) as opened:
        if adopted():
            raise ConflictError("a charter was adopted already", code="charter_adopted")
        if tenant.charter != begun.charter.code:
            catalogue.change(tenant.id, actor=actor, charter=begun.charter.code)
        adopt(opened, begun.charter.code, dict(settings), actor=actor)
        note("charter.adopt", subject=begun.charter.code, actor=actor)
