#!/usr/bin/env python3
"""Write what the documents say of the code: the clause library and the types of institutions.

Run `make reference` after a clause or a charter changed; tests compare the pages with the code.
"""

from __future__ import annotations

import sys
from pathlib import Path

from charterhouse.commands import institutions, reference

DOCS = Path(__file__).parents[1] / "docs"

if __name__ == "__main__":
    (DOCS / "clauses.md").write_text(reference.library_page(), encoding="utf-8")
    folder = DOCS / "institutions"
    folder.mkdir(exist_ok=True)
    for name, text in institutions.pages().items():
        (folder / name).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{DOCS}\n")
