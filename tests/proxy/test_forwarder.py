"""The forwarder passes on what comes, byte for byte, and ends what ends."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from execmock.proxy.exchanges import Inspection
from execmock.proxy.forwarder import Forwarder, ForwarderOptions, Routes
from execmock.verify.exchange import Exchange
from execmock.verify.reader import UNREAD
from tests.proxy.parties import Talk, connect, says, told, upstream

JSON = b'HTTP/1.1 200 OK\r\nX-Odd-Case: a\r\nx-odd-case: b\r\nContent-Length: 8\r\n\r\n{"a": 1}'
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n\r\n"
BROKEN = b"Content-Length: 100\r\n\r\nhalf"
LAST = b"Connection: close\r\n\r\n"
GET = b"GET /v1/a?b=%2F&c HTTP/1.1\r\nHost: shop.example\r\n" + LAST


@pytest.fixture
async def between() -> AsyncIterator[Callable[..., Any]]:
    """Start an upstream and a forwarder before it; gives the forwarder's address and what it observed."""
    async with AsyncExitStack() as stack:

        async def begin(talk: Talk, **options: Any) -> tuple[str, list[Exchange]]:
            seen: list[Exchange] = []
            base = await stack.enter_async_context(upstream(talk))
            return (
                await stack.enter_async_context(
                    Forwarder(Routes(base), seen.append, ForwarderOptions(**options))
                )
            ).url, seen

        yield begin


async def observed(seen: list[Exchange], number: int = 1) -> list[Exchange]:
    """Return what was observed once it is so many."""
    async with asyncio.timeout(60):
        while len(seen) < number:
            await asyncio.sleep(0)
    return seen


def without_connection(answer: bytes) -> bytes:
    return answer.replace(b"Connection: close\r\n", b"")


@pytest.mark.parametrize(
    "answer",
    [
        JSON,
        b"HTTP/1.1 299 Quite So\r\nContent-Length: 0\r\n\r\n",
        b'HTTP/1.1 204 No Content\r\nETag: "x"\r\n\r\n',
        b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n',
        b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/a\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 27\r\n\r\n"
        + gzip.compress(b"unread!", mtime=0),
    ],
)
async def test_an_answer_has_the_bytes_of_the_upstream(between: Any, answer: bytes) -> None:
    url, seen = await between(says(answer))
    assert without_connection(await told(url, GET)) == answer
    assert [(each.status, each.lost) for each in await observed(seen)] == [(int(answer[9:12]), "")]


@pytest.mark.parametrize("body", [b"", b'Content-Length: 8\r\n\r\n{"a": 1}', CHUNKED, BROKEN])
async def test_an_answer_that_was_held_back_has_them_too(body: bytes) -> None:
    answer = b"HTTP/1.1 200 OK\r\n" + body
    if not body:
        answer = b"HTTP/1.1 204 No Content\r\n\r\n"
    seen: list[Exchange] = []
    options = ForwarderOptions(inspect=lambda _: Inspection({"X-Seen": "1"}))
    async with (
        upstream(says(answer)) as base,
        Forwarder(Routes(base, operation=lambda *_: "any"), seen.append, options) as forwarder,
    ):
        came = without_connection(await told(forwarder.url, GET))
    whole = body is not BROKEN
    assert came.replace(b"X-Seen: 1\r\n", b"") == answer
    assert (b"X-Seen: 1\r\n" in came, bool(seen[0].lost)) == (whole, not whole)


async def test_an_answer_to_head_keeps_its_length_and_has_no_body(between: Any) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 900\r\n\r\n"
    url, _ = await between(says(head))
    assert without_connection(await told(url, GET.replace(b"GET", b"HEAD"))) == head


async def test_a_request_goes_on_without_what_is_for_one_connection(between: Any) -> None:
    asked: list[bytes] = []
    url, seen = await between(says(JSON, asked=asked))
    await told(
        url,
        b"POST /v1/a?b=%2F&c HTTP/1.1\r\nHost: shop.example\r\nX-Mine: 1\r\nX-Hop: 2\r\nTE: trailers\r\n"
        b"X-Forwarded-For: 10.0.0.1\r\nConnection: X-Hop, close\r\nContent-Length: 4\r\n\r\nbody",
    )
    [sent] = asked
    head, _, body = sent.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    port = (await observed(seen))[0].request.url.split(":")[2].partition("/")[0].encode()
    assert (first, body) == (b"POST /v1/a?b=%2F&c HTTP/1.1", b"body")
    assert sorted(lines) == sorted(
        [
            *(b"Host: 127.0.0.1:" + port, b"X-Mine: 1", b"Content-Length: 4", b"Via: 1.1 execmock"),
            *(b"X-Forwarded-For: 10.0.0.1, 127.0.0.1", b"X-Forwarded-Proto: http"),
            *(b"X-Forwarded-Host: shop.example", b'Forwarded: for=127.0.0.1;host="shop.example";proto=http'),
        ]
    )


