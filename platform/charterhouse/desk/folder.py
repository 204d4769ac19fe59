"""Tenant folders: an institution written down in `tenant.yaml`, read strictly.

The format is described in `docs/tenants.md`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marshmallow import Schema, ValidationError, fields, validate

from charterhouse.desk.errors import DeskError
from charterhouse.desk.institution import ACCENT, Branch, Branding, PricedItem
from charterhouse.desk.samples.spec import WHO, Plot, Sample, duration, read_step
from charterhouse.kernel.charter import PHASES
from charterhouse.kernel.errors import CharterError, EventError, ScenarioError, SettingsError
from charterhouse.kernel.kinds import to_plain
from charterhouse.kernel.program import Program
from charterhouse.kernel.scenario.loading import Located, line_of, read_yaml
from charterhouse.kernel.settings import Whole, Yuan
from charterhouse.kernel.standing import STATUSES
from charterhouse.plugins.errors import CharterUnavailableError
from charterhouse.plugins.registry import registry

FILE = "tenant.yaml"
_ACTING = PHASES[PHASES.index("guard") + 1 :]
"""Where something comes of an event: guards alone do not offer a verb."""
_CODE = validate.Regexp(r"^[a-z0-9][a-z0-9_.-]{0,79}$", error="must be a code in lower case")
_LINE = validate.Length(1, 80)


class FolderError(DeskError):
    """A tenant folder that cannot be used; `field` is file, line and path of the value."""

    code = "folder_invalid"


@dataclass(frozen=True, slots=True)
class StaffEntry:
    """A person who works at the institution; the password is for demonstrations only."""

    login: str
    name: str
    role: str
    branch: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TenantFolder:
    """One institution as its folder describes it.

    Attributes:
        isolation: ``pooled``, or ``dedicated`` with a login of its own in PostgreSQL.
        hosts: host names of its own.
        plugins: plugins allowed to it.
        settings: of its charter where they differ from the defaults, plain JSON.
        prices: the price list, in fen.
        sample: sample people and their stories, or None.
    """

    path: Path
    slug: str
    name_zh: str
    name_en: str
    timezone: str
    isolation: str
    hosts: tuple[str, ...]
    plugins: tuple[str, ...]
    charter: str
    settings: Mapping[str, Any]
    branding: Branding
    branches: tuple[Branch, ...]
    prices: tuple[PricedItem, ...]
    staff: tuple[StaffEntry, ...]
    sample: Sample | None


class _Names(Schema):
    zh = fields.String(required=True, validate=_LINE)
    en = fields.String(required=True, validate=_LINE)


class _Branding(Schema):
    short_zh = fields.String(load_default="", validate=validate.Length(max=20))
    short_en = fields.String(load_default="", validate=validate.Length(max=30))
    accent = fields.String(
        load_default=ACCENT,
        validate=validate.Regexp(r"^#[0-9a-f]{6}$", error="must be a colour such as #0f766e"),
    )


class _Branch(_Names):
    code = fields.String(required=True, validate=_CODE)
    address = fields.String(load_default="", validate=validate.Length(max=200))
    phone = fields.String(load_default="", validate=validate.Length(max=40))


class _Charter(Schema):
    code = fields.String(required=True, validate=_CODE)
    settings = fields.Dict(keys=fields.String(), load_default=dict)


class _Item(_Names):
    item = fields.String(required=True, validate=_CODE)
    category = fields.String(required=True, validate=_CODE)
    price = Yuan(required=True)
    offer = Yuan(load_default=None, allow_none=True)


class _Staff(Schema):
    login = fields.String(required=True, validate=_CODE)
    name = fields.String(required=True, validate=_LINE)
    role = fields.String(required=True, validate=_CODE)
    branch = fields.String(load_default="")
    password = fields.String(required=True, validate=validate.Length(10, 200))


class _Plot(Schema):
    plot = fields.String(required=True, validate=_LINE)
    who = fields.String(required=True, validate=validate.OneOf(WHO))
    share = Whole(load_default=0, validate=validate.Range(1, 1000))
    per_hundred = Whole(load_default=0, validate=validate.Range(1, 5000))
    times = Whole(load_default=0, validate=validate.Range(1, 1000))
    birthday = fields.Boolean(load_default=False)
    days_ago = fields.List(
        Whole(validate=validate.Range(0, 3650)),
        load_default=None,
        validate=validate.Length(equal=2),
    )
    ago = fields.List(fields.String(), load_default=None, validate=validate.Length(equal=2))
    has = fields.Dict(keys=fields.String(), values=Whole(), load_default=dict)
    status = fields.List(fields.String(validate=validate.OneOf(STATUSES)), load_default=list)
    tier = fields.List(fields.String(validate=_CODE), load_default=list)
    kind = fields.List(fields.String(validate=_CODE), load_default=list)
    owes = fields.String(load_default="")
    ages = fields.List(
        Whole(validate=validate.Range(0, 150)), load_default=None, validate=validate.Length(equal=2)
    )
    ends_within = Whole(load_default=0, validate=validate.Range(1, 3650))
    steps = fields.List(fields.Raw(), required=True, validate=validate.Length(1, 20))


class _ItemOfBills(Schema):
    department = fields.String(validate=_CODE)
    medical = fields.Boolean()


class _Sample(Schema):
    seed = Whole(required=True)
    members = Whole(required=True, validate=validate.Range(1, 100_000))
    days = Whole(load_default=730, validate=validate.Range(30, 3650))
    until = fields.Date(load_default=None)
    items = fields.Dict(keys=fields.String(), values=fields.Nested(_ItemOfBills), load_default=dict)
    plots = fields.List(fields.Nested(_Plot), required=True, validate=validate.Length(min=1))


class _Folder(Schema):
    slug = fields.String(required=True, validate=_CODE)
    name = fields.Nested(_Names, required=True)
    timezone = fields.String(load_default="Asia/Shanghai")
    isolation = fields.String(
        load_default="pooled", validate=validate.OneOf(("pooled", "dedicated"))
    )
    hosts = fields.List(fields.String(), load_default=list)
    plugins = fields.List(fields.String(validate=_CODE), load_default=list)
    charter = fields.Nested(_Charter, required=True)
    branding = fields.Nested(_Branding, load_default=dict)
    branches = fields.List(fields.Nested(_Branch), load_default=list)
    prices = fields.List(fields.Nested(_Item), load_default=list)
    staff = fields.List(fields.Nested(_Staff), load_default=list)
    sample = fields.Nested(_Sample, load_default=None)


def read_folder(folder: Path) -> TenantFolder:
    """Read the `tenant.yaml` of a folder.

    Raises:
        FolderError: it is missing, has an unknown or invalid field, or its charter refuses the
            settings.
    """
    path = folder / FILE if folder.is_dir() else folder
    if not path.is_file():
        raise FolderError(f"there is no {FILE}", field=str(folder))
    try:
        raw = read_yaml(path)
        return _checked(path, _Folder().load(raw), raw)
    except ScenarioError as error:
        place = error.field if error.field.startswith(str(path)) else f"{path}:{error.field or 1}"
        raise FolderError(error.message, field=place) from None
    except ValidationError as error:
        name, why = _worst(error.messages)
        raise FolderError(why, field=_place(path, raw, name)) from None
    except _AtError as error:
        raise FolderError(error.message, field=_place(path, raw, error.field)) from None


class _AtError(DeskError):
    """A value that contradicts others; `field` is its dotted path in the file."""


_WORDS = {
    "Unknown field.": "is unknown here",
    "Missing data for required field.": "is required",
}


def _worst(messages: Any) -> tuple[str, str]:
    """The problem to name: an unknown field before the known one that it was meant to be."""
    found = list(_problems(messages, ""))
    name, why = min(found, key=lambda problem: problem[1] != "Unknown field.")
    return name, _WORDS.get(why, why)


def _problems(messages: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from _problems(inner, f"{path}.{name}" if path else str(name))
    else:
        for why in messages:
            yield path, str(why)


def _place(path: Path, raw: Any, name: str) -> str:
    line = line_of(raw, name) if isinstance(raw, Located) else 1
    return f"{path}:{line} {name}"


def _checked(path: Path, loaded: Mapping[str, Any], raw: Any) -> TenantFolder:
    try:
        ZoneInfo(loaded["timezone"])
    except (ZoneInfoNotFoundError, ValueError):
        raise _AtError("is no time zone such as Asia/Shanghai", field="timezone") from None
    _distinct(loaded["branches"], "branches", "code")
    _distinct(loaded["prices"], "prices", "item")
    _distinct(loaded["staff"], "staff", "login")
    codes = {row["code"] for row in loaded["branches"]}
    for index, row in enumerate(loaded["staff"]):
        if row["branch"] and row["branch"] not in codes:
            raise _AtError("is none of the branches", field=f"staff.{index}.branch")
    branding = loaded["branding"] or {}
    settings, program = _settings(loaded["charter"])
    sample = _sample(loaded["sample"], raw) if loaded["sample"] else None
    if sample is not None:
        _check_story(sample, program, {row["item"] for row in loaded["prices"]})
    return TenantFolder(
        path=path,
        slug=loaded["slug"],
        name_zh=loaded["name"]["zh"],
        name_en=loaded["name"]["en"],
        timezone=loaded["timezone"],
        isolation=loaded["isolation"],
        hosts=tuple(loaded["hosts"]),
        plugins=tuple(loaded["plugins"]),
        charter=loaded["charter"]["code"],
        settings=settings,
        branding=Branding(**branding),
        branches=tuple(Branch(**row) for row in loaded["branches"]),
        prices=tuple(PricedItem(**row) for row in loaded["prices"]),
        staff=tuple(StaffEntry(**row) for row in loaded["staff"]),
        sample=sample,
    )


def _distinct(rows: list[Mapping[str, Any]], name: str, key: str) -> None:
    seen = set()
    for index, row in enumerate(rows):
        if row[key] in seen:
            raise _AtError("stands in the list twice", field=f"{name}.{index}.{key}")
        seen.add(row[key])


def _settings(charter: Mapping[str, Any]) -> tuple[dict[str, Any], Program]:
    """The settings as plain JSON, if the charter takes them, and the program with them."""
    try:
        plain: dict[str, Any] = to_plain(charter["settings"], "settings")
        program = Program(registry().charter(charter["code"]), plain)
    except CharterUnavailableError as error:
        raise _AtError(str(error), field="charter.code") from None
    except SettingsError as error:
        raise _AtError(error.message, field=f"charter.settings.{error.field}") from None
    except (EventError, CharterError) as error:
        raise _AtError(str(error), field="charter.settings") from None
    return plain, program


def _check_story(sample: Sample, program: Program, items: Collection[str]) -> None:
    """What the stories tell must be what the charter knows: its verbs and its codes."""
    for item in sample.items:
        if item not in items:
            raise _AtError("is no item of the price list", field=f"sample.items.{item}")
    for number, plot in enumerate(sample.plots):
        for place, step in enumerate(plot.steps):
            at = f"sample.plots.{number}.steps.{place}.{step.verb}"
            needed = "apply" if step.verb == "join" else step.verb
            if not program.acts(needed, _ACTING):
                raise _AtError("is no verb of this charter", field=at)
            for _, named, known in program.coded(needed):
                name = named.partition(".")[2]
                for code in _drawn(step.fields.get(name)):
                    if code not in known:
                        why = (
                            f"{code} is unknown to this charter; known: {', '.join(sorted(known))}"
                        )
                        raise _AtError(why, field=f"{at}.{name}")


def _drawn(value: Any) -> list[str]:
    """The codes that a field's value may come to; names that are filled in are none."""
    if isinstance(value, Mapping):
        value = value.get("one_of", ())
    values = value if isinstance(value, list | tuple) else [value]
    return [each for each in values if isinstance(each, str) and not each.startswith("$")]


