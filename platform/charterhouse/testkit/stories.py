"""A story told in a test, from text."""

from __future__ import annotations

import tempfile
from pathlib import Path
from textwrap import dedent

from charterhouse.kernel.charter import Charter
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.scenario.loading import load_file
from charterhouse.kernel.scenario.running import run_scenario
from charterhouse.testkit.telling import ZONE


def assert_story(charter: Charter, text: str) -> MemoryWorld:
    """Tell the steps of a story, written as in a scenario file, and demand what they expect.

    Args:
        charter: the charter to which it is told.
        text: a scenario file without the line that names the charter.

    Returns:
        The world of the last story told, to look at what a story cannot expect.

    Raises:
        AssertionError: an expectation does not hold; each is named with its step.
        ScenarioError: the text is no scenario file.
    """
    with tempfile.TemporaryDirectory(prefix="charterhouse-story-") as folder:
        path = Path(folder) / "story.yaml"
        path.write_text(f"charter: {charter.code}\n{dedent(text)}", "utf-8")
        stories = load_file(path, ZONE).scenarios
    for story in stories:
        world = MemoryWorld(charter, story.settings, ZONE)
        failures = run_scenario(story, world)
        lines = [
            f"{story.name}, step {f.step}, {f.key}: expected {f.expected!r}, got {f.got!r}"
            for f in failures
        ]
        if lines:
            raise AssertionError("\n".join(lines))
    return world


__all__ = ["assert_story"]
