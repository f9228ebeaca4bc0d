"""Readers of option values: text to a value; ValueError, with a hint or nothing, when it does not fit.

`parse_...` take text, `read_...` the objects of Python calls.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from execmock.core.durations import (
    DurationError,
    duration_hint,
    format_instant,
    parse_duration,
    parse_instant,
)
from execmock.errors import nearest

__all__ = [
    "ApiKey",
    "as_text",
    "between",
    "one_of",
    "parse_duration_text",
    "parse_flag",
    "parse_header",
    "parse_header_size",
    "parse_instant_text",
    "parse_key",
    "parse_pair",
    "parse_path",
    "parse_proxy",
    "parse_rate",
    "parse_reports",
    "parse_resolve",
    "parse_size",
    "parse_speed",
    "parse_url",
    "parse_wait",
    "parse_whole",
    "parse_world",
    "parse_zone",
    "pattern",
    "read_duration",
    "read_header",
    "read_instant",
    "read_key",
    "read_pair",
    "show_size",
    "without_user_info",
]

_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_WORDS = {
    "true": True,
    "1": True,
    "yes": True,
    "on": True,
    "false": False,
    "0": False,
    "no": False,
    "off": False,
}
_KEY = r"[!-~]+"


class ApiKey(NamedTuple):
    """A bearer key that the mock knows, and its scope: `read` or `read-write`."""

    key: str
    scope: Literal["read", "read-write"] = "read-write"

    def __repr__(self) -> str:
        return f"ApiKey(***, {self.scope})"


def as_text(scalar: object) -> str:
    """Return a scalar from a file or a Python call as it would be typed on the command line."""
    if scalar is None:
        return "null"
    return str(scalar).lower() if isinstance(scalar, bool) else str(scalar)


def pattern(regex: str) -> Callable[[str], str]:
    """Return a reader that takes text of a form as it stands."""

    # Compiled when it is used: most commands use few of them, and every pytest run imports them.
    def parse(text: str) -> str:
        if not re.fullmatch(regex, text):
            raise ValueError
        return text

    return parse


def one_of(*names: str) -> Callable[[str], str]:
    """Return a reader that takes one of some names."""

    def parse(text: str) -> str:
        if text not in names:
            raise ValueError(nearest(text, names))
        return text

    return parse


def between(low: int, high: int | None) -> Callable[[str], int]:
    """Return a reader that takes whole numbers within bounds."""

    def parse(text: str) -> int:
        value = parse_whole(text)
        if value < low or (high is not None and value > high):
            raise ValueError
        return value

    return parse


def parse_whole(text: str) -> int:
    """Read a whole number in decimal digits."""
    if not re.fullmatch(r"[-+]?[0-9]{1,4000}", text):
        raise ValueError
    return int(text)


def parse_speed(text: str) -> float:
    """Read a clock's speed: above 0, at most a million."""
    value = float(text) if re.fullmatch(r"[0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?|[0-9]+\.", text) else 0.0
    if not 0 < value <= 1_000_000:
        still = re.fullmatch(r"0+(\.0*)?", text)
        raise ValueError(" A clock that stands still is `frozen`, not a speed" if still else "")
    return value


def parse_flag(text: str) -> bool:
    """Read a truth value."""
    if text.lower() not in _WORDS:
        raise ValueError
    return _WORDS[text.lower()]


def parse_size(text: str) -> int:
    """Read a number of bytes, at least 1; k, m and g are powers of 1024."""
    match = re.fullmatch(r"([0-9]{1,15})(?:([kmg])(?:i?b)?|b)?", text.lower())
    if not match or not int(match[1]):
        raise ValueError
    return int(match[1]) * _UNITS[match[2] or ""]


def parse_header_size(text: str) -> int:
    """Read a number of bytes from 256 to 1m: one that leaves room for a key, and bounds what is kept."""
    size = parse_size(text)
    if not 256 <= size <= 1 << 20:
        raise ValueError
    return size


def show_size(value: int) -> str:
    """Return the shortest exact text that `parse_size` reads back."""
    unit = next(unit for unit in ("g", "m", "k", "") if value % _UNITS[unit] == 0)
    return f"{value // _UNITS[unit]}{unit}"


def parse_instant_text(text: str) -> int:
    """Read RFC 3339 as milliseconds since 1970."""
    try:
        return parse_instant(text)
    except DurationError:
        raise ValueError from None


def parse_zone(text: str) -> str:
    """Read the name of a time zone that this machine knows."""
    from zoneinfo import ZoneInfo, available_timezones

    try:
        return ZoneInfo(text).key
    except (OSError, ValueError, KeyError):
        raise ValueError(nearest(text, available_timezones())) from None


def parse_key(text: str) -> ApiKey:
    """Read KEY or KEY=SCOPE; what follows the last `=` is the scope."""
    key, equals, scope = text.rpartition("=")
    if not equals:
        key, scope = text, "read-write"
    if not re.fullmatch(_KEY, key):
        raise ValueError
    return ApiKey(key, "read" if one_of("read", "read-write")(scope) == "read" else "read-write")


