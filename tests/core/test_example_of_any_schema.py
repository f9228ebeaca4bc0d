"""Whatever the schema, its example fits it, or the error says that there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema_rs
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from jsonschema import Draft202012Validator

from execmock.core.example import ExampleError, example_of

Schema = dict[str, Any]
NAMES = ("a", "b", "c")
REFERENCES = st.sampled_from(["One", "Two", "Three"]).map(
    lambda name: {"$ref": f"#/components/schemas/{name}"}
)
SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "text"])
NUMBERS = st.integers(-200, 200) | st.floats(-50, 50).map(lambda number: round(number, 3))


def between(low: str, high: str, numbers: SearchStrategy[Any]) -> SearchStrategy[Schema]:
    """Return either bound, both in order, or none."""
    pair = st.tuples(numbers, numbers).map(sorted)
    return pair.flatmap(
        lambda two: st.sampled_from([{}, {low: two[0]}, {high: two[1]}, {low: two[0], high: two[1]}])
    )


def of(kind: str, *parts: SearchStrategy[Schema]) -> SearchStrategy[Schema]:
    return st.tuples(*parts).map(
        lambda found: {"type": kind, **{k: v for part in found for k, v in part.items()}}
    )


def sometimes(key: str, values: SearchStrategy[Any]) -> SearchStrategy[Schema]:
    return st.just({}) | values.map(lambda value: {key: value})


SIMPLE = (
    of("string", between("minLength", "maxLength", st.integers(0, 30)))
    | of(
        "string",
        sometimes("pattern", st.sampled_from(["^wf_[0-9a-v]{20}$", "[A-Z]{2,}", "^(on|off)$", r"\d+"])),
    )
    | of(
        "string", sometimes("format", st.sampled_from(["date-time", "uuid", "email", "uri", "ipv6", "time"]))
    )
    | of("integer", between("minimum", "maximum", st.integers(-200, 200)))
    | of("number", between("minimum", "maximum", NUMBERS))
    | of("number", sometimes("multipleOf", st.sampled_from([0.25, 0.5, 3])), sometimes("minimum", NUMBERS))
    | st.sampled_from([{"type": "boolean"}, {"type": "null"}, {}])
    | st.lists(SCALARS, min_size=1, max_size=3).map(lambda values: {"enum": values})
    | SCALARS.map(lambda value: {"const": value})
)


def grown(inner: SearchStrategy[Any]) -> SearchStrategy[Schema]:
    """Return schemas that every part of can be made, so that they can be made themselves."""
    properties = st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    return (
        of("array", sometimes("items", inner), between("minItems", "maxItems", st.integers(0, 6)))
        | of(
            "object",
            properties.map(lambda found: {"properties": found}),
            sometimes("required", st.lists(st.sampled_from(NAMES), unique=True)),
            sometimes("additionalProperties", inner),
        )
        | of(
            "object", sometimes("additionalProperties", inner), sometimes("minProperties", st.integers(0, 4))
        )
        | st.lists(inner, min_size=1, max_size=3).map(lambda options: {"anyOf": options})
        | inner.map(lambda part: {"allOf": [part, {"description": "the same once more"}]})
    )


POSSIBLE = st.recursive(SIMPLE, grown, max_leaves=8)


def wild(inner: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """Return schemas of keywords that may contradict each other."""
    some = st.lists(inner, min_size=1, max_size=3)
    keywords: Mapping[str, SearchStrategy[Any]] = {
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), some),
        **dict.fromkeys(("not", "if", "then", "else", "items", "contains", "additionalProperties"), inner),
        **dict.fromkeys(("minItems", "maxItems", "minProperties", "maxProperties"), st.integers(0, 5)),
        **dict.fromkeys(("minLength", "maxLength", "minContains"), st.integers(0, 5)),
        **dict.fromkeys(("minimum", "exclusiveMaximum", "exclusiveMinimum", "maximum"), NUMBERS),
        "properties": st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
        "required": st.lists(st.sampled_from(NAMES), unique=True),
        "propertyNames": inner,
        "uniqueItems": st.booleans(),
        "pattern": st.sampled_from(["^a+$", "(?=b)a", "[0-9]{3}"]),
        "type": st.sampled_from(["string", "integer", "number", "boolean", "object", "array", "null"]),
        "$ref": REFERENCES.map(lambda reference: reference["$ref"]),
    }
    return st.fixed_dictionaries({}, optional=keywords)


WILD = st.recursive(
    SIMPLE | REFERENCES | st.booleans(), lambda inner: wild(inner) | grown(inner), max_leaves=6
)


def fits(document: Schema, schema: Any, value: Any) -> bool:
    whole = {**document, **schema} if isinstance(schema, dict) else schema
    first = jsonschema_rs.is_valid(whole, value)
    try:
        second = Draft202012Validator(whole).is_valid(value)
    except RecursionError:
        return first  # a schema that is a part of itself: the other library follows it without end
    assert first == second
    return second


@given(POSSIBLE, st.binary(min_size=16, max_size=16))
@settings(max_examples=150)
def test_what_can_be_made_is_made_and_fits(schema: Schema, seed: bytes) -> None:
    made = example_of({}, schema, seed)
    assert fits({}, schema, made), made
    assert example_of({}, schema, seed) == made


@given(st.tuples(WILD, WILD, WILD), WILD, st.binary(min_size=16, max_size=16))
@settings(max_examples=150)
def test_an_example_of_any_schema_fits_or_is_refused(
    parts: tuple[Any, Any, Any], schema: Any, seed: bytes
) -> None:
    document = {"components": {"schemas": dict(zip(("One", "Two", "Three"), parts, strict=True))}}
    try:
        made = example_of(document, schema, seed)
    except ExampleError:
        return
    assert fits(document, schema, made), made
