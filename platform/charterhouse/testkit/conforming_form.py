"""Conformance: the settings of a charter."""

from __future__ import annotations

import json

import pytest

from charterhouse.kernel.errors import SettingsError
from charterhouse.kernel.kinds import to_plain
from charterhouse.kernel.program import Program
from charterhouse.testkit.demanding import same
from charterhouse.testkit.suite import Suite


class Form(Suite):
    """P14."""

    def test_p14_the_sample_figures_are_valid(self) -> None:
        """With them the charter compiles, also once they were stored."""
        self.due("P14")
        charter = self.known.charter
        stored = json.loads(json.dumps(to_plain(dict(charter.example), "example")))

        one, other = Program(charter, charter.example), Program(charter, stored)
        same(one.numbers, other.numbers, "stored, the figures give another charter")

    def test_p14_unknown_settings_are_refused(self) -> None:
        """By name, at the start and in an amendment; nothing is silently ignored."""
        self.due("P14")
        charter = self.known.charter

        with pytest.raises(SettingsError) as refused:
            Program(charter, {**charter.example, "no_such_setting": 1})

        same(refused.value.field, "no_such_setting", "the field named")

    def test_p14_a_setting_of_a_wrong_sort_is_refused_by_its_name(self) -> None:
        """Whatever the setting is, an object of another sort is none."""
        self.due("P14")
        charter = self.known.charter
        for name in charter.Settings().fields:
            with pytest.raises(SettingsError) as refused:
                Program(charter, {**charter.example, name: object()})
            same(refused.value.field.split(".")[0], name, "the field named")

    def test_p14_what_a_hospital_must_state_is_asked_for(self) -> None:
        """Left out, a required setting is named."""
        self.due("P14")
        charter = self.known.charter
        for name, field in charter.Settings().fields.items():
            if field.required:
                left = {key: value for key, value in charter.example.items() if key != name}
                with pytest.raises(SettingsError) as refused:
                    Program(charter, left)
                same(refused.value.field, name, "the field named")


__all__ = ["Form"]
