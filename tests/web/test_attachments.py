"""Scans and photos of papers: sealed, of known types only, seen by few, each look noted."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from charterhouse.desk.attachments import LIMIT, attach, attachments_of, open_attachment
from charterhouse.desk.errors import DeskError
from charterhouse.desk.own_data import own_data
from charterhouse.desk.trail import trail
from charterhouse.records.tables import attachment
from charterhouse.tenancy.errors import SealError
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from tests.web.conftest import Clinic
    from werkzeug.test import TestResponse

PNG = b"\x89PNG\r\n\x1a\n" + b"a picture of an ID card"


@pytest.fixture(name="wang")
def _wang(clinic: Clinic) -> str:
    return clinic.enter("王秀英", phone="13800138000", born="1990-05-05")


def _send(clinic: Clinic, ref: str, data: bytes, role: str, status: int = 303) -> TestResponse:
    fields: dict[str, Any] = {"code": "id-copy", "file": (io.BytesIO(data), "../../x.html")}
    return clinic.post(f"/admin/members/{ref}/files", fields, role=role, status=status)


def test_a_file_is_kept_sealed_and_given_back_to_the_few(clinic: Clinic, wang: str) -> None:
    _send(clinic, wang, PNG, "cashier")

    with tenant_scope(clinic.tenant):
        (kept,) = attachments_of(wang)
        with unit() as opened:
            stored = opened.connection.execute(select(attachment.c.content_sealed)).scalar_one()
        assert own_data(wang)["files"][0]["code"] == "id-copy"
    assert (kept.code, kept.type, kept.size) == ("id-copy", "image/png", len(PNG))
    assert b"ID card" not in stored
    page = f"/admin/members/{wang}/files"
    assert f"{page}/{kept.id}" not in clinic.get(page, role="cashier")
    clinic.get(f"{page}/{kept.id}", role="cashier", status=403)
    answer = clinic.browser("reviewer").get(f"/t/clinic{page}/{kept.id}")
    assert answer.data == PNG
    assert answer.headers["Cache-Control"] == "no-store"
    assert re.fullmatch(
        r"attachment; filename=id-copy-\d+\.png", answer.headers["Content-Disposition"]
    )
    with tenant_scope(clinic.tenant):
        done = [each.action for each in trail(wang).entries]
    assert done == ["attachment.open", "member.data_copy", "attachment.add"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_missing"),
        (b"<script>alert(1)</script>", "file_type"),
        (b"GIF89a", "file_type"),
        (PNG + bytes(LIMIT), "file_too_large"),
    ],
)
def test_other_files_are_refused(clinic: Clinic, wang: str, data: bytes, code: str) -> None:
    with tenant_scope(clinic.tenant):
        with pytest.raises(DeskError) as caught:
            attach(wang, "id-copy", data, actor="test")
        assert caught.value.code == code
        with pytest.raises(DeskError) as caught:
            attach(wang, "passport-of-a-cat", PNG, actor="test")
        assert caught.value.code == "paper_unknown"
        assert attachments_of(wang) == []
    # The test client leaves a large body open.
    if len(data) < LIMIT:
        _send(clinic, wang, data, "cashier", status=422)
    _send(clinic, "1", PNG, "cashier", status=404)
    _send(clinic, wang, PNG, "auditor", status=403)


def test_a_file_belongs_to_one_person_and_one_row(clinic: Clinic, wang: str) -> None:
    other = clinic.enter("李建国")
    with tenant_scope(clinic.tenant):
        first = attach(wang, "id-copy", PNG, actor="test")
        second = attach(wang, "id-copy", PNG + b"2", actor="test")
        with unit(write=True) as opened:
            query = select(attachment.c.content_sealed).where(attachment.c.id == int(first.id))
            copied = opened.connection.execute(query).scalar_one()
            change = attachment.update().where(attachment.c.id == int(second.id))
            opened.connection.execute(change.values(content_sealed=copied))
        with pytest.raises(SealError):
            open_attachment(wang, int(second.id), actor="test")
    clinic.get(f"/admin/members/{other}/files/{first.id}", status=404)
    clinic.post(f"/admin/members/{other}/files/{first.id}/remove", {}, status=404)


def test_a_file_is_removed_for_good(clinic: Clinic, wang: str) -> None:
    with tenant_scope(clinic.tenant):
        kept = attach(wang, "id-copy", PNG, actor="test")
    clinic.post(f"/admin/members/{wang}/files/{kept.id}/remove", {}, role="cashier", status=403)

    clinic.post(f"/admin/members/{wang}/files/{kept.id}/remove", {})

    assert "No file is kept" in clinic.get(f"/admin/members/{wang}/files")
    clinic.get(f"/admin/members/{wang}/files/{kept.id}", status=404)
