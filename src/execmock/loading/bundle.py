"""One OpenAPI document out of a file and those in its folder that it refers to, each value with its place.

What is referred to in another file becomes a component of the document; a path item replaces the reference.
References stay in the folder of the first file: none leads out of it, or to the network.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from execmock.core.contract.check.references import data_path, references
from execmock.core.contract.pointers import join, look_up
from execmock.core.findings import DataPath, Finding
from execmock.errors import ContractError, Place
from execmock.files import real_path
from execmock.loading.located_findings import LocatedFinding, located_at, place_of
from execmock.loading.yaml_marks import Marked, read_marked_file

__all__ = ["Bundle"]

_KINDS = ("parameters", "headers", "examples", "responses", "links", "requestBodies", "securitySchemes")
_MOST_FILES = 100


@dataclass(frozen=True, slots=True)
class _File:
    """A file that was read: how it is named to users, what it holds, and its lines."""

    path: Path
    marked: Marked
    content: bytes

    def finding(self, path: DataPath, message: str) -> LocatedFinding:
        """Return a finding about what stands at a path in the file."""
        lines = self.content.decode("utf-8-sig").splitlines()
        return located_at(place_of(self.marked, path), message, lines)


class Bundle:
    """A document, `data`, and where each of its values stands in which file."""

    def __init__(self, path: Path) -> None:
        """Read a file and those that it refers to; ContractError if one is not YAML."""
        self._folder = real_path(path).parent
        self._shown = path.parent
        self._files: dict[Path, _File] = {}
        self._named: dict[tuple[Path, str, str], str] = {}
        self._waiting: list[tuple[_File, str, DataPath]] = []
        self._origins: dict[DataPath, tuple[_File, DataPath]] = {}
        self._inlined: set[tuple[Path, str, DataPath]] = set()
        self.unreadable: list[LocatedFinding] = []
        """References that lead to nothing that may be read."""
        self._root = self._file(real_path(path), path)
        self.data: Any = None
        self._put(self._root, "", ())
        while self._waiting:
            self._put(*self._waiting.pop(0))

    @property
    def content(self) -> bytes:
        """The bytes of the file, if it holds the document alone; else nothing."""
        return self._root.content if len(self._files) == 1 else b""

    def locate(self, findings: Iterable[Finding]) -> list[LocatedFinding]:
        """Return findings about the document with their places, in the order of the files."""
        found = dict.fromkeys(self._located(finding) for finding in findings)
        return sorted(found, key=lambda each: (each.place.file, each.place.line, each.place.column))

    def place(self, pointer: str) -> Place:
        """Return where what a pointer into the document leads to stands, its key if it has one."""
        file, path = self._origin(data_path(self.data, pointer))
        return place_of(file.marked, path)

    def _located(self, finding: Finding) -> LocatedFinding:
        file, path = self._origin(finding.path)
        return file.finding(path, finding.message)

    def _origin(self, path: DataPath) -> tuple[_File, DataPath]:
        """Return the file that a path in the document is in, and the path in it."""
        start = next(path[:end] for end in range(len(path), -1, -1) if path[:end] in self._origins)
        file, inside = self._origins[start]
        return file, (*inside, *path[len(start) :])

    def _put(self, file: _File, pointer: str, place: DataPath) -> None:
        """Copy what a pointer leads to in a file to its place in the document."""
        inside = data_path(file.marked.data, pointer)
        self._origins[place] = (file, inside)
        # By way of JSON: what an anchor names is shared, and is to be changed in one place.
        copied = json.loads(json.dumps(look_up(file.marked.data, pointer)))
        if not place:
            self.data = copied
        else:
            holder = self.data
            for key in place[:-1]:
                holder = holder.setdefault(key, {})
            holder[place[-1]] = copied
        for path, target in list(references(copied)):
            new = self._target(file, (*inside, *path), target, (*place, *path))
            if new is not None:
                look_up(copied, join("", path))["$ref"] = new

    def _target(self, file: _File, inside: DataPath, target: str, place: DataPath) -> str | None:
        """Return the pointer in the document that a reference becomes; None for one that stays."""
        name, _, fragment = target.partition("#")
        fragment = unquote(fragment)
        if not name and file is self._root:
            return None
        try:
            other = self._other(file, name) if name else file
            _check(other, target, fragment)
        except ContractError as error:
            if error.place is not None:
                raise
            self.unreadable.append(file.finding((*inside, "$ref"), error.message))
            return None
        if other is self._root:
            return "#" + fragment
        if len(place) == 2 and place[0] == "paths":
            if (other.path, fragment, place) in self._inlined:
                self.unreadable.append(file.finding((*inside, "$ref"), f"{target!r} refers to itself"))
            else:
                # A path item has no place among the components that every tool knows.
                self._inlined.add((other.path, fragment, place))
                self._waiting.append((other, fragment, place))
            return None
        return self._adopted(other, fragment, _kind(place))

    def _adopted(self, other: _File, fragment: str, kind: str) -> str:
        """Return the pointer to what another file holds, once it is a component of the document."""
        key = (other.path, fragment, kind)
        if key not in self._named:
            name = fragment.rpartition("/")[2] or other.path.name.partition(".")[0]
            taken = {*self.data.get("components", {}).get(kind, {}), *self._named.values()}
            number, chosen = 1, name
            while chosen in taken or f"#/components/{kind}/{chosen}" in taken:
                number += 1
                chosen = f"{name}{number}"
            self._named[key] = f"#/components/{kind}/{chosen}"
            self._waiting.append((other, fragment, ("components", kind, chosen)))
        return self._named[key]

    def _other(self, file: _File, named: str) -> _File:
        """Return a file that a reference names; ContractError without a place where it may not be read."""
        if "://" in named or named.startswith("//"):
            raise ContractError(f"{named!r} is on the network; references of a contract stay in its folder")
        path = real_path(file.path.parent / unquote(named))
        if not path.is_relative_to(self._folder):
            raise ContractError(f"{named!r} leads out of the folder of the contract; expected a file in it")
        if not path.is_file():
            raise ContractError(f"there is no file {named!r}")
        if path not in self._files and len(self._files) >= _MOST_FILES:
            raise ContractError(f"a contract can be spread over at most {_MOST_FILES} files")
        return self._file(path, self._shown / path.relative_to(self._folder))

    def _file(self, path: Path, shown: Path) -> _File:
        if path not in self._files:
            named = shown if shown.exists() else path
            self._files[path] = _File(path, *read_marked_file(named, ContractError))
        return self._files[path]


def _check(file: _File, target: str, fragment: str) -> None:
    """Raise ContractError, without a place, if a file has nothing at a pointer."""
    if fragment and not fragment.startswith("/"):
        raise ContractError(f"{target!r} is no place in a file; expected one such as 'file.yaml#/Name'")
    try:
        look_up(file.marked.data, fragment)
    except ContractError:
        raise ContractError(f"{target!r} points at nothing") from None


def _kind(place: DataPath) -> str:
    """Return which components a reference at a place leads to."""
    last, before = place[-1] if place else "", place[-2] if len(place) > 1 else ""
    if last == "requestBody":
        return "requestBodies"
    return str(before) if before in _KINDS else "schemas"
