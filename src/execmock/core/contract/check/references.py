"""Where the references of a document stand, and which of them lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from execmock.core.contract.pointers import join, look_up, path_of, resolve
from execmock.core.findings import DataPath, Finding
from execmock.errors import ContractError, closest

__all__ = ["data_path", "reference_findings", "references"]

_VALUES = {"example", "default", "const", "enum", "value"}


def references(node: Any, path: DataPath = (), *, names: bool = False) -> Iterator[tuple[DataPath, str]]:
    """Yield each `$ref` with the way to the mapping that it stands in; what examples hold is no reference.

    `names` says that the keys of `node` are names, whatever keywords they look like.
    """
    if isinstance(node, Mapping):
        if isinstance(node.get("$ref"), str) and not names:
            yield path, node["$ref"]
        for key, item in node.items():
            is_value = not names and (key in _VALUES or (key == "examples" and isinstance(item, list)))
            if not is_value:
                yield from references(item, (*path, key), names=not names and key in _MAPS)
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from references(item, (*path, index))


_MAPS = {
    "properties",
    "patternProperties",
    "$defs",
    "schemas",
    "headers",
    "parameters",
    "responses",
    "examples",
}


def reference_findings(document: Any) -> list[Finding]:
    """Return the references that lead nowhere, or round in a circle."""
    found = []
    for path, target in references(document):
        if wrong := _wrong(document, target):
            found.append(Finding((*path, "$ref"), wrong))
    return found


def _wrong(document: Any, target: str) -> str:
    """Return what is wrong with a reference, an empty text if nothing is."""
    if target != "#" and not target.startswith("#/"):
        return f"{target!r} is no place in a document; expected one such as '#/components/schemas/Name'"
    try:
        look_up(document, target)
    except ContractError:
        hint = _nearest(document, target)
        return f"{target!r} points at nothing" + (f".{hint}" if hint else "")
    try:
        resolve(document, {"$ref": target})
    except ContractError as error:
        return error.message
    return ""


def _nearest(document: Any, target: str) -> str:
    """Return which pointer may have been meant: the same container, a similar name."""
    above, _, name = target.rpartition("/")
    try:
        container = look_up(document, above)
    except ContractError:
        return ""
    if not isinstance(container, Mapping):
        return ""
    close = closest(name, map(str, container))
    return f" Did you mean {join(above, [close])!r}?" if close else ""


def data_path(document: Any, pointer: str) -> DataPath:
    """Return the way that a pointer leads through a document's data."""
    node, path = document, []
    for name in path_of(pointer):
        key: str | int = int(name) if isinstance(node, list) else name
        node = node[key]
        path.append(key)
    return tuple(path)
