"""JSON pointers (RFC 6901) into a document, and the references that use them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from execmock.errors import ContractError

__all__ = ["follow", "join", "look_up", "path_of", "resolve"]


def join(base: str, parts: Iterable[object]) -> str:
    """Return `base` extended by `parts`, each escaped."""
    return base + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def look_up(document: Any, pointer: str) -> Any:
    """Return what a pointer such as `#/components/schemas/ApiError` points at; ContractError if nothing."""
    node = document
    for name in path_of(pointer):
        try:
            node = node[int(name)] if isinstance(node, list) else node[name]
        except (KeyError, IndexError, ValueError, TypeError):
            raise ContractError(f"{pointer} points at nothing: there is no {name!r}") from None
    return node


def path_of(pointer: str) -> tuple[str, ...]:
    """Return the keys that a pointer leads through."""
    parts = pointer.removeprefix("#").split("/")[1:]
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


def follow(document: Any, pointer: str, parts: Iterable[object] = ()) -> str:
    """Return the pointer to what stands `parts` further in, with every reference on the way followed.

    ContractError says what is not there. A reference that has other keywords too is not followed at the end.
    """
    waiting = [str(part) for part in parts]
    seen: set[str] = set()
    while True:
        node = look_up(document, pointer)
        if isinstance(node, Mapping) and "$ref" in node and (not waiting or waiting[0] not in node):
            if not waiting and len(node) > 1:
                return pointer
            if pointer in seen:
                raise ContractError(f"{pointer} refers to itself")
            seen.add(pointer)
            pointer = node["$ref"]
        elif waiting:
            pointer = join(pointer, [waiting.pop(0)])
        else:
            return pointer


def resolve(document: Any, node: Any) -> Any:
    """Return `node`, following `$ref` until it is not a reference; keywords next to a reference win."""
    seen: set[str] = set()
    while isinstance(node, Mapping) and "$ref" in node:
        target = node["$ref"]
        if target in seen:
            raise ContractError(f"{target} refers to itself")
        seen.add(target)
        own = {key: value for key, value in node.items() if key != "$ref"}
        found = look_up(document, target)
        node = {**found, **own} if own else found
    return node
