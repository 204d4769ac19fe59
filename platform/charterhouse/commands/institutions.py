"""A page for each type of institution: its charters, and what a member of one sees."""

from __future__ import annotations

import inspect
import sys

from charterhouse.kernel.charter import Charter, Text
from charterhouse.kernel.document import document_of
from charterhouse.kernel.program import Program
from charterhouse.plugins.registry import Plugin, registry

_HEAD = """# {en} ({zh})

{count} of the plugin `{package}`. This page is written from the code by `make reference`;
the words of a charter with its sample figures are what a hospital adopts and changes on the
admin site. All types: [institutions](README.md).

![The page of a member of a sample institution of this type]({picture})
"""

_INDEX = """# Types of institutions

Each type of institution has a plugin with its charters. `charterhouse plugin list` shows those
that are installed, the onboarding of the admin site offers them, and
[how a charter is written](../charters.md) tells how to add one.

| institution | charters | plugin |
|---|---|---|
"""


def pages() -> dict[str, str]:
    """File name → Markdown, of the index and of each type of institution."""
    plugins = [plugin for plugin in registry().plugins if plugin.charters]
    found = {f"{_slug(plugin)}.md": _page(plugin) for plugin in plugins}
    rows = [
        f"| [{_name(plugin)[1]}]({_slug(plugin)}.md) {_name(plugin)[0]} "
        f"| {len(plugin.charters)} | `{_package(plugin)}` |\n"
        for plugin in plugins
    ]
    return {"README.md": _INDEX + "".join(rows), **found}


def _slug(plugin: Plugin) -> str:
    return plugin.name.replace("_", "-")


def _package(plugin: Plugin) -> str:
    return type(_charters(plugin)[0]).__module__.partition(".")[0]


def _charters(plugin: Plugin) -> list[Charter]:
    return [registry().charters[code] for code in sorted(plugin.charters)]


def _name(plugin: Plugin) -> Text:
    said: Text | None = getattr(sys.modules.get(_package(plugin)), "INSTITUTION", None)
    plain = plugin.name.replace("_", " ").capitalize()
    return said or (plain, plain)


def _page(plugin: Plugin) -> str:
    zh, en = _name(plugin)
    count = len(plugin.charters)
    head = _HEAD.format(
        en=en, zh=zh, package=_package(plugin),
        count="The charter" if count == 1 else f"The {count} charters",
        picture=f"../images/institutions/{_slug(plugin)}.png",
    )  # fmt: skip
    return head + "".join(_entry(charter) for charter in _charters(plugin))


def _entry(charter: Charter) -> str:
    program = Program(charter, charter.example)
    zh, en = charter.name
    idea = " ".join((inspect.getdoc(type(charter)) or "").split("\n\n")[0].split())
    rules = sum(len(chapter.rules) for chapter in document_of(program))
    required = [name for name, field in charter.Settings().fields.items() if field.required]
    lines = [
        f"\n## {en}\n\n{zh} · `{charter.code}`\n\n{idea}\n\n",
        f"- rules of the document: {rules}, clauses that act: {_acting(program)}\n",
    ]
    if program.codes.get("tier"):
        lines.append(
            f"- tiers: {_labels(charter, program.tiers or sorted(program.codes['tier']))}\n"
        )
    kinds = sorted(program.codes.get("apply.kind", ()))
    if len(kinds) > 1:
        lines.append(f"- kinds: {_labels(charter, kinds)}\n")
    lines.append(f"- verbs: {', '.join(f'`{verb}`' for verb in sorted(program.verbs))}\n")
    figures = ", ".join(f"`{name}`" for name in required) or "none"
    lines.append(f"- figures that a hospital has to state itself: {figures}\n")
    return "".join(lines)


def _acting(program: Program) -> int:
    return sum(bool(list(c.bound())) or c.has_dues for c in program.clauses)


def _labels(charter: Charter, codes: tuple[str, ...] | list[str]) -> str:
    named = ((code, charter.labels.get(code, (code, code))) for code in codes)
    return ", ".join(f"{en} {zh} (`{code}`)" for code, (zh, en) in named)


__all__ = ["pages"]
