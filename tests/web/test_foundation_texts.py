"""Languages, amounts, dates, lists, and what templates may not contain."""

from __future__ import annotations

import importlib.util
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import render_template_string

from charterhouse.clock import FixedClock, use_clock
from charterhouse.web import i18n
from charterhouse.web.assets import AssetsMissingError
from charterhouse.web.i18n import money_text, yuan_text
from charterhouse.web.listing import Page, read_page, read_sort
from charterhouse.web.notices import notify

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from flask import Flask

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "platform" / "charterhouse" / "web"
TEMPLATES = sorted({*WEB.rglob("templates/**/*.html"), *(ROOT / "plugins").rglob("*.html")})


@pytest.fixture(name="app")
def _app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_text_of_the_sites_has_its_chinese() -> None:
    lacking = _script("translations").missing()

    assert not lacking, "\n".join(f"{text}: {places}" for text, places in lacking.items())


def test_no_two_catalogues_contradict_each_other() -> None:
    assert i18n.clashes([i18n.FOLDER / "zh"]) == []


def test_a_contradiction_is_found(tmp_path: Path) -> None:
    for name, text in (("a", "打开"), ("b", "待处理"), ("c", "打开")):
        (tmp_path / f"{name}.po").write_text(
            f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
            f'msgid "Open"\nmsgstr "{text}"\n',
            encoding="utf-8",
        )

    (sentence,) = i18n.clashes([tmp_path])
    assert "待处理" in sentence
    assert "b.po" in sentence


def test_placeholders_survive_translation() -> None:
    held = re.compile(r"%\(\w+\)s")
    for _path, message in i18n._messages([i18n.FOLDER / "zh"]):
        single = message.id if isinstance(message.id, str) else message.id[0]
        texts = [message.string] if isinstance(message.string, str) else message.string
        for text in texts:
            assert set(held.findall(text)) == set(held.findall(single)), single


@pytest.mark.parametrize(
    ("query", "cookie", "accepts", "language"),
    [
        ("", "", "", "zh"),
        ("", "", "en-GB,en;q=0.9", "en"),
        ("", "", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("", "", "fr-FR", "zh"),
        ("", "en", "zh-CN", "en"),
        ("?lang=zh", "en", "en", "zh"),
        ("?lang=xx", "", "en", "en"),
    ],
)
def test_the_language_is_asked_for_kept_or_guessed(
    app: Flask, query: str, cookie: str, accepts: str, language: str
) -> None:
    client = app.test_client()
    if cookie:
        client.set_cookie("lang", cookie)
    answer = client.get(f"/none{query}", headers={"Accept-Language": accepts})

    assert ('lang="en"' if language == "en" else 'lang="zh-CN"') in answer.text


def test_a_choice_is_kept_for_the_whole_installation(app: Flask) -> None:
    client = app.test_client()
    answer = client.get("/none?lang=en&theme=dark&type=large&q=1")
    cookies = answer.headers.getlist("Set-Cookie")

    assert all("Path=/;" in each for each in cookies if each.startswith(("lang", "theme", "type")))
    assert 'data-bs-theme="dark"' in client.get("/none").text
    assert 'data-type="large"' in client.get("/none").text
    assert "q=1&amp;type=large&amp;lang=zh" not in answer.text
    assert "lang=zh&amp;theme=dark&amp;type=large&amp;q=1" in answer.text


@pytest.mark.parametrize(
    ("fen", "shown", "typed"),
    [
        (0, "¥0.00", "0.00"),
        (5, "¥0.05", "0.05"),
        (123_450, "¥1,234.50", "1234.50"),
        (-8_000, "−¥80.00", "-80.00"),
        (-1, "−¥0.01", "-0.01"),
        (9_007_199_254_740_993, "¥90,071,992,547,409.93", "90071992547409.93"),
    ],
)
def test_fen_are_written_exactly(fen: int, shown: str, typed: str) -> None:
    assert money_text(fen) == shown
    assert yuan_text(fen) == typed


def test_a_sign_may_be_shown() -> None:
    assert money_text(500, sign=True) == "+¥5.00"
    assert money_text(0, sign=True) == "¥0.00"


def test_moments_are_on_the_tenants_wall_clock(app: Flask) -> None:
    late = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)
    with (
        use_clock(FixedClock(datetime(2026, 3, 1, 16, 33, tzinfo=UTC))),
        app.test_request_context("/?lang=en"),
    ):
        assert i18n.date_text(late) == "2 Mar 2026"
        assert i18n.datetime_text(late) == "2 Mar 2026 00:30"
        assert i18n.relative_text(late) == "3 minutes ago"
        assert i18n.time_tag(late, relative=True) == (
            '<time datetime="2026-03-01T16:30:00+00:00" title="2 Mar 2026 00:30" data-relative>'
            "3 minutes ago</time>"
        )
    with app.test_request_context("/?lang=zh"):
        assert i18n.date_text(date(2026, 3, 2)) == "2026-03-02"


