"""The clause library: what is declared for clauses is used by some clause."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

from charterhouse.kernel import clauses
from charterhouse.kernel.charter import Clause
from charterhouse.kernel.effects import CAUSES, FACTS

MODULES = [
    importlib.import_module(f"{clauses.__name__}.{each.name}")
    for each in pkgutil.iter_modules(clauses.__path__)
]
PLUGINS = Path(__file__).parents[2] / "plugins"


def test_every_fact_is_announced_and_every_cause_given_by_some_clause() -> None:
    told = "".join(inspect.getsource(module) for module in MODULES)
    plugins = "".join(path.read_text("utf-8") for path in PLUGINS.rglob("*.py"))
    facts = set(re.findall(r'Announce\(\s*"([a-z_]+)"', told + plugins))
    words = set(re.findall(r'"([a-z]+)"', told))

    assert facts == set(FACTS)
    assert set(CAUSES) - {""} <= words


def test_every_clause_is_documented() -> None:
    bare = [
        f"{kind.__name__}.{name}"
        for module in MODULES
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, Clause) and kind.__module__ == module.__name__
        for name, part in [("", kind), *vars(kind).items()]
        if (not name.startswith("_"))
        and (inspect.isclass(part) or inspect.isfunction(part))
        and not inspect.getdoc(part)
    ]

    assert bare == []
