"""Getting in without being let in, and staying in after being put out."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyotp
import pytest

from charterhouse.desk import access
from charterhouse.desk.channels import OUTBOX
from charterhouse.desk.people import create_person
from charterhouse.desk.portal import sign_out_everywhere
from charterhouse.desk.staff import SECRET, row_of
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.web.app import create_app
from charterhouse.web.security import limiter

PASSWORD = "a long password"
NEW = "another long password"


def code_of(world: Any, role: str = "cashier") -> str:
    """The code that the authenticator of a member of staff shows now."""
    with tenant_scope(world.east.tenant):
        row = row_of(world.east.staff[role])
        return pyotp.TOTP(SECRET.decrypt(row.id, row.totp_sealed)).at(world.time.now())


def first(browser: Any, role: str = "cashier", password: str = PASSWORD) -> Any:
    return browser.post("/admin/sign-in", {"login": f"{role}-1", "password": password})


def second(browser: Any, code: str) -> Any:
    return browser.post("/admin/sign-in/code", {"code": code})


def cookie(browser: Any) -> str:
    found = browser.client.get_cookie("charterhouse_session", path="/t/east/")
    assert found is not None
    return str(found.value)


def let_in(browser: Any, path: str = "/admin/account") -> bool:
    return bool(browser.get(path).status_code == 200)


def test_a_code_opens_once(world: Any) -> None:
    code = code_of(world)
    one, two = world.anybody(world.east), world.anybody(world.east)
    assert first(one).status_code == first(two).status_code == 303
    assert second(one, code).status_code == 303
    refused = second(two, code)

    assert let_in(one)
    assert refused.status_code == 401
    assert not let_in(two)


def test_the_first_step_alone_opens_nothing(world: Any) -> None:
    browser = world.anybody(world.east)
    assert first(browser).status_code == 303
    assert not let_in(browser)
    assert code_of(world) not in browser.get("/admin/sign-in/code").text
    world.time.set(world.time.now() + timedelta(minutes=6))
    assert second(browser, code_of(world)).location.endswith("/sign-in")
    assert not let_in(browser)


def test_a_password_that_was_reset_meanwhile_does_not_go_on(world: Any) -> None:
    browser = world.anybody(world.east)
    assert first(browser).status_code == 303
    with tenant_scope(world.east.tenant):
        access.reset_password(world.east.staff["cashier"], NEW, actor="test")
    assert second(browser, code_of(world)).location.endswith("/sign-in")
    assert not let_in(browser)


def test_signing_in_begins_a_new_session(world: Any) -> None:
    browser = world.anybody(world.east)
    token = browser.token()
    planted = cookie(browser)
    first(browser)
    between = cookie(browser)
    second(browser, code_of(world))
    after = cookie(browser)
    thief = world.anybody(world.east)

    assert len({planted, between, after}) == 3
    for value in (planted, between):
        thief.client.set_cookie("charterhouse_session", value, path="/t/east/")
        assert not let_in(thief)
    stale = browser.client.post(browser.path("/admin/account"), data={"csrf_token": token})
    assert stale.status_code == 400


@pytest.mark.parametrize("how", ["own", "reset", "factor", "close"])
def test_stolen_sessions_end(world: Any, how: str) -> None:
    browser, thief = world.staff(world.east, "cashier"), world.anybody(world.east)
    thief.client.set_cookie("charterhouse_session", cookie(browser), path="/t/east/")
    assert let_in(thief)
    number = world.east.staff["cashier"]
    if how == "own":
        form = {"old": PASSWORD, "password": NEW, "again": NEW}
        assert browser.post("/admin/account", form).status_code == 303
        assert let_in(browser)
    with tenant_scope(world.east.tenant):
        if how == "reset":
            access.reset_password(number, NEW, actor="test")
        elif how == "factor":
            access.reset_second_factor(number, actor="test")
        elif how == "close":
            access.set_active(number, active=False, actor="test")
    assert not let_in(thief)


def test_members_put_out_everywhere_are_out(world: Any) -> None:
    browser, thief = world.member(world.east), world.anybody(world.east)
    thief.client.set_cookie("charterhouse_session", cookie(browser), path="/t/east/")
    assert let_in(thief, "/my/")
    with tenant_scope(world.east.tenant):
        sign_out_everywhere(world.east.member)
    assert not let_in(thief, "/my/")


def test_guessing_passwords_makes_an_account_rest(world: Any) -> None:
    browser = world.anybody(world.east)
    for _ in range(5):
        assert first(browser, password="wrong password").status_code == 401
    resting = first(browser)
    assert resting.status_code == 401
    assert "sign_in_failed" not in resting.headers
    world.time.set(world.time.now() + timedelta(minutes=2))
    assert first(browser).status_code == 303


def test_guessing_codes_makes_an_account_rest(world: Any) -> None:
    browser = world.anybody(world.east)
    first(browser)
    for _ in range(5):
        assert second(browser, "000000").status_code == 401
    assert second(browser, code_of(world)).status_code == 401
    assert not let_in(browser)


def test_nobody_learns_which_accounts_there_are(world: Any) -> None:
    with tenant_scope(world.east.tenant):
        access.set_active(world.east.staff["auditor"], active=False, actor="test")
    browser = world.anybody(world.east)

    def told(login: str, password: str) -> str:
        answer = browser.post("/admin/sign-in?lang=en", {"login": login, "password": password})
        assert answer.status_code == 401
        plain = re.sub(
            r"[0-9A-Z]{5}-[0-9A-Z]{5}|csrf\S+|X-CSRFToken\S+ \S+|value=\"[^\"]*\"", "", answer.text
        )
        return re.sub(r"\s+", " ", plain)

    wrong = told("cashier-1", "wrong password")
    assert told("nobody", "wrong password") == wrong
    assert told("auditor-1", PASSWORD) == wrong
    assert told("' OR 1=1 --", "x") == wrong


def test_only_so_many_tries_in_a_minute(world: Any) -> None:
    browser = world.anybody(world.east)
    form = {"csrf_token": browser.token(), "code": "000000"}
    limiter.reset()
    sent = [browser.client.post(browser.path("/admin/sign-in/code"), data=form) for _ in range(31)]

    assert {answer.status_code for answer in sent[:30]} == {303}
    assert sent[30].status_code == 429
    assert "too_many_requests" in sent[30].text


def test_tries_are_counted_by_visitor_behind_proxies_that_are_trusted(world: Any) -> None:
    settings = replace(world.catalogue.installation.config, trusted_proxies=1)
    behind, bare = (
        create_app(each, directory=world.catalogue).test_client()
        for each in (settings, world.catalogue.installation.config)
    )

    def tries(client: Any, forged: str) -> int:
        limiter.reset()
        answers = [
            client.get(
                "/t/east/api/v1/charter",
                headers={"X-Forwarded-For": forged.format(n), "X-Forwarded-Host": "west.localhost"},
            )
            for n in range(302)
        ]
        assert "west" not in answers[0].text
        return int(answers[-1].status_code)

    assert tries(bare, "10.0.0.{}") == 429
    assert tries(behind, "10.0.0.{}") == 401
    assert tries(behind, "10.0.0.{}, 10.9.9.9") == 429


def test_the_password_of_a_browser_left_open_is_not_found_out(world: Any) -> None:
    browser = world.staff(world.east, "cashier")
    answers = [
        browser.post("/admin/account", {"old": f"guess {n}", "password": NEW, "again": NEW})
        for n in range(11)
    ]
    assert {answer.status_code for answer in answers[:10]} == {422}
    assert answers[10].status_code == 429


def test_trying_out_keys_ends_soon(world: Any) -> None:
    client = world.app.test_client()
    codes = [
        client.get(
            "/t/east/api/v1/charter", headers={"Authorization": f"Bearer ch_{n}"}
        ).status_code
        for n in range(310)
    ]
    assert codes[0] == 401
    assert codes[-1] == 429


def one_time_code(world: Any) -> str:
    line = (world.folder / OUTBOX).read_text().splitlines()[-1]
    found = re.search(r"\d{6}", line.split("\t")[-1])
    assert found is not None
    return found[0]


def ask(browser: Any, phone: str = "13800138000") -> Any:
    return browser.post("/my/sign-in", {"phone": phone})


def give(browser: Any, code: str) -> Any:
    return browser.post("/my/sign-in/code", {"code": code})


def test_a_one_time_code_opens_once_and_after_five_tries_never(world: Any) -> None:
    browser, other = world.anybody(world.east), world.anybody(world.east)
    ask(browser)
    code = one_time_code(world)
    ask(other, "13800138000")
    assert give(browser, code).status_code == 422, "only the newest code holds"
    code = one_time_code(world)
    assert give(browser, code).status_code == 303
    assert give(other, code).status_code == 422
    ask(other)
    code = one_time_code(world)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(5):
        assert give(other, wrong).status_code == 422
    assert give(other, code).status_code == 422
    assert not let_in(other, "/my/")


def test_a_one_time_code_is_good_for_its_phone_and_institution_only(world: Any) -> None:
    browser = world.anybody(world.east)
    ask(browser)
    code = one_time_code(world)
    other = world.anybody(world.east)
    ask(other, "13900139000")
    assert give(other, code).status_code == 422
    abroad = world.anybody(world.west)
    ask(abroad, "13800138000")
    assert give(abroad, code).status_code == 422


def test_an_unknown_phone_gets_the_same_answers(world: Any) -> None:
    known, unknown = world.anybody(world.east), world.anybody(world.east)
    answers = [ask(known), ask(unknown, "13700137000")]
    lines = (world.folder / OUTBOX).read_text().splitlines()

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert len(lines) == 1
    for _ in range(4):
        assert ask(unknown, "13700137000").status_code == 303
    assert ask(unknown, "13700137000").status_code == 429


def test_choosing_who_it_is_is_for_those_with_the_phone_and_for_minutes(world: Any) -> None:
    with tenant_scope(world.east.tenant):
        second_ref = create_person({"name": "乙", "phone": "13800138000", "born": "2010-01-01"}).ref
    browser = world.anybody(world.east)
    ask(browser)
    assert give(browser, one_time_code(world)).location.endswith("/choose")
    for ref in (world.east.applicant, world.west.member, ""):
        assert browser.post("/my/sign-in/choose", {"ref": ref}).location.endswith("/sign-in")
    kept = cookie(browser)
    assert browser.post("/my/sign-in/choose", {"ref": second_ref}).status_code == 303
    world.time.set(world.time.now() + timedelta(minutes=6))
    thief = world.anybody(world.east)
    thief.client.set_cookie("charterhouse_session", kept, path="/t/east/")
    assert thief.post("/my/sign-in/choose", {"ref": second_ref}).location.endswith("/sign-in")
    assert not let_in(thief, "/my/")


def test_a_member_on_the_staffs_sign_in_page_is_asked_for_a_password(world: Any) -> None:
    browser = world.member(world.east)
    page = browser.get("/admin/", follow_redirects=True)
    assert page.status_code == 200
    assert 'name="password"' in page.text


def test_codes_are_shown_in_a_demonstration_only(world: Any) -> None:
    browser = world.anybody(world.east)
    ask(browser)
    page = browser.get("/my/sign-in/code").text
    assert one_time_code(world) not in page
