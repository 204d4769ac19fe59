"""What a decision must not do: reach out of the process, look at a clock, throw dice."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any

from charterhouse.kernel.program import Program

_FORBIDDEN = (
    "open", "socket.", "subprocess.", "os.", "shutil.", "sqlite3.", "urllib.", "http.", "ctypes.",
    "import", "tempfile.", "glob.", "signal.", "time.",
)  # fmt: skip
"""Beginnings of the audit events that a decision must not cause."""

_MODULES = frozenset(
    {"os", "random", "secrets", "socket", "subprocess", "time", "urllib", "http", "uuid", "requests",
     "tempfile", "sqlite3", "threading", "asyncio", "flask", "sqlalchemy"}
)  # fmt: skip
_CLOCKS = frozenset({"now", "today", "utcnow", "fromtimestamp"})
_DATES = frozenset({"datetime", "date"})
_CALLS = frozenset({"open", "input", "hash", "id", "print", "exec", "eval"})

_seen: list[str] | None = None
_hooked = False


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if _seen is not None and event.startswith(_FORBIDDEN):
        _seen.append(f"{event} {args[0] if args else ''}".strip())


@contextmanager
def watched() -> Iterator[list[str]]:
    """The audit events of what is run inside that a decision must not cause.

    An audit hook cannot be taken away again: it is set once and listens only here.
    """
    global _hooked, _seen  # noqa: PLW0603 - the interpreter keeps one hook for all
    if not _hooked:
        sys.addaudithook(_hook)
        _hooked = True
    found: list[str] = []
    _seen = found
    try:
        yield found
    finally:
        _seen = None


def modules_of(program: Program) -> list[ModuleType]:
    """The modules in which a charter and its clauses are written."""
    kinds: set[type] = {type(program.charter), *(type(clause) for clause in program.clauses)}
    named = {base.__module__ for kind in kinds for base in kind.__mro__}
    named -= {"builtins", "typing"}
    return [sys.modules[name] for name in sorted(named) if name in sys.modules]


@cache
def impurities(module: ModuleType) -> tuple[str, ...]:
    """Places of a module that look at a clock, throw dice, or reach for a file or a network.

    Charters share clauses: each module is read once in a process.
    """
    tree = ast.parse(inspect.getsource(module))
    found = sorted((line, what) for node in ast.walk(tree) for line, what in _of_node(node))
    return tuple(f"{module.__name__}:{line} {what}" for line, what in found)


def _of_node(node: ast.AST) -> Iterable[tuple[int, str]]:
    if isinstance(node, ast.Import):
        for name in node.names:
            if name.name.partition(".")[0] in _MODULES:
                yield node.lineno, f"imports {name.name}"
    elif isinstance(node, ast.ImportFrom):
        if (node.module or "").partition(".")[0] in _MODULES and not node.level:
            yield node.lineno, f"imports from {node.module}"
    elif isinstance(node, ast.Call):
        yield from _of_call(node)


def _of_call(node: ast.Call) -> Iterable[tuple[int, str]]:
    called = node.func
    if isinstance(called, ast.Name) and called.id in _CALLS:
        yield node.lineno, f"calls {called.id}()"
    elif (
        isinstance(called, ast.Attribute)
        and called.attr in _CLOCKS
        and isinstance(called.value, ast.Name)
        and called.value.id in _DATES
    ):
        yield node.lineno, f"calls {called.value.id}.{called.attr}()"


__all__ = ["impurities", "modules_of", "watched"]
