"""Two ways through the server, one answer: the short way gives the bytes that aiohttp's own gives."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple

import pytest
from tests.server.conftest import BODY

from execmock.clocks import ManualClock
from execmock.server.app import App
from execmock.server.http.fast_protocol import FastServer
from execmock.server.http.listener import Listener, bind
from execmock.service.engine import Engine
from execmock.settings import ServeSettings

KEY = "Authorization: Bearer b3sk_test"
ENDING = "GET /openapi.yaml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def request(line: str, *headers: str, body: str | None = None, key: str = KEY) -> bytes:
    sent = [f"{line} HTTP/1.1", "Host: x", *([key] if key else []), *headers]
    if body is not None:
        sent += ["Content-Type: application/json", f"Content-Length: {len(body.encode())}"]
    return ("\r\n".join(sent) + "\r\n\r\n" + (body or "")).encode()


def create(body: str | None = None, *headers: str) -> bytes:
    return request("POST /v1/executions", *headers, body=json.dumps(BODY) if body is None else body)


def execute(*headers: str, body: str = '{"id_type": "key"}') -> bytes:
    return request("POST /api/v1/workflows/workflow_15/execute", *headers, body=body)


class ProcessOptions(NamedTuple):
    """A server: its address, its short way if it has one, and what ends it."""

    port: int
    fast: FastServer | None
    stop: Callable[[], Awaitable[None]]


@asynccontextmanager
async def running(*, short: bool, **options: Any) -> AsyncIterator[ProcessOptions]:
    """Run a server; without the fast path where it is not to be `short`."""
    settings = ServeSettings(seed=7, quiet=True, **options)
    mock = App(settings, Engine(settings, ManualClock()))
    await mock.prepare()
    listener = Listener(mock.dispatcher(), bind("127.0.0.1", 0), fast=short)
    await listener.start()
    server = listener.server
    try:
        fast = server if isinstance(server, FastServer) else None
        yield ProcessOptions(int(listener.url.rpartition(":")[2]), fast, listener.stop)
    finally:
        await listener.stop()
        await mock.close()


async def talk(port: int, *pieces: bytes) -> bytes:
    """Send the pieces, each once the one before is answered, and one request more; return what comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    came = b""
    for piece in pieces:
        writer.write(piece)
        try:
            came += await asyncio.wait_for(answer(reader, bodiless=piece.startswith(b"HEAD")), 5)
        except asyncio.IncompleteReadError as ended:
            came += ended.partial
            break
    writer.write(ENDING.encode())
    came += await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return re.sub(rb"Date: [^\r]*", b"Date:", came)


async def answer(reader: asyncio.StreamReader, *, bodiless: bool = False) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = None if bodiless else re.search(rb"Content-Length: (\d+)", head)
    return head + (await reader.readexactly(int(length[1])) if length else b"")


async def both(*pieces: bytes, **options: Any) -> tuple[bytes, bytes, int]:
    """Return what either path answers to one conversation, and how often the fast one was taken."""
    async with AsyncExitStack() as stack:
        short, long = [
            await stack.enter_async_context(running(short=way, **options)) for way in (True, False)
        ]
        assert long.fast is None
        assert short.fast is not None
        answers = [await talk(server.port, *pieces) for server in (short, long)]
        return answers[0], answers[1], short.fast.answered_at_once


