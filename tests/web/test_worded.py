"""What the desk says of what cannot be done is said in the reader's language."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

import charterhouse
from charterhouse.web.worded import worded


@pytest.fixture(name="app")
def _app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


ROOT = Path(charterhouse.__file__).parent
SAYING = {
    "ConflictError", "DeskError", "EventError", "MemberCodeError", "NoGatewayError",
    "NothingOwedError", "NotFoundError", "TopUpRefusedError", "UnavailableError",
    "WeakPasswordError", "CharterUnavailableError", "IdempotencyError",
}  # fmt: skip
OF_OPERATORS = ("desk/life/", "desk/samples/", "desk/folder.py", "desk/applying.py")
"""Said on the command line only."""


def sentences() -> Iterator[tuple[str, str]]:
    """Where each sentence is, and the sentence; what differs in it is a 7."""
    for floor in ("desk", "kernel", "payments", "plugins", "records"):
        for path in sorted((ROOT / floor).rglob("*.py")):
            place = str(path.relative_to(ROOT))
            if place.startswith(OF_OPERATORS):
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SAYING:
                    told = _told(node.args[0]) if node.args else ""
                    if told:
                        yield f"{place}:{node.lineno}", told


def _told(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(each.value) if isinstance(each, ast.Constant) else "7" for each in node.values
        )
    return ""


def test_every_sentence_of_the_desk_has_its_chinese(app: Flask) -> None:
    found = dict(sentences())
    assert len(found) > 120
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        english = {place: text for place, text in found.items() if worded(text) == text}
    assert english == {}


@pytest.mark.parametrize(
    ("sentence", "chinese"),
    [
        ("is no field of spend", "spend 没有此字段"),
        ("needs one of stored_value, credit", "须填写其中一项：stored_value, credit"),
        ("must have at most 80 characters", "最多 80 个字符"),
        ("what nobody ever worded 100%", "what nobody ever worded 100%"),
    ],
)
def test_what_differs_stays(app: Flask, sentence: str, chinese: str) -> None:
    for language, expected in (("zh", chinese), ("en", sentence)):
        with app.test_request_context(headers={"Accept-Language": language}):
            assert worded(sentence) == expected
