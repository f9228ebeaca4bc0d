"""Reads an OpenAPI 3.1 document into operations, schemas, transitions and choices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

from execmock.core.contract.drift import with_drift
from execmock.core.contract.levels import LEVELS, Level, cut_to_documented
from execmock.core.contract.model import Choice, Operation, Parameter, RequestBody, Response
from execmock.core.contract.names import EXECUTION, GET, ITEMS, STATUS, SchemaPlace
from execmock.core.contract.pointers import follow, join, look_up, resolve
from execmock.core.contract.routes import Router
from execmock.core.contract.transitions import Transitions
from execmock.errors import ContractError, Place, nearest

__all__ = ["Contract", "as_mapping", "is_json"]

JSON = "application/json"
_COMPONENT = "#/components/schemas/"
_PLAIN_REFERENCE = frozenset({"$ref", "description", "summary"})
_METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")


def is_json(media_type: str) -> bool:
    """Whether bodies of a media type, or of a range of them such as `*/*`, may be JSON."""
    plain = media_type.partition(";")[0].strip().lower()
    return plain == JSON or plain.endswith("+json") or "*" in plain


def as_mapping(schema: Mapping[str, Any] | bool) -> Mapping[str, Any]:
    """Return a schema as a mapping; `true` and `false` are schemas too."""
    if isinstance(schema, Mapping):
        return schema
    return {} if schema else {"not": {}}


def _leads_elsewhere(node: Any) -> bool:
    """Whether a reference leads into a part of a document that is not among its schemas."""
    if isinstance(node, Mapping):
        target = node.get("$ref", "")
        inside = isinstance(target, str) and target.count("/") > _COMPONENT.count("/")
        return (inside and not target.startswith(_COMPONENT)) or any(map(_leads_elsewhere, node.values()))
    return isinstance(node, list) and any(map(_leads_elsewhere, node))


class Contract:
    """One OpenAPI document as the single source of paths, schemas, examples and legal transitions."""

    def __init__(
        self,
        document: Mapping[str, Any],
        level: Level = "expected",
        file: str = "",
        content: bytes = b"",
        place: Callable[[str], Place] | None = None,
    ) -> None:
        if not isinstance(document, Mapping) or not str(document.get("openapi", "")).startswith("3.1"):
            raise ContractError("expected an OpenAPI 3.1 document")
        self.document = document
        self.file = file
        self.content = content
        """The bytes of the file, if it holds this very document; else nothing."""
        self.place = place
        """Where what a pointer leads to stands in which file, if that is known."""
        self.level: Level = level

    def at_level(self, level: Level) -> Contract:
        """Return the contract as the pages say it (`documented`) or with what is inferred (`expected`)."""
        if level not in LEVELS:
            raise ContractError(f"{level!r} is not a level; expected one of {', '.join(LEVELS)}")
        if level == self.level:
            return self
        if self.level == "documented":
            raise ContractError("a contract cut down to what is documented cannot be grown again")
        return Contract(cut_to_documented(self.document), level, self.file)

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """Operation id to operation, in the document's order."""
        found = {}
        for path, item in self.document["paths"].items():
            for method in item:
                if method in _METHODS:
                    operation = self._operation(path, method, item)
                    found[operation.id] = operation
        return MappingProxyType(found)

    @cached_property
    def header_parameters(self) -> frozenset[str]:
        """The names of all headers that operations have as parameters."""
        return frozenset(
            parameter.name
            for operation in self.operations.values()
            for parameter in operation.parameters
            if parameter.location == "header"
        )

    @cached_property
    def response_headers(self) -> frozenset[str]:
        """The names of all headers that answers of operations have."""
        return frozenset(
            name
            for operation in self.operations.values()
            for response in operation.responses.values()
            for name in response.headers
        )

    @cached_property
    def key_formats(self) -> Mapping[str, str]:
        """Security scheme to what its bearer keys look like, such as `b3sk_...`."""
        schemes = self.document.get("components", {}).get("securitySchemes", {})
        return {name: self.resolve(scheme).get("bearerFormat", "KEY") for name, scheme in schemes.items()}

    @cached_property
    def router(self) -> Router:
        """Finds an operation by method and path."""
        return Router(self.operations.values(), self.known_elsewhere)

    @property
    def known_elsewhere(self) -> tuple[str, ...]:
        """Paths that the vendors publish elsewhere, and that have no operation here."""
        return tuple(self.document.get("x-known-elsewhere", ()))

    def operation(self, name: str) -> Operation:
        """Return an operation by id; ContractError names the nearest one."""
        if name not in self.operations:
            raise ContractError(f"no operation {name!r}.{nearest(name, self.operations)}")
        return self.operations[name]

    def sharing_tags(self, name: str) -> tuple[str, ...]:
        """Return the ids of the operations that have a tag of an operation, its own among them."""
        tags = set(self.operation(name).tags)
        return tuple(
            other.id for other in self.operations.values() if other.id == name or tags & {*other.tags}
        )

    def schema(self, place: SchemaPlace) -> Mapping[str, Any]:
        """Return the schema at a place, references followed; ContractError if there is none."""
        found: Mapping[str, Any] = self.resolve(self.look_up(self.pointer(place)))
        return found

    def pointer(self, place: SchemaPlace) -> str:
        """Return the pointer to the schema at a place; ContractError if there is none."""
        operation = self.operation(place.operation)
        parts = ["requestBody"] if place.part == "body" else ["responses", operation.success.status]
        found = follow(self.document, operation.pointer, [*parts, "content", JSON, "schema"])
        if place.part == "data" and "data" in self.resolve(self.look_up(found)).get("properties", {}):
            found = follow(self.document, found, ["properties", "data"])
        for name in place.path:
            found = follow(self.document, found, ["items"] if name == ITEMS else ["properties", name])
        return found

    def resolve(self, node: Any) -> Any:
        """Return a node of the document with references followed."""
        return resolve(self.document, node)

    def look_up(self, pointer: str) -> Any:
        """Return the node that a JSON pointer such as `#/paths` leads to."""
        return look_up(self.document, pointer)

    def standalone(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return a schema that a JSON Schema validator can use by itself: its references come along.

        What a property refers to stands in its place, so that what breaks it is told as if it stood there.
        """
        found = self.resolve(schema)
        properties = found.get("properties") if isinstance(found, Mapping) else None
        if not isinstance(properties, Mapping):
            return {**self._homes, **found}
        members = {name: self._in_place(node) for name, node in properties.items()}
        return {**self._homes, **found, "properties": members}

    def _in_place(self, node: Any) -> Any:
        """Return what a reference leads to, unless it says more of its own than a description."""
        return self.resolve(node) if isinstance(node, Mapping) and node.keys() <= _PLAIN_REFERENCE else node

    @cached_property
    def _homes(self) -> Mapping[str, Any]:
        """The parts of the document that references of schemas lead into: its schemas, as a rule."""
        components = self.document.get("components", {})
        if _leads_elsewhere(self.document):
            return {"components": components, "paths": self.document["paths"]}
        return {"components": {"schemas": components.get("schemas", {})}}

    def transitions(self, status: SchemaPlace = STATUS) -> Transitions:
        """Return the legal status graph that stands on a status schema."""
        graph = self.schema(status)["x-transitions"]
        following = {status: tuple(after) for status, after in graph["next"].items()}
        return Transitions(tuple(graph["initial"]), following)

    def with_drift(self) -> Contract:
        """Return the contract in which the vendor's later statuses (`x-drift`) are like every other."""
        if "x-drift" not in self.schema(STATUS):
            return self
        read = self.operation(GET)
        success = follow(self.document, read.pointer, ["responses", read.success.status])
        grown = with_drift(
            self.document,
            status=self.pointer(STATUS),
            execution=self.pointer(EXECUTION),
            read=join(success, ["content", JSON]),
        )
        return Contract(grown, self.level, self.file)

    @cached_property
    def choices(self) -> Mapping[str, Choice]:
        """The behaviours the pages leave open, by name."""
        return MappingProxyType(
            {
                name: Choice(
                    name,
                    entry["default"],
                    tuple(entry.get("alternatives", ())),
                    bool(entry.get("mock-only")),
                )
                for name, entry in self.document.get("x-choices", {}).items()
            }
        )

    def _operation(self, path: str, method: str, item: Mapping[str, Any]) -> Operation:
        node = item[method]
        pointer = join("#", ("paths", path, method))
        if "operationId" not in node:
            raise ContractError(f"{pointer} has no operationId")
        servers = node.get("servers") or item.get("servers") or self.document.get("servers") or ()
        security = node.get("security", self.document.get("security", ()))
        return Operation(
            id=node["operationId"],
            method=method.upper(),
            path=path,
            summary=node.get("summary", ""),
            servers=tuple(server["url"] for server in servers),
            parameters=self._parameters(path, item, node, pointer),
            body=self._body(node, pointer),
            responses=MappingProxyType(
                {
                    str(status): self._response(str(status), response, join(pointer, ("responses", status)))
                    for status, response in node.get("responses", {}).items()
                }
            ),
            security=tuple(name for requirement in security for name in requirement),
            scopes=tuple(
                scope for requirement in security for scopes in requirement.values() for scope in scopes
            ),
            tags=tuple(node.get("tags", ())),
            source=node.get("x-source", ""),
            pointer=pointer,
        )

    def _examples(self, media: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Yield the name and the value of each example of a body that stands in the document."""
        if "example" in media:
            yield "example", media["example"]
        for name, example in media.get("examples", {}).items():
            found = self.resolve(example)
            if "value" in found:
                yield name, found["value"]

    def _parameters(
        self, path: str, item: Mapping[str, Any], node: Mapping[str, Any], pointer: str
    ) -> tuple[Parameter, ...]:
        shared = [
            (entry, join("#", ("paths", path, "parameters", n)))
            for n, entry in enumerate(item.get("parameters", ()))
        ]
        own = [
            (entry, join(pointer, ("parameters", n))) for n, entry in enumerate(node.get("parameters", ()))
        ]
        found: dict[tuple[str, str], Parameter] = {}
        for entry, place in shared + own:
            read = self.resolve(entry)
            found[read["name"], read["in"]] = Parameter(
                name=read["name"],
                location=read["in"],
                required=bool(read.get("required")),
                explode=bool(read.get("explode", read["in"] == "query")),
                schema=as_mapping(self.resolve(read.get("schema", {}))),
                pointer=entry.get("$ref", place),
                source=read.get("x-source", ""),
            )
        return tuple(found.values())

    def _body(self, node: Mapping[str, Any], pointer: str) -> RequestBody | None:
        if "requestBody" not in node:
            return None
        body = self.resolve(node["requestBody"])
        content = {
            media: as_mapping(entry.get("schema", {})) for media, entry in body.get("content", {}).items()
        }
        return RequestBody(
            bool(body.get("required")), MappingProxyType(content), join(pointer, ("requestBody",))
        )

    def _response(self, status: str, entry: Mapping[str, Any], pointer: str) -> Response:
        read = self.resolve(entry)
        content = read.get("content", {})
        media_type = JSON if JSON in content else next(filter(is_json, content), next(iter(content), ""))
        media = content.get(media_type, {})
        return Response(
            status=status,
            media_type=media_type,
            schema=as_mapping(media["schema"]) if is_json(media_type) and "schema" in media else None,
            examples=MappingProxyType(dict(self._examples(media))),
            headers=MappingProxyType(dict(read.get("headers", {}))),
            pointer=entry.get("$ref", pointer),
            source=read.get("x-source", ""),
        )
