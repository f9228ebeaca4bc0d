"""Heads made at random: both ways through the server agree, and neither takes what h11 refuses."""

from __future__ import annotations

import asyncio
import os
import random  # noqa: TID251 - the seed is printed
import re
from typing import NamedTuple

import h11
from tests.server.test_fast_path import ENDING, running

REQUESTS = 150
FIRST = [*[b"GET", b"POST"] * 5, b"get", b"G\x00T", b"HEAD", b"DELETE"]
PATHS = [
    *[b"/v1/executions", b"/v1/executions?limit=1"] * 4,
    b"*",
    b"http://x/v1/executions",
    b"/v1/\xff",
    b"/docs",
]
VERSIONS = [b"HTTP/1.1"] * 30
VERSIONS += [b"HTTP/1.0", b"HTTP/2.0", b"HTTP/0.9", b"", b"HTTP/1.2", b"http/1.1", b"HTTP/1.1 "]
HOSTS = [b"Host: x"] * 30
HOSTS += [b"Host:", b"", b"Host: x\r\nHost: y", b"Host: a/b", b"Host : x", b"Host: a b", b"host: [::1]:1"]
OTHERS = [b"X-A: 1"] * 15
OTHERS += [b"Content-Length: 2", b"Content-Length: +2", b"Content-Length: 2, 3"]
OTHERS += [b"Content-Length: 2\r\nContent-Length: 3", b"Transfer-Encoding: chunked"]
OTHERS += [
    b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding: chunked, chunked",
    b"Expect: 100-continue",
]
OTHERS += [b"X: a\x00b", b"X\x01: a", b" folded: 1", b"X", b": a", b"X: \x80", b"Connection: close"]
BODIES = [b"", b"", b"{}", b"2\r\n{}\r\n0\r\n\r\n"]
ENDS = [*[b"\r\n"] * 30, b"\n", b"\r"]


class Answers(NamedTuple):
    """What came until the connection was closed, or stood still."""

    statuses: list[bytes]
    bytes: bytes


def made(rng: random.Random) -> bytes:
    end = rng.choice(ENDS)
    line = b" ".join([rng.choice(FIRST), rng.choice(PATHS), *filter(None, [rng.choice(VERSIONS)])])
    fields = [rng.choice(HOSTS), b"Authorization: Bearer k", *rng.choices(OTHERS, k=rng.randrange(3))]
    lines = [line, *(field for field in fields if field)]
    return end.join(lines) + end + end + rng.choice(BODIES)


async def asked(port: int, sent: bytes) -> Answers:
    """Send a request, and one that ends the connection; return what comes until it is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent + ENDING.encode())
    came = await reader.read()
    writer.close()
    came = re.sub(rb"Date: [^\r]*|req_\w+", b"", came)
    return Answers(re.findall(rb"^HTTP/\S+ (\d+)", came, re.MULTILINE), came)


def refused_by_h11(sent: bytes) -> bool:
    """Whether an independent parser takes the first request for none."""
    parser = h11.Connection(h11.SERVER)
    parser.receive_data(sent)
    try:
        return not isinstance(parser.next_event(), h11.Request)
    except h11.RemoteProtocolError:
        return True


async def test_both_ways_agree_and_take_nothing_that_is_no_http() -> None:
    seed = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1 << 32)
    print(f"SEED={seed}")
    rng = random.Random(seed)  # noqa: S311 - no secret
    taken = refused = 0
    async with running(short=True) as short, running(short=False) as long:
        for _ in range(REQUESTS):
            sent = made(rng)
            one, other = await asked(short.port, sent), await asked(long.port, sent)
            assert one == other, sent
            assert not any(
                status.startswith(b"5") and status not in {b"501", b"505"} for status in one.statuses
            ), sent
            if refused_by_h11(sent):
                refused += 1
                assert not any(status.startswith(b"2") for status in one.statuses[:1]), sent
            taken += one.statuses[:1] == [b"200"]
    assert taken > 5
    assert refused > 5
