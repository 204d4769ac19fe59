"""Scenario files are read strictly: every slip is an error with file and line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from charterhouse.kernel.errors import ScenarioError
from charterhouse.kernel.scenario.loading import ScenarioFile, load_file

ZONE = ZoneInfo("Asia/Shanghai")
Read = Callable[[str], ScenarioFile]

HEAD = """charter: gynecology.vip-card
scenarios:
  - name: one
    steps:
      - at: 2025-03-01
        join: {member: li}
"""


@pytest.fixture(name="read")
def _read(tmp_path: Path) -> Read:
    def read(text: str) -> ScenarioFile:
        path = tmp_path / "story.yaml"
        path.write_text(text, "utf-8")
        return load_file(path, ZONE)

    return read


def test_amounts_are_exact_and_times_are_local(read: Read) -> None:
    file = read(
        HEAD + "      - at: 2025-03-01 12:00:01\n        spend: {member: li, amount: 0.10}\n"
    )

    first, second = file.scenarios[0].steps
    assert first.at == datetime(2025, 3, 1, 12, tzinfo=ZONE)
    assert second.at == datetime(2025, 3, 1, 12, 0, 1, tzinfo=ZONE)
    assert second.body is not None
    assert second.body.amount == 10
    assert (second.number, second.line) == (2, 7)
    assert file.line == 1


def test_a_step_without_a_time_happens_at_the_time_of_the_step_before(read: Read) -> None:
    steps = read(HEAD + "      - visit: {member: li, kind: exam}\n      - expect: {points: 0}\n")

    assert len({step.at for step in steps.scenarios[0].steps}) == 1


def test_settings_of_the_scenario_go_over_those_of_the_file(read: Read) -> None:
    text = HEAD.replace(
        "scenarios:", "settings: {reissue_fee: 5.00, price_factor: 0.80}\nscenarios:"
    )
    file = read(text.replace("    steps:", "    settings:\n      reissue_fee: 6\n    steps:"))

    scenario = file.scenarios[0]
    assert scenario.settings == {"reissue_fee": 6, "price_factor": Decimal("0.80")}
    assert scenario.setting_lines == {"reissue_fee": 6, "price_factor": 2}


STEP = "        expect: "

TRAPS: dict[str, tuple[str, int, str]] = {
    "on as a key": (HEAD + "        on: 1\n", 7, "'on'"),
    "yes": (HEAD + STEP + "{kind: yes}\n", 7, "'yes'"),
    "consent no": (HEAD.replace("{member: li}", "{member: li, consent: no}"), 6, "'no'"),
    "sexagesimal": (HEAD.replace("{member: li}", "{member: li, by: 20:00}"), 6, "'20:00'"),
    "sexagesimal with seconds": (HEAD.replace("li}", "li, by: 20:00:01.5}"), 6, "20:00:01.5"),
    "octal": (HEAD.replace("{member: li}", "{member: 010}"), 6, "'010'"),
    "underscore": (HEAD.replace("li}", "li, fee: 1_000}"), 6, "'1_000'"),
    "hexadecimal": (HEAD.replace("li}", "li, fee: 0x1F}"), 6, "'0x1F'"),
    "not a number": (HEAD.replace("li}", "li, fee: .nan}"), 6, "'.nan'"),
    "infinity": (HEAD.replace("li}", "li, fee: .inf}"), 6, "'.inf'"),
    "unquoted clause": (HEAD + STEP + "{clause: 5.10}\n", 7, "5.10 in quotes"),
    "unquoted whole clause": (HEAD + STEP + "{clause: 6}\n", 7, "6 in quotes"),
    "unquoted clause of a list": (HEAD + STEP + '{clause: ["5.1", 5.2]}\n', 7, "5.2 in quotes"),
    "a key twice": (HEAD + STEP + "{points: 1, points: 2}\n", 7, "'points' stands here twice"),
    "a step key twice": (HEAD + "        join: {member: yu}\n", 7, "twice"),
    "a number as a key": (HEAD.replace("{member: li}", "{5.10: li}"), 6, "quoted text"),
    "no key": (HEAD.replace("{member: li}", "{~: li}"), 6, "quoted text"),
    "merge": (HEAD + "        <<: {a: 1}\n", 7, "merge"),
    "a Python object": (HEAD.replace("li}", "!!python/object:os.system x}"), 6, "constructor"),
    "backwards": (HEAD + "      - at: 2025-02-28\n        visit: {member: li, kind: x}\n", 7, "back"),
    "no time": (HEAD.replace("at: 2025-03-01\n        ", ""), 5, "needs a time"),
    "no such time": (HEAD.replace("2025-03-01", "2025-02-30"), 5, "must be a time"),
    "verb": (HEAD.replace("join:", "jion:"), 6, "'jion' is unknown in a step"),
    "two verbs": (HEAD + "        visit: {member: li, kind: x}\n", 7, "at most one verb"),
    "field": (HEAD.replace("{member: li}", "\n          member: li\n          teir: vip"), 8, "teir"),
    "field of a line": (
        HEAD + "      - spend:\n          member: li\n          lines:\n"
        "            - {item: a, price: 1.00}\n            - {item: b, pirce: 1.00}\n", 11, "pirce",
    ),
    "missing field": (HEAD.replace("{member: li}", "{tier: vip}"), 6, "join.member: is required"),
    "verb without a table": (HEAD.replace("{member: li}", "li"), 6, "table of fields"),
    "amount": (HEAD.replace("li}", "li, fee: 1.005}"), 6, "more than two decimals"),
    "step": (HEAD + "      - li\n", 5, "a step must be a table"),
    "expectation": (HEAD + STEP + "{poinst: 1}\n", 7, "'poinst' cannot be expected"),
    "expect": (HEAD + STEP + "active\n", 7, "expect must be a table"),
    "reason": (HEAD + STEP + "{refused: too_lat}\n", 7, "'too_lat' is no reason code"),
    "status": (HEAD + STEP + "{status: activ}\n", 7, "must be one of none, applied"),
    "card": (HEAD + STEP + "{card: gone}\n", 7, "must be one of none, active"),
    "day": (HEAD + STEP + "{valid_until: 2025}\n", 7, "must be a day"),
    "points as an amount": (HEAD + STEP + "{points: 1.0}\n", 7, "whole number"),
    "points as truth": (HEAD + STEP + "{points: true}\n", 7, "whole number"),
    "due": (HEAD + STEP + "{due: 1.001}\n", 7, "more than two decimals"),
    "nothing due": (HEAD + STEP + "{due: }\n", 7, "must be an amount"),
    "lines": (HEAD + STEP + "{lines: 1.00}\n", 7, "list of amounts"),
    "line": (HEAD + STEP + "{lines: [a]}\n", 7, "must be an amount"),
    "tasks as text": (HEAD + STEP + "{tasks: mail-card}\n", 7, "list of codes"),
    "absent as text": (HEAD + STEP + "{absent: {tasks: mail-card}}\n", 7, "list of codes"),
    "absent": (HEAD + STEP + "{absent: {taks: [mail-card]}}\n", 7, "'taks' is none of"),
    "absent as a list": (HEAD + STEP + "{absent: [mail-card]}\n", 7, "must be a table"),
    "benefits": (HEAD + STEP + "{benefits: [a]}\n", 7, "map codes to numbers"),
    "count": (HEAD + STEP + "{records: {lending: one}}\n", 7, "lending must be a whole number"),
    "request": (HEAD + STEP + "{request: {r1: {state: served}}}\n", 7, "r1.state is none of"),
    "request id": (HEAD + STEP + "{request: {r1: served}}\n", 7, "r1 must be a table"),
    "requests": (HEAD + STEP + "{request: served}\n", 7, "must map ids"),
    "tier": (HEAD + STEP + "{tier: 1}\n", 7, "must be text"),
    "file key": (HEAD + "scenario: []\n", 7, "'scenario' is unknown in a scenario file"),
    "scenario key": (HEAD.replace("    steps:", "    step: []\n    steps:"), 4, "'step' is unknown"),
    "no name": (HEAD.replace("name: one\n    ", ""), 3, "needs a name"),
    "no steps": (HEAD.split("    steps:", maxsplit=1)[0], 3, "needs steps"),
    "empty steps": (HEAD.split("    steps:", maxsplit=1)[0] + "    steps: []\n", 3, "needs steps"),
    "no scenarios": ("charter: a.b\nscenarios: []\n", 1, "no scenarios"),
    "scenario": ("charter: a.b\nscenarios: [one]\n", 2, "a scenario must be a table"),
    "no charter": (HEAD.replace("charter: gynecology.vip-card\n", ""), 1, "names no charter"),
    "settings": ("settings: [a]\n" + HEAD, 1, "settings must be a table"),
    "people": (HEAD.replace("    steps:", "    people: [li]\n    steps:"), 4, "people must be a table"),
    "person": (HEAD.replace("    steps:", "    people: {li: old}\n    steps:"), 4, "a person must be"),
    "born": (HEAD.replace("    steps:", "    people: {li: {born: x}}\n    steps:"), 4, "people.born"),
    "disputed": (HEAD.replace("    steps:", "    disputed: true\n    steps:"), 4, "needs a reason"),
    "list": ("- charter: a.b\n", 1, "a scenario file must be a table"),
    "empty": ("", 1, "a scenario file must be a table"),
    "syntax": ("charter: [\n", 2, "expected"),
    "tab": ("charter: x\n\tscenarios: 1\n", 2, "found"),
}  # fmt: skip


@pytest.mark.parametrize("trap", TRAPS)
def test_every_slip_is_an_error_with_its_line(read: Read, trap: str) -> None:
    text, line, why = TRAPS[trap]

    with pytest.raises(ScenarioError) as caught:
        read(text)

    assert caught.value.code == "invalid_scenario"
    assert caught.value.field.endswith(f"story.yaml:{line}"), caught.value
    assert why in str(caught.value)


def test_an_unreadable_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"charter: \xff\xfe")

    for name in ("latin.yaml", "nowhere.yaml", "."):
        with pytest.raises(ScenarioError, match=":1"):
            load_file(tmp_path / name, ZONE)
