"""Guards of the house rules that no other tool checks."""

from __future__ import annotations

import ast
import configparser
import platform
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(
    path
    for root in ("platform", "plugins")
    for path in (ROOT / root).rglob("*.py")
    if "node_modules" not in path.parts
)


def test_the_source_root_hides_no_standard_module() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists()
    assert not (ROOT / "plugins" / "__init__.py").exists()
    assert platform.system()


def test_every_package_of_the_tree_is_packaged() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    listed = set(setup["options"]["packages"].split())
    found = {
        ".".join(path.parent.relative_to(ROOT / root).parts)
        for root in ("platform", "plugins")
        for path in (ROOT / root).rglob("__init__.py")
    }

    assert found == listed


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_and_functions_stay_short(path: Path) -> None:
    text = path.read_text("utf-8")
    long = [
        f"{node.name} ({(node.end_lineno or 0) - node.lineno + 1} lines)"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > 60
        and not _is_words(node)
    ]

    assert text.count("\n") <= 500
    assert not long


def _is_words(node: ast.FunctionDef) -> bool:
    # A charter's clauses and their words are its document: as long as the document is.
    told = ast.unparse(node.returns) if node.returns is not None else ""
    return node.name == "clauses" or told in ("dict[str, Text]", "Rules")


def test_no_charter_is_named_in_the_core() -> None:
    types = "gynecology|maternity|dental|hospital|clinic|specialist|aesthetic|exam-center"
    pattern = re.compile(rf'"({types})\.[a-z-]+"|charterhouse_({types.replace("-", "_")})')
    named = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in SOURCES
        if path.is_relative_to(ROOT / "platform")
        for match in pattern.finditer(path.read_text("utf-8"))
    ]

    assert named == []


def test_no_float_stands_for_money_or_points() -> None:
    floats = [
        f"{path.relative_to(ROOT)}: {ast.dump(node)}"
        for path in SOURCES
        if path.is_relative_to(ROOT / "platform/charterhouse/kernel")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]

    assert floats == []