def test_texts_of_people_are_escaped_in_every_piece(app: Flask) -> None:
    source = """
      {% from "macros/ui.html" import badge, stat, copy_id, clause, facts, empty, timeline_item %}
      {% from "macros/forms.html" import field, select, error_summary, textarea %}
      {{ badge("active", evil) }}{{ stat(evil, evil, hint=evil) }}{{ copy_id(evil) }}
      {{ clause(evil, evil) }}{{ facts([(evil, evil)]) }}{{ empty(evil, evil) }}
      {{ timeline_item(evil, now(), who=evil) }}
      {{ field("a", evil, evil, help=evil, errors={"a": evil}, unit=evil, attrs={"data-x": evil}) }}
      {{ textarea("b", evil, evil) }}{{ select("c", evil, [(evil, evil)]) }}
      {{ error_summary({"a": evil}) }}"""
    with app.test_request_context("/"):
        shown = render_template_string(source, evil="<b x='\">!")

    assert "<b x" not in shown
    assert shown.count("&lt;b x=&#39;&#34;&gt;!") > 15


def test_a_field_is_tied_to_its_help_and_error(app: Flask) -> None:
    source = """{% from "macros/forms.html" import money_field %}
      {{ money_field("fee", "Fee", fen=98000, help="A year.", errors={"fee": "Too much."}) }}"""
    with app.test_request_context("/"):
        shown = render_template_string(source)

    assert 'for="f-fee"' in shown
    assert 'aria-describedby="f-fee-error f-fee-help"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'value="980.00"' in shown


def test_pages_of_a_list_know_their_neighbours(app: Flask) -> None:
    page = Page(["x"] * 25, 5, 25, 1284)

    assert (page.pages, page.first, page.last) == (52, 101, 125)
    assert page.window == [1, None, 4, 5, 6, None, 52]
    assert Page([], 1, 25, 0).window == [1]
    with app.test_request_context("/?page=-3&size=9999&sort=-secret&q=a&q=b"):
        assert read_page() == (1, 25)
        assert read_sort(("name",), "name").text == "name"
        assert app.jinja_env.globals["query_url"](page=2, size=None, sort=None) == (  # type: ignore[operator]  # a function among globals
            "/?page=2&q=a&q=b"
        )


def test_a_notice_is_said_once(app: Flask) -> None:
    with app.test_request_context("/"):
        for number in range(9):
            notify(f"the notice {number}", link=("See", "/x"), undo="/undo")
        source = '{% from "macros/ui.html" import notices %}{{ notices() }}'
        first, second = render_template_string(source), render_template_string(source)

    assert [f"the notice {number}" in first for number in range(9)] == [False] * 4 + [True] * 5
    assert "/undo" in first
    assert not second.strip()


def test_an_icon_that_is_not_there_is_an_error_in_tests(app: Flask) -> None:
    with app.test_request_context("/"), pytest.raises(AssetsMissingError, match="no-such"):
        render_template_string('{{ icon("no-such-icon") }}')


def test_assets_are_named_by_their_content_and_kept_for_ever(app: Flask) -> None:
    with app.test_request_context("/"):
        address = render_template_string('{{ asset("app.css") }}')
    with app.test_client().get(address, headers={"Accept-Encoding": "br"}) as answer:
        assert re.fullmatch(r"/static/dist/app-[A-Z0-9]{8}\.css", address)
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Encoding"] == "br"
        assert "Access-Control-Allow-Origin" not in answer.headers


def _without_comments(path: Path) -> str:
    return re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_have_nothing_inline_and_nothing_foreign(path: Path) -> None:
    text = _without_comments(path)
    rules = {
        "a style attribute": r"\sstyle\s*=",
        "a style element": r"<style\b",
        "a handler": r"\son[a-z]+\s*=",
        "an htmx handler": r"\shx-on\b",
        "an inline script": r"<script\b(?![^>]*\bsrc=)",
        "a javascript: address": r"javascript:",
        "a foreign file": r"(?:src|href)\s*=\s*[\"'](?:https?:)?//",
        "unescaped text": r"\|\s*safe\b",
    }
    found = [name for name, rule in rules.items() if re.search(rule, text, re.IGNORECASE)]

    assert not found, f"{path.relative_to(ROOT)} contains {', '.join(found)}"


def test_forms_that_change_something_carry_the_token() -> None:
    for path in TEMPLATES:
        text = _without_comments(path)
        for form in re.findall(
            r"<form\b[^>]*method=[\"']post[\"'].*?</form>", text, re.DOTALL | re.IGNORECASE
        ):
            assert "csrf" in form, f"{path.relative_to(ROOT)}: {form[:120]}"
