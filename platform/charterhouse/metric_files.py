"""Where the processes of an installation keep their figures, so that one answer has them all.

Nothing here imports the metrics: the folder must be named before that.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from charterhouse.config import Config

__all__ = ["share"]

_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
_OF_PROCESS: Final = re.compile(r"_(\d+)\.db\Z")


def share(config: Config) -> None:
    """Let this process and its children keep their figures where the others find them.

    Does nothing where nobody may read them. What processes left that have all ended is removed;
    while one of them lives it stays, since a sum must not become smaller.
    """
    if not config.metrics_token or os.environ.get(_VARIABLE):
        return
    folder = config.data_dir / "metrics"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = list(folder.glob("*.db"))
    if not any(_lives(file) for file in files):
        for file in files:
            file.unlink(missing_ok=True)
    os.environ[_VARIABLE] = str(folder)


def _lives(file: Path) -> bool:
    found = _OF_PROCESS.search(file.name)
    if found is None:
        return False
    try:
        os.kill(int(found[1]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
