"""A coverage as a JSON document, and the files that hold one."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec

from execmock.core.json_text import JsonError, decode, encode
from execmock.coverage.model import Coverage, Kind, Tally, Unit
from execmock.errors import CoverageError, Place, quoted
from execmock.files import read_file

__all__ = [
    "FILE_NAME",
    "coverage_as_json",
    "coverage_from_json",
    "parts_of",
    "read_all",
    "read_coverage",
    "write_coverage",
]

FILE_NAME = ".execmock-coverage"
"""The file that is written and read where no other is named; parts of it have a suffix."""
_FORMAT, _VERSION = "execmock-coverage", 1
_Count = Annotated[int, msgspec.Meta(ge=0, le=1 << 53)]
_NAMES: Mapping[Kind, int] = {
    "answer": 2,
    "example": 3,
    "status": 2,
    "transition": 3,
    "branch": 4,
    "fault": 1,
}
"""How many names a unit of each kind has."""


class _Unit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: Kind
    names: tuple[str, ...]
    declared: bool
    met: _Count
    unseen: _Count = 0
    way: str | None = None


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    format: str
    version: int
    units: list[_Unit]
    left_out: _Count = 0


def coverage_as_json(coverage: Coverage) -> dict[str, Any]:
    """Return a coverage as JSON-like data, in an order that follows from what is in it."""
    units = []
    for unit, tally in sorted(coverage.tallies.items()):
        entry: dict[str, Any] = {"kind": unit.kind, "names": list(unit.names), "declared": tally.declared}
        entry |= {"met": tally.met, "unseen": tally.unseen}
        if unit in coverage.ways:
            entry["way"] = coverage.ways[unit]
        units.append(entry)
    return {"format": _FORMAT, "version": _VERSION, "units": units, "leftOut": coverage.left_out}


def coverage_from_json(data: Any, place: Place) -> Coverage:
    """Return the coverage that JSON-like data holds; CoverageError says what it is in its place."""
    if not isinstance(data, dict) or data.get("format") != _FORMAT:
        raise CoverageError(f"it is no coverage of execmock; expected format {_FORMAT!r}", place=place)
    version = data.get("version")
    if version != _VERSION:
        raise CoverageError(f"its version is {quoted(version)}; expected {_VERSION}", place=place)
    try:
        document = msgspec.convert(data, _Document)
    except msgspec.ValidationError as error:
        raise CoverageError(f"it does not fit format {_FORMAT!r}: {error}", place=place) from None
    tallies: dict[Unit, Tally] = {}
    ways: dict[Unit, str] = {}
    for number, entry in enumerate(document.units):
        if len(entry.names) != _NAMES[entry.kind]:
            said = f"units/{number}/names has {len(entry.names)} names"
            raise CoverageError(f"{said}; expected {_NAMES[entry.kind]} of kind {entry.kind!r}", place=place)
        unit = Unit(entry.kind, entry.names)
        tallies[unit] = tallies.get(unit, Tally()) + Tally(entry.declared, entry.met, entry.unseen)
        if entry.way is not None:
            ways[unit] = entry.way
    return Coverage(tallies, ways, document.left_out)


def read_coverage(path: Path) -> Coverage:
    """Return the coverage in a file; CoverageError where there is none."""
    place = Place(str(path))
    try:
        text = read_file(path)
    except FileNotFoundError:
        raise CoverageError("there is no such file", place=place) from None
    except OSError as error:
        raise CoverageError(f"it cannot be read: {error.strerror or error}", place=place) from None
    try:
        data = decode(text)
    except JsonError as error:
        raise CoverageError(f"it is not whole, or no coverage at all: {error}", place=place) from None
    return coverage_from_json(data, place)


def read_all(paths: Iterable[Path]) -> Coverage:
    """Return what is in several files together; a file that is named twice counts once."""
    return Coverage.sum(read_coverage(path) for path in dict.fromkeys(paths))


def parts_of(path: Path) -> list[Path]:
    """Return the files beginning with a file's name and a dot: what test workers and other runs wrote."""
    found = path.parent.glob(f"{glob.escape(path.name)}.*")
    return sorted(part for part in found if part.suffix != ".tmp")


def write_coverage(path: Path, coverage: Coverage) -> None:
    """Write a coverage into a file, in the place of what is there; never half of it."""
    part = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        part.write_bytes(encode(coverage_as_json(coverage)) + b"\n")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        said = f"it cannot be written: {error.strerror or error}"
        raise CoverageError(said, place=Place(str(path))) from None
