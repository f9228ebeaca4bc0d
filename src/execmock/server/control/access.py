"""Who may use the control API: this machine, or a holder of the control key; never a page on the web."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hmac import compare_digest
from ipaddress import ip_address
from urllib.parse import urlsplit

from execmock.core.contract import Operation
from execmock.core.schema.violation import Violation
from execmock.server.api.authentication import Caller
from execmock.service.refusals import Refusal

__all__ = ["ControlAccess", "is_loopback", "is_this_machine"]

_HOST = re.compile(r"(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::[0-9]*)?")


def is_loopback(host: str) -> bool:
    """Whether a host name, an address or a path can only mean this machine."""
    if host == "localhost" or host.startswith("unix:"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_this_machine(headers: Mapping[str, str]) -> bool:
    """Whether a request was sent to a name of this machine, and by no page of another origin."""
    host, origin = headers.get("Host", ""), headers.get("Origin")
    return is_loopback(_name(host)) and (origin is None or _place(origin) == host.lower())


class ControlAccess:
    """Admits requests. Without a key, the Host header has to name this machine.

    A page whose name resolves to 127.0.0.1 sends its own name as Host, so it is kept out; one that calls
    this machine by address sends its Origin, so it is kept out too.
    """

    def __init__(self, key: str | None) -> None:
        self._key = key

    async def admit(self, operation: Operation | None, headers: Mapping[str, str]) -> Caller | None:
        """Return None, for there is no caller to tell from others; Refusal 401 or 403 to all else.

        `operation` is None where none is meant; one without security asks for no key.
        """
        self.admit_page(headers)
        if self._key is not None and (operation is None or operation.security):
            self._check_key(headers.get("Authorization", ""))
        return None

    def admit_page(self, headers: Mapping[str, str]) -> None:
        """Refusal 403 to a request from elsewhere; files in which there is no secret need no key."""
        host = headers.get("Host", "")
        if self._key is None and not is_loopback(_name(host)):
            raise Refusal(
                403, "The Host is not this machine", [Violation("header/Host", "a loopback address", host)]
            )
        origin = headers.get("Origin")
        if origin is not None and _place(origin) != host.lower():
            violation = Violation("header/Origin", "none, or the server's own", origin)
            raise Refusal(403, "Pages of other origins may not use the control API", [violation])

    def _check_key(self, header: str) -> None:
        scheme, _, key = header.partition(" ")
        expected = (self._key or "").encode()
        if scheme.lower() != "bearer" or not compare_digest(key.strip().encode("utf-8", "replace"), expected):
            violation = Violation("header/Authorization", "Bearer and the control key")
            raise Refusal(401, "The control key is required", [violation], {"WWW-Authenticate": "Bearer"})


def _name(host: str) -> str:
    """Return the name or address in a Host header, without its port; empty when it holds none."""
    match = _HOST.fullmatch(host)
    return (match["address"] or match["name"]).lower() if match else ""


def _place(origin: str) -> str | None:
    """Return the host and port of an Origin header, or None when it holds none, as `null` does."""
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None
