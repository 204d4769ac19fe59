"""Reports on services by any period, the services at a glance, and the lists behind their figures."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.web.requests_charter import CODE, ServiceCharter, install

from charterhouse.desk.periods import period_of, read_period, span_of
from charterhouse.desk.reports import find_report, fold
from charterhouse.desk.requests import DUE, Filters, count
from charterhouse.desk.service_figures import chosen, figures_of, open_by_deadline, opened_in
from charterhouse.desk.service_reports import service_reports, share_of_satisfied
from charterhouse.kernel.report import Opinion
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.web.admin.reports import _in_longer_units

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Clinic

PAPERS = {"claim-form": 1, "report": 1}


@pytest.fixture(name="house")
def _house(make_clinic: Callable[..., Clinic], monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """From Monday, 2 March 2026, ten o'clock: three complaints and two requests for a specialist.

    One complaint is answered in an hour, one after 25, one never; one request is arranged after
    two days and served, one has no papers; a third is refused, as two uses are taken.
    """
    install(monkeypatch)
    monkeypatch.setattr(
        ServiceCharter, "opinions", (Opinion("progress", "replied", "answer", ("good",)),)
    )
    house = make_clinic(CODE, {})
    ref = house.enter("王秀英", phone="13800138000")
    house.tell("join", member=ref)
    for id_ in ("quick", "slow", "never"):
        house.tell("request", id=id_, member=ref, service="complaint")
    house.tell("request", id="full", member=ref, service="specialist", documents=PAPERS)
    house.tell("request", id="bare", member=ref, service="specialist")
    house.tell("request", id="third", member=ref, service="specialist", refused="quota_used")
    house.time.set(house.time.now() + timedelta(hours=1))
    house.tell(
        "progress", request="quick", step="replied", by="manager", details={"answer": "good"}
    )
    house.time.set(house.time.now() + timedelta(hours=24))
    house.tell("progress", request="slow", step="replied", by="manager", details={"answer": "bad"})
    house.time.set(house.time.now() + timedelta(hours=23))
    house.tell("decide", request="full", outcome="approved", by="provider")
    house.tell("progress", request="full", step="contacted")
    house.tell("progress", request="full", step="arranged", details={"hospital": "东院"})
    return house


def said(text: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))


def test_weeks_begin_on_monday_and_names_are_read_back() -> None:
    week = period_of("week", date(2026, 3, 8))
    assert (week.name, week.first, week.last) == ("2026-W10", date(2026, 3, 2), date(2026, 3, 8))
    assert week.before().name == "2026-W09"
    assert period_of("week", date(2027, 1, 1)).name == "2026-W53"
    assert period_of("week", date(2027, 1, 1)).following().name == "2027-W01"
    span = span_of(date(2026, 3, 10), date(2026, 3, 1))
    assert (span.before().name, span.sort) == ("2026-02-19_2026-02-28", "span")
    for name in ("2026", "2026-03", "2026-W53", span.name):
        assert read_period("month", name).name == name


@pytest.mark.parametrize(
    "name", ["2026-W54", "2025-W53", "2026-13", "0000", "9999-W01", "x", "2026-02-30_2026-03-01"]
)
def test_a_senseless_period_is_the_present_one(house: Clinic, name: str) -> None:
    with tenant_scope(house.tenant):
        assert read_period("week", name).name == "2026-W10"


def test_the_figures_of_a_week(house: Clinic) -> None:
    with tenant_scope(house.tenant):
        seen = opened_in(period_of("week", date(2026, 3, 2)))
        found = figures_of(seen)
        assert found.which["all"] == 5
        assert {one.id for one in chosen(seen, "kept")} == {"quick", "full"}
        assert {one.id for one in chosen(seen, "missed")} == {"slow", "never"}
        assert {one.id for one in chosen(seen, "overdue")} == {"never"}
        assert found.in_time == 50
        assert found.answered == 25 * 60
        assert found.arranged == 48 * 60
        assert dict(found.limits["reply"]) == {"kept": 1, "missed": 2}
        assert {one.id for one in chosen(seen, "missed", limit="reply")} == {"slow", "never"}
        assert {one.id for one in chosen(seen, "all", service="specialist")} == {"full", "bare"}
        assert figures_of(opened_in(period_of("week", date(2026, 2, 27)))).in_time is None


def test_a_deadline_that_ran_on_when_it_was_given_up_is_neither_kept_nor_missed(
    house: Clinic,
) -> None:
    ref = house.enter("李建国")
    house.tell("request", id="gone", member=ref, service="complaint")
    house.tell("cancel", request="gone", by="customer")
    with tenant_scope(house.tenant):
        (gone,) = [
            one for one in opened_in(period_of("week", date(2026, 3, 4))) if one.id == "gone"
        ]
    assert gone.limits == ()
    assert not gone.missed


def test_open_requests_fall_into_one_deadline_each(house: Clinic) -> None:
    with tenant_scope(house.tenant):
        found = open_by_deadline()
        assert found == {"overdue": 1, "today": 0, "week": 0, "later": 0, "none": 4}
        assert {due: count(Filters(due=due)) for due in DUE} == found
        ref = house.enter("李建国")
    house.tell("request", id="next", member=ref, service="complaint")
    with tenant_scope(house.tenant):
        assert open_by_deadline()["week"] == 1, "tomorrow at ten is no longer today"
    page = house.get("/admin/requests?due=week")
    assert "Due within seven days" in page
    assert 'requests/next"' in page
    assert 'requests/never"' not in page


def rows_of(house: Clinic, code: str, period: str) -> dict[str, int]:
    with tenant_scope(house.tenant):
        report = find_report(code, service_reports())
        return {row.code: row.value for row in fold(report, read_period("month", period))}


def test_the_reports_that_every_charter_with_services_has(house: Clinic) -> None:
    refusals = rows_of(house, "service-refusals", "2026-03")
    assert (refusals["refused"], refusals["reason.quota_used"]) == (1, 1)
    assert refusals["service.specialist"] == 1
    requests = rows_of(house, "service-requests", "2026-W10")
    assert (requests["requests"], requests["service.complaint"]) == (5, 3)
    assert requests["decided.approved"] == 1
    assert rows_of(house, "service-requests", "2026-W09")["requests"] == 0
    assert rows_of(house, "service-uses", "2026-03") == {"uses": 2, "uses.specialist": 2}
    deadlines = rows_of(house, "service-deadlines", "2026-03")
    assert (deadlines["kept"], deadlines["missed"], deadlines["in_time"]) == (2, 2, 50)
    assert deadlines["limit.arrange.kept"] == 1
    happy = rows_of(house, "service-satisfaction", "2026-03")
    assert (happy["answers"], happy["satisfied"]) == (2, 50)
    with tenant_scope(house.tenant):
        assert share_of_satisfied(read_period("month", "2026-03")) == 50
        assert share_of_satisfied(read_period("month", "2026-02")) is None


def test_a_report_by_week_and_by_days_with_its_files(house: Clinic) -> None:
    page = said(house.get("/admin/reports/service-deadlines?period=2026-W10"))
    assert "Week 10 of 2026" in page
    assert "Share in time 50 % –" in page
    days = said(house.get("/admin/reports/service-requests?from=2026-03-02&to=2026-03-02"))
    assert "Requests 5 0" in days
    file = house.get("/admin/reports/service-refusals/export?format=csv&period=2026-W10")
    rows = dict(list(csv.reader(io.StringIO(file.removeprefix("\ufeff"))))[1:])
    assert rows["Reason: The quota is used up"] == "1"
    house.get("/admin/reports/service-refusals", role="service-desk", status=403)


def test_the_glance_and_each_figure_with_its_requests(house: Clinic) -> None:
    page = house.get("/admin/services?period=2026-W10")
    text = said(page)
    for part in (
        "Asked for 5", "Kept in time 50 %", "To the first answer, median 25 hours",
        "To the arrangement, median 2 days", "Satisfied 50 %", "Deadlines kept and missed",
        "Overdue 1",
    ):  # fmt: skip
        assert part in text, part
    links = re.findall(r'href="/t/clinic(/admin/services/requests\?[^"]+)"', page)
    assert links
    for link in links:
        house.get(html.unescape(link))
    shown = house.get("/admin/services/requests?period=2026-W10&which=missed&limit=reply")
    assert set(re.findall(r'<a href="/t/clinic/admin/requests/(\w+)"', shown)) == {"slow", "never"}
    nothing = house.get("/admin/services/requests?period=2026-W09&which=odd&limit=odd&service=odd")
    assert "Nothing matches this filter" in nothing
    assert "一览" in house.get("/admin/services", language="zh")


def test_a_charter_without_services_has_no_reports_on_them(clinic: Clinic) -> None:
    assert "Services at a glance" not in house_reports(clinic)
    assert "This charter has no services" in clinic.get("/admin/services")
    clinic.get("/admin/reports/service-deadlines", status=404)


def house_reports(house: Clinic) -> str:
    return house.get("/admin/reports")


@pytest.mark.parametrize(
    ("values", "drawn", "title"),
    [
        ([None, 179, 0], [None, 179, 0], "分钟"),
        ([90, 180, None], [1.5, 3.0, None], "小时"),
        ([20_000, None, 720], [13.9, None, 0.5], "天"),
        ([None], [None], "分钟"),
    ],
)
def test_a_chart_of_times_counts_in_units_that_can_be_read(
    house: Clinic, values: list[int | None], drawn: list[float | None], title: str
) -> None:
    series: list[dict[str, Any]] = [{"name": "x", "values": values}]
    with house.app.test_request_context("/"):
        assert _in_longer_units(series) == title
    assert series[0]["values"] == drawn
