"""Is it an OpenAPI 3.1 document? Its objects, their keys and the types of what they hold.

Schemas are looked at elsewhere, and keys that begin with `x-` are not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from execmock.core.findings import Finding
from execmock.core.schema.validator import SchemaValidator
from execmock.core.schema.violation import Violation

__all__ = ["METHODS", "structure_findings"]

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")

_Schema = Mapping[str, Any]
_ANY: _Schema = {}
_TEXT: _Schema = {"type": "string"}
_FLAG: _Schema = {"type": "boolean"}
_TEXTS: _Schema = {"type": "array", "items": _TEXT}
_SCHEMA: _Schema = {"type": ["object", "boolean"]}
_REFERENCE: _Schema = {"type": "object", "properties": {"$ref": _TEXT}}


def _object(required: str = "", **properties: _Schema) -> _Schema:
    """Return an object with these properties and no others; `required` names those that it must have."""
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


def _map(inner: _Schema) -> _Schema:
    return {"type": "object", "additionalProperties": inner}


def _list(inner: _Schema) -> _Schema:
    return {"type": "array", "items": inner}


def _or_reference(name: str) -> _Schema:
    """Return an object of `$defs`, or a reference to one."""
    return {"if": {"type": "object", "required": ["$ref"]}, "then": _REFERENCE, "else": _use(name)}


def _use(name: str) -> _Schema:
    return {"$ref": f"#/$defs/{name}"}


_DOCS = _object("url", url=_TEXT, description=_TEXT)
_SERVERS = _list(_object("url", url=_TEXT, description=_TEXT, variables=_map(_ANY)))
_SECURITY = _list(_map(_TEXTS))
_EXAMPLES = _map(_or_reference("example"))
_CONTENT = _map(_use("media"))
_PARAMETERS = _list(_or_reference("parameter"))
_HEADERS = _map(_or_reference("header"))
_TOLD = {"description": _TEXT, "required": _FLAG, "deprecated": _FLAG, "style": _TEXT, "explode": _FLAG}
_SHOWN = {"schema": _SCHEMA, "example": _ANY, "examples": _EXAMPLES, "content": _CONTENT}

_DEFINITIONS: dict[str, _Schema] = {
    "operation": _object(
        "operationId responses",
        **{"tags": _TEXTS, "summary": _TEXT, "description": _TEXT, "externalDocs": _DOCS, "operationId": _TEXT},
        **{"parameters": _PARAMETERS, "requestBody": _or_reference("body"), "callbacks": _map(_ANY)},
        **{"responses": _map(_or_reference("response")), "deprecated": _FLAG, "security": _SECURITY},
        servers=_SERVERS,
    ),
    "path": _object(
        **{"summary": _TEXT, "description": _TEXT, "servers": _SERVERS, "parameters": _PARAMETERS},
        **dict.fromkeys(METHODS, _use("operation")),
    ),
    "parameter": _object(
        "name in",
        **{"name": _TEXT, "in": {"enum": ["path", "query", "header", "cookie"]}},
        **{"allowEmptyValue": _FLAG, "allowReserved": _FLAG},
        **_TOLD,
        **_SHOWN,
    ),
    "header": _object(**_TOLD, **_SHOWN),
    "body": _object("content", description=_TEXT, content=_CONTENT, required=_FLAG),
    "media": _object(schema=_SCHEMA, example=_ANY, examples=_EXAMPLES, encoding=_map(_ANY)),
    "response": _object(
        "description", description=_TEXT, headers=_HEADERS, content=_CONTENT, links=_map(_or_reference("link"))
    ),
    "example": _object(summary=_TEXT, description=_TEXT, value=_ANY, externalValue=_TEXT),
    "link": _object(
        **{"operationRef": _TEXT, "operationId": _TEXT, "parameters": _map(_ANY), "requestBody": _ANY},
        **{"description": _TEXT, "server": _ANY},
    ),
    "scheme": _object(
        "type",
        **{"type": _TEXT, "description": _TEXT, "name": _TEXT, "in": _TEXT, "scheme": _TEXT},
        **{"bearerFormat": _TEXT, "flows": _ANY, "openIdConnectUrl": _TEXT},
    ),
}
_COMPONENTS = _object(
    **{"schemas": _map(_SCHEMA), "responses": _map(_or_reference("response")), "parameters": _map(_or_reference("parameter"))},
    **{"examples": _EXAMPLES, "requestBodies": _map(_or_reference("body")), "headers": _HEADERS},
    **{"securitySchemes": _map(_or_reference("scheme")), "links": _map(_or_reference("link"))},
    **{"callbacks": _ANY, "pathItems": _map(_use("path"))},
)
_DOCUMENT = _object(
    "openapi info paths",
    **{"openapi": {"type": "string", "pattern": r"^3\.1\.", "examples": ["3.1.0"]}},
    **{"info": _map(_ANY), "jsonSchemaDialect": _TEXT, "servers": _SERVERS, "paths": _map(_use("path"))},
    **{"webhooks": _ANY, "components": _COMPONENTS, "security": _SECURITY, "externalDocs": _DOCS},
    **{"tags": _list(_object("name", name=_TEXT, description=_TEXT, externalDocs=_DOCS))},
)


@lru_cache(maxsize=1)
def _validator() -> SchemaValidator:
    return SchemaValidator({**_DOCUMENT, "$defs": _DEFINITIONS}, "")


def structure_findings(document: Any) -> list[Finding]:
    """Return every key that is missing or unknown, and every value of another type than OpenAPI says."""
    violations = _validator().violations(_plain(document))
    return [Finding(violation.path, sentence(violation)) for violation in violations]


def sentence(violation: Violation) -> str:
    """Return what is wrong with a key or its value in one sentence."""
    key = violation.path[-1] if violation.path else ""
    if violation.missing:
        return f"the key {key!r} is missing; expected {violation.expected.removesuffix(' (required)')}"
    if violation.unknown:
        return f"unknown key {key!r}; expected {violation.expected}.{violation.hint}"
    return violation.sentence


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
