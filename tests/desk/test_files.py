"""Files of papers: whose they are, what is noted, and that rows and contents never part."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from sqlalchemy import event

from charterhouse import clock
from charterhouse.desk import files
from charterhouse.desk.errors import DeskError, NotFoundError
from charterhouse.desk.file_sweep import GRACE, Lost, sweep
from charterhouse.desk.people import create_person
from charterhouse.desk.trail import trail
from charterhouse.records.models import Attachment, File, db
from charterhouse.tenancy.errors import BlobMissingError
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.vault import EncryptedBytes

if TYPE_CHECKING:
    from charterhouse.clock import FixedClock
    from charterhouse.tenancy.blobs import Blobs
    from charterhouse.tenancy.tenant import Tenant


def scan(shade: int = 0) -> bytes:
    """A picture of a paper, another for each shade."""
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, 90, 90)).save(kept, "PNG")
    return kept.getvalue()


@pytest.fixture(name="blobs")
def _blobs(house: Tenant) -> Blobs:
    return house.installation.blobs


@pytest.fixture(name="wang")
def _wang(house: Tenant) -> str:
    return create_person({"name": "王秀英", "phone": "13800138000"}).ref


@pytest.fixture(name="li")
def _li(house: Tenant) -> str:
    return create_person({"name": "李建国", "phone": "13900139000"}).ref


def _there(blobs: Blobs) -> set[str]:
    return {name for name, _ in blobs.names()}


def _named() -> set[str]:
    with unit():
        rows = db.session.query(File.content, File.thumbnail).all()
    return {name for row in rows for name in row if name}


def _later(moment: FixedClock) -> None:
    moment.set(clock.SystemClock().now() + GRACE + timedelta(minutes=1))


def test_what_is_opened_is_what_the_check_made(wang: str) -> None:
    kept = files.add(wang, "id-copy", scan(), actor="staff:1")
    checked = files.check(scan())

    found, data = files.open_(wang, int(kept.id), actor="staff:2")

    assert found == kept == files.of_person(wang)[0]
    assert (kept.type, kept.size, kept.pictured) == (checked.type, len(checked.data), True)
    assert data == checked.data
    assert files.thumbnail(wang, int(kept.id)) == checked.thumbnail
    files.seen(wang, actor="staff:2")
    done = [(each.action, each.actor) for each in trail(wang).entries]
    assert done == [("file.list", "staff:2"), ("file.open", "staff:2"), ("file.add", "staff:1")]


def test_a_file_is_of_one_person(wang: str, li: str) -> None:
    number = int(files.add(wang, "id-copy", scan(), actor="test").id)

    for ask in (
        lambda: files.get(li, number),
        lambda: files.open_(li, number, actor="test"),
        lambda: files.thumbnail(li, number),
        lambda: files.remove(li, number, actor="test"),
        lambda: files.own(f"member:{li}", number),
        lambda: files.own(f"staff:{wang}", number),
        lambda: files.own("member:x", number),
    ):
        with pytest.raises(NotFoundError):
            ask()
    assert files.own(f"member:{wang}", number).ref == wang
    assert files.of_person(li) == files.of_person("x") == files.of_request("") == []


def test_what_does_not_fit_leaves_nothing(wang: str, blobs: Blobs) -> None:
    cases = [
        (wang, "passport-of-a-cat", scan(), "", "paper_unknown"),
        (wang, "id-copy", b"GIF89a", "", "file_type"),
        (wang, "id-copy", scan(), "R-1", "request_unknown"),
        ("1", "id-copy", scan(), "", "member_unknown"),
    ]
    for ref, code, data, request, expected in cases:
        with pytest.raises(DeskError) as caught:
            files.add(ref, code, data, actor="test", request=request)
        assert caught.value.code == expected
    assert _there(blobs) == set()


def test_forty_files_are_enough(wang: str) -> None:
    for shade in range(files.MOST):
        files.add(wang, "id-copy", scan(shade), actor="test")
    with pytest.raises(DeskError) as caught:
        files.add(wang, "id-copy", scan(99), actor="test")
    assert caught.value.code == "too_many_files"


def test_equal_contents_go_with_the_last_row(wang: str, li: str, blobs: Blobs) -> None:
    first = files.add(wang, "id-copy", scan(), actor="test")
    second = files.add(li, "id-copy", scan(), actor="test")
    assert len(_there(blobs)) == 2

    files.remove(wang, int(first.id), actor="test")
    assert files.open_(li, int(second.id), actor="test")
    files.remove(li, int(second.id), actor="test")

    assert _there(blobs) == set()
    assert files.of_person(li) == []


def test_a_crash_before_the_row_leaves_a_blob_that_is_swept(
    wang: str, blobs: Blobs, moment: FixedClock
) -> None:
    kept = files.add(wang, "id-copy", scan(), actor="test")

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    event.listen(File, "before_insert", crash)
    try:
        with pytest.raises(KeyboardInterrupt):
            files.add(wang, "id-copy", scan(200), actor="test")
    finally:
        event.remove(File, "before_insert", crash)
    assert len(_there(blobs)) == 4
    assert len(files.of_person(wang)) == 1
    assert sweep().unnamed == 0, "what was written just now may still get its row"
    _later(moment)

    assert sweep().unnamed == 2

    assert _there(blobs) == _named()
    assert files.open_(wang, int(kept.id), actor="test")


def test_a_sweep_that_is_tried_removes_nothing_and_tells_what_it_would(
    wang: str, blobs: Blobs, moment: FixedClock
) -> None:
    files.add(wang, "id-copy", scan(), actor="test")
    blobs.put(b"nobody knows of it")
    told: list[tuple[int, int]] = []
    young = sweep(dry_run=True)
    assert (young.unnamed, young.young) == (0, 1)
    _later(moment)

    tried = sweep(dry_run=True, progress=lambda *each: told.append(each))

    assert (tried.files, tried.blobs, tried.unnamed, tried.lost) == (1, 3, 1, ())
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert len(_there(blobs)) == 3
    assert sweep(older=timedelta(days=2)).young == 1
    assert sweep().unnamed == 1
    assert _there(blobs) == _named()


def test_a_row_without_its_content_is_told_and_stays(wang: str, blobs: Blobs) -> None:
    kept = files.add(wang, "id-copy", scan(), actor="test")
    files.add(wang, "id-copy", scan(200), actor="test")
    with unit():
        row = db.session.get(File, int(kept.id))
        assert row is not None
        names = {"content": row.content, "thumbnail": row.thumbnail}
    blobs.remove(names["thumbnail"])
    blobs.remove(names["content"])

    found = sweep().lost

    assert found == tuple(
        Lost(kept.id, wang, "id-copy", what, name) for what, name in names.items()
    )
    assert len(files.of_person(wang)) == 2


def test_a_file_removed_while_it_is_looked_for_is_not_lost(
    wang: str, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody removes a file after the rows are read and before the blobs are listed."""
    kept = files.add(wang, "id-copy", scan(), actor="test")
    listed = type(blobs).names

    def remove_first(each: Blobs) -> Any:
        files.remove(wang, int(kept.id), actor="test")
        return listed(each)

    monkeypatch.setattr(type(blobs), "names", remove_first)
    assert sweep().lost == ()


