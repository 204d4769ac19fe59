"""The description of the API: the OpenAPI document, and a page that people can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask import Blueprint, Response, current_app, jsonify, render_template, request

from charterhouse.kernel.vocabulary import VERBS
from charterhouse.web.api.kinds import schema_name
from charterhouse.web.permissions import PERMISSIONS, public

__all__ = ["docs"]

docs = Blueprint("api_docs", __name__, url_prefix="/api")

_OPEN = "It describes the interface, which is the same for all and holds nothing of anybody."


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field of a schema, or a parameter, as a line of a table."""

    name: str
    kind: str
    must: bool
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as the page shows it."""

    method: str
    path: str
    title: str
    about: str
    rights: tuple[str, ...]
    parameters: tuple[FieldRow, ...]
    body: tuple[FieldRow, ...]
    answers: tuple[tuple[str, str, str], ...]

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return (
            f"{self.method.lower()}{self.path.replace('/', '-').replace('{', '').replace('}', '')}"
        )


def _document() -> dict[str, Any]:
    kept = cast("dict[str, Any]", current_app.extensions["charterhouse.openapi"])
    return {**kept, "servers": [{"url": request.script_root or "/"}]}


@docs.get("/v1/openapi.json")
@public(reason=_OPEN)
def openapi() -> Response:
    """The OpenAPI 3.1 document."""
    return jsonify(_document())


@docs.get("/docs")
@public(reason=_OPEN)
def page() -> str:
    """The same document for people."""
    document = _document()
    schemas = document["components"]["schemas"]
    verbs = {verb: schemas[schema_name(verb)] for verb in VERBS}
    inputs = {schema_name(verb) for verb in VERBS} | {"Event", "PersonIn"}
    return render_template(
        "api/docs.html",
        operations=list(_operations(document)),
        verbs=[(verb, _plain(each["description"]), _rows(each)) for verb, each in verbs.items()],
        verb_rights=document["x-verb-permissions"],
        answers=[
            (name, _plain(each.get("description", "")), _rows(each))
            for name, each in schemas.items()
            if name not in inputs and "properties" in each
        ],
        rights=PERMISSIONS,
    )


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    responses = document["components"]["responses"]
    for path, methods in document["paths"].items():
        common = methods.get("parameters", [])
        for method in ("get", "post"):
            if method not in methods:
                continue
            each = methods[method]
            content = each.get("requestBody", {}).get("content", {})
            body = content.get("application/json", {}).get("schema", {})
            yield Operation(
                method=method.upper(),
                path=path,
                title=each.get("summary", ""),
                about=each.get("description", ""),
                rights=tuple(each["x-permissions"]),
                parameters=tuple(
                    FieldRow(p["name"], _kind(p["schema"]), p.get("required", False),
                             p.get("description", ""))
                    for p in [*common, *each.get("parameters", [])]
                ),
                body=_body(document, body),
                answers=tuple(
                    (status, told["description"], _kind(_schema_of(told)))
                    for status, told in _told(each, responses)
                ),
            )  # fmt: skip


def _body(document: Mapping[str, Any], body: Mapping[str, Any]) -> tuple[FieldRow, ...]:
    name = str(body.get("$ref", "")).rpartition("/")[2]
    if name == "Event":
        return (FieldRow("{verb}", "Event", must=True, about=""),)
    return _rows(document["components"]["schemas"][name]) if name else ()


def _told(
    operation: Mapping[str, Any], responses: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for status, told in sorted(operation["responses"].items()):
        name = str(told.get("$ref", "")).rpartition("/")[2]
        yield status, responses[name] if name else told


def _schema_of(told: Mapping[str, Any]) -> Mapping[str, Any]:
    content = told.get("content", {}).get("application/json", {})
    return cast("Mapping[str, Any]", content.get("schema", {}))


def _plain(text: str) -> str:
    return text.replace("`", "")


def _rows(schema: Mapping[str, Any]) -> tuple[FieldRow, ...]:
    must = set(schema.get("required", ()))
    return tuple(
        FieldRow(name, _kind(each), name in must, _about(each))
        for name, each in schema["properties"].items()
    )


def _about(schema: Mapping[str, Any]) -> str:
    text = _plain(str(schema.get("description", "")))
    examples = schema.get("examples")
    shown = f"{text} " if text else ""
    return f"{shown}({examples[0]})" if examples else text


def _kind(schema: Mapping[str, Any]) -> str:
    """What a value is, in few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    choices = next((schema[each] for each in ("oneOf", "anyOf", "allOf") if each in schema), None)
    if choices is not None:
        return " | ".join(dict.fromkeys(_kind(each) for each in choices))
    fixed = schema.get("enum", [schema["const"]] if "const" in schema else ())
    if fixed:
        return " | ".join(f'"{each}"' for each in fixed)
    kind = schema.get("type", "")
    if kind == "array":
        return f"[{_kind(schema.get('items', {}))}]"
    return (
        " | ".join(kind) if isinstance(kind, list) else str(schema.get("format") or kind or "any")
    )
