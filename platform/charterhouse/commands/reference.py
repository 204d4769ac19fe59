"""The reference of the clause library, read from the code: parameters, events, phases, text."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from charterhouse.kernel import clauses
from charterhouse.kernel.charter import PHASES, Clause
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.effects import FACTS
from charterhouse.kernel.program import Program
from charterhouse.plugins.registry import registry

_HEAD = """# The clause library

Every rule of every charter is a clause. This page is written from the code by
`make reference`: for each clause what it does, its parameters, the events and
facts on which it acts with the phase, and its own words in a charter that has
it. How a charter is put together is told in [charters.md](charters.md).

The phases of a decision, in order: {phases}.
"""


@dataclass(frozen=True, slots=True)
class Example:
    """A clause as a charter has it: where, its number and its words."""

    charter: str
    number: str
    zh: str
    en: str


def library_page() -> str:
    """The whole page as Markdown."""
    examples = _examples()
    parts = [_HEAD.format(phases=" → ".join(f"`{phase}`" for phase in PHASES))]
    for name, summary, kinds in _modules():
        parts.append(f"\n## {name.replace('_', ' ').capitalize()}\n\n{summary}\n")
        parts.extend(_entry(kind, examples) for kind in kinds)
    return "".join(parts)


def _modules() -> Iterator[tuple[str, str, list[type[Clause]]]]:
    for found in sorted(pkgutil.iter_modules(clauses.__path__), key=lambda m: m.name):
        module = importlib.import_module(f"{clauses.__name__}.{found.name}")
        kinds = [
            kind
            for _, kind in inspect.getmembers(module, inspect.isclass)
            if issubclass(kind, Clause)
            and kind.__module__ == module.__name__
            and not kind.__name__.startswith("_")
        ]
        if kinds:
            summary = (module.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
            yield found.name, summary, kinds


def _entry(kind: type[Clause], examples: Mapping[str, Example]) -> str:
    lines = [f"\n### {kind.__name__}\n", f"```python\n{kind.__name__}{_signature(kind)}\n```\n"]
    lines.append(_described(inspect.getdoc(kind) or ""))
    acts = _acts(kind)
    if acts:
        lines.append("\n| phase | on | what |\n|---|---|---|\n" + "\n".join(acts) + "\n")
    if kind.has_dues:
        what = (inspect.getdoc(kind.due) or "").split("\n")[0]
        lines.append(f"\nTime: {what}\n")
    example = examples.get(kind.__name__)
    if example is not None:
        lines.append(
            f"\nIn `{example.charter}`, {example.number}:\n\n> {example.zh}\n>\n> {example.en}\n"
        )
    return "".join(lines)


def _signature(kind: type[Clause]) -> str:
    signature = inspect.signature(kind)
    plain = [p.replace(annotation=inspect.Parameter.empty) for p in signature.parameters.values()]
    shown = str(signature.replace(parameters=plain, return_annotation=inspect.Signature.empty))
    shown = re.sub(r"<function (?:[\w.]*\.)?(\w+) at 0x[0-9a-f]+>", r"\1", shown)
    return re.sub(r"frozenset\(\{([^}]*)\}\)", _sorted, shown)


def _sorted(found: re.Match[str]) -> str:
    """A set in an order that does not change from run to run."""
    return f"{{{', '.join(sorted(found[1].split(', ')))}}}"


def _described(doc: str) -> str:
    """The docstring as Markdown: its arguments become a list."""
    before, _, after = doc.partition("\nArgs:\n")
    text = f"\n{before.strip()}\n"
    if not after:
        return text
    rows = re.split(r"\n(?=    [\w, ]+:)", after.split("\n\n")[0])
    items = [" ".join(row.split()) for row in rows]
    return text + "\n" + "\n".join(_item(item) for item in items if item) + "\n"


def _item(text: str) -> str:
    name, colon, rest = text.partition(":")
    return f"- `{name}`:{rest}" if colon else f"- {text}"


def _acts(kind: type[Clause]) -> list[str]:
    rows: dict[tuple[int, int, str], list[str]] = {}
    for binding in kind.bindings:
        key = (PHASES.index(binding.phase), binding.rank, binding.method)
        rows.setdefault(key, []).append(binding.trigger)
    shown = []
    for (phase, _, method), triggers in sorted(rows.items()):
        what = (inspect.getdoc(getattr(kind, method)) or "").split("\n")[0]
        on = "any fact" if set(triggers) == set(FACTS) else ", ".join(f"`{t}`" for t in triggers)
        shown.append(f"| {PHASES[phase]} | {on} | {what} |")
    return shown


def _examples() -> dict[str, Example]:
    """For each class of clause the first charter, by its code, in which it has words."""
    found: dict[str, Example] = {}
    for code, charter in sorted(registry().charters.items()):
        program = Program(charter, charter.example)
        for clause in sorted(program.clauses, key=lambda c: (type(c).__name__, c.number)):
            words = clause.text().get(clause.number)
            if words and all(words) and not isinstance(clause, Statement):
                found.setdefault(
                    type(clause).__name__, Example(code, clause.number, words[0], words[1])
                )
    return found


__all__ = ["library_page"]
