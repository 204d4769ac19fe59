"""A process lets itself open as many files as its stores need."""

from __future__ import annotations

import subprocess
import sys

import pytest

_CHILD = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
from charterhouse.tenancy.engines.room import room_for, warn_of_little_room
from charterhouse.web.logs import configure_logging
print(room_for({stores}), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
configure_logging(console=False)
print(warn_of_little_room({stores}))
"""


@pytest.mark.parametrize(
    ("soft", "hard", "stores", "kept", "limit"),
    [
        (1024, 8000, 1024, 1024, 5376),  # the limit is raised to what they need
        (1024, 2000, 1024, 348, 2000),  # fewer, where it cannot be raised that far
        (6000, 8000, 1024, 1024, 6000),  # and left alone where it is enough
        (100, 100, 1024, 16, 100),  # some are served in any case
    ],
)
def test_the_limit_of_open_files_is_raised_as_far_as_it_can_be(
    soft: int, hard: int, stores: int, kept: int, limit: int
) -> None:
    code = _CHILD.format(soft=soft, hard=hard, stores=stores)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(kept), str(limit), str(kept < stores)]
    assert ("few_open_files" in done.stderr) is (kept < stores)
    assert (f'"stores": {kept}' in done.stderr) is (kept < stores)