def test_a_row_written_after_a_sweep_has_its_content(
    wang: str, blobs: Blobs, moment: FixedClock
) -> None:
    """Somebody sweeps after the blob is there and before its row is."""
    _later(moment)
    blobs.put(files.check(scan()).data)

    def sweep_first(*_: object) -> None:
        for name in _there(blobs):
            blobs.remove(name)

    event.listen(File, "init", sweep_first)
    try:
        kept = files.add(wang, "id-copy", scan(), actor="test")
    finally:
        event.remove(File, "init", sweep_first)

    assert files.open_(wang, int(kept.id), actor="test")[1] == files.check(scan()).data


def test_lost_content_is_told_and_not_noted_as_seen(wang: str, blobs: Blobs) -> None:
    kept = files.add(wang, "id-copy", scan(), actor="test")
    for name in _there(blobs):
        blobs.remove(name)
    with pytest.raises(BlobMissingError):
        files.open_(wang, int(kept.id), actor="test")
    assert [each.action for each in trail(wang).entries] == ["file.add"]


def test_a_removal_that_is_undone_keeps_the_content(wang: str, blobs: Blobs) -> None:
    kept = files.add(wang, "id-copy", scan(), actor="test")

    class Undone(Exception):  # noqa: N818 - no error
        pass

    def remove_and_fail() -> None:
        with unit(write=True):
            files.remove(wang, int(kept.id), actor="test")
            raise Undone

    with pytest.raises(Undone):
        remove_and_fail()
    assert _there(blobs) == _named()
    assert files.open_(wang, int(kept.id), actor="test")


def test_files_inside_the_store_move_to_their_place(wang: str) -> None:
    seal = EncryptedBytes("attachment", "content_sealed")
    with unit(write=True):
        for number, data in ((11, scan()), (12, b"\x89PNG\r\n\x1a\n by name only")):
            db.session.add(
                Attachment(
                    id=number, person_id=int(wang), code="id-copy", type="image/png",
                    size=len(data), content_sealed=seal.encrypt(number, data),
                    added_at=clock.now(), actor="staff:7",
                )
            )  # fmt: skip

    assert files.move_over() == (1, ["12"])
    assert files.move_over() == (0, ["12"])

    (kept,) = files.of_person(wang)
    assert (kept.id, kept.actor) == ("11", "staff:7")
    assert files.open_(wang, 11, actor="test")[1] == files.check(scan()).data
