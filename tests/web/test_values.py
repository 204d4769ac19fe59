"""What was told with an event is read in words, never as the machine keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.web.requests_charter import CODE, install

from charterhouse.desk.words import Words
from charterhouse.web.values import value_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Clinic

WORDS = Words(1, ("章程", "Charter"), {"heart-failure": ("心力衰竭", "Heart failure")})


@pytest.mark.parametrize(
    ("told", "read"),
    [
        (True, "Yes"),
        (False, "No"),
        (None, "–"),
        (12345, "12,345"),
        ("heart-failure", "Heart failure"),
        (["heart-failure", "spleen"], "Heart failure, spleen"),
        ("2026-03-09", "9 Mar 2026"),
        ("2026-03-09T08:30:00.976661+08:00", "9 Mar 2026 08:30"),
        ("2026-13-09", "2026-13-09"),
        ("R1-22", "R1-22"),
    ],
)
def test_details_in_words(
    make_clinic: Callable[..., Clinic], monkeypatch: pytest.MonkeyPatch, told: Any, read: str
) -> None:
    install(monkeypatch)
    house = make_clinic(CODE, {})
    with house.app.test_request_context("/t/clinic/?lang=en"):
        assert value_text(told, WORDS) == read
