"""The testing guide says what the kit does: its snippets run, its options and attributes exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from charterhouse import testkit
from charterhouse.cli import main
from charterhouse.commands.coverage import read_equivalents
from charterhouse.testkit import Conformance
from charterhouse.testkit.doubles import FAULTS
from charterhouse.testkit.suite import Suite

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/testkit.md").read_text("utf-8")


def _snippets(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_snippets_are_tests_that_pass(tmp_path: Path) -> None:
    snippets = _snippets("python")
    for number, snippet in enumerate(snippets):
        (tmp_path / f"test_snippet_{number}.py").write_text(snippet, "utf-8")

    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."]
    result = subprocess.run(
        command, cwd=tmp_path, text=True, capture_output=True, check=False, timeout=300
    )

    properties = [name for name in dir(Conformance) if name.startswith("test_p")]
    passed = 2 * len(properties) + len(snippets) - 2
    assert re.search(rf"^{passed} passed in", result.stdout, re.MULTILINE), result.stdout


def test_the_commands_take_the_options_named() -> None:
    told = [line.removeprefix("$ ") for text in _snippets("console") for line in text.splitlines()]
    commands = [line for line in told if line.startswith("charterhouse check")]
    assert len(commands) == 6

    for line in commands:
        arguments = [
            word for word in shlex.split(line)[1:] if word.startswith("-") or word == "check"
        ]
        result = CliRunner().invoke(main, [*arguments[:1], "--help"])
        for option in arguments[1:]:
            assert option.partition("=")[0] in result.output
        paths = [word for word in shlex.split(line) if "/" in word or word == "plugins"]
        assert all((ROOT / path).exists() for path in paths)


def test_every_property_and_attribute_stands_in_a_table() -> None:
    told = {f"p{int(number):02d}" for number in re.findall(r"^\| P(\d+) \|", PAGE, re.MULTILINE)}
    suite = {name[5:8] for name in dir(Conformance) if name.startswith("test_p")}
    attributes = set(re.findall(r"^\| `([a-z]+)` \| ", PAGE, re.MULTILINE))

    assert told == suite
    assert attributes == Suite.__annotations__.keys()
    assert f"| `examples` | {Suite.examples} |" in PAGE
    assert f"| `longest` | {Suite.longest} |" in PAGE


def test_what_the_report_lists_stands_there() -> None:
    from charterhouse.commands import coverage

    source = Path(coverage.__file__).read_text("utf-8")
    for line in re.findall(r"^\| `([a-z ]+)` \| [^|]+ \| [^|]+ \|$", PAGE, re.MULTILINE):
        assert re.search(rf'"{line}[",]', source) or line in Suite.__annotations__


def test_the_list_of_equivalents_can_be_read(tmp_path: Path) -> None:
    (example,) = _snippets("yaml")
    path = tmp_path / "equivalent.yaml"
    path.write_text(example, "utf-8")

    assert read_equivalents(path).keys() == {"gynecology.vip-card"}


def test_every_public_name_is_spoken_of_or_found() -> None:
    for name in testkit.__all__:
        assert getattr(testkit, name) is not None
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = testkit.no_such_name
    assert len(FAULTS) == 8
