"""jsonschema-rs decides and python-jsonschema words: the two never differ, and the words are for people."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execmock.core.contract.names import CREATE_BODY, EXECUTE_BODY
from execmock.core.schema.validator import SchemaValidator
from execmock.core.schema.violation import Violation, shorten, shortened
from execmock.loading.contract import shipped_contract

CONTRACT = shipped_contract()
BODIES = {
    name: SchemaValidator(CONTRACT.standalone(operation.body.content["application/json"]))
    for name, operation in CONTRACT.operations.items()
    if operation.body
}
NAMES = {
    "createExecution": [*CONTRACT.schema(CREATE_BODY)["properties"], "more"],
    "executeWorkflow": [*CONTRACT.schema(EXECUTE_BODY)["properties"], "more"],
}
PARAMETERS = {
    f"{name} {parameter.name}": SchemaValidator(parameter.schema, parameter.name)
    for name, operation in CONTRACT.operations.items()
    for parameter in operation.parameters
}

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(2**63 - 2, 2**63 + 2),
    st.integers(-(2**70), 2**70),
    st.just(10**300),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, 1.0, 1.5, -1.0, "", "id", "hashid", "key", "ID", "1", "main"]),
    TEXTS,
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
)


def near(name: str) -> st.SearchStrategy[Any]:
    """Bodies that have some of the schema's properties, mostly of the right type."""
    values = st.one_of(TEXTS, st.sampled_from(["id", "key"]), st.dictionaries(TEXTS, JSON, max_size=2), JSON)
    return JSON | st.dictionaries(st.sampled_from(NAMES[name]), values)


@pytest.mark.parametrize("name", sorted(BODIES))
@given(st.data())
def test_both_validators_give_the_same_verdict_on_a_body(name: str, data: st.DataObject) -> None:
    value = data.draw(near(name))
    validator = BODIES[name]
    assert validator.is_valid(value) == validator.agrees(value)
    assert validator.is_valid(value) == (validator.violations(value) == [])


@pytest.mark.parametrize("name", sorted(PARAMETERS))
@given(JSON)
def test_both_validators_give_the_same_verdict_on_a_parameter(name: str, value: Any) -> None:
    validator = PARAMETERS[name]
    assert validator.is_valid(value) == validator.agrees(value)
    assert validator.is_valid(value) == (validator.violations(value) == [])


@given(near("createExecution"))
def test_each_violation_is_said_once_in_the_order_of_its_place(value: Any) -> None:
    said = BODIES["createExecution"].violations(value)
    assert len({str(violation) for violation in said}) == len(said)
    assert all(violation.where.split("/")[0] == "body" for violation in said)


SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 3},
        "kind": {"enum": ["a", "b"]},
        "sure": {"const": True},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "share": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        "items": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": ["string", "null"]}},
        "code": {"type": "string", "pattern": "^x"},
        "even": {"multipleOf": 2},
        "way": {
            "anyOf": [
                {"type": "object", "required": ["to"], "properties": {"to": {"type": "string"}}},
                {"type": "array", "items": {"type": "string"}},
                {"type": "null"},
            ]
        },
    },
}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": None}, "body/name: expected a string, received null"),
        ({"name": ""}, 'body/name: expected at least 1 character, received ""'),
        ({"name": "abcd"}, 'body/name: expected at most 3 characters, received "abcd"'),
        ({"kind": "c"}, 'body/kind: expected one of a, b, received "c"'),
        ({"sure": False}, "body/sure: expected true, received false"),
        ({"count": 0}, "body/count: expected at least 1, received 0"),
        ({"count": 10}, "body/count: expected at most 9, received 10"),
        ({"count": "1"}, 'body/count: expected an integer, received "1"'),
        ({"share": 0}, "body/share: expected more than 0, received 0"),
        ({"share": 1}, "body/share: expected less than 1, received 1"),
        ({"items": []}, "body/items: expected at least 1 item, received []"),
        ({"items": ["", "", ""]}, 'body/items: expected at most 2 items, received ["", "", ""]'),
        ({"items": [4]}, "body/items/0: expected a string, received 4"),
        ({"code": "y"}, 'body/code: expected text that matches ^x, received "y"'),
        ({"even": 3}, "body/even: expected multipleOf 2, received 3"),
        ({"way": {}}, "body/way/to: expected a string (required), received nothing"),
        ({"way": {"to": 1}}, "body/way/to: expected a string, received 1"),
        ({"way": [1]}, "body/way/0: expected a string, received 1"),
        ({"way": 7}, "body/way: expected an object or an array, received 7"),
        (
            {"nam": 1},
            (
                "body/nam: expected one of name, kind, sure, count, share, items, code, even, way, "
                "received 1. Did you mean 'name'?"
            ),
        ),
    ],
)
def test_a_violation_says_where_what_was_expected_and_what_came(
    change: dict[str, Any], sentence: str
) -> None:
    assert [str(found) for found in SchemaValidator(SCHEMA).violations({"name": "x", **change})] == [sentence]


def test_every_violation_is_named() -> None:
    found = SchemaValidator(SCHEMA).violations({"count": 0, "kind": 5})
    assert [violation.where for violation in found] == ["body/name", "body/count", "body/kind"]
    assert [violation.as_json().get("received", "-") for violation in found] == ["-", 0, 5]


def test_an_entry_of_details_leaves_out_what_did_not_come() -> None:
    assert Violation("query/token", "a string (required)").as_json() == {
        "location": "query/token",
        "expected": "a string (required)",
        "message": "query/token: expected a string (required), received nothing",
    }


def test_long_values_are_shortened() -> None:
    assert len(shorten(["x"] * 1_000)) == 120
    assert shortened("x" * 120) == "x" * 120
    assert shortened("x" * 121) == "x" * 119 + "…"
    assert shortened({"a": 1}) == '{"a": 1}'
    assert [shortened(value) for value in (None, True, 3, 1.5)] == [None, True, 3, 1.5]
