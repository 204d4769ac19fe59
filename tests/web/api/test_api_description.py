"""The OpenAPI document is true: generated calls never break the server, answers keep to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from charterhouse.kernel.events import FIELDS
from charterhouse.kernel.vocabulary import VERBS
from charterhouse.web.api.kinds import KINDS, VERB_SCHEMAS, schema_name

if TYPE_CHECKING:
    from flask import Flask

# What the schemas do not say: a sum of products, a range of dates, characters nobody can see.
BEYOND_SCHEMAS = re.compile("too large in all|must lie between|no character|direction characters")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(name="document")
def _document(call: Any) -> Any:
    return call("GET", "/openapi.json").json


def test_every_verb_and_field_is_described(document: Any) -> None:
    schemas = document["components"]["schemas"]
    assert document["openapi"].startswith("3.1")
    assert list(VERB_SCHEMAS) == list(VERBS)
    for verb, fields in FIELDS.items():
        made = schemas[schema_name(verb)]
        assert list(made["properties"]) == list(fields), verb
        assert set(made.get("required", ())) == {n for n, f in fields.items() if f.required}
        assert made["additionalProperties"] is False
        assert made["description"]
        assert schemas["Event"]["properties"][verb] == {
            "$ref": f"#/components/schemas/{schema_name(verb)}"
        }
    kinds = {known.kind.name for fields in FIELDS.values() for known in fields.values()}
    assert kinds == set(KINDS)


def test_every_operation_says_what_it_needs_and_answers(document: Any) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method == "parameters":
                continue
            assert operation["summary"], path
            assert operation["x-permissions"], path
            assert "default" in operation["responses"], path
    assert document["security"] == [{"key": []}]


def _examine(app: Flask, call: Any, *, phases: tuple[Phase, ...], examples: int, mode: Any,
             checks: list[Any]) -> int:  # fmt: skip
    """Make calls of all operations; return how many were made."""
    schema = schemathesis.openapi.from_wsgi(f"{call.base}/openapi.json", app)
    # The key is given with each call; the generator need not try to leave it out.
    schema.raw_schema.pop("security")
    ref = call.member()
    made = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def examine(case: Any) -> None:
            nonlocal made
            made += 1
            if "ref" in case.path_parameters and made % 2:
                case.path_parameters["ref"] = ref
            _point(case.body, ref)
            head = {"Authorization": f"Bearer {call.token}", "Accept-Language": "en"}
            response = case.call(headers=head)
            case.validate_response(response, checks=checks)
            if mode is schemathesis.GenerationMode.POSITIVE:
                # What a schema allows, the kernel reads: whether it is accepted is another matter.
                assert response.status_code != 400 or BEYOND_SCHEMAS.search(response.text)

        examine()
    return made


def _point(body: Any, ref: str) -> None:
    """Let generated events speak of somebody who exists, else all end at the unknown id."""
    for fields in body.values() if isinstance(body, dict) else ():
        if isinstance(fields, dict):
            for name in ("member", "person", "referred_by", "to", "sponsor"):
                if isinstance(fields.get(name), str) and re.fullmatch(r"[1-9]\d*", fields[name]):
                    fields[name] = ref


def test_generated_calls_keep_to_the_description(app: Flask, call: Any) -> None:
    made = _examine(
        app,
        call,
        phases=(Phase.generate,),
        examples=40,
        mode=schemathesis.GenerationMode.POSITIVE,
        checks=CHECKS,
    )
    assert made > 200


def test_generated_nonsense_is_refused(app: Flask, call: Any) -> None:
    made = _examine(
        app,
        call,
        phases=(Phase.generate,),
        examples=30,
        mode=schemathesis.GenerationMode.NEGATIVE,
        checks=[*CHECKS, negative_data_rejection],
    )
    assert made > 60
