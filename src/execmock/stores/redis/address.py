"""Reads the addresses of a Redis, of a cluster and of a set behind sentinels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from redis.asyncio.connection import Connection, SSLConnection, parse_url

from execmock.errors import StoreError

__all__ = ["PATIENCE", "Address", "read_address"]

PATIENCE = 2.0
"""Seconds that a connection and an answer may take."""
_PORT, _SENTINEL_PORT = 6379, 26379
_SENTINEL = "sentinel_"
"""Begins the options that are for the sentinels alone."""

Host = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Address:
    """Where Redis is: `kind` is "", "cluster" or "sentinel", `master` the name that the sentinels know.

    `options` are those of the client's connections to Redis, `sentinel_options` to the sentinels. `shown` is
    the URL as it may be shown, `hosts_shown` its hosts alone.
    """

    kind: str
    secure: bool
    hosts: tuple[Host, ...]
    master: str
    database: int
    options: Mapping[str, Any]
    sentinel_options: Mapping[str, Any]
    shown: str

    @property
    def hosts_shown(self) -> str:
        """The hosts with their ports, separated by commas."""
        return ",".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in self.hosts)

    @property
    def scheme(self) -> str:
        """The scheme of a plain Redis that is reached as this one is."""
        return "rediss" if self.secure else "redis"


def read_address(url: str) -> Address:
    """Return what a URL says; StoreError when it names no Redis, without a password that stands in it."""
    # A password may stand in either place, and whatever it holds, none of it is shown.
    shown = re.sub(r"//.*@", "//***@", url.partition("?")[0])
    scheme, _, rest = url.partition("://")
    base, _, kind = scheme.partition("+")
    authority, path, query = _parted(rest)
    user, at, hosts = authority.rpartition("@")
    port = _SENTINEL_PORT if kind == "sentinel" else _PORT
    try:
        found = tuple(_host(part, port) for part in hosts.split(","))
        options = dict(parse_url(f"{base}://{user}{at}host{'' if kind else path}{query}"))
    except ValueError as error:
        raise StoreError(f"{shown} is not a store: {error}") from None
    if not kind and len(found) > 1:
        expected = f"{base}+cluster://{hosts} or {base}+sentinel://{hosts}/NAME"
        raise StoreError(f"{shown} is not a store: a Redis has one host; expected {expected}")
    database = int(str(options.pop("db", 0)))
    master, database = _inside(kind, path, shown, database)
    return _checked(Address(kind, base == "rediss", found, master, database, options, {}, shown))


def _parted(rest: str) -> tuple[str, str, str]:
    """Return authority, path and query, each with the character that begins it."""
    # Only what comes before the last @ may hold a slash: a password that is not quoted.
    user, at, after = rest.rpartition("@")
    before, mark, query = after.partition("?")
    hosts, slash, path = before.partition("/")
    return f"{user}{at}{hosts}", slash + path, mark + query


def _host(part: str, port: int) -> Host:
    split = urlsplit(f"//{part}")
    if not split.hostname:
        raise ValueError(f"{part!r} names no host; expected HOST:PORT")
    return split.hostname, split.port or port


def _inside(kind: str, path: str, shown: str, database: int) -> tuple[str, int]:
    """Return the name of the master and the database."""
    if kind == "cluster":
        if path.strip("/") not in ("", "0") or database:
            whole = f"{shown} is not a store: a cluster has database 0 alone"
            raise StoreError(f"{whole}; expected no other in the address")
        return "", 0
    if kind == "sentinel":
        name, _, number = path.strip("/").partition("/")
        if not name:
            raise StoreError(f"{shown} is not a store: it names no master; expected /NAME at its end")
        if number and not re.fullmatch("[0-9]{1,9}", number):
            raise StoreError(f"{shown} is not a store: {number!r} is no database; expected a number")
        return unquote(name), int(number or database)
    return "", database


def _checked(address: Address) -> Address:
    """Return an address with what all connections share; StoreError for an option that there is not."""
    options = {name: value for name, value in address.options.items() if name not in ("host", "port")}
    options.pop("connection_class", None)
    ours = [name for name in options if name.startswith(_SENTINEL)]
    sentinel = {name.removeprefix(_SENTINEL): options.pop(name) for name in ours}
    patience = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
    transport = {name: value for name, value in options.items() if name.startswith("ssl_")}
    both = [{**patience, **options}, {**patience, **transport, **sentinel}]
    for one in both:
        try:
            (SSLConnection if address.secure else Connection)(**one)
        except (TypeError, ValueError) as error:
            said = re.sub(r".*unexpected keyword argument", "unknown option", str(error))
            raise StoreError(f"{address.shown} is not a store: {said}") from None
    return Address(
        *(address.kind, address.secure, address.hosts, address.master, address.database),
        *(both[0], both[1], address.shown),
    )
