from __future__ import annotations

import io
import json
import tarfile
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charterhouse.desk.errors import DeskError
from charterhouse.desk.life import archive
from charterhouse.desk.life.archive import ArchiveReader, ArchiveWriter
from charterhouse.desk.life.rows import Sum

if TYPE_CHECKING:
    from collections.abc import Iterable

TEXTS = st.text(max_size=30)
VALUES = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), TEXTS)
ROWS = st.lists(st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUES, min_size=1), max_size=40)


def written(rows: Iterable[dict[str, Any]], table: str = "balance") -> bytes:
    target = io.BytesIO()
    with ArchiveWriter(target, {"kind": "test"}) as writer:
        for row in rows:
            writer.add_row(table, row)
        writer.add_document("one", b"content")
        writer.close()
    return target.getvalue()


@given(rows=ROWS, part=st.integers(1, 400))
@settings(max_examples=60, deadline=None)
def test_what_was_written_is_read_whatever_the_texts_and_parts(
    rows: list[dict[str, Any]], part: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive, "_PART_BYTES", part)
        reader = ArchiveReader(io.BytesIO(written(rows)))
        parts = list(reader.parts())
    assert [row for each in parts for row in each.rows] == rows
    assert [(each.name, each.data) for each in parts if each.name] == [("one", b"content")]


def test_postings_of_a_decision_stay_in_one_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_PART_BYTES", 200)
    rows = [{"decision_id": number // 7, "line": number} for number in range(200)]
    parts = [one for one in ArchiveReader(io.BytesIO(written(rows, "posting"))).parts() if one.rows]
    assert len(parts) > 10
    seen: set[int] = set()
    for one in parts:
        decisions = {row["decision_id"] for row in one.rows}
        assert not decisions & seen
        seen |= decisions


def test_memory_does_not_grow_with_the_archive() -> None:
    row = {"text": "x" * 200}
    data = written({**row, "id": number} for number in range(60_000))

    def peak(data: bytes) -> int:
        tracemalloc.start()
        for _ in ArchiveReader(io.BytesIO(data)).parts():
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    small = peak(written({**row, "id": number} for number in range(20_000)))
    assert peak(data) < 1.5 * small


def test_a_sum_does_not_depend_on_the_order_and_notices_every_change() -> None:
    def of(lines: Iterable[str]) -> tuple[int, str]:
        total = Sum()
        for line in lines:
            total.add(line)
        return total.rows, total.digest

    lines = [json.dumps(number) for number in range(50)]
    assert of(lines) == of(reversed(lines))
    assert of(lines) != of([*lines[:-1], "50"])
    assert of(lines) != of(lines[:-1])
    assert of(["1", "1"]) != of(["1"])


@pytest.mark.parametrize("size", [0, 5, 60, -200, -30])
def test_an_archive_that_was_cut_off_is_noticed(size: int) -> None:
    data = written({"id": number} for number in range(500))
    with pytest.raises(DeskError) as told:
        list(ArchiveReader(io.BytesIO(data[:size])).parts())
    assert told.value.code == "archive_broken"


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE])
def test_an_entry_that_is_no_file_is_refused(kind: bytes) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as tar:
        about = tarfile.TarInfo("about.json")
        body = b'{"format": 1}'
        about.size = len(body)
        tar.addfile(about, io.BytesIO(body))
        entry = tarfile.TarInfo("documents/x")
        entry.type, entry.linkname = kind, "/etc/passwd"
        tar.addfile(entry)
    with pytest.raises(DeskError, match="no file of it"):
        list(ArchiveReader(io.BytesIO(target.getvalue())).parts())
