"""How surely a part of the contract is known, and the contract cut down to what the pages say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from execmock.core.contract.pointers import resolve

__all__ = ["LEVELS", "Level", "cut_to_documented"]

Level = Literal["documented", "expected"]
LEVELS: tuple[Level, ...] = get_args(Level)

_UNDOCUMENTED = {"public", "inferred"}
# Only operations and members of these can be left out whole; anything else is cut keyword by keyword.
_CONTAINERS = {"responses", "parameters", "properties", "headers"}


def cut_to_documented(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of an OpenAPI document without the keywords in `x-inferred` and undocumented members."""
    cut = _cut(document, document, container=None)
    assert isinstance(cut, dict)  # noqa: S101 - a mapping stays a mapping; this tells the type checker
    return cut


def _cut(document: Mapping[str, Any], node: Any, container: str | None) -> Any:
    if isinstance(node, list):
        return [
            _cut(document, item, None)
            for item in node
            if not (container == "parameters" and _undocumented(document, item))
        ]
    if not isinstance(node, Mapping):
        return node
    if _holds_members(container) and "x-source" not in node:
        node = {key: item for key, item in node.items() if not _undocumented(document, item)}
    kept = _without_inferred(node)
    if container == "properties":
        # The keys are names of properties here, whatever keywords they look like.
        return {key: _cut(document, item, None) for key, item in kept.items()}
    return {key: item if key in _VERBATIM else _cut(document, item, key) for key, item in kept.items()}


def _holds_members(container: str | None) -> bool:
    # Paths hold operations, and nothing else has a name that begins with a slash.
    return container in _CONTAINERS or (container or "").startswith("/")


_VERBATIM = {"example", "examples", "default", "enum", "const"}


def _undocumented(document: Mapping[str, Any], member: Any) -> bool:
    found = resolve(document, member)
    return isinstance(found, Mapping) and found.get("x-source") in _UNDOCUMENTED


def _without_inferred(node: Mapping[str, Any]) -> dict[str, Any]:
    kept = dict(node)
    for entry in kept.pop("x-inferred", ()):
        keyword, _, member = entry.partition(".")
        if not member:
            kept.pop(keyword, None)
        elif keyword in kept:
            left = _without_member(kept[keyword], member)
            kept[keyword] = left[0] if keyword == "type" and len(left) == 1 else left
    return kept


def _without_member(value: Any, member: str) -> Any:
    if isinstance(value, Mapping):
        return {key: item for key, item in value.items() if key != member}
    return [item for item in value if item != member]
