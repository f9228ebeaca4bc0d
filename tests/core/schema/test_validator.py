"""What breaks a schema is found wherever it stands, and told in words for people."""

from __future__ import annotations

from collections.abc import Iterator
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
def test_there_are_violations_of_a_body_if_it_does_not_fit(name: str, data: st.DataObject) -> None:
    value = data.draw(near(name))
    assert BODIES[name].is_valid(value) == (BODIES[name].violations(value) == [])


@pytest.mark.parametrize("name", sorted(PARAMETERS))
@given(JSON)
def test_there_are_violations_of_a_parameter_if_it_does_not_fit(name: str, value: Any) -> None:
    assert PARAMETERS[name].is_valid(value) == (PARAMETERS[name].violations(value) == [])


def test_what_two_schemas_find_wrong_is_told_once() -> None:
    twice = SchemaValidator({"allOf": [{"type": "string"}, {"type": "string"}, {"const": "x"}]})
    assert [violation.expected for violation in twice.violations(1)] == ["a string", '"x"']


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
        "few": {"type": "object", "minProperties": 1, "maxProperties": 1},
        "pairs": {"uniqueItems": True},
        "never": False,
        "both": {"dependentRequired": {"a": ["b"]}},
        "one": {"oneOf": [{"type": "integer"}, {"minimum": 3}]},
        "options": {"enum": ["a", None, True, 3]},
        "odd": {
            "patternProperties": {"^x-": {"type": "string"}},
            "properties": {"k": {}},
            "additionalProperties": False,
        },
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
        ({"even": 3}, "body/even: expected a multiple of 2, received 3"),
        ({"few": {}}, "body/few: expected at least 1 key, received {}"),
        ({"few": {"a": 1, "b": 2}}, 'body/few: expected at most 1 key, received {"a": 1, "b": 2}'),
        ({"pairs": [1, 1]}, "body/pairs: expected no item twice, received [1, 1]"),
        ({"never": 1}, "body/never: expected nothing here, received 1"),
        ({"both": {"a": 1}}, "body/both/b: expected a value (required), received nothing"),
        ({"one": 4}, "body/one: expected one of the alternatives alone, received 4"),
        ({"options": 7}, "body/options: expected one of a, null, true, 3, received 7"),
        ({"odd": {"x-a": "", "y": 1}}, "body/odd/y: expected one of k, received 1"),
        ({"way": {}}, "body/way/to: expected a string (required), received nothing"),
        ({"way": {"to": 1}}, "body/way/to: expected a string, received 1"),
        ({"way": [1]}, "body/way/0: expected a string, received 1"),
        ({"way": 7}, "body/way: expected an object or an array, received 7"),
        (
            {"nam": 1},
            (
                "body/nam: expected one of name, kind, sure, count, share, items, code, even, few, pairs, "
                "never, both, one, options, odd, way, received 1. Did you mean 'name'?"
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


NAMES_OF_MEMBERS = st.sampled_from(["", "0", "01", "+1", "1", "a", "a/b", "~1", "\U0001f600"])
TREES = st.recursive(
    st.sampled_from(["", "x", 7, None]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES_OF_MEMBERS, inner, max_size=3),
)
TREE = SchemaValidator(
    {
        "$ref": "#/$defs/tree",
        "$defs": {
            "tree": {
                "type": ["object", "array", "null"],
                "items": {"$ref": "#/$defs/tree"},
                "additionalProperties": {"$ref": "#/$defs/tree"},
            }
        },
    },
    "",
)


def misfits(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict | list):
        for part, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from misfits(inner, (*path, part))
    elif value is not None:
        yield path, value


@given(TREES)
def test_a_violation_is_found_under_any_key(value: Any) -> None:
    """jsonschema-rs leaves empty keys out of its paths, and reads `"01"` as a number."""
    found = {(violation.path, violation.received) for violation in TREE.violations(value)}
    assert found <= set(misfits(value))
    assert {received for _, received in found} == {received for _, received in misfits(value)}


def test_half_of_a_surrogate_pair_is_told_as_a_question_mark() -> None:
    [violation] = SchemaValidator({"pattern": "^x"}, "header/X").violations("a\udcff")
    assert str(violation) == 'header/X: expected text that matches ^x, received "a?"'


WRAPPED = {
    name: SchemaValidator({"allOf": [CONTRACT.standalone(operation.body.content["application/json"])]})
    for name, operation in CONTRACT.operations.items()
    if operation.body
}


@pytest.mark.parametrize("name", sorted(BODIES))
@given(st.data())
def test_what_is_in_free_form_members_changes_no_message(name: str, data: st.DataObject) -> None:
    """The same schema inside allOf is not known to leave members free, so the whole value is looked at."""
    value = data.draw(near(name))
    assert BODIES[name].violations(value) == WRAPPED[name].violations(value)


@pytest.mark.parametrize("schema", [{}, {"maxProperties": 60}, {"additionalProperties": False}])
def test_many_members_that_nothing_is_said_of_change_no_message(schema: dict[str, Any]) -> None:
    schema = {"properties": {"a": {"type": "string"}}, "required": ["a", "b", "c"], **schema}
    value = {"a": 1, "b": 2, **{f"x{number}": 1 for number in range(100)}}
    assert SchemaValidator(schema).violations(value) == SchemaValidator({"allOf": [schema]}).violations(value)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (
            {"properties": {"a": {}}, "additionalProperties": False},
            {f"x{number}": 1 for number in range(3_000)},
        ),
        ({"items": {"type": "string"}}, [1] * 3_000),
    ],
)
def test_of_thousands_of_violations_the_first_are_told(schema: dict[str, Any], value: Any) -> None:
    assert len(SchemaValidator(schema).violations(value)) == 1_000


def test_a_misfit_that_nests_deeper_than_the_engine_reads_raises_a_value_error() -> None:
    deep: Any = 1
    for _ in range(300):
        deep = [deep]
    with pytest.raises(ValueError, match="Recursion limit"):
        SchemaValidator({"type": "object"}).violations(deep)


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
