#!/usr/bin/env python3
"""Write docs/clauses.md: the clause library as the code has it.

Run `make reference` after a clause changed; a test compares the page with the code.
"""

from __future__ import annotations

import sys
from pathlib import Path

from charterhouse.commands.reference import library_page

PAGE = Path(__file__).parents[1] / "docs" / "clauses.md"

if __name__ == "__main__":
    PAGE.write_text(library_page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
