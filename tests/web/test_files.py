"""Files of papers on the staff's pages: seen by few, each look noted, sent so that nothing acts."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from charterhouse.desk import files
from charterhouse.desk.own_data import own_data
from charterhouse.desk.trail import trail
from charterhouse.tenancy.scope import tenant_scope

if TYPE_CHECKING:
    from tests.web.conftest import Clinic
    from werkzeug.test import TestResponse


def _scan(shade: int = 0) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, 90, 90)).save(kept, "PNG")
    return kept.getvalue()


@pytest.fixture(name="wang")
def _wang(clinic: Clinic) -> str:
    return clinic.enter("王秀英", phone="13800138000", born="1990-05-05")


def _send(clinic: Clinic, ref: str, role: str, *sent: bytes, status: int = 303) -> TestResponse:
    parts = [(io.BytesIO(data), "../../x.html") for data in sent]
    fields: dict[str, Any] = {"code": "id-copy", "file": parts}
    return clinic.post(f"/admin/members/{ref}/files", fields, role=role, status=status)


def test_files_are_kept_by_many_and_seen_by_few(clinic: Clinic, wang: str) -> None:
    _send(clinic, wang, "cashier", _scan(), _scan(200))

    with tenant_scope(clinic.tenant):
        newest, kept = files.of_person(wang)
        assert [each["code"] for each in own_data(wang)["files"]] == ["id-copy", "id-copy"]
    page = f"/admin/members/{wang}/files"
    one = f"{page}/{kept.id}"
    assert one not in clinic.get(page, role="cashier")
    for address in (one, f"{one}/look", f"{one}/thumbnail"):
        clinic.get(address, role="cashier", status=403)
    listed = clinic.get(page, role="reviewer")
    assert f"{one}/thumbnail" in listed
    assert f"{page}/{newest.id}/thumbnail" in listed
    assert f"{one}?inline=1" in clinic.get(f"{one}/look", role="reviewer")

    browser = clinic.browser("reviewer")
    for query, place in (("", "attachment"), ("?inline=1", "inline")):
        answer = browser.get(f"/t/clinic{one}{query}")
        assert answer.data == files.check(_scan()).data
        _is_shut(answer)
        named = rf"{place}; filename=id-copy-\d+\.png"
        assert re.fullmatch(named, answer.headers["Content-Disposition"])
    answer = browser.get(f"/t/clinic{one}/thumbnail")
    assert answer.mimetype == "image/jpeg"
    _is_shut(answer)
    with tenant_scope(clinic.tenant):
        done = [each.action for each in trail(wang).entries]
    assert done == [
        "file.open",
        "file.open",
        "file.list",
        "member.data_copy",
        "file.add",
        "file.add",
    ]


def _is_shut(answer: TestResponse) -> None:
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "请选择文件"),
        (b"<script>alert(1)</script>", "须为照片"),
        (b"\x89PNG\r\n\x1a\n", "文件已损坏"),
    ],
)
def test_what_is_refused_is_told_beside_the_field(
    clinic: Clinic, wang: str, data: bytes, said: str
) -> None:
    answer = _send(clinic, wang, "cashier", data, status=422)
    assert said in answer.text
    assert 'id="f-file-error"' in answer.text
    _send(clinic, "1", "cashier", _scan(), status=404)
    _send(clinic, wang, "auditor", _scan(), status=403)
    with tenant_scope(clinic.tenant):
        assert files.of_person(wang) == []


def test_a_file_of_another_is_not_found_and_a_removed_one_neither(
    clinic: Clinic, wang: str
) -> None:
    other = clinic.enter("李建国")
    with tenant_scope(clinic.tenant):
        kept = files.add(wang, "id-copy", _scan(), actor="test")
    for name in ("", "/look", "/thumbnail"):
        clinic.get(f"/admin/members/{other}/files/{kept.id}{name}", status=404)
    clinic.post(f"/admin/members/{other}/files/{kept.id}/remove", {}, status=404)
    clinic.post(f"/admin/members/{wang}/files/{kept.id}/remove", {}, role="cashier", status=403)
    clinic.post(f"/admin/members/{wang}/files/{kept.id}/remove", {}, role="reviewer")
    clinic.get(f"/admin/members/{wang}/files/{kept.id}", status=404)
