"""The reference of the clause library says what the code says."""

from __future__ import annotations

from pathlib import Path

from charterhouse.commands.reference import library_page

PAGE = Path(__file__).parents[1] / "docs" / "clauses.md"


def test_the_reference_is_what_the_code_gives() -> None:
    assert PAGE.read_text("utf-8") == library_page(), "run `make reference`"


def test_every_clause_of_the_library_is_described() -> None:
    entries = library_page().split("\n### ")[1:]
    bare = [entry.split("\n")[0] for entry in entries if len(entry.split("```")[2].strip()) < 20]

    assert bare == []
