"""Installed plugins made of files: a distribution a folder, found as any package is."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from importlib import invalidate_caches
from pathlib import Path

import pytest

CHARTER = """
from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Charter
from charterhouse.kernel.clauses.benefits import Unlimited
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.plugins.spec import hookimpl


class Settings(Schema):
    fee = fields.Integer(load_default=1, metadata={"label": ("费用", "Fee")})


class Simple(Charter):
    code = "CODE"
    name = ("简单章程", "Simple charter")
    Settings = Settings

    def clauses(self, s):
        return [Statement("1", "一", "one"), Statement("2", "二", "two")]


@hookimpl
def register_charters():
    return [Simple]
"""
"""The least that a plugin is."""

Install = Callable[..., None]

_NUMBERS = itertools.count()
"""A module's name serves once in a process."""


@pytest.fixture(name="install")
def _install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a plugin: its name, its module's text, and what of that is replaced."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(
        name: str,
        *,
        text: str = CHARTER,
        code: str = "",
        version: str = "1.2",
        distribution: str = "",
        replace: Mapping[str, str] | None = None,
    ) -> None:
        number = next(_NUMBERS)
        module = f"plugin_of_test_{number}"
        body = text.replace("CODE", code or f"{name}.simple")
        for old, new in (replace or {}).items():
            assert old in body, old
            body = body.replace(old, new)
        (tmp_path / f"{module}.py").write_text(body, "utf-8")
        dist = distribution or f"dist-{name}"
        info = tmp_path / f"{dist.replace('-', '_')}_{number}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {dist}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[charterhouse.plugins]\n{name} = {module}\n")
        invalidate_caches()

    return install
