"""The reference of the clause library says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from charterhouse.commands.institutions import pages
from charterhouse.commands.reference import library_page

INSTITUTIONS = Path(__file__).parents[1] / "docs" / "institutions"
PAGE = Path(__file__).parents[1] / "docs" / "clauses.md"


def test_the_reference_is_what_the_code_gives() -> None:
    assert PAGE.read_text("utf-8") == library_page(), "run `make reference`"


def test_every_clause_of_the_library_is_described() -> None:
    entries = library_page().split("\n### ")[1:]
    bare = [entry.split("\n")[0] for entry in entries if len(entry.split("```")[2].strip()) < 20]

    assert bare == []


@pytest.mark.parametrize("name", sorted(pages()))
def test_the_page_of_each_type_of_institution_is_what_the_code_gives(name: str) -> None:
    assert (INSTITUTIONS / name).read_text("utf-8") == pages()[name], "run `make reference`"


def test_no_page_is_left_of_a_type_that_is_gone() -> None:
    assert sorted(path.name for path in INSTITUTIONS.glob("*.md")) == sorted(pages())


def test_every_type_of_institution_has_a_name_in_both_languages() -> None:
    rows = [row for row in pages()["README.md"].splitlines() if row.startswith("| [")]

    assert rows
    assert [row for row in rows if not re.search(r"\) [\u4e00-\u9fff]", row)] == []
