"""The JSON Schema of a kind of file, made from the classes that the file is read into."""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = ["file_schema"]

_NULL = {"type": "null"}


def file_schema(model: type[Any], title: str) -> dict[str, Any]:
    """Return the schema (2020-12) of files that hold `model`. A key is left out, never null."""
    schema: dict[str, Any] = _without_null(msgspec.json.schema(model))
    schema["$defs"] = {_short(name): part for name, part in schema["$defs"].items()}
    for part in schema["$defs"].values():
        part.pop("title", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **schema}


def _without_null(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_null(item) for item in node]
    if not isinstance(node, dict):
        return node
    if _NULL in node.get("anyOf", ()):
        others = [part for part in node["anyOf"] if part != _NULL]
        own = {key: item for key, item in node.items() if key not in ("anyOf", "default")}
        return _without_null({**others[0], **own} if len(others) == 1 else {"anyOf": others, **own})
    found = {key: _without_null(item) for key, item in node.items()}
    if isinstance(found.get("$ref"), str):
        found["$ref"] = "#/$defs/" + _short(found["$ref"].rpartition("/")[2])
    return found


def _short(name: str) -> str:
    return name.removesuffix("Source")
