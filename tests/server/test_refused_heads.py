"""Requests whose head cannot be read, or is too large: the API's error form, and nothing of what came."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import Server, Start

SECRET = b"b3sk_of_another_service"
LINE = b"GET /v1/executions HTTP/1.1\r\n"
HOST = b"Host: x\r\n"
END = b"\r\n"


def parts(answer: bytes) -> tuple[int, bytes, Any]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), head, json.loads(body)


TOO_LARGE = {
    "one header": (LINE + HOST + b"Cookie: a=" + SECRET + b"c" * 9_000 + b"\r\n" + END, 431, "header"),
    "the name of a header": (LINE + HOST + SECRET + b"c" * 9_000 + b": 1\r\n" + END, 431, "header"),
    "many headers": (LINE + HOST + b"Cookie: " + SECRET + b"\r\n" + b"X: 1\r\n" * 200 + END, 431, "header"),
    "the address": (
        b"GET /v1/public/executions/x?token=" + SECRET + b"t" * 9_000 + b" HTTP/1.1\r\n" + HOST + END,
        414,
        "path",
    ),
}


@pytest.mark.parametrize("name", TOO_LARGE)
@pytest.mark.parametrize("start", [b"", b"\r\n"], ids=["fast", "aiohttp"])
async def test_too_large_a_head_is_told_in_the_form_of_the_api(
    server: Server, name: str, start: bytes
) -> None:
    """Whole or in pieces; aiohttp alone takes what begins with an empty line."""
    sent, status, where = TOO_LARGE[name]
    sent = start + sent
    for pieces in ([sent], [sent[:50], sent[50:5_000], sent[5_000:]]):
        answer = await server.raw(*pieces)
        came, head, error = parts(answer)
        assert (came, error["code"], [entry["location"] for entry in error["details"]]) == (
            status,
            status,
            [where],
        )
        assert head.startswith(b"HTTP/1.1 ")
        assert f"X-Request-Id: {error['requestId']}".encode() in head
        assert SECRET not in answer


@pytest.mark.parametrize(("size", "status"), [(900, 200), (1100, 431)])
async def test_the_limit_of_a_header_can_be_lowered(mock_server: Start, size: int, status: int) -> None:
    server = await mock_server(max_header=1024)
    close = b"Connection: close\r\n"
    key = b"Authorization: Bearer k\r\n"
    answer = await server.raw(LINE + HOST + close + key + b"Cookie: " + b"c" * size + b"\r\n" + END)
    assert parts(answer)[0] == status


async def test_the_limit_of_a_header_can_be_raised(mock_server: Start) -> None:
    server = await mock_server(max_header=65_536)
    cookies = {"Cookie": "c" * 60_000}
    assert (await server.get("/v1/executions", headers=cookies)).status == 200
    assert (await server.get(f"/v1/executions?limit=1&{'x' * 60_000}")).status == 200
    refused = await server.get("/v1/executions", headers={"Cookie": "c" * 66_000})
    assert refused.status == 431
    assert "65536 bytes" in refused.json["details"][0]["message"]
    assert "--max-header" in refused.json["details"][0]["message"]


UNREADABLE = {
    "NUL in a header": LINE + HOST + b"Authorization: " + SECRET + b"\0\r\n" + END,
    "name with a space": LINE + HOST + b"Auth " + SECRET + b": 1\r\n" + END,
    "length of letters": LINE + HOST + b"Content-Length: " + SECRET + b"\r\n" + END,
    "no address": b"GET " + SECRET + b" HTTP/1.1\r\n" + HOST + END,
    "whole address without a host": b"GET http://[" + SECRET + b"/ HTTP/1.1\r\n" + HOST + END,
    "unknown method": SECRET + b" / HTTP/1.1\r\n" + HOST + END,
    "unknown protocol": b"GET / " + SECRET + b"\r\n" + HOST + END,
    "no host": LINE + b"Authorization: " + SECRET + b"\r\n" + END,
    "no such host": LINE + b"Host: a/" + SECRET + b"\r\n" + END,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + SECRET,
}


@pytest.mark.parametrize("sent", UNREADABLE.values(), ids=UNREADABLE)
async def test_nothing_of_a_request_that_cannot_be_read_is_told(server: Server, sent: bytes) -> None:
    answer = await server.raw(sent)
    status, head, error = parts(answer)
    assert (status, error["code"]) == (400, 400)
    said, _, why = error["message"].partition(": ")
    assert said == "The request cannot be read"
    assert why != "it is no HTTP"
    assert b"\r\nConnection: close" in head
    assert SECRET not in answer


@pytest.mark.parametrize(
    "host", [b"", b"localhost", b"localhost:", b"a.b-c_d:80", b"10.0.0.1:1", b"[::1]:80"]
)
async def test_hosts_in_every_form_are_taken(server: Server, host: bytes) -> None:
    key = b"Authorization: Bearer k\r\nConnection: close\r\n"
    for start in (b"", b"\r\n"):  # aiohttp takes what begins with an empty line
        assert (await server.raw(start + LINE + b"Host: " + host + b"\r\n" + key + END)).startswith(
            b"HTTP/1.1 200 "
        )
