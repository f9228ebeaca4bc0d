"""The kinds of values that options take: how each is read, shown and described."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from execmock.core.durations import format_duration, format_instant
from execmock.settings import parsers
from execmock.settings.parsers import ApiKey

__all__ = [
    "DURATION",
    "FAULTS",
    "FLAG",
    "HEADER",
    "HEADER_SIZE",
    "HOST",
    "INSTANT",
    "KEY",
    "LIMIT",
    "ORIGIN",
    "PAIR",
    "PATH",
    "PORT",
    "PROXY",
    "RATE",
    "REPORTS",
    "RESOLVE",
    "SECRET",
    "SEED",
    "SIZE",
    "SPEED",
    "STORE",
    "TEXT",
    "URL",
    "WAIT",
    "WORLD",
    "ZONE",
    "Kind",
    "choice",
    "count",
]


@dataclass(frozen=True, slots=True)
class Kind:
    """How text becomes a value; `parse` raises ValueError, with a hint or nothing, when it does not fit.

    `types` are the types a configuration file may hold; a kind of pairs may also stand there as a mapping.
    Python calls may give `values` as well, which `read` reads in place of `parse`. `names` are all there
    are, where that is known.
    """

    metavar: str
    expected: str
    parse: Callable[[str], Any]
    show: Callable[[Any], str] = str
    types: tuple[type, ...] = (str,)
    pairs: bool = False
    secret: bool = False
    values: tuple[type, ...] = ()
    read: Callable[[Any], Any] | None = None
    names: tuple[str, ...] = ()


def choice(*names: str) -> Kind:
    """Return the kind that takes one of some names."""
    return Kind("|".join(names), " or ".join(names), parsers.one_of(*names), names=names)


def count(low: int, high: int | None = None) -> Kind:
    """Return the kind of whole numbers within bounds."""
    bounds = f"of at least {low}" if high is None else f"from {low} to {high}"
    return Kind("N", f"a whole number {bounds}", parsers.between(low, high), types=(int,))


def _hide(_: str) -> str:
    return "***"


def _show_key(key: ApiKey) -> str:
    return f"***={key.scope}"


def _show_header(header: tuple[str, str]) -> str:
    return f"{header[0]}=***"


def _show_store(url: str) -> str:
    named = re.sub(r"(://[^/@:]*:)[^@]*@", r"\1***@", url)
    return re.sub(r"([?&][a-z_]*password=)[^&]*", r"\1***", named)


_ADDRESS = parsers.pattern(r"(?!unix:)[^\s/]+|unix:[^\0]*[^\0/]")
_ORIGIN = parsers.pattern(r"\*|null|[a-z][a-z0-9+.-]*://[^/\s]+")
_PRINTABLE = parsers.pattern(r"[!-~]+")
_TEXT = parsers.pattern(r"(?s).*\S.*")
_URL = parsers.pattern(r"[a-z][a-z0-9+.-]*:\S*")

DURATION = Kind(
    *("TIME", "a duration such as 500ms, 10s or 2m", parsers.parse_duration_text, format_duration),
    values=(int,),
    read=parsers.read_duration,
)
FAULTS = Kind(
    *("FILE|NAME", "a file or the name of shipped faults", parsers.parse_world),
    values=(Path,),
    read=lambda path: path,  # a path of one word is a file's, not that of shipped faults
)
FLAG = Kind("", "true or false", parsers.parse_flag, lambda value: str(value).lower(), types=(bool,))
HEADER = Kind(
    *("NAME=VALUE", "NAME=VALUE, such as X-Gateway-Key=abc", parsers.parse_header, _show_header),
    pairs=True,
    secret=True,
    values=(tuple,),
    read=parsers.read_header,
)
HEADER_SIZE = Kind(
    *("BYTES", "a size from 256 to 1m, such as 64k", parsers.parse_header_size, parsers.show_size),
    types=(int, str),
)
HOST = Kind("ADDRESS", "an address to listen on, such as 127.0.0.1, or unix:/PATH", _ADDRESS)
INSTANT = Kind(
    *("INSTANT", "an instant such as 2026-01-01T09:00:00Z", parsers.parse_instant_text, format_instant),
    values=(datetime, int),
    read=parsers.read_instant,
)
KEY = Kind(
    *("KEY[=SCOPE]", "a key, alone or with =read or =read-write", parsers.parse_key, _show_key),
    pairs=True,
    secret=True,
    values=(str, tuple),
    read=parsers.read_key,
)
ORIGIN = Kind("ORIGIN", "* or an origin such as http://localhost:3000", _ORIGIN)
PAIR = Kind(
    *("NAME=VALUE", "NAME=VALUE", parsers.parse_pair, "=".join),
    pairs=True,
    values=(tuple,),
    read=parsers.read_pair,
)
PATH = Kind("PATH", "a path", parsers.parse_path, values=(Path,))
PORT = count(0, 65535)
PROXY = Kind(
    *("URL", "an HTTP proxy such as http://127.0.0.1:3128, or none", parsers.parse_proxy),
    show=parsers.without_user_info,
)
LIMIT = Kind(
    *("N/UNIT", "a rate such as 60/m, 5/s or 1000/h", parsers.pattern(r"[1-9][0-9]{0,6}/[smh]")),
)
RATE = Kind(
    "N/s", "a rate such as 20/s or 600/m", parsers.parse_rate, "{:g}/s".format, types=(int, float, str)
)
REPORTS = Kind(
    *("FORM=FILE", "FORM=FILE, such as junit=report.xml", parsers.parse_reports),
    show=lambda pairs: ",".join(map("=".join, pairs)),
    pairs=True,
)
RESOLVE = Kind(
    *("HOST:PORT:ADDRESS", "HOST:PORT:ADDRESS, such as api.example.com:443:10.0.0.7"),
    parse=parsers.parse_resolve,
    show=lambda entry: f"{entry[0]}:{entry[1]}:{entry[2]}",
)
SECRET = Kind("KEY", "a key without spaces", _PRINTABLE, _hide, secret=True)
SEED = Kind("N", "a whole number", parsers.parse_whole, types=(int,))
SIZE = Kind(
    "BYTES", "a size such as 65536, 512k or 1m", parsers.parse_size, parsers.show_size, types=(int, str)
)
SPEED = Kind(
    "FACTOR", "a number above 0 and at most 1000000", parsers.parse_speed, "{:g}".format, types=(int, float)
)
STORE = Kind("URL", "a store's URL such as memory:", _URL, _show_store)
TEXT = Kind("NAME", "text", _TEXT)
URL = Kind("URL", "an address such as http://127.0.0.1:4010", parsers.parse_url)
WAIT = Kind(
    *("TIME", "a duration above 0, such as 500ms, 10s or 2m", parsers.parse_wait, format_duration),
    values=(int,),
    read=lambda milliseconds: parsers.parse_wait(f"{milliseconds}ms"),
)
WORLD = Kind(
    *("FILE|NAME", "a file or the name of a shipped world", parsers.parse_world),
    values=(Path,),
    read=lambda path: path,  # a path of one word is a file's, not a shipped world's
)
ZONE = Kind("ZONE", "a time zone such as America/New_York", parsers.parse_zone)
