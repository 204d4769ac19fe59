"""Discovery of plugins, and the quarantine of those that break the contract."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner

from charterhouse.cli import main
from charterhouse.plugins.errors import CharterUnavailableError, PluginInvalidError
from charterhouse.plugins.registry import Plugin, Registry, registry

Install = Callable[..., None]


@pytest.fixture(autouse=True)
def _fresh_registry() -> Iterator[None]:
    registry.cache_clear()
    yield
    registry.cache_clear()


def _plugin(found: Registry, name: str) -> Plugin:
    return next(plugin for plugin in found.plugins if plugin.name == name)


def test_the_plugins_of_the_house_are_ready() -> None:
    found = registry()

    assert [p for p in found.plugins if p.problem] == []
    assert "gynecology.vip-card" in found.charters
    assert registry() is found
    assert found.plugin_of("gynecology.vip-card").distribution == "charterhouse"


def test_a_third_party_package_is_found_with_its_identity(install: Install) -> None:
    install("spa", version="3.1.4")

    found = registry()

    assert _plugin(found, "spa") == Plugin("spa", "dist-spa", "3.1.4", ("spa.simple",))
    assert found.charter("spa.simple").name == ("简单章程", "Simple charter")


FIRST = "from marshmallow import"
SECOND = 'Statement("2", "二", "two")'
SETTINGS = "    Settings = Settings"

BROKEN: dict[str, tuple[str, str, str]] = {
    "import": (FIRST, f"raise RuntimeError('boom')\n{FIRST}", "RuntimeError: boom"),
    "exit": (FIRST, f"raise SystemExit(3)\n{FIRST}", "SystemExit: 3"),
    "hook": ("return [Simple]", "return [1 / 0]", "ZeroDivisionError"),
    "misspelt": ("def register_charters", "def register_chartres", "register_chartres"),
    "arguments": ("def register_charters()", "def register_charters(tenant)", "tenant"),
    "wrapper": ("@hookimpl\n", "@hookimpl(wrapper=True)\n", "wrapper"),
    "no-charter": ("return [Simple]", "return ['Simple']", "no subclass of Charter"),
    "code-shape": ("code = ", "code = 'Spa Simple' or ", "must read <type>.<name>"),
    "code-missing": ("    code = ", "    other = ", "must read <type>.<name>"),
    "name": ("简单章程", " ", "Chinese and English"),
    "label": ('("费用", "Fee")', '("费用", "")', "setting 'fee' needs a label"),
    "settings": (SETTINGS, "    Settings = dict", "marshmallow Schema"),
    "text": ('"two"', '""', "clause 2 has no text"),
    "number": ('Statement("2"', 'Statement(" "', "Statement has no clause number"),
    "clauses": ("return [Statement", "raise KeyError('x')\n        return [", "KeyError"),
    "default": ("Integer(load_default=1", "Integer(required=True", "do not compile"),
    "unlabelled": (SECOND, 'Unlimited("2", "sauna").says("二", "two")',
                   "code 'sauna' (benefit) has no label"),
    "twice": (SECOND, '*[Unlimited("2", "sauna").says("二", "two")] * 2',
              "two clauses offer 'sauna'"),
    "variants": (SETTINGS, f"{SETTINGS}\n    variants = 'by_tier'",
                 "a setting 'by_tier' that its Settings do not have"),
    "record": (SETTINGS, f"{SETTINGS}\n    records = ('lost',)", "record kind 'lost' has no label"),
    "role": (SETTINGS, f"{SETTINGS}\n    roles = {{'clerk': ('职员', '')}}", "role of 'clerk'"),
    "choice": ("fields.Integer(load_default=1,",
               "fields.String(load_default='a', validate=validate.OneOf(['a']),",
               "choice 'a' of setting 'fee' has no label"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_plugin_is_quarantined_and_the_others_go_on(install: Install, case: str) -> None:
    old, new, problem = BROKEN[case]
    install("broken", replace={old: new})
    install("spa")

    found = Registry.discover()

    broken = _plugin(found, "broken")
    assert broken.state == "quarantined"
    assert problem in broken.problem
    assert (broken.distribution, broken.version) == ("dist-broken", "1.2")
    assert {"spa.simple", "gynecology.vip-card"} <= set(found.charters)
    assert "broken.simple" not in found.charters
    with pytest.raises(CharterUnavailableError) as unavailable:
        found.charter("broken.simple")
    assert unavailable.value.code == "charter_unavailable"
    assert unavailable.value.field == "broken.simple"


def test_an_unavailable_charter_says_which_plugin_is_quarantined(install: Install) -> None:
    install("broken", replace={'"two"': '""'})

    with pytest.raises(CharterUnavailableError, match=r"plugin broken 1\.2 is quarantined"):
        Registry.discover().charter("broken.simple")
    with pytest.raises(CharterUnavailableError, match="no installed plugin"):
        Registry.discover().charter("nobody.knows")
    with pytest.raises(CharterUnavailableError):
        Registry.discover().plugin_of("broken.simple")
    with pytest.raises(CharterUnavailableError, match="no ready plugin"):
        Registry([], registry().charters).plugin_of("gynecology.vip-card")


def test_nobody_takes_the_code_of_the_house(install: Install) -> None:
    install("aaa", code="gynecology.vip-card")

    found = Registry.discover()

    assert "another charter has this code" in _plugin(found, "aaa").problem
    assert found.plugin_of("gynecology.vip-card").name == "gynecology"


def test_the_second_plugin_of_a_name_is_quarantined_and_never_runs(install: Install) -> None:
    install("gynecology", text="raise RuntimeError('it ran')", distribution="other")

    found = Registry.discover()

    states = [(p.distribution, p.state) for p in found.plugins if p.name == "gynecology"]
    assert states == [("charterhouse", "ready"), ("other", "quarantined")]
    assert found.plugins[-1].problem == "another plugin has this name"
    assert "gynecology.vip-card" in found.charters


def test_one_bad_charter_quarantines_the_whole_plugin(install: Install) -> None:
    second = "class Second(Simple):\n    code = 'pair.second'\n    name = ('', '')\n\n\n@hookimpl"
    install("pair", replace={"@hookimpl": second, "[Simple]": "[Simple, Second]"})

    found = Registry.discover()

    assert _plugin(found, "pair").charters == ("pair.simple", "pair.second")
    assert not {"pair.simple", "pair.second"} & set(found.charters)


def test_a_plugin_may_bring_nothing(install: Install) -> None:
    install("empty", replace={"return [Simple]": "return None"})

    assert _plugin(Registry.discover(), "empty").state == "ready"


def test_strict_mode_raises(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("broken", replace={'"two"': '""'})
    monkeypatch.setenv("CHARTERHOUSE_STRICT", "1")

    with pytest.raises(PluginInvalidError, match="clause 2 has no text") as raised:
        registry()

    assert raised.value.code == "plugin_invalid"
    assert raised.value.field == "broken"


def test_plugin_list_shows_state_and_problem(install: Install) -> None:
    install("broken", replace={'"two"': '""'})

    text = CliRunner().invoke(main, ["plugin", "list"])
    as_json = CliRunner().invoke(main, ["plugin", "list", "--json"])

    assert text.exit_code == as_json.exit_code == 0
    assert "broken 1.2 (dist-broken): quarantined" in text.output
    assert "problem: broken.simple: clause 2 has no text" in text.output
    rows: list[dict[str, Any]] = json.loads(as_json.stdout)
    by_name = {row["name"]: row for row in rows}
    assert by_name["gynecology"]["state"] == "ready"
    assert by_name["gynecology"]["charters"] == ["gynecology.health-club", "gynecology.vip-card"]
    assert by_name["broken"]["state"] == "quarantined"
    assert by_name["broken"]["version"] == "1.2"


def test_an_unknown_command_is_refused() -> None:
    result = CliRunner().invoke(main, ["frobnicate"])

    assert result.exit_code == 2
    assert "No such command" in result.output
