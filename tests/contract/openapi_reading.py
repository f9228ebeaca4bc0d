"""Reads the contract for the tests of this folder, apart from the reader that is under test elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.yaml_files import read_yaml

HERE = Path(__file__).parent
DOCUMENT: dict[str, Any] = read_yaml(HERE.parents[1] / "openapi.yaml")
PAGES: dict[str, Any] = read_yaml(HERE / "pages.yaml")
METHODS = ("get", "post", "put", "patch", "delete")
DATA = ("example", "examples", "default", "const", "enum", "value")

Pointer = tuple[str | int, ...]


def at(pointer: str, document: dict[str, Any] = DOCUMENT) -> Any:
    """Return what a local reference such as `#/components/schemas/ApiError` points at."""
    node: Any = document
    for part in pointer.removeprefix("#/").split("/"):
        node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def resolved(node: Any, document: dict[str, Any] = DOCUMENT) -> Any:
    """Follow a reference, if the node is one."""
    while isinstance(node, dict) and "$ref" in node:
        node = at(node["$ref"], document)
    return node


def operations(document: dict[str, Any] = DOCUMENT) -> dict[str, dict[str, Any]]:
    """Operation id to operation, with its path, method and path's servers beside it."""
    return {
        operation["operationId"]: {"servers": item.get("servers", document["servers"]), **operation}
        | {"path": path, "method": method.upper()}
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def nodes(node: Any, pointer: Pointer = ()) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """Yield every mapping of the document that states something, with its place; example values do not."""
    if isinstance(node, dict):
        yield pointer, node
        for key, child in node.items():
            if key not in DATA or (pointer and pointer[-1] == "properties"):
                yield from nodes(child, (*pointer, key))
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from nodes(child, (*pointer, index))


def text(pointer: Pointer) -> str:
    """A place for people to read."""
    return "#/" + "/".join(str(part).replace("/", "~1") for part in pointer)


def json_content(response: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON media type of a response or request body, empty if it has none."""
    found: dict[str, Any] = resolved(response).get("content", {}).get("application/json", {})
    return found


def documented(document: dict[str, Any] = DOCUMENT) -> dict[str, Any]:
    """Return the document with only what the pages say, as the introduction of the contract tells it."""

    def is_ours(member: Any) -> bool:
        source = resolved(member, document).get("x-source", "") if isinstance(member, dict) else ""
        return source in ("public", "inferred")

    def cut(node: Any, key: str | int = "") -> Any:
        if isinstance(node, list):
            return [cut(child) for child in node if not (key == "parameters" and is_ours(child))]
        if not isinstance(node, dict) or key in DATA:
            return node
        if key in ("responses", "properties", "parameters") or str(key).startswith("/"):
            node = {name: child for name, child in node.items() if not is_ours(child)}
        kept = {name: child for name, child in node.items() if name != "x-inferred"}
        for entry in node.get("x-inferred", ()):
            keyword, _, member = entry.partition(".")
            if not member:
                del kept[keyword]
            else:
                left = [item for item in kept[keyword] if item != member]
                kept[keyword] = left[0] if len(left) == 1 else left
        return {name: cut(child, name) for name, child in kept.items()}

    found: dict[str, Any] = cut(document)
    return found


def shape(schema: dict[str, Any], follow: Callable[[Any], Any]) -> Any:
    """Return a schema in the words of pages.yaml: a type, a mapping of properties, or a list of one entry."""
    schema = follow(schema)
    if "properties" in schema:
        return {name: shape(child, follow) for name, child in schema["properties"].items()}
    if schema["type"] == "array":
        return [shape(schema["items"], follow)]
    return schema["type"]


def named_examples() -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Yield each example of a body with where it stands, its schema and its value."""
    for name, operation in operations().items():
        for place, body in [("request", operation.get("requestBody", {})), *operation["responses"].items()]:
            media = json_content(body)
            for example, node in media.get("examples", {}).items():
                yield f"{name}-{place}-{example}", media["schema"], resolved(node)["value"]
