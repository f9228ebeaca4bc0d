"""YAML files to plain data that remembers where each key and each value stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from execmock.errors import ConfigError, ExecmockError, Place
from execmock.loading.text_file import read_text_file
from execmock.loading.yaml_faults import BREAK, fault_of
from execmock.loading.yaml_spots import Spot, SpotReader

__all__ = ["Marked", "YamlPath", "load_marked", "load_marked_file", "read_marked_file"]

YamlPath = tuple[str | int, ...]
"""The way from the document's root to a value: mapping keys as text, list positions from 0."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NO_CHARACTER = yaml.reader.Reader.NON_PRINTABLE


class _Places(Mapping[YamlPath, Place]):
    """The places of all values, or of all keys, by path; found on demand, so aliases cost nothing."""

    def __init__(self, root: Spot, *, keys: bool) -> None:
        self._root = root
        self._keys = keys

    def __getitem__(self, path: YamlPath) -> Place:
        key, spot = self._root.place, self._root
        for part in path:
            key, spot = spot.members[part]
        return key if self._keys else spot.place

    def __iter__(self) -> Iterator[YamlPath]:
        waiting: list[tuple[YamlPath, Spot]] = [((), self._root)]
        while waiting:
            path, spot = waiting.pop()
            yield path
            waiting += [((*path, part), member) for part, (_, member) in reversed([*spot.members.items()])]

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True, slots=True)
class Marked:
    """A document's data with the places of its values (`places`) and of its mapping keys (`keys`).

    A list item has no key: in `keys` it has its own place. What an anchor names is one shared object
    wherever it is used, so copy the data before changing it.
    """

    data: Any
    places: Mapping[YamlPath, Place]
    keys: Mapping[YamlPath, Place]

    def place(self, path: YamlPath = ()) -> Place:
        """Return where the value at `path` stands, or else the nearest value round it."""
        return next(self.places[path[:end]] for end in range(len(path), -1, -1) if path[:end] in self.places)

    def key(self, path: YamlPath) -> Place:
        """Return where the key that `path` ends in stands, or else the nearest value round it."""
        return self.keys[path] if path in self.keys else self.place(path)


def load_marked_file(path: Path, error: type[ExecmockError] = ConfigError) -> Marked:
    """Load a UTF-8 file; raise `error` with a place when it cannot be read or is not valid YAML."""
    return read_marked_file(path, error)[0]


def read_marked_file(path: Path, error: type[ExecmockError] = ConfigError) -> tuple[Marked, bytes]:
    """Load a UTF-8 file, and return its bytes too; raise `error` as `load_marked_file` does."""
    text, content = read_text_file(path, error)
    return load_marked(text, str(path), error), content


def load_marked(text: str, file: str, error: type[ExecmockError] = ConfigError) -> Marked:
    """Load one YAML document; `file` names it in places. Raise `error` with a place when it is not valid.

    Scalars follow YAML 1.2's core schema, and only what JSON can hold is accepted. Keys are always text.
    Anchors, aliases and merge keys work; tags do not. An empty document is None.
    """
    if bad := _NO_CHARACTER.search(text):
        place = _place_after(text[: bad.start()], file)
        raise error(f"U+{ord(bad[0]):04X} is a character that YAML does not allow", place=place)
    events = _Events(text)
    try:
        spot = SpotReader(iter(events), file, error).document()
    except yaml.MarkedYAMLError as wrong:
        fault = fault_of(wrong, text, events.last)
        raise error(fault.message, place=Place(file, fault.line + 1, fault.column + 1)) from wrong
    return Marked(spot.value, _Places(spot, keys=False), _Places(spot, keys=True))


class _Events:
    """The parser's events of a text; `last` is the last scalar among those that were asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.last: Any = None

    def __iter__(self) -> Iterator[Any]:
        loader = _LOADER(self._text)
        try:
            while loader.check_event():
                event = loader.get_event()
                self.last = event if isinstance(event, yaml.ScalarEvent) else self.last
                yield event
        finally:
            loader.dispose()


def _place_after(text: str, file: str) -> Place:
    lines = BREAK.split(text)
    return Place(file, len(lines), len(lines[-1]) + 1)