def read_key(given: str | tuple[object, ...]) -> ApiKey:
    """Return a key with its scope; text is a key that may read and write, even with `=` in it."""
    if not isinstance(given, str):
        return parse_key("=".join(read_pair(given)))
    if not re.fullmatch(_KEY, given):
        raise ValueError
    return ApiKey(given)


def parse_pair(text: str) -> tuple[str, str]:
    """Read NAME=VALUE."""
    name, _, value = text.partition("=")
    if not name or not value:
        raise ValueError
    return name, value


def read_pair(given: tuple[object, ...]) -> tuple[str, str]:
    """Return a pair of name and value as text."""
    if len(given) != 2:
        raise ValueError
    name, value = given
    return parse_pair(f"{name}={as_text(value)}")


_OWN_HEADERS = {
    "authorization": "--token gives it",
    "connection": "the connection is not a matter of the service",
    "content-length": "it follows from the body",
    "content-type": "the requests of the run differ in it",
    "transfer-encoding": "it follows from the body",
}


def parse_header(text: str) -> tuple[str, str]:
    """Read NAME=VALUE, the header that is added to every request."""
    name, value = parse_pair(text)
    if reason := _OWN_HEADERS.get(name.lower()):
        raise ValueError(f" {name} is not for this option: {reason}.")
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) or not re.fullmatch(r"[ -~]+", value):
        raise ValueError
    return name, value


def read_header(given: tuple[object, ...]) -> tuple[str, str]:
    """Return a header's name and value as text."""
    return parse_header("=".join(read_pair(given)))


def parse_path(text: str) -> Path:
    """Read a path, which need not exist."""
    if not text.strip() or "\0" in text:
        raise ValueError
    return Path(text)


def parse_url(text: str) -> str:
    """Read http://HOST[:PORT] or https://HOST[:PORT], with a path or without."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or re.search(r"\s", text):
        raise ValueError
    try:
        fits = parts.port != 0
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(" A port is a number from 1 to 65535.")
    if "@" in parts.netloc:
        raise ValueError(" Keys have options of their own; an address has no user name and no password.")
    if "?" in text or "#" in text:
        raise ValueError(" An address ends with its path.")
    return text


def without_user_info(text: str) -> str:
    """Return text with the user name and the password of each address in it hidden."""
    return re.sub(r"(://|^)[^/@\s'\"]*@", r"\1***@", text)


def parse_proxy(text: str) -> str:
    """Read the address of an HTTP proxy, which may have a user name and a password, or `none`."""
    from urllib.parse import urlsplit

    if text == "none":
        return text
    user, _, place = urlsplit(text).netloc.rpartition("@")
    parse_url(text.replace(f"{user}@{place}", place) if user else text)
    return text


def parse_resolve(text: str) -> tuple[str, int, str]:
    """Read HOST:PORT:ADDRESS."""
    from ipaddress import ip_address

    host, port, address = [*text.split(":", 2), "", ""][:3]
    bare = address[1:-1] if address[:1] == "[" and address[-1:] == "]" else address
    number = between(1, 65535)(port)
    if not re.fullmatch(r"[^\s/@:]+", host):
        raise ValueError
    return host.lower(), number, str(ip_address(bare))


def parse_world(text: str) -> Path | str:
    """Read a path, which has a slash or a YAML file's ending, or else a shipped world's name."""
    path = parse_path(text)
    return path if "/" in text or path.suffix in (".yaml", ".yml") else text


def parse_duration_text(text: str) -> int:
    """Return the milliseconds of a duration such as 60s."""
    try:
        return parse_duration(text)
    except DurationError:
        raise ValueError(duration_hint(text)) from None


def parse_wait(text: str) -> int:
    """Return the milliseconds of a duration above 0."""
    milliseconds = parse_duration_text(text)
    if milliseconds <= 0:
        raise ValueError
    return milliseconds


def read_duration(milliseconds: int) -> int:
    """Return milliseconds, unless they are negative or too many."""
    return parse_duration_text(f"{milliseconds}ms")


def read_instant(given: datetime | int) -> int:
    """Return milliseconds since 1970; a datetime without an offset is read as UTC."""
    try:
        return parse_instant(format_instant(given) if isinstance(given, int) else given)
    except (DurationError, OverflowError):
        raise ValueError from None


_RATE = r"([0-9]+(?:\.[0-9]+)?)(?:/([smh]))?"
_PER = {"s": 1, "m": 60, "h": 3600}


def parse_rate(text: str) -> float:
    """Return how many a second `20/s`, `600/m` or a bare number of them a second come to."""
    found = re.fullmatch(_RATE, text.strip())
    if not found:
        raise ValueError
    return float(found[1]) / _PER[found[2] or "s"]


def parse_reports(text: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs of `junit=a.xml,json=b.json`."""
    return tuple(parse_pair(part) for part in text.split(",") if part.strip())
