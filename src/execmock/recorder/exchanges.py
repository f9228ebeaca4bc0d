"""Exchanges from what files say of requests and answers, with the operation that each is of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from execmock.core.contract import Contract
from execmock.core.contract.routes import Router
from execmock.core.json_text import JsonError, decode
from execmock.verify.exchange import Exchange, Request
from execmock.verify.reader import NOT_JSON

__all__ = ["Operations", "Said", "Source", "exchange", "json_of"]


@dataclass(frozen=True, slots=True)
class Said:
    """What a source says of one exchange; `sent` and `received` are milliseconds since 1970."""

    method: str
    url: str
    sent: int
    received: int
    status: int
    request_body: bytes = b""
    body: bytes = b""


@dataclass
class Source:
    """What was read of one file: its exchanges, and in sentences what of it could not be used."""

    name: str
    exchanges: list[Exchange] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Operations:
    """Names the operation of a request; whatever stands before the contract's path counts as the address."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    @cached_property
    def _router(self) -> Router:
        return Router(self._contract.operations.values())

    def name(self, method: str, url: str) -> str:
        """Return the id of an operation, or an empty text."""
        segments = urlsplit(url).path.rstrip("/").split("/")
        for start in range(1, len(segments)):
            match = self._router.match(method, "/" + "/".join(segments[start:]))
            if match.operation is not None:
                return match.operation.id
        return ""


def json_of(body: bytes) -> Any:
    """Return the JSON value of a body, or NOT_JSON: also for what nests too deep, or was cut."""
    try:
        return decode(body) if body else NOT_JSON
    except (JsonError, RecursionError):
        return NOT_JSON


def exchange(number: int, said: Said, operations: Operations, headers: Mapping[str, str]) -> Exchange:
    """Return an exchange; its times are seconds since 1970."""
    return Exchange(
        number=number,
        probe="",
        label="",
        operation=operations.name(said.method, said.url),
        identity="",
        request=Request(said.method, said.url, headers, said.request_body),
        sent=said.sent / 1000,
        received=said.received / 1000,
        status=said.status,
        headers={},
        body=said.body,
        json=json_of(said.body),
    )
