"""Values within the limits of schema engines: what they cannot hold is replaced where it changes nothing.

A schema looks into so many levels of a value. What lies deeper is emptied; numbers beyond those of a double
become the largest that both engines compare exactly, of the same sign and kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeGuard

from execmock.verify.answer_schemas import Schema

__all__ = ["Bounded", "bounded", "stands_in", "unjudged"]

LEVELS = 100
"""How many levels of a value are judged; the engines' own limits lie above."""
_HUGE = 10**300
_TINY = 5e-324


@dataclass(frozen=True, slots=True)
class Bounded:
    """A value that every engine can hold; what was emptied and which numbers were replaced made it so."""

    value: Any
    cut: bool = False
    replaced: bool = False


def bounded(value: Any) -> Bounded:
    """Return a value within the limits; the same one if there is nothing to replace."""
    return Bounded(value) if _is_within(value) else _Copy().of(value)


def unjudged(schema: Schema, value: Bounded) -> str:
    """Return why a schema may judge the value itself otherwise than the bounded one, or an empty text."""
    if value.cut and _reach(schema).unbounded:
        return f"it nests deeper than {LEVELS} levels"
    return _BEYOND if value.replaced and _reach(schema).divides else ""


_BEYOND = "a number in it is beyond what can be divided"


def stands_in(number: Any) -> bool:
    """Whether a number may stand in for another one."""
    return isinstance(number, int | float) and abs(number) in (_HUGE, _TINY)


def _is_within(value: Any) -> bool:
    """Whether there is nothing to replace; looks at one level after the other."""
    level = [value]
    for _ in range(LEVELS + 1):
        containers = [each for each in level if isinstance(each, _CONTAINERS) and each]
        if any(isinstance(each, _NUMBERS) and _beyond(each) for each in level):
            return False
        if not containers:
            return True
        level = [
            inner
            for each in containers
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, _LOOKED_AT)
        ]
    return False


_CONTAINERS = (dict, list)
_NUMBERS = (int, float, Decimal)
_LOOKED_AT = (dict, list, int, float, Decimal)


def _beyond(value: Any) -> TypeGuard[int | float | Decimal]:
    return isinstance(value, Decimal) or (isinstance(value, int | float) and abs(value) > _HUGE)


def _stand_in(value: Any) -> int | float:
    """Return the number of the same sign and kind at the edge of what can be compared."""
    sign = 1 if value > 0 else -1
    if abs(value) < 1:
        return sign * _TINY
    whole = isinstance(value, int) or (isinstance(value, Decimal) and value == value.to_integral_value())
    return sign * (_HUGE if whole else float(_HUGE))


class _Copy:
    """Copies a value, level by level."""

    def __init__(self) -> None:
        self._cut = self._replaced = False
        self._waiting: list[tuple[Any, Any, int]] = []

    def of(self, value: Any) -> Bounded:
        """Return the copy."""
        whole = self._begun(value, 1)
        while self._waiting:
            source, copy, level = self._waiting.pop()
            if isinstance(source, dict):
                copy.update((name, self._begun(each, level + 1)) for name, each in source.items())
            else:
                copy.extend(self._begun(each, level + 1) for each in source)
        return Bounded(whole, self._cut, self._replaced)

    def _begun(self, value: Any, level: int) -> Any:
        """Return what stands for a value: for a container an empty one, to be filled later or not at all."""
        if isinstance(value, dict | list):
            copy: Any = type(value)()
            if value and level > LEVELS:
                self._cut = True
            else:
                self._waiting.append((value, copy, level))
            return copy
        if _beyond(value):
            self._replaced = True
            return _stand_in(value)
        return value


@lru_cache(maxsize=64)
def _reach(schema: Schema) -> _Reach:
    return _Reach(schema.document)


class _Reach:
    """How far a schema looks: `unbounded` if it is recursive or compares whole values."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._open: list[str] = []
        self._done: set[str] = set()
        self.divides = False
        self.unbounded = False
        self._walk({name: node for name, node in document.items() if name not in _DEFINITIONS})

    def _walk(self, node: Any) -> None:
        for each in node if isinstance(node, list) else ():
            self._walk(each)
        if isinstance(node, Mapping):
            self.divides = self.divides or "multipleOf" in node
            self.unbounded = self.unbounded or _compares(node)
            self._follow(node.get("$ref"))
            for each in node.values():
                self._walk(each)

    def _follow(self, reference: Any) -> None:
        if isinstance(reference, str) and reference not in self._done:
            if reference in self._open or not reference.startswith("#/"):
                self.unbounded = True
                return
            self._open.append(reference)
            self._walk(_at(self._document, reference))
            self._open.pop()
            self._done.add(reference)


_DEFINITIONS = ("components", "$defs", "definitions")


def _compares(node: Mapping[str, Any]) -> bool:
    known = (node.get("const"), *(node["enum"] if isinstance(node.get("enum"), list) else ()))
    return (
        "uniqueItems" in node or "$dynamicRef" in node or any(isinstance(each, dict | list) for each in known)
    )


def _at(document: Any, reference: str) -> Any:
    for part in reference.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        document = document.get(name) if isinstance(document, Mapping) else None
    return document
