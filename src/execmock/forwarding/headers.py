"""Which headers go on: RFC 9110 7.6 (hop by hop, Via), RFC 7239 (Forwarded)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from multidict import CIMultiDict

__all__ = ["RawHeaders", "answer_headers", "request_headers", "wants_websocket"]

RawHeaders = Iterable[tuple[bytes, bytes]]

_HOP_BY_HOP = frozenset(
    {
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"),
        *("te", "trailer", "transfer-encoding", "upgrade"),
    }
)
_VIA = "1.1 execmock"
_UNKNOWN = "unknown"


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _end_to_end(raw: RawHeaders) -> Iterator[tuple[str, str]]:
    """Yield the headers that are not for this connection alone, in their order and case."""
    pairs = [(_text(name), _text(value)) for name, value in raw]
    named = {
        each.strip().lower()
        for name, value in pairs
        if name.lower() == "connection"
        for each in value.split(",")
    }
    dropped = _HOP_BY_HOP | named
    return ((name, value) for name, value in pairs if name.lower() not in dropped)


def answer_headers(raw: RawHeaders) -> CIMultiDict[str]:
    """Return the headers of an answer as its client gets them."""
    return CIMultiDict(_end_to_end(raw))


def wants_websocket(raw: RawHeaders) -> bool:
    """Whether a request asks to change to the WebSocket protocol."""
    return any(name.lower() == b"upgrade" and value.strip().lower() == b"websocket" for name, value in raw)


def request_headers(raw: RawHeaders, *, client: str | None, scheme: str) -> CIMultiDict[str]:
    """Return the headers of a request as the upstream gets them, without Host.

    `client` is the address that it came from, `scheme` the one it came by. What proxies before this one said
    is kept, and this one's part is added at its end.
    """
    raw = tuple(raw)
    headers = CIMultiDict(_end_to_end(raw))
    host = headers.get("Host", "")
    headers.popall("Host", None)
    peer = client or _UNKNOWN
    _append(headers, "Via", _VIA)
    _append(headers, "Forwarded", _forwarded(peer, host, scheme))
    _append(headers, "X-Forwarded-For", peer)
    headers.setdefault("X-Forwarded-Proto", scheme)
    if host:
        headers.setdefault("X-Forwarded-Host", host)
    if wants_websocket(raw):
        headers["Connection"], headers["Upgrade"] = "Upgrade", "websocket"
    return headers


def _append(headers: CIMultiDict[str], name: str, value: str) -> None:
    before = headers.getall(name, [])
    headers[name] = ", ".join([*before, value])


def _forwarded(peer: str, host: str, scheme: str) -> str:
    node = f'"[{peer}]"' if ":" in peer else peer
    said = f'for={node};host="{_escaped(host)}"' if host else f"for={node}"
    return f"{said};proto={scheme}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
