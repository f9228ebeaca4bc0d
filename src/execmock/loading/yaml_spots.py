"""YAML's parser events to plain data, each value and key with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from execmock.errors import ExecmockError, Place, quoted
from execmock.loading.yaml_faults import TEMPLATE
from execmock.loading.yaml_scalars import KINDS, kind_of_plain, scalar

__all__ = ["Spot", "SpotReader"]

_DEEPEST = 100
_MOST = 250_000
_SHOWN = {"int": "whole number", "float": "number", "bool": "truth value", "null": "null"}
_TAG = "tag:yaml.org,2002:"

Members = dict[str | int, tuple[Place, "Spot"]]


@dataclass(frozen=True, slots=True)
class Spot:
    """A value, where it stands, and its members by key or position: the place of the key or item, its spot.

    `size` counts the values in it and `height` its levels, both with aliases written out.
    """

    value: Any
    place: Place
    members: Members = field(default_factory=dict)
    size: int = 1
    height: int = 1

    @classmethod
    def holding(cls, value: Any, place: Place, members: Members) -> Spot:
        """Return the spot of a mapping or list."""
        inner = [spot for _, spot in members.values()]
        height = 1 + max((spot.height for spot in inner), default=0)
        return cls(value, place, members, 1 + sum(spot.size for spot in inner), height)


class SpotReader:
    """Reads one document from a parser's events; raises `error` for what plain data cannot hold."""

    def __init__(self, events: Iterator[Any], file: str, error: type[ExecmockError]) -> None:
        self._events = events
        self._file = file
        self._error = error
        self._items: set[Place] = set()  # where mappings begin that are items of a list
        self._anchors: dict[str, Spot | None] = {}  # None while the anchored value is being read
        self._read = 0  # values so far, those that merge keys bring among them

    def document(self) -> Spot:
        """Return the only document of the stream; an empty stream is null."""
        next(self._events)  # the stream's start
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return Spot(None, Place(self._file, 1, 1))
        spot = self._value(next(self._events), depth=1)
        next(self._events)  # the document's end
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise self._fail(after, "a second document starts here; a file holds one")
        return spot

    def _value(self, event: Any, depth: int) -> Spot:
        self._count(1, self._place(event))
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, depth)
        self._check_depth(event, depth)
        if event.anchor:
            self._anchors[event.anchor] = None
        if isinstance(event, yaml.MappingStartEvent):
            spot = self._mapping(event, depth)
        elif isinstance(event, yaml.SequenceStartEvent):
            spot = self._sequence(event, depth)
        else:
            spot = Spot(self._scalar(event), self._place(event))
        if event.anchor:
            self._anchors[event.anchor] = spot
        return spot

    def _alias(self, event: Any, depth: int) -> Spot:
        if event.anchor not in self._anchors:
            raise self._fail(event, f"no anchor &{event.anchor} stands above this alias")
        spot = self._anchors[event.anchor]
        if spot is None:
            raise self._fail(event, f"the value of &{event.anchor} contains itself through this alias")
        self._check_depth(event, depth + spot.height - 1)
        return replace(spot, place=self._place(event))

    def _sequence(self, event: Any, depth: int) -> Spot:
        self._check_tag(event, "seq")
        items: list[Spot] = []
        while not isinstance(inner := next(self._events), yaml.SequenceEndEvent):
            if isinstance(inner, yaml.MappingStartEvent) and not inner.flow_style:
                self._items.add(self._place(inner))
            items.append(self._value(inner, depth + 1))
        members: Members = {index: (item.place, item) for index, item in enumerate(items)}
        return self._holding(event, [item.value for item in items], members)

    def _mapping(self, event: Any, depth: int) -> Spot:
        self._check_tag(event, "map")
        own: Members = {}
        merged: Members = {}
        while not isinstance(key := next(self._events), yaml.MappingEndEvent):
            if isinstance(key, yaml.ScalarEvent) and key.value == "<<" and _is_plain(key):
                merged = self._merged(self._value(next(self._events), depth + 1)) | merged
                continue
            name = self._key(key, event, own)
            own[name] = (self._place(key), self._value(next(self._events), depth + 1))
        members = merged | own
        return self._holding(event, {name: spot.value for name, (_, spot) in members.items()}, members)

    def _holding(self, event: Any, value: Any, members: Members) -> Spot:
        spot = Spot.holding(value, self._place(event), members)
        if spot.size > _MOST:
            raise self._fail(event, f"this holds more than {_MOST} values when its aliases are written out")
        return spot

    def _merged(self, spot: Spot) -> Members:
        """Return what a merge key brings; of several mappings the first that has a key wins."""
        sources = [item for _, item in spot.members.values()] if isinstance(spot.value, list) else [spot]
        for source in sources:
            if not isinstance(source.value, dict):
                raise self._error(
                    "a merge key (<<) takes a mapping or a list of mappings", place=source.place
                )
            self._count(len(source.members), source.place)
        members: Members = {}
        for source in reversed(sources):
            members.update(source.members)
        return members

    def _count(self, more: int, place: Place) -> None:
        """Raise an error as soon as there is too much, and not only when the whole has been read."""
        self._read += more
        if self._read > _MOST:
            raise self._error(f"here are more than {_MOST} values", place=place)

    def _key(self, event: Any, mapping: Any, present: Members) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            if _opens_template(mapping, event):
                raise self._fail(mapping, TEMPLATE)
            raise self._fail(event, "a mapping, list or alias cannot be a key; expected text")
        self._scalar(event)
        if event.value in present:
            line = present[event.value][0].line
            said = f"the key {quoted(event.value)} stands twice; it is also on line {line}"
            if self._place(mapping) in self._items and line < self._place(event).line:
                said = f"{said}. Is a - missing, which begins another item?"
            raise self._fail(event, said)
        return str(event.value)

    def _scalar(self, event: Any) -> object:
        self._check_tag(event, *KINDS)
        kind = kind_of_plain(event.value) if _is_plain(event) else (event.tag or "str").removeprefix(_TAG)
        try:
            return scalar(kind, event.value)
        except ValueError:
            shown = event.value if len(event.value) <= 40 else event.value[:40] + "..."
            why = ": it has more than 4300 digits" if kind == "int" and _is_plain(event) else ""
            raise self._fail(event, f"{shown!r} is no {_SHOWN[kind]} that JSON can hold{why}") from None

    def _check_tag(self, event: Any, *kinds: str) -> None:
        if event.tag is not None and event.tag.removeprefix(_TAG) not in kinds:
            shown = event.tag.replace(_TAG, "!!")
            raise self._fail(event, f"the tag {shown!r} is not supported; write a plain value")

    def _check_depth(self, event: Any, depth: int) -> None:
        if depth > _DEEPEST:
            raise self._fail(event, f"nested deeper than {_DEEPEST} levels")

    def _place(self, event: Any) -> Place:
        return Place(self._file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _fail(self, event: Any, message: str) -> ExecmockError:
        return self._error(message, place=self._place(event))


def _is_plain(event: Any) -> bool:
    return event.tag is None and bool(event.implicit[0])


def _opens_template(outer: Any, inner: Any) -> bool:
    """Whether two mappings begin as `{{` does."""
    braces = isinstance(inner, yaml.MappingStartEvent) and inner.flow_style and outer.flow_style
    return bool(braces) and inner.start_mark.index == outer.start_mark.index + 1
