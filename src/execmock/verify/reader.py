"""Reads answers: JSON of any nesting and any number of digits, within limits that are stated here.

The limits lie far above what probes send. An answer beyond one is not judged: it neither accuses nor acquits.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from json import JSONDecodeError, decoder
from typing import Any, Final

__all__ = ["LIMITS", "NOT_JSON", "UNREAD", "Limits", "Nothing", "Reading", "parse_json", "read_json"]


class Nothing:
    """A marker that is no JSON value."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name

    def __bool__(self) -> bool:
        return False


NOT_JSON: Final = Nothing("no JSON")
UNREAD: Final = Nothing("an answer that was not read")


@dataclass(frozen=True, slots=True)
class Limits:
    """What is read of an answer: bytes of its body, levels of nesting, digits of one number."""

    size: int = 1 << 26
    depth: int = 1_000_000
    digits: int = 1_000_000


LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Reading:
    """The value of a JSON text, NOT_JSON, or UNREAD; `unread` then names the limit."""

    value: Any
    unread: str = ""


class _TooMuch(Exception):  # noqa: N818 - a limit, not an error
    pass


def read_json(body: bytes, limits: Limits = LIMITS) -> Reading:
    """Read a body with integers exact. A number that neither int nor float can hold becomes a Decimal."""
    if len(body) > limits.size:
        return Reading(UNREAD, f"the answer is longer than {limits.size} bytes")
    try:
        text = body.decode("utf-8")
        return Reading(json.loads(text, parse_int=_integer, parse_float=_real, parse_constant=_refuse))
    except (JSONDecodeError, UnicodeDecodeError):
        return Reading(NOT_JSON)
    except (RecursionError, _TooMuch, ValueError):
        return _read_deep(text, limits)


def _read_deep(text: str, limits: Limits) -> Reading:
    try:
        return Reading(_Parser(text, limits).parse())
    except _TooMuch as limit:
        return Reading(UNREAD, str(limit))
    except ValueError:
        return Reading(NOT_JSON)


def parse_json(body: bytes) -> Any:
    """Return the JSON value of a body, NOT_JSON, or UNREAD."""
    return read_json(body).value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _integer(digits: str, most: int = LIMITS.digits) -> int | Decimal:
    """Return an integer; a Decimal where Python would refuse to write it as text again."""
    return int(digits) if len(digits) <= _INT_DIGITS else _decimal(digits, most)


def _real(digits: str, most: int = LIMITS.digits) -> float | Decimal:
    """Return a float; a Decimal where it would be infinite, or 0 without being it."""
    value = float(digits) if len(digits) <= _INT_DIGITS else math.inf
    lost = math.isinf(value) or (value == 0 and bool(_NOT_ZERO.match(digits)))
    return _decimal(digits, most) if lost else value


_INT_DIGITS = 4_000
_NOT_ZERO = re.compile(r"-?[0.]*[1-9]")


def _decimal(digits: str, most: int) -> Decimal:
    if len(digits) > most:
        raise _TooMuch(f"a number in the answer has more than {most} digits")
    try:
        return Decimal(digits)
    except DecimalException as error:
        raise _TooMuch("a number in the answer is beyond what can be compared") from error


_string: Callable[[str, int], tuple[str, int]] = decoder.scanstring  # type: ignore[attr-defined]  # public
"""Reads a JSON string from behind its opening quote; returns it and where it ends."""


class _Parser:
    """Parses JSON without recursion: open arrays and objects are on a stack."""

    def __init__(self, text: str, limits: Limits) -> None:
        self._text = text
        self._limits = limits
        self._at = 0
        self._open: list[tuple[list[Any] | dict[str, Any], str]] = []
        """Each container that is not closed, and the name under which its next value goes."""

    def parse(self) -> Any:
        """Return the value; ValueError if the text is not JSON."""
        while True:
            done, value = self._value()
            while done and self._open:
                done, value = self._put(value)
            if done:
                if self._peek():
                    raise ValueError("extra text")
                return value

    def _peek(self) -> str:
        """Skip white space, and return the next character, or an empty text at the end."""
        self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]  # it always matches
        return self._text[self._at : self._at + 1]

    def _take(self, wanted: str) -> None:
        if self._peek() != wanted:
            raise ValueError(f"no {wanted}")
        self._at += 1

    def _value(self) -> tuple[bool, Any]:
        """Read a value; (False, None) after the begin of a container that is not empty."""
        first = self._peek()
        if first not in ("[", "{"):
            return True, self._leaf(first)
        self._at += 1
        container: list[Any] | dict[str, Any] = [] if first == "[" else {}
        if self._peek() == _CLOSED[first]:
            self._at += 1
            return True, container
        if len(self._open) >= self._limits.depth:
            raise _TooMuch(f"the answer nests deeper than {self._limits.depth} levels")
        self._open.append((container, self._name(container)))
        return False, None

    def _name(self, container: list[Any] | dict[str, Any]) -> str:
        if isinstance(container, list):
            return ""
        self._take('"')
        name, self._at = _string(self._text, self._at)
        self._take(":")
        return name

    def _put(self, value: Any) -> tuple[bool, Any]:
        """Put a whole value into its container; (True, the container) if that ends with it."""
        container, name = self._open.pop()
        if isinstance(container, list):
            container.append(value)
        else:
            container[name] = value
        if self._peek() == ",":
            self._at += 1
            self._open.append((container, self._name(container)))
            return False, None
        self._take("]" if isinstance(container, list) else "}")
        return True, container

    def _leaf(self, first: str) -> Any:
        if first == '"':
            text, self._at = _string(self._text, self._at + 1)
            return text
        found = _LEAF.match(self._text, self._at)
        if found is None:
            raise ValueError("no value")
        self._at = found.end()
        if found["word"]:
            return _WORDS[found["word"]]
        number = _real if found["part"] else _integer
        return number(found[0], self._limits.digits)


_SPACE = re.compile(r"[ \t\n\r]*")
_CLOSED = {"[": "]", "{": "}"}
_WORDS = {"true": True, "false": False, "null": None}
_LEAF = re.compile(
    r"(?P<word>true|false|null)|-?(?:0|[1-9][0-9]*)(?P<part>(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)"
)
