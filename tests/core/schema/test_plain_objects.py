"""The short way to word violations says what the long way says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from execmock.core.schema.plain_objects import PlainObject
from execmock.core.schema.validator import SchemaValidator
from execmock.core.schema.violation import Violation
from execmock.core.schema.wording import worded

NAMES = st.sampled_from(["b", "a", "id", "A b", "0"])
TYPES = st.sampled_from(["array", "boolean", "integer", "null", "number", "object", "string"])
TYPE = TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True)
ASKING_MORE = st.sampled_from(
    [{"enum": ["x"]}, {"minLength": 3}, {"additionalProperties": False}, {"minimum": 2}]
)
PARTS = st.one_of(
    st.builds(lambda kind: {"type": kind}, TYPE),
    st.just({"description": "anything"}),
    st.builds(lambda kind, more: {"type": kind, **more}, TYPE, ASKING_MORE),
    st.just({"type": "object", "additionalProperties": True, "x-note": 1}),
)
SCHEMAS = st.builds(
    lambda properties, required: {"type": "object", "properties": properties, "required": required},
    st.dictionaries(NAMES, PARTS),
    st.lists(NAMES, unique=True),
)
LEAVES = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([1.0, 1.5, "", "x", "ä\n", "y" * 200])
)
VALUES = LEAVES | st.lists(LEAVES, max_size=2) | st.dictionaries(NAMES, LEAVES | st.just({}) | st.just([1]))


def full(violations: list[Violation]) -> list[Any]:
    return [(v.as_json(), v.path, v.missing, v.unknown, v.hint) for v in violations]


def the_long_way(schema: dict[str, Any], value: Any) -> list[Violation]:
    found = worded(Draft202012Validator(schema).iter_errors(value), "body")
    return list({str(violation): violation for violation in found}.values())


@given(SCHEMAS, VALUES)
def test_both_ways_say_the_same(schema: dict[str, Any], value: Any) -> None:
    assert full(SchemaValidator(schema).violations(value)) == full(the_long_way(schema, value))


BODY = {
    "type": "object",
    "required": ["id", "kind"],
    "properties": {"id": {"type": "string"}, "n": {"enum": [1]}},
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"id": 1}, [(("kind",), "a value (required)", True), (("id",), "a string", False)]),
        ([], [((), "an object", False)]),
        ({"id": "x", "kind": 1}, None),
        ({"id": 1, "kind": 1, "n": 2}, None),
    ],
)
def test_what_can_be_told_is_told_and_nothing_else(value: Any, expected: Any) -> None:
    plain = PlainObject.of(BODY)
    assert plain is not None
    assert plain.faults(value) == expected


@pytest.mark.parametrize(
    "more", [{"additionalProperties": False}, {"minProperties": 1}, {"type": "array"}, {"allOf": []}]
)
def test_a_schema_that_asks_for_more_is_no_plain_object(more: dict[str, Any]) -> None:
    assert PlainObject.of({**BODY, **more}) is None
