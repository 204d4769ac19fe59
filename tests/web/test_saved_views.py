"""Views that staff keep of lists: their own and everybody's, with counts, changes, and an end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.web.requests_charter import CODE, install

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Clinic


@pytest.fixture(name="house")
def _house(make_clinic: Callable[..., Clinic], monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """A house with one member, a complaint and two requests for a specialist."""
    install(monkeypatch)
    house = make_clinic(CODE, {})
    ref = house.enter("王秀英", phone="13800138000")
    house.tell("join", member=ref)
    house.tell("request", id="a", member=ref, service="complaint")
    house.tell("request", id="b", member=ref, service="specialist")
    house.tell("request", id="c", member=ref, service="specialist")
    return house


def tabs(page: str) -> dict[str, tuple[str, str]]:
    """Name → count and address of the views of a page."""
    nav = page[page.index('<nav class="ch-tabs"') :]
    found = re.findall(
        r'<a href="([^"]+)"[^>]*>([^<]+?)\s*(?:<span class="ch-count">([^<]+)</span>)?</a>',
        nav[: nav.index("</nav>")],
    )
    return {name: (count, url.replace("&amp;", "&")) for url, name, count in found}


def keep(house: Clinic, name: str, query: str, **more: str) -> str:
    """Keep a view and return its address below the tenant."""
    page, role = more.pop("page", "requests"), more.pop("role", "owner")
    answer = house.post(f"/admin/views/{page}", {"name": name, "query": query, **more}, role=role)
    return str(answer.location.removeprefix("/t/clinic"))


def number(url: str) -> str:
    found = re.search(r"saved=(\d+)", url)
    assert found is not None, url
    return found[1]


def test_a_kept_view_is_a_tab_with_its_count(house: Clinic) -> None:
    assert "Save as a view" not in house.get("/admin/requests")
    assert "Save as a view" in house.get("/admin/requests?service=specialist")

    here = keep(house, "专家", "service=specialist&after=1.x&odd=1")
    page = house.get(here)

    count, url = tabs(page)["专家"]
    assert count == "2"
    assert "service=specialist" in url
    assert "odd" not in url
    assert "after" not in url
    assert re.search(r'aria-current="page">专家', page)
    assert page.count('aria-current="page">Open') == 0
    assert "changed" not in page[page.index("ch-view-bar") : page.index("ch-filters")]


def test_a_changed_view_can_be_saved_discarded_or_kept_as_another(house: Clinic) -> None:
    here = keep(house, "Special", "service=specialist")
    changed = house.get(f"{here}&state=incomplete")
    bar = changed[changed.index("ch-view-bar") : changed.index("ch-filters")]
    assert "<strong>changed</strong>" in bar
    assert "Discard the changes" in bar

    house.post(f"/admin/views/{number(here)}/change", {"query": "state=received"})
    assert tabs(house.get("/admin/requests"))["Special"][0] == "1"
    house.post(f"/admin/views/{number(here)}/rename", {"name": "Received"})
    assert "Special" not in tabs(house.get("/admin/requests"))
    house.post(f"/admin/views/{number(here)}/delete", {})
    assert "Received" not in tabs(house.get("/admin/requests"))
    house.post(f"/admin/views/{number(here)}/delete", {}, status=404)


def test_ones_own_views_are_nobody_elses(house: Clinic) -> None:
    here = keep(house, "Private", "service=complaint")

    assert "Private" not in tabs(house.get("/admin/requests", role="manager"))
    house.post(f"/admin/views/{number(here)}/rename", {"name": "x"}, role="manager", status=404)
    assert "Private" not in house.get(here, role="manager")


def test_everybodys_views_need_a_right_to_be_kept_and_changed(house: Clinic) -> None:
    told = {"name": "All", "query": "service=complaint", "shared": "1"}
    house.post("/admin/views/requests", told, role="service-desk", status=403)
    here = keep(house, "All", "service=complaint", shared="1", role="manager")

    page = house.get(here, role="service-desk")
    assert "for everybody" in page
    assert "Delete the view" not in page
    for what in ("change", "rename", "delete"):
        url = f"/admin/views/{number(here)}/{what}"
        house.post(url, {"name": "x"}, role="service-desk", status=403)
    assert tabs(house.get("/admin/requests", role="service-desk"))["All"][0] == "1"


@pytest.mark.parametrize("name", ["", " ", "x" * 41, "a\u202eb"])
def test_a_name_is_a_name(house: Clinic, name: str) -> None:
    house.get("/admin/requests")  # chooses English
    answer = house.post("/admin/views/requests", {"name": name, "query": "service=complaint"})

    assert "saved=" not in answer.location
    assert "at most 40 characters" in house.get("/admin/requests?service=complaint")


def test_two_views_have_two_names(house: Clinic) -> None:
    keep(house, "One", "service=complaint")

    assert "saved=" not in keep(house, "ONE", "service=specialist")
    house.post("/admin/views/nonsense", {"name": "x", "query": ""}, status=404)


def test_the_member_list_keeps_filters_and_columns_and_no_name_searched(house: Clinic) -> None:
    other = house.enter("李建国", phone="13800138001")
    house.tell("join", member=other)
    query = "status=active&col=points&sort=-points&q=%E7%8E%8B"
    here = keep(house, "Points", query, page="members")
    page = house.get(here)

    count, url = tabs(page)["Points"]
    assert count == "2"
    assert "q=" not in url
    assert "col=points" in url
    assert "Points" not in tabs(house.get("/admin/requests"))
