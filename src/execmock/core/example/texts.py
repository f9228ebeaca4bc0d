"""Example texts: by pattern, by format, or a word named after the property, of the right length."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from execmock.core.example.seeded import ExampleError, Place, Seeded
from execmock.core.ids import uuid7
from execmock.core.schema.patterns import matches

__all__ = ["text"]

_MOST_CHARACTERS = 10_000
_ATTEMPTS = 20
_EPOCH = datetime(2025, 1, 1, tzinfo=UTC)
_YEAR = 31_536_000


def text(schema: Mapping[str, Any], seeded: Seeded, place: Place) -> str:
    """Return a text that fits a schema."""
    least = int(schema.get("minLength", 0))
    most = int(schema.get("maxLength", _MOST_CHARACTERS))
    if least > min(most, _MOST_CHARACTERS):
        raise ExampleError(place, f"no text has {least} to {min(most, _MOST_CHARACTERS)} characters")
    seeded.spend(place, least)
    pattern = schema.get("pattern")
    made = _FORMATS.get(schema.get("format", ""))
    if made is None and schema.get("contentEncoding") == "base64":
        made = _FORMATS["byte"]
    found = made(seeded, place) if made else _word(seeded, place)
    if pattern is not None and not (made and matches(pattern, found)):
        return _matching(pattern, seeded, place, least, most)
    if made and least <= len(found) <= most:
        return found
    padded = found + "x" * (least - len(found))
    return padded[:most]


def _word(seeded: Seeded, place: Place) -> str:
    """Return a text that says which property it stands for."""
    named = [part for part in place if isinstance(part, str)]
    return f"{named[-1] if named else 'text'}_{seeded.number(place, 0, 0xFFFF):04x}"


def _matching(pattern: str, seeded: Seeded, place: Place, least: int, most: int) -> str:
    # Imported here: few schemas have a pattern and no example.
    from rstr import Rstr

    for attempt in range(_ATTEMPTS):
        try:
            found = Rstr(_PatternRandom(seeded, place, attempt, len(pattern))).xeger(pattern)  # type: ignore[arg-type]
        except Exception:
            # Python's expressions are not those of JSON Schema, and some repeat without end.
            break
        if least <= len(found) <= most and matches(pattern, found):
            return found
    raise ExampleError(place, f"no text was found that matches {pattern!r}")


class _PatternRandom:
    """The two methods of `random.Random` that Rstr calls; few repeats, and bounded work."""

    def __init__(self, seeded: Seeded, place: Place, attempt: int, length: int) -> None:
        self._seeded = seeded
        self._place = place
        self._attempt = attempt
        self._length = length
        self._count = 0

    def choice(self, options: Any) -> Any:
        """Return one of the options; of characters, a letter or a digit if it may be one."""
        if all(isinstance(option, str) for option in options):
            # Rstr passes some of them in the order of a set, which differs from run to run.
            options = sorted(options)
            options = [option for option in options if option.isalnum()] or options
        return self._seeded.pick(self._place, options, self._next())

    def randint(self, least: int, most: int) -> int:
        """Return how often a part is repeated, near the least; longer with each attempt."""
        found = self._seeded.number(self._place, least, min(most, least + 2 + self._attempt), self._next())
        # What is repeated is at most as long as the pattern.
        if found > _MOST_CHARACTERS:
            raise ExampleError(self._place, "the pattern repeats too often")
        self._seeded.spend(self._place, found * self._length)
        return found

    def _next(self) -> str:
        self._count += 1
        return f"{self._attempt}.{self._count}"


def _instant(seeded: Seeded, place: Place) -> datetime:
    return _EPOCH + timedelta(seconds=seeded.number(place, 0, _YEAR))


def _uuid(seeded: Seeded, place: Place) -> str:
    when = int(_instant(seeded, place).timestamp() * 1000)
    return uuid7(when, seeded.number(place, 0, (1 << 80) - 1).to_bytes(10, "big"))


def _address(seeded: Seeded, place: Place) -> int:
    return seeded.number(place, 1, 254)


_FORMATS: Mapping[str, Callable[[Seeded, Place], str]] = {
    "byte": lambda seeded, place: base64.b64encode(_word(seeded, place).encode()).decode(),
    "date": lambda seeded, place: _instant(seeded, place).strftime("%Y-%m-%d"),
    "date-time": lambda seeded, place: _instant(seeded, place).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "duration": lambda seeded, place: f"PT{seeded.number(place, 1, 59)}M",
    "email": lambda seeded, place: f"user{seeded.number(place, 1, 999)}@example.com",
    "hostname": lambda seeded, place: f"host{seeded.number(place, 1, 999)}.example.com",
    "idn-email": lambda seeded, place: f"user{seeded.number(place, 1, 999)}@example.com",
    "idn-hostname": lambda seeded, place: f"host{seeded.number(place, 1, 999)}.example.com",
    # The addresses that RFC 5737 and RFC 3849 reserve for documentation.
    "ipv4": lambda seeded, place: f"192.0.2.{_address(seeded, place)}",
    "ipv6": lambda seeded, place: f"2001:db8::{_address(seeded, place):x}",
    "iri": lambda seeded, place: f"https://example.com/{seeded.number(place, 1, 9999)}",
    "iri-reference": lambda seeded, place: f"/{seeded.number(place, 1, 9999)}",
    "json-pointer": lambda seeded, place: f"/{seeded.number(place, 0, 9)}",
    "regex": lambda seeded, place: f"^[a-z]{{{seeded.number(place, 1, 9)}}}$",
    "relative-json-pointer": lambda seeded, place: f"{seeded.number(place, 0, 9)}",
    "time": lambda seeded, place: _instant(seeded, place).strftime("%H:%M:%SZ"),
    "uri": lambda seeded, place: f"https://example.com/{seeded.number(place, 1, 9999)}",
    "uri-reference": lambda seeded, place: f"/{seeded.number(place, 1, 9999)}",
    "uri-template": lambda seeded, place: f"/{{id}}/{seeded.number(place, 1, 9999)}",
    "uuid": _uuid,
}
