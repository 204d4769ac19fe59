"""Pages made for charters that nobody knew when they were written: one with every kind of figure."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from marshmallow import Schema, fields, validate

from charterhouse.desk import members
from charterhouse.desk.charter_entry import Reader
from charterhouse.desk.charter_form import SettingsForm
from charterhouse.desk.portal import home
from charterhouse.desk.statement import statement
from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import Documents, OneMembership
from charterhouse.kernel.clauses.benefits import Quota, Unlimited
from charterhouse.kernel.clauses.conditions import ByTier, Lines
from charterhouse.kernel.clauses.earning import BillRefund, PointsByRate, SpendTotal
from charterhouse.kernel.clauses.fees import EntryFee, FeesRise, UpgradeByFee
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.leaving import Suspension, Withdrawal
from charterhouse.kernel.clauses.notices import AmendmentNotice, Recorded
from charterhouse.kernel.clauses.points import Redemption
from charterhouse.kernel.clauses.price import BasePrice, Factor
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.rights import Rights, Statement
from charterhouse.kernel.clauses.services import Service, Step
from charterhouse.kernel.clauses.tender import CashOut, PointsTender, StoredValue, TopUps
from charterhouse.kernel.clauses.terms import Renewal, Term
from charterhouse.kernel.clauses.tiers import Ladder, Tiers
from charterhouse.kernel.problems import ABOVE_BELOW
from charterhouse.kernel.program import Program
from charterhouse.kernel.settings import Factor as FactorField
from charterhouse.kernel.settings import Rate, SettingValues, Whole, Yuan
from charterhouse.plugins.registry import Plugin, registry
from charterhouse.records.books import load_book
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Clinic

TIERS = {"basic": ("普通", "Basic"), "gold": ("金卡", "Gold card"), "jade": ("玉卡", "Jade card")}


def meta(zh: str, en: str, **more: Any) -> dict[str, Any]:
    return {"label": (zh, en), "clause": "1", "group": "all", **more}


class Package(Schema):
    """What one package holds."""

    price = Yuan(required=True, metadata={"label": ("价格", "Price")})
    factor = FactorField(load_default=Decimal(1), metadata={"label": ("系数", "Factor")})
    times = Whole(load_default=None, allow_none=True, metadata={"label": ("次数", "Times")})
    services = fields.List(
        fields.String(), load_default=list, metadata={"label": ("服务", "Services")}
    )
    open_ = fields.Boolean(load_default=True, metadata={"label": ("开放", "Open")})


class EverySettings(Schema):
    """A figure of every kind."""

    fees = fields.Dict(
        keys=fields.String(),
        values=Yuan(),
        required=True,
        metadata=meta("会费", "Fees", keys="tier"),
    )
    published = fields.Boolean(load_default=False, metadata=meta("已公布", "Published"))
    since = fields.Date(required=True, metadata=meta("启用日", "In use since"))
    rate = Rate(load_default=Decimal("0.5"), metadata=meta("积分率", "Points per yuan"))
    cap = Whole(load_default=None, allow_none=True, metadata=meta("上限", "Cap"))
    days = fields.List(
        Whole(validate=validate.Range(1, 31)), load_default=list, metadata=meta("会员日", "Days")
    )
    offers = fields.List(
        fields.String(validate=validate.OneOf(["gift", "coupon"])),
        load_default=lambda: ["gift"], metadata=meta("礼遇", "Offers"),
    )  # fmt: skip
    lists = fields.Dict(
        keys=fields.String(), values=fields.List(fields.String()), load_default=dict,
        metadata=meta("各级权益", "Benefits of each"),
    )  # fmt: skip
    points = fields.Dict(
        keys=fields.String(), values=fields.Dict(keys=fields.String(), values=Whole()),
        load_default=dict, metadata=meta("活动积分", "Points of activities"),
    )  # fmt: skip
    packages = fields.Dict(
        keys=fields.String(), values=fields.Nested(Package), load_default=dict,
        metadata=meta("套餐", "Packages"),
    )  # fmt: skip
    mode = fields.String(
        load_default="day",
        validate=validate.OneOf(["day", "month"]),
        metadata=meta("窗口", "Window"),
    )
    note = fields.String(load_default="", metadata=meta("说明", "Note"))

    groups = {"all": ("全部", "Everything")}  # noqa: RUF012 - marshmallow reads it as an attribute


class Everything(Charter):
    """A charter of the tests."""

    code = "sample.everything"
    name = ("万象会员章程", "Everything charter")
    Settings = EverySettings
    sections = (Section("1", "规定", "Rules"),)
    example: ClassVar[dict[str, Any]] = {
        "fees": {"basic": "0", "gold": "100", "jade": "300"},
        "since": "2026-01-01",
    }
    labels: ClassVar[dict[str, Any]] = {
        **TIERS,
        "free-check": ("免费检查", "Free check-up"),
        "lounge": ("休息室", "Lounge"),
        "nurse-visit": ("护士上门", "Nurse visit"),
        "arranged-visit": ("已约时间", "Time arranged"),
        "complaint": ("投诉", "Complaint"),
        "form": ("申请表", "Application form"),
    }

    def clauses(self, s: SettingValues) -> list[Clause]:
        """Rules of every kind, under one number."""
        fees = ByTier({tier: s.fees.get(tier, 0) for tier in TIERS})
        found: list[Clause] = [
            Tiers("1", TIERS, default="basic"),
            Application("1", kinds=("individual", "corporate")),
            OneMembership("1"),
            Documents("1", {"form": 1}),
            FeesRise("1", rising={"fees": list(fees.values())}),
            EntryFee("1", amount=fees),
            Activation("1"),
            Term("1", months=12),
            Renewal("1", fee=fees, months=12),
            UpgradeByFee("1", fees=fees),
            Ladder("1", {"basic": {}, "gold": {"spend_total": 500_000}}),
            SpendTotal("1"),
            Factor("1", factor=ByTier({"gold": Decimal("0.9")}),
                   lines=Lines(departments={"dental"}, medical=True)),
            BasePrice("1"),
            TopUps("1", least=5_000),
            StoredValue("1"),
            PointsTender("1", per_yuan=10),
            CashOut("1", unit="stored_value"),
            PointsByRate("1", per_yuan=s.rate),
            Redemption("1", gifts={"tea": 20}),
            Quota("1", "free-check", per=ByTier({"gold": 2})),
            Unlimited("1", "lounge"),
            Recorded("1", {"complaint": ""}),
            Services("1", Service("nurse-visit", steps=(Step("arranged-visit", status="arranged"),))),
            Suspension("1"),
            Withdrawal("1"),
            BillRefund("1"),
            AmendmentNotice("1", days=0),
            Rights("1"),
            Statement("1", "一切规定。", "All rules."),
        ]  # fmt: skip
        return found


FIGURES = {"fees": {"basic": "0", "gold": "100.00", "jade": "300.00"}, "since": "2026-01-01"}


@pytest.fixture(name="installed", autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    known = registry()
    plugin = Plugin("sample", "sample", "1", (Everything.code,))
    monkeypatch.setitem(known.charters, Everything.code, Everything())
    monkeypatch.setattr(known, "plugins", (*known.plugins, plugin))


@pytest.fixture(name="hall")
def _hall(make_clinic: Callable[..., Clinic]) -> Clinic:
    return make_clinic(Everything.code, dict(FIGURES))


def said(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def shown(page: str) -> dict[str, str]:
    """The form as a browser would send it, unchanged."""
    form = page[page.index("<form method") :]
    found = {
        html.unescape(name): html.unescape(value)
        for name, value in re.findall(r'<input[^>]* name="([\w.-]+)"[^>]* value="([^"]*)"', form)
        if not re.search(rf'type="checkbox" name="{re.escape(name)}"', form)
    }
    for box in re.findall(r'<input[^>]*type="checkbox"[^>]*>', form):
        name = re.search(r'name="([^"]+)"', box)
        if name and " checked" in box:
            found[name[1]] = "1"
    for name, text in re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>([^<]*)</textarea>', form):
        found[name] = html.unescape(text)
    for name, body in re.findall(
        r'<select[^>]* name="([\w-]+)"[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    found.pop("csrf_token", None)
    return found


def join(hall: Clinic, tier: str = "basic", name: str = "王秀英", **more: Any) -> str:
    ref = hall.enter(name, **more)
    hall.tell("join", member=ref, tier=tier, documents={"form": 1})
    return ref


# Figures.


def test_every_kind_of_figure_has_its_own_form() -> None:
    form = SettingsForm(Program(Everything(), FIGURES))
    kinds = {each.name: each.kind for each in form.settings}
    assert kinds == {
        "fees": "table", "published": "yes_no", "since": "date", "rate": "rate", "cap": "whole",
        "days": "list", "offers": "choices", "lists": "table", "points": "matrix",
        "packages": "records", "mode": "choice", "note": "text",
    }  # fmt: skip
    fees = form.setting("fees")
    assert fees is not None
    assert (fees.closed, fees.required) == (True, True)
    assert [code for code, _ in fees.options] == ["basic", "gold", "jade"]
    packages = form.setting("packages")
    assert packages is not None
    assert [c.kind for c in packages.columns] == [
        "text",
        "yuan",
        "factor",
        "whole",
        "list",
        "yes_no",
    ]


def test_an_unchanged_form_reads_back_what_it_showed() -> None:
    raw = {
        **FIGURES, "published": True, "rate": "1.25", "cap": 7, "days": [5, 25],
        "offers": ["coupon"], "lists": {"gold": ["lounge", "free-check"]},
        "points": {"quiz": {"first": 5, "took_part": 1}}, "note": "三思",
        "packages": {"a": {"price": "12.50", "services": ["x", "y"], "times": 3}},
    }  # fmt: skip
    program = Program(Everything(), raw)
    assert again(program) == vars(program.settings)


def again(program: Program) -> dict[str, Any]:
    """The settings as they come back out of their own form, unchanged."""
    form = SettingsForm(program)
    flat: dict[str, str] = {}
    values = form.shown(vars(program.settings))
    for setting in form.settings:
        value = values[setting.name]
        if setting.columns:
            for index, row in enumerate(value):
                for column, cell in zip(setting.columns, row, strict=True):
                    flat[f"{setting.name}-{index}-{column.name}"] = cell
        elif setting.kind == "choices":
            flat.update({f"{setting.name}-pick-{code}": "1" for code in value})
        else:
            flat[setting.name] = "\n".join(value) if isinstance(value, list) else value
    entered = Reader(form).read(flat)
    assert entered.problems == []
    return vars(Program(program.charter, entered.raw).settings)


@pytest.mark.parametrize("code", sorted(registry().charters))
def test_every_installed_charter_has_a_form_that_changes_nothing(code: str) -> None:
    charter = registry().charter(code)
    program = Program(charter, charter.example)
    form = SettingsForm(program)
    for setting in form.settings:
        assert setting.kind != "json", setting.name
        assert all(setting.label), setting.name
        assert all(form.groups[setting.group]) or not setting.group, setting.name
    assert again(program) == vars(program.settings)


@pytest.mark.parametrize(
    ("changed", "name", "words"),
    [
        ({"since": ""}, "since", "Enter a value"),
        ({"since": "soon"}, "since", "Enter a day"),
        ({"rate": "-1"}, "rate", "Enter a number such as 0.5"),
        ({"cap": "many"}, "cap", "Enter a whole number"),
        ({"days": "40"}, "days", "Enter a whole number from 1 to 31"),
        ({"fees-1-value": "much"}, "fees", "Gold card: Enter an amount in yuan"),
        ({"packages-0-key": "a", "packages-0-factor": "0.5"}, "packages", "Price: Fill in every"),
        ({"packages-0-key": "a", "packages-0-price": "1", "packages-0-factor": "7"}, "packages",
         "a · Factor"),
        ({"points-0-key": "quiz", "points-0-value": "3"}, "points", "Fill in every cell"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_figure_row_and_cell(
    hall: Clinic, changed: dict[str, str], name: str, words: str
) -> None:
    form = shown(hall.get("/admin/charter/figures")) | changed | {"do": "preview"}
    page = hall.post("/admin/charter/figures?lang=en", form, status=200).text
    assert words in said(page)
    assert f'href="#f-{name}"' in page
    assert f'id="f-{name}"' in page


@pytest.mark.parametrize(
    ("language", "words"), [("zh", "须逐级递增"), ("en", "must rise from each tier to the next")]
)
def test_what_the_charter_itself_has_against_a_figure_stands_beside_it_in_the_readers_language(
    hall: Clinic, language: str, words: str
) -> None:
    form = shown(hall.get("/admin/charter/figures")) | {"fees-1-value": "400", "do": "preview"}
    page = hall.post(f"/admin/charter/figures?lang={language}", form, status=200).text
    assert words in said(page)
    assert 'href="#f-fees"' in page


def test_a_problem_of_a_table_is_found_at_its_row(hall: Clinic) -> None:
    with tenant_scope(hall.tenant), unit() as opened:
        form = SettingsForm(load_book(opened).at(hall.time.now()))
    problem = Reader(form).problem_at("fees.gold", ABOVE_BELOW)
    assert (problem.name, problem.at, problem.code) == ("fees", "gold", "check")
    assert Reader(form).problem_at("nothing", ABOVE_BELOW).name == ""


def test_an_amendment_of_tables_and_days_is_previewed(hall: Clinic) -> None:
    form = shown(hall.get("/admin/charter/figures"))
    form |= {"fees-1-value": "120", "since": "2026-02-01", "offers-pick-coupon": "1",
             "packages-0-key": "spa", "packages-0-price": "88", "do": "preview"}  # fmt: skip
    page = hall.post("/admin/charter/figures?lang=en", form, status=200).text
    text = said(page)
    assert "Gold card · 120.00" in text
    assert "spa · 88.00" in text
    changes = re.search(r'name="changes" value="([^"]*)"', page)
    assert changes is not None
    assert json.loads(html.unescape(changes[1]))["offers"] == ["gift", "coupon"]


# Beginning with a charter.


def test_a_charter_is_adopted_with_figures_of_ones_own(make_clinic: Callable[..., Clinic]) -> None:
    fresh = make_clinic("gynecology.vip-card", None)
    assert "Everything charter" in fresh.get("/admin/charter/begin?type=sample")
    where = f"/admin/charter/begin/{Everything.code}"
    page = fresh.get(where)
    assert "Sample figure: 2026-01-01" in said(page)
    assert shown(page)["since"] == ""
    missing = fresh.post(f"{where}?lang=en", shown(page) | {"do": "preview"}, status=422).text
    assert "Enter a value" in missing
    own = {"fees-0-value": "0", "fees-1-value": "90", "fees-2-value": "200", "since": "2026-03-01"}
    shownpage = fresh.post(
        f"{where}?lang=en", shown(page) | own | {"do": "preview"}, status=200
    ).text
    assert "Sample figure" not in said(shownpage)
    figures = html.unescape(re.findall(r'name="figures" value="([^"]*)"', shownpage)[0])
    assert json.loads(figures) == {
        "fees": {"basic": "0", "gold": "90", "jade": "200"}, "since": "2026-03-01",
    }  # fmt: skip
    fresh.post(where, {"do": "adopt", "figures": figures})
    assert "Rules" in fresh.get("/admin/charter")
    with tenant_scope(replace(fresh.tenant, charter=Everything.code)), unit() as opened:
        assert load_book(opened).first.settings == json.loads(figures)
    again = fresh.browser("owner").get(f"/t/{fresh.tenant.slug}{where}")
    assert again.status_code == 303


def test_sample_figures_are_never_kept_unseen(make_clinic: Callable[..., Clinic]) -> None:
    fresh = make_clinic(Everything.code, None)
    where = f"/admin/charter/begin/{Everything.code}"
    filled = fresh.post(
        f"{where}?lang=en", shown(fresh.get(where)) | {"do": "samples"}, status=200
    ).text
    assert shown(filled)["since"] == "2026-01-01"
    assert "make sure that it is yours" in filled
    page = fresh.post(f"{where}?lang=en", shown(filled) | {"do": "preview"}, status=200).text
    figures = html.unescape(re.findall(r'name="figures" value="([^"]*)"', page)[0])
    refused = fresh.post(f"{where}?lang=en", {"do": "adopt", "figures": figures}, status=422).text
    assert "Confirm that the sample figures are yours" in refused
    fresh.post(where, {"do": "adopt", "figures": figures, "sure": "1"})
    assert "All rules" in fresh.get("/admin/charter")


def test_every_installed_charter_can_be_begun(make_clinic: Callable[..., Clinic]) -> None:
    fresh = make_clinic(Everything.code, None)
    for code in sorted(registry().charters):
        where = f"/admin/charter/begin/{code}"
        filled = fresh.post(
            f"{where}?lang=zh", shown(fresh.get(where)) | {"do": "samples"}, status=200
        )
        form = shown(filled.text) | {"do": "preview"}
        page = fresh.post(f"{where}?lang=zh", form, status=200).text
        assert "采用" in page, code


def test_only_those_who_may_write_the_charter_begin_one(make_clinic: Callable[..., Clinic]) -> None:
    fresh = make_clinic(Everything.code, None)
    fresh.get("/admin/charter/begin", role="cashier", status=403)
    fresh.get(f"/admin/charter/begin/{Everything.code}", role="reviewer", status=403)
    fresh.get("/admin/charter/begin/sample.unknown", status=404)


# What staff do with a member.


def act(hall: Clinic, ref: str, slug: str, data: dict[str, Any], confirm: str = "") -> str:
    where = f"/admin/members/{ref}/do/{slug}?lang=en"
    hall.get(f"/admin/members/{ref}/do/{slug}")
    page = hall.post(where, {**data, "step": "preview"}, status=200).text
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None, said(page)
    hall.post(where, {**data, "step": "confirm", "key": key[1], "confirm": confirm})
    return said(page)


def test_every_verb_of_the_charter_is_reached_from_the_members_page(hall: Clinic) -> None:
    ref = join(hall)
    page = hall.get(f"/admin/members/{ref}")
    for slug in ("top-up", "use", "record", "request", "upgrade", "renew", "suspend", "withdraw"):
        assert f"/do/{slug}" in page, slug
    for absent in ("book", "grant", "progress", "award"):
        assert f"/do/{absent}" not in page, absent


def test_stored_value_is_topped_up_and_paid_out(hall: Clinic) -> None:
    ref = join(hall)
    assert "Stored value ¥0.00 →becomes ¥200.00" in act(
        hall, ref, "top-up", {"amount": "200"}
    ).replace(" → becomes ", " →becomes ").replace("→ becomes", "→becomes")
    act(hall, ref, "cash-out", {"amount": "50"})
    page = said(hall.get(f"/admin/members/{ref}"))
    assert "Stored value" in page
    assert "¥150.00" in page
    rows = said(hall.get("/admin/registers/stored"))
    assert "Paid out" in rows
    assert "¥150.00" in said(hall.get("/admin/registers/balances"))
    with tenant_scope(hall.tenant):
        told = statement(ref)
    assert [row.stored_value for row in told.rows][:2] == [-5_000, 20_000]
    assert told.rows[1].paid == 20_000


def test_a_request_goes_its_way_on_the_members_page(hall: Clinic) -> None:
    ref = join(hall)
    form = hall.get(f"/admin/members/{ref}/do/request")
    number = re.search(r'type="hidden" name="id" value="([^"]+)"', form)
    assert number is not None
    act(hall, ref, "request", {"service": "nurse-visit", "id": number[1], "consent": "1"})
    assert "Nurse visit" in said(hall.get(f"/admin/members/{ref}"))
    act(hall, ref, "progress", {"request": number[1], "work-step": "arranged-visit"})
    assert "Arranged" in said(hall.get(f"/admin/members/{ref}"))
    act(hall, ref, "close", {"request": number[1], "outcome": "served"})
    with tenant_scope(hall.tenant):
        cases = members.file(ref).cases
    assert [(c.what, c.status, c.open, c.steps) for c in cases] == [
        ("nurse-visit", "served", False, ("arranged-visit",))
    ]
    assert "/do/close" not in hall.get(f"/admin/members/{ref}")


def test_the_ladder_says_what_is_lacking(hall: Clinic) -> None:
    ref = join(hall)
    line = {"item": "x", "category": "exam", "price": "1000"}
    hall.tell("spend", id="b1", member=ref, lines=[line])
    page = said(hall.get(f"/admin/members/{ref}"))
    assert "¥4,000.00 more for Gold card" in page
    assert "¥1,000.00 / ¥5,000.00" in page
    assert "What time will do" in page
    with tenant_scope(hall.tenant):
        first = home(ref)
    assert [(way.verb, way.tier, way.price) for way in first.ways] == [
        ("renew", "", 0), ("upgrade", "gold", 10_000), ("upgrade", "jade", 30_000),
    ]  # fmt: skip
    assert [rung.tier for rung in first.file.ladder.rungs if rung.reached] == ["basic"]
    assert {b.code: b.remaining for b in first.benefits} == {"lounge": None}


def test_a_bill_is_paid_by_the_members_own_means(hall: Clinic) -> None:
    ref = join(hall)
    hall.tell("top_up", member=ref, amount="100")
    line = {"item": "x", "category": "exam", "price": "200"}
    hall.tell("spend", id="b1", member=ref, lines=[line], tender={"stored_value": "0"})
    page = hall.get(f"/admin/counter?person={ref}")
    assert 'name="use-stored_value"' in page
    assert 'name="use-points"' in page
    assert 'name="lines-0-department"' in page
    bill = re.search(r'name="bill" value="([^"]+)"', page)
    assert bill is not None
    form = {
        "payer": ref, "bill": bill[1], "lines-0-item": "x", "lines-0-category": "exam",
        "lines-0-price": "50", "lines-0-quantity": "1", "lines-0-department": "dental",
        "use-stored_value": "amount", "tender-stored_value": "20", "use-points": "amount",
        "tender-points": "100", "card_shown": "1", "id_shown": "1", "method": "cash",
    }  # fmt: skip
    quoted = said(hall.post("/admin/counter/quote?lang=en", form, status=200).text)
    assert "Stored value −¥20.00" in quoted
    assert "Points −¥10.00" in quoted
    assert "To pay ¥20.00" in quoted
    wrong = {**form, "tender-points": "1.5"}
    assert "whole number" in said(hall.post("/admin/counter/quote?lang=en", wrong, status=200).text)
    hall.post("/admin/counter/bill", {**form, "do": "charge", "expected": "2000"})
    with tenant_scope(hall.tenant):
        standing = members.file(ref).standing
    assert (standing.balance("stored_value"), standing.balance("points")) == (8_000, 20)


def test_an_organisation_is_admitted_without_a_review(hall: Clinic) -> None:
    ref = hall.enter("某某公司")
    page = hall.get(f"/admin/admission/{ref}")
    assert 'name="kind" value="corporate"' in page
    sent = hall.post(f"/admin/admission/{ref}/papers?kind=corporate&tier=gold", {
        "kind": "corporate", "tier": "gold", "documents.form": "1",
    })  # fmt: skip
    assert "kind=corporate" in sent.location
    data = {"kind": "corporate", "tier": "gold", "doc": "form:1", "consent": "1", "key": "k",
            "then": "approve"}  # fmt: skip
    done = hall.post(f"/admin/admission/{ref}/review", data)
    assert done.location.endswith(f"/admin/members/{ref}/pay")
    assert "¥100.00" in hall.get(f"/admin/members/{ref}/pay")
    hall.post(f"/admin/members/{ref}/pay", {"for": "fee", "method": "cash", "key": "p"})
    with tenant_scope(hall.tenant):
        standing = members.file(ref).standing
    assert (standing.status, standing.kind, standing.tier) == ("active", "corporate", "gold")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_a_member_opens_in_both_languages(hall: Clinic, language: str) -> None:
    ref = join(hall, "gold")
    hall.tell("top_up", member=ref, amount="100")
    hall.tell("request", id="r1", member=ref, service="nurse-visit")
    hall.tell("suspend", member=ref, reason="x")
    for path in (
        f"/admin/members/{ref}", f"/admin/members/{ref}/do/progress", "/admin/registers/services",
        "/admin/registers/topups", "/admin/registers/memberships", "/admin/charter/figures",
    ):  # fmt: skip
        hall.get(path, language=language)