async def test_connections_to_the_upstream_are_used_again(between: Any) -> None:
    asked: list[bytes] = []
    opened: list[int] = []
    talk = says(JSON, JSON, JSON, asked=asked)

    async def counted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(1)
        await talk(reader, writer)

    url, _ = await between(counted)
    for _ in range(3):
        await told(url, GET)
    assert (len(asked), len(opened)) == (3, 1)


async def test_an_exchange_has_both_bodies_unpacked(between: Any) -> None:
    packed = gzip.compress(b'{"a": 1}', mtime=0)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    url, seen = await between(says(head + packed))
    await told(url, b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n" + LAST + b"{}")
    [one] = await observed(seen)
    assert (one.request.body, one.body, one.json, one.unread) == (b"{}", b'{"a": 1}', {"a": 1}, "")


async def test_a_body_past_the_bound_passes_whole_and_is_not_kept(between: Any) -> None:
    body = b"x" * 300_000
    url, seen = await between(
        says(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body), longest=1000
    )
    assert (await told(url, GET)).endswith(body)
    [one] = await observed(seen)
    assert (one.body, one.json, one.unread) == (b"", UNREAD, "the answer is longer than 1000 bytes")


async def test_parts_of_both_bodies_pass_before_their_ends(between: Any) -> None:
    """A client that waits for the answer to each part of its request gets it."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n")
        for _ in range(3):
            writer.write(await reader.readexactly(2))

    url, _ = await between(echo)
    reader, writer = await connect(url)
    writer.write(b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    for part in (b"ab", b"cd", b"ef"):
        writer.write(part)
        assert await reader.readexactly(2) == part
    writer.close()


async def test_events_pass_as_they_come(between: Any) -> None:
    shown = asyncio.Event()

    async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        writer.write(b"9\r\ndata: 1\n\n\r\n")
        await shown.wait()
        writer.write(b"9\r\ndata: 2\n\n\r\n0\r\n\r\n")

    url, _ = await between(stream, timeout=0.05)
    reader, writer = await connect(url)
    writer.write(GET)
    await reader.readuntil(b"data: 1\n\n")
    await asyncio.sleep(0.1)  # longer than the time in which an answer has to begin
    shown.set()
    assert (await reader.read()).endswith(b"data: 2\n\n\r\n0\r\n\r\n")
    writer.close()


async def test_a_thousand_streams_pass_at_once_and_one_more_than_may_be_is_refused(between: Any) -> None:
    shown = asyncio.Event()

    async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\none")
        await shown.wait()
        writer.write(b"two")

    url, seen = await between(stream, most=1000)
    clients = [await connect(url) for _ in range(1000)]
    for reader, writer in clients:
        writer.write(GET)
        await reader.readuntil(b"one")
    refused = await told(url, GET)
    shown.set()
    assert {await reader.read() for reader, _ in clients} == {b"two"}
    for _, writer in clients:
        writer.close()
    assert refused.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"\r\nRetry-After: 1\r\n" in refused
    assert len(await observed(seen, 1000)) == 1000


async def test_the_upstream_says_whether_it_wants_the_body(between: Any) -> None:
    post = b"POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n" + LAST

    async def takes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert b"\r\nExpect: 100-continue\r\n" in await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        assert await reader.readexactly(4) == b"body"
        writer.write(JSON)

    url, _ = await between(takes)
    reader, writer = await connect(url)
    writer.write(post)
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b"body")
    assert (await reader.read()).startswith(b"HTTP/1.1 200 OK\r\n")
    writer.close()

    refuses = says(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    async def at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await refuses(_headless(reader), writer)

    url, _ = await between(at_once)
    reader, writer = await connect(url)
    writer.write(post)
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 401 Unauthorized\r\n")
    writer.close()


def _headless(reader: asyncio.StreamReader) -> Any:
    class Head:
        async def readuntil(self, end: bytes) -> bytes:
            return (await reader.readuntil(end)).replace(b"Content-Length", b"Length")

        async def readexactly(self, size: int) -> bytes:
            return await reader.readexactly(size)

    return Head()


async def test_an_upstream_that_does_not_know_expect_gets_the_body(between: Any) -> None:
    asked: list[bytes] = []
    url, _ = await between(says(JSON, asked=asked))
    post = b"POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n" + LAST
    answer = await told(url, post + b"body")
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")
    assert [sent[-4:] for sent in asked] == [b"body"]


async def test_bytes_pass_both_ways_once_the_protocol_has_changed(between: Any) -> None:
    async def switch(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"\r\nUpgrade: websocket\r\n" in head
        assert b"\r\nSec-WebSocket-Key: k\r\n" in head
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: v\r\n\r\n\x81\x02hi"
        )
        while part := await reader.read(1 << 16):
            writer.write(part.upper())
            await writer.drain()

    url, seen = await between(switch)
    reader, writer = await connect(url)
    writer.write(
        b"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: k\r\n\r\nearly"
    )
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
    assert b"Sec-WebSocket-Accept: v\r\n" in head
    assert await reader.readexactly(9) == b"\x81\x02hiEARLY"
    many = b"a" * 500_000
    writer.write(many)
    assert await reader.readexactly(len(many)) == many.upper()
    writer.write_eof()
    writer.close()
    assert [each.status for each in await observed(seen)] == [101]


@pytest.mark.parametrize(
    "part", [b"", b"Content-Length: 100\r\n\r\nhalf", b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"]
)
async def test_an_answer_that_breaks_off_is_broken_off(between: Any, part: bytes) -> None:
    async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n" + part)
        await writer.drain()

    url, seen = await between(break_off)
    try:
        answer = await told(url, GET)
    except ConnectionResetError:
        answer = b""
    [one] = await observed(seen)
    assert one.status == 0
    assert one.lost
    if part:
        assert b"\r\n0\r\n\r\n" not in answer
        assert b"502" not in answer
    else:
        assert answer.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")


async def test_an_upstream_that_is_away_is_a_502_in_the_api_s_form(between: Any) -> None:
    async with upstream(says()) as base:
        pass
    seen: list[Exchange] = []
    async with Forwarder(Routes(base), seen.append) as forwarder:
        answer = await told(forwarder.url, GET)
    assert answer.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
    assert b'"code":502,"message":"%s gave no answer: Connection refused"' % base.encode() in answer
    assert [each.lost for each in seen] == [f"{base} gave no answer: Connection refused"]


async def test_an_upstream_that_is_slow_is_a_504(between: Any) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    url, seen = await between(silent, timeout=0.05)
    answer = await told(url, GET)
    assert answer.startswith(b"HTTP/1.1 504 Gateway Timeout\r\n")
    assert b"did not answer within 0.05 s" in answer
    assert [each.status for each in await observed(seen)] == [0]


@pytest.mark.parametrize("request_", [GET, GET.replace(LAST, b"Content-Length: 10\r\n\r\nhalf")])
async def test_a_client_that_goes_ends_its_request_at_the_upstream(between: Any, request_: bytes) -> None:
    came, gone = asyncio.Event(), asyncio.Event()

    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        came.set()
        try:
            assert await reader.read() in (b"", b"half")
        finally:
            gone.set()

    url, seen = await between(wait)
    _, writer = await connect(url)
    writer.write(request_)
    await came.wait()
    writer.transport.abort()
    await asyncio.wait_for(gone.wait(), 60)
    assert seen == []


async def test_what_is_no_request_is_refused_in_the_api_s_form(between: Any) -> None:
    url, _ = await between(says(JSON))
    malformed = await told(url, b"G@T / HTTP/1.1\r\n\r\n")
    assert malformed.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"\r\nServer: execmock/" in malformed
    assert b'"message":"The request cannot be read: ' in malformed
    refused = await told(url, b"OPTIONS * HTTP/1.1\r\nHost: a\r\n" + LAST)
    assert refused.startswith(b"HTTP/1.1 501 Not Implemented\r\n")


@pytest.mark.parametrize("before", [b"", b"GET /v1/a HTTP/1.1\r\nHost: shop.example\r\n\r\n"])
async def test_a_head_that_does_not_end_is_not_waited_for(between: Callable[..., Any], before: bytes) -> None:
    url, _ = await between(says(JSON), head_timeout=50)
    async with asyncio.timeout(60):
        answer = await told(url, before + b"GET /v1/a HTTP/1.1\r\nHost: ")
    assert answer.count(b"HTTP/1.1 200 ") == bool(before)


async def test_a_connection_on_which_nothing_comes_is_closed(between: Callable[..., Any]) -> None:
    url, _ = await between(says(JSON), head_timeout=50)
    reader, writer = await connect(url)
    async with asyncio.timeout(60):
        assert await reader.read() == b""
    writer.close()


async def test_a_request_whose_head_has_come_is_waited_for(between: Callable[..., Any]) -> None:
    url, _ = await between(says(JSON), head_timeout=50)
    reader, writer = await connect(url)
    writer.write(b"POST /v1/a HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 4\r\n" + LAST + b"ha")
    async with asyncio.timeout(60):
        assert await told(url, b"GET /") == b""
        writer.write(b"lf")
        assert (await reader.read()).startswith(b"HTTP/1.1 200 ")
    writer.close()