SHORT = {
    "create": create(),
    "create with a repeated key": create(json.dumps({**BODY, "idempotencyKey": "k"})),
    "get": request("GET /v1/executions/exec_unknown"),
    "public": request("GET /v1/public/executions/exec_unknown?token=t", key=""),
    "list": request("GET /v1/executions?limit=2&offset=1"),
    "list without a query": request("GET /v1/executions"),
    "execute": execute(),
    "execute without a body": request("POST /api/v1/workflows/workflow_15/execute"),
    "execute again": execute("Idempotency-Key: i"),
    "no key": request("GET /v1/executions", key=""),
    "wrong body": create('{"workflowId": 1}'),
    "not JSON": create("{"),
    "wrong content type": request("POST /v1/executions", "Content-Type: text/plain", "Content-Length: 0"),
    "wrong parameter": request("GET /v1/executions?limit=a"),
    "unknown path": request("GET /v1/nothing"),
    "unknown first segment": request("GET /v2/executions"),
    "path of one segment": request("GET /status"),
    "empty first segment": request("GET //docs"),
    "escaped path": request("GET /v1/executions/%C3%A4%2Fb"),
    "strange query": request("GET /v1/executions?limit=1&&x=%zz&limit"),
    "forced status": request("GET /v1/executions", "Prefer: code=429"),
    "big body": create(json.dumps({**BODY, "requestPayload": {"text": "x" * 40_000}})),
    "origin": request("GET /v1/executions", "Origin: https://shop.example"),
    "no space after a colon": request("GET /v1/executions", "X-Org-ID:  org_1  ", "X-B:", "X-C:1"),
    "body with a GET": request("GET /v1/executions", body="{}"),
    "body of no request": request("POST /v1/executions", "Content-Length: 0"),
    "empty host": request("GET /v1/executions").replace(b"Host: x", b"Host:"),
    "host with a port": request("GET /v1/executions").replace(b"Host: x", b"Host: [::1]:4010"),
    "kept alive by name": request("GET /v1/executions", "Connection: keep-alive"),
}
LONG = {
    "head": request("HEAD /v1/executions"),
    "options": request("OPTIONS /v1/executions"),
    "preflight": request(
        "OPTIONS /v1/executions", "Origin: https://shop.example", "Access-Control-Request-Method: POST"
    ),
    "wrong method": request("DELETE /v1/executions"),
    "page": request("GET /openapi.json"),
    "docs page": request("GET /docs/"),
    "root": request("GET /"),
    "control": request("GET /_execmock/nothing"),
    "HTTP/1.0": request("GET /v1/executions").replace(b"HTTP/1.1", b"HTTP/1.0"),
    "malformed": b"GET /v1/executions HTTP/1.1\r\nno header\r\n\r\n",
    "no length": request("POST /v1/executions", "Content-Length: x"),
    "two lengths": request("POST /v1/executions", "Content-Length: 1", "Content-Length: 2"),
    "chunked": request("POST /v1/executions", "Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n\r\n",
    "same header twice": request("GET /v1/executions", "X-A: 1", "x-a: 2"),
    "upgrade": request("GET /v1/executions", "Connection: upgrade", "Upgrade: websocket"),
    "upgrade without a connection": request("GET /v1/executions", "Upgrade: websocket"),
    "header of other characters": request("GET /v1/executions", "X-A: \u00e4"),
    "no space after the colon, tab before": request("GET /v1/executions", "X-A:1", "X-B:\t2"),
    "space before the colon": request("GET /v1/executions", "X-A : 1"),
    "bare line feed": b"GET /v1/executions HTTP/1.1\nHost: x\n\n",
    "folded header": request("GET /v1/executions", "X-A: 1\r\n 2"),
    "no host": request("GET /v1/executions").replace(b"Host: x\r\n", b""),
    "no host, of old": request("GET /v1/executions").replace(b"Host: x\r\n", b"").replace(b"1.1", b"1.0"),
    "a host that is an address": request("GET /v1/executions").replace(b"Host: x", b"Host: x.example/a?b"),
    "a host with a user": request("GET /v1/executions").replace(b"Host: x", b"Host: a b@c"),
    "HTTP/2.0": request("GET /v1/executions").replace(b"HTTP/1.1", b"HTTP/2.0"),
    "HTTP/0.9": b"GET /v1/executions\r\n\r\n",
    "another coding": request("POST /v1/executions", "Transfer-Encoding: gzip, chunked"),
    "chunked, of old": request("POST /v1/executions", "Transfer-Encoding: chunked").replace(b"1.1", b"1.0"),
    "large header": request("GET /v1/executions", f"Cookie: {'c' * 9_000}"),
    "long address": request(f"GET /v1/executions?limit={'1' * 9_000}"),
    "many headers": request("GET /v1/executions", *[f"X-{number}: 1" for number in range(200)]),
    "too big": create("x" * (1 << 20) + "x"),
}


@pytest.mark.parametrize("origins", [("*",), ("https://shop.example",)])
@pytest.mark.parametrize("sent", SHORT.values(), ids=SHORT)
async def test_the_short_way_gives_the_bytes_of_the_long_way(sent: bytes, origins: tuple[str, ...]) -> None:
    """Three times on one connection: at first the head is read, then it is known."""
    short, long, at_once = await both(sent, sent, sent, cors_origins=origins)
    assert short == long
    assert at_once >= 2


@pytest.mark.parametrize("sent", LONG.values(), ids=LONG)
async def test_whatever_else_comes_goes_the_long_way(sent: bytes) -> None:
    whole = request("GET /v1/executions")
    short, long, at_once = await both(whole, whole, sent)
    assert short == long
    assert at_once == 2


async def test_requests_in_one_packet_are_answered_in_order() -> None:
    one, other = request("GET /v1/executions?limit=1"), request("GET /v1/executions?limit=2")
    short, long, _ = await both(one, one, one + other, other, create(), one)
    assert short == long


@pytest.mark.parametrize("named", ["Connection: close", "connection: Close"])
async def test_whoever_wants_the_connection_closed_gets_it_closed(named: str) -> None:
    short, long, at_once = await both(create(), create(None, named))
    assert short == long
    assert at_once == 2


async def test_a_connection_that_was_handed_over_goes_on() -> None:
    whole, page = request("GET /v1/executions"), request("GET /openapi.json")
    short, long, at_once = await both(whole, page, create(), whole, page)
    assert short == long
    assert at_once == 1


@pytest.mark.parametrize("cut", [1, 4, 20, 60, -60, -3, -1])
async def test_a_request_in_two_packets_is_one_request(cut: int) -> None:
    """Half a body is waited for; half a head is left to aiohttp, whatever follows."""
    sent = create()
    async with running(short=True) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(sent)
        first = await answer(reader)
        writer.write(sent[:cut])
        await writer.drain()
        # The server has read the first half once it has answered another client.
        await talk(server.port, request("GET /v1/executions"))
        writer.write(sent[cut:])
        second = await answer(reader)
        writer.close()
        assert server.fast is not None
        assert server.fast.answered_at_once == (3 if cut < 0 else 2)
    assert [first[:15], second[:15]] == [b"HTTP/1.1 200 OK"] * 2


async def test_a_server_that_stops_still_takes_the_rest_of_a_body() -> None:
    sent = create()
    async with running(short=True) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(sent[:-3])
        await writer.drain()
        await talk(server.port, request("GET /v1/executions"))
        stopping = asyncio.create_task(server.stop())
        await asyncio.sleep(0)
        writer.write(sent[-3:])
        assert (await answer(reader)).startswith(b"HTTP/1.1 200 OK")
        await stopping
        assert await reader.read() == b""
        writer.close()


async def test_a_client_that_does_not_read_is_not_answered_without_end() -> None:
    """The server takes no more requests than fit between it and a client that reads nothing."""
    sent = request("GET /v1/executions?limit=100")
    async with running(short=True) as server:
        await talk(server.port, *[create()] * 100)
        _, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
        writer.transport.pause_reading()
        assert server.fast is not None
        before, sent_count = server.fast.answered_at_once, 0
        for _ in range(400):
            writer.write(sent)
            await talk(server.port, request("GET /v1/executions?limit=1"))
            sent_count += 1
        answered = server.fast.answered_at_once - before - sent_count
        assert 0 < answered < sent_count
        writer.transport.abort()


async def test_half_a_request_hides_no_other() -> None:
    """What looks like a request, but comes in the middle of another one's headers, is none."""
    known = request("GET /v1/executions")
    async with running(short=True) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for _ in range(2):
            writer.write(known)
            await answer(reader)
        writer.write(b"GET /v1/executions?limit=7 HTTP/1.1\r\nX-Half: ")
        await writer.drain()
        await talk(server.port)
        writer.write(known)
        came = await answer(reader)
        writer.close()
    assert b'"limit":7' in came


async def test_who_expects_a_100_gets_it_before_the_body_is_sent() -> None:
    sent = create(None, "Expect: 100-continue")
    head, _, body = sent.partition(b"\r\n\r\n")
    async with running(short=True) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(head + b"\r\n\r\n")
        assert await asyncio.wait_for(answer(reader), 5) == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(body)
        assert (await answer(reader)).startswith(b"HTTP/1.1 200 OK")
        writer.close()


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("POST /v1/executions", 413),
        ("POST /docs/", 405),
        ("POST /_execmock/clock/advance", 403),
        ("POST /v1/executions/x", 413),
    ],
)
async def test_a_request_that_is_refused_before_its_body_ends_the_connection(line: str, status: int) -> None:
    """The client may send the body or not, so what follows could be taken for it."""
    head = request(line, "Expect: 100-continue", "Content-Length: 999999999")
    async with running(short=True) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(head)
        came = await asyncio.wait_for(reader.read(), 5)
        assert came.startswith(b"HTTP/1.1 %d " % status)
        assert b"\r\nConnection: close\r\n" in came
        writer.close()
