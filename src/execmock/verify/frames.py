"""Messages between a run and its generator: JSON with its length before it, bytes as Latin-1 text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from execmock.verify.exchange import Exchange, Request

__all__ = [
    "HEAD",
    "MOST_BYTES",
    "answer_of",
    "decoded",
    "encoded",
    "length_of",
    "request_of",
    "written_answer",
    "written_request",
]

HEAD = 4
"""How many bytes say how long the rest of a message is."""
MOST_BYTES = 1 << 26
"""The longest message that is read."""
_LONGEST_ANSWER = 1 << 20
Message = dict[str, Any]


def encoded(message: Mapping[str, Any]) -> bytes:
    """Return a message as it is sent. Texts may hold halves of surrogate pairs."""
    text = json.dumps(message).encode()
    return len(text).to_bytes(HEAD, "big") + text


def length_of(head: bytes) -> int:
    """Return how long the rest of a message is; ValueError beyond MOST_BYTES."""
    length = int.from_bytes(head, "big")
    if length > MOST_BYTES:
        raise ValueError(f"a message of {length} bytes; expected at most {MOST_BYTES}")
    return length


def decoded(text: bytes) -> Message:
    """Return the message in a text; ValueError if there is none."""
    message = json.loads(text)
    if not isinstance(message, dict):
        raise ValueError("a message that is no object")  # noqa: TRY004 - as for one that is no JSON
    return message


def written_request(request: Request, operation: str, identity: str) -> Message:
    """Return a request, the operation it is for and whose key it bears, as a part of a message."""
    return {
        "method": request.method,
        "url": request.url,
        "headers": dict(request.headers),
        "body": request.body.decode("latin-1"),
        "operation": operation,
        "identity": identity,
    }


def request_of(part: Mapping[str, Any]) -> tuple[Request, str, str]:
    """Return what `written_request` was given."""
    request = Request(part["method"], part["url"], part["headers"], part["body"].encode("latin-1"))
    return request, part["operation"], part["identity"]


def written_answer(seen: Exchange) -> Message:
    """Return the answer of an exchange as a part of a message, without a body that is longer than 1 MiB.

    The engine's own verdict on such an answer does not count: rules ask the exchange of the run.
    """
    body = seen.body if len(seen.body) <= _LONGEST_ANSWER else b""
    return {
        "number": seen.number,
        "status": seen.status,
        "headers": dict(seen.headers or {}),
        "body": body.decode("latin-1"),
        "lost": seen.lost,
    }


def answer_of(part: Mapping[str, Any], request: Request, operation: str, identity: str) -> Exchange:
    """Return the exchange of a request with the answer that `written_answer` was given."""
    return Exchange(
        number=part["number"],
        probe="generated",
        label=operation,
        operation=operation,
        identity=identity,
        request=request,
        sent=0.0,
        received=0.0,
        status=part["status"],
        headers=part["headers"],
        body=part["body"].encode("latin-1"),
        lost=part["lost"],
    )
