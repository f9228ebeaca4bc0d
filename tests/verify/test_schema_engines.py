"""Where the two schema engines differ, as far as is known; over the contract's own schemas they agree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execmock.core.contract import Contract
from execmock.core.schema.validator import SchemaValidator
from execmock.loading.contract import shipped_contract
from execmock.verify.answer_schemas import Part, schema_of
from execmock.verify.schema_judge import SchemaJudge
from execmock.verify.second_opinion import SecondOpinion
from tests.effort import examples
from tests.verify.test_judging import seen

CONTRACT = shipped_contract()
JUDGED: list[tuple[str, Part]] = [
    *((name, part) for name in CONTRACT.operations for part in ("types", "whole")),
    *((name, "body") for name, operation in CONTRACT.operations.items() if operation.body),
]


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


TREE = {"$ref": "#/components/schemas/Tree"}
FIRST_ACCEPTS = "python-jsonschema finds the value broken, jsonschema-rs accepts it"
FIRST_REFUSES = "jsonschema-rs finds the value broken, python-jsonschema accepts it"
SECOND_RAISES = "python-jsonschema cannot judge it ("
DIFFERENCES: list[tuple[str, dict[str, Any], Any, str]] = [
    ("recursion: a tree of 300 levels", TREE, nested(300), "it nests deeper than 100 levels"),
    ("NaN", {"type": "number"}, float("nan"), FIRST_REFUSES),
    ("multiples of 0.01", {"multipleOf": 0.01}, 19.99, FIRST_ACCEPTS),
    (
        "multiples of 3, large",
        {"multipleOf": 3},
        Decimal("3e400"),
        "a number in it is beyond what can be divided",
    ),
    ("pattern: $ before a last line feed", {"pattern": "^a$"}, "a\n", FIRST_REFUSES),
    ("pattern: digits of other scripts", {"pattern": r"^\d$"}, "\u0663", FIRST_REFUSES),
    ("pattern: letters of other scripts", {"pattern": r"^\w$"}, "é", FIRST_REFUSES),
    ("pattern: a byte order mark is a space", {"pattern": r"^\s$"}, "\ufeff", FIRST_ACCEPTS),
    ("pattern: properties of characters", {"pattern": r"^\p{L}$"}, "é", SECOND_RAISES),
]
ALIKE: list[tuple[str, dict[str, Any], Any, bool]] = [
    ("1.0 is an integer", {"type": "integer"}, 1.0, True),
    ("1e300 is an integer", {"type": "integer"}, 1e300, True),
    ("an integer beyond 64 bits", {"type": "integer"}, 10**30, True),
    ("true is not 1", {"enum": [1]}, True, False),
    ("1.0 is 1", {"enum": [1]}, 1.0, True),
    ("integers that one float stands for", {"const": 2**53 + 1}, float(2**53), False),
    ("[1] and [true] are two", {"uniqueItems": True}, [[1], [True]], True),
    ("1 and 1.0 are one", {"uniqueItems": True}, [1, 1.0], False),
    ("an emoji is one character", {"maxLength": 1}, "\U0001f600", True),
    ("half of one is one", {"maxLength": 1}, "\ud83d", True),
    ("a long text", {"maxLength": 5}, "x" * 1_000_000, False),
    ("deep nesting that the schema leaves free", {"type": "array"}, nested(900), True),
    ("a misfit of 300 levels", {"type": "object"}, nested(300), False),
    (
        "a misfit among a million levels",
        {"properties": {"a": {"type": "object"}}},
        {"a": nested(10**6)},
        False,
    ),
    (
        "a member of many levels",
        {"properties": {"a": {"type": "array"}, "b": False}},
        {"a": nested(999)},
        True,
    ),
    ("an integer of 5,000 digits", {"type": "integer", "minimum": 5}, Decimal("9" * 5000), True),
    ("one that is too large", {"maximum": 5}, Decimal("9" * 5000), False),
    ("one of 5,000 digits below 0", {"maximum": 5}, Decimal("-" + "9" * 5000), True),
    ("a number beyond 1e308", {"type": "number", "minimum": 5}, Decimal("1.5e400"), True),
    ("a number next to 0", {"exclusiveMinimum": 0, "maximum": 0.1}, Decimal("1e-400"), True),
    ("format date-time says nothing", {"format": "date-time"}, "soon", True),
    ("format uri says nothing", {"format": "uri"}, ":", True),
    ("format uuid says nothing", {"format": "uuid"}, "x", True),
    ("no member at all", {"additionalProperties": False}, {"x": 1}, False),
    ("an unknown member", {"properties": {"a": {}}, "additionalProperties": False}, {"x": 1}, False),
    ("a name that may not be", {"propertyNames": {"maxLength": 1}}, {"xy": 1}, False),
    ("a member that another asks for", {"dependentRequired": {"a": ["b"]}}, {"a": 1}, False),
    ("alternatives", {"anyOf": [{"required": ["a"]}, {"type": "string"}]}, {}, False),
    ("alternatives that both fit", {"oneOf": [{"type": "integer"}, {"minimum": 3}]}, 4, False),
    ("what nothing fits", {"properties": {"a": False}}, {"a": 1}, False),
    ("a member inside of another", {"properties": {"a": {"items": {"required": ["b"]}}}}, {"a": [{}]}, False),
]


def contract_with(schema: dict[str, Any]) -> Contract:
    """Return a contract of one operation, whose body has the schema."""
    media = {"application/json": {"schema": schema}}
    operation = {
        "operationId": "op",
        "requestBody": {"content": media},
        "responses": {"200": {"description": "", "content": media}},
    }
    return Contract(
        {
            "openapi": "3.1.0",
            "paths": {"/op": {"post": operation}},
            "components": {"schemas": {"Tree": {"items": TREE}}},
        }
    )


def opinion(schema: dict[str, Any], value: Any, **options: Any) -> Any:
    judge = SchemaJudge(contract_with(schema), every=1, **options)
    return judge.body(seen(1, None, operation="op"), value, accuses=None)


@pytest.mark.parametrize(
    ("schema", "value", "how"), [each[1:] for each in DIFFERENCES], ids=[each[0] for each in DIFFERENCES]
)
def test_what_the_engines_are_known_to_judge_differently_is_not_judged(
    schema: dict[str, Any], value: Any, how: str
) -> None:
    found = opinion(schema, value)
    assert found.violations == ()
    assert how in found.reason


@pytest.mark.parametrize(
    ("schema", "value", "fits"), [each[1:] for each in ALIKE], ids=[each[0] for each in ALIKE]
)
def test_what_is_often_taken_differently_is_judged_alike(
    schema: dict[str, Any], value: Any, fits: bool
) -> None:
    found = opinion(schema, value)
    assert found.reason == ""
    assert (found.violations == ()) is fits


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 200),
    st.sampled_from([0.0, -0.0, 1.0, 1.5, 1e300, 2**53 + 1, 2**63, -(2**64), 10**40]),
    st.text(st.characters(exclude_characters="\n"), max_size=6),  # of known effect on a pattern with $
    st.sampled_from(["", "workflow_queued", "2026-01-01T09:00:00Z", "2026-01-01", "\ud800", "é", "a" * 500]),
    st.sampled_from([[], {}, [[]], [{}], [None], {"id": 1}, {"": ""}, {"\ud800": 1}, nested(40)]),
)
SAMPLES = [
    json.loads(json.dumps(example))
    for operation in CONTRACT.operations.values()
    for example in operation.success.examples.values()
]


def spots(value: Any) -> Iterator[tuple[Any, str | int]]:
    """Yield every place in a value: the object or array, and the name or number in it."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for part, inner in members:
        yield value, part
        yield from spots(inner)


@st.composite
def near_misses(draw: st.DrawFn) -> Any:
    """Draw an answer of the contract, or a part of it, with odd values in some places, or without them."""
    value = deepcopy(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(1, 3))):
        if places := list(spots(value)):
            holder, part = draw(st.sampled_from(places))
            if draw(st.booleans()):
                holder[part] = deepcopy(draw(ODD))
            else:
                del holder[part]
    return value["data"] if isinstance(value, dict) and "data" in value and draw(st.booleans()) else value


@settings(max_examples=examples(50))
@given(near_misses() | ODD)
def test_over_the_contract_the_engines_find_the_same(value: Any) -> None:
    for operation, part in JUDGED:
        schema = schema_of(CONTRACT, operation, part).document
        found = SchemaValidator(schema, "").violations(value)
        broken = set(SecondOpinion(schema).broken(value))
        told = {each.path[:-1] if each.unknown else each.path for each in found}
        assert bool(found) == bool(broken), (operation, part)
        assert told <= broken, (operation, part)
