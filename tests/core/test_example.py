"""Examples made from schemas fit them: python-jsonschema judges the shape, jsonschema-rs the formats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator

from execmock.core.contract import Contract
from execmock.core.example import ExampleError, example_of
from execmock.loading.contract import load_contract, shipped_contract
from execmock.server.control import app as control

SEEDS = [bytes([number]) * 16 for number in range(6)]
FORMATS = (
    *(
        "date",
        "date-time",
        "duration",
        "email",
        "hostname",
        "idn-email",
        "idn-hostname",
        "ipv4",
        "ipv6",
        "iri",
    ),
    *("iri-reference", "json-pointer", "regex", "relative-json-pointer", "time", "uri", "uri-reference"),
    *("uri-template", "uuid"),
)
DOCUMENT = {
    "paths": {"/a": {"size": {"type": "integer", "minimum": 3}}},
    "components": {
        "schemas": {
            "Base": {
                "type": "object",
                "required": ["id"],
                "properties": {"id": {"type": "string", "minLength": 5}},
                "examples": [{"id": "alone"}],
            },
            "Tree": {
                "type": "object",
                "required": ["name", "children"],
                "properties": {
                    "name": {"type": "string"},
                    "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
                    "parent": {"$ref": "#/components/schemas/Tree"},
                },
            },
            "Forest": {
                "type": "object",
                "additionalProperties": {"$ref": "#/components/schemas/Forest"},
            },
            "Endless": {
                "type": "object",
                "required": ["next"],
                "properties": {"next": {"$ref": "#/components/schemas/Endless"}},
            },
        }
    },
}
BASE = {"$ref": "#/components/schemas/Base"}
NARROW = {
    "type": "object",
    "required": ["a"],
    "properties": {"a": {"const": 1}},
    "additionalProperties": False,
}
WIDE = {
    "type": "object",
    "required": ["b"],
    "properties": {"b": {"type": "null"}},
    "additionalProperties": False,
}
CASES: Mapping[str, Any] = {
    "anything": {},
    "true": True,
    "two types": {"type": ["null", "integer"]},
    "null alone": {"type": "null"},
    "boolean": {"type": "boolean"},
    "const": {"const": {"a": [1]}},
    "enum": {"enum": [None, "a", "b"]},
    "enum of null": {"enum": [None]},
    "long text": {"type": "string", "minLength": 300},
    "short text": {"type": "string", "maxLength": 1},
    "no text": {"type": "string", "maxLength": 0},
    "pattern": {"type": "string", "pattern": "^wf_[0-9a-v]{20}$"},
    "pattern with alternatives": {"pattern": r"^(a|b{2,}|\d+-[^x]*)\.?$"},
    "pattern in a part of the text": {"pattern": "[A-Z]{3}", "minLength": 3, "maxLength": 3},
    "pattern and a length": {"pattern": "^[a-z]+$", "minLength": 4, "maxLength": 6},
    "base64": {"type": "string", "contentEncoding": "base64"},
    "unknown format": {"type": "string", "format": "mood"},
    "integer": {"type": "integer"},
    "integer in bounds": {"type": "integer", "minimum": 7, "maximum": 7},
    "negative": {"type": "integer", "maximum": -5},
    "between exclusive bounds": {"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5},
    "bounds that are not whole": {"type": "integer", "minimum": 0.5, "maximum": 1.5},
    "beyond 64 bits": {"type": "integer", "minimum": 10**30},
    "multiple": {"type": "integer", "multipleOf": 250, "minimum": 1},
    "multiple of a fraction": {"type": "integer", "multipleOf": 1.5, "minimum": 1},
    "number": {"type": "number"},
    "multiple of a hundredth": {"type": "number", "multipleOf": 0.01, "minimum": 0, "maximum": 0.05},
    "small number": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.001},
    "bounds without a type": {"minimum": 3},
    "int32": {"type": "integer", "format": "int32", "minimum": 2147483600},
    "array": {"type": "array", "items": {"type": "integer"}},
    "many items": {"type": "array", "items": {"type": "integer"}, "minItems": 30},
    "no items": {"type": "array", "maxItems": 0},
    "different items": {"type": "array", "items": {"enum": [1, 2, 3]}, "minItems": 3, "uniqueItems": True},
    "tuple": {"prefixItems": [{"const": 1}, {"type": "string"}], "items": False},
    "contains": {"type": "array", "contains": {"const": "x"}, "minContains": 2, "items": {"type": "string"}},
    "map": {"type": "object", "additionalProperties": {"type": "integer"}},
    "map with names": {"type": "object", "propertyNames": {"pattern": "^[a-z]{3}$"}, "minProperties": 3},
    "names of no type": {"additionalProperties": {"type": "integer"}, "propertyNames": {"maxLength": 4}},
    "no name fits": {"additionalProperties": {"type": "integer"}, "propertyNames": {"const": 5}},
    "patterns of names": {
        "patternProperties": {"^x-[a-z]+$": {"type": "boolean"}},
        "additionalProperties": False,
    },
    "few properties": {
        "properties": {"a": {}, "b": {}, "c": {}},
        "required": ["c"],
        "maxProperties": 2,
    },
    "required and not described": {"required": ["a"], "additionalProperties": {"type": "integer"}},
    "a property that cannot be": {"properties": {"a": False, "b": {"type": "integer"}}},
    "all of": {"allOf": [BASE, {"required": ["n"], "properties": {"n": {"type": "integer"}}}]},
    "beside a reference": {**BASE, "required": ["more"], "properties": {"more": {"type": "boolean"}}},
    "one property twice": {
        "allOf": [
            {"properties": {"a": {"type": "number", "minimum": 2}}, "required": ["a"]},
            {"properties": {"a": {"type": "integer", "maximum": 3}}},
        ]
    },
    "any of": {"anyOf": [NARROW, WIDE]},
    "one of": {"oneOf": [NARROW, WIDE]},
    "one of, in all of": {"allOf": [{"oneOf": [NARROW, WIDE]}, {"anyOf": [{"required": ["a"]}]}]},
    "one of, beside properties": {
        "properties": {"kind": {"type": "string"}},
        "required": ["kind"],
        "oneOf": [{"properties": {"kind": {"const": "a"}}}, {"properties": {"kind": {"const": "b"}}}],
    },
    "or null": {"anyOf": [{"type": "null"}, BASE]},
    "null, for the other cannot be": {"anyOf": [{"type": "null"}, False]},
    "not": {"type": "integer", "minimum": 1, "maximum": 9, "not": {"const": 4}},
    "lengths with a fraction of nothing": {
        "prefixItems": [
            {"type": "string", "minLength": 12.0, "maxLength": 12.0},
            {"type": "object", "minProperties": 3.0, "maxProperties": 3.0},
        ],
        "minItems": 4.0,
        "maxItems": 4.0,
    },
    "if, then and else": {
        "properties": {"kind": {"enum": ["a", "b"]}},
        "required": ["kind"],
        "if": {"properties": {"kind": {"const": "a"}}},
        "then": {"required": ["with"]},
        "else": {"required": ["without"], "properties": {"with": False}},
    },
    "required by another": {"properties": {"a": {}}, "dependentRequired": {"a": ["b", "c"], "b": ["d"]}},
    "in a path": {"type": "array", "items": {"$ref": "#/paths/~1a/size"}},
    "forest": {"$ref": "#/components/schemas/Forest"},
    "tree": {"$ref": "#/components/schemas/Tree"},
    "deeper than is usual": {
        "required": ["a"],
        "properties": {"a": {"required": ["b"], "properties": {"b": {"required": ["c"]}}}},
    },
    **{f"format {name}": {"type": "string", "format": name} for name in FORMATS},
}


def judged(document: Mapping[str, Any], schema: Any, value: Any) -> None:
    whole = {**document, **(schema if isinstance(schema, Mapping) else {})}
    problems = [error.message for error in Draft202012Validator(whole).iter_errors(value)]
    assert problems == [], value
    assert jsonschema_rs.Draft202012Validator(whole, validate_formats=True).is_valid(value), value


@pytest.mark.parametrize("schema", CASES.values(), ids=CASES)
def test_an_example_fits_its_schema(schema: Any) -> None:
    for seed in SEEDS:
        made = example_of(DOCUMENT, schema, seed)
        judged(DOCUMENT, schema, made)
        assert made == example_of(DOCUMENT, schema, seed)


def test_seeds_differ() -> None:
    made = {example_of(DOCUMENT, {"type": "string", "format": "uuid"}, seed) for seed in SEEDS}
    assert len(made) == len(SEEDS)


def test_an_example_is_the_same_in_every_process() -> None:
    """No order of a set decides: those of texts differ from process to process."""
    schema = {"pattern": r"^[^x\s]{6}\W[^\d\s]{4}$"}
    assert example_of(DOCUMENT, schema, b"seed") == "r2SZ2B~NpMn"


def schemas_of(contract: Contract) -> Iterator[tuple[str, Any]]:
    for operation in contract.operations.values():
        for status, response in operation.responses.items():
            if response.schema is not None:
                yield f"{operation.id} {status}", contract.resolve(response.schema)


def bare(node: Any) -> Any:
    """Return a document without the values that schemas give themselves."""
    if isinstance(node, Mapping):
        return {
            key: bare(item) for key, item in node.items() if key not in ("example", "examples", "default")
        }
    return [bare(item) for item in node] if isinstance(node, list) else node


SHIPPED = {
    name: (contract, schema)
    for contract in (shipped_contract(), load_contract(Path(control.__file__).with_name("openapi.yaml")))
    for name, schema in schemas_of(Contract(bare(contract.document)))
}


@pytest.mark.parametrize("name", SHIPPED)
def test_every_answer_of_the_shipped_contracts_can_be_made(name: str) -> None:
    contract, schema = SHIPPED[name]
    document = bare(contract.document)
    judged(document, schema, example_of(document, schema, SEEDS[0]))


@pytest.mark.parametrize(
    ("schema", "where", "message"),
    [
        (False, "", "no value fits the schema false"),
        ({"$ref": "#/components/schemas/Endless"}, "next", "refers to itself"),
        ({"required": ["a"], "additionalProperties": False}, "a", "no value fits the schema false"),
        (
            {"properties": {"a": {"items": {"pattern": "(?=a)b"}, "minItems": 1}}, "required": ["a"]},
            "a/0",
            "no text was found that matches '(?=a)b'",
        ),
        ({"pattern": "^a$", "minLength": 2}, "", "no text was found that matches '^a$'"),
        ({"pattern": "((a{99}){99}){9}"}, "", "no text was found that matches"),
        ({"type": "string", "minLength": 10**9}, "", "no text has 1000000000 to 10000 characters"),
        ({"type": "string", "minLength": 3, "maxLength": 2}, "", "no text has 3 to 2 characters"),
        ({"type": "integer", "minimum": 2, "maximum": 1}, "", "no number lies inside the bounds"),
        ({"type": "integer", "exclusiveMinimum": 2, "exclusiveMaximum": 3}, "", "no number lies inside"),
        ({"type": "array", "minItems": 10**9}, "1999", "more than 2000 values"),
        ({"type": "array", "items": {"const": 1}, "minItems": 2, "uniqueItems": True}, "1", "all differ"),
        (
            {"minItems": 1000, "items": {"type": "string", "minLength": 10**4}},
            "101",
            "more than 1000000 characters",
        ),
        ({"minItems": 1000, "items": {"const": "x" * 10**5}}, "10", "more than 1000000 characters"),
        ({"type": "number", "minimum": 10**400}, "", "no number lies inside the bounds"),
        ({"allOf": [{"type": "string"}, {"type": "object"}]}, "", "different types"),
        ({"enum": []}, "", "the enum has no members"),
        ({"oneOf": [{"type": "string"}, {"maxLength": 100}]}, "", "alternatives alone"),
        ({"type": "integer", "not": {"type": "integer"}}, "", "not"),
    ],
)
def test_what_cannot_be_made_is_said_with_its_place(schema: Any, where: str, message: str) -> None:
    with pytest.raises(ExampleError, match=re.escape(message)) as caught:
        example_of(DOCUMENT, schema, SEEDS[0])
    assert caught.value.where == where


def component(name: object) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_a_long_chain_of_references_is_no_error_of_python() -> None:
    schemas = {f"S{n}": component(f"S{n + 1}") for n in range(3000)}
    document = {"components": {"schemas": {**schemas, "S3000": {"type": "string"}}}}
    with pytest.raises(ExampleError, match="more than 100 references lead to it"):
        example_of(document, component("S0"), SEEDS[0])


def test_patterns_that_repeat_without_end_take_no_more_than_other_texts() -> None:
    hard = {"type": "string", "pattern": "(abcdefghij{9}){999}"}
    schema = {"properties": {"a": hard, "b": hard, "c": hard, "d": {"type": "string"}}, "required": ["d"]}
    with pytest.raises(ExampleError, match="more than 1000000 characters are needed"):
        example_of(DOCUMENT, schema, SEEDS[0])


def test_the_work_is_bounded() -> None:
    """Of what grows with each level, a part is left out."""
    schemas: dict[str, Any] = {
        f"S{level}": {
            "type": "object",
            "properties": {str(n): {"$ref": f"#/components/schemas/S{level + 1}"} for n in range(9)},
        }
        for level in range(30)
    }
    document = {"components": {"schemas": {**schemas, "S30": {"type": "string"}}}}
    schema = {"$ref": "#/components/schemas/S0"}
    judged(document, schema, example_of(document, schema, SEEDS[0]))
