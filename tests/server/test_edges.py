"""The edges of the protocol: whatever comes, the answer is the API's, no 5xx, no traceback."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import zlib
from urllib.parse import urljoin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.effort import examples

from execmock.server.http.listener import Listener, bind

from .conftest import BODY, Server, Start

KEY = b"Authorization: Bearer k"
JSON = b"Content-Type: application/json"
GOOD = json.dumps(BODY).encode()


def request(line: bytes, *headers: bytes, body: bytes = b"", close: bool = True) -> bytes:
    length = [b"Content-Length: %d" % len(body)] if body else []
    ending = [b"Connection: close"] if close else []
    return b"\r\n".join([line + b" HTTP/1.1", b"Host: x", *ending, *length, *headers, b"", body])


def post(*headers: bytes, body: bytes = GOOD) -> bytes:
    return request(b"POST /v1/executions", KEY, JSON, *headers, body=body)


WEIRD = {
    "header that is no UTF-8": (post(b"X-Execmock-Scenario: \xff\xfe"), 400),
    "key that is no UTF-8": (request(b"GET /v1/executions", b"Authorization: Bearer \xff"), 200),
    "scheme that is no UTF-8": (request(b"GET /v1/executions", b"Authorization: \xff"), 401),
    "content type that is no UTF-8": (post(b"Content-Type: \xff").replace(JSON + b"\r\n", b""), 415),
    "preference that is no UTF-8": (request(b"GET /v1/executions", KEY, b"Prefer: code=\xff"), 400),
    "idempotency key that is no UTF-8": (
        request(
            b"POST /api/v1/workflows/workflow_15/execute",
            KEY,
            JSON,
            b"Idempotency-Key: \xff",
            body=b'{"id_type":"key"}',
        ),
        201,
    ),
    "path that is no UTF-8": (request(b"GET /v1/executions/\xff", KEY), 400),
    "query that is no UTF-8": (request(b"GET /v1/executions?limit=\xff", KEY), 400),
    "NUL in a header": (request(b"GET /v1/executions", KEY, b"X-Org-ID: a\0b"), 400),
    "encoded NUL in a path": (request(b"GET /v1/executions/%00", KEY), 400),
    "escape codes in a path": (request(b"GET /v1/%1b%5b31m", KEY), 404),
    "garbage": (b"\x00\x01\x02 garbage\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    "length that is no number": (request(b"POST /v1/executions", KEY, JSON, b"Content-Length: abc"), 400),
    "chunk that is none": (
        request(b"POST /v1/executions", KEY, JSON, b"Transfer-Encoding: chunked") + b"zz\r\n\r\n",
        400,
    ),
    "gzip that is none": (post(b"Content-Encoding: gzip"), 400),
    "gzip": (post(b"Content-Encoding: gzip", body=gzip.compress(GOOD)), 200),
    "gzip by its old name": (post(b"Content-Encoding: X-GZip", body=gzip.compress(GOOD)), 200),
    "gzip cut short": (post(b"Content-Encoding: gzip", body=gzip.compress(GOOD)[:40]), 400),
    "gzip without its last bytes": (post(b"Content-Encoding: gzip", body=gzip.compress(GOOD)[:-4]), 400),
    "gzip and more": (post(b"Content-Encoding: gzip", body=gzip.compress(GOOD) + b"{}"), 400),
    "gzip with a wrong sum": (
        post(b"Content-Encoding: gzip", body=gzip.compress(GOOD)[:-8] + b"\0" * 8),
        400,
    ),
    "gzip of far too much": (post(b"Content-Encoding: gzip", body=gzip.compress(b" " * 9_000_000)), 413),
    "gzip without a body": (request(b"GET /v1/executions", KEY, b"Content-Encoding: gzip"), 200),
    "deflate": (post(b"Content-Encoding: deflate", body=zlib.compress(GOOD)), 200),
    "deflate without its header": (post(b"Content-Encoding: deflate", body=zlib.compress(GOOD)[2:-4]), 200),
    "no coding by name": (post(b"Content-Encoding: identity"), 200),
    "coding that is unknown": (post(b"Content-Encoding: rot13"), 415),
    "coding that is not read": (post(b"Content-Encoding: br"), 415),
    "two codings": (post(b"Content-Encoding: gzip, gzip", body=gzip.compress(GOOD)), 415),
    "endless header": (request(b"GET /v1/executions", KEY, b"X-Long: " + b"a" * 20_000), 431),
    "endless address": (request(b"GET /v1/executions?limit=" + b"1" * 20_000, KEY), 414),
    "whole address": (request(b"GET http://api.example.com/v1/executions?limit=1", KEY), 200),
    "whole address without a path": (request(b"GET http://api.example.com", KEY), 302),
    "asterisk": (request(b"OPTIONS *", KEY), 404),
    "two slashes": (request(b"GET //v1/executions", KEY), 404),
    "connect": (request(b"CONNECT example.com:443", KEY), 404),
    "lone surrogate": (post(body=b'{"workflowId":"\\ud800"}'), 400),
    "deep": (post(body=GOOD[:-1] + b',"requestPayload":{"a":' + b"[" * 500 + b"]" * 500 + b"}}"), 400),
    "duplicate keys": (post(body=GOOD[:-1] + b',"workflowId":"wf_2"}'), 200),
    "huge integer": (post(body=GOOD[:-1] + b',"requestPayload":{"n":' + b"9" * 300 + b"}}"), 200),
    "integer without end": (post(body=GOOD[:-1] + b',"requestPayload":{"n":' + b"9" * 5_000 + b"}}"), 400),
    "huge float": (post(body=GOOD[:-1] + b',"requestPayload":{"n":1e999}}'), 400),
}


@pytest.mark.parametrize("name", WEIRD)
async def test_weird_input_has_a_sober_answer(
    server: Server, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    sent, status = WEIRD[name]
    answer = await server.raw(sent)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert int(head.split()[1]) == status
    if status >= 400:
        error = json.loads(body)
        assert (error["code"], set(error)) == (status, {"code", "message", "requestId", "details"})
        assert f"X-Request-Id: {error['requestId']}".encode() in head
    assert (await server.get("/v1/executions")).status == 200
    assert capfd.readouterr().err == ""


async def test_a_client_that_goes_away_in_the_middle_of_its_body_leaves_no_trace(
    server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(request(b"POST /v1/executions", KEY, JSON, b"Content-Length: 500") + GOOD)
    await writer.drain()
    assert (await server.get("/v1/executions")).status == 200
    writer.close()
    await writer.wait_closed()
    for _ in range(3):
        assert (await server.get("/v1/executions")).data["items"] == []
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/v1/executions", "GET, HEAD, POST"),
        ("/v1/executions/x", "GET, HEAD"),
        ("/v1/public/executions/x", "GET, HEAD"),
        ("/api/v1/workflows/x/execute", "POST"),
    ],
)
@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "OPTIONS", "TRACE"])
async def test_a_method_that_the_path_has_not_is_a_405_with_allow(
    server: Server, method: str, path: str, allow: str
) -> None:
    reply = await server.send(method, path)
    assert (reply.status, reply.headers["Allow"]) == (405, allow)
    assert (reply.json["code"], reply.places) == (405, ["method"])


@pytest.mark.parametrize("path", ["/v1", "/v2/executions", "/v1/executions/", "/v1/executions/a/b"])
async def test_an_unknown_path_is_a_404_in_the_error_form(server: Server, path: str) -> None:
    reply = await server.get(path)
    assert (reply.status, reply.json["code"], reply.places) == (404, 404, ["path"])


PATHS = st.one_of(
    st.sampled_from(
        ["/v1/executions", "/v1/executions/x", "/v1/public/executions/x", "/api/v1/workflows/x/execute"]
    ),
    st.text("/v1executions%20aF?=&.;~{}", max_size=30).map(lambda text: "/" + text),
)
VALUES = st.binary(max_size=12).map(lambda value: re.sub(rb"[\r\n\0]", b"", value).strip())
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                b"Authorization",
                b"Content-Type",
                b"Prefer",
                b"X-Org-ID",
                b"Origin",
                b"Accept",
                b"Idempotency-Key",
            ]
        ),
        VALUES | st.sampled_from([b"Bearer k", b"application/json", b"code=404", b"scenario=x"]),
    ),
    max_size=4,
)


@given(
    st.sampled_from([b"GET", b"POST", b"OPTIONS", b"HEAD", b"PUT"]),
    PATHS,
    HEADERS,
    st.binary(max_size=40) | st.just(GOOD),
)
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_request_ever_gets_a_5xx(
    server: Server, method: bytes, path: str, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    lines = [name + b": " + value for name, value in headers]
    answer = await server.raw(request(method + b" " + path.encode(), *lines, body=body))
    assert re.match(rb"HTTP/1\.[01] [234]\d\d ", answer), answer


QUICK = [
    request(b"GET /v1/executions", KEY, close=False),
    request(b"GET /v1/executions?limit=x", KEY, close=False),
    request(b"GET /v1/executions", KEY, b"Origin: https://shop.example", close=False),
    request(b"GET /v1/executions", KEY, b"Prefer: code=599", close=False),
    request(b"GET /v1/executions", close=False),
    request(b"GET /v1/nowhere", KEY, close=False),
    request(b"POST /v1/executions", KEY, JSON, body=GOOD, close=False),
    request(b"POST /v1/executions", KEY, JSON, body=b"{", close=False),
    request(b"POST /api/v1/workflows/workflow_15/execute", KEY, close=False),
    request(b"POST /v1/executions/x", KEY, close=False),
]
LAST = request(b"GET /v1/public/executions/x?token=y")


def without_date(answer: bytes) -> bytes:
    return re.sub(rb"Date: [^\r]*", b"Date:", answer)


@pytest.mark.parametrize("origins", [("*",), ("https://shop.example",)])
@pytest.mark.parametrize("sent", QUICK)
async def test_a_request_that_comes_in_pieces_gets_the_same_bytes_as_one_that_comes_whole(
    mock_server: Start, sent: bytes, origins: tuple[str, ...]
) -> None:
    """Whole requests are answered by a shorter way; nobody can tell."""
    whole, pieces = [await mock_server(cors_origins=origins) for _ in range(2)]
    halves = (sent[:20], sent[20:-3], sent[-3:])
    by_short_way = await talk(whole, sent)
    by_long_way = await talk(pieces, *halves, slow=True)
    assert without_date(by_short_way) == without_date(by_long_way)


async def talk(server: Server, *pieces: bytes, slow: bool = False) -> bytes:
    """Send the pieces, wait for their answer, then end the connection with one request more."""
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        if slow:
            # The server has read this piece once it has answered another client.
            await server.raw(request(b"GET /openapi.json"))
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", head)
    assert length
    body = await reader.readexactly(int(length[1]))
    writer.write(LAST)
    rest = await reader.read()
    assert rest.startswith(b"HTTP/1.1 401 ")
    writer.close()
    await writer.wait_closed()
    return head + body


async def test_requests_in_one_go_are_answered_in_their_order(server: Server) -> None:
    first, second = [request(b"GET /v1/executions?limit=%d" % limit, KEY, close=False) for limit in (1, 2)]
    answer = await server.raw(first + second + LAST)
    assert re.findall(rb'"limit":(\d)|"code":(401)', answer) == [(b"1", b""), (b"2", b""), (b"", b"401")]


async def test_the_contract_is_served_as_yaml_and_json(server: Server) -> None:
    text, data = await server.get("/openapi.yaml", key=None), await server.get("/openapi.json", key=None)
    assert text.headers["Content-Type"] == "application/yaml"
    assert data.headers["Content-Type"] == "application/json"
    assert text.body.startswith(b"openapi: 3.1.0")
    assert data.json == server.engine.contract.document
    assert (await server.send("POST", "/openapi.yaml")).status == 405
    head = await server.send("HEAD", "/openapi.json")
    assert (head.status, head.body) == (200, b"")


async def test_the_docs_page_is_from_the_package_and_names_nothing_outside_it(server: Server) -> None:
    home = await server.get("/", key=None)
    assert (home.status, urljoin("/", home.headers["Location"])) == (302, "/docs/")
    assert urljoin("/docs", (await server.get("/docs", key=None)).headers["Location"]) == "/docs/"
    page = await server.get("/docs/", key=None)
    assert (page.status, page.headers["Content-Type"].split(";")[0]) == (200, "text/html")
    for name in re.findall(rb'(?:src|href)="([^"#]+)"', page.body):
        assert not name.startswith((b"http", b"//")), name
        if not name.startswith(b"data:"):
            path = urljoin("/docs/", name.decode())
            assert (await server.get(path, key=None)).status == 200, name


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("", False),
        ("gzip, deflate, br", True),
        ("br;q=1.0, GZIP;q=0.8, *;q=0.1", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000, br", False),
        ("x-gzipped", False),
    ],
)
async def test_a_script_that_is_kept_as_gzip_is_sent_as_the_client_takes_it(
    server: Server, accepted: str, packed: bool
) -> None:
    asked = f"Accept-Encoding: {accepted}".encode() if accepted else b"Accept: */*"
    answer = await server.raw(request(b"GET /docs/swagger/swagger-ui-bundle.js", asked))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"\r\nVary: Accept-Encoding" in head
    assert (b"\r\nContent-Encoding: gzip" in head) is packed
    assert b"SwaggerUIBundle" in (gzip.decompress(body) if packed else body)
    assert (await server.get("/docs/swagger/swagger-ui-bundle.js.gz", key=None)).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/docs/nothing",
        "/docs/../mock.py",
        "/docs/%2e%2e/mock.py",
        "/docs/..%2fmock.py",
        "/docs/%00",
        "/docs/" + "a" * 300,
    ],
)
async def test_no_other_file_is_served(server: Server, path: str) -> None:
    answer = await server.raw(request(f"GET {path}".encode()))
    assert answer.startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize(
    ("headers", "location"),
    [
        ({}, "docs/"),
        ({"X-Forwarded-Prefix": "/mock"}, "/mock/docs/"),
        ({"X-Forwarded-Prefix": "/a/b.c/"}, "/a/b.c/docs/"),
        ({"X-Forwarded-Prefix": "//evil.example"}, "docs/"),
        ({"X-Forwarded-Prefix": "https://evil.example"}, "docs/"),
        ({"X-Forwarded-Prefix": "/\\evil.example"}, "docs/"),
    ],
)
async def test_redirects_lead_to_the_docs_page_behind_a_prefix(
    server: Server, headers: dict[str, str], location: str
) -> None:
    for path in ("/", "/docs"):
        reply = await server.get(path, key=None, headers=headers)
        assert (reply.status, reply.headers["Location"]) == (302, location)


async def test_browsers_that_look_for_an_icon_find_one(server: Server) -> None:
    reply = await server.get("/favicon.ico", key=None)
    assert (reply.status, reply.headers["Content-Type"], reply.body[:4]) == (200, "image/png", b"\x89PNG")
    assert (await server.get("/_execmock/journal")).json["entries"] == []


@pytest.mark.parametrize(("host", "shown"), [("0.0.0.0", "127.0.0.1"), ("127.0.0.1", "127.0.0.1")])  # noqa: S104 - for a moment
async def test_the_address_that_is_shown_is_one_that_answers(server: Server, host: str, shown: str) -> None:
    listener = Listener(server.mock.dispatcher(), bind(host, 0))
    await listener.start()
    try:
        assert listener.url == f"http://{shown}:{listener.port}"
    finally:
        await listener.stop()