def _sample(loaded: Mapping[str, Any], raw: Any) -> Sample:
    plots = tuple(
        _plot(row, index, line_of(raw, f"sample.plots.{index}"))
        for index, row in enumerate(loaded["plots"])
    )
    if not any(plot.share for plot in plots):
        raise _AtError("needs a plot with a share, by which people join", field="sample.plots")
    return Sample(
        seed=loaded["seed"],
        members=loaded["members"],
        days=loaded["days"],
        until=loaded["until"],
        items=loaded["items"],
        plots=plots,
    )


def _plot(row: Mapping[str, Any], index: int, line: int) -> Plot:
    place = f"sample.plots.{index}"
    if sum(bool(row[name]) for name in ("share", "per_hundred", "times")) != 1:
        raise _AtError("needs exactly one of share, per_hundred and times", field=place)
    if row["share"] and row["who"] != "new":
        raise _AtError("only somebody new joins by a share", field=f"{place}.share")
    for name in ("birthday", "has", "status", "tier", "kind", "owes", "ages", "ends_within"):
        if row[name] and row["who"] != "member":
            raise _AtError("is asked of members only", field=f"{place}.{name}")
    days, ago = row["days_ago"], row["ago"]
    if days and ago:
        raise _AtError("needs days_ago or ago, not both", field=f"{place}.ago")
    least, most = sorted(duration(each, line) for each in ago) if ago else (None, None)
    return Plot(
        name=row["plot"],
        who=row["who"],
        share=row["share"],
        per_hundred=row["per_hundred"],
        times=row["times"],
        birthday=row["birthday"],
        days_ago=(min(days), max(days)) if days else None,
        ago=(least, most) if least is not None and most is not None else None,
        has=dict(row["has"]),
        status=frozenset(row["status"]),
        tier=frozenset(row["tier"]),
        kind=frozenset(row["kind"]),
        owes=row["owes"],
        ages=(min(row["ages"]), max(row["ages"])) if row["ages"] else None,
        ends_within=row["ends_within"],
        steps=tuple(read_step(step, line) for step in row["steps"]),
    )
