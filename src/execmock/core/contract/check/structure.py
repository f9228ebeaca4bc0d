"""Is it an OpenAPI 3.1 document? Its objects, their keys and the types of what they hold.

Schemas are looked at elsewhere, and keys that begin with `x-` are not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from execmock.core.findings import Finding, findings_of
from execmock.core.schema.validator import SchemaValidator

__all__ = ["METHODS", "structure_findings"]

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")

_Schema = Mapping[str, Any]
_Properties = Mapping[str, _Schema]
_ANY: _Schema = {}
_TEXT: _Schema = {"type": "string"}
_SCHEMA: _Schema = {"type": ["object", "boolean"]}
_REFERENCE: _Schema = {"type": "object", "properties": {"$ref": _TEXT}}


def _object(*properties: _Properties, required: str = "") -> _Schema:
    """Return an object with these properties and no others; `required` names those that it must have."""
    known = {name: schema for some in properties for name, schema in some.items()}
    return {
        "type": "object",
        "properties": known,
        "required": required.split(),
        "additionalProperties": False,
    }


def _all(kind: _Schema, names: str) -> _Properties:
    return dict.fromkeys(names.split(), kind)


def _texts(names: str) -> _Properties:
    return _all(_TEXT, names)


def _flags(names: str) -> _Properties:
    return _all({"type": "boolean"}, names)


def _any(names: str) -> _Properties:
    return _all(_ANY, names)


def _map(inner: _Schema) -> _Schema:
    return {"type": "object", "additionalProperties": inner}


def _list(inner: _Schema) -> _Schema:
    return {"type": "array", "items": inner}


def _use(name: str) -> _Schema:
    return {"$ref": f"#/$defs/{name}"}


def _or_reference(name: str) -> _Schema:
    """Return an object of `$defs`, or a reference to one."""
    return {"if": {"type": "object", "required": ["$ref"]}, "then": _REFERENCE, "else": _use(name)}


_SERVERS = {"servers": _list(_object(_texts("url description"), _any("variables"), required="url"))}
_DOCS = {"externalDocs": _object(_texts("url description"), required="url")}
_SECURITY = {"security": _list(_map(_list(_TEXT)))}
_PARAMETERS = {"parameters": _list(_or_reference("parameter"))}
_HEADERS = {"headers": _map(_or_reference("header"))}
_CONTENT = {"content": _map(_use("media"))}
_EXAMPLES = {"examples": _map(_or_reference("example"))}
_SHOWN = {"schema": _SCHEMA, **_any("example"), **_EXAMPLES}
_GIVEN = {**_texts("description style"), **_flags("required deprecated explode"), **_SHOWN, **_CONTENT}

_DEFINITIONS: Mapping[str, _Schema] = {
    "path": _object(
        _texts("summary description"), _SERVERS, _PARAMETERS, _all(_use("operation"), " ".join(METHODS))
    ),
    "operation": _object(
        _texts("operationId summary description"),
        {
            "tags": _list(_TEXT),
            "requestBody": _or_reference("body"),
            "responses": _map(_or_reference("response")),
        },
        *(_SERVERS, _DOCS, _SECURITY, _PARAMETERS, _flags("deprecated"), _any("callbacks")),
        required="operationId responses",
    ),
    "parameter": _object(
        {"name": _TEXT, "in": {"enum": ["path", "query", "header", "cookie"]}},
        *(_GIVEN, _flags("allowEmptyValue allowReserved")),
        required="name in",
    ),
    "header": _object(_GIVEN),
    "body": _object(_texts("description"), _CONTENT, _flags("required"), required="content"),
    "media": _object(_SHOWN, _any("encoding")),
    "response": _object(
        *(_texts("description"), _HEADERS, _CONTENT, {"links": _map(_or_reference("link"))}),
        required="description",
    ),
    "example": _object(_texts("summary description externalValue"), _any("value")),
    "link": _object(_texts("operationRef operationId description"), _any("parameters requestBody server")),
    "scheme": _object(
        _texts("type description name in scheme bearerFormat openIdConnectUrl"),
        _any("flows"),
        required="type",
    ),
}
_COMPONENTS = _object(
    {"schemas": _map(_SCHEMA), "responses": _map(_or_reference("response"))},
    {"parameters": _map(_or_reference("parameter")), "requestBodies": _map(_or_reference("body"))},
    {"securitySchemes": _map(_or_reference("scheme")), "links": _map(_or_reference("link"))},
    *(_EXAMPLES, _HEADERS, _any("callbacks pathItems")),
)
_DOCUMENT = _object(
    {"openapi": {"type": "string", "pattern": r"^3\.1\.", "examples": ["3.1.0"]}},
    {"info": _map(_ANY), "paths": _map(_use("path")), "components": _COMPONENTS},
    {"tags": _list(_object(_texts("name description"), _DOCS, required="name"))},
    *(_SERVERS, _SECURITY, _DOCS, _texts("jsonSchemaDialect"), _any("webhooks")),
    required="openapi info paths",
)


@lru_cache(maxsize=1)
def _validator() -> SchemaValidator:
    return SchemaValidator({**_DOCUMENT, "$defs": _DEFINITIONS}, "")


def structure_findings(document: Any) -> list[Finding]:
    """Return every key that is missing or unknown, and every value of another type than OpenAPI says."""
    return findings_of(_validator().violations(_plain(document)))


_VALUES = {"schema", "schemas", "example", "value", "default"}


def _plain(node: Any) -> Any:
    """Return a document without the keys that begin with `x-`: extensions, and a few headers."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    return {
        key: item if key in _VALUES else _plain(item)
        for key, item in node.items()
        if not str(key).startswith("x-")
    }
