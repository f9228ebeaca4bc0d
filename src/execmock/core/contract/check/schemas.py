"""Is each schema of a document a JSON Schema (2020-12), of whose keywords none is misspelt?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from execmock.core.findings import DataPath, Finding, findings_of
from execmock.core.schema.patterns import is_pattern
from execmock.core.schema.validator import SchemaValidator
from execmock.errors import nearest

__all__ = ["schema_findings", "schemas_in"]

_INNER = {"$ref": "#/$defs/schema"}
_MANY = {"type": "array", "items": _INNER}
_NAMED = {"type": "object", "additionalProperties": _INNER}
_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_NUMBER = {"type": "number"}
_COUNT = {"type": "integer", "minimum": 0}
_FLAG = {"type": "boolean"}
_ARRAY = {"type": "array"}
_KIND = {"enum": ["string", "number", "integer", "boolean", "object", "array", "null"]}
_KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("items", "additionalProperties", "not", "if", "then", "else", "contains"), _INNER),
    **dict.fromkeys(("propertyNames", "contentSchema", "unevaluatedItems", "unevaluatedProperties"), _INNER),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _MANY),
    **dict.fromkeys(("properties", "patternProperties", "$defs", "dependentSchemas"), _NAMED),
    **dict.fromkeys(("title", "description", "format", "pattern", "$ref", "$comment"), _TEXT),
    **dict.fromkeys(("contentEncoding", "contentMediaType"), _TEXT),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _NUMBER),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minContains", "maxContains"), _COUNT),
    **dict.fromkeys(("minProperties", "maxProperties"), _COUNT),
    **dict.fromkeys(("deprecated", "readOnly", "writeOnly", "uniqueItems"), _FLAG),
    **dict.fromkeys(("enum", "examples"), _ARRAY),
    **dict.fromkeys(("const", "default", "example", "xml", "externalDocs", "discriminator"), True),
    "type": {"anyOf": [_KIND, {"type": "array", "items": _KIND}]},
    "required": _TEXTS,
    "multipleOf": {"type": "number", "exclusiveMinimum": 0},
    "dependentRequired": {"type": "object", "additionalProperties": _TEXTS},
}
_REFERENCE = re.compile(r"#[\w.~!$&'()*+,;=:@/?%-]*", re.ASCII)
"""What follows the # is the fragment of a URI (RFC 3986)."""
_ELSEWHERE = ("$id", "$schema", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary")
"""Keywords that give a schema another address, or lead to one."""


@lru_cache(maxsize=1)
def _shape() -> SchemaValidator:
    schema = {"type": ["object", "boolean"], "properties": _KEYWORDS}
    return SchemaValidator({**_INNER, "$defs": {"schema": schema}}, "")


def schema_findings(document: Any) -> list[Finding]:
    """Return what is wrong with the schemas themselves."""
    found: list[Finding] = []
    for path, schema in schemas_in(document):
        found += findings_of(_shape().violations(schema), path) or [
            Finding((*path, *deeper), text) for deeper, text in _odd_keywords(schema)
        ]
    return found


def schemas_in(node: Any, path: DataPath = ()) -> Iterator[tuple[DataPath, Any]]:
    """Yield each outermost schema of an OpenAPI document with the way to it."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from schemas_in(item, (*path, index))
    elif isinstance(node, Mapping):
        for key, item in node.items():
            if key == "schema":
                yield (*path, key), item
            elif path == ("components",) and key == "schemas":
                yield from (((*path, key, name), schema) for name, schema in item.items())
            elif key not in ("example", "value") and not key.startswith("x-"):
                yield from schemas_in(item, (*path, key))


def _odd_keywords(schema: Any, path: DataPath = ()) -> Iterator[tuple[DataPath, str]]:
    """Yield what is wrong with the keywords of a schema whose keywords have the right types."""
    if not isinstance(schema, Mapping):
        return
    for key, item in schema.items():
        where = (*path, key)
        if key in _ELSEWHERE:
            yield (
                where,
                f"{key!r} gives a schema an address of its own, which schemas of a contract do not have",
            )
        elif key not in _KEYWORDS and not key.startswith("x-") and (hint := nearest(key, _KEYWORDS)):
            yield where, f"{key!r} is no keyword of a schema.{hint}"
        elif key == "pattern" and not is_pattern(item):
            yield where, f"{item!r} is not a regular expression"
        elif key == "$ref" and not _REFERENCE.fullmatch(item):
            expected = "one such as '#/components/schemas/Name'"
            yield (
                where,
                f"{item!r} has characters that the reference of a schema cannot have; expected {expected}",
            )
        for deeper, inner in _inner(key, item):
            yield from _odd_keywords(inner, (*where, *deeper))


def _inner(key: str, item: Any) -> Iterator[tuple[DataPath, Any]]:
    """Yield the schemas that a keyword holds."""
    kind = _KEYWORDS.get(key)
    if kind is _INNER:
        yield (), item
    elif kind is _MANY:
        yield from (((index,), inner) for index, inner in enumerate(item))
    elif kind is _NAMED:
        yield from (((name,), inner) for name, inner in item.items())
